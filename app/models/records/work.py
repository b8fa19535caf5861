"""What practitioners make: forms, reports, and the time a child held the laptop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord

FormState = Literal["draft", "submitted", "countersigned", "returned", "superseded"]


class FormRecord(ChildRecord):
    """One form filled in for a child: an assessment stage, a plan, a questionnaire.

    What has left the state *draft* never changes its answers again (a trigger refuses it): a
    return or a recall opens a new revision that names this one in `revises_id`.

    Attributes:
        answers: The document of answers by question name, see `documents`.
        stage: The type of stage that the snapshot is for; empty where the form has none.
        snapshot_hash: SHA-256 of the canonical answers, set when it is submitted.
        level_reoffending, level_serious_harm, level_safety: The judgements of the submitted
            snapshot (low, medium, high, very_high), so that a list need not read the answers.
        carried_from_id: The earlier snapshot whose answers were carried forward.
        state_note: Why it is in its state, where somebody said so.
    """

    __tablename__ = "form_record"
    # Answers are long: what a list asks of a form is read from an index, past the answers.
    __table_args__ = (
        Index(
            "form_record_by_state",
            "state",
            "due_on",
            "removed_at",
            "child_id",
            "started_by",
            "id",
        ),
        Index(
            "form_record_by_submission", "kind", "submitted_at", "state", "removed_at", "child_id"
        ),
        Index("form_record_by_revision", "revises_id", "state"),
        Index(
            "form_record_in_brief",
            "child_id",
            "removed_at",
            "id",
            "kind",
            "state",
            "due_on",
            "submitted_at",
            "revises_id",
            "created_at",
            "level_reoffending",
            "level_serious_harm",
            "level_safety",
        ),
    )
    documents: ClassVar[frozenset[str]] = frozenset({"answers"})

    form_id: Mapped[str]
    form_version: Mapped[int]
    kind: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[str] = mapped_column(default="draft")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_by: Mapped[str | None]
    due_on: Mapped[date | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None]
    snapshot_hash: Mapped[str] = mapped_column(default="")
    level_reoffending: Mapped[str] = mapped_column(default="")
    level_serious_harm: Mapped[str] = mapped_column(default="")
    level_safety: Mapped[str] = mapped_column(default="")
    countersigned_at: Mapped[datetime | None]
    countersigned_by: Mapped[str | None]
    revises_id: Mapped[str | None]
    carried_from_id: Mapped[str | None]
    state_note: Mapped[str] = mapped_column(default="")


class Report(ChildRecord):
    """A report on the child. Once final it never changes (a trigger refuses it).

    Attributes:
        content: The typed content that the pages are drawn from.
        content_hash: SHA-256 of the canonical content, printed on each page.
        pdf: The pages; read only when asked for.
        pdf_hash: SHA-256 of the pages.
        assessment_id, hearing_id: What it was made from and for.
        state: draft, final, withdrawn or superseded.
        details: What only reports of this kind say, by name.
        addendum_to: The final report that this one adds to.
        check_asked_at, check_asked_by: When the author put it before somebody else to check.
        checked_at, checked_by: When somebody else found it fit for the court.
        pending_reason: Why it was made final before anybody checked it; None where that is not so.
        state_reason: Why it was withdrawn or superseded.
        superseded_by: The newer report that has its place.
        proposal_order: What it proposes, of the list `proposed_orders`; empty: nothing yet; None:
            the proposal is still the one of its assessment.
        proposal_months, proposal_hours, proposal_pounds: How much of it.
        proposal_imprisonable, proposal_threshold, proposal_persistent: Whether the offence can
            bring custody, whether custody would otherwise be right, and whether the court may see
            persistent offending, as the author judges it.
    """

    __tablename__ = "report"

    kind: Mapped[str] = mapped_column(default="psr")
    title: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[str] = mapped_column(default="draft")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content_hash: Mapped[str] = mapped_column(default="")
    pdf: Mapped[bytes | None] = mapped_column(deferred=True, active_history=True)
    pdf_hash: Mapped[str] = mapped_column(default="")
    assessment_id: Mapped[str | None]
    hearing_id: Mapped[str | None]
    made_by: Mapped[str | None]
    finalised_at: Mapped[datetime | None]
    finalised_by: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]
    addendum_to: Mapped[str | None]
    check_asked_at: Mapped[datetime | None]
    check_asked_by: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None]
    pending_reason: Mapped[str | None]
    state_reason: Mapped[str | None]
    superseded_by: Mapped[str | None]
    proposal_order: Mapped[str | None]
    proposal_months: Mapped[int | None]
    proposal_hours: Mapped[int | None]
    proposal_pounds: Mapped[int | None]
    proposal_imprisonable: Mapped[bool | None]
    proposal_threshold: Mapped[bool | None]
    proposal_persistent: Mapped[bool | None]

    def found_by(self) -> Mapping[str, str]:
        return {"title": self.title, "reference": self.reference}


class Handover(ChildRecord):
    """The time in which a child holds the laptop to answer a questionnaire.

    An open one after a crash leads back to the questionnaire, never to the record.

    Attributes:
        state: open, then ended.
    """

    __tablename__ = "handover"
    __table_args__ = (Index("handover_by_state", "state"),)

    form_record_id: Mapped[str] = mapped_column(
        ForeignKey("form_record.id", deferrable=True, initially="DEFERRED")
    )
    form_id: Mapped[str]
    user_id: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class HarmPrompt(ChildRecord):
    """An answer that is a sign of harm: somebody has to act, and say what was done.

    It is made when the child gives the answer, not when the laptop comes back, and keeps it
    whatever the child does next.

    Attributes:
        handover_id: The handover in which it was said.
        path: The question in the form.
        given: The answer as it was given, as a form's document holds it (value, language, when);
            None in what version 2 kept, where the answer stands in the form alone.
        later: The answer that the child put in its place before the laptop came back; None where
            there was none, or the answer was taken away.
        later_at: When it was changed or taken away; None: it was not.
        state: open, then acted.
    """

    __tablename__ = "harm_prompt"
    __table_args__ = (Index("harm_prompt_by_state", "state"),)

    form_record_id: Mapped[str] = mapped_column(
        ForeignKey("form_record.id", deferrable=True, initially="DEFERRED")
    )
    handover_id: Mapped[str | None]
    path: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    raised_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    acted_by: Mapped[str | None]
    what_was_done: Mapped[str] = mapped_column(default="")
    given: Mapped[dict[str, Any] | None]
    later: Mapped[dict[str, Any] | None]
    later_at: Mapped[datetime | None]
