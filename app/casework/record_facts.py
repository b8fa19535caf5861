"""What the record says already, for the notes of an assessment: shown there, not asked again.

Each fact is one line in the language of the screen. Nothing of a victim, and no address: a form is
printed and handed on more freely than a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from app.casework import dates, reference
from app.casework.keeping import of_child
from app.casework.wording import value_words
from app.core.i18n import _
from app.models.records import Address, Alert, Carer, CareStatus, Child, Hearing, Offence, Outcome

MOST: Final = 6
"""So many entries of one kind are named; a note is for a glance, the record has the rest."""

PANEL: Final = "referral_panel"
"""The hearing before which the report for a panel is written."""
REVIEW_RULES: Final = {"review_by": "review_interval", "review_by_high": "review_interval_high"}


def facts_for_form(session: Session, child: Child, today: date) -> dict[str, str]:
    """The facts by the key that a form names them with; an empty text where nothing is recorded."""
    found = {
        "record_home": _line(_home(session, child.id, today)),
        "record_family": _line(_family(session, child.id, today)),
        "record_health": _line(
            _of_child(child, "slcn", "slcn_note", "neurodiversity_note", "disability")
        ),
        "record_learning": _line(_of_child(child, "school", "send_aln", "send_plan")),
        "record_offences": _line(_offences(session, child.id)),
        "record_outcomes": _line(_outcomes(session, child.id)),
        "record_alerts": _line(_alerts(session, child.id, today)),
    }
    found["next_hearing_day"] = _next_day(session, child.id, today)
    found["next_panel_day"] = _next_day(session, child.id, today, only=PANEL)
    for key, rule_id in REVIEW_RULES.items():
        rule = reference.rule(rule_id, today)
        day = dates.after(rule, today) if rule is not None else None
        found[key] = dates.in_words(day) if day else ""
        found[f"{key}_day"] = day.isoformat() if day else ""
    return found


def _line(facts: Iterator[str]) -> str:
    named = [fact for fact in facts if fact]
    more = len(named) - MOST
    if more > 0:
        named = [*named[:MOST], _("and {count} more").format(count=more)]
    return "; ".join(named)


def _of_child(child: Child, *fields: str) -> Iterator[str]:
    for field in fields:
        yield value_words("child", field, getattr(child, field))


def _holds(record: Address | CareStatus | Alert, today: date) -> bool:
    return (record.from_date is None or record.from_date <= today) and (
        record.to_date is None or record.to_date >= today
    )


def _dated(words: str, day: date | None, pattern: str = "{what} ({day})") -> str:
    if not words or day is None:
        return words
    return pattern.format(what=words, day=dates.in_words(day))


def _since(words: str, day: date | None) -> str:
    return _dated(words, day, _("{what}, since {day}"))


def _home(session: Session, child_id: str, today: date) -> Iterator[str]:
    for address in of_child(session, Address, child_id):
        if _holds(address, today):
            yield _since(value_words("address", "kind", address.kind), address.from_date)


def _family(session: Session, child_id: str, today: date) -> Iterator[str]:
    for carer in of_child(session, Carer, child_id):
        relationship = value_words("carer", "relationship", carer.relationship)
        yield f"{carer.name} ({relationship})" if relationship else carer.name
    for care in of_child(session, CareStatus, child_id):
        if _holds(care, today):
            yield _since(value_words("care_status", "status", care.status), care.from_date)


def _offences(session: Session, child_id: str) -> Iterator[str]:
    """The offences that no outcome has dealt with."""
    done = {
        offence_id
        for outcome in of_child(session, Outcome, child_id)
        for offence_id in outcome.offence_ids
    }
    for offence in of_child(session, Offence, child_id):
        if offence.id not in done:
            yield _dated(offence.description, offence.offence_date)


def _outcomes(session: Session, child_id: str) -> Iterator[str]:
    for outcome in of_child(session, Outcome, child_id, Outcome.outcome_date.desc()):
        words = value_words("outcome", "disposal", outcome.disposal)
        yield _dated(words, outcome.outcome_date)


def _next_day(session: Session, child_id: str, today: date, *, only: str = "") -> str:
    """The day of the next hearing, of the kind that is asked for, as a form keeps a day."""
    days = [
        hearing.hearing_date
        for hearing in of_child(session, Hearing, child_id)
        if hearing.hearing_date and hearing.hearing_date >= today
        if not only or hearing.hearing_type == only
    ]
    return min(days).isoformat() if days else ""


def _alerts(session: Session, child_id: str, today: date) -> Iterator[str]:
    for alert in of_child(session, Alert, child_id):
        if not _holds(alert, today):
            continue
        parts = [value_words("alert", "kind", alert.kind)]
        if alert.category:
            parts.append(_("category {category}").format(category=alert.category))
        if alert.level:
            parts.append(_("level {level}").format(level=alert.level))
        yield ", ".join(parts)
