"""The record of a child: who the child is, what to know first, and where things are.

This is the door that pages use; what stands behind it is told apart by `child_details`,
`child_views`, `duplicates`, `glance` and `merging`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework import dates, keeping, merging, permission
from app.casework.child_details import (
    AlertDetails,
    CareStatusDetails,
    ChildDetails,
    IdentifierDetails,
    check_alert,
    check_care_status,
    check_details,
    check_identifier,
)
from app.casework.child_views import (
    AlertView,
    CareStatusView,
    ChildView,
    IdentifierView,
    ShownFact,
    alert_view,
    care_view,
    identifier_view,
    view_of,
)
from app.casework.duplicates import Likeness, likely_duplicates
from app.casework.glance import (
    FormLine,
    Glance,
    Happening,
    LevelPoint,
    PlanRow,
    Strength,
    glance,
)
from app.casework.keeping import present
from app.casework.levels import Kind, Level
from app.casework.merging import move_record
from app.casework.problems import Problem, refuse_blocking
from app.core.errors import KnownError
from app.core.i18n import _
from app.models import key_file
from app.models.key_file import EscrowSlot, RecoverySlot
from app.models.records import Alert, CareStatus, Child, Identifier, Offence

if TYPE_CHECKING:
    from app.casework.desk import Desk

__all__ = [
    "AlertDetails",
    "AlertView",
    "CareStatusDetails",
    "CareStatusView",
    "ChildDetails",
    "ChildView",
    "FormLine",
    "Glance",
    "Happening",
    "IdentifierDetails",
    "IdentifierView",
    "Kind",
    "Level",
    "LevelPoint",
    "Likeness",
    "NotReady",
    "PlanRow",
    "Problem",
    "ShownFact",
    "Strength",
    "add_alert",
    "add_care_status",
    "add_child",
    "add_identifier",
    "change_alert",
    "change_care_status",
    "change_details",
    "change_identifier",
    "check_alert",
    "check_care_status",
    "check_details",
    "check_identifier",
    "glance",
    "leave_child",
    "likely_duplicates",
    "may_add_child",
    "may_hand_on",
    "merge",
    "move_record",
    "open_child",
    "remove_alert",
    "remove_care_status",
    "remove_identifier",
    "undo_merge",
]


class NotReady(KnownError):
    """A child can't be added before there are ways back into the casebook."""


def may_add_child(desk: Desk) -> tuple[bool, str]:
    """Whether a child can be added yet, and in words why not (empty where it can)."""
    if not desk.actor.may_write:
        return False, _("Your role lets you read this casebook, not change it.")
    found = _not_ready(desk)
    return (False, f"{found.user_text} {found.hint}") if found else (True, "")


def _not_ready(desk: Desk) -> NotReady | None:
    """Why no child can be added yet; None where one can."""
    slots = key_file.read(desk.folder).slots
    if not any(isinstance(slot, EscrowSlot) for slot in slots):
        return NotReady(
            _("The service can't recover this casebook yet."),
            _("Give it the service's key first, in the settings of the casebook."),
        )
    if not any(isinstance(slot, RecoverySlot) for slot in slots):
        return NotReady(
            _("This casebook has no recovery code."),
            _("Make a recovery code first, in the settings of the casebook."),
        )
    if not desk.casebook.state().recovery_confirmed:
        return NotReady(
            _("The recovery code is not confirmed yet."),
            _("Type the recovery code once, so that you know it was written down right."),
        )
    return None


def add_child(
    desk: Desk,
    details: ChildDetails,
    *,
    identifiers: tuple[IdentifierDetails, ...] = (),
    reason: str | None = None,
) -> ChildView:
    """Add a child to the casebook.

    Raises:
        NotReady: The recovery code is not confirmed, or no escrow slot exists.
        DetailsRefused: A field can't be kept as it is.
        NotAllowed: The person may only read.
    """
    desk.must_write()
    not_ready = _not_ready(desk)
    if not_ready is not None:
        raise not_ready
    refuse_blocking(check_details(details, desk.clock.today()))
    for identifier in identifiers:
        refuse_blocking(check_identifier(identifier))
    with desk.casebook.write(reason) as work:
        child = Child()
        keeping.put(child, details)
        work.add(child)
        work.flush()
        for identifier in identifiers:
            number = Identifier(child_id=child.id)
            keeping.put(number, identifier)
            work.add(number)
        work.flush()
        view = view_of(desk, work.session, child)
    # Whoever adds a child has the record open: going on with it is not another consultation.
    with desk.visit(view.id):
        pass
    return view


def change_details(
    desk: Desk, child_id: str, details: ChildDetails, *, reason: str | None = None
) -> ChildView:
    """Replace what can be edited of a child; only fields that differ are logged.

    Raises:
        DetailsRefused: As in `add_child`. RecordGone: There is no such child.
        NotAllowed: The person may only read, or may not hand this child on (`may_hand_on`).
    """
    desk.must_write()
    refuse_blocking(check_details(details, desk.clock.today()))
    with desk.casebook.write(reason) as work:
        child = keeping.child_of(work.session, child_id)
        if details.allocated_to != child.allocated_to and not may_hand_on(desk, child.allocated_to):
            raise permission.refusal("hand_on")
        if details.date_of_birth != child.date_of_birth:
            refuse_blocking(_born_after_an_offence(work.session, child_id, details.date_of_birth))
        keeping.put(child, details)
        work.flush()
        return view_of(desk, work.session, child)


