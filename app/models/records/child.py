"""The child, and what everyone who meets the child has to know.

Fields are those of the core record; what a form asks stands in `FormRecord`. Codes are those of
the reference lists. Empty text or None: nothing was recorded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord, Record


def plain_name(*names: str) -> str:
    """Names as a list sorts them: lower case, without accents, single spaces.

    A space sorts before every letter, so that Lee Fenwick comes before Leeson.
    """
    text = unicodedata.normalize("NFKD", " ".join(names)).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


class Child(Record):
    """A child whom the service works with.

    Attributes:
        sort_name: Family name, then given name, as the caseload orders them; follows from both.
        sex, gender: Kept apart: the first as the national returns ask, the second the child's word.
        ethnicity, ethnicity_perceived: What the child says, and what an officer recorded.
        send_aln: Special educational needs (England) or additional learning needs (Wales).
        slcn: Speech, language and communication needs.
        how_to_speak: How to speak with this child; shown first.
        stage: Where things are; empty: follows from court and orders.
        allocated_to: Id of the user who works with the child.
        merged_into: The record of the same child that this one was merged into.
    """

    __tablename__ = "child"
    # The caseload's page is read from this index alone, without touching the rows behind it.
    __table_args__ = (
        Index(
            "child_by_name",
            "removed_at",
            "sort_name",
            "id",
            "given_name",
            "family_name",
            "preferred_name",
            "date_of_birth",
            "stage",
            "allocated_to",
            "merged_into",
        ),
        Index("child_by_birth", "removed_at", "merged_into", "date_of_birth", "id"),
    )

    derived: ClassVar[frozenset[str]] = frozenset({"sort_name"})

    sort_name: Mapped[str] = mapped_column(default="", server_default="")
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    preferred_name: Mapped[str] = mapped_column(default="")
    other_names: Mapped[str] = mapped_column(default="")
    pronouns: Mapped[str] = mapped_column(default="")
    date_of_birth: Mapped[date | None]
    sex: Mapped[str] = mapped_column(default="")
    gender: Mapped[str] = mapped_column(default="")
    ethnicity: Mapped[str] = mapped_column(default="")
    ethnicity_own_words: Mapped[str] = mapped_column(default="")
    ethnicity_perceived: Mapped[str] = mapped_column(default="")
    preferred_language: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default=list)
    interpreter: Mapped[str] = mapped_column(default="")
    religion: Mapped[str] = mapped_column(default="")
    nationality: Mapped[str] = mapped_column(default="")
    immigration: Mapped[str] = mapped_column(default="")
    disability: Mapped[str] = mapped_column(default="")
    disability_note: Mapped[str] = mapped_column(default="")
    send_aln: Mapped[str] = mapped_column(default="")
    send_plan: Mapped[str] = mapped_column(default="")
    send_plan_from: Mapped[date | None]
    send_plan_to: Mapped[date | None]
    slcn: Mapped[str] = mapped_column(default="")
    slcn_note: Mapped[str] = mapped_column(default="")
    neurodiversity_note: Mapped[str] = mapped_column(default="")
    how_to_speak: Mapped[str] = mapped_column(default="")
    school: Mapped[str] = mapped_column(default="")
    gp: Mapped[str] = mapped_column(default="")
    yjs_area: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    allocated_to: Mapped[str | None]
    consent_note: Mapped[str] = mapped_column(default="")
    merged_into: Mapped[str | None]

    def of_child(self) -> str:
        return self.id

    def prepare(self) -> None:
        self.sort_name = plain_name(self.family_name or "", self.given_name or "")

    def found_by(self) -> Mapping[str, str]:
        names = (self.given_name, self.family_name, self.preferred_name, self.other_names)
        return {"name": " ".join(name for name in names if name)}


class Identifier(ChildRecord):
    """A number by which another system knows the child: the police's, the school's, the court's."""

    __tablename__ = "identifier"

    kind: Mapped[str]
    value: Mapped[str]
    note: Mapped[str] = mapped_column(default="")

    def found_by(self) -> Mapping[str, str]:
        return {"value": self.value}


class Alert(ChildRecord):
    """Something that everyone who meets the child must know first.

    Attributes:
        category, level: Of a MAPPA alert: the category, and the level at which it is managed.
    """

    __tablename__ = "alert"
    __table_args__ = (Index("alert_by_review", "review_on", "removed_at", "child_id"),)

    kind: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    level: Mapped[str] = mapped_column(default="")
    from_date: Mapped[date | None]
    review_on: Mapped[date | None]
    to_date: Mapped[date | None]


class CareStatus(ChildRecord):
    """A care status and for how long it held; all of a child's together are the history."""

    __tablename__ = "care_status"

    status: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(default="")
    local_authority: Mapped[str] = mapped_column(default="")
    from_date: Mapped[date | None]
    to_date: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")


class Consent(ChildRecord):
    """One decision on sharing information about the child; all together are the log of them.

    What the child and family were told in general stays in `Child.consent_note`.

    Attributes:
        about: What would be shared. shared_with: with whom.
        decision: Whether somebody said yes or no, took a yes back, or need not be asked.
        given_by: Whose decision it is. giver_name: who that was, where it was not the child.
        why: Their reasons; where nobody had to be asked, under which law.
        explained: How it was explained to the child.
        decided_on, to_date: The day, and the last day on which the decision holds.
    """

    __tablename__ = "consent"

    about: Mapped[str] = mapped_column(default="")
    shared_with: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(default="")
    given_by: Mapped[str] = mapped_column(default="")
    giver_name: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    explained: Mapped[str] = mapped_column(default="")
    decided_on: Mapped[date | None]
    to_date: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")

    def found_by(self) -> Mapping[str, str]:
        return {"shared_with": self.shared_with}
