"""Whether this copy holds what the server says that it should: counts and digests by stream."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from app.models.records import RECORD_TYPES
from app.sync import fields, outbox
from app.sync.protocol import SERVICE_STREAM, StreamState, digest_text, record_digest
from app.sync.standing import Standing


def differing(
    connection: Connection, here: Standing, states: Mapping[str, StreamState]
) -> list[str]:
    """The streams of which the server holds other records or revisions.

    Streams with work that the server hasn't taken are passed over: they have to differ.
    """
    unsettled = outbox.unsettled_streams(connection, here)
    found = []
    for stream, state in states.items():
        if not state.held or state.count is None or state.digest is None:
            continue
        if (None if stream == SERVICE_STREAM else stream) in unsettled:
            continue
        if of_stream(connection, stream) != (state.count, state.digest):
            found.append(stream)
    return found


def of_stream(connection: Connection, stream: str) -> tuple[int, str]:
    """How many records of a stream are here as the server has them, and their digest."""
    revisions: dict[str, int] = {}
    for name in RECORD_TYPES:
        shape = fields.shape(name)
        if shape is None or shape.in_child_stream == (stream == SERVICE_STREAM):
            continue
        where = ""
        values: tuple[str, ...] = ()
        if shape.in_child_stream:
            where, values = f"AND {'child_id' if shape.of_child else 'id'} = ?", (stream,)
        revisions.update(
            (row[0], row[1])
            for row in connection.exec_driver_sql(
                f'SELECT id, base_revision FROM "{name}" WHERE base_revision > 0 {where}', values
            )
        )
    for table, condition in (("sync_extra", "whole = 1"), ("sync_quarantine", "rev > 0")):
        revisions.update(
            (row[0], row[1])
            for row in connection.exec_driver_sql(
                f"SELECT record_id, rev FROM {table} WHERE stream = ? AND {condition}", (stream,)
            )
        )
    return len(revisions), digest_text(
        sum(record_digest(id_, revision) for id_, revision in revisions.items())
    )
