"""Details into records and back: the one way in which the pages around a child are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.problems import Problem, RecordGone, refuse_blocking
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.base import ChildRecord, Record
from app.models.records import Child
from app.models.work import UnitOfWork

if TYPE_CHECKING:
    from app.casework.desk import Desk

D = TypeVar("D")
R = TypeVar("R", bound=Record)
C = TypeVar("C", bound=ChildRecord)

Check = Callable[[Session, str], Sequence[Problem]]
"""Finds problems of details beside the other records of the child of that id."""


V = TypeVar("V")

FindProblems = Callable[[Session, str, D, date], Sequence[Problem]]
"""Finds problems of details beside the other records of a child, on a day."""
Show = Callable[["Desk", Session, C], V]
"""Makes of a record what a page shows."""


class ReasonMissing(KnownError):
    """Something was to be taken out or moved without saying why."""

    def __init__(self) -> None:
        super().__init__(
            _("Say why, so that others can understand it later."),
            _("One short sentence is enough."),
        )


def details_of(record: Record, details_type: type[D]) -> D:
    """The details that a record holds."""
    held: dict[str, Any] = {}
    for each in fields(details_type):  # type: ignore[arg-type]
        value = getattr(record, each.name)
        held[each.name] = tuple(value) if isinstance(value, list) else value
    return details_type(**held)


def put(record: Record, details: Any) -> None:
    """Write details into a record; fields that don't differ are left alone."""
    for each in fields(details):
        value = getattr(details, each.name)
        if isinstance(value, str):
            value = value.strip()
        elif isinstance(value, tuple):
            value = list(value)
        if getattr(record, each.name) != value:
            setattr(record, each.name, value)


def present(session: Session, type_: type[R], key: str) -> R:
    """The record of that id that is in use.

    Raises:
        RecordGone: There is none, or it was taken out.
    """
    record = session.get(type_, key)
    if record is None or record.removed_at is not None:
        raise RecordGone
    return record


def child_of(session: Session, child_id: str) -> Child:
    """The child of that id whose record is in use; not one that was merged.

    Raises:
        RecordGone: There is none.
    """
    child = present(session, Child, child_id)
    if child.merged_into is not None:
        raise RecordGone
    return child


def of_child(session: Session, type_: type[C], child_id: str, *order_by: Any) -> Sequence[C]:
    """The records of a type that a child has in use."""
    return session.scalars(
        select(type_)
        .where(type_.child_id == child_id, type_.removed_at.is_(None))
        .order_by(*(order_by or (type_.id,)))
    ).all()


def born(session: Session, child_id: str) -> date | None:
    """The child's date of birth."""
    return child_of(session, child_id).date_of_birth


def add(
    desk: Desk,
    type_: type[C],
    child_id: str,
    details: Any,
    *,
    problems: Sequence[Problem] = (),
    check: Check | None = None,
    reason: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> str:
    """Add a record to a child; return its id.

    Args:
        problems: What is wrong with the details by themselves.
        check: Finds what is wrong with them beside other records of the child.
        more: Columns that no person fills in, such as who added it.

    Raises:
        NotAllowed: The person may only read. DetailsRefused: A problem blocks.
    """
    desk.must_write()
    with desk.casebook.write(_reason(reason)) as work:
        child_of(work.session, child_id)
        refuse_blocking((*problems, *(check(work.session, child_id) if check else ())))
        record = type_(child_id=child_id, **(more or {}))
        put(record, details)
        work.add(record)
        work.flush()
        return record.id


def change(
    desk: Desk,
    type_: type[C],
    key: str,
    details: Any,
    *,
    problems: Sequence[Problem] = (),
    check: Check | None = None,
    reason: str | None = None,
) -> str:
    """Write changed details into a record; return the id of its child.

    Raises:
        NotAllowed, DetailsRefused: As in `add`. RecordGone: It isn't in use.
    """
    desk.must_write()
    with desk.casebook.write(_reason(reason)) as work:
        record = present(work.session, type_, key)
        found = check(work.session, record.child_id) if check else ()
        refuse_blocking((*problems, *found))
        put(record, details)
        return record.child_id


def checking(desk: Desk, problems: FindProblems[D], details: D) -> Check:
    """The check of these details today, for `add` and `change`."""
    today = desk.clock.today()
    return lambda session, child_id: problems(session, child_id, details, today)


def shown(desk: Desk, type_: type[C], key: str, show: Show[C, V]) -> V:
    """The record of that id as a page shows it.

    Raises:
        RecordGone: It isn't in use.
    """
    with desk.casebook.read() as session:
        return show(desk, session, present(session, type_, key))


def each_shown(desk: Desk, type_: type[C], child_id: str, show: Show[C, V]) -> list[V]:
    """The records of a type that a child has in use, as a page shows them."""
    with desk.casebook.read() as session:
        return [show(desk, session, held) for held in of_child(session, type_, child_id)]


def remove(desk: Desk, type_: type[C], key: str, reason: str) -> str:
    """Take a record out of use; return the id of its child. The history keeps it.

    Raises:
        NotAllowed: The person may only read. ReasonMissing: No reason was given.
    """
    desk.must_write()
    with desk.casebook.write(reason_given(reason)) as work:
        record = present(work.session, type_, key)
        work.remove(record)
        return record.child_id


def note_consultation(work: UnitOfWork, record: Record, reason: str | None) -> None:
    """Log that a record was read."""
    child_id = getattr(record, "child_id", None)
    work.note(
        "consultation",
        record.record_type(),
        record.id,
        child_id=child_id,
        reason=_reason(reason),
    )


def consulted(desk: Desk, type_: type[ChildRecord], key: str, child_id: str) -> None:
    """Log that a record was read by itself, where the child's record was not open already."""
    with desk.visit(child_id) as starts:
        if starts:
            with desk.casebook.write() as work:
                note_consultation(work, present(work.session, type_, key), None)


def reason_given(reason: str) -> str:
    """The reason without blanks around it.

    Raises:
        ReasonMissing: It is empty.
    """
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()


def _reason(reason: str | None) -> str | None:
    return reason.strip() or None if reason else None
