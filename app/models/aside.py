"""Words that could not be saved, put aside sealed until the casebook takes them again.

A casebook is locked because nobody is there, so its key has to leave memory soon, whether the disk
takes a save or not. What is not saved by then is sealed under a key made from the data key and
written to the first place that takes it:

1. Room kept beside the casebook since it was last opened. Its blocks are on the disk already, so
   that a full disk takes them too.
2. A new file beside the casebook, in the settings folder, or in a folder for temporary files. The
   last may not outlive a restart of the laptop.

Where no place takes them, the caller holds the sealed bytes and tries again: without the data key
they say nothing to anybody.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core import log
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.core.paths import settings_folder
from app.models import durable
from app.models.kdf import subkey

ROOM_NAME: Final = "casebook.aside"
ROOM_BYTES: Final = 256 * 1024
MOST_BYTES: Final = 16 * 1024 * 1024
_MAGIC: Final = b"WMASIDE1"
_STORE_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_HEAD: Final = struct.Struct(f">{len(_MAGIC)}s{_STORE_BYTES}sI")
_PURPOSE: Final = "waymark words put aside"


class NoRoomAnywhere(KnownError):
    """No place takes the sealed words."""

    def __init__(self) -> None:
        super().__init__(
            _("Waymark found no place for the words that could not be saved."),
            _("Make room on the disk, then try again."),
        )


def _store_mark(store_id: str) -> bytes:
    # A hash, so that the name of a file can be no path and tells nothing.
    return sha256(store_id.encode("utf-8", "surrogatepass")).digest()[:_STORE_BYTES]


def sealed(content: bytes, *, data_key: bytes, store_id: str) -> bytes:
    """`content` under a key made from the data key, with a head that says whose it is."""
    mark = _store_mark(store_id)
    nonce = os.urandom(_NONCE_BYTES)
    secret = AESGCM(subkey(data_key, _PURPOSE)).encrypt(nonce, content, mark)
    body = nonce + secret
    return _HEAD.pack(_MAGIC, mark, len(body)) + body


def unsealed(data: bytes, *, data_key: bytes, store_id: str) -> bytes | None:
    """What was sealed; None where it is not of this casebook, or not whole."""
    body = _body(data)
    mark = _store_mark(store_id)
    if body is None or _HEAD.unpack_from(data)[1] != mark:
        return None
    nonce, secret = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    try:
        return AESGCM(subkey(data_key, _PURPOSE)).decrypt(nonce, secret, mark)
    except InvalidTag:
        return None


def _body(data: bytes) -> bytes | None:
    if len(data) < _HEAD.size:
        return None
    magic, _mark, length = _HEAD.unpack_from(data)
    body = data[_HEAD.size : _HEAD.size + length]
    return body if magic == _MAGIC and len(body) == length > _NONCE_BYTES else None


def keep_room(folder: Path) -> bool:
    """Have room beside the casebook for words that can't be saved. Whether it is there."""
    room = folder / ROOM_NAME
    try:
        if room.stat().st_size == ROOM_BYTES:
            return True
    except OSError:
        log.casebook.info("room for words is made beside the casebook")
    try:
        # Random: a file of nothing but zeros takes no room on some disks.
        durable.replace_file(room, os.urandom(ROOM_BYTES))
    except OSError:
        log.casebook.warning("no room could be kept for words that can't be saved")
        return False
    return True


def put(folder: Path, data: bytes) -> Path:
    """Write sealed words to the first place that takes them, and give the file.

    Raises:
        NoRoomAnywhere: None does; nothing is left behind.
    """
    if _body(data) is None:
        raise BugError("what is put aside was not sealed")
    file = _into_room(folder, data)
    if file is not None:
        return file
    name = f"{_prefix(data)}{new_id()}"
    for place in (folder, *_other_folders()):
        file = place / (f"{ROOM_NAME}-{new_id()}" if place == folder else name)
        try:
            if place != folder:
                place.mkdir(parents=True, exist_ok=True)
            durable.replace_file(file, data)
        except OSError:
            continue
        return file
    raise NoRoomAnywhere


def _into_room(folder: Path, data: bytes) -> Path | None:
    """Write over the room that was kept, then give it a name of its own."""
    room = folder / ROOM_NAME
    file = folder / f"{ROOM_NAME}-{new_id()}"
    if len(data) > ROOM_BYTES:
        return None
    try:
        with room.open("r+b", buffering=0) as out:
            if os.fstat(out.fileno()).st_size != ROOM_BYTES or out.write(data) != len(data):
                return None
            os.fsync(out.fileno())
        os.replace(room, file)
        durable.sync_folder(folder)
    except OSError:
        return None
    return file


def put_aside(folder: Path, store_id: str) -> tuple[Path, ...]:
    """The files with words of this casebook, the oldest first."""
    prefix = _prefix(_HEAD.pack(_MAGIC, _store_mark(store_id), 0))
    found = [
        *_named(folder, f"{ROOM_NAME}-"),
        *(file for place in _other_folders() for file in _named(place, prefix)),
    ]
    # The end of each name is an id that grows with time.
    return tuple(sorted(found, key=lambda file: file.name[-36:]))


def _named(place: Path, prefix: str) -> Iterator[Path]:
    try:
        names = os.listdir(place)
    except OSError:
        return
    for name in names:
        if name.startswith(prefix) and not name.endswith(".new"):
            yield place / name


def read(file: Path) -> bytes:
    """The sealed words in `file`; empty where it can't be read."""
    try:
        with file.open("rb") as source:
            return source.read(MOST_BYTES)
    except OSError:
        return b""


def forget(file: Path) -> None:
    """Take `file` away: its words are in the casebook."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        # They are put back once more at the next unlock, which changes nothing.
        log.casebook.warning("a file with words put aside could not be taken away")


def _prefix(data: bytes) -> str:
    mark: bytes = _HEAD.unpack_from(data)[1]
    return f"waymark-aside-{mark.hex()}-"


def _other_folders() -> tuple[Path, ...]:
    folders = [settings_folder() / "aside", Path(tempfile.gettempdir()), Path("/dev/shm")]
    return tuple(dict.fromkeys(folder for folder in folders if folder.parent.exists()))
