"""A manager's recorded oversight of what a practitioner submitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.casework.assessments import new_revision, snapshot_hash
from app.casework.desk import NotAllowed
from app.casework.form_records import called, found, title_of
from app.casework.problems import RecordGone
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.models.records import Child, FormRecord, Oversight, User

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class OversightItem:
    """A submitted form that waits for a manager, or what a manager decided.

    Attributes:
        decision: countersigned, returned, recalled, or empty while it waits.
        note: The manager's reasons or directions.
        mine: Whether the person who asks wrote it, and so can't decide on it.
    """

    id: str
    record_id: str
    child_id: str
    child_name: str
    title: str
    author: str
    submitted_at: datetime
    due: date | None
    decision: str
    decided_by: str
    decided_at: datetime | None
    note: str
    mine: bool


def queue(desk: Desk) -> tuple[OversightItem, ...]:
    """What waits for a manager's decision, the one due soonest first."""
    with desk.casebook.read() as session:
        return _items(desk, session, Oversight.state == "waiting")


def of_form(desk: Desk, record_id: str) -> tuple[OversightItem, ...]:
    """Every request and decision on one snapshot, the newest first."""
    with desk.casebook.read() as session:
        return tuple(reversed(_items(desk, session, Oversight.form_record_id == record_id)))


def countersign(desk: Desk, oversight_id: str, note: str) -> OversightItem:
    """Record that the manager agrees with the snapshot, and why. The decision names its hash.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, or no reason is given.
    """
    return _decide(desk, oversight_id, state="countersigned", words=note)


def return_with_directions(desk: Desk, oversight_id: str, directions: str) -> OversightItem:
    """Give a snapshot back with what is to be done; its author goes on in a new revision.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, or no directions are given.
    """
    return _decide(desk, oversight_id, state="returned", words=directions)


def _decide(desk: Desk, oversight_id: str, *, state: str, words: str) -> OversightItem:
    desk.must_countersign()
    if not words.strip():
        raise KnownError(
            _("Say in a sentence why, so that the record shows your thinking."),
            _("A signature alone is not oversight."),
        )
    with desk.casebook.write() as work:
        asked = work.session.get(Oversight, oversight_id)
        if asked is None or asked.removed_at is not None:
            raise RecordGone
        if asked.state != "waiting":
            raise KnownError(_("Somebody has already decided on this."), _("Look at it again."))
        record = found(work.session, asked.form_record_id)
        if desk.actor.id in (record.submitted_by, record.started_by):
            raise NotAllowed(
                _("You wrote this, so somebody else has to countersign it."),
                _("Ask another manager."),
            )
        if (
            snapshot_hash(record.form_id, record.form_version, record.answers)
            != asked.snapshot_hash
        ):
            raise BugError("a submitted snapshot differs from the hash that it was submitted with")
        asked.state = state
        asked.decided_at = desk.clock.now()
        asked.decided_by = desk.actor.id
        record.state = state
        if state == "countersigned":
            asked.note = words.strip()
            record.countersigned_at = asked.decided_at
            record.countersigned_by = desk.actor.id
        else:
            asked.directions = words.strip()
            record.state_note = words.strip()
            new_revision(desk, work, record)
        work.session.flush()
        return _items(desk, work.session, Oversight.id == oversight_id)[0]


def _items(desk: Desk, session: Session, wanted: ColumnElement[bool]) -> tuple[OversightItem, ...]:
    author, decider = aliased(User), aliased(User)
    rows = session.execute(
        select(Oversight, FormRecord, Child, author.name, decider.name)
        .join(FormRecord, FormRecord.id == Oversight.form_record_id)
        .join(Child, Child.id == Oversight.child_id)
        .join(author, author.id == FormRecord.submitted_by, isouter=True)
        .join(decider, decider.id == Oversight.decided_by, isouter=True)
        .where(wanted, Oversight.removed_at.is_(None))
        .order_by(Oversight.due_on, Oversight.id)
    )
    return tuple(
        OversightItem(
            id=asked.id,
            record_id=record.id,
            child_id=child.id,
            child_name=f"{called(child)} {child.family_name}".strip(),
            title=title_of(desk, record),
            author=author_name or "",
            submitted_at=record.submitted_at or record.changed_at,
            due=asked.due_on,
            decision="" if asked.state == "waiting" else asked.state,
            decided_by=decider_name or "",
            decided_at=asked.decided_at,
            note=asked.note or asked.directions,
            mine=desk.actor.id in (record.submitted_by, record.started_by),
        )
        for asked, record, child, author_name, decider_name in rows
    )
