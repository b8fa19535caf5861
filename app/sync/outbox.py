"""What this device has yet to send: the entries of its change log, as operations.

Operations are counted from 1 in the order of the log, from the entry at which the device was
enrolled. A restored or copied casebook is a new device, whose count begins with whatever the
former device had not sent as far as this copy knows, under the same `op_id`: the server knows
what it has met, and nothing is doubled or lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection

from app.models import documents
from app.models.base import moment_of, moment_text
from app.models.change_log import values
from app.models.records import RECORD_TYPES
from app.sync import fields
from app.sync.fields import Blob
from app.sync.merge import SEALED
from app.sync.protocol import (
    MOST_DEPTH,
    MOST_GROUP_BYTES,
    MOST_OPERATIONS,
    MOST_OPERATIONS_OF_A_GROUP,
    MOST_REQUEST_BYTES,
    SERVICE_STREAM,
    Operation,
    depth_of,
)
from app.sync.standing import Standing

_UNSENT: Final = """SELECT c.entry, c.op_id, c.group_id, c.kind, c.record_type, c.record_id,
    c.child_id, c.base_revision, c.actor_id, c.made_at, c.own_hash, c.payload_hash, p.body
    FROM change AS c LEFT JOIN change_payload AS p ON p.entry = c.entry
    WHERE c.entry > ? AND c.origin IS NULL"""
# Room for the envelope around the operations of a request.
_ENVELOPE_BYTES: Final = 1024
# How deep a value lies in a request: in the fields, of an operation, in the list, of the message.
_ENVELOPE_DEPTH: Final = 4


class Entry(NamedTuple):
    """An entry of the log that is to be sent."""

    entry: int
    op_id: str
    group_id: str
    kind: str
    record_type: str | None
    record_id: str | None
    child_id: str | None
    base_revision: int | None
    actor_id: str
    made_at: str
    own_hash: str
    payload_hash: str | None
    body: str | None

    @property
    def erased(self) -> bool:
        """Whether its values were taken away since."""
        return self.body is None and self.payload_hash is not None


@dataclass(frozen=True)
class NamedBlob:
    """Bytes that an operation names, and where they stand."""

    blob: Blob
    record_type: str
    record_id: str
    column: str


@dataclass(frozen=True)
class Page:
    """Operations of one request.

    Attributes:
        entries: The place of each in the log.
        blobs: What must be with the server before.
        unsendable: `op_id` of those whose values exceed what the protocol carries; they go
            without values, and a person is told.
        emptied: `op_id` of those whose values were taken away here since they were made.
    """

    operations: tuple[Operation, ...]
    entries: tuple[int, ...]
    blobs: tuple[NamedBlob, ...]
    unsendable: frozenset[str]
    emptied: frozenset[str]


def waiting(connection: Connection, standing: Standing) -> int:
    """How many operations have yet to be sent."""
    return int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM change WHERE entry > ? AND origin IS NULL", (standing.sent_to,)
        ).scalar_one()
    )


def waiting_for(connection: Connection, standing: Standing, child_id: str) -> int:
    """How many operations about one child have yet to be sent."""
    return int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM change WHERE child_id = ? AND entry > ? AND origin IS NULL",
            (child_id, standing.sent_to),
        ).scalar_one()
    )


def waits_in(connection: Connection, standing: Standing, stream: str) -> bool:
    """Whether work about a stream has yet to be sent, or was refused and isn't settled."""
    return (None if stream == SERVICE_STREAM else stream) in unsettled_streams(connection, standing)


def unsent(connection: Connection, standing: Standing, most: int) -> list[Entry]:
    """The next entries to be sent, in their order."""
    rows = connection.exec_driver_sql(
        f"{_UNSENT} ORDER BY c.entry LIMIT ?", (standing.sent_to, most)
    )
    return [Entry._make(row) for row in rows]


def entry_of_number(connection: Connection, standing: Standing, number: int) -> int:
    """The entry that was sent under a number; `numbered_from` for 0.

    Used where a restored server knows fewer operations than it once acknowledged.
    """
    if number < 1:
        return standing.numbered_from
    found = connection.exec_driver_sql(
        "SELECT entry FROM change WHERE entry > ? AND origin IS NULL ORDER BY entry LIMIT 1"
        " OFFSET ?",
        (standing.numbered_from, number - 1),
    ).scalar_one_or_none()
    return standing.numbered_from if found is None else int(found)


