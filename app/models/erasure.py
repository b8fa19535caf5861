"""Lawful erasure: everything about one child goes, and the log says that it went.

The values of every entry about the child are taken away; the entries stay, with ids, names of
fields, times and hashes, so that the chain is whole and still shows who saw and wrote what when.
What is kept about the erasure itself is a ground from a short list and counts, never content.
Backups are copies of their own and run out by rotation.

A child who no longer travels with this laptop is taken away in the same manner (*purge*): the
server keeps the records, this copy keeps nothing but the entries without their values.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, inspect

from app.core.errors import BugError
from app.models import search
from app.models.base import ChildRecord
from app.models.change_log import ChangeLog
from app.models.records import RECORD_TYPES

Ground = Literal["retention_ended", "right_to_erasure", "court_order", "recorded_in_error"]
_GROUNDS: Final = ("retention_ended", "right_to_erasure", "court_order", "recorded_in_error")

NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})


class Erased(NamedTuple):
    """How many records were deleted, and how many entries of the log lost their values."""

    records: int
    entries: int


def erase_child(
    connection: Connection,
    log: ChangeLog,
    child_id: str,
    ground: Ground | None,
    *,
    origin: str | None = None,
) -> Erased:
    """Erase a child, with the records that were merged into it.

    Values of a record that was once held under this child by mistake, and has since been moved
    to another, belong to that other child and stay.

    Args:
        connection: In a writing transaction.
        child_id: The child; where it isn't held, nothing happens but the entry.
        ground: None only for an erasure that was done elsewhere.
        origin: The server that an erasure done elsewhere came from.
    """
    if ground not in _GROUNDS and not (ground is None and origin):
        raise BugError("an erasure needs a ground from the list")
    said = {"ground": ground} if ground else {}
    children = _with_merged(connection, child_id)
    return _take_away(connection, log, "erase", children, said, origin=origin)


def purge_child(connection: Connection, log: ChangeLog, child_id: str) -> Erased:
    """Take a child away from this copy, because the child no longer travels with it.

    Args:
        connection: In a writing transaction.
    """
    taken = _take_away(connection, log, "purge", [child_id])
    connection.exec_driver_sql("DELETE FROM stream_cursor WHERE stream = ?", (child_id,))
    return taken


def erase_record(
    connection: Connection,
    log: ChangeLog,
    kind: str,
    record_id: str,
    *,
    record_type: str,
    child_id: str | None,
    origin: str,
) -> bool:
    """Take one record and its values away, as the server did; whether it was held.

    Its words leave the index's older segments with `search.forget_old_words`, once for many.

    Args:
        kind: *erase*, or *purge* where it lives on elsewhere.
    """
    held = connection.exec_driver_sql(
        f'SELECT 1 FROM "{record_type}" WHERE id = ?', (record_id,)
    ).fetchone()
    entries = _entries_of_record(connection, record_id)
    if held or entries:
        log.append(
            kind, record_type=record_type, record_id=record_id, child_id=child_id, origin=origin
        )
    connection.exec_driver_sql("DELETE FROM open_edit WHERE record_id = ?", (record_id,))
    connection.exec_driver_sql(f'DELETE FROM "{record_type}" WHERE id = ?', (record_id,))
    connection.exec_driver_sql("DELETE FROM search_text WHERE record_id = ?", (record_id,))
    for table in ("sync_extra", "sync_quarantine", "sync_conflict", "sync_refused"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE record_id = ?", (record_id,))
    for entry in entries:
        connection.exec_driver_sql("DELETE FROM change_payload WHERE entry = ?", (entry,))
    return held is not None


def _take_away(
    connection: Connection,
    log: ChangeLog,
    kind: str,
    children: list[str],
    said: Mapping[str, str] = NOTHING_SAID,
    *,
    origin: str | None = None,
) -> Erased:
    records = [(type_, id_) for child in children for type_, id_ in _records_of(connection, child)]
    entries = sorted(
        {
            *(entry for child in children for entry in _entries_of_child(connection, child)),
            *(entry for _, id_ in records for entry in _entries_of_record(connection, id_)),
        }
    )
    detail = {**said, "records": len(records), "entries": len(entries)}
    for child in children:
        log.append(
            kind, record_type="child", record_id=child, child_id=child, detail=detail, origin=origin
        )
    for type_, id_ in records:
        if _was_elsewhere(connection, id_, children):
            log.append(kind, record_type=type_, record_id=id_, detail=said, origin=origin)
    taken = set(records)
    for type_, id_ in records:
        _let_nobody_refer(connection, log, kind, (type_, id_), taken, foreign=bool(origin))
    for type_, id_ in records:
        connection.exec_driver_sql("DELETE FROM open_edit WHERE record_id = ?", (id_,))
        connection.exec_driver_sql(f'DELETE FROM "{type_}" WHERE id = ?', (id_,))
    for entry in entries:
        connection.exec_driver_sql("DELETE FROM change_payload WHERE entry = ?", (entry,))
    for child in children:
        connection.exec_driver_sql("DELETE FROM place WHERE child_id = ?", (child,))
        for table in ("sync_extra", "sync_quarantine", "sync_conflict"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE stream = ?", (child,))
        for table in ("sync_quarantine", "sync_conflict", "sync_refused", "sync_notice"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE child_id = ?", (child,))
        search.forget_child(connection, child)
    return Erased(len(records), len(entries))


def _let_nobody_refer(
    connection: Connection,
    log: ChangeLog,
    kind: str,
    record: tuple[str, str],
    taken: Container[tuple[str, str]],
    *,
    foreign: bool,
) -> None:
    """Empty what records of other children say of a record that is about to go.

    Two people brought that about: one moved a hearing to another child, while the other wrote
    down what it decided. What can't be without the record goes with it. After a purge the server
    still says so: resting on nothing, the record is read anew and waits until the other comes.

    Args:
        foreign: An erasure that was done elsewhere, whoever did it logs this.
    """
    type_, record_id = record
    for name, column, child_of, optional in _referring(type_):
        rows = connection.exec_driver_sql(
            f'SELECT id, {child_of}, base_revision FROM "{name}" WHERE "{column}" = ?', (record_id,)
        ).fetchall()
        for id_, child_id, base_revision in rows:
            if (name, id_) in taken:
                continue
            if not optional:
                connection.exec_driver_sql(f'DELETE FROM "{name}" WHERE id = ?', (id_,))
                connection.exec_driver_sql("DELETE FROM search_text WHERE record_id = ?", (id_,))
                continue
            rests_on = 0 if kind == "purge" else base_revision
            connection.exec_driver_sql(
                f'UPDATE "{name}" SET "{column}" = NULL, revision = revision + 1,'
                " base_revision = ? WHERE id = ?",
                (rests_on, id_),
            )
            if kind == "erase" and not foreign:
                log.append(
                    "update",
                    record_type=name,
                    record_id=id_,
                    child_id=child_id,
                    base={column: record_id},
                    set_to={column: None},
                    base_revision=base_revision,
                )


@cache
def _referring(target: str) -> tuple[tuple[str, str, str, bool], ...]:
    """What may refer to records of a type: type, column, that of its child, whether it may be
    empty. A child's own records are not among them."""
    return tuple(
        (name, column.name, "child_id" if issubclass(type_, ChildRecord) else "NULL", nullable)
        for name, type_ in RECORD_TYPES.items()
        for column in inspect(type_).columns
        if any(key.column.table.name == target for key in column.foreign_keys)
        and column.name != "child_id"
        for nullable in (bool(column.nullable),)
    )


