"""Attachments: found by their hash, sent in pieces, encrypted on the disk.

A blob's file is a row of frames, one for each piece that was sent: four bytes of length, then the
piece sealed under a key of the blob's own, with its place in the blob bound in. The key stands in
the database, wrapped under the service's: without the row the file can't be read, so that erasing
the row erases the blob. The database says how much of a file counts; what a crash left behind
that is cut off by the next piece.

A device that doesn't hold any record that names a blob is told nothing of it and sends the whole
again, so that knowing a hash gives nobody the bytes.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import IO, Final

from sqlalchemy import ColumnElement, Connection, and_, select

from app.core.ids import new_id
from app.sync.protocol import BLOB_CHUNK_BYTES, MOST_BLOB_BYTES, BlobState
from server import access, bulk, tables
from server.caller import Caller
from server.envelope import KEY_BYTES, Cipher, EnvelopeDamaged, ServiceKeys
from server.refused import Refused

# Smaller pieces are taken only at the end, so that a file can't be made of a million frames.
LEAST_CHUNK_BYTES: Final = 4096
_LENGTH_BYTES: Final = 4
_UPLOAD: Final = tables.blob_upload.c
_BLOB: Final = tables.blob.c
_USE: Final = tables.blob_use.c


@dataclass(frozen=True)
class BlobFile:
    """A whole blob that may be read.

    Attributes:
        size: Bytes. chunks: The bytes, in pieces of at most `BLOB_CHUNK_BYTES`; raises
            `EnvelopeDamaged` where the file isn't what was written.
    """

    size: int
    chunks: Iterator[bytes]


def blob_state(connection: Connection, caller: Caller, sha256: str) -> BlobState:
    """How much of a blob the server has from this device, or may give to it."""
    upload = _upload(connection, caller, sha256, lock=False)
    if upload is not None:
        offset, size = int(upload.offset), int(upload.size)
        return BlobState(sha256=sha256, offset=offset, size=size, complete=offset == size)
    whole = _readable(connection, caller, sha256)
    if whole is not None:
        return BlobState(sha256=sha256, offset=whole.size, size=whole.size, complete=True)
    return BlobState(sha256=sha256, offset=0, complete=False)


def append(
    connection: Connection,
    keys: ServiceKeys,
    caller: Caller,
    folder: Path,
    sha256: str,
    *,
    offset: int,
    size: int,
    chunk: bytes,
    now: datetime | None = None,
) -> BlobState:
    """Take the next piece of a blob; on the disk before the transaction is committed.

    A piece that arrives once more where it has arrived already is passed over.

    Args:
        folder: Where blobs lie. offset: Where in the blob the piece begins. size: Of the blob.

    Raises:
        Refused: 403: all who signed in on the device only read. 413: too large. 409 with
            `expected`: the piece doesn't begin where the last ended. 422: sizes don't agree, or
            the bytes are not those of the hash (then what was sent of them is forgotten).
    """
    now = now or datetime.now(UTC)
    if size > MOST_BLOB_BYTES or len(chunk) > BLOB_CHUNK_BYTES:
        raise Refused(413, "too_large")
    if offset < 0 or offset + len(chunk) > size:
        raise Refused(422, "malformed")
    if len(chunk) < LEAST_CHUNK_BYTES and offset + len(chunk) != size:
        raise Refused(422, "malformed")
    upload = _upload(connection, caller, sha256, lock=True)
    if upload is None:
        people = access.people_of(connection, caller.service_id, caller.device_id)
        if not people.bring:
            raise Refused(403, "not_allowed")
        _begin(connection, keys, caller, sha256, size=size, now=now)
        upload = _upload(connection, caller, sha256, lock=True)
        assert upload is not None
    if upload.size != size:
        raise Refused(422, "malformed")
    if upload.path is None:
        return BlobState(sha256=sha256, offset=size, size=size, complete=True)
    if upload.offset != offset:
        raise Refused(409, "sequence_gap", expected=int(upload.offset))
    path = folder / upload.path
    cipher = Cipher(keys.blobs.open(upload.wrapped_key, f"blob/{sha256}"))
    _write_frame(path, cipher, offset, chunk)
    reached = offset + len(chunk)
    mine = _mine(caller, sha256)
    if reached < size:
        values = {"offset": reached, "at": now}
        connection.execute(tables.blob_upload.update().where(mine).values(values))
        return BlobState(sha256=sha256, offset=reached, size=size, complete=False)
    digest = sha256_of()
    for piece in _frames(path, cipher, size):
        digest.update(piece)
    if digest.hexdigest() != sha256:
        connection.execute(tables.blob_upload.delete().where(mine))
        raise Refused(422, "malformed")
    # Where another device brought the same bytes first, this file is swept away.
    bulk.put(
        connection,
        tables.blob,
        ("sha256", "size", "wrapped_key", "path", "at"),
        [(sha256, size, upload.wrapped_key, upload.path, now)],
        service_id=caller.service_id,
        again="keep",
    )
    done = {"offset": size, "wrapped_key": None, "path": None, "at": now}
    connection.execute(tables.blob_upload.update().where(mine).values(done))
    return BlobState(sha256=sha256, offset=size, size=size, complete=True)


def read(
    connection: Connection, keys: ServiceKeys, caller: Caller, folder: Path, sha256: str
) -> BlobFile:
    """A whole blob, for a device that may hold a record that names it, or that brought it.

    Raises:
        Refused: 404: there is none that the device may have.
    """
    found = _readable(connection, caller, sha256)
    if found is None:
        raise Refused(404, "not_found")
    cipher = Cipher(keys.blobs.open(found.wrapped_key, f"blob/{sha256}"))
    return BlobFile(found.size, _frames(folder / found.path, cipher, found.size))


def known_for(
    connection: Connection, caller: Caller, hashes: Collection[str]
) -> dict[str, set[str | None]]:
    """Which whole blobs operations of a device may name, and for which children.

    None among the children: for any, because the device brought the bytes itself.
    """
    known: dict[str, set[str | None]] = {}
    whole = {
        row[0]
        for row in bulk.take(
            connection,
            tables.blob,
            ("sha256",),
            service_id=caller.service_id,
            among=("sha256", hashes),
        )
    }
    for (sha,) in bulk.take(
        connection,
        tables.blob_upload,
        ("sha256",),
        service_id=caller.service_id,
        among=("sha256", whole),
        equal=("device_id", caller.device_id),
        also='size = "offset"',
    ):
        known.setdefault(sha, set()).add(None)
    for sha, child in bulk.take(
        connection,
        tables.blob_use,
        ("sha256", "child_id"),
        service_id=caller.service_id,
        among=("sha256", whole),
        also="child_id IS NOT NULL",
    ):
        known.setdefault(sha, set()).add(child)
    return known


def sweep(connection: Connection, service_id: str, folder: Path, *, before: datetime) -> int:
    """Remove files of a service that no row names and that are older than `before`; how many."""
    named = {
        row.path
        for table in (tables.blob, tables.blob_upload)
        for row in connection.execute(select(table.c.path).where(table.c.service_id == service_id))
    }
    removed = 0
    for path in (folder / service_id).glob("*/*"):
        old = path.stat().st_mtime < before.timestamp()
        if old and path.relative_to(folder).as_posix() not in named:
            path.unlink()
            removed += 1
    return removed


@dataclass(frozen=True)
class _Upload:
    size: int
    offset: int
    wrapped_key: bytes
    path: str | None


@dataclass(frozen=True)
class _Whole:
    size: int
    wrapped_key: bytes
    path: str


def _mine(caller: Caller, sha256: str) -> ColumnElement[bool]:
    return and_(
        _UPLOAD.service_id == caller.service_id,
        _UPLOAD.sha256 == sha256,
        _UPLOAD.device_id == caller.device_id,
    )


def _upload(connection: Connection, caller: Caller, sha256: str, *, lock: bool) -> _Upload | None:
    query = select(_UPLOAD.size, _UPLOAD.offset, _UPLOAD.wrapped_key, _UPLOAD.path).where(
        _mine(caller, sha256)
    )
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    return _Upload(int(row.size), int(row.offset), bytes(row.wrapped_key or b""), row.path)


def _begin(
    connection: Connection,
    keys: ServiceKeys,
    caller: Caller,
    sha256: str,
    *,
    size: int,
    now: datetime,
) -> None:
    name = new_id()
    wrapped = keys.blobs.seal(os.urandom(KEY_BYTES), f"blob/{sha256}")
    path = f"{caller.service_id}/{name[-2:]}/{name}"
    bulk.put(
        connection,
        tables.blob_upload,
        ("sha256", "device_id", "size", "offset", "wrapped_key", "path", "at"),
        [(sha256, caller.device_id, size, 0, wrapped, path, now)],
        service_id=caller.service_id,
        again="keep",
    )


def _readable(connection: Connection, caller: Caller, sha256: str) -> _Whole | None:
    whole = connection.execute(
        select(_BLOB.size, _BLOB.wrapped_key, _BLOB.path).where(
            _BLOB.service_id == caller.service_id, _BLOB.sha256 == sha256
        )
    ).first()
    if whole is None:
        return None
    upload = _upload(connection, caller, sha256, lock=False)
    if (upload is None or upload.offset != upload.size) and not _is_held(
        connection, caller, sha256
    ):
        return None
    return _Whole(int(whole.size), bytes(whole.wrapped_key), whole.path)


def _is_held(connection: Connection, caller: Caller, sha256: str) -> bool:
    people = access.people_of(connection, caller.service_id, caller.device_id)
    uses = connection.execute(
        select(_USE.child_id, _USE.type).where(
            _USE.service_id == caller.service_id, _USE.sha256 == sha256
        )
    ).all()
    allowed = [one for one in uses if people.restricted or not access.is_restricted(one.type)]
    children = {one.child_id for one in allowed if one.child_id is not None}
    of_service = any(one.child_id is None for one in allowed)
    return of_service or bool(access.visible(connection, people, children))


def _write_frame(path: Path, cipher: Cipher, offset: int, chunk: bytes) -> None:
    """Write a piece after those that make up `offset` bytes; whatever stood there is cut off."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        at = _end_of(file, offset)
        file.seek(at)
        file.truncate()
        sealed = cipher.seal(chunk, f"at {offset}")
        file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        file.flush()
        os.fsync(file.fileno())


def _end_of(file: IO[bytes], offset: int) -> int:
    """Where in the file the frame ends with which `offset` bytes of the blob are reached."""
    at = reached = 0
    while reached < offset:
        file.seek(at)
        length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
        if length <= Cipher.OVERHEAD:
            raise EnvelopeDamaged("a blob's file is shorter than what was sent of it")
        at += _LENGTH_BYTES + length
        reached += length - Cipher.OVERHEAD
    if reached != offset:
        raise EnvelopeDamaged("a blob's file has its frames elsewhere")
    return at


def _frames(path: Path, cipher: Cipher, size: int) -> Iterator[bytes]:
    reached = 0
    with path.open("rb") as file:
        while reached < size:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            if not Cipher.OVERHEAD < length <= BLOB_CHUNK_BYTES + Cipher.OVERHEAD:
                raise EnvelopeDamaged("a blob's file is shorter than the blob")
            piece = cipher.open(file.read(length), f"at {reached}")
            reached += len(piece)
            yield piece
    if reached != size:
        raise EnvelopeDamaged("a blob's file is longer than the blob")