def newest(connection: Connection) -> int:
    """The newest entry of the log; 0 where there is none."""
    return int(
        connection.exec_driver_sql("SELECT coalesce(max(entry), 0) FROM change").scalar_one()
    )


def erased_after(connection: Connection, entry: int) -> bool:
    """Whether values were lawfully erased, or taken away, after that entry."""
    return (
        connection.exec_driver_sql(
            "SELECT 1 FROM change WHERE entry > ? AND kind IN ('erase', 'purge') LIMIT 1", (entry,)
        ).fetchone()
        is not None
    )


def newest_number(connection: Connection, standing: Standing) -> int:
    """The number of the last operation that this device made, sent or not."""
    return standing.acked + waiting(connection, standing)


def next_page(connection: Connection, standing: Standing) -> Page | None:
    """The next request's operations: whole groups within the limits; None: nothing waits."""
    entries = unsent(connection, standing, MOST_OPERATIONS + 1)
    if not entries:
        return None
    if len(entries) > MOST_OPERATIONS and entries[0].group_id == entries[-1].group_id:
        entries = unsent(connection, standing, MOST_OPERATIONS_OF_A_GROUP + 1)
    made = _created_at(connection, entries)
    closed = _closed(connection, entries)
    groups = [list(group) for _, group in groupby(entries, key=lambda entry: entry.group_id)]
    if len(entries) > MOST_OPERATIONS and len(groups) > 1:
        groups.pop()  # It may go on after what was read.
    chosen: list[_Made] = []
    size = _ENVELOPE_BYTES
    for group in groups:
        numbered = standing.acked + len(chosen) + 1
        operations = _group(group, numbered, standing, made, closed)
        bytes_ = sum(one.size for one in operations)
        if chosen and (
            size + bytes_ > MOST_REQUEST_BYTES or len(chosen) + len(group) > MOST_OPERATIONS
        ):
            break
        if not chosen and (bytes_ > MOST_GROUP_BYTES or len(group) > MOST_OPERATIONS_OF_A_GROUP):
            operations = _first_part(operations)
        chosen += operations
        size += bytes_
        if size > MOST_REQUEST_BYTES:
            break
    return Page(
        tuple(one.operation for one in chosen),
        tuple(one.entry for one in chosen),
        tuple(blob for one in chosen for blob in one.blobs),
        frozenset(one.operation.op_id for one in chosen if not one.sendable),
        frozenset(one.operation.op_id for one in chosen if one.emptied),
    )


class _Made(NamedTuple):
    operation: Operation
    size: int
    entry: int
    blobs: tuple[NamedBlob, ...]
    sendable: bool
    emptied: bool


def _group(
    entries: Sequence[Entry],
    first: int,
    standing: Standing,
    made: dict[str, str],
    closed: dict[int, dict[str, Any]],
) -> list[_Made]:
    """The operations of one group.

    Records of the service, its people and devices stand each for themselves: a new casebook
    writes all three at once, and of those a server may take one and keep its own of another.
    """
    types = [RECORD_TYPES.get(entry.record_type or "") for entry in entries]
    apart = all(type_ is not None and not _of_child(type_) for type_ in types)
    return [
        _operation(
            entry._replace(group_id=entry.op_id) if apart else entry,
            first + place,
            standing,
            made,
            closed.get(entry.entry),
        )
        for place, entry in enumerate(entries)
    ]


def _of_child(type_: type) -> bool:
    known = fields.shape(type_.__tablename__)  # type: ignore[attr-defined]
    return known is not None and known.in_child_stream


def _first_part(operations: list[_Made]) -> list[_Made]:
    """As much of a group as a request may hold. More than that can't be sent as one."""
    part: list[_Made] = []
    size = 0
    for one in operations[:MOST_OPERATIONS_OF_A_GROUP]:
        size += one.size
        if part and size > MOST_REQUEST_BYTES:
            break
        part.append(one)
    return [
        one._replace(operation=one.operation.model_copy(update={"group": part[0].operation.op_id}))
        for one in part
    ]


