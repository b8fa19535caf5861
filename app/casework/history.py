"""The history of a child's record in words: who did what, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words. `label` is the field's label on the page."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that was done.

    Attributes:
        entry_id: Id of the entry of the change log. sequence: its place in the chain.
        at: The moment, in UTC. when: day and time as shown.
        who: Name of the person. what: what was done, as a sentence.
        kind: create, update, remove, move, merge, consultation, export …
        record_type, record_id: What it was done to.
        fields: What differs. reason: as given; may be empty.
    """

    entry_id: str
    sequence: int
    at: datetime
    when: str
    who: str
    what: str
    kind: str
    record_type: str
    record_id: str
    fields: tuple[FieldChange, ...]
    reason: str


@dataclass(frozen=True)
class HistoryPage:
    """Entries, the newest first. `before` asks for the next page; None: that was all."""

    entries: tuple[HistoryEntry, ...]
    before: int | None


@dataclass(frozen=True)
class Verdict:
    """Whether the log is whole, in words: `text` one sentence, `entries` how many were checked."""

    ok: bool
    text: str
    entries: int
    first_bad: int | None


def changes(
    desk: Desk,
    child_id: str,
    *,
    record_id: str | None = None,
    field: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> HistoryPage:
    """The history of a child, or of one record or field of it, the newest first."""
    raise BugError("the store is not joined to this function")


def verify(desk: Desk) -> Verdict:
    """Check the chain of the log and say in words whether it is whole."""
    raise BugError("the store is not joined to this function")
