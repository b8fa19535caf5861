"""The list of children, with where things are, what is next and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.casework.children import Kind, Level
from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.casework.due import DueItem


@dataclass(frozen=True)
class CaseloadFilter:
    """Which children to list.

    Attributes:
        text: Part of a name or identifier; empty: everyone.
        stage: Code of list `stages`; None: every stage.
        attention: True: only children that need attention.
        mine: True: only children allocated to the person who asks.
    """

    text: str = ""
    stage: str | None = None
    attention: bool = False
    mine: bool = False


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
    by_stage: tuple[tuple[str, str, int], ...] = ()


def rows(
    desk: Desk,
    filter: CaseloadFilter | None = None,
    after: Cursor | None = None,
    limit: int = 100,
) -> Page:
    """One page of the caseload, in the order of family name, then given name."""
    raise BugError("the store is not joined to this function")


def counts(desk: Desk) -> Counts:
    """How many children there are, what is due within a week and what waits for this person."""
    raise BugError("the store is not joined to this function")


def due(desk: Desk) -> tuple[DueItem, ...]:
    """What is due for every child, the soonest first."""
    raise BugError("the store is not joined to this function")
