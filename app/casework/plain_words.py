"""A report in plain words, for the child and family: short sentences, the child spoken to as *you*.

It is not another report. Each section begins with what the record says, in sentences that a
nine-year-old can read; what the author wrote for the court only the author can put in plain words,
and until that is done it is said so. The child's words stay as they were said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import report_checking, report_content, report_writing
from app.casework.disclosure import Exported, Pages, must_be_free, to_file
from app.casework.form_records import called
from app.casework.keeping import present
from app.casework.problems import RecordGone
from app.casework.report_checking import ReadBackView
from app.core.errors import KnownError
from app.core.i18n import LANGUAGES, _
from app.core.reading_age import reading_age, sentences_in
from app.models.records import Child, Report, ReportPassage, Service
from app.reports import childs_copy, plain
from app.reports.content import Language
from app.reports.kinds import kind
from app.reports.material import PsrMaterial
from app.reports.passages import Quote

if TYPE_CHECKING:
    from app.casework.desk import Desk

SIGN_OFF: Final = "sign_off"
_OF: Final = "of"
_SPOKEN: Final = re.compile(r"“[^”]*”?|\"[^\"\n]*\"?")
_WORD: Final = re.compile(r"\w[\w’'-]*")


@dataclass(frozen=True)
class PlainSection:
    """A section in plain words, and what was said to it.

    Attributes:
        heading: What it is called for the child. court_heading: what the report calls it.
        begun: What the record says of it. written: what its author wrote; empty: nothing yet.
        court_words: What stands in the report, passage by passage. quotes: what the child said
            in it.
        passed_by: The report says something else since it was put in plain words.
    """

    code: str
    heading: str
    court_heading: str
    begun: tuple[str, ...]
    written: str
    court_words: tuple[str, ...]
    quotes: tuple[Quote, ...]
    passed_by: bool
    heard: tuple[ReadBackView, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is read to the child, a paragraph each."""
        written = tuple(line.strip() for line in self.written.splitlines() if line.strip())
        return written or self.begun

    @property
    def needs_words(self) -> bool:
        """Whether it holds words for the court that nobody has put in plain words."""
        return bool(self.court_words) and not self.written.strip()


@dataclass(frozen=True)
class PlainReport:
    """A report to be read back.

    Attributes:
        language: The one that it is read back in. own_language: that of the report.
        editable: Whether the person may write its plain words. answers: may note what is said.
    """

    report_id: str
    child_id: str
    child_name: str
    called: str
    title: str
    reference: str
    language: Language
    own_language: Language
    editable: bool
    answers: bool
    sections: tuple[PlainSection, ...]

    def section(self, code: str) -> PlainSection | None:
        """The section of that code."""
        return next((one for one in self.sections if one.code == code), None)


@dataclass(frozen=True)
class PlainReading:
    """How plain words read.

    Attributes:
        reading_age: In years; None for Welsh, which has no such measure here, and for few words.
        remarks: What could be plainer, in words. They never stand in the way.
    """

    reading_age: int | None
    remarks: tuple[str, ...]


# ---- reading --------------------------------------------------------------------------------


def read(desk: Desk, report_id: str, language: Language | None = None) -> PlainReport:
    """A report in plain words.

    Args:
        language: Without, the child's where that is English or Welsh, else that of the report.

    Raises:
        RecordGone: It is not in the casebook.
    """
    heard = report_checking.checking(desk, report_id).read_back
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        child = session.get_one(Child, report.child_id)
        chosen = language or _language_for(child, report)
        may_write = desk.actor.may_write and report.state in ("draft", "final")
        return PlainReport(
            report_id=report.id,
            child_id=child.id,
            child_name=f"{called(child)} {child.family_name}".strip(),
            called=called(child),
            title=report.title,
            reference=report.reference,
            language=chosen,
            own_language=report.language,
            editable=may_write,
            answers=may_write and report.state == "draft",
            sections=tuple(_sections(desk, session, report, chosen, heard)),
        )


def _language_for(child: Child, report: Report) -> Language:
    spoken = child.preferred_language
    return spoken if spoken in LANGUAGES else report.language


def _sections(
    desk: Desk,
    session: Session,
    report: Report,
    language: Language,
    heard: Sequence[ReadBackView] = (),
) -> Iterator[PlainSection]:
    of = kind(report.kind)
    material = _material(desk, session, report, language)
    passages = report_writing.written(session, report.id) or ()
    for code, court_heading in of.headings(report.language).items():
        if code.endswith(SIGN_OFF):
            continue
        here = [one for one in passages if one.section == code]
        words = plain.court_words(here)
        begun = plain.begun(code, here, material, language, for_hearing=of.for_ == "hearing")
        kept = _kept(session, report.id, code, language)
        yield PlainSection(
            code=code,
            heading=plain.heading(code, language) or of.headings(language)[code],
            court_heading=court_heading,
            begun=begun,
            # Two laptops may each have begun: neither's words are lost.
            written="\n".join(one.text for one in kept),
            court_words=words,
            quotes=plain.said_by_child(here),
            passed_by=material is not None
            and any(one.facts.get(_OF) != _told(words, begun) for one in kept),
            heard=tuple(one for one in heard if one.section == code),
        )


