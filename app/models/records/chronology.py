"""What happened with a child, as it was noted at the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord


class ChronologyEntry(ChildRecord):
    """A contact, an event, a decision or a step of the plan.

    What was written never changes (a trigger refuses it): an entry that corrects another names it.

    Attributes:
        kind: List `chronology_kinds`.
        happened_on, happened_at: The day, and the time of day (HH:MM) where it is known.
        who: With whom, or who was there.
        attendance: List `attendance`, of kinds where somebody was expected. missed_why: the reason.
        target_id, progress: Of a step of the plan: the row of the target in the assessment or
            plan, which keeps its id when answers are carried forward, and how far it is.
        corrects_id: The entry that this one takes the place of.
        written_by: The user who noted it.
    """

    __tablename__ = "chronology_entry"
    __table_args__ = (
        Index("chronology_entry_by_day", "child_id", "happened_on", "id"),
        Index("chronology_entry_by_kind", "kind", "happened_on"),
    )

    kind: Mapped[str] = mapped_column(default="")
    happened_on: Mapped[date | None]
    happened_at: Mapped[str] = mapped_column(default="")
    who: Mapped[str] = mapped_column(default="")
    attendance: Mapped[str] = mapped_column(default="")
    missed_why: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    target_id: Mapped[str | None]
    progress: Mapped[str] = mapped_column(default="")
    corrects_id: Mapped[str | None]
    written_by: Mapped[str | None]

    def found_by(self) -> Mapping[str, str]:
        return {"who": self.who, "note": self.note}
