"""The parts that every report of a kind holds: which are missing and why, and put back.

The wider picture is one. Its figures are drawn; its words can become the author's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import disproportionality, report_writing
from app.casework.form_records import called
from app.casework.keeping import present
from app.casework.problems import RecordGone
from app.casework.report_writing import PassageView, passage_view
from app.models.queries import history
from app.models.records import Child, Report, ReportPassage
from app.models.work import UnitOfWork
from app.reports import disproportionality as wider_picture
from app.reports.content import Paragraph, SubHeading
from app.reports.kinds import kind
from app.reports.passages import PassageKind

if TYPE_CHECKING:
    from app.casework.desk import Desk

ALWAYS: Final = frozenset({disproportionality.PART})
"""The parts that a report is never without, but for a reason that somebody gave."""


@dataclass(frozen=True)
class MissingPart:
    """A part that every report of its kind holds, and this one doesn't.

    Attributes:
        section: Where it belongs. code: which part. words: what it is.
        why: The reason that somebody gave for taking it out; empty where nobody gave one.
    """

    section: str
    code: str
    words: str
    why: str


def missing(desk: Desk, report_id: str) -> tuple[MissingPart, ...]:
    """What every report of this kind holds and this one doesn't.

    Raises:
        RecordGone: The report is not in the casebook.
    """
    with desk.casebook.read() as session:
        return missing_from(session, present(session, Report, report_id))


def missing_from(session: Session, report: Report) -> tuple[MissingPart, ...]:
    """What every report of this kind holds and this one doesn't.

    A report from before reports were written holds all of it: its pages are made from the record.
    """
    every = session.scalars(
        select(ReportPassage)
        .where(ReportPassage.report_id == report.id, ReportPassage.kind != report_writing.PLAIN)
        .order_by(ReportPassage.removed_at, ReportPassage.id)
    ).all()
    found = []
    for section in kind(report.kind).sections if every else ():
        for code in ALWAYS & set(section.parts):
            held = [one for one in every if one.kind == "made" and one.text == code]
            if not any(one.removed_at is None for one in held):
                why = _reason_for(session, held[-1].id) if held else ""
                found.append(MissingPart(section.code, code, report_writing.made_words(code), why))
    return tuple(found)


def _reason_for(session: Session, passage_id: str) -> str:
    """Why a passage was taken out, in the words of whoever did."""
    entries = history.entries(session, record_id=passage_id, field="removed_at", limit=1)
    return entries[0].reason if entries else ""


def put_back(desk: Desk, report_id: str, code: str) -> PassageView:
    """Let a report hold a part again that every report of its kind holds, as it is today.

    Raises:
        PassageLocked: The report is no draft. RecordGone: It lacks no such part.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = report_writing.draft(work, report_id)
        lacking = next(
            (one for one in missing_from(work.session, report) if one.code == code), None
        )
        if lacking is None:
            raise RecordGone
        record = report_writing.placed(
            desk, work, report, lacking.section, None, kind="made", text=code
        )
        record.facts = disproportionality.facts_of(work.session, record.kind, code)
        work.flush()
        return passage_view(desk, work.session, record.id)


def write_out(desk: Desk, passage_id: str) -> PassageView:
    """Make the words around the figures of the wider picture passages that the author writes on.

    The tables with their sources stay drawn from the figures. Gives the first of the words.

    Raises:
        PassageLocked: The report is no draft. RecordGone: It is no such part, or was written out.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        record, report = report_writing.passage_open(work, passage_id)
        if record.text != disproportionality.PART or disproportionality.written_out(record):
            raise RecordGone
        child = work.session.get_one(Child, report.child_id)
        figures = disproportionality.given_in(work.session, record, report.language)
        group = disproportionality.group_of(work.session, child.id, report.language)
        record.facts = {**record.facts, disproportionality.WRITTEN_OUT: True}
        after = _before(work, record)
        first = None
        for block in wider_picture.opening(figures, called(child), report.language, group):
            heading = isinstance(block, SubHeading)
            text = block.text if isinstance(block, SubHeading) else _plain(block)
            kind_: PassageKind = "heading" if heading else "paragraph"
            placed = report_writing.placed(
                desk,
                work,
                report,
                record.section,
                after,
                kind=kind_,
                text=text,
                first=after is None,
            )
            after = placed.id
            first = first or (None if heading else after)
        for block in wider_picture.closing(figures, report.language):
            report_writing.placed(
                desk, work, report, record.section, record.id, kind="paragraph", text=_plain(block)
            )
        return passage_view(desk, work.session, first or record.id)


def _before(work: UnitOfWork, record: ReportPassage) -> str | None:
    """The passage before one, in its section; None where it is the first."""
    held = [
        one
        for one in report_writing.records(work.session, record.report_id)
        if one.section == record.section
    ]
    at = [one.id for one in held].index(record.id)
    return held[at - 1].id if at else None


def _plain(paragraph: Paragraph) -> str:
    return "".join(run.text for run in paragraph.runs)
