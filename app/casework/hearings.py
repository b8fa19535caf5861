"""Hearings: in words, when a report is due for one, and whether the record says how it went on."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.casework import dates, reference
from app.casework.held_records import Held
from app.core.i18n import _


def by_day(hearing: Any) -> tuple[date, str]:
    """What hearings are sorted by: their day, then their time."""
    return (hearing.hearing_date, hearing.hearing_time)


def hearing_words(hearing: Any, today: date) -> str:
    """Such as "Court Tue 24 Nov, 10:00" or "Panel Wed 25 Nov"."""
    panel = hearing.hearing_type in ("panel", "referral_panel")
    word = _("Panel") if panel else _("Court")
    when = dates.shortly(hearing.hearing_date, today)
    if hearing.hearing_time:
        return _("{what} {day}, {time}").format(what=word, day=when, time=hearing.hearing_time)
    return _("{what} {day}").format(what=word, day=when)


def report_due(hearing: Any) -> tuple[date | None, str | None]:
    """The day a report is due for a hearing, with the rule that says so where the court didn't."""
    if not hearing.report_requested or hearing.hearing_date is None:
        return None, None
    if hearing.report_due is not None:
        return hearing.report_due, None
    rule = reference.rule("psr_ready_before_hearing", hearing.hearing_date)
    if rule is None:
        return hearing.hearing_date, None
    return dates.ahead(rule, hearing.hearing_date), rule.rule_id


def decides(hearing: Any) -> bool:
    """Whether a hearing ends in an outcome or in another hearing; one of no kind may."""
    kind = reference.listing("hearing_types").entry(hearing.hearing_type)
    return kind is None or bool(kind.column("decides"))


def is_followed(hearing: Any, held: Held) -> bool:
    """Whether the record says how it went on: an outcome, or the next hearing of the same case."""
    if hearing.hearing_type == "bail" and hearing.remand_decision:
        return True
    return any(
        outcome.hearing_id == hearing.id
        or (outcome.outcome_date >= hearing.hearing_date and _same_case(outcome, hearing))
        for outcome in held.outcomes
    ) or any(
        later.hearing_date > hearing.hearing_date and decides(later) and _same_case(later, hearing)
        for later in held.hearings
    )


def _same_case(one: Any, other: Any) -> bool:
    """Whether two are about the same offences, as far as offences are named for both."""
    return not (one.offence_ids and other.offence_ids) or not set(one.offence_ids).isdisjoint(
        other.offence_ids
    )
