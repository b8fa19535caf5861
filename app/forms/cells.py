"""What a sheet is made of: its cells, what is wrong in them, and what an edit sets in motion."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappush
from typing import Any, Final

from app.forms.answers import Answer
from app.forms.plan import Definition
from app.forms.schema import Choice
from app.forms.values import Seen

MISSING: Final = "missing"
INVALID: Final = "invalid"
UNCONFIRMED: Final = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way at one path: an answer that is `missing`, one that is `invalid`, or
    one that was carried forward and is `unconfirmed`.
    """

    path: str
    page: str
    text: str
    kind: str = INVALID


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a page is: `problems` counts answers that are wrong, `missing` required ones that
    are not there, `unconfirmed` those that were carried forward and wait to be confirmed.
    """

    answered: int
    asked: int
    problems: int
    missing: int = 0
    unconfirmed: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing stands in the way of submitting."""
        return not self.problems and not self.missing and not self.unconfirmed


@dataclass(frozen=True, slots=True)
class Effects:
    """The paths to draw again, by what about them has changed."""

    values: frozenset[str] = frozenset()
    relevance: frozenset[str] = frozenset()
    choices: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    problems: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()

    def __or__(self, other: Effects) -> Effects:
        """What two changes have set in motion, one after the other."""
        return Effects(
            values=self.values | other.values,
            relevance=self.relevance | other.relevance,
            choices=self.choices | other.choices,
            labels=self.labels | other.labels,
            problems=self.problems | other.problems,
            rows=self.rows | other.rows,
        )

    def __bool__(self) -> bool:
        return bool(
            self.values
            or self.relevance
            or self.choices
            or self.labels
            or self.problems
            or self.rows
        )


class Cell:
    """One place in a sheet: a question, group, repeat or row, in one row or in none."""

    __slots__ = (
        "answer",
        "choices",
        "definition",
        "harm",
        "kids",
        "more",
        "odd",
        "parent",
        "path",
        "problem",
        "readonly",
        "relevant",
        "required",
        "row_id",
        "seen",
        "trail",
    )

    def __init__(
        self,
        definition: Definition,
        path: str,
        trail: tuple[str, ...],
        parent: Cell | None,
        row_id: str | None = None,
    ) -> None:
        self.definition = definition
        self.path = path
        self.trail = trail
        self.parent = parent
        self.row_id = row_id
        self.kids: list[Cell] = []
        self.answer: Answer | None = None
        self.seen: Seen = ""
        self.relevant = True
        self.required = definition.required is True
        self.readonly = definition.readonly is True
        self.choices: tuple[Choice, ...] = definition.choices
        self.problem: Problem | None = None
        self.harm = False
        self.more: dict[str, Any] = {}
        """What the document holds here that this form does not know; kept as it came."""
        self.odd: Any = None
        """What stands here in another shape, rows for an answer or an answer for rows, as from
        another form; kept as it came until something takes its place."""


@dataclass(slots=True)
class Change:
    """What one edit has set in motion."""

    jobs: list[tuple[int, int, str]] = field(default_factory=list)
    waiting: set[tuple[int, int, str]] = field(default_factory=set)
    checks: dict[str, int] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)
    relevance: set[str] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    problems: set[str] = field(default_factory=set)
    rows: set[str] = field(default_factory=set)

    def job(self, cell: Cell, slot: int) -> None:
        entry = (cell.definition.rank, slot, cell.path)
        if entry not in self.waiting:
            self.waiting.add(entry)
            heappush(self.jobs, entry)

    def check(self, cell: Cell, bits: int) -> None:
        self.checks[cell.path] = self.checks.get(cell.path, 0) | bits

    def effects(self) -> Effects:
        return Effects(
            values=frozenset(self.values),
            relevance=frozenset(self.relevance),
            choices=frozenset(self.choices),
            labels=frozenset(self.labels),
            problems=frozenset(self.problems),
            rows=frozenset(self.rows),
        )
