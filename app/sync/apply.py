"""Writes what came down from the server into the casebook: a page whole, or not at all.

Records, the cursors of their streams, conflicts, notices, the entries of the change log and what
a search finds are written in one transaction. What this device wrote and the server has not taken
yet stays as it stands; every other field becomes the server's. A record that can't be written is
put aside (`SyncQuarantine`) while the rest goes on, and is tried again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, inspect
from sqlalchemy.exc import IntegrityError

from app.core.clock import Clock
from app.core.ids import is_id
from app.models import documents, erasure, search
from app.models.base import Record, canonical, moment_text
from app.models.change_log import ChangeLog, Received
from app.models.records import RECORD_TYPES
from app.sync import fields, outbox, standing
from app.sync.fields import Column, Shape, Unreadable
from app.sync.merge import RESTRICTED, SEALED
from app.sync.protocol import (
    MOST_DEPTH,
    MOST_FIELD_NAME,
    MOST_FIELDS,
    SERVICE_STREAM,
    ConflictItem,
    Notice,
    Pulled,
    RecordChange,
    depth_of,
)

# How many ids one statement asks for.
_AT_ONCE: Final = 400


@dataclass
class Applied:
    """What a page did.

    Attributes:
        changed: Type and id of every record that reads otherwise now.
        taken_away: How many records left.
        let_go: Streams that this device may not hold any more.
        aside: How many changes were put aside.
    """

    changed: list[tuple[str, str]] = field(default_factory=list)
    taken_away: int = 0
    let_go: list[str] = field(default_factory=list)
    aside: int = 0


@dataclass(frozen=True)
class Arrival:
    """What is known of a page beside what it says.

    Attributes:
        origin: The server, as entries of the log name it.
        blobs: The bytes that fields of the page name, by hash; one that is missing puts the
            record aside.
    """

    service_id: str
    origin: str
    clock: Clock
    blobs: Mapping[str, bytes]


def apply_page(connection: Connection, log: ChangeLog, page: Pulled, arrival: Arrival) -> Applied:
    """Write a page that was checked (`page.check`).

    Args:
        connection: In a writing transaction, with page visits sealed (`Casebook.exchange`).
    """
    writer = _Writer(connection, log, arrival)
    writer.write(page)
    return writer.applied


def apply_again(
    connection: Connection,
    log: ChangeLog,
    record_ids: Iterable[str],
    arrival: Arrival,
) -> Applied:
    """Try again to write changes that were put aside."""
    writer = _Writer(connection, log, arrival)
    changes = put_aside(connection, record_ids)
    writer.write_upserts([change for change in changes if change.op == "upsert"])
    for change in changes:
        if change.op == "gone":
            writer.let_leave(change)
    writer.forget_words()
    return writer.applied


def restricted_of(connection: Connection, stream: str) -> list[tuple[str, str]]:
    """Type and id of the records of a child that only some roles may see."""
    return [
        (name, id_)
        for name in sorted(RESTRICTED & RECORD_TYPES.keys())
        for id_ in connection.exec_driver_sql(
            f'SELECT id FROM "{name}" WHERE child_id = ?', (stream,)
        ).scalars()
    ]


def put_aside(connection: Connection, record_ids: Iterable[str]) -> list[RecordChange]:
    """The changes of these records that were put aside, as they came."""
    wanted = list(record_ids)
    rows = connection.exec_driver_sql(
        f"SELECT body FROM sync_quarantine WHERE record_id IN ({_marks(wanted)})", tuple(wanted)
    )
    return [RecordChange.model_validate_json(body) for (body,) in rows]


class BlobMissing(Exception):
    """The server has no bytes for a field. Holds the field's name."""


@dataclass
class _Row:
    """A record on its way into its table."""

    change: RecordChange
    shape: Shape
    held: Row[Any] | None
    values: dict[str, Any]
    base: dict[str, Any]
    set_to: dict[str, Any]
    created_at: str
    made_at: str | None
    stands_against: bool