def _operation(
    entry: Entry,
    number: int,
    standing: Standing,
    made: dict[str, str],
    closed: dict[str, Any] | None,
) -> _Made:
    held = values(entry.body)
    type_ = entry.record_type or ""
    set_to, base = fields.written(type_, held.get("set", {}), held.get("base", {}))
    if entry.kind == "create" and set_to is not None and not entry.erased:
        created = made.get(entry.record_id or "")
        if created is not None:
            set_to[fields.CREATED] = created
    if closed is not None:
        set_to, base = {**closed, **set_to}, {**closed, **base}
    detail = dict(held.get("detail", {}))
    resolves = tuple(detail.pop("resolves", ()))
    named: dict[str, Any] = {
        "op_id": entry.op_id,
        "device_seq": number,
        "group": entry.group_id,
        "kind": entry.kind,
        "type": entry.record_type,
        "id": entry.record_id,
        "child_id": entry.child_id,
        "actor": entry.actor_id,
        "made_at": moment_of(entry.made_at),
        "entry": entry.entry,
        "own_hash": entry.own_hash,
    }
    try:
        operation = Operation(
            **named,
            base_rev=_base_rev(entry, standing),
            set=set_to,
            base=base,
            reason=held.get("reason"),
            recipient=held.get("recipient"),
            detail=detail or None,
            whole=closed is not None,
            resolves=resolves,
        )
        size = _size(operation)
        sendable = size <= MOST_GROUP_BYTES - _ENVELOPE_BYTES and not _is_too_deep(operation)
    except ValidationError:
        sendable = False
    if not sendable:
        # Sent as it is it would be refused each time, and all that follows it with it.
        operation, set_to = Operation(**named), {}
        size = _size(operation)
    return _Made(operation, size, entry.entry, tuple(_blobs(entry, set_to)), sendable, entry.erased)


def _size(operation: Operation) -> int:
    return len(operation.model_dump_json(exclude_defaults=True).encode("utf-8"))


def _is_too_deep(operation: Operation) -> bool:
    said = (operation.set, operation.base, operation.detail)
    return any(depth_of(part) > MOST_DEPTH - _ENVELOPE_DEPTH + 1 for part in said if part)


def _base_rev(entry: Entry, standing: Standing) -> int:
    if entry.entry <= standing.old_entries_until:
        return 0
    return entry.base_revision or 0


def _blobs(entry: Entry, set_to: dict[str, Any]) -> Iterable[NamedBlob]:
    known = fields.shape(entry.record_type or "")
    for column in known.bytes_columns if known else ():
        blob = fields.blob_of(set_to.get(column))
        if blob is not None and entry.record_type and entry.record_id:
            yield NamedBlob(blob, entry.record_type, entry.record_id, column)


def _created_at(connection: Connection, entries: Iterable[Entry]) -> dict[str, str]:
    """When each record that these entries made was made, by its id."""
    found: dict[str, str] = {}
    by_type: dict[str, list[str]] = {}
    for entry in entries:
        type_ = entry.record_type
        if entry.kind == "create" and type_ in RECORD_TYPES and type_ and entry.record_id:
            by_type.setdefault(type_, []).append(entry.record_id)
    for type_, ids in by_type.items():
        for start in range(0, len(ids), MOST_OPERATIONS):
            some = ids[start : start + MOST_OPERATIONS]
            found.update(
                (row[0], row[1])
                for row in connection.exec_driver_sql(
                    f'SELECT id, created_at FROM "{type_}" WHERE id IN'
                    f" ({', '.join('?' * len(some))})",
                    tuple(some),
                )
            )
    return found


