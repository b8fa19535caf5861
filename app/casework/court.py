"""Court: offences, hearings and outcomes, with their dates checked against each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from app.casework import dates, keeping, reference, standing
from app.casework.child_views import joined
from app.casework.keeping import details_of, of_child, present
from app.casework.problems import Problem
from app.core.clock import age_on
from app.core.i18n import _, ngettext
from app.models.records import Hearing, Offence, Outcome

if TYPE_CHECKING:
    from app.casework.desk import Desk


SERIOUSNESS: Final = range(1, 9)
_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:.][0-5]\d")


@dataclass(frozen=True, kw_only=True)
class OffenceDetails:
    """Something the child was charged with, or dealt with for out of court.

    Attributes:
        description: In plain words. category: list `offence_categories`.
        seriousness: 1 to 8, entered by hand (the national list of scores isn't held here).
        knife: Whether a knife or blade was involved.
        plea: List `pleas`. police_reference: the police's number.
        cjs_code: The courts' code of the offence, where known.
        end_date: Last day, where it went on for more than a day.
    """

    offence_date: date | None = None
    end_date: date | None = None
    description: str = ""
    category: str = ""
    seriousness: int | None = None
    knife: bool = False
    plea: str = ""
    cjs_code: str = ""
    police_reference: str = ""
    arrested_on: date | None = None
    charged_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class HearingDetails:
    """A day in court, or before a panel that decides out of court.

    Attributes:
        hearing_time: "10:00", or empty.
        court: Name as in list `courts`, or free text. hearing_type: list `hearing_types`.
        offence_ids: Offences that are heard.
        remand_decision: List `remand_decisions`.
        report_requested: Whether the court asked for a pre-sentence report.
        report_due: The day the court wants it; None: worked out from the dated rules.
        all_options: Whether the court has left custody open.
    """

    hearing_date: date | None = None
    hearing_time: str = ""
    court: str = ""
    hearing_type: str = ""
    offence_ids: tuple[str, ...] = ()
    remand_decision: str = ""
    report_requested: bool = False
    report_due: date | None = None
    all_options: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class OutcomeDetails:
    """What was decided: an order, a sentence or an out-of-court disposal.

    Attributes:
        disposal: List `outcomes`.
        hearing_id: The hearing it was decided at; None: out of court or long ago.
        offence_ids: Offences it is for.
        end_date: The last day of an order, where known.
        term_months, term_years: Length; both may be given.
        residence: List `residence`: where the child lived when it was made.
        appeal: List `appeals`. main_or_other: list `main_or_other`.
        completed: List `completed`: how it ended.
        requirements: Codes of list `yro_requirements`.
        establishment: Where a child in custody is, list `establishments` or free text.
        proposal_followed: List `proposal_followed`. court_reason: why not, in the court's words.
    """

    outcome_date: date | None = None
    end_date: date | None = None
    disposal: str = ""
    court: str = ""
    hearing_id: str | None = None
    offence_ids: tuple[str, ...] = ()
    term_months: int | None = None
    term_years: int | None = None
    residence: str = ""
    appeal: str = ""
    main_or_other: str = ""
    requirements: tuple[str, ...] = ()
    establishment: str = ""
    proposal_followed: str = ""
    court_reason: str = ""
    completed: str = ""
    note: str = ""


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
        return _offence_problems(session, child_id, details, desk.clock.today())


def _offence_problems(
    session: Session, child_id: str, details: OffenceDetails, today: date
) -> tuple[Problem, ...]:
    born = keeping.born(session, child_id)
    return (
        *_offence_missing(details),
        *_offence_dates(details, today),
        *_offence_age(details.offence_date, born),
    )


def _offence_missing(details: OffenceDetails) -> Iterator[Problem]:
    if not details.description.strip() and not details.category:
        yield Problem(
            "description", _("Say in plain words what happened, or choose a category."), blocks=True
        )
    if details.offence_date is None:
        yield Problem("offence_date", _("Enter the date of the offence, if it is known."))
    if details.seriousness is not None and details.seriousness not in SERIOUSNESS:
        yield Problem(
            "seriousness", _("Enter a number from 1 to 8, or leave it empty."), blocks=True
        )


def _offence_dates(details: OffenceDetails, today: date) -> Iterator[Problem]:
    done = details.offence_date
    if done is None:
        return
    if done > today:
        yield Problem(
            "offence_date", _("The offence is in the future. Check the year."), blocks=True
        )
    if details.end_date and details.end_date < done:
        yield Problem(
            "end_date",
            _("The last day of the offence is before the first. Check both days."),
            blocks=True,
        )
    if details.arrested_on and details.arrested_on < done:
        yield Problem("arrested_on", _("The arrest is before the offence. Check both days."))
    if details.charged_on and details.charged_on < done:
        yield Problem("charged_on", _("The charge is before the offence. Check both days."))


def _offence_age(done: date | None, born: date | None) -> Iterator[Problem]:
    if done is None or born is None:
        return
    if done < born:
        yield Problem(
            "offence_date",
            _("The offence is before the child was born. Check it, or the date of birth."),
            blocks=True,
        )
        return
    age = age_on(born, done)
    youngest = reference.rule("age_of_criminal_responsibility", done)
    oldest = reference.rule("last_age_of_youth_justice", done)
    if youngest and age < youngest.value:
        yield Problem(
            "offence_date",
            _(
                "The child was {age} on that day. A child younger than {least} can't commit an"
                " offence. Check it, or the date of birth."
            ).format(age=age, least=youngest.value),
        )
    elif oldest and age > oldest.value:
        yield Problem(
            "offence_date",
            _("They were {age} on that day, so no longer a child. Check it.").format(age=age),
        )


def list_offences(desk: Desk, child_id: str) -> tuple[OffenceView, ...]:
    """The child's offences, the newest first."""
    with desk.casebook.read() as session:
        views = [
            _offence_view(desk, session, held) for held in of_child(session, Offence, child_id)
        ]
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
        problems=_offence_problems(session, held.child_id, details, desk.clock.today()),
        revision=held.revision,
    )


