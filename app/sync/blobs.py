"""Bytes, such as a report's pages: they go up before the operation that names them, piece by
piece from wherever an earlier try ended, and come down before the record that names them is
written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from app.models.casebook import Casebook
from app.sync import page
from app.sync.fields import Blob
from app.sync.outbox import NamedBlob, Page
from app.sync.protocol import BLOB_CHUNK_BYTES, MOST_BLOB_BYTES, Pulled
from app.sync.wire import BadAnswer, Refused, Wire


def send(casebook: Casebook, wire: Wire, sent: Page, step: Callable[[], None]) -> Page:
    """Send the bytes that operations name.

    Bytes that were replaced here before they were ever sent are nowhere any more: the operation
    goes without the field, whose next operation names the newer ones.

    Args:
        step: Called before each request.
    """
    lost: dict[str, set[str]] = {}
    for named in sent.blobs:
        step()
        state = wire.blob_state(named.blob.sha256)
        if state.complete:
            continue
        content = _content(casebook, named)
        if content is None:
            lost.setdefault(named.blob.sha256, set()).add(named.column)
            continue
        offset = state.offset
        while offset < len(content) or not state.complete:
            step()
            chunk = content[offset : offset + BLOB_CHUNK_BYTES]
            try:
                state = wire.blob_append(
                    named.blob.sha256, offset=offset, size=len(content), chunk=chunk
                )
            except Refused as refused:
                # An earlier try, or another laptop, has come further or less far.
                if refused.refusal.expected in (None, offset):
                    raise
                state = wire.blob_state(named.blob.sha256)
                offset = state.offset
                continue
            if state.offset <= offset and not state.complete:
                raise BadAnswer("blob offset")
            offset = state.offset
    if not lost:
        return sent
    return replace(
        sent,
        operations=tuple(
            operation.model_copy(
                update={
                    "set": {
                        name: value
                        for name, value in operation.set.items()
                        if not (isinstance(value, dict) and name in lost.get(_hash_of(value), ()))
                    }
                }
            )
            for operation in sent.operations
        ),
    )


def _hash_of(value: dict[str, object]) -> str:
    return str(value.get("sha256", ""))


def _content(casebook: Casebook, named: NamedBlob) -> bytes | None:
    """The bytes, where the record still holds those."""
    with casebook.engine.connect() as connection:
        content = connection.exec_driver_sql(
            f'SELECT "{named.column}" FROM "{named.record_type}" WHERE id = ?', (named.record_id,)
        ).scalar_one_or_none()
    if content is None or hashlib.sha256(content).hexdigest() != named.blob.sha256:
        return None
    return bytes(content)


def fetch(
    casebook: Casebook, wire: Wire, answer: Pulled, step: Callable[[], None]
) -> dict[str, bytes]:
    """The bytes that a page names and that are not here yet, by hash.

    What the server doesn't have is left out, and so is what would be too large.
    """
    wanted = {blob for blob in page.blobs(answer) if blob.size <= MOST_BLOB_BYTES}
    found: dict[str, bytes] = {}
    for blob in sorted(wanted - _held(casebook, answer)):
        step()
        content = wire.blob_read(blob.sha256, blob.size)
        if content is None:
            continue
        if len(content) != blob.size or hashlib.sha256(content).hexdigest() != blob.sha256:
            raise BadAnswer("blob")
        found[blob.sha256] = content
    return found


def _held(casebook: Casebook, answer: Pulled) -> set[Blob]:
    """The blobs of a page that the same records hold here already."""
    held: set[Blob] = set()
    with casebook.engine.connect() as connection:
        for change in answer.changes:
            for blob, column in page.named(change):
                content = connection.exec_driver_sql(
                    f'SELECT "{column}" FROM "{change.type}" WHERE id = ?', (change.id,)
                ).scalar_one_or_none()
                if content is not None and hashlib.sha256(content).hexdigest() == blob.sha256:
                    held.add(blob)
    return held
