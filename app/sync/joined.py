"""Records that were made for a child while that child's record was joined with another one.

Whoever made them didn't know of it. They go where the rest went, from every laptop that holds
both: the same move from several is one.
"""

from __future__ import annotations

from typing import Final

from app.core.i18n import N_, _
from app.models.base import ChildRecord
from app.models.casebook import Casebook
from app.models.records import RECORD_TYPES

_WRITERS: Final = frozenset({"practitioner", "manager", "administrator"})
_REASON: Final = N_("The child’s record was joined with this one.")


def follow(casebook: Casebook, role: str) -> int:
    """Move what still lies with records that were joined with another; return how many.

    Args:
        role: Of the person at the server; a reader moves nothing.
    """
    if role not in _WRITERS:
        return 0
    left = _left_behind(casebook)
    if left:
        with casebook.write(_(_REASON)) as work:
            work.seal()
            for name, record_id, into in left:
                record = work.get(RECORD_TYPES[name], record_id)
                if isinstance(record, ChildRecord):
                    work.move(record, into)
    return len(left)


def _left_behind(casebook: Casebook) -> list[tuple[str, str, str]]:
    """Type and id of each such record, and the child that it goes to, who is here."""
    with casebook.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, merged_into FROM child WHERE merged_into IS NOT NULL"
        ).all()
        gone = {str(row[0]): str(row[1]) for row in rows}
        into = {child: kept for child in gone if (kept := _kept(child, gone)) is not None}
        if not into:
            return []
        here = set(connection.exec_driver_sql("SELECT id FROM child").scalars())
        marks = ", ".join("?" * len(into))
        return [
            (name, record_id, into[child])
            for name, type_ in RECORD_TYPES.items()
            if issubclass(type_, ChildRecord)
            for record_id, child in connection.exec_driver_sql(
                f'SELECT id, child_id FROM "{name}" WHERE child_id IN ({marks})', tuple(into)
            )
            if into[child] in here
        ]


def _kept(child: str, gone: dict[str, str]) -> str | None:
    """The record that is kept in the end; None where two were joined with each other."""
    seen = {child}
    while child in gone:
        child = gone[child]
        if child in seen:
            return None
        seen.add(child)
    return child
