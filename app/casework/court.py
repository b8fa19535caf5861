"""Court: offences, hearings and outcomes of a child, shown, added, changed and taken out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.casework import court_checks, dates, hearings, keeping, orders, reference
from app.casework.child_views import joined
from app.casework.court_details import HearingDetails, OffenceDetails, OutcomeDetails
from app.casework.keeping import details_of
from app.casework.problems import Problem
from app.core.clock import age_on
from app.core.i18n import _, ngettext
from app.models.records import Hearing, Offence, Outcome

if TYPE_CHECKING:
    from app.casework.desk import Desk

__all__ = [
    "HearingDetails",
    "HearingView",
    "OffenceDetails",
    "OffenceView",
    "OutcomeDetails",
    "OutcomeView",
    "add_hearing",
    "add_offence",
    "add_outcome",
    "change_hearing",
    "change_offence",
    "change_outcome",
    "check_hearing",
    "check_offence",
    "check_outcome",
    "details_after_hearing",
    "list_hearings",
    "list_offences",
    "list_outcomes",
    "remove_hearing",
    "remove_offence",
    "remove_outcome",
]


@dataclass(frozen=True)
class OffenceView:
    """An offence as shown. `age_at_offence`: completed years, None where a date is missing."""

    id: str
    child_id: str
    details: OffenceDetails
    title: str
    detail: str
    age_at_offence: int | None
    problems: tuple[Problem, ...]
    revision: int


@dataclass(frozen=True)
class HearingView:
    """A hearing as shown. `upcoming`: today or later. `report_due`: by the court or the rules."""

    id: str
    child_id: str
    details: HearingDetails
    title: str
    detail: str
    upcoming: bool
    report_due: date | None
    problems: tuple[Problem, ...]
    revision: int


@dataclass(frozen=True)
class OutcomeView:
    """An outcome as shown. `running`: an order that hasn't ended. `group`: group of the list."""

    id: str
    child_id: str
    details: OutcomeDetails
    title: str
    detail: str
    group: str
    running: bool
    problems: tuple[Problem, ...]
    revision: int


# -- offences ----------------------------------------------------------------------------------


