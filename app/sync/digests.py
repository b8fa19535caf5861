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
    held = _by_stream(connection)
    found = []
    for stream, state in states.items():
        if not state.held or state.count is None or state.digest is None:
            continue
        if (None if stream == SERVICE_STREAM else stream) in unsettled:
            continue
        revisions = held.get(stream, {})
        digest = digest_text(sum(record_digest(id_, rev) for id_, rev in revisions.items()))
        if (len(revisions), digest) != (state.count, state.digest):
            found.append(stream)
    return found


def _by_stream(connection: Connection) -> dict[str, dict[str, int]]:
    """By stream the revision of each record that is here as the server has it, by its id.

    All streams at once: a statement for each of them and each type took most of a sync's end.
    """
    held: dict[str, dict[str, int]] = {}
    for name in RECORD_TYPES:
        shape = fields.shape(name)
        if shape is None:
            continue
        stream = f"'{SERVICE_STREAM}'"
        if shape.in_child_stream:
            stream = "child_id" if shape.of_child else "id"
        for belongs_to, id_, revision in connection.exec_driver_sql(
            f'SELECT {stream}, id, base_revision FROM "{name}" WHERE base_revision > 0'
        ):
            held.setdefault(belongs_to, {})[id_] = revision
    for table, condition in (("sync_extra", "whole = 1"), ("sync_quarantine", "rev > 0")):
        for belongs_to, id_, revision in connection.exec_driver_sql(
            f"SELECT stream, record_id, rev FROM {table} WHERE {condition}"
        ):
            held.setdefault(belongs_to, {})[id_] = revision
    return held
