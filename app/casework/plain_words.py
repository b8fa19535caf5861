"""A report in plain words, for the child and family: short sentences, the child spoken to as *you*.

It is not another report: it says what each section holds, in sentences that a nine-year-old can
read, and leaves the rest to the conversation. What the child said stays as it was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.casework import report_checking, report_writing
from app.casework.keeping import present
from app.casework.report_checking import ReadBackView
from app.models.records import Report
from app.reports.plain import told

if TYPE_CHECKING:
    from app.casework.desk import Desk

SIGN_OFF: Final = "sign_off"


@dataclass(frozen=True)
class PlainSection:
    """A section in plain words, and what was said to it."""

    code: str
    heading: str
    sentences: tuple[str, ...]
    heard: tuple[ReadBackView, ...]


@dataclass(frozen=True)
class PlainReport:
    """A report to be read back."""

    report_id: str
    child_id: str
    child_name: str
    title: str
    language: str
    sections: tuple[PlainSection, ...]


def read(desk: Desk, report_id: str) -> PlainReport:
    """A report in plain words, in its own language.

    Raises:
        RecordGone: It is not in the casebook.
    """
    writing = report_writing.open_writing(desk, report_id)
    heard = report_checking.checking(desk, report_id).read_back
    with desk.casebook.read() as session:
        language = present(session, Report, report_id).language
        passages = report_writing.written(session, report_id) or ()
    return PlainReport(
        report_id=report_id,
        child_id=writing.child_id,
        child_name=writing.child_name,
        title=writing.title,
        language=language,
        sections=tuple(
            PlainSection(
                section.code,
                section.heading,
                told([one for one in passages if one.section == section.code], language),
                tuple(one for one in heard if one.section == section.code),
            )
            for section in writing.sections
            if not section.code.endswith(SIGN_OFF)
        ),
    )
