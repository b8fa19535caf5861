"""Finding anything: children, forms, hearings, reports. What is held of victims is never found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk

HitKind = Literal["child", "form", "hearing", "offence", "report", "person"]


@dataclass(frozen=True)
class Hit:
    """Something that was found.

    Attributes:
        kind: What it is; the page opens it by kind.
        title: Its name. detail: the words around the find, or facts to tell it apart.
        child_id: The child that it belongs to. record_id: the record itself.
    """

    kind: HitKind
    title: str
    detail: str
    child_id: str
    record_id: str


def find(desk: Desk, text: str, limit: int = 20) -> tuple[Hit, ...]:
    """What matches `text`, the best first; children before anything else. Empty text: nothing."""
    raise BugError("the store is not joined to this function")