def _closed(connection: Connection, entries: Iterable[Entry]) -> dict[int, dict[str, Any]]:
    """By entry that closes a record: all of what is closed with it, which never changes again."""
    found: dict[int, dict[str, Any]] = {}
    for entry in entries:
        rule, known = SEALED.get(entry.record_type or ""), fields.shape(entry.record_type or "")
        if rule is None or known is None or entry.kind == "create" or entry.body is None:
            continue
        state, closing, prefixes = rule
        held = values(entry.body)
        before = held.get("base", {}).get(state)
        if held.get("set", {}).get(state) not in closing or before in closing:
            continue
        columns = [one for one in known.columns if f"{one.name}.".startswith(prefixes)]
        names = ", ".join(f'"{one.name}"' for one in columns)
        row = connection.exec_driver_sql(
            f'SELECT {names} FROM "{entry.record_type}" WHERE id = ?', (entry.record_id,)
        ).fetchone()
        if row is not None:
            found[entry.entry] = {
                name: value
                for column, stored in zip(columns, row, strict=True)
                for name, value in _said(column, stored).items()
            }
    return found


def _said(column: fields.Column, stored: Any) -> dict[str, Any]:
    said = fields.said(column, stored)
    if column.kind != "document":
        return {column.name: said}
    return {f"{column.name}.{path}": leaf for path, leaf in documents.leaves(said).items()}


# -- what the server refused ----------------------------------------------------------------------


def concerns_somebody(operation: Operation) -> bool:
    """Whether a refusal of an operation is anybody's to settle.

    What only says that something was done loses nothing by it. Of the service, its people and
    devices the server has records of its own, which a new casebook's first ones give way to.
    """
    if not operation.set or operation.type is None or operation.id is None:
        return False
    return operation.kind != "create" or _of_child_named(operation.type)


def _of_child_named(name: str) -> bool:
    known = fields.shape(name)
    return known is None or known.in_child_stream


def keep_refused(
    connection: Connection, operation: Operation, entry: int, *, code: str, at: datetime
) -> None:
    """Keep that the server refused an operation, until a person has settled it."""
    connection.exec_driver_sql(
        "INSERT INTO sync_refused (op_id, device_seq, entry, code, record_type, record_id,"
        " child_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (op_id) DO UPDATE SET"
        " code = excluded.code",
        (
            operation.op_id,
            operation.device_seq,
            entry,
            code,
            operation.type,
            operation.id,
            operation.child_id,
            moment_text(at),
        ),
    )


# -- what must not be overwritten by what comes down ----------------------------------------------


def unsettled(connection: Connection, standing: Standing) -> dict[str, dict[str, Any]]:
    """By record: the fields that unsent work wrote, and those of work that was refused and that
    no person has settled yet, with what it wrote."""
    found: dict[str, dict[str, Any]] = {}
    rows = [
        *connection.exec_driver_sql(
            "SELECT c.record_type, c.record_id, p.body FROM change AS c"
            " JOIN sync_refused AS r ON r.entry = c.entry"
            " JOIN change_payload AS p ON p.entry = c.entry ORDER BY c.entry"
        ),
        *connection.exec_driver_sql(
            "SELECT c.record_type, c.record_id, p.body FROM change AS c"
            " JOIN change_payload AS p ON p.entry = c.entry"
            " WHERE c.entry > ? AND c.origin IS NULL ORDER BY c.entry",
            (standing.sent_to,),
        ),
    ]
    for type_, record_id, body in rows:
        held = values(body)
        if type_ is None or record_id is None or not held.get("set"):
            continue
        set_to, _base = fields.written(type_, held["set"], held.get("base", {}))
        found.setdefault(record_id, {}).update(set_to)
    return found


def children_unheard_of(connection: Connection, standing: Standing) -> set[str]:
    """The children whose records the server hasn't taken yet, or refused."""
    return set(
        connection.exec_driver_sql(
            "SELECT record_id FROM change WHERE kind = 'create' AND record_type = 'child'"
            " AND origin IS NULL AND (entry > ? OR entry IN (SELECT entry FROM sync_refused))",
            (standing.sent_to,),
        ).scalars()
    )


def unsettled_streams(connection: Connection, standing: Standing) -> set[str | None]:
    """The children (None: the service) with work that the server has not taken."""
    return {
        row[0]
        for row in connection.exec_driver_sql(
            "SELECT child_id FROM change WHERE entry > ? AND origin IS NULL"
            " UNION SELECT child_id FROM sync_refused",
            (standing.sent_to,),
        )
    }
