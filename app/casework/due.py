"""What is due, by dated rules and working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk

Urgency = Literal["neutral", "attention", "serious"]


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
    raise BugError("the store is not joined to this function")


def of_all(desk: Desk, limit: int = 500) -> tuple[DueItem, ...]:
    """What is due for every child, the soonest first."""
    raise BugError("the store is not joined to this function")