def check_offence(desk: Desk, child_id: str, details: OffenceDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in an offence, against the child's date of birth."""
    with desk.casebook.read() as session:
        return court_checks.offence_problems(session, child_id, details, desk.clock.today())


def list_offences(desk: Desk, child_id: str) -> tuple[OffenceView, ...]:
    """The child's offences, the newest first."""
    views = keeping.each_shown(desk, Offence, child_id, _offence_view)
    return tuple(
        sorted(
            views, key=lambda view: (view.details.offence_date or date.min, view.id), reverse=True
        )
    )


def _offence_view(desk: Desk, session: Session, held: Offence) -> OffenceView:
    details = details_of(held, OffenceDetails)
    born = keeping.born(session, held.child_id)
    age = age_on(born, held.offence_date) if born and held.offence_date else None
    category = reference.label("offence_categories", held.category)
    return OffenceView(
        id=held.id,
        child_id=held.child_id,
        details=details,
        title=held.description or category,
        detail=joined(
            dates.in_words(held.offence_date) if held.offence_date else _("date not known"),
            _("aged {age}").format(age=age) if age is not None and age >= 0 else "",
            category if held.description else "",
            _("seriousness {number} of 8").format(number=held.seriousness)
            if held.seriousness
            else "",
            _("knife or blade") if held.knife else "",
            reference.label("pleas", held.plea),
            held.police_reference,
        ),
        age_at_offence=age if age is not None and age >= 0 else None,
        problems=court_checks.offence_problems(session, held.child_id, details, desk.clock.today()),
        revision=held.revision,
    )


def add_offence(
    desk: Desk, child_id: str, details: OffenceDetails, *, reason: str | None = None
) -> OffenceView:
    """Add an offence.

    Raises:
        DetailsRefused: The dates make no sense together. NotAllowed: The person may only read.
    """
    check = keeping.checking(desk, court_checks.offence_problems, details)
    key = keeping.add(desk, Offence, child_id, details, check=check, reason=reason)
    return keeping.shown(desk, Offence, key, _offence_view)


def change_offence(
    desk: Desk, offence_id: str, details: OffenceDetails, *, reason: str | None = None
) -> OffenceView:
    """Change an offence."""
    check = keeping.checking(desk, court_checks.offence_problems, details)
    keeping.change(desk, Offence, offence_id, details, check=check, reason=reason)
    return keeping.shown(desk, Offence, offence_id, _offence_view)


def remove_offence(desk: Desk, offence_id: str, reason: str) -> None:
    """Take an offence out of the record; the history keeps it."""
    keeping.remove(desk, Offence, offence_id, reason)


# -- hearings ----------------------------------------------------------------------------------


def check_hearing(desk: Desk, child_id: str, details: HearingDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in a hearing, against the offences that are heard."""
    with desk.casebook.read() as session:
        return court_checks.hearing_problems(session, child_id, details, desk.clock.today())


def list_hearings(desk: Desk, child_id: str) -> tuple[HearingView, ...]:
    """The child's hearings: those to come, the soonest first, then the past, the newest first."""
    views = keeping.each_shown(desk, Hearing, child_id, _hearing_view)
    to_come = sorted((view for view in views if view.upcoming), key=_when)
    past = sorted((view for view in views if not view.upcoming), key=_when, reverse=True)
    return (*to_come, *past)


def _when(view: HearingView) -> tuple[date, str, str]:
    return (view.details.hearing_date or date.min, view.details.hearing_time, view.id)


def _hearing_view(desk: Desk, session: Session, held: Hearing) -> HearingView:
    details, today = details_of(held, HearingDetails), desk.clock.today()
    day = held.hearing_date
    due, _rule = hearings.report_due(held)
    return HearingView(
        id=held.id,
        child_id=held.child_id,
        details=details,
        title=joined(
            reference.label("hearing_types", held.hearing_type) or _("Hearing"),
            reference.label("courts", held.court),
        ),
        detail=joined(
            dates.in_words(day) if day else "",
            held.hearing_time,
            reference.label("remand_decisions", held.remand_decision)
            if held.remand_decision != "none"
            else "",
            _("report due {day}").format(day=dates.in_words(due)) if due else "",
            _("all options open") if held.all_options else "",
            held.note,
        ),
        upcoming=day is not None and day >= today,
        report_due=due,
        problems=court_checks.hearing_problems(session, held.child_id, details, today),
        revision=held.revision,
    )


def add_hearing(
    desk: Desk, child_id: str, details: HearingDetails, *, reason: str | None = None
) -> HearingView:
    """Add a hearing.

    Raises:
        DetailsRefused: The dates make no sense together. NotAllowed: The person may only read.
    """
    check = keeping.checking(desk, court_checks.hearing_problems, details)
    key = keeping.add(desk, Hearing, child_id, _tidy(details), check=check, reason=reason)
    return keeping.shown(desk, Hearing, key, _hearing_view)


def change_hearing(
    desk: Desk, hearing_id: str, details: HearingDetails, *, reason: str | None = None
) -> HearingView:
    """Change a hearing."""
    check = keeping.checking(desk, court_checks.hearing_problems, details)
    keeping.change(desk, Hearing, hearing_id, _tidy(details), check=check, reason=reason)
    return keeping.shown(desk, Hearing, hearing_id, _hearing_view)


def remove_hearing(desk: Desk, hearing_id: str, reason: str) -> None:
    """Take a hearing out of the record; the history keeps it."""
    keeping.remove(desk, Hearing, hearing_id, reason)


def _tidy(details: HearingDetails) -> HearingDetails:
    """The time as a list sorts it: "09:30" for "9.30"."""
    time = details.hearing_time.strip().replace(".", ":")
    return replace(
        details, hearing_time=time.zfill(5) if court_checks.TIME.fullmatch(time) else time
    )


# -- outcomes ----------------------------------------------------------------------------------


def check_outcome(desk: Desk, child_id: str, details: OutcomeDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in an outcome, against its hearing and offences."""
    with desk.casebook.read() as session:
        return court_checks.outcome_problems(session, child_id, details, desk.clock.today())


def list_outcomes(desk: Desk, child_id: str) -> tuple[OutcomeView, ...]:
    """The child's outcomes, the newest first."""
    views = keeping.each_shown(desk, Outcome, child_id, _outcome_view)
    return tuple(
        sorted(
            views, key=lambda view: (view.details.outcome_date or date.min, view.id), reverse=True
        )
    )


def _outcome_view(desk: Desk, session: Session, held: Outcome) -> OutcomeView:
    details, today = details_of(held, OutcomeDetails), desk.clock.today()
    entry = reference.listing("outcomes").entry(held.disposal)
    months = (held.term_months or 0) + 12 * (held.term_years or 0)
    end = orders.end_of(held)
    return OutcomeView(
        id=held.id,
        child_id=held.child_id,
        details=details,
        title=reference.label("outcomes", held.disposal),
        detail=joined(
            dates.in_words(held.outcome_date) if held.outcome_date else _("date not known"),
            ngettext("{count} month", "{count} months", months).format(count=months)
            if months
            else "",
            _("until {end}").format(end=dates.in_words(end)) if end else "",
            reference.label("courts", held.court),
            reference.label("establishments", held.establishment),
            ", ".join(reference.label("yro_requirements", code) for code in held.requirements),
            reference.label("completed", held.completed),
            held.note,
        ),
        group=(entry.group or "") if entry else "",
        running=held.outcome_date is not None and orders.runs(held, today),
        problems=court_checks.outcome_problems(session, held.child_id, details, today),
        revision=held.revision,
    )


def details_after_hearing(desk: Desk, hearing_id: str) -> OutcomeDetails:
    """What an outcome of this hearing starts from: its day, its court and its offences.

    Raises:
        RecordGone: The hearing is not there any more.
    """
    with desk.casebook.read() as session:
        held = keeping.present(session, Hearing, hearing_id)
        return OutcomeDetails(
            outcome_date=held.hearing_date,
            court=held.court,
            hearing_id=held.id,
            offence_ids=tuple(held.offence_ids),
        )


def add_outcome(
    desk: Desk, child_id: str, details: OutcomeDetails, *, reason: str | None = None
) -> OutcomeView:
    """Add an outcome.

    Raises:
        DetailsRefused: The dates make no sense together. NotAllowed: The person may only read.
    """
    check = keeping.checking(desk, court_checks.outcome_problems, details)
    key = keeping.add(desk, Outcome, child_id, details, check=check, reason=reason)
    return keeping.shown(desk, Outcome, key, _outcome_view)


def change_outcome(
    desk: Desk, outcome_id: str, details: OutcomeDetails, *, reason: str | None = None
) -> OutcomeView:
    """Change an outcome."""
    check = keeping.checking(desk, court_checks.outcome_problems, details)
    keeping.change(desk, Outcome, outcome_id, details, check=check, reason=reason)
    return keeping.shown(desk, Outcome, outcome_id, _outcome_view)


def remove_outcome(desk: Desk, outcome_id: str, reason: str) -> None:
    """Take an outcome out of the record; the history keeps it."""
    keeping.remove(desk, Outcome, outcome_id, reason)
