"""What is due, by dated rules and working days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.casework import dates
from app.casework.standing import facts, standings, urgency
from app.models.queries.caseload import LOCKED
from app.models.records import (
    Address,
    Alert,
    Child,
    FormRecord,
    HarmPrompt,
    Hearing,
    Outcome,
    Oversight,
)

if TYPE_CHECKING:
    from app.casework.desk import Desk

Urgency = Literal["neutral", "attention", "serious"]

LOOKS_AHEAD: Final = 21
"""Days ahead in which a hearing or a form makes something due."""

MOST_CHILDREN: Final = 2000
"""Of each reason, at most so many children are looked at, the soonest first."""

AT_ONCE: Final = 500


@dataclass(frozen=True)
class DueItem:
    """One thing that somebody has to do for a child.

    Attributes:
        kind: Code of what is due: hearing, report, countersign, review, assessment,
            harm_prompt, alert_review, directions, address, child_view, recovery.
        text: What is due, in words.
        due: The day it is due; None: as soon as it can be.
        when: Such as "tomorrow", "in 4 working days", "3 days late".
        urgency: serious: late or due by tomorrow; attention: within five working days.
        rule_id: The dated rule that set the day, where one did.
        verified: False where the rule's source was not read in full: shown as unverified,
            it warns and never blocks.
        record_type, record_id: Where to go to do it.
    """

    kind: str
    text: str
    due: date | None
    when: str
    urgency: Urgency
    child_id: str
    child_name: str
    record_type: str = ""
    record_id: str = ""
    rule_id: str | None = None
    verified: bool = True


def of_child(desk: Desk, child_id: str) -> tuple[DueItem, ...]:
    """What is due for one child, the soonest first."""
    with desk.casebook.read() as session:
        return _items(desk, session, [child_id])


def of_all(desk: Desk, limit: int = 500) -> tuple[DueItem, ...]:
    """What is due for every child, the soonest first.

    Children are found by the records that make something due, so that a casebook of many children
    is not read whole.
    """
    today = desk.clock.today()
    with desk.casebook.read() as session:
        ids: dict[str, None] = {}
        for query in what_makes_due(today):
            ids.update(dict.fromkeys(session.scalars(query.limit(MOST_CHILDREN))))
        found = list(ids)
        items = [
            item
            for start in range(0, len(found), AT_ONCE)
            for item in _items(desk, session, found[start : start + AT_ONCE])
        ]
    return tuple(sorted(items, key=_soonest)[:limit])


def within(items: Iterable[DueItem], today: date, days: int = 7) -> tuple[DueItem, ...]:
    """Those that are due within so many days, are late, or are due as soon as can be."""
    last = today + timedelta(days=days)
    return tuple(item for item in items if item.due is None or item.due <= last)


def _items(desk: Desk, session: Session, ids: Sequence[str]) -> tuple[DueItem, ...]:
    today = desk.clock.today()
    children = facts(session, ids)
    held = standings(session, list(children.values()), today)
    items = [
        DueItem(
            kind=item.kind,
            text=item.text,
            due=item.due,
            when=dates.how_soon(item.due, today),
            urgency=cast(Urgency, urgency(item, today)),
            child_id=child_id,
            child_name=child.name,
            record_type=item.record_type,
            record_id=item.record_id,
            rule_id=item.rule_id,
            verified=item.verified,
        )
        for child_id, child in children.items()
        for item in held[child_id].due
    ]
    return tuple(sorted(items, key=_soonest))


def _soonest(item: DueItem) -> tuple[date, str, str]:
    return (item.due or date.min, item.child_name, item.kind)


def what_makes_due(today: date) -> Iterator[Select[str]]:
    """Queries for the ids of children for whom something may be due, the soonest first."""
    ahead = today + timedelta(days=LOOKS_AHEAD)
    yield (
        select(Hearing.child_id)
        .where(Hearing.removed_at.is_(None), Hearing.hearing_date.between(today, ahead))
        .order_by(Hearing.hearing_date)
    )
    yield select(HarmPrompt.child_id).where(
        HarmPrompt.removed_at.is_(None), HarmPrompt.state == "open"
    )
    yield (
        select(Oversight.child_id)
        .where(Oversight.removed_at.is_(None), Oversight.state == "waiting")
        .order_by(Oversight.due_on)
    )
    yield select(FormRecord.child_id).where(
        FormRecord.removed_at.is_(None), FormRecord.state == "returned"
    )
    yield (
        select(FormRecord.child_id)
        .where(
            FormRecord.removed_at.is_(None),
            FormRecord.state == "draft",
            FormRecord.due_on <= ahead,
        )
        .order_by(FormRecord.due_on)
    )
    yield (
        select(FormRecord.child_id)
        .where(
            FormRecord.removed_at.is_(None),
            FormRecord.state.in_(LOCKED),
            FormRecord.kind == "assessment",
        )
        .order_by(FormRecord.submitted_at)
    )
    yield (
        select(Outcome.child_id)
        .where(Outcome.removed_at.is_(None), Outcome.outcome_date >= today - timedelta(days=90))
        .order_by(Outcome.outcome_date)
    )
    yield (
        select(Alert.child_id)
        .where(Alert.removed_at.is_(None), Alert.review_on <= ahead)
        .order_by(Alert.review_on)
    )
    yield (
        select(Address.child_id)
        .where(
            Address.removed_at.is_(None), Address.confirmed.is_(False), Address.to_date.is_(None)
        )
        .order_by(Address.created_at)
    )
    yield (
        select(Child.id)
        .where(
            Child.removed_at.is_(None),
            Child.merged_into.is_(None),
            Child.date_of_birth.between(
                dates.add_months(today, -18 * 12), dates.add_months(today, -17 * 12 - 5)
            ),
        )
        .order_by(Child.date_of_birth)
    )
