"""What is missing or unusual in offences, hearings and outcomes: dates beside each other.

What makes no sense blocks. What is only unusual by the dated rules of `resources/reference/` warns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from app.casework import dates, keeping, reference
from app.casework.court_details import HearingDetails, OffenceDetails, OutcomeDetails
from app.casework.keeping import of_child
from app.casework.problems import Problem
from app.casework.proposal import ORDERS, REQUIREMENTS
from app.core.clock import age_on
from app.core.i18n import _
from app.models.records import Hearing, Offence

SERIOUSNESS: Final = range(1, 9)
TIME: Final = re.compile(r"([01]?\d|2[0-3])[:.][0-5]\d")


def offence_problems(
    session: Session, child_id: str, details: OffenceDetails, today: date
) -> tuple[Problem, ...]:
    """What is missing or unusual in an offence, against the child's date of birth."""
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


def hearing_problems(
    session: Session,
    child_id: str,
    details: HearingDetails,
    today: date,  # noqa: ARG001 - hearings lie ahead: all three are asked alike
) -> tuple[Problem, ...]:
    """What is missing or unusual in a hearing, against the offences that are heard."""
    return (
        *_hearing_missing(details),
        *_hearing_days(session, child_id, details),
        *_remand_age(details, keeping.born(session, child_id)),
    )


def _hearing_missing(details: HearingDetails) -> Iterator[Problem]:
    if details.hearing_date is None:
        yield Problem("hearing_date", _("Enter the date of the hearing."), blocks=True)
    if details.hearing_time.strip() and not TIME.fullmatch(details.hearing_time.strip()):
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


def outcome_problems(
    session: Session, child_id: str, details: OutcomeDetails, today: date
) -> tuple[Problem, ...]:
    """What is missing or unusual in an outcome, against its hearing and offences."""
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


def _rule_of(list_name: str, code: str, column: str, measure: str = "") -> str | None:
    """The dated rule that a list names for an order or a requirement, such as its shortest."""
    entry = reference.listing(list_name).entry(code)
    named = entry.column(column) if entry is not None else None
    if measure:
        named = (named or {}).get(measure)
    return named if isinstance(named, str) else None


def _outcome_law(details: OutcomeDetails, born: date | None) -> Iterator[Problem]:
    """What is unusual by the dated rules. They warn and never block."""
    day = details.outcome_date
    if day is None:
        return
    months = (details.term_months or 0) + 12 * (details.term_years or 0)
    least_id = _rule_of(ORDERS, details.disposal, "least", "months")
    most_id = _rule_of(ORDERS, details.disposal, "most", "months")
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
    limits = [("disposal", _rule_of(ORDERS, details.disposal, "youngest"))]
    limits += [
        ("requirements", _rule_of(REQUIREMENTS, code, "youngest")) for code in details.requirements
    ]
    for field, rule_id in limits:
        youngest = reference.rule(rule_id, day) if rule_id else None
        if youngest and age < youngest.value:
            yield Problem(
                field,
                _("Unusual: the child was {age}, and this is for {least} and older.").format(
                    age=age, least=youngest.value
                ),
            )