class _Writer:
    """One page on its way into the casebook."""

    def __init__(self, connection: Connection, log: ChangeLog, arrival: Arrival) -> None:
        self.applied = Applied()
        self._connection = connection
        self._log = log
        self._service_id = arrival.service_id
        self._origin = arrival.origin
        self._clock_now = arrival.clock.now()
        self._now = moment_text(self._clock_now)
        self._blobs = arrival.blobs
        self._unsettled = outbox.unsettled(connection, standing.read(connection))
        self._received: list[Received] = []

    def write(self, page: Pulled) -> None:
        """Everything that the page holds, and its cursors."""
        waiting = self._waiting({change.id for change in page.changes})
        self.write_upserts([*waiting, *(c for c in page.changes if c.op == "upsert")])
        self._same([change for change in page.changes if change.op == "same"])
        for change in page.changes:
            if change.op == "erase":
                self._erase(change)
            elif change.op == "gone":
                self._gone(change)
        for state in page.streams:
            if state.held and not state.restricted:
                self._let_go_of_restricted(state.stream)
        self.forget_words()
        self._conflicts(page.conflicts)
        self._notices(page.notices)
        self._cursors(page)

    # -- records ------------------------------------------------------------------------------

    def write_upserts(self, changes: Sequence[RecordChange]) -> None:
        """Records as the server holds them."""
        by_type: dict[str, list[RecordChange]] = {}
        for change in changes:
            if change.type in RECORD_TYPES:
                by_type.setdefault(change.type, []).append(change)
            else:
                self._keep_extra(change, change.fields, whole=True)
        rows: list[_Row] = []
        for name, of_type in by_type.items():
            rows += self._rows(name, of_type)
        orphans = {row.change.id: row for row in self._without_parents(rows)}
        for row in orphans.values():
            self._put_aside(row.change, "waits_for")
        by_shape: dict[str, list[_Row]] = {}
        for row in rows:
            if row.change.id in orphans:
                continue
            by_shape.setdefault(row.change.type, []).append(row)
        for of_shape in by_shape.values():
            self._store(of_shape)
        self._log.append_received(self._received, self._origin)
        self._received = []

    def _rows(self, name: str, changes: list[RecordChange]) -> list[_Row]:
        shape = fields.shape(name)
        assert shape is not None
        held = self._held(shape, [change.id for change in changes])
        rows = []
        for change in changes:
            try:
                _check(shape, change)
                rows.append(self._row(shape, change, held.get(change.id)))
            except Unreadable:
                self._put_aside(change, "unreadable")
            except BlobMissing:
                self._put_aside(change, "blob_missing")
        return rows

    def _held(self, shape: Shape, ids: list[str]) -> dict[str, Row[Any]]:
        names = ", ".join(f'"{column.name}"' for column in shape.columns)
        found: dict[str, Row[Any]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            for row in self._connection.exec_driver_sql(
                f"SELECT id, revision, base_revision, created_at, {names}"
                f' FROM "{shape.type.record_type()}" WHERE id IN ({_marks(some)})',
                tuple(some),
            ):
                found[row[0]] = row
        return found

    def _row(self, shape: Shape, change: RecordChange, held: Row[Any] | None) -> _Row:
        """What the record will hold, and what that changes.

        Raises:
            Unreadable: A value can't be kept.
            BlobMissing: Bytes are missing.
        """
        mine = self._unsettled.get(change.id, {})
        sealed = SEALED.get(change.type)
        closed = sealed is not None and change.fields.get(sealed[0]) in sealed[1]
        if closed and sealed is not None:
            # What the server has closed counts as it stands there; mine becomes a conflict.
            mine = {name: value for name, value in mine.items() if not name.startswith(sealed[2])}
        values: dict[str, Any] = {}
        base: dict[str, Any] = {}
        set_to: dict[str, Any] = {}
        if held is None:
            values.update(shape.empty)
        given = shape.columns if held is not None else shape.among(change.fields)
        for column in given:
            was: Any = None if held is None else getattr(held, column.name)
            now: Any
            if column.kind == "document":
                now, pairs = _document(column, change.fields, was, mine)
                for path, pair in pairs.items():
                    base[f"{column.name}.{path}"], set_to[f"{column.name}.{path}"] = pair
            elif held is not None and column.name in mine:
                now = was
            else:
                now = self._value(column, change.fields.get(column.name), was)
            values[column.name] = now
            if column.kind == "document" or now == was:
                continue
            if held is not None:
                base[column.name] = fields.said(column, was)
                set_to[column.name] = fields.said(column, now)
            elif now != column.empty:
                set_to[column.name] = fields.said(column, now)
        made_at = None if change.made_at is None else moment_text(change.made_at)
        if held is not None:
            created = held.created_at
        else:
            created = _moment(change.fields.get(fields.CREATED)) or made_at or self._now
        against = any(change.fields.get(name) != value for name, value in mine.items())
        return _Row(change, shape, held, values, base, set_to, created, made_at, against)

    def _value(self, column: Column, value: Any, was: Any) -> Any:
        if column.kind != "bytes" or value is None:
            return fields.stored(column, value)
        blob = fields.blob_of(value)
        if blob is None:
            raise Unreadable(column.name)
        if fields.said(column, was) == {"sha256": blob.sha256, "size": blob.size}:
            return was
        if blob.sha256 not in self._blobs:
            raise BlobMissing(column.name)
        return self._blobs[blob.sha256]

    def _without_parents(self, rows: Sequence[_Row]) -> list[_Row]:
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
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                found.update(
                    self._connection.exec_driver_sql(
                        f'SELECT id FROM "{target}" WHERE id IN ({_marks(some)})', tuple(some)
                    ).scalars()
                )
        coming = {(row.change.type, row.change.id) for row in rows}
        left_out: dict[tuple[str, str], _Row] = {}
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

    def _store(self, rows: list[_Row]) -> None:
        """Write rows of one type; where the store refuses one, that one is put aside."""
        shape = rows[0].shape
        statement = _statement(shape)
        objects = [self._object(row) for row in rows]
        values = [self._stored(row, object_) for row, object_ in zip(rows, objects, strict=True)]
        try:
            with self._connection.begin_nested():
                self._connection.exec_driver_sql(statement, values)
            kept = list(zip(rows, objects, strict=True))
        except IntegrityError:
            kept = []
            for row, object_, of_row in zip(rows, objects, values, strict=True):
                try:
                    with self._connection.begin_nested():
                        self._connection.exec_driver_sql(statement, of_row)
                    kept.append((row, object_))
                except IntegrityError:
                    if self._may_give_way(row):
                        self._replace(row, statement, of_row)
                        kept.append((row, object_))
                    else:
                        self._put_aside(row.change, "locked")
        search.put_all(
            self._connection,
            [object_ for row, object_ in kept if object_ is not None and row.held is None],
            [
                object_
                for row, object_ in kept
                if object_ is not None and row.held is not None and row.set_to
            ],
        )
        written = [(row.change.id,) for row, _ in kept]
        for table in ("sync_quarantine", "sync_extra"):
            # Hardly ever is there anything in them.
            if (
                written
                and self._connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
            ):
                self._connection.exec_driver_sql(
                    f"DELETE FROM {table} WHERE record_id = ?", written
                )
        for row, _ in kept:
            self._settled(row)

    def _may_give_way(self, row: _Row) -> bool:
        """Whether a record was closed here, and the server has taken that in but never as such:
        somebody else had closed it before. What was confirmed once never changes again."""
        sealed = SEALED.get(row.change.type)
        if sealed is None or row.held is None or getattr(row.held, sealed[0]) not in sealed[1]:
            return False
        return bool(
            self._connection.exec_driver_sql(
                "SELECT 1 FROM change AS c, json_each(c.fields) AS f WHERE c.record_id = ?"
                " AND c.origin IS NULL AND f.value = ? AND coalesce(c.base_revision, 0) = ?"
                " AND c.entry <= (SELECT sent_to FROM sync_state) LIMIT 1",
                (row.change.id, sealed[0], row.held.base_revision),
            ).fetchone()
        )

    def _replace(self, row: _Row, statement: str, values: tuple[Any, ...]) -> None:
        """Write the server's version of a record in the place of the one that gives way."""
        self._connection.exec_driver_sql(
            f'DELETE FROM "{row.change.type}" WHERE id = ?', (row.change.id,)
        )
        self._connection.exec_driver_sql(statement, values)

    def _settled(self, row: _Row) -> None:
        """Log a row that was written, and keep what this program has no column for."""
        change = row.change
        if unknown := fields.unknown(row.shape, change.fields):
            self._keep_extra(change, unknown, whole=False)
        if row.stands_against:
            self._connection.exec_driver_sql(
                "UPDATE stream_cursor SET reread = 1 WHERE stream = ?", (change.stream,)
            )
        if row.held is not None and not row.set_to and not row.base:
            return
        self.applied.changed.append((change.type, change.id))
        self._received.append(
            Received(
                _kind(row),
                change.type,
                change.id,
                _child_of(row),
                row.base,
                row.set_to,
                row.held.base_revision if row.held else 0,
                change.actor,
                row.made_at,
            )
        )

    def _object(self, row: _Row) -> Record | None:
        """The record as an object, where something follows from it."""
        type_ = row.shape.type
        if not (type_.derived or type_.documents or type_.found_by is not Record.found_by):
            return None
        # Never one of a session, so its columns are filled past the session's bookkeeping.
        object_: Record = inspect(type_).class_manager.new_instance()
        object_.__dict__["id"] = row.change.id
        object_.__dict__.update(row.values)
        for column in row.shape.turned:
            object_.__dict__[column.name] = fields.python(column, row.values[column.name])
        object_.prepare()
        return object_

    def _stored(self, row: _Row, object_: Record | None) -> tuple[Any, ...]:
        written = bool(row.set_to or row.base)
        held = row.held
        revision = 1 if held is None else held.revision + written
        return (
            row.change.id,
            self._service_id,
            row.created_at,
            row.made_at or self._now,
            revision,
            row.change.rev,
            # In the order of the columns, as they were filled.
            *row.values.values(),
            *(getattr(object_, name) for name in sorted(row.shape.type.derived)),
        )

    def _same(self, changes: Sequence[RecordChange]) -> None:
        """Records that the server holds as this device sent them."""
        by_type: dict[str, list[tuple[int, str]]] = {}
        for change in changes:
            by_type.setdefault(change.type, []).append((change.rev, change.id))
        for type_, revisions in by_type.items():
            self._connection.exec_driver_sql(
                f'UPDATE "{type_}" SET base_revision = ? WHERE id = ?'
                if type_ in RECORD_TYPES
                else "UPDATE sync_extra SET rev = ? WHERE record_id = ?",
                revisions,
            )

    # -- what leaves --------------------------------------------------------------------------

    def _erase(self, change: RecordChange) -> None:
        if change.type == "child":
            erased = erasure.erase_child(
                self._connection, self._log, change.id, None, origin=self._origin
            )
            self.applied.taken_away += erased.records
            return
        self._take_away(change, "erase")

    def _gone(self, change: RecordChange) -> None:
        """A record left this stream. Whether it arrives in another one here is known at the end."""
        shape = fields.shape(change.type)
        if shape is None:
            self._connection.exec_driver_sql(
                "DELETE FROM sync_extra WHERE record_id = ? AND stream = ?",
                (change.id, change.stream),
            )
        elif shape.of_child and self._owner(change) == change.stream:
            self._put_aside(change, "leaves")
        else:
            # What waited in that stream to be written must not come after it has left.
            self._connection.exec_driver_sql(
                "DELETE FROM sync_quarantine WHERE record_id = ? AND stream = ?",
                (change.id, change.stream),
            )

    def let_leave(self, change: RecordChange) -> None:
        """Take away a record that left its stream and came in no other."""
        if self._owner(change) != change.stream:
            self._connection.exec_driver_sql(
                "DELETE FROM sync_quarantine WHERE record_id = ?", (change.id,)
            )
        elif self._unsettled.get(change.id):
            # Unsent work on it is never taken away; the server will say what becomes of it.
            return
        elif self._referred_to(change.type, change.id):
            self._put_aside(change, "in_use")
        else:
            self._take_away(change, "purge")

    def _let_go_of_restricted(self, stream: str) -> None:
        """Nobody on this device may see these any more: a role changed, or somebody left.

        Work on one that the server has not taken stays until it is settled.
        """
        for type_, id_ in restricted_of(self._connection, stream):
            if self._unsettled.get(id_):
                continue
            self.applied.taken_away += erasure.erase_record(
                self._connection,
                self._log,
                "purge",
                id_,
                record_type=type_,
                child_id=stream,
                origin=self._origin,
            )
            self.applied.changed.append((type_, id_))

    def forget_words(self) -> None:
        """Let no word of what was taken away stay in the index."""
        if self.applied.taken_away:
            search.forget_old_words(self._connection)

    def _owner(self, change: RecordChange) -> str | None:
        """The child that a record belongs to here; None where it isn't held."""
        owner = self._connection.exec_driver_sql(
            f'SELECT child_id FROM "{change.type}" WHERE id = ?', (change.id,)
        ).scalar_one_or_none()
        return None if owner is None else str(owner)

    def _take_away(self, change: RecordChange, kind: str) -> None:
        if change.type not in RECORD_TYPES:
            self._connection.exec_driver_sql(
                "DELETE FROM sync_extra WHERE record_id = ?", (change.id,)
            )
            return
        self.applied.taken_away += erasure.erase_record(
            self._connection,
            self._log,
            kind,
            change.id,
            record_type=change.type,
            child_id=change.child_id or _child_stream(change.stream),
            origin=self._origin,
        )
        self.applied.changed.append((change.type, change.id))

    def _referred_to(self, type_: str, record_id: str) -> bool:
        for name in RECORD_TYPES:
            shape = fields.shape(name)
            for column in shape.columns if shape else ():
                if (
                    column.refers_to == type_
                    and self._connection.exec_driver_sql(
                        f'SELECT 1 FROM "{name}" WHERE "{column.name}" = ? LIMIT 1', (record_id,)
                    ).fetchone()
                ):
                    return True
        return False

    # -- what is put aside --------------------------------------------------------------------

    def _waiting(self, coming: set[str]) -> list[RecordChange]:
        """Changes that waited for another record, and of which no newer one comes now."""
        rows = self._connection.exec_driver_sql(
            "SELECT record_id FROM sync_quarantine WHERE why = 'waits_for'"
        ).scalars()
        return put_aside(self._connection, [id_ for id_ in rows if id_ not in coming])

    def _put_aside(self, change: RecordChange, why: str) -> None:
        self.applied.aside += why not in ("waits_for", "leaves")
        self._connection.exec_driver_sql(
            "INSERT INTO sync_quarantine (record_id, record_type, stream, child_id, seq, rev, why,"
            " body, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET"
            " record_type = excluded.record_type, stream = excluded.stream,"
            " child_id = excluded.child_id, seq = excluded.seq, rev = excluded.rev,"
            " why = excluded.why, body = excluded.body, at = excluded.at",
            (
                change.id,
                change.type,
                change.stream,
                change.child_id or _child_stream(change.stream),
                change.seq,
                change.rev,
                why,
                change.model_dump_json(),
                self._now,
            ),
        )

    def _keep_extra(self, change: RecordChange, extra: Mapping[str, Any], *, whole: bool) -> None:
        self._connection.exec_driver_sql(
            "INSERT INTO sync_extra (record_id, record_type, stream, rev, whole, fields)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET"
            " record_type = excluded.record_type, stream = excluded.stream, rev = excluded.rev,"
            " whole = excluded.whole, fields = excluded.fields",
            (change.id, change.type, change.stream, change.rev, whole, canonical(extra)),
        )

    # -- conflicts, notices, cursors ----------------------------------------------------------

    def _conflicts(self, items: Iterable[ConflictItem]) -> None:
        for item in items:
            if item.resolved_by is not None:
                self._connection.exec_driver_sql(
                    "DELETE FROM sync_conflict WHERE id = ?", (item.id,)
                )
                continue
            self._connection.exec_driver_sql(
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

    def _notices(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self._connection.exec_driver_sql(
                "INSERT INTO sync_notice (id, kind, child_id, body, at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                (notice.id, notice.kind, notice.child_id, notice.model_dump_json(), self._now),
            )

    def _cursors(self, page: Pulled) -> None:
        for state in page.streams:
            if not state.held:
                self.applied.let_go.append(state.stream)
                continue
            self._connection.exec_driver_sql(
                'INSERT INTO stream_cursor (stream, "after", head, lease_until, reread)'
                ' VALUES (?, ?, ?, ?, 0) ON CONFLICT (stream) DO UPDATE SET "after" ='
                ' excluded."after", head = excluded.head,'
                " lease_until = coalesce(excluded.lease_until, lease_until)",
                (
                    state.stream,
                    state.next,
                    state.head,
                    # A stream that isn't whole here yet is not confirmed.
                    None if state.more else self._by_our_clock(state.lease_until, page),
                ),
            )

    def _by_our_clock(self, moment: datetime | None, page: Pulled) -> str | None:
        """A moment of the server by this device's clock, however wrong that is."""
        return (
            None if moment is None else moment_text(self._clock_now + (moment - page.server_time))
        )


def _check(shape: Shape, change: RecordChange) -> None:
    """Refuse what no server that keeps its own rules says.

    Raises:
        Unreadable: It does.
    """
    names = change.fields
    if len(names) > MOST_FIELDS or max(map(len, names), default=0) > MOST_FIELD_NAME:
        raise Unreadable("fields")
    for value in names.values():
        if type(value) in (dict, list) and depth_of(value) > MOST_DEPTH:
            raise Unreadable("depth")
    if shape.of_child:
        right = names.get("child_id") == change.stream
    else:
        right = change.stream == (change.id if shape.in_child_stream else SERVICE_STREAM)
    if not right or not is_id(change.id):
        raise Unreadable("stream")


def _document(
    column: Column, given: Mapping[str, Any], was: str | None, mine: Mapping[str, Any]
) -> tuple[str, dict[str, tuple[Any, Any]]]:
    """A document as it will be stored, and what differs by path."""
    before: documents.Document = json.loads(was) if was else {}
    parts = fields.parts_of(column, given)
    start = f"{column.name}."
    for name, value in mine.items():
        if name.startswith(start):
            parts.pop(name[len(start) :], None)
            if value is not None:
                parts[name[len(start) :]] = value
    if was is not None and documents.leaves(before) == parts:
        return was, {}
    try:
        after = documents.assemble(parts)
        if not documents.is_whole(after):
            raise Unreadable(column.name)
        return canonical(after), documents.differences(before, after)
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise Unreadable(column.name) from error


def _kind(row: _Row) -> str:
    if row.held is None:
        return "create"
    was, now = row.held.removed_at, row.values["removed_at"]
    if bool(was) != bool(now):
        return "remove" if now else "restore"
    return "update"


def _child_of(row: _Row) -> str | None:
    if row.shape.of_child:
        return str(row.values["child_id"])
    return row.change.id if row.shape.in_child_stream else None


def _child_stream(stream: str) -> str | None:
    return None if stream == SERVICE_STREAM else stream


def _moment(value: Any) -> str | None:
    try:
        return fields.stored(Column("", "moment", None, None, True), value)  # type: ignore[no-any-return]
    except Unreadable:
        return None


def _statement(shape: Shape) -> str:
    names = [
        *("id", "service_id", "created_at", "changed_at", "revision", "base_revision"),
        *(column.name for column in shape.columns),
        *sorted(shape.type.derived),
    ]
    written = ", ".join(
        f'"{name}" = excluded."{name}"'
        for name in names
        if name not in ("id", "service_id", "created_at")
    )
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{shape.type.record_type()}" ({listed}) VALUES'
        f" ({', '.join('?' * len(names))}) ON CONFLICT (id) DO UPDATE SET {written}"
    )


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
