"""Writes what came down from the server into the casebook: a page whole, or not at all.

Records, the cursors of their streams, conflicts, notices, the entries of the change log and what
a search finds are written in one transaction. What this device wrote and the server has not taken
yet stays as it stands; every other field becomes the server's (`incoming`). A record that can't be
written is put aside (`quarantine`) while the rest goes on, and is tried again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from app.models.base import moment_text
from app.models.change_log import ChangeLog
from app.models.records import RECORD_TYPES
from app.sync import departures, quarantine, writing
from app.sync.protocol import ConflictItem, Notice, Pulled, RecordChange
from app.sync.taking import Applied, Arrival, Taking

__all__ = ["Applied", "Arrival", "apply_again", "apply_page"]


def apply_page(connection: Connection, log: ChangeLog, page: Pulled, arrival: Arrival) -> Applied:
    """Write a page that was checked (`page.check`).

    Args:
        connection: In a writing transaction, with page visits sealed (`Casebook.exchange`).
    """
    taking = Taking(connection, log, arrival)
    waiting = quarantine.waiting(connection, {change.id for change in page.changes})
    writing.write(taking, [*waiting, *(c for c in page.changes if c.op == "upsert")])
    _same(connection, [change for change in page.changes if change.op == "same"])
    for change in page.changes:
        if change.op == "erase":
            departures.erase(taking, change)
        elif change.op == "gone":
            departures.gone(taking, change)
    for state in page.streams:
        if state.held and not state.restricted:
            departures.let_go_of_restricted(taking, state.stream)
    departures.forget_words(taking)
    _conflicts(connection, page.conflicts)
    _notices(taking, page.notices)
    _cursors(taking, page)
    return taking.applied


def apply_again(
    connection: Connection,
    log: ChangeLog,
    record_ids: Iterable[str],
    arrival: Arrival,
) -> Applied:
    """Try again to write changes that were put aside."""
    taking = Taking(connection, log, arrival)
    changes = quarantine.put_aside(connection, record_ids)
    writing.write(taking, [change for change in changes if change.op == "upsert"])
    for change in changes:
        if change.op == "gone":
            departures.let_leave(taking, change)
    departures.forget_words(taking)
    return taking.applied


def _same(connection: Connection, changes: Sequence[RecordChange]) -> None:
    """Records that the server holds as this device sent them."""
    by_type: dict[str, list[tuple[int, str]]] = {}
    for change in changes:
        by_type.setdefault(change.type, []).append((change.rev, change.id))
    for type_, revisions in by_type.items():
        connection.exec_driver_sql(
            f'UPDATE "{type_}" SET base_revision = ? WHERE id = ?'
            if type_ in RECORD_TYPES
            else "UPDATE sync_extra SET rev = ? WHERE record_id = ?",
            revisions,
        )


def _conflicts(connection: Connection, items: Iterable[ConflictItem]) -> None:
    for item in items:
        if item.resolved_by is not None:
            connection.exec_driver_sql("DELETE FROM sync_conflict WHERE id = ?", (item.id,))
            continue
        connection.exec_driver_sql(
            "INSERT INTO sync_conflict (id, stream, record_type, record_id, child_id, field,"
            " safety, body, answered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body, safety = excluded.safety",
            (
                item.id,
                item.stream,
                item.type,
                item.record_id,
                item.child_id,
                item.field,
                item.safety,
                item.model_dump_json(),
            ),
        )


def _notices(taking: Taking, notices: Iterable[Notice]) -> None:
    for notice in notices:
        taking.connection.exec_driver_sql(
            "INSERT INTO sync_notice (id, kind, child_id, body, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            (notice.id, notice.kind, notice.child_id, notice.model_dump_json(), taking.now),
        )


def _cursors(taking: Taking, page: Pulled) -> None:
    for state in page.streams:
        if not state.held:
            taking.applied.let_go.append(state.stream)
            continue
        taking.connection.exec_driver_sql(
            'INSERT INTO stream_cursor (stream, "after", head, lease_until, reread)'
            ' VALUES (?, ?, ?, ?, 0) ON CONFLICT (stream) DO UPDATE SET "after" ='
            ' excluded."after", head = excluded.head,'
            " lease_until = coalesce(excluded.lease_until, lease_until)",
            (
                state.stream,
                state.next,
                state.head,
                # A stream that isn't whole here yet is not confirmed.
                None if state.more else _by_our_clock(taking, state.lease_until, page),
            ),
        )


def _by_our_clock(taking: Taking, moment: datetime | None, page: Pulled) -> str | None:
    """A moment of the server by this device's clock, however wrong that is."""
    return None if moment is None else moment_text(taking.moment + (moment - page.server_time))
