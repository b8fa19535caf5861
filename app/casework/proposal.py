"""What a report proposes to the court: one order, how much of it, and its requirements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.casework import reference
from app.casework.reference import Entry
from app.forms.sheet import Sheet

ORDERS: Final = "proposed_orders"
REQUIREMENTS: Final = "yro_requirements"
ANSWERED: Final = ("proposal_order", "proposal_months", "proposal_requirements")
"""The questions of an assessment that a proposal starts from."""
OF_ORDER: Final = ("months", "hours", "pounds")
OF_REQUIREMENT: Final = ("months", "days", "hours", "hours_a_day", "hours_a_week", "times_a_month")


@dataclass(frozen=True)
class Requirement:
    """One requirement. What is None was not said.

    Attributes:
        requirement: Code of the list `yro_requirements`.
        hours: In all. from_date: None: with the order.
        what: Which place, person, work or course, in the author's words.
        id: Of the record that holds it; empty where none does.
    """

    requirement: str
    months: int | None = None
    days: int | None = None
    hours: int | None = None
    hours_a_day: int | None = None
    hours_a_week: int | None = None
    times_a_month: int | None = None
    from_date: date | None = None
    what: str = ""
    agreed: bool = False
    id: str = ""

    @property
    def entry(self) -> Entry | None:
        """Its line of the list."""
        return reference.listing(REQUIREMENTS).entry(self.requirement)

    def amount(self, measure: str) -> int | None:
        """How much of it, by one of `OF_REQUIREMENT`."""
        found: int | None = getattr(self, measure)
        return found


@dataclass(frozen=True)
class Proposal:
    """What is proposed.

    Attributes:
        order: Code of the list `proposed_orders`; empty: nothing yet.
        imprisonable: Whether the offence can bring custody. threshold: whether custody would
            otherwise be right. persistent: whether the court may see persistent offending. As the
            author judges it; None: not said.
        requirements: In the order of the report. Those of an order that has none do not count.
    """

    order: str = ""
    months: int | None = None
    hours: int | None = None
    pounds: int | None = None
    imprisonable: bool | None = None
    threshold: bool | None = None
    persistent: bool | None = None
    requirements: tuple[Requirement, ...] = ()

    @property
    def entry(self) -> Entry | None:
        """The order's line of the list."""
        return reference.listing(ORDERS).entry(self.order) if self.order else None

    @property
    def has_requirements(self) -> bool:
        """Whether the order is one that has requirements."""
        return self.entry is not None and bool(self.entry.column("requirements"))

    @property
    def counted(self) -> tuple[Requirement, ...]:
        """The requirements that stand in the order."""
        return self.requirements if self.has_requirements else ()

    @property
    def custody(self) -> bool:
        """Whether it takes the child's liberty."""
        return self.entry is not None and bool(self.entry.column("custody"))

    def amount(self, measure: str) -> int | None:
        """How much of the order, by one of `OF_ORDER`."""
        found: int | None = getattr(self, measure)
        return found


def answered(sheet: Sheet) -> Proposal:
    """What the answers of an assessment propose."""
    order, months, asked = (sheet.value(one) if sheet.has(one) else None for one in ANSWERED)
    return Proposal(
        order=_code(ORDERS, order),
        months=months if isinstance(months, int) else None,
        requirements=tuple(
            Requirement(code)
            for code in (_code(REQUIREMENTS, one) for one in _several(asked))
            if code
        ),
    )


def _several(asked: Any) -> Sequence[Any]:
    return asked if isinstance(asked, list) else ()


def _code(list_name: str, answer: Any) -> str:
    """The code of the line that an answer of the assessment stands for."""
    for entry in reference.listing(list_name).entries:
        if answer and answer in (entry.column("answer"), entry.code):
            return entry.code
    return ""
