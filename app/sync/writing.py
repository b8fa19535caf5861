"""Writes records as the server holds them into their tables, with their entries of the log and what
a search finds. One that can't be written is put aside while the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from app.models import search
from app.models.base import Record
from app.models.change_log import Received
from app.models.records import RECORD_TYPES
from app.sync import fields, quarantine
from app.sync.fields import Shape, Unreadable
from app.sync.incoming import BlobMissing, Incoming, incoming, statement
from app.sync.merge import SEALED
from app.sync.protocol import RecordChange
from app.sync.taking import AT_ONCE, Taking


def write(taking: Taking, changes: Iterable[RecordChange]) -> None:
    """Write records, type by type."""
    by_type: dict[str, list[RecordChange]] = {}
    for change in changes:
        if change.type in RECORD_TYPES:
            by_type.setdefault(change.type, []).append(change)
        else:
            quarantine.keep_extra(taking, change, change.fields, whole=True)
    rows = [row for name, of_type in by_type.items() for row in _rows(taking, name, of_type)]
    orphans = {row.change.id: row for row in _without_parents(taking.connection, rows)}
    for row in orphans.values():
        quarantine.keep(taking, row.change, "waits_for")
    by_shape: dict[str, list[Incoming]] = {}
    for row in rows:
        if row.change.id not in orphans:
            by_shape.setdefault(row.change.type, []).append(row)
    received: list[Received] = []
    for of_shape in by_shape.values():
        received += _settled(taking, _stored(taking, of_shape))
    taking.log.append_received(received, taking.arrival.origin)


def _rows(taking: Taking, name: str, changes: list[RecordChange]) -> list[Incoming]:
    shape = fields.shape(name)
    assert shape is not None
    held = _held(taking.connection, shape, [change.id for change in changes])
    rows = []
    for change in changes:
        try:
            rows.append(
                incoming(
                    shape,
                    change,
                    held.get(change.id),
                    mine=taking.unsettled.get(change.id, {}),
                    blobs=taking.arrival.blobs,
                    now=taking.now,
                )
            )
        except Unreadable:
            quarantine.keep(taking, change, "unreadable")
        except BlobMissing:
            quarantine.keep(taking, change, "blob_missing")
    return rows


def _held(connection: Connection, shape: Shape, ids: list[str]) -> dict[str, Row[Any]]:
    names = ", ".join(f'"{column.name}"' for column in shape.columns)
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for row in connection.exec_driver_sql(
            f"SELECT id, revision, base_revision, created_at, {names}"
            f' FROM "{shape.type.record_type()}" WHERE id IN ({_marks(some)})',
            tuple(some),
        ):
            found[row[0]] = row
    return found


def _without_parents(connection: Connection, rows: Sequence[Incoming]) -> list[Incoming]:
    """The rows that refer to a record which is neither here nor comes with them."""
    refers = [
        (row, column.refers_to, row.values[column.name])
        for row in rows
        for column in row.shape.columns
        if column.refers_to and row.values[column.name] is not None
    ]
    there: dict[str, set[str]] = {}
    for target in {target for _, target, _ in refers}:
        wanted = sorted({id_ for _, of, id_ in refers if of == target})
        found = there.setdefault(target, set())
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            found.update(
                connection.exec_driver_sql(
                    f'SELECT id FROM "{target}" WHERE id IN ({_marks(some)})', tuple(some)
                ).scalars()
            )
    coming = {(row.change.type, row.change.id) for row in rows}
    left_out: dict[tuple[str, str], Incoming] = {}
    while True:
        more = {
            (row.change.type, row.change.id): row
            for row, target, id_ in refers
            if id_ not in there[target] and (target, id_) not in coming
            if (row.change.type, row.change.id) in coming
        }
        if not more:
            return list(left_out.values())
        left_out.update(more)
        coming -= more.keys()


def _stored(taking: Taking, rows: list[Incoming]) -> list[Incoming]:
    """Write rows of one type; where the store refuses one, that one is put aside."""
    connection, into = taking.connection, statement(rows[0].shape)
    objects = [row.object() for row in rows]
    values = [
        row.stored(object_, taking.arrival.service_id, taking.now)
        for row, object_ in zip(rows, objects, strict=True)
    ]
    kept: list[tuple[Incoming, Record | None]] = []
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(into, values)
        kept = list(zip(rows, objects, strict=True))
    except IntegrityError:
        for row, object_, of_row in zip(rows, objects, values, strict=True):
            try:
                with connection.begin_nested():
                    connection.exec_driver_sql(into, of_row)
                kept.append((row, object_))
            except IntegrityError:
                if _may_give_way(connection, row):
                    _replace(connection, row, into, of_row)
                    kept.append((row, object_))
                else:
                    quarantine.keep(taking, row.change, "locked")
    search.put_all(
        connection,
        [object_ for row, object_ in kept if object_ is not None and row.held is None],
        [
            object_
            for row, object_ in kept
            if object_ is not None and row.held is not None and row.set_to
        ],
    )
    return [row for row, _ in kept]


def _may_give_way(connection: Connection, row: Incoming) -> bool:
    """Whether a record was closed here, and the server has taken that in but never as such:
    somebody else had closed it before. What was confirmed once never changes again."""
    sealed = SEALED.get(row.change.type)
    if sealed is None or row.held is None or getattr(row.held, sealed[0]) not in sealed[1]:
        return False
    return bool(
        connection.exec_driver_sql(
            "SELECT 1 FROM change AS c, json_each(c.fields) AS f WHERE c.record_id = ?"
            " AND c.origin IS NULL AND f.value = ? AND coalesce(c.base_revision, 0) = ?"
            " AND c.entry <= (SELECT sent_to FROM sync_state) LIMIT 1",
            (row.change.id, sealed[0], row.held.base_revision),
        ).fetchone()
    )


def _replace(connection: Connection, row: Incoming, into: str, values: tuple[Any, ...]) -> None:
    """Write the server's version of a record in the place of the one that gives way."""
    connection.exec_driver_sql(f'DELETE FROM "{row.change.type}" WHERE id = ?', (row.change.id,))
    connection.exec_driver_sql(into, values)


def _settled(taking: Taking, rows: list[Incoming]) -> list[Received]:
    """Keep what this program has no column for of rows that were written; what the log says."""
    written = [(row.change.id,) for row in rows]
    for table in ("sync_quarantine", "sync_extra"):
        # Hardly ever is there anything in them.
        if (
            written
            and taking.connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
        ):
            taking.connection.exec_driver_sql(f"DELETE FROM {table} WHERE record_id = ?", written)
    for row in rows:
        if unknown := fields.unknown(row.shape, row.change.fields):
            quarantine.keep_extra(taking, row.change, unknown, whole=False)
        if row.stands_against:
            taking.connection.exec_driver_sql(
                "UPDATE stream_cursor SET reread = 1 WHERE stream = ?", (row.change.stream,)
            )
    changed = [row for row in rows if row.differs]
    taking.applied.changed += ((row.change.type, row.change.id) for row in changed)
    return [row.received() for row in changed]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
