"""What a report is written with and proposes, how it was read back, and who signed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ChildRecord


class ReportPassage(ChildRecord):
    """One passage of a report that is being written. A final report holds its text itself.

    Attributes:
        report_id: The report.
        section: Code of the section. place: where it stands in it, lower first.
        kind: paragraph, quotation, bullet, heading, made: drawn from the record, or plain: the
            section in plain words for the child, which is no part of the pages.
        text: The words; of what is drawn from the record its code.
        language: Of the words, where it is not that of the report.
        said_by: Of a quotation that stands by itself: who said it, in words.
        paths: The questions of the assessment whose answers it tells.
        quotes: Under `said`: what somebody said in it, word for word (see `reports.passages`).
        facts: Under `facts`: what was inserted from the record, with its value then. Of plain
            words, under `of`: the SHA-256 of what they put in plain words.
    """

    __tablename__ = "report_passage"
    __table_args__ = (Index("report_passage_by_place", "report_id", "section", "place"),)

    report_id: Mapped[str]
    section: Mapped[str] = mapped_column(default="")
    place: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(default="paragraph")
    text: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    said_by: Mapped[str] = mapped_column(default="")
    paths: Mapped[list[str]] = mapped_column(default=list)
    quotes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)

    def found_by(self) -> Mapping[str, str]:
        return {} if self.kind == "made" else {"text": self.text}


class ReportComment(ChildRecord):
    """What somebody who checks a report says of one passage, or of the whole of it.

    Attributes:
        passage_id: The passage; None: the whole report.
        state: open, or done once the author has dealt with it. reply: what the author did.
    """

    __tablename__ = "report_comment"
    __table_args__ = (Index("report_comment_by_report", "report_id", "state"),)

    report_id: Mapped[str]
    passage_id: Mapped[str | None]
    text: Mapped[str] = mapped_column(default="")
    said_by: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="open")
    reply: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]


class ReportReadBack(ChildRecord):
    """What a child, or a parent or carer, said when a section of a report was read to them.

    Attributes:
        section: Code of the section. listener: child or parent.
        answer: agree, disagree or could_not_answer. comment: as it was said.
        language: The one that it was said in. read_on: the day.
    """

    __tablename__ = "report_read_back"
    __table_args__ = (Index("report_read_back_by_report", "report_id", "section"),)

    report_id: Mapped[str]
    section: Mapped[str] = mapped_column(default="")
    listener: Mapped[str] = mapped_column(default="child")
    answer: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    read_on: Mapped[date | None]
    read_by: Mapped[str | None]


class ReportRequirement(ChildRecord):
    """One requirement of the order that a report proposes. The same may stand twice.

    Attributes:
        requirement: Code of the list `yro_requirements`.
        months, days, hours, hours_a_day, hours_a_week, times_a_month: How much of it; None where
            nothing is said.
        from_date: The day it begins on; None: with the order.
        what: Which place, person, work or course it is, in the words of the author.
        agreed: Whether the child has said that they agree to it.
    """

    __tablename__ = "report_requirement"
    __table_args__ = (Index("report_requirement_by_report", "report_id", "id"),)

    report_id: Mapped[str]
    requirement: Mapped[str] = mapped_column(default="")
    months: Mapped[int | None]
    days: Mapped[int | None]
    hours: Mapped[int | None]
    hours_a_day: Mapped[int | None]
    hours_a_week: Mapped[int | None]
    times_a_month: Mapped[int | None]
    from_date: Mapped[date | None]
    what: Mapped[str] = mapped_column(default="")
    agreed: Mapped[bool] = mapped_column(default=False)


class ReportSignature(ChildRecord):
    """A final report, signed with somebody's certificate. It never changes (a trigger refuses it).

    A signature is added behind the sealed pages, so that they stand in the signed copy to the
    byte; kept is what was added. The key that signed is never kept.

    Attributes:
        report_id: The report. added: what follows its pages in the signed copy.
        pdf_hash: SHA-256 of the signed copy.
        signed_at: When, by the clock of the laptop. signed_by: the user who did it.
        signer, issued_by: Whose certificate, and who issued it, as people say it.
        subject, issuer: The same names in full (RFC 4514). serial: its number, hexadecimal.
        fingerprint: SHA-256 of the certificate. valid_until: the last day of it.
    """

    __tablename__ = "report_signature"
    __table_args__ = (Index("report_signature_by_report", "report_id"),)

    report_id: Mapped[str]
    added: Mapped[bytes | None] = mapped_column(deferred=True, active_history=True)
    pdf_hash: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    signer: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    issuer: Mapped[str] = mapped_column(default="")
    issued_by: Mapped[str] = mapped_column(default="")
    serial: Mapped[str] = mapped_column(default="")
    fingerprint: Mapped[str] = mapped_column(default="")
    valid_until: Mapped[date | None]