def _born_after_an_offence(
    session: Session, child_id: str, born: date | None
) -> tuple[Problem, ...]:
    """What is wrong with a new date of birth beside the offences that are recorded."""
    first = session.scalar(
        select(func.min(Offence.offence_date)).where(
            Offence.child_id == child_id, Offence.removed_at.is_(None)
        )
    )
    if born is None or first is None or born <= first:
        return ()
    text = _("By this date the child was born after an offence of {day}. Check both dates.")
    day = dates.in_words(first)
    return (Problem("date_of_birth", text.format(day=day), blocks=True),)


def may_hand_on(desk: Desk, worker: str | None) -> bool:
    """Whether the person may change who works with a child: whoever does, a manager, an
    administrator; anybody where nobody does.

    The server holds every laptop to the same, whatever it knew when it was said.

    Args:
        worker: Id of the user who works with the child now.
    """
    actor = desk.actor
    return worker in (None, actor.id) or permission.allows(actor.role, "hand_on")


def open_child(desk: Desk, child_id: str, reason: str | None = None) -> ChildView:
    """Read a child's record, logging the consultation once a visit.

    A record that was merged opens the record that it was merged into.

    Raises:
        RecordGone: There is no such child.
    """
    with desk.casebook.read() as session:
        child = _followed(session, child_id)
        view = view_of(desk, session, child)
    with desk.visit(view.id) as starts:
        if starts:
            with desk.casebook.write() as work:
                keeping.note_consultation(work, child, reason)
    return view


def _followed(session: Session, child_id: str) -> Child:
    child = present(session, Child, child_id)
    while child.merged_into is not None:
        child = present(session, Child, child.merged_into)
    return child


def leave_child(desk: Desk) -> None:
    """End the visit to a child's record: opening it again is a new consultation."""
    desk.leave()


def merge(desk: Desk, keep_id: str, other_id: str, reason: str) -> ChildView:
    """Make one record of two of the same child: all of `other_id` moves to `keep_id`.

    Both records log it; the other is kept, pointing at the first, so that it can be undone.
    """
    merging.merge(desk, keep_id, other_id, reason)
    return open_child(desk, keep_id)


def undo_merge(desk: Desk, other_id: str, reason: str) -> ChildView:
    """Take a merge back: what had moved returns to `other_id`."""
    merging.undo_merge(desk, other_id, reason)
    return open_child(desk, other_id)


# -- identifiers, alerts, care statuses --------------------------------------------------------


def add_identifier(desk: Desk, child_id: str, details: IdentifierDetails) -> IdentifierView:
    """Add a number by which another system knows the child."""
    key = keeping.add(desk, Identifier, child_id, details, problems=check_identifier(details))
    return _identifier(desk, key)


def change_identifier(
    desk: Desk, identifier_id: str, details: IdentifierDetails, *, reason: str | None = None
) -> IdentifierView:
    """Correct an identifier."""
    keeping.change(
        desk,
        Identifier,
        identifier_id,
        details,
        problems=check_identifier(details),
        reason=reason,
    )
    return _identifier(desk, identifier_id)


def remove_identifier(desk: Desk, identifier_id: str, reason: str) -> None:
    """Take an identifier out of the record; the history keeps it."""
    keeping.remove(desk, Identifier, identifier_id, reason)


def _identifier(desk: Desk, key: str) -> IdentifierView:
    with desk.casebook.read() as session:
        return identifier_view(present(session, Identifier, key))


def add_alert(desk: Desk, child_id: str, details: AlertDetails) -> AlertView:
    """Add an alert."""
    today = desk.clock.today()
    key = keeping.add(desk, Alert, child_id, details, problems=check_alert(details, today))
    return _alert(desk, key)


def change_alert(
    desk: Desk, alert_id: str, details: AlertDetails, *, reason: str | None = None
) -> AlertView:
    """Change an alert, or end it by giving its last day."""
    today = desk.clock.today()
    keeping.change(
        desk,
        Alert,
        alert_id,
        details,
        problems=check_alert(details, today),
        reason=reason,
    )
    return _alert(desk, alert_id)


def remove_alert(desk: Desk, alert_id: str, reason: str) -> None:
    """Take an alert out of the record; the history keeps it."""
    keeping.remove(desk, Alert, alert_id, reason)


def _alert(desk: Desk, key: str) -> AlertView:
    with desk.casebook.read() as session:
        return alert_view(present(session, Alert, key), desk.clock.today())


def add_care_status(desk: Desk, child_id: str, details: CareStatusDetails) -> CareStatusView:
    """Add a care status. One that was open ends the day before this one starts."""
    desk.must_write()
    today = desk.clock.today()
    with desk.casebook.write() as work:
        child = keeping.child_of(work.session, child_id)
        refuse_blocking(check_care_status(details, child.date_of_birth, today))
        if details.from_date is not None:
            _end_open_statuses(work.session, child_id, details.from_date)
        status = CareStatus(child_id=child_id)
        keeping.put(status, details)
        work.add(status)
        work.flush()
        return care_view(status, today)


def _end_open_statuses(session: Session, child_id: str, start: date) -> None:
    for status in keeping.of_child(session, CareStatus, child_id):
        if status.to_date is None and (status.from_date is None or status.from_date < start):
            status.to_date = start - timedelta(days=1)


def change_care_status(
    desk: Desk, status_id: str, details: CareStatusDetails, *, reason: str | None = None
) -> CareStatusView:
    """Correct a care status."""
    today = desk.clock.today()
    keeping.change(
        desk,
        CareStatus,
        status_id,
        details,
        check=lambda session, child_id: check_care_status(
            details, keeping.born(session, child_id), today
        ),
        reason=reason,
    )
    with desk.casebook.read() as session:
        return care_view(present(session, CareStatus, status_id), today)


def remove_care_status(desk: Desk, status_id: str, reason: str) -> None:
    """Take a care status out of the record; the history keeps it."""
    keeping.remove(desk, CareStatus, status_id, reason)
