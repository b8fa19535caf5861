"""Whether this copy holds what the server says that it should: counts and digests by stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection

from app.core.ids import new_id
from app.models.base import canonical, moment_text
from app.models.records import RECORD_TYPES
from app.sync import fields, outbox
from app.sync.protocol import SERVICE_STREAM, StreamState, digest_text, record_digest
from app.sync.standing import Standing

# The kind under which `sync_notice` keeps a stream that still differs.
DIFFERS: Final[Literal["differs"]] = "differs"


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


def keep(connection: Connection, streams: Iterable[str], at: datetime) -> None:
    """Keep which streams still differ though they were read once more, for a person to be told.

    Those that were kept before and differ no longer are forgotten.
    """
    wanted = set(streams)
    for id_, body in connection.exec_driver_sql(
        "SELECT id, body FROM sync_notice WHERE kind = ?", (DIFFERS,)
    ).all():
        stream = json.loads(body)["stream"]
        if stream in wanted:
            wanted.discard(stream)
        else:
            connection.exec_driver_sql("DELETE FROM sync_notice WHERE id = ?", (id_,))
    for stream in sorted(wanted):
        child = None if stream == SERVICE_STREAM else stream
        connection.exec_driver_sql(
            "INSERT INTO sync_notice (id, kind, child_id, body, at) VALUES (?, ?, ?, ?, ?)",
            (new_id(), DIFFERS, child, canonical({"stream": stream}), moment_text(at)),
        )


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
    # The server counts them out already; a person is told why they are still here.
    for belongs_to, id_ in connection.exec_driver_sql(
        "SELECT stream, record_id FROM sync_quarantine WHERE why IN ('leaves', 'in_use')"
    ):
        held.get(belongs_to, {}).pop(id_, None)
    return held
