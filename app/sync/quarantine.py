"""Changes that could not be written and stand aside (`SyncQuarantine`), and what is kept of the
fields and types that this program doesn't know (`SyncExtra`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.models.base import canonical
from app.sync.protocol import SERVICE_STREAM, RecordChange
from app.sync.taking import Taking


def put_aside(connection: Connection, record_ids: Iterable[str]) -> list[RecordChange]:
    """The changes of these records that were put aside, as they came."""
    wanted = list(record_ids)
    rows = connection.exec_driver_sql(
        f"SELECT body FROM sync_quarantine WHERE record_id IN ({', '.join('?' * len(wanted))})",
        tuple(wanted),
    )
    return [RecordChange.model_validate_json(body) for (body,) in rows]


def waiting(connection: Connection, coming: set[str]) -> list[RecordChange]:
    """Changes that waited for another record, and of which no newer one comes now."""
    rows = connection.exec_driver_sql(
        "SELECT record_id FROM sync_quarantine WHERE why = 'waits_for'"
    ).scalars()
    return put_aside(connection, [id_ for id_ in rows if id_ not in coming])


def keep(taking: Taking, change: RecordChange, why: str) -> None:
    """Put a change aside.

    Args:
        why: See `SyncQuarantine.why`.
    """
    taking.applied.aside += why not in ("waits_for", "leaves")
    taking.connection.exec_driver_sql(
        "INSERT INTO sync_quarantine (record_id, record_type, stream, child_id, seq, rev, why,"
        " body, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET"
        " record_type = excluded.record_type, stream = excluded.stream,"
        " child_id = excluded.child_id, seq = excluded.seq, rev = excluded.rev,"
        " why = excluded.why, body = excluded.body, at = excluded.at",
        (
            change.id,
            change.type,
            change.stream,
            child_of(change),
            change.seq,
            change.rev,
            why,
            change.model_dump_json(),
            taking.now,
        ),
    )


def forget(taking: Taking, change: RecordChange) -> None:
    """Let go of what stands aside of a record in the stream of `change`."""
    taking.connection.exec_driver_sql(
        "DELETE FROM sync_quarantine WHERE record_id = ? AND stream = ?",
        (change.id, change.stream),
    )


def keep_extra(
    taking: Taking, change: RecordChange, extra: Mapping[str, Any], *, whole: bool
) -> None:
    """Keep fields that this program has no column for; `whole`: it doesn't know the type."""
    taking.connection.exec_driver_sql(
        "INSERT INTO sync_extra (record_id, record_type, stream, rev, whole, fields)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET"
        " record_type = excluded.record_type, stream = excluded.stream, rev = excluded.rev,"
        " whole = excluded.whole, fields = excluded.fields",
        (change.id, change.type, change.stream, change.rev, whole, canonical(extra)),
    )


def child_of(change: RecordChange) -> str | None:
    """The child that a change is about; None where it is about the service."""
    return change.child_id or (None if change.stream == SERVICE_STREAM else change.stream)
