"""What is held of an offence, a hearing and an outcome, as the pages give and take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
