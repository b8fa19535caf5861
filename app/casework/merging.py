"""Two records of one child become one, and a record goes to the child that it belongs to.

Nothing is lost by either: each step is logged under both children and can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.child_details import ChildDetails
from app.casework.keeping import child_of, of_child, present, reason_given
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.models.base import ChildRecord
from app.models.queries import history as log_entries
from app.models.records import (
    RECORD_TYPES,
    Child,
    FormRecord,
    Handover,
    HarmPrompt,
    Hearing,
    Offence,
    Outcome,
    Oversight,
    Victim,
)
from app.models.work import UnitOfWork

if TYPE_CHECKING:
    from app.casework.desk import Desk

CHILD_RECORDS: Final[Mapping[str, type[ChildRecord]]] = {
    name: type_ for name, type_ in RECORD_TYPES.items() if issubclass(type_, ChildRecord)
}

# What belongs to one form, and so goes where the form goes.
GOES_WITH_FORM: Final = (Oversight, Handover, HarmPrompt)


class SameRecord(KnownError):
    """A record was to be merged with itself."""

    def __init__(self) -> None:
        super().__init__(
            _("These are one and the same record."), _("Choose the other record of this child.")
        )


class NotMerged(KnownError):
    """The record was not merged into another."""

    def __init__(self) -> None:
        super().__init__(_("This record was not joined with another one."))


class AlreadyThere(KnownError):
    """The record already belongs to that child."""

    def __init__(self) -> None:
        super().__init__(_("This already belongs to that child."), _("Choose another child."))


def merge(desk: Desk, keep_id: str, other_id: str, reason: str) -> None:
    """Make one record of two of the same child: all of `other_id` moves to `keep_id`.

    What the kept record doesn't say is filled from the other. Both records log it; the other is
    kept, pointing at the first, so that it can be undone.

    Raises:
        NotAllowed: The person may only read. ReasonMissing: No reason was given.
        SameRecord: They are one. RecordGone: One of them isn't in use.
    """
    desk.must_write()
    if keep_id == other_id:
        raise SameRecord
    with desk.casebook.write(reason_given(reason)) as work:
        work.seal()
        keep, other = child_of(work.session, keep_id), child_of(work.session, other_id)
        moved = _all_records(work.session, other_id)
        for record in moved:
            work.move(record, keep_id)
        filled = _fill(keep, other)
        work.flush()
        work.note(
            "merge",
            "child",
            keep_id,
            detail={
                "other": other_id,
                "records": [[record.record_type(), record.id] for record in moved],
                "filled": filled,
            },
        )
        other.merged_into = keep_id
        work.call_it("merge", other)


def undo_merge(desk: Desk, other_id: str, reason: str) -> None:
    """Take a merge back: what had moved returns to `other_id`, unless it has moved on since.

    Raises:
        NotMerged: The record wasn't merged. NotAllowed, ReasonMissing: As in `merge`.
    """
    desk.must_write()
    with desk.casebook.write(reason_given(reason)) as work:
        work.seal()
        other = present(work.session, Child, other_id)
        if other.merged_into is None:
            raise NotMerged
        keep = present(work.session, Child, other.merged_into)
        detail = _merge_entry(work.session, keep.id, other_id)
        for name, record_id in detail["records"]:
            record = work.get(CHILD_RECORDS[name], record_id)
            if record is not None and record.child_id == keep.id:
                work.move(record, other_id)
        for name in detail["filled"]:
            if getattr(keep, name) == getattr(other, name):
                setattr(keep, name, _nothing(keep, name))
        work.note("unmerge", "child", keep.id, detail={"other": other_id})
        other.merged_into = None
        work.call_it("unmerge", other)


def _nothing(child: Child, name: str) -> Any:
    return [] if isinstance(getattr(child, name), list) else getattr(ChildDetails(), name)


def _all_records(session: Session, child_id: str) -> list[ChildRecord]:
    """Every record of a child, also those that were taken out, so that none is left behind."""
    return [
        record
        for type_ in CHILD_RECORDS.values()
        for record in session.scalars(
            select(type_).where(type_.child_id == child_id).order_by(type_.id)
        )
    ]


def _fill(keep: Child, other: Child) -> list[str]:
    filled = []
    for each in fields(ChildDetails):
        if each.name != "stage" and not getattr(keep, each.name) and getattr(other, each.name):
            setattr(keep, each.name, getattr(other, each.name))
            filled.append(each.name)
    return filled


def _merge_entry(session: Session, keep_id: str, other_id: str) -> dict[str, Any]:
    before: int | None = None
    while True:
        page = log_entries.entries(session, child_id=keep_id, kinds=("merge",), before=before)
        for entry in page:
            if entry.detail.get("other") == other_id:
                return entry.detail
        if not page:
            raise BugError("a merged record has no entry of the merge")
        before = page[-1].entry


def move_record(
    desk: Desk, record_type: str, record_id: str, to_child_id: str, reason: str
) -> None:
    """Move one record (an offence, a form, an address …) to the child that it belongs to.

    What belongs to a form goes with it. Where other records of the first child named it, they
    stop doing so. Both children's histories tell it.

    Raises:
        NotAllowed: The person may only read. ReasonMissing: No reason was given.
        RecordGone: The record or the child isn't in use.
    """
    desk.must_write()
    type_ = CHILD_RECORDS.get(record_type)
    if type_ is None:
        raise BugError("this type of record does not belong to a child")
    if type_.restricted:
        desk.must_read_victims()
    with desk.casebook.write(reason_given(reason)) as work:
        work.seal()
        record = present(work.session, type_, record_id)
        child_of(work.session, to_child_id)
        if record.child_id == to_child_id:
            raise AlreadyThere
        if isinstance(record, FormRecord):
            _move_with_form(work, record.id, to_child_id)
        _let_go(work, record)
        work.move(record, to_child_id)


def _move_with_form(work: UnitOfWork, form_record_id: str, to_child_id: str) -> None:
    for type_ in GOES_WITH_FORM:
        for record in work.session.scalars(
            select(type_).where(type_.form_record_id == form_record_id)
        ):
            work.move(record, to_child_id)


def _let_go(work: UnitOfWork, record: ChildRecord) -> None:
    """Let no record of the first child name what goes, and what goes name none of theirs."""
    session, child_id = work.session, record.child_id
    if isinstance(record, Offence):
        naming: Iterable[Hearing | Outcome | Victim] = (
            *of_child(session, Hearing, child_id),
            *of_child(session, Outcome, child_id),
            *of_child(session, Victim, child_id),
        )
        for each in naming:
            if record.id in each.offence_ids:
                each.offence_ids = [id_ for id_ in each.offence_ids if id_ != record.id]
    if isinstance(record, Hearing):
        for outcome in session.scalars(select(Outcome).where(Outcome.hearing_id == record.id)):
            outcome.hearing_id = None
    if isinstance(record, Hearing | Outcome | Victim):
        record.offence_ids = []
    if isinstance(record, Outcome):
        record.hearing_id = None