def add_offence(
    desk: Desk, child_id: str, details: OffenceDetails, *, reason: str | None = None
) -> OffenceView:
    """Add an offence.

    Raises:
        DetailsRefused: The dates make no sense together. NotAllowed: The person may only read.
    """
    check = _offence_check(desk, details)
    key = keeping.add(desk, Offence, child_id, details, check=check, reason=reason)
    return _offence(desk, key)


def change_offence(
    desk: Desk, offence_id: str, details: OffenceDetails, *, reason: str | None = None
) -> OffenceView:
    """Change an offence."""
    check = _offence_check(desk, details)
    keeping.change(desk, Offence, offence_id, details, check=check, reason=reason)
    return _offence(desk, offence_id)


def remove_offence(desk: Desk, offence_id: str, reason: str) -> None:
    """Take an offence out of the record; the history keeps it."""
    keeping.remove(desk, Offence, offence_id, reason)


def _offence_check(desk: Desk, details: OffenceDetails) -> keeping.Check:
    today = desk.clock.today()

    def check(session: Session, child_id: str) -> tuple[Problem, ...]:
        return _offence_problems(session, child_id, details, today)

    return check


def _offence(desk: Desk, key: str) -> OffenceView:
    with desk.casebook.read() as session:
        return _offence_view(desk, session, present(session, Offence, key))


# -- hearings ----------------------------------------------------------------------------------


def check_hearing(desk: Desk, child_id: str, details: HearingDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in a hearing, against the offences that are heard."""
    with desk.casebook.read() as session:
        return _hearing_problems(session, child_id, details)


def _hearing_problems(
    session: Session, child_id: str, details: HearingDetails
) -> tuple[Problem, ...]:
    return (
        *_hearing_missing(details),
        *_hearing_days(session, child_id, details),
        *_remand_age(details, keeping.born(session, child_id)),
    )


def _hearing_missing(details: HearingDetails) -> Iterator[Problem]:
    if details.hearing_date is None:
        yield Problem("hearing_date", _("Enter the date of the hearing."), blocks=True)
    if details.hearing_time.strip() and not _TIME.fullmatch(details.hearing_time.strip()):
        yield Problem("hearing_time", _("Enter the time like this: 10:00."), blocks=True)
    if not details.court.strip():
        yield Problem("court", _("Enter the court, if it is known."))


def _hearing_days(session: Session, child_id: str, details: HearingDetails) -> Iterator[Problem]:
    day = details.hearing_date
    if day is None:
        return
    heard = _offence_dates_of(session, child_id, details.offence_ids)
    if heard and day < max(heard):
        yield Problem(
            "hearing_date",
            _("The hearing is before an offence that is heard ({day}). Check both days.").format(
                day=dates.in_words(max(heard))
            ),
            blocks=True,
        )
    born = keeping.born(session, child_id)
    if born and day < born:
        yield Problem(
            "hearing_date",
            _("The hearing is before the child was born. Check it, or the date of birth."),
            blocks=True,
        )
    if not dates.is_working_day(day):
        yield Problem("hearing_date", _("This day is a weekend or a bank holiday. Check the date."))
    if details.report_due and details.report_due > day:
        yield Problem("report_due", _("The report is due after the hearing. Check both days."))


def _remand_age(details: HearingDetails, born: date | None) -> Iterator[Problem]:
    entry = reference.listing("remand_decisions").entry(details.remand_decision)
    if entry is None or not entry.column("min_age") or not (born and details.hearing_date):
        return
    rule = reference.rule("yda_min_age", details.hearing_date)
    if rule and age_on(born, details.hearing_date) < rule.value:
        yield Problem(
            "remand_decision",
            _("The child was younger than {age} on that day. Check what was decided.").format(
                age=rule.value
            ),
        )


def _offence_dates_of(
    session: Session, child_id: str, offence_ids: Collection[str]
) -> Sequence[date]:
    """The days on which these offences of the child happened or began."""
    return [
        held.offence_date
        for held in of_child(session, Offence, child_id)
        if held.id in offence_ids and held.offence_date is not None
    ]


def list_hearings(desk: Desk, child_id: str) -> tuple[HearingView, ...]:
    """The child's hearings: those to come, the soonest first, then the past, the newest first."""
    with desk.casebook.read() as session:
        views = [
            _hearing_view(desk, session, held) for held in of_child(session, Hearing, child_id)
        ]
    to_come = sorted((view for view in views if view.upcoming), key=_when)
    past = sorted((view for view in views if not view.upcoming), key=_when, reverse=True)
    return (*to_come, *past)


def _when(view: HearingView) -> tuple[date, str, str]:
    return (view.details.hearing_date or date.min, view.details.hearing_time, view.id)


def _hearing_view(desk: Desk, session: Session, held: Hearing) -> HearingView:
    details, today = details_of(held, HearingDetails), desk.clock.today()
    day = held.hearing_date
    due, _rule = standing.report_due(held)
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
        problems=_hearing_problems(session, held.child_id, details),
        revision=held.revision,
    )