def _with_merged(connection: Connection, child_id: str) -> list[str]:
    """The child and those that were merged into it, and into those."""
    return list(
        connection.exec_driver_sql(
            "WITH RECURSIVE one(id) AS (VALUES (?) UNION"
            " SELECT child.id FROM child JOIN one ON child.merged_into = one.id)"
            " SELECT id FROM one",
            (child_id,),
        ).scalars()
    )


def _records_of(connection: Connection, child_id: str) -> list[tuple[str, str]]:
    """Type and id of every record of the child, the child's own last."""
    return [
        (name, id_)
        for name, type_ in RECORD_TYPES.items()
        if issubclass(type_, ChildRecord)
        for id_ in connection.exec_driver_sql(
            f'SELECT id FROM "{name}" WHERE child_id = ?', (child_id,)
        ).scalars()
    ] + [
        ("child", id_)
        for id_ in connection.exec_driver_sql(
            "SELECT id FROM child WHERE id = ?", (child_id,)
        ).scalars()
    ]


def _entries_of_child(connection: Connection, child_id: str) -> list[int]:
    """Entries with values that were logged under the child, but for records of another now."""
    rows = connection.exec_driver_sql(
        "SELECT c.entry, c.record_type, c.record_id FROM change AS c"
        " JOIN change_payload AS p ON p.entry = c.entry WHERE c.child_id = ?",
        (child_id,),
    ).fetchall()
    of_others: dict[tuple[str, str], bool] = {}
    for _, type_, id_ in rows:
        if (type_, id_) not in of_others:
            of_others[type_, id_] = _belongs_to_other(connection, type_, id_, child_id)
    return [entry for entry, type_, id_ in rows if not of_others[type_, id_]]


def _belongs_to_other(connection: Connection, type_: str | None, id_: str, child_id: str) -> bool:
    if not issubclass(RECORD_TYPES.get(type_ or "", object), ChildRecord):
        return False
    owner = connection.exec_driver_sql(
        f'SELECT child_id FROM "{type_}" WHERE id = ?', (id_,)
    ).scalar_one_or_none()
    return owner is not None and owner != child_id


def _entries_of_record(connection: Connection, record_id: str) -> list[int]:
    return list(
        connection.exec_driver_sql(
            "SELECT c.entry FROM change AS c JOIN change_payload AS p ON p.entry = c.entry"
            " WHERE c.record_id = ?",
            (record_id,),
        ).scalars()
    )


def _was_elsewhere(connection: Connection, record_id: str, children: list[str]) -> bool:
    """Whether entries of the record were logged under a child that is not being erased."""
    found = connection.exec_driver_sql(
        "SELECT DISTINCT child_id FROM change WHERE record_id = ?", (record_id,)
    ).scalars()
    return any(child is not None and child not in children for child in found)
