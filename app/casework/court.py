"""Court: offences, hearings and outcomes, with their dates checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.casework.problems import Problem
from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk


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


def _unjoined() -> BugError:
    return BugError("the store is not joined to this function")


def check_offence(desk: Desk, child_id: str, details: OffenceDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in an offence, against the child's date of birth."""
    raise _unjoined()


def list_offences(desk: Desk, child_id: str) -> tuple[OffenceView, ...]:
    """The child's offences, the newest first."""
    raise _unjoined()


def add_offence(
    desk: Desk, child_id: str, details: OffenceDetails, *, reason: str | None = None
) -> OffenceView:
    """Add an offence."""
    raise _unjoined()


def change_offence(
    desk: Desk, offence_id: str, details: OffenceDetails, *, reason: str | None = None
) -> OffenceView:
    """Change an offence."""
    raise _unjoined()


def remove_offence(desk: Desk, offence_id: str, reason: str) -> None:
    """Take an offence out of the record; the history keeps it."""
    raise _unjoined()


def check_hearing(desk: Desk, child_id: str, details: HearingDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in a hearing, against the offences that are heard."""
    raise _unjoined()


def list_hearings(desk: Desk, child_id: str) -> tuple[HearingView, ...]:
    """The child's hearings: those to come, the soonest first, then the past, the newest first."""
    raise _unjoined()


def add_hearing(
    desk: Desk, child_id: str, details: HearingDetails, *, reason: str | None = None
) -> HearingView:
    """Add a hearing."""
    raise _unjoined()


def change_hearing(
    desk: Desk, hearing_id: str, details: HearingDetails, *, reason: str | None = None
) -> HearingView:
    """Change a hearing."""
    raise _unjoined()


def remove_hearing(desk: Desk, hearing_id: str, reason: str) -> None:
    """Take a hearing out of the record; the history keeps it."""
    raise _unjoined()


def check_outcome(desk: Desk, child_id: str, details: OutcomeDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in an outcome, against its hearing and offences."""
    raise _unjoined()


def list_outcomes(desk: Desk, child_id: str) -> tuple[OutcomeView, ...]:
    """The child's outcomes, the newest first."""
    raise _unjoined()


def add_outcome(
    desk: Desk, child_id: str, details: OutcomeDetails, *, reason: str | None = None
) -> OutcomeView:
    """Add an outcome."""
    raise _unjoined()


def change_outcome(
    desk: Desk, outcome_id: str, details: OutcomeDetails, *, reason: str | None = None
) -> OutcomeView:
    """Change an outcome."""
    raise _unjoined()


def remove_outcome(desk: Desk, outcome_id: str, reason: str) -> None:
    """Take an outcome out of the record; the history keeps it."""
    raise _unjoined()
