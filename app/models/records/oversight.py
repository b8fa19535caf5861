"""A manager's oversight of what a practitioner submitted, and what it asks of whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord


class Oversight(ChildRecord):
    """A manager's part in a submitted form: asked for, then given or returned with directions.

    Attributes:
        state: waiting, countersigned, returned or recalled.
        snapshot_hash: The hash of the snapshot that it is about.
        authors: Ids of those who wrote the snapshot: who started and submitted it, and who set
            its levels. None of them decides on it.
        unmet_prompts: Ids of the quality prompts that were not met when it was submitted.
        note: Why the manager countersigned. directions: what the manager asks for in a sentence;
            what is asked for section by section stands in tasks.
        proposed_levels: By judgement: the level that a manager proposes, and why. The author sets
            the level, nobody else.
        level_answers: By judgement: whether the author took up the proposal, and why.
        revision_id: The new draft that a return or a recall opened.
        set_aside: Decisions that were made at the same time elsewhere and don't count, as they
            were made. A person has chosen between them and this one.
    """

    # Of two judgements two managers may speak at once.
    documents: ClassVar[frozenset[str]] = frozenset({"proposed_levels", "level_answers"})

    __tablename__ = "oversight"
    __table_args__ = (Index("oversight_by_state", "state", "due_on"),)

    form_record_id: Mapped[str] = mapped_column(
        ForeignKey("form_record.id", deferrable=True, initially="DEFERRED"), index=True
    )
    state: Mapped[str] = mapped_column(default="waiting")
    requested_at: Mapped[datetime | None]
    requested_by: Mapped[str | None]
    due_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    directions: Mapped[str] = mapped_column(default="")
    snapshot_hash: Mapped[str] = mapped_column(default="")
    proposed_levels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    authors: Mapped[list[str]] = mapped_column(default=list)
    unmet_prompts: Mapped[list[str]] = mapped_column(default=list)
    level_answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision_id: Mapped[str | None]
    set_aside: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Task(ChildRecord):
    """Something that a person is to do for a child, by a day: a manager's direction, or any other.

    Attributes:
        section: The page of the form that it is about, by its name; empty: the whole, or no form.
        form_record_id: The snapshot that it is about. oversight_id: the decision that it belongs
            to; None: it stands by itself.
        for_user: Who is to do it.
        state: planned (a manager has written it and not decided yet), open, done.
        done_note: What was done.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("task_by_state", "state", "due_on", "removed_at", "child_id"),
        Index("task_by_person", "for_user", "state"),
    )

    what: Mapped[str] = mapped_column(default="")
    section: Mapped[str] = mapped_column(default="")
    form_record_id: Mapped[str | None]
    oversight_id: Mapped[str | None]
    for_user: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="open")
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    done_note: Mapped[str] = mapped_column(default="")


class Panel(ChildRecord):
    """A meeting of several agencies that a manager wants to hear before deciding on a snapshot.

    Attributes:
        oversight_id: The request that it is about. snapshot_hash: what was asked about.
        state: asked, then held.
        why: What it is to look at. due_on: by when it is to be held.
        attended: Who was there, with their agencies. decided: what it decided.
    """

    __tablename__ = "panel"

    oversight_id: Mapped[str | None] = mapped_column(index=True)
    form_record_id: Mapped[str | None]
    snapshot_hash: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="asked")
    why: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    held_on: Mapped[date | None]
    attended: Mapped[str] = mapped_column(default="")
    decided: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[str | None]
