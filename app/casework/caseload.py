"""The list of children, with where things are, what is next and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from app.casework import due as due_items
from app.casework import reference, syncing, waiting
from app.casework.due import DueItem
from app.casework.held_records import ChildFacts
from app.casework.levels import Kind, Level
from app.casework.standing import Standing, standings
from app.core.clock import age_on
from app.forms.schema import ASSESSING
from app.models.queries import caseload
from app.models.records import Child, FormRecord, Hearing, Outcome

if TYPE_CHECKING:
    from app.casework.desk import Desk

SIFTED_AT_ONCE: Final = 250
"""How many children are looked at in one go where a filter leaves most of them out."""


@dataclass(frozen=True)
class CaseloadFilter:
    """Which children to list.

    Attributes:
        text: Part of a name or identifier; empty: everyone.
        stage: Code of list `stages`; None: every stage.
        attention: True: only children that need attention.
        late: True: only children for whom something is late.
        unsigned: True: only children with a form that waits to be countersigned.
        mine: True: only children allocated to the person who asks.
    """

    text: str = ""
    stage: str | None = None
    attention: bool = False
    late: bool = False
    unsigned: bool = False
    mine: bool = False

    @property
    def looks_at_each(self) -> bool:
        """Whether it asks for what only a look at each child tells."""
        return self.stage is not None or self.needs_something

    @property
    def needs_something(self) -> bool:
        """Whether it asks for children for whom somebody has something to do."""
        return self.attention or self.late or self.unsigned


@dataclass(frozen=True)
class Attention:
    """Something that needs attention, as a pill: a word and the kind that colours it."""

    text: str
    kind: Kind


@dataclass(frozen=True)
class Cursor:
    """Where a page of the list ended: the next one starts after it, whatever is added meanwhile."""

    sort_name: str
    child_id: str


@dataclass(frozen=True)
class CaseloadRow:
    """One child in the list, all in words of the screen's language but codes and levels.

    Attributes:
        where: Where things are ("Referral order"). stage: its code.
        next: What is next ("Court Tue 24 Nov, 10:00"); empty where nothing is known.
        next_on: The day of it.
        serious_harm, safety: From the newest locked assessment; None without one.
        cursor: The place of this row in the list.
    """

    child_id: str
    name: str
    age: int | None
    stage: str
    where: str
    next: str
    next_on: date | None
    attention: tuple[Attention, ...]
    serious_harm: Level | None
    safety: Level | None
    cursor: Cursor


@dataclass(frozen=True)
class Page:
    """A page of the list. `next` is None on the last page."""

    rows: tuple[CaseloadRow, ...]
    next: Cursor | None


@dataclass(frozen=True)
class Counts:
    """Numbers for the rail and the heading."""

    children: int
    due_this_week: int
    waiting_for_me: int


def rows(
    desk: Desk,
    filter: CaseloadFilter | None = None,
    after: Cursor | None = None,
    limit: int = 100,
) -> Page:
    """One page of the caseload, in the order of family name, then given name.

    A filter by stage or by what is to be done narrows the children in the store first, to those
    who have a record that may lead there, and then looks at each: what makes a stage is law, not
    a column.
    """
    asked = filter or CaseloadFilter()
    today = desk.clock.today()
    found: list[CaseloadRow] = []
    place = caseload.Place(after.sort_name, after.child_id) if after else None
    at_once = max(limit + 1, SIFTED_AT_ONCE) if asked.looks_at_each else limit + 1
    to_confirm = syncing.lease_pills(desk)
    with desk.casebook.read() as session:
        while len(found) <= limit:
            lines = caseload.children(
                session,
                after=place,
                limit=at_once,
                text=asked.text,
                allocated_to=desk.actor.id if asked.mine else None,
                among=_among(asked, today),
            )
            held = standings(
                session,
                [_facts(line) for line in lines],
                today,
                hears=desk.actor.may_hear_child,
            )
            found += [
                _row(line, held[line.child_id], today, to_confirm.get(line.child_id))
                for line in lines
                if _fits(asked, held[line.child_id], today)
            ]
            if len(lines) < at_once:
                break
            place = lines[-1].place
    more = len(found) > limit
    shown = tuple(found[:limit])
    return Page(shown, shown[-1].cursor if more else None)


def _fits(asked: CaseloadFilter, standing: Standing, today: date) -> bool:
    if asked.stage is not None and standing.stage != asked.stage:
        return False
    if asked.late and not any(item.due and item.due < today for item in standing.due):
        return False
    if asked.unsigned and not any(item.kind == "countersign" for item in standing.due):
        return False
    return not asked.attention or bool(standing.pills)


def _facts(line: caseload.ChildLine) -> ChildFacts:
    return ChildFacts(
        child_id=line.child_id,
        given_name=line.given_name,
        family_name=line.family_name,
        preferred_name=line.preferred_name,
        date_of_birth=line.date_of_birth,
        stage=line.stage,
        allocated_to=line.allocated_to,
    )


def _row(
    line: caseload.ChildLine, standing: Standing, today: date, to_confirm: str | None
) -> CaseloadRow:
    attention = [Attention(pill.text, pill.kind) for pill in standing.pills]
    if to_confirm:
        attention.append(Attention(to_confirm, "attention"))
    return CaseloadRow(
        child_id=line.child_id,
        name=_facts(line).name,
        age=age_on(line.date_of_birth, today) if line.date_of_birth else None,
        stage=standing.stage,
        where=standing.where,
        next=standing.next,
        next_on=standing.next_on,
        attention=tuple(attention),
        serious_harm=standing.serious_harm,
        safety=standing.safety,
        cursor=Cursor(line.sort_name, line.child_id),
    )


# -- narrowing in the store --------------------------------------------------------------------


def _among(asked: CaseloadFilter, today: date) -> Select[str] | None:
    """The ids of the children who may fit, or None where every child may."""
    at_stage = _may_be_at(asked.stage, today) if asked.stage is not None else None
    return _may_need_attention(today, at_stage) if asked.needs_something else at_stage


def _may_be_at(stage: str, today: date) -> Select[str] | None:
    by_hand = Child.stage == stage
    if stage in ("new", "closed"):
        # These are the children for whom nothing else is found.
        return None
    disposals = [
        entry.code
        for entry in reference.listing("outcomes").entries
        if entry.column("stage") == stage
    ]
    remands = [
        entry.code
        for entry in reference.listing("remand_decisions").entries
        if entry.column("stage") == stage
    ]
    leads = [by_hand]
    if disposals:
        leads.append(
            Child.id.in_(
                select(Outcome.child_id).where(
                    Outcome.disposal.in_(disposals), Outcome.removed_at.is_(None)
                )
            )
        )
    hearings = select(Hearing.child_id).where(Hearing.removed_at.is_(None))
    if remands:
        leads.append(Child.id.in_(hearings.where(Hearing.remand_decision.in_(remands))))
    if stage == "court":
        # One that is over leads there too, until its outcome is recorded.
        leads.append(Child.id.in_(hearings))
    elif stage in ("before_sentence", "out_of_court"):
        leads.append(Child.id.in_(hearings.where(Hearing.hearing_date >= today)))
    return select(Child.id).where(or_(*leads))


def _may_need_attention(today: date, at_stage: Select[str] | None) -> Select[str]:
    """Children for whom a record may need attention, asked of one child after the other.

    That way a page costs what it takes to find as many children as it shows, wherever they are.
    """
    one = aliased(Child)
    assessing = select(FormRecord.child_id).where(
        FormRecord.kind.in_(ASSESSING),
        FormRecord.state == "draft",
        FormRecord.removed_at.is_(None),
    )
    leads = [
        query.order_by(None).where(next(iter(query.selected_columns)) == one.id).exists()
        for query in (*due_items.what_makes_due(today), assessing)
    ]
    query = select(one.id).where(one.id == Child.id, or_(*leads)).correlate(Child)
    return query if at_stage is None else query.where(one.id.in_(at_stage))


def counts(desk: Desk) -> Counts:
    """How many children there are, what is due within a week and what waits for this person."""
    with desk.casebook.read() as session:
        children = caseload.count(session)
    return Counts(
        children=children,
        due_this_week=len(due_items.of_all(desk, days=7)),
        waiting_for_me=waiting.number(desk),
    )


def due(desk: Desk) -> tuple[DueItem, ...]:
    """What is due for every child, the soonest first."""
    return due_items.of_all(desk)
