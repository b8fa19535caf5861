"""Offences, hearings and outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord


class Offence(ChildRecord):
    """What the child was charged with, or dealt with for out of court.

    Attributes:
        offence_date, end_date: The day, and the last day where it went on for longer.
        description: In plain words.
        seriousness: 1 to 8, as the Youth Justice Board counts it; entered by hand.
        knife: Whether a knife or blade was involved.
        cjs_code: The police's and courts' code of the offence, where known.
    """

    __tablename__ = "offence"

    offence_date: Mapped[date | None]
    end_date: Mapped[date | None]
    description: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    seriousness: Mapped[int | None]
    knife: Mapped[bool] = mapped_column(default=False)
    plea: Mapped[str] = mapped_column(default="")
    cjs_code: Mapped[str] = mapped_column(default="")
    police_reference: Mapped[str] = mapped_column(default="")
    arrested_on: Mapped[date | None]
    charged_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")

    def found_by(self) -> Mapping[str, str]:
        return {"description": self.description, "police_reference": self.police_reference}


class Hearing(ChildRecord):
    """A day in court, or before a panel that decides out of court.

    Attributes:
        hearing_time: "10:00", or empty.
        offence_ids: The offences that are heard.
        report_requested, report_due: Whether the court asked for a report, and by when.
        all_options: Whether the court has left custody open.
    """

    __tablename__ = "hearing"
    __table_args__ = (Index("hearing_by_date", "hearing_date", "child_id"),)

    hearing_date: Mapped[date | None]
    hearing_time: Mapped[str] = mapped_column(default="")
    court: Mapped[str] = mapped_column(default="")
    hearing_type: Mapped[str] = mapped_column(default="")
    offence_ids: Mapped[list[str]] = mapped_column(default=list)
    remand_decision: Mapped[str] = mapped_column(default="")
    report_requested: Mapped[bool] = mapped_column(default=False)
    report_due: Mapped[date | None]
    all_options: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")

    def found_by(self) -> Mapping[str, str]:
        return {"court": self.court}


class Outcome(ChildRecord):
    """What was decided: an order, a sentence or an out-of-court disposal, now or long ago.

    Attributes:
        disposal: What it is, by the reference list.
        offence_ids: The offences that it is for.
        hearing_id: The hearing that it was decided at, where that is held here.
        residence: Whether the child lived here or elsewhere when it was made (local, other).
        main_or_other: Whether it is the main outcome of that day.
        requirements: Codes of requirements that it holds.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        Index("outcome_by_date", "outcome_date", "disposal", "removed_at", "end_date", "child_id"),
    )

    outcome_date: Mapped[date | None]
    end_date: Mapped[date | None]
    disposal: Mapped[str] = mapped_column(default="")
    court: Mapped[str] = mapped_column(default="")
    hearing_id: Mapped[str | None] = mapped_column(
        ForeignKey("hearing.id", deferrable=True, initially="DEFERRED"), index=True
    )
    offence_ids: Mapped[list[str]] = mapped_column(default=list)
    term_months: Mapped[int | None]
    term_years: Mapped[int | None]
    residence: Mapped[str] = mapped_column(default="")
    appeal: Mapped[str] = mapped_column(default="")
    main_or_other: Mapped[str] = mapped_column(default="")
    requirements: Mapped[list[str]] = mapped_column(default=list)
    establishment: Mapped[str] = mapped_column(default="")
    proposal_followed: Mapped[str] = mapped_column(default="")
    court_reason: Mapped[str] = mapped_column(default="")
    completed: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
