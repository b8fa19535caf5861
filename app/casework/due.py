"""What is due, by dated rules and working days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal, cast

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.casework import chronology, dates, reference
from app.casework.falls_due import urgency
from app.casework.held_records import facts
from app.casework.orders import COURT_ORDERS
from app.casework.standing import standings
from app.core.clock import LONDON
from app.forms.schema import ASSESSING
from app.models.queries.caseload import LOCKED
from app.models.records import (
    Address,
    Alert,
    Child,
    ChronologyEntry,
    FormRecord,
    HarmPrompt,
    Hearing,
    Outcome,
    Oversight,
    Task,
)

if TYPE_CHECKING:
    from app.casework.desk import Desk

Urgency = Literal["neutral", "attention", "serious"]

LOOKS_AHEAD: Final = 21
"""How many days ahead the list of what is due for everyone looks."""

MOST_CHILDREN: Final = 500
"""For each reason, at most so many children are looked at for that list."""

AT_ONCE: Final = 500

EVENTS_ASK_FOR: Final = timedelta(days=120)
"""So long an event asks for a review in the list for everyone: longer than reviews are apart."""

HEARINGS_ASK_FOR: Final = timedelta(days=365)
"""So long a hearing asks for its outcome in the list for everyone; in the child's own, always."""


@dataclass(frozen=True)
class DueItem:
    """One thing that somebody has to do for a child.

    Attributes:
        kind: Code of what is due: hearing, outcome, report, countersign, review, assessment,
            harm_prompt, event_review, alert_review, directions, task, panel_meeting, address,
            child_view, recovery.
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


def of_all(desk: Desk, limit: int = 500, days: int = LOOKS_AHEAD) -> tuple[DueItem, ...]:
    """What is due for every child within so many days, the soonest first.

    Children are found by the records that make something due, so that a casebook of many children
    is not read whole.
    """
    today = desk.clock.today()
    with desk.casebook.read() as session:
        ids: dict[str, None] = {}
        for query in what_makes_due(today, days):
            ids.update(dict.fromkeys(session.scalars(query.limit(MOST_CHILDREN))))
        found = list(ids)
        items = [
            item
            for start in range(0, len(found), AT_ONCE)
            for item in _items(desk, session, found[start : start + AT_ONCE])
        ]
    return tuple(sorted(within(items, today, days), key=_soonest)[:limit])


def within(items: Iterable[DueItem], today: date, days: int = 7) -> tuple[DueItem, ...]:
    """Those that are due within so many days, are late, or are due as soon as can be."""
    last = today + timedelta(days=days)
    return tuple(item for item in items if item.due is None or item.due <= last)


def _items(desk: Desk, session: Session, ids: Sequence[str]) -> tuple[DueItem, ...]:
    today = desk.clock.today()
    children = facts(session, ids)
    held = standings(session, list(children.values()), today, hears=desk.actor.may_hear_child)
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


def _soonest(item: DueItem) -> tuple[date, bool, str, str]:
    """By day; of what has none, what a child said may not wait behind the rest."""
    return (item.due or date.min, item.kind != "harm_prompt", item.child_name, item.kind)


def what_makes_due(today: date, days: int = LOOKS_AHEAD) -> Iterator[Select[str]]:
    """Queries for the ids of children for whom something may be due within so many days.

    Those for whom it was due long ago come last: with most of them the work has ended.
    """
    ahead = today + timedelta(days=days)
    yield (
        select(Hearing.child_id)
        .where(
            Hearing.removed_at.is_(None),
            Hearing.hearing_date >= today,
            # A report is due some days before its hearing, or when the court says.
            or_(
                Hearing.hearing_date <= ahead + timedelta(days=7),
                Hearing.report_due <= ahead,
            ),
        )
        .order_by(Hearing.hearing_date)
    )
    decided = aliased(Outcome)
    yield (
        select(Hearing.child_id)
        .where(
            Hearing.removed_at.is_(None),
            Hearing.hearing_date < today,
            Hearing.hearing_date >= today - HEARINGS_ASK_FOR,
            Hearing.hearing_type.not_in(_undeciding()),
            ~exists().where(decided.hearing_id == Hearing.id, decided.removed_at.is_(None)),
        )
        .order_by(Hearing.hearing_date.desc())
    )
    yield select(HarmPrompt.child_id).where(
        HarmPrompt.removed_at.is_(None), HarmPrompt.state == "open"
    )
    yield (
        select(Oversight.child_id)
        .where(Oversight.removed_at.is_(None), Oversight.state == "waiting")
        .order_by(Oversight.due_on)
    )
    yield (
        select(Task.child_id)
        .where(Task.removed_at.is_(None), Task.state == "open", Task.due_on <= ahead)
        .order_by(Task.due_on)
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
        .order_by(FormRecord.due_on.desc())
    )
    yield (
        select(FormRecord.child_id)
        .where(
            FormRecord.removed_at.is_(None),
            FormRecord.state.in_(LOCKED),
            FormRecord.kind.in_(ASSESSING),
            FormRecord.submitted_at < _reviewed_before(ahead),
        )
        .order_by(FormRecord.submitted_at.desc())
    )
    yield (
        select(ChronologyEntry.child_id)
        .where(
            ChronologyEntry.removed_at.is_(None),
            ChronologyEntry.kind.in_(chronology.prompting_kinds()),
            ChronologyEntry.happened_on >= today - EVENTS_ASK_FOR,
        )
        .order_by(ChronologyEntry.happened_on.desc())
    )
    yield (
        select(Outcome.child_id)
        .where(
            Outcome.removed_at.is_(None),
            Outcome.disposal.in_(_supervised()),
            Outcome.outcome_date <= today,
            or_(Outcome.end_date.is_(None), Outcome.end_date >= today),
            # The longest order runs for three years; what is longer has an end date.
            Outcome.outcome_date >= dates.add_months(today, -37),
        )
        .order_by(Outcome.outcome_date.desc())
    )
    yield (
        select(Alert.child_id)
        .where(Alert.removed_at.is_(None), Alert.review_on <= ahead)
        .order_by(Alert.review_on.desc())
    )
    yield (
        select(Address.child_id)
        .where(
            Address.removed_at.is_(None),
            Address.confirmed.is_(False),
            or_(Address.to_date.is_(None), Address.to_date >= today),
        )
        .order_by(Address.created_at.desc())
    )
    growing_up = aliased(Child)
    yield (
        select(growing_up.id)
        .where(
            growing_up.removed_at.is_(None),
            growing_up.merged_into.is_(None),
            growing_up.date_of_birth > dates.add_months(today, -18 * 12),
            growing_up.date_of_birth <= dates.add_months(ahead, -17 * 12 - 5),
        )
        .order_by(growing_up.date_of_birth)
    )


def _reviewed_before(ahead: date) -> datetime:
    """An assessment that was submitted later than this is not due for review by `ahead`."""
    shortest = reference.rule("review_interval_high", ahead)
    day = dates.ahead(shortest, ahead) + timedelta(days=4) if shortest else ahead
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _undeciding() -> list[str]:
    """Codes of the kinds of hearing after which no outcome is asked for."""
    return [
        entry.code
        for entry in reference.listing("hearing_types").entries
        if not entry.column("decides")
    ]


def _supervised() -> list[str]:
    """Codes of the outcomes that a court makes and the service supervises."""
    return [
        entry.code
        for entry in reference.listing("outcomes").entries
        if entry.column("stage") and entry.group in COURT_ORDERS
    ]