def _material(
    desk: Desk, session: Session, report: Report, language: Language
) -> PsrMaterial | None:
    """What a report is made from; None while its assessment is with its author again."""
    try:
        return report_content.material_of(desk, session, report, "draft", language)
    except RecordGone:
        return None


def _kept(
    session: Session, report_id: str, section: str, language: Language
) -> Sequence[ReportPassage]:
    return session.scalars(
        select(ReportPassage)
        .where(
            ReportPassage.report_id == report_id,
            ReportPassage.section == section,
            ReportPassage.kind == report_writing.PLAIN,
            ReportPassage.language == language,
            ReportPassage.removed_at.is_(None),
        )
        .order_by(ReportPassage.id)
    ).all()


def _told(court_words: Sequence[str], begun: Sequence[str]) -> str:
    """Stands for what a section says, so that it is noticed when it says something else."""
    return hashlib.sha256("\n".join((*court_words, *begun)).encode()).hexdigest()


def reading(text: str, language: Language) -> PlainReading:
    """How plain words read: the age that they take, and sentences that are long.

    What stands in quotation marks was said by somebody, and is left as it was said.
    """
    measures = plain.plain_words()
    own = _SPOKEN.sub(" ", text)
    remarks = []
    age = None
    if language == "en" and len(_WORD.findall(own)) >= measures.words_for_reading_age:
        age = reading_age(own)
        if age > measures.reading_age:
            remarks.append(
                _(
                    "This takes a reading age of {age}. Shorter words and sentences make it {most}."
                ).format(age=age, most=measures.reading_age)
            )
    for start, end in sentences_in(own):
        words = own[start:end].split()
        if len(words) > measures.words_in_sentence:
            remarks.append(
                _("“{words} …” is long: {count} words. Make two sentences of it.").format(
                    words=" ".join(words[:4]), count=len(words)
                )
            )
    return PlainReading(age, tuple(remarks))


# ---- writing --------------------------------------------------------------------------------


def write(desk: Desk, report_id: str, section: str, language: Language, text: str) -> None:
    """Put a section in plain words; no words: it begins from the record again.

    They are no part of the report's pages, so a report that is final can still be explained.

    Raises:
        NotAllowed: The person may only read. RecordGone: The report isn't there.
        KnownError: The report no longer stands, has no such section, or the text is too long.
    """
    desk.must_write()
    report_writing.must_fit(text)
    with desk.casebook.write() as work:
        report = present(work.session, Report, report_id)
        if report.state not in ("draft", "final"):
            raise KnownError(
                _("This report no longer stands, so its plain words stay as they are."), ""
            )
        now = next(
            (one for one in _sections(desk, work.session, report, language) if one.code == section),
            None,
        )
        if now is None:
            raise KnownError(_("This report has no such section."), "")
        kept = list(_kept(work.session, report_id, section, language))
        wanted = 1 if text.strip() else 0
        for one in kept[wanted:]:
            work.remove(one)
        if not wanted:
            return
        if kept:
            first = kept[0]
        else:
            first = ReportPassage(
                child_id=report.child_id,
                report_id=report_id,
                section=section,
                kind=report_writing.PLAIN,
                language=language,
            )
            work.add(first)
        first.text = text.strip()
        first.facts = {_OF: _told(now.court_words, now.begun)}


# ---- the child's copy -----------------------------------------------------------------------


def copy_pages(desk: Desk, report_id: str, language: Language | None = None) -> bytes:
    """The report in plain words as a PDF in large type, for the child to keep.

    Raises:
        RecordGone: It is not in the casebook.
    """
    found = read(desk, report_id, language)
    with desk.casebook.read() as session:
        service = session.get(Service, desk.casebook.service_id)
        report = present(session, Report, report_id)
    return childs_copy.pages(
        childs_copy.ChildsCopy(
            called=found.called,
            service_name=service.name if service is not None else "",
            reference=found.reference,
            made_on=desk.clock.today(),
            language=found.language,
            title=kind(report.kind).named(found.language),
            sections=tuple(
                childs_copy.Part(one.heading, one.sentences, one.quotes, one.needs_words)
                for one in found.sections
            ),
            draft=report.state == "draft",
        )
    )


def export_copy(
    desk: Desk,
    report_id: str,
    file: Path,
    *,
    language: Language | None = None,
    recipient: str,
    reason: str = "",
    overwrite: bool = False,
) -> Exported:
    """Write the child's copy to a file, and log to whom it was given.

    Raises:
        NotAllowed: The person may not pass on copies.
        FileIsThere: A file of this name exists and was not to be replaced.
        KnownError: Nobody is named who gets it, or it can't be written there.
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    if not recipient.strip():
        raise KnownError(
            _("Say who gets this copy."), _("It is kept in the record of who was given a copy.")
        )
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
    pages = Pages(
        copy_pages(desk, report_id, language), "report", report_id, report.child_id, report.state
    )
    return to_file(desk, file, pages, recipient=recipient, reason=reason)


def copy_name(report: PlainReport) -> str:
    """The name to offer for the file: the reference, nothing of the child."""
    return f"{report.reference}-plain.pdf"
