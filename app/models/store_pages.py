"""Looking at an encrypted store without opening it.

SQLCipher cannot say why a store does not open, and even a refused opening may fold the write-ahead
log into the file. So the file is examined first, with reads alone: is it there, is it encrypted,
does each page carry the seal of this key, is it as long as it says. The layout is SQLCipher 4's:
pages of 4096 bytes; the first 16 bytes are the salt; each page ends in a 16-byte initial vector
and a 64-byte HMAC-SHA512 over ciphertext, vector and page number (little endian).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

PAGE = 4096
SALT = 16
VECTOR = 16
SEAL = 64
PLAIN_HEADER = b"SQLite format 3\x00"

# Bytes 16 to 23 of page 1: page size 4096, journal mode (1 rollback, 2 WAL) twice, 80 bytes
# reserved, fractions of the tree's pages.
_KNOWN_STARTS = (bytes.fromhex("1000020250402020"), bytes.fromhex("1000010150402020"))
# SQLite never uses the page at 1 GiB: its locks live there.
_LOCK_PAGE = 0x40000000 // PAGE + 1

_LOG_HEADER = 32
_FRAME_HEADER = 24
_LOG_MAGIC = (0x377F0682, 0x377F0683)


@dataclass(frozen=True)
class Header:
    """What page 1 says.

    Attributes:
        pages: How many pages the store has.
        user_version: The version of its tables.
        application_id: The highest revision of the key file it has met.
    """

    pages: int
    user_version: int
    application_id: int


class PageReader:
    """Reads pages of one store and of its write-ahead log, and checks their seals.

    Never use it on a store that this process has open: closing a file takes away the locks that
    SQLite holds on it in the same process (fcntl's rule).
    """

    def __init__(self, store_file: Path, data_key: bytes) -> None:
        self._file = store_file
        self._key = data_key
        self.size = store_file.stat().st_size
        with store_file.open("rb") as source:
            self.first = source.read(PAGE)
        salt = bytes(b ^ 0x3A for b in self.first[:SALT])
        self._seal_key = pbkdf2_hmac("sha512", data_key, salt, 2, 32)
        self._in_log = self._scan_log()

    def seal_holds(self, number: int, page: bytes) -> bool:
        """Whether `page` is page `number` as this key wrote it."""
        if len(page) != PAGE:
            return False
        body = page[SALT if number == 1 else 0 : PAGE - SEAL]
        found = hmac.digest(self._seal_key, body + number.to_bytes(4, "little"), "sha512")
        return hmac.compare_digest(found, page[PAGE - SEAL :])

    def header(self) -> Header | None:
        """What the newest committed page 1 says; None when no page 1 carries this key's seal."""
        logged = self._in_log.get(1)
        page = self._frame(logged) if logged is not None else self.first
        if not self.seal_holds(1, page):
            return None
        return _header(self._plain(page))

    def looks_like_ours(self) -> bool:
        """Whether page 1 decrypts with this key although its seal is broken: so it is damage."""
        return len(self.first) == PAGE and self._plain(self.first).startswith(_KNOWN_STARTS)

    def any_page_sealed(self, limit: int = 64) -> bool:
        """Whether one of the pages after the first carries this key's seal."""
        return any(self.seal_holds(number, page) for number, page in self._pages(2, limit + 2))

    def cut_short(self, header: Header) -> bool:
        """Whether pages are missing at the end that the write-ahead log doesn't hold."""
        whole = self.size // PAGE
        return any(
            number not in self._in_log and number != _LOCK_PAGE
            for number in range(whole + 1, header.pages + 1)
        )

    def broken_pages(
        self, header: Header, progress: Callable[[int, int], bool] | None = None
    ) -> tuple[int, ...]:
        """The numbers of pages whose seal is broken, at most a hundred.

        Args:
            progress: Told (pages done, pages in all) now and then; stops the check when it
                gives False.
        """
        broken: list[int] = []
        for number, page in self._pages(1, header.pages + 1):
            if progress and number % 512 == 0 and not progress(number, header.pages):
                break
            if number in self._in_log or number == _LOCK_PAGE:
                continue
            if not self.seal_holds(number, page):
                broken.append(number)
                if len(broken) == 100:
                    break
        return tuple(broken)

    def _pages(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        with self._file.open("rb") as source:
            source.seek((start - 1) * PAGE)
            for number in range(start, stop):
                page = source.read(PAGE)
                if not page:
                    return
                yield number, page

    def _plain(self, page: bytes) -> bytes:
        """Page 1 from byte 16 on, decrypted; its seal may be broken."""
        vector = page[PAGE - SEAL - VECTOR : PAGE - SEAL]
        decryptor = Cipher(AES(self._key), CBC(vector)).decryptor()
        return decryptor.update(page[SALT : PAGE - SEAL - VECTOR])

    @property
    def _log_file(self) -> Path:
        return self._file.with_name(self._file.name + "-wal")

    def _frame(self, offset: int) -> bytes:
        with self._log_file.open("rb") as log:
            log.seek(offset)
            return log.read(PAGE)

    def _scan_log(self) -> dict[int, int]:
        """Where in the write-ahead log the newest committed copy of each page lies."""
        try:
            log = self._log_file.open("rb")
        except FileNotFoundError:
            return {}
        with log:
            start = log.read(_LOG_HEADER)
            if len(start) < _LOG_HEADER or int.from_bytes(start[:4], "big") not in _LOG_MAGIC:
                return {}
            return self._scan_frames(log, start[16:24])

    def _scan_frames(self, log: BinaryIO, salts: bytes) -> dict[int, int]:
        committed: dict[int, int] = {}
        pending: dict[int, int] = {}
        while True:
            head = log.read(_FRAME_HEADER)
            offset = log.tell()
            page = log.read(PAGE)
            if len(page) < PAGE or head[8:16] != salts:
                return committed
            number = int.from_bytes(head[:4], "big")
            if not self.seal_holds(number, page):
                return committed
            pending[number] = offset
            if int.from_bytes(head[4:8], "big"):
                committed.update(pending)
                pending.clear()


def _header(plain: bytes) -> Header:
    def number(offset: int) -> int:
        return int.from_bytes(plain[offset - SALT : offset - SALT + 4], "big")

    return Header(pages=number(28), user_version=number(60), application_id=number(68))