def add_hearing(
    desk: Desk, child_id: str, details: HearingDetails, *, reason: str | None = None
) -> HearingView:
    """Add a hearing.

    Raises:
        DetailsRefused: The dates make no sense together. NotAllowed: The person may only read.
    """
    check = _hearing_check(details)
    key = keeping.add(desk, Hearing, child_id, _tidy(details), check=check, reason=reason)
    return _hearing(desk, key)


def change_hearing(
    desk: Desk, hearing_id: str, details: HearingDetails, *, reason: str | None = None
) -> HearingView:
    """Change a hearing."""
    check = _hearing_check(details)
    keeping.change(desk, Hearing, hearing_id, _tidy(details), check=check, reason=reason)
    return _hearing(desk, hearing_id)


def remove_hearing(desk: Desk, hearing_id: str, reason: str) -> None:
    """Take a hearing out of the record; the history keeps it."""
    keeping.remove(desk, Hearing, hearing_id, reason)


def _tidy(details: HearingDetails) -> HearingDetails:
    """The time as a list sorts it: "09:30" for "9.30"."""
    time = details.hearing_time.strip().replace(".", ":")
    return replace(details, hearing_time=time.zfill(5) if _TIME.fullmatch(time) else time)


def _hearing_check(details: HearingDetails) -> keeping.Check:
    def check(session: Session, child_id: str) -> tuple[Problem, ...]:
        return _hearing_problems(session, child_id, details)

    return check


def _hearing(desk: Desk, key: str) -> HearingView:
    with desk.casebook.read() as session:
        return _hearing_view(desk, session, present(session, Hearing, key))


# -- outcomes ----------------------------------------------------------------------------------


