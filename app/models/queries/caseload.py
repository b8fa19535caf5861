"""The caseload, a page at a time, as fast with a hundred thousand children as with a hundred."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.models.records import Child, FormRecord, Hearing
from app.models.search import SearchText, matching

LOCKED: Final = ("submitted", "countersigned")


class Place(NamedTuple):
    """Where a page of the list ended. The next one starts after it, whatever is added meanwhile."""

    sort_name: str
    child_id: str


class ChildLine(NamedTuple):
    """What the list needs of a child's own row."""

    child_id: str
    sort_name: str
    given_name: str
    family_name: str
    preferred_name: str
    date_of_birth: date | None
    stage: str
    allocated_to: str | None

    @property
    def place(self) -> Place:
        """Where the list stands after this line."""
        return Place(self.sort_name, self.child_id)


class Levels(NamedTuple):
    """The newest judgements of a child's locked forms; empty where none was made."""

    reoffending: str = ""
    serious_harm: str = ""
    safety: str = ""


def children(
    session: Session,
    *,
    after: Place | None = None,
    limit: int = 100,
    text: str = "",
    stage: str | None = None,
    allocated_to: str | None = None,
    among: Select[str] | Collection[str] | None = None,
) -> tuple[ChildLine, ...]:
    """One page of the children in use, by family name, then given name.

    Without `text` it is read from one index alone, from where the last page ended.

    Args:
        after: The place of the last line of the page before.
        text: Beginnings of words of a name or an identifier; empty: everyone.
        stage: Only children whose row names this stage.
        allocated_to: Only children of this user.
        among: Only these children: their ids, or a query for them.
    """
    query = select(
        Child.id,
        Child.sort_name,
        Child.given_name,
        Child.family_name,
        Child.preferred_name,
        Child.date_of_birth,
        Child.stage,
        Child.allocated_to,
    ).where(Child.removed_at.is_(None), Child.merged_into.is_(None))
    if after is not None:
        query = query.where(tuple_(Child.sort_name, Child.id) > tuple_(*after))
    if stage is not None:
        query = query.where(Child.stage == stage)
    if allocated_to is not None:
        query = query.where(Child.allocated_to == allocated_to)
    if among is not None:
        query = query.where(Child.id.in_(among))
    if text.strip():
        query = query.where(Child.id.in_(_named(text)))
    rows = session.execute(query.order_by(Child.sort_name, Child.id).limit(limit))
    return tuple(ChildLine(*row) for row in rows)


def count(session: Session, *, allocated_to: str | None = None) -> int:
    """How many children are in use, in all or of one user."""
    query = select(func.count()).where(Child.removed_at.is_(None), Child.merged_into.is_(None))
    if allocated_to is not None:
        query = query.where(Child.allocated_to == allocated_to)
    return session.execute(query).scalar_one()


def next_hearings(
    session: Session, child_ids: Collection[str], on_or_after: date
) -> dict[str, tuple[date, str, str]]:
    """The next hearing of each of these children: its day, its time ("10:00" or empty), its id."""
    rows = session.execute(
        select(Hearing.child_id, Hearing.hearing_date, Hearing.hearing_time, Hearing.id)
        .where(
            Hearing.child_id.in_(child_ids),
            Hearing.removed_at.is_(None),
            Hearing.hearing_date >= on_or_after,
        )
        .order_by(Hearing.hearing_date.desc(), Hearing.hearing_time.desc())
    )
    return {child: (day, time, id_) for child, day, time, id_ in rows if day is not None}


def newest_levels(session: Session, child_ids: Collection[str]) -> dict[str, Levels]:
    """The newest of each judgement that a locked form of these children holds."""
    rows = session.execute(
        select(
            FormRecord.child_id,
            FormRecord.level_reoffending,
            FormRecord.level_serious_harm,
            FormRecord.level_safety,
        )
        .where(
            FormRecord.child_id.in_(child_ids),
            FormRecord.removed_at.is_(None),
            judged(FormRecord),
            FormRecord.state.in_(LOCKED),
        )
        .order_by(FormRecord.submitted_at)
    )
    newest: dict[str, Levels] = {}
    for child, *levels in rows:
        # A form that says nothing of one judgement leaves what was judged before.
        before = newest.get(child, Levels())
        newest[child] = Levels(*(new or old for new, old in zip(levels, before, strict=True)))
    return newest


def judged(form: type[FormRecord]) -> ColumnElement[bool]:
    """Whether a form holds a judgement, of whatever kind it is."""
    return or_(form.level_reoffending != "", form.level_serious_harm != "", form.level_safety != "")


def _named(text: str) -> Select[Any]:
    """Ids of the children who have a name or identifier with these beginnings of words."""
    return select(SearchText.child_id).where(SearchText.id.in_(matching(text, names_only=True)))
