"""Finds that two records seem to be one child, without the database knowing any child's name.

A mark is a keyed hash of what makes two records one child: names with the date of birth, or a
number by which another system knows the child. Children with one mark stand in one row, which a
push locks as it writes it: of two laptops that register one child at the same moment the later
sees the earlier. A child stays found by what it was called before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from server import bulk, tables
from server.arrays import Array
from server.envelope import ServiceKeys


def marks_of(type_: str, fields: Mapping[str, Any], keys: ServiceKeys) -> Iterator[str]:
    """The marks that a record gives its child; none for most."""
    if fields.get("removed_at") or fields.get("merged_into"):
        return
    if type_ == "child":
        names = _same_name(fields.get("given_name"), fields.get("family_name"))
        born = fields.get("date_of_birth")
        if names and born:
            yield keys.mark(f"born {born} {names}")
    elif type_ == "identifier":
        kind, value = fields.get("kind"), _letters(fields.get("value"))
        if kind and value:
            yield keys.mark(f"number {kind} {value}")


def meet(
    connection: Connection, service_id: str, marks: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Store marks of children, and give the pairs of children that seem to be one.

    Args:
        marks: (mark, child).

    Returns:
        (child of this call, other), each pair once, for marks that are new to the child.
    """
    by_mark: dict[str, list[str]] = {}
    for mark, child in sorted(set(marks)):
        by_mark.setdefault(mark, []).append(child)
    pairs: dict[tuple[str, str], None] = {}
    for mark, children in _stored(connection, service_id, by_mark):
        fresh = by_mark[mark]
        for child in fresh:
            for other in children.split():
                if other != child and (other, child) not in pairs:
                    pairs[(child, other)] = None
    return list(pairs)


def _stored(
    connection: Connection, service_id: str, by_mark: Mapping[str, list[str]]
) -> list[tuple[str, str]]:
    """Store children by mark, in the order of marks; all children of those that changed."""
    if not by_mark:
        return []
    added = [" ".join(children) for children in by_mark.values()]
    if bulk.is_postgresql(connection):
        arrays = Array("text", list(by_mark)), Array("text", added)
        found = connection.exec_driver_sql(_MEET_POSTGRESQL, (service_id, *arrays))
        return [(mark, children) for mark, children in found]
    rows = (
        connection.exec_driver_sql(_MEET_SQLITE, (service_id, mark, children)).first()
        for mark, children in zip(by_mark, added, strict=True)
    )
    return [(row[0], row[1]) for row in rows if row is not None]


def forget(connection: Connection, service_id: str, child: str) -> None:
    """Take a child out of every mark. Raises nothing where it has none."""
    place = "%s" if bulk.is_postgresql(connection) else "?"
    found = connection.exec_driver_sql(
        f"SELECT mark, children FROM child_mark WHERE service_id = {place}"
        f" AND children LIKE {place} ORDER BY mark"
        f"{' FOR UPDATE' if bulk.is_postgresql(connection) else ''}",
        (service_id, f"%{child}%"),
    ).fetchall()
    for mark, children in found:
        left = " ".join(one for one in children.split() if one != child)
        of_mark = (
            tables.child_mark.c.service_id == service_id,
            tables.child_mark.c.mark == mark,
        )
        if left:
            connection.execute(tables.child_mark.update().where(*of_mark).values(children=left))
        else:
            connection.execute(tables.child_mark.delete().where(*of_mark))


_MEET = (
    "INSERT INTO child_mark (service_id, mark, children) {given}"
    " ON CONFLICT (service_id, mark) DO UPDATE"
    " SET children = child_mark.children || ' ' || excluded.children"
    " WHERE {found}(child_mark.children, excluded.children) = 0"
    " RETURNING mark, children"
)
_MEET_POSTGRESQL = _MEET.format(
    given="SELECT %s, given.* FROM unnest(%s::text[], %s::text[]) AS given (mark, children)",
    found="strpos",
)
_MEET_SQLITE = _MEET.format(given="VALUES (?, ?, ?)", found="instr")


def _same_name(*names: Any) -> str:
    """Names so that case, accents, spaces, hyphens and their order make no difference."""
    words = [word for name in names for word in _letters(name, between=" ").split()]
    return " ".join(sorted(words))


def _letters(text: Any, *, between: str = "") -> str:
    if not isinstance(text, str):
        return ""
    plain = unicodedata.normalize("NFKD", text).casefold()
    marked = (one for one in plain if not unicodedata.combining(one) and one not in "'’")
    return "".join(one if one.isalnum() else between for one in marked)