def check_outcome(desk: Desk, child_id: str, details: OutcomeDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in an outcome, against its hearing and offences."""
    with desk.casebook.read() as session:
        return _outcome_problems(session, child_id, details, desk.clock.today())


def _outcome_problems(
    session: Session, child_id: str, details: OutcomeDetails, today: date
) -> tuple[Problem, ...]:
    return (
        *_outcome_missing(details),
        *_outcome_days(session, child_id, details, today),
        *_outcome_law(details, keeping.born(session, child_id)),
    )


def _outcome_missing(details: OutcomeDetails) -> Iterator[Problem]:
    if not details.disposal:
        yield Problem("disposal", _("Choose what was decided."), blocks=True)
    if details.outcome_date is None:
        yield Problem("outcome_date", _("Enter the date of the outcome, if it is known."))
    if details.proposal_followed in ("partly", "not_followed") and not details.court_reason.strip():
        yield Problem("court_reason", _("Say why the court decided differently, if it said so."))


def _outcome_days(
    session: Session, child_id: str, details: OutcomeDetails, today: date
) -> Iterator[Problem]:
    day = details.outcome_date
    if day is None:
        return
    if day > today:
        yield Problem(
            "outcome_date", _("The outcome is in the future. Check the date."), blocks=True
        )
    born = keeping.born(session, child_id)
    if born and day < born:
        yield Problem(
            "outcome_date",
            _("The outcome is before the child was born. Check it, or the date of birth."),
            blocks=True,
        )
    if details.end_date and details.end_date < day:
        yield Problem(
            "end_date",
            _("The order ends before it was made. Check both days."),
            blocks=True,
        )
    hearing = session.get(Hearing, details.hearing_id) if details.hearing_id else None
    if hearing and hearing.hearing_date and day < hearing.hearing_date:
        yield Problem(
            "outcome_date",
            _("The outcome is before its hearing ({day}). Check both days.").format(
                day=dates.in_words(hearing.hearing_date)
            ),
            blocks=True,
        )
    dealt_with = _offence_dates_of(session, child_id, details.offence_ids)
    if dealt_with and day < max(dealt_with):
        yield Problem(
            "outcome_date",
            _("The outcome is before an offence that it is for ({day}). Check both days.").format(
                day=dates.in_words(max(dealt_with))
            ),
            blocks=True,
        )


# The shortest and longest length of an order in months, by the rules of the day it was made.
LENGTHS: Final = {
    "referral_order": ("referral_order_min", "referral_order_max"),
    "yro": (None, "yro_max"),
    "yro_iss": ("yro_iss_min", "yro_max"),
    "yro_fostering": (None, "yro_fostering_max"),
    "dto": ("dto_min", "dto_max"),
}
AGES: Final = {"dto": "dto_min_age"}
REQUIREMENT_AGES: Final = {"unpaid_work": "unpaid_work_min_age"}


def _outcome_law(details: OutcomeDetails, born: date | None) -> Iterator[Problem]:
    """What is unusual by the dated rules. They warn and never block."""
    day = details.outcome_date
    if day is None:
        return
    months = (details.term_months or 0) + 12 * (details.term_years or 0)
    least_id, most_id = LENGTHS.get(details.disposal, (None, None))
    least = reference.rule(least_id, day) if least_id else None
    most = reference.rule(most_id, day) if most_id else None
    if months and least and months < least.value:
        yield Problem(
            "term_months",
            _("Unusual: the shortest is {count} months. Check the length.").format(
                count=least.value
            ),
        )
    if months and most and months > most.value:
        yield Problem(
            "term_months",
            _("Unusual: the longest is {count} months. Check the length.").format(count=most.value),
        )
    if born is None:
        return
    age = age_on(born, day)
    limits = [("disposal", AGES.get(details.disposal))]
    limits += [("requirements", REQUIREMENT_AGES.get(code)) for code in details.requirements]
    for field, rule_id in limits:
        youngest = reference.rule(rule_id, day) if rule_id else None
        if youngest and age < youngest.value:
            yield Problem(
                field,
                _("Unusual: the child was {age}, and this is for {least} and older.").format(
                    age=age, least=youngest.value
                ),
            )


def list_outcomes(desk: Desk, child_id: str) -> tuple[OutcomeView, ...]:
    """The child's outcomes, the newest first."""
    with desk.casebook.read() as session:
        views = [
            _outcome_view(desk, session, held) for held in of_child(session, Outcome, child_id)
        ]
    return tuple(
        sorted(
            views, key=lambda view: (view.details.outcome_date or date.min, view.id), reverse=True
        )
    )


def _outcome_view(desk: Desk, session: Session, held: Outcome) -> OutcomeView:
    details, today = details_of(held, OutcomeDetails), desk.clock.today()
    entry = reference.listing("outcomes").entry(held.disposal)
    months = (held.term_months or 0) + 12 * (held.term_years or 0)
    end = standing.end_of(held)
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
        running=held.outcome_date is not None and standing.runs(held, today),
        problems=_outcome_problems(session, held.child_id, details, today),
        revision=held.revision,
    )


def add_outcome(
    desk: Desk, child_id: str, details: OutcomeDetails, *, reason: str | None = None
) -> OutcomeView:
    """Add an outcome.

    Raises:
        DetailsRefused: The dates make no sense together. NotAllowed: The person may only read.
    """
    check = _outcome_check(desk, details)
    key = keeping.add(desk, Outcome, child_id, details, check=check, reason=reason)
    return _outcome(desk, key)


def change_outcome(
    desk: Desk, outcome_id: str, details: OutcomeDetails, *, reason: str | None = None
) -> OutcomeView:
    """Change an outcome."""
    check = _outcome_check(desk, details)
    keeping.change(desk, Outcome, outcome_id, details, check=check, reason=reason)
    return _outcome(desk, outcome_id)


def remove_outcome(desk: Desk, outcome_id: str, reason: str) -> None:
    """Take an outcome out of the record; the history keeps it."""
    keeping.remove(desk, Outcome, outcome_id, reason)


def _outcome_check(desk: Desk, details: OutcomeDetails) -> keeping.Check:
    today = desk.clock.today()

    def check(session: Session, child_id: str) -> tuple[Problem, ...]:
        return _outcome_problems(session, child_id, details, today)

    return check


def _outcome(desk: Desk, key: str) -> OutcomeView:
    with desk.casebook.read() as session:
        return _outcome_view(desk, session, present(session, Outcome, key))
