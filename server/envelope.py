"""What a stolen dump can't read: values are sealed by this program before the database has them.

A master key, which is never in the database, wraps a key of each service; that key seals the
service's values with AES-256-GCM under keys drawn from it for each use (HKDF-SHA256, RFC 5869).
Where a value belongs is bound in as associated data, so that one row's ciphertext in another row
doesn't open. A sealed value is one byte of version, 12 bytes of random nonce, ciphertext and tag.
Nonces are random: NIST SP 800-38D §8.3 allows 2**32 seals under one key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import BugError, KnownError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"
_TAG_BYTES: Final = 16


class EnvelopeDamaged(BugError):
    """A sealed value doesn't open: another key, another place, or it was changed."""


class KeyMaster(Protocol):
    """Who wraps the keys of services: a key file, or a key service."""

    def wrap(self, key: bytes, place: str) -> bytes:
        """`key` so that only this master can read it, bound to `place`."""
        ...

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """The key that `wrap` was given. Raises `EnvelopeDamaged`."""
        ...


class Cipher:
    """Seals and opens under one key.

    Attributes:
        OVERHEAD: How many bytes a sealed value is longer than what it holds.
    """

    OVERHEAD: Final = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def seal(self, plain: bytes, place: str) -> bytes:
        """`plain` sealed for `place`."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._aes.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for `place`. Raises `EnvelopeDamaged`."""
        if len(sealed) < self.OVERHEAD or sealed[:1] != _VERSION:
            raise EnvelopeDamaged("not a sealed value")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aes.decrypt(nonce, body, place.encode())
        except InvalidTag:
            raise EnvelopeDamaged("a sealed value doesn't open") from None

    def seal_text(self, text: str, place: str) -> bytes:
        """A text sealed for `place`."""
        return self.seal(text.encode(), place)

    def open_text(self, sealed: bytes, place: str) -> str:
        """The text that was sealed for `place`. Raises `EnvelopeDamaged`."""
        return self.open(sealed, place).decode()


class MasterKey:
    """The master key from a file."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BugError(f"a master key has {KEY_BYTES} bytes")
        self._cipher = Cipher(_drawn(key, "wrap service keys"))

    @classmethod
    def load(cls, path: Path) -> MasterKey:
        """The key in a file: 32 random bytes in base64 on one line, as `make` writes it.

        Raises:
            KnownError: There is no such file, or it holds no such key.
        """
        try:
            key = base64.b64decode(path.read_text("ascii").strip(), validate=True)
        except OSError as error:
            raise KnownError(
                f"The master key file can't be read: {path}.",
                "Check the path and that the server's account may read it.",
            ) from error
        except (ValueError, binascii.Error) as error:
            raise KnownError(f"The master key file holds no key: {path}.") from error
        if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
            raise KnownError(
                f"The master key file holds no random key of {KEY_BYTES} bytes: {path}."
            )
        return cls(key)

    @staticmethod
    def make(path: Path) -> None:
        """Write a fresh key to a file that only its owner may read. Raises FileExistsError."""
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")

    def wrap(self, key: bytes, place: str) -> bytes:
        return self._cipher.seal(key, place)

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        return self._cipher.open(wrapped, place)


class Succession:
    """Two master keys while one takes the other's place: both open, the present one wraps."""

    def __init__(self, current: KeyMaster, former: KeyMaster) -> None:
        self.current = current
        self.former = former

    def wrap(self, key: bytes, place: str) -> bytes:
        return self.current.wrap(key, place)

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        try:
            return self.current.unwrap(wrapped, place)
        except EnvelopeDamaged:
            return self.former.unwrap(wrapped, place)


class ServiceKeys:
    """The keys of one service, drawn from one.

    Attributes:
        service_id: The service.
    """

    def __init__(self, service_id: str, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BugError(f"a service key has {KEY_BYTES} bytes")
        self.service_id = service_id
        self._key = key

    @classmethod
    def new(cls, service_id: str, master: KeyMaster) -> tuple[ServiceKeys, bytes]:
        """Fresh keys, and what `service.wrapped_key` is to hold."""
        key = os.urandom(KEY_BYTES)
        return cls(service_id, key), master.wrap(key, f"service/{service_id}")

    @classmethod
    def unwrap(cls, service_id: str, wrapped: bytes, master: KeyMaster) -> ServiceKeys:
        """The keys that `service.wrapped_key` holds. Raises `EnvelopeDamaged`."""
        return cls(service_id, master.unwrap(wrapped, f"service/{service_id}"))

    @cached_property
    def records(self) -> Cipher:
        """For what records hold. The place is `record/<type>/<id>`."""
        return self._cipher("records")

    @cached_property
    def log(self) -> Cipher:
        """For the values of operations. The place is `op/<device>/<device_seq>`."""
        return self._cipher("log")

    @cached_property
    def conflicts(self) -> Cipher:
        """For both values of a conflict. The place is `conflict/<id>`."""
        return self._cipher("conflicts")

    @cached_property
    def names(self) -> Cipher:
        """For names of people, devices and the service. The place is `<table>/<id>`."""
        return self._cipher("names")

    @cached_property
    def blobs(self) -> Cipher:
        """For the keys of blobs. The place is `blob/<sha256>`."""
        return self._cipher("blobs")

    def mark(self, text: str) -> str:
        """A hash of `text` that means nothing without the key, as 64 hexadecimal digits."""
        return hmac.new(self._mark_key, text.encode(), hashlib.sha256).hexdigest()

    @cached_property
    def _mark_key(self) -> bytes:
        return self._draw("marks")

    def _cipher(self, use: str) -> Cipher:
        return Cipher(self._draw(use))

    def _draw(self, use: str) -> bytes:
        return _drawn(self._key, f"{use} of {self.service_id}")


def _drawn(key: bytes, use: str) -> bytes:
    info = f"waymark server 1 {use}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
