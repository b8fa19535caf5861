"""Writing a report: its passages, where each comes from, and what it takes from the record.

A report begins with what the locked assessment says. From then on its author writes for the
court. Somebody's own words stay as they were said, and a fact from the record keeps its link, so
that it is pointed out where the record says something else later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework import dates, disproportionality, permission, proposal_kept, wording
from app.casework.form_records import called, locked, sheet_of
from app.casework.keeping import present, reason_given
from app.casework.problems import RecordGone
from app.core.errors import KnownError
from app.core.i18n import _
from app.forms.sheet import Sheet
from app.models.queries import history
from app.models.records import (
    RECORD_TYPES,
    Address,
    Child,
    FormRecord,
    Hearing,
    Offence,
    Outcome,
    Report,
    ReportPassage,
    User,
)
from app.models.work import UnitOfWork
from app.reports.kinds import kind
from app.reports.material import said_in
from app.reports.passages import KINDS, Passage, PassageKind, Quote, changed_quotes

if TYPE_CHECKING:
    from app.casework.desk import Desk

WRITERS: Final = "writers"
"""Under this name the details of a report hold who wrote in it."""
CHECKED: Final = "checked"
"""Under this name they hold what each who found it fit had read, by its hash."""
SEALED: Final = "sealed"
"""Under this name they hold what each passage said for whoever made the report final."""
SKIPPED: Final = "skipped_words"
"""Under this name they hold the words that spelling lets stand in the report."""
GAP: Final = 1024
"""Between the places of two passages, so that others fit in between."""
STALE: Final = ""
"""The hash of a draft whose pages are older than its text."""
LONGEST: Final = 20_000
"""Characters of one passage; longer ones are read by nobody."""
PLAIN: Final = "plain"
"""The kind of a passage that is no part of the pages: a section in plain words for the child."""


class PassageLocked(KnownError):
    """The text of a report that is no draft was to be changed."""

    def __init__(self) -> None:
        super().__init__(
            _("This report is final, so it can't be changed."),
            _("Make a new report if something has to be said differently."),
        )


class NotSaidForCourt(KnownError):
    """Words were to be placed that nobody has agreed to let a court read."""

    def __init__(self) -> None:
        super().__init__(
            _("These words are not for the court: whoever said them has not said yes to it."),
            _("Ask first. What was agreed is kept with the answer."),
        )


@dataclass(frozen=True)
class SectionView:
    """A section of a report: its code, its number and its heading, in the report's language."""

    code: str
    number: str
    heading: str


@dataclass(frozen=True)
class WritingView:
    """A report as it is written, and what it lacks.

    Attributes:
        proposes: It ends in a proposal.
        skipped: Words that spelling lets stand in it, see `report_spelling.skip`.
    """

    report_id: str
    child_id: str
    child_name: str
    called: str
    title: str
    language: str
    editable: bool
    proposes: bool
    sections: tuple[SectionView, ...]
    passages: tuple[PassageView, ...]
    skipped: frozenset[str] = frozenset()

    def of(self, section: str) -> tuple[PassageView, ...]:
        """The passages of a section, in their order."""
        return tuple(one for one in self.passages if one.section == section)

    @property
    def in_order(self) -> tuple[PassageView, ...]:
        """Every passage, in the order of the pages."""
        return tuple(one for section in self.sections for one in self.of(section.code))

    def typed(self, texts: Mapping[str, str]) -> WritingView:
        """The same with what was typed since, by the ids of the passages."""
        passages = (
            replace(one, text=texts[one.id]) if one.id in texts else one for one in self.passages
        )
        return replace(self, passages=tuple(passages))


@dataclass(frozen=True)
class SourceNote:
    """Where words of a passage come from: the question, who said it and when, and whether checked.

    Attributes:
        verified: True or False where somebody said; None: nobody did.
    """

    question: str
    who: str
    when: str
    verified: bool | None
    form_record_id: str
    path: str


@dataclass(frozen=True)
class FactNote:
    """A fact that was inserted from the record. `changed`: the record says `now` today."""

    label: str
    then: str
    now: str
    changed: bool


@dataclass(frozen=True)
class PassageView:
    """A passage as the page that writes it shows it.

    Attributes:
        kind: paragraph, quotation, bullet, heading or made.
        made: Of a part that is drawn from the record: what it is, in words. written_out: whether
            the words around it are passages of their own.
        changed_words: What somebody said and the passage no longer says word for word.
    """

    id: str
    report_id: str
    section: str
    kind: PassageKind
    text: str
    language: str
    said_by: str
    quotes: tuple[Quote, ...]
    sources: tuple[SourceNote, ...]
    facts: tuple[FactNote, ...]
    made: str
    changed_words: tuple[str, ...]
    written_out: bool = False


@dataclass(frozen=True)
class Spoken:
    """Somebody's own words that may be placed in a report."""

    form_record_id: str
    path: str
    words: str
    said_by: str
    who: str
    language: str


@dataclass(frozen=True)
class Fact:
    """A fact of the record that may be inserted."""

    record_type: str
    record_id: str
    field: str
    label: str
    value: str


# ---- the first draft ------------------------------------------------------------------------


def keep_first_draft(work: UnitOfWork, report: Report, passages: Sequence[Passage]) -> None:
    """Make the passages that a report begins with part of it."""
    places: dict[str, int] = {}
    for passage in passages:
        place = places[passage.section] = places.get(passage.section, 0) + GAP
        work.add(
            ReportPassage(
                child_id=report.child_id,
                report_id=report.id,
                section=passage.section,
                place=place,
                kind=passage.kind,
                text=passage.text,
                language=passage.language or "",
                said_by=passage.said_by,
                paths=list(passage.paths),
                quotes=_quotes_kept(passage.quotes),
                facts=disproportionality.facts_of(work.session, passage.kind, passage.text),
            )
        )


def written(session: Session, report_id: str) -> tuple[Passage, ...] | None:
    """The text of a report; None where it was made before reports were written."""
    held = records(session, report_id)
    if not held and not session.scalar(
        select(func.count())
        .select_from(ReportPassage)
        .where(ReportPassage.report_id == report_id, ReportPassage.kind != PLAIN)
    ):
        return None
    return tuple(_passage(record) for record in held)


def records(session: Session, report_id: str) -> Sequence[ReportPassage]:
    """The records of the passages of a report, section by section, in their order."""
    return session.scalars(
        select(ReportPassage)
        .where(
            ReportPassage.report_id == report_id,
            ReportPassage.kind != PLAIN,
            ReportPassage.removed_at.is_(None),
        )
        .order_by(ReportPassage.section, ReportPassage.place, ReportPassage.id)
    ).all()


def _passage(record: ReportPassage) -> Passage:
    kind: PassageKind = next((kind for kind in KINDS if kind == record.kind), "paragraph")
    return Passage(
        section=record.section,
        kind=kind,
        text=record.text,
        language=record.language or None,
        quotes=_quotes(record.quotes),
        said_by=record.said_by,
        paths=tuple(record.paths),
        id=record.id,
    )


def _quotes(kept: Mapping[str, Any]) -> tuple[Quote, ...]:
    return tuple(
        Quote(
            words=str(one.get("words", "")),
            said_by=str(one.get("said_by", "")),
            language=one.get("language") or None,
            path=str(one.get("path", "")),
            form_record_id=str(one.get("form_record_id", "")),
        )
        for one in kept.get("said", ())
    )


def _quotes_kept(quotes: Sequence[Quote]) -> dict[str, Any]:
    if not quotes:
        return {}
    return {
        "said": [
            {
                "words": quote.words,
                "said_by": quote.said_by,
                "language": quote.language,
                "path": quote.path,
                "form_record_id": quote.form_record_id,
            }
            for quote in quotes
        ]
    }


# ---- reading --------------------------------------------------------------------------------


def open_writing(desk: Desk, report_id: str) -> WritingView:
    """A report to be written in.

    Raises:
        RecordGone: It is not in the casebook.
    """
    held = passages(desk, report_id)
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        child = session.get_one(Child, report.child_id)
        headings = kind(report.kind).headings(report.language)
        return WritingView(
            report_id=report.id,
            child_id=child.id,
            child_name=f"{called(child)} {child.family_name}".strip(),
            called=called(child),
            title=report.title,
            language=report.language,
            editable=report.state == "draft" and desk.actor.may_write,
            proposes=kind(report.kind).proposes,
            sections=tuple(
                SectionView(code, str(number), heading)
                for number, (code, heading) in enumerate(headings.items(), start=1)
            ),
            passages=held,
            skipped=frozenset((report.details or {}).get(SKIPPED, ())),
        )


def passage_view(desk: Desk, session: Session, passage_id: str) -> PassageView:
    """A passage as the page that writes it shows it."""
    record = present(session, ReportPassage, passage_id)
    report = session.get_one(Report, record.report_id)
    return _Reader(desk, session, report).view(record)


def passages(desk: Desk, report_id: str) -> tuple[PassageView, ...]:
    """The passages of a report, section by section, each with where it comes from.

    Raises:
        RecordGone: The report is not in the casebook.
    """
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        reader = _Reader(desk, session, report)
        return tuple(reader.view(record) for record in records(session, report_id))


class _Reader:
    """Reads what passages rest on: each form is opened once."""

    def __init__(self, desk: Desk, session: Session, report: Report) -> None:
        self._desk, self._session, self._report = desk, session, report
        self._sheets: dict[str, Sheet | None] = {}
        child = session.get_one(Child, report.child_id)
        self._called = called(child)

    def view(self, record: ReportPassage) -> PassageView:
        passage = _passage(record)
        return PassageView(
            id=record.id,
            report_id=record.report_id,
            section=record.section,
            kind=passage.kind,
            text=record.text,
            language=record.language,
            said_by=record.said_by,
            quotes=passage.quotes,
            sources=tuple(self._sources(passage)),
            facts=tuple(self._facts(record)),
            made=made_words(record.text) if passage.kind == "made" else "",
            changed_words=tuple(quote.words for quote in changed_quotes(passage)),
            written_out=bool(record.facts.get(disproportionality.WRITTEN_OUT)),
        )

    def _sources(self, passage: Passage) -> Iterator[SourceNote]:
        told = dict.fromkeys((self._report.assessment_id or "", path) for path in passage.paths)
        told |= dict.fromkeys(
            (quote.form_record_id or self._report.assessment_id or "", quote.path)
            for quote in passage.quotes
            if quote.path
        )
        for form_record_id, path in told:
            sheet = self._sheet(form_record_id)
            if sheet is not None and sheet.has(path):
                yield self._source(sheet, form_record_id, path)

    def _sheet(self, form_record_id: str) -> Sheet | None:
        if form_record_id not in self._sheets:
            record = self._session.get(FormRecord, form_record_id) if form_record_id else None
            known = record is not None and record.child_id == self._report.child_id
            self._sheets[form_record_id] = (
                sheet_of(self._desk, self._session, record) if known and record else None
            )
        return self._sheets[form_record_id]

    def _source(self, sheet: Sheet, form_record_id: str, path: str) -> SourceNote:
        question, answer = sheet.question(path), sheet.answer(path)
        who = {"child": self._called, "parent": _("Parent or carer")}.get(question.said_by, "")
        if not who and answer is not None:
            who = answer.source or ""
            user = self._session.get(User, answer.by) if answer.by and not who else None
            who = who or (user.name if user is not None else "")
        when = ""
        if answer is not None and answer.at:
            when = dates.in_words(dates.local_day(datetime.fromisoformat(answer.at)))
        return SourceNote(
            question=sheet.label(path),
            who=who,
            when=when,
            verified=None if answer is None else answer.verified,
            form_record_id=form_record_id,
            path=path,
        )

    def _facts(self, record: ReportPassage) -> Iterator[FactNote]:
        if record.kind == "made" and record.text == disproportionality.PART:
            for one in disproportionality.changes(self._session, record):
                yield FactNote(one.what, one.then, one.now, changed=one.then != one.now)
            return
        for kept in record.facts.get("facts", ()):
            then = str(kept.get("value", ""))
            now = fact_now(
                self._session,
                str(kept.get("record_type")),
                str(kept.get("record_id")),
                str(kept.get("field")),
            )
            label = wording.field_label(str(kept.get("record_type")), str(kept.get("field")))
            yield FactNote(label, then, now, changed=now != then)


def made_words(code: str) -> str:
    """What a part that is drawn from the record is, in words."""
    return {
        "rests_on": _("Which assessment the report rests on"),
        "sources": _("Who and what was consulted"),
        "missing_sources": _("What was not available"),
        "offences": _("The offences before the court"),
        "no_strengths": _("That no strength is named yet"),
        "how_to_speak": _("How to speak with the child"),
        "nothing_of_child": _("That nothing is said of the child yet"),
        "outcomes": _("Earlier outcomes"),
        "levels": _("The three levels and their reasons"),
        "levels_over_time": _("How the levels changed, where there were others before"),
        "dangerousness": _("On dangerousness, where the court asked"),
        "aim": _("The aim of youth justice"),
        "all_options": _("That the court has left custody open"),
        "sign_off": _("Who wrote, checked and read it"),
        "order": _("The order that it is about"),
        "attendance": _("Appointments that were kept and missed"),
        "missed": _("Appointments that were missed, with reasons"),
        "plan": _("The targets of the plan and how far they are"),
        "existing": _("The report to be used, and what speaks against it"),
        "changed_since": _("What has changed since"),
        "added_to": _("Which report this adds to"),
        "disproportionality": _("What figures say of children of different ethnic groups"),
    }.get(code, code)


# ---- writing --------------------------------------------------------------------------------


def change_text(desk: Desk, passage_id: str, text: str) -> PassageView:
    """Write other words into a passage.

    Raises:
        PassageLocked: The report is no draft. RecordGone: The passage isn't there.
        KnownError: It is drawn from the record, or too long.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        record, report = passage_open(work, passage_id)
        if record.kind == "made":
            raise KnownError(
                _("This part is drawn from the record."), _("Change it in the record itself.")
            )
        must_fit(text)
        if record.text != text:
            record.text = text
            written_in(desk, report)
        work.flush()
        return _Reader(desk, work.session, report).view(record)


def add(
    desk: Desk,
    report_id: str,
    section: str,
    *,
    after: str | None = None,
    kind: PassageKind = "paragraph",
    text: str = "",
) -> PassageView:
    """Add a passage to a section, after another or as the last.

    Raises:
        PassageLocked: The report is no draft. RecordGone: It isn't there.
    """
    desk.must_write()
    must_fit(text)
    with desk.casebook.write() as work:
        report = draft(work, report_id)
        record = placed(desk, work, report, section, after, kind=kind, text=text)
        return _Reader(desk, work.session, report).view(record)


def place_words(
    desk: Desk,
    report_id: str,
    section: str,
    form_record_id: str,
    path: str,
    *,
    after: str | None = None,
) -> PassageView:
    """Place somebody's own words, as they were said, as a passage of their own.

    Raises:
        NotSaidForCourt: Whoever said them has not agreed that a court reads them.
        PassageLocked, RecordGone: As in `add`.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = draft(work, report_id)
        found = next(
            (
                one
                for one in _spoken(desk, work.session, report)
                if (one.form_record_id, one.path) == (form_record_id, path)
            ),
            None,
        )
        if found is None:
            raise NotSaidForCourt
        quote = Quote(found.words, found.said_by, found.language, found.path, found.form_record_id)
        record = placed(desk, work, report, section, after, kind="quotation", text=found.words)
        record.said_by = found.who
        record.quotes = _quotes_kept((quote,))
        work.flush()
        return _Reader(desk, work.session, report).view(record)


def insert_fact(desk: Desk, passage_id: str, fact: Fact, at: int | None = None) -> PassageView:
    """Insert a fact from the record into the words of a passage, and keep its link.

    Args:
        at: Before which character; None: at the end.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        record, report = passage_open(work, passage_id)
        value = fact_now(work.session, fact.record_type, fact.record_id, fact.field)
        if not value or record.kind == "made" or not _is_of(work.session, fact, report.child_id):
            raise RecordGone
        where = len(record.text) if at is None else max(0, min(at, len(record.text)))
        before, after = record.text[:where], record.text[where:]
        space = "" if not before or before[-1].isspace() else " "
        record.text = f"{before}{space}{value}{after}"
        must_fit(record.text)
        kept = {
            "record_type": fact.record_type,
            "record_id": fact.record_id,
            "field": fact.field,
            "value": value,
        }
        record.facts = {"facts": [*record.facts.get("facts", ()), kept]}
        written_in(desk, report)
        work.flush()
        return _Reader(desk, work.session, report).view(record)


def take_up(desk: Desk, passage_id: str) -> PassageView:
    """Say what the record says now, wherever the passage still says what it said then."""
    desk.must_write()
    with desk.casebook.write() as work:
        record, report = passage_open(work, passage_id)
        if record.kind == "made":
            today = disproportionality.facts_of(work.session, record.kind, record.text)
            record.facts = {**record.facts, **today}
            written_in(desk, report)
            work.flush()
            return _Reader(desk, work.session, report).view(record)
        kept, text = [], record.text
        for one in record.facts.get("facts", ()):
            now = fact_now(work.session, one["record_type"], one["record_id"], one["field"])
            if now and now != one["value"]:
                text = text.replace(one["value"], now)
                kept.append({**one, "value": now})
            else:
                kept.append(one)
        record.text, record.facts = text, {"facts": kept}
        written_in(desk, report)
        work.flush()
        return _Reader(desk, work.session, report).view(record)


def move(desk: Desk, passage_id: str, *, after: str | None) -> PassageView:
    """Put a passage elsewhere in its section: after another one, or first."""
    desk.must_write()
    with desk.casebook.write() as work:
        record, report = passage_open(work, passage_id)
        others = [
            one
            for one in records(work.session, report.id)
            if one.section == record.section and one.id != record.id
        ]
        record.place = place_after(work, others, after, first=after is None)
        written_in(desk, report)
        work.flush()
        return _Reader(desk, work.session, report).view(record)


def remove(desk: Desk, passage_id: str, reason: str = "") -> None:
    """Take a passage out; the history keeps it. What every report has to say needs a reason.

    Raises:
        ReasonMissing: It is a part that every report holds, and no reason was given.
    """
    desk.must_write()
    with desk.casebook.read() as session:
        needs_reason = present(session, ReportPassage, passage_id).kind == "made"
    why = reason_given(reason) if needs_reason else reason.strip() or None
    with desk.casebook.write(why) as work:
        record, report = passage_open(work, passage_id)
        work.remove(record)
        written_in(desk, report)


def restore(desk: Desk, passage_id: str) -> PassageView:
    """Put a passage back that was taken out."""
    desk.must_write()
    with desk.casebook.write() as work:
        record = work.session.get(ReportPassage, passage_id)
        if record is None:
            raise RecordGone
        report = draft(work, record.report_id)
        if record.removed_at is not None:
            work.restore(record)
        written_in(desk, report)
        work.flush()
        return _Reader(desk, work.session, report).view(record)


def written_in(desk: Desk, report: Report) -> None:
    """The pages are older than the text now, and what somebody checked is not what it says."""
    report.content_hash = STALE
    report.checked_at = report.checked_by = None
    writers = writers_of(report)
    if desk.actor.id not in writers:
        report.details = {**(report.details or {}), WRITERS: [*writers, desk.actor.id]}


def writers_of(report: Report) -> tuple[str, ...]:
    """Everybody who wrote in a report: none of them checks it."""
    return tuple((report.details or {}).get(WRITERS, ()))


def settled(desk: Desk, work: UnitOfWork, passage: ReportPassage) -> None:
    """Note that whoever settled what two people wrote in a passage has a hand in the report."""
    report = work.session.get(Report, passage.report_id)
    if report is not None and report.state == "draft":
        written_in(desk, report)


# ---- what it said when ----------------------------------------------------------------------


def text_hash(session: Session, report_id: str) -> str:
    """The SHA-256 of what a report says in its passages now, in their order."""
    held = records(session, report_id)
    said = [
        [
            *(one.section, one.kind, one.text, one.language, one.said_by),
            # Of what is drawn: the figures that it gives.
            *((one.facts,) if one.kind == "made" and one.facts else ()),
        ]
        for one in held
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def note_checked(session: Session, report: Report, user_id: str) -> None:
    """Keep with the report what somebody read who finds it fit."""
    details = report.details or {}
    read = {**details.get(CHECKED, {}), user_id: text_hash(session, report.id)}
    report.details = {**details, CHECKED: read}


def is_checked(session: Session, report: Report) -> bool:
    """Whether somebody found fit what the report says.

    On another laptop it may have been written in while it was checked on this one: what nobody
    else has read was not checked.
    """
    if report.checked_at is None:
        return False
    read = (report.details or {}).get(CHECKED, {}).get(report.checked_by)
    return report.state != "draft" or read in (None, text_hash(session, report.id))


def note_sealed(session: Session, report: Report, user_id: str) -> None:
    """Keep with a report what each passage says as somebody makes it final."""
    said = {one.id: _said_hash(one) for one in records(session, report.id)}
    report.details = {**(report.details or {}), SEALED: {user_id: said}}


@dataclass(frozen=True)
class LateWords:
    """A passage as it was written on another laptop while the report was made final on this one.

    Attributes:
        section: The heading under which it stands. who, when: as shown.
    """

    id: str
    section: str
    text: str
    who: str
    when: str


def late_words(desk: Desk, report_id: str) -> tuple[LateWords, ...]:
    """What was written in a report elsewhere before it was known there that it is final.

    It is no part of the final report, and it is kept.
    """
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        sealed = (report.details or {}).get(SEALED, {}).get(report.finalised_by)
        if report.state == "draft" or sealed is None:
            return ()
        headings = kind(report.kind).headings(report.language)
        return tuple(
            LateWords(
                record.id,
                headings.get(record.section, record.section),
                record.text,
                *_written_last(session, record),
            )
            for record in records(session, report_id)
            if record.kind != "made" and sealed.get(record.id) != _said_hash(record)
        )


def _said_hash(record: ReportPassage) -> str:
    return hashlib.sha256(record.text.encode()).hexdigest()[:16]


def _written_last(session: Session, record: ReportPassage) -> tuple[str, str]:
    """Who wrote the words of a passage last, and when."""
    entries = history.entries(session, record_id=record.id, field="text", limit=1)
    if not entries:
        return "", ""
    user = session.get(User, entries[0].actor_id)
    return "" if user is None else user.name, dates.day_and_time(entries[0].made_at)


def passage_open(work: UnitOfWork, passage_id: str) -> tuple[ReportPassage, Report]:
    """A passage of a draft, and the draft.

    Raises:
        PassageLocked: The report is no draft. RecordGone: The passage isn't there.
    """
    record = present(work.session, ReportPassage, passage_id)
    return record, draft(work, record.report_id)


def draft(work: UnitOfWork, report_id: str) -> Report:
    """The draft of that id. Raises `PassageLocked` where the report is none, or `RecordGone`."""
    report = present(work.session, Report, report_id)
    if report.state != "draft":
        raise PassageLocked
    return report


def must_fit(text: str) -> None:
    """Raise `KnownError` where a passage is too long to be read."""
    if len(text) > LONGEST:
        raise KnownError(
            _("This passage is too long."),
            _("Divide it into passages of up to {count} letters.").format(count=f"{LONGEST:,}"),
        )


def placed(
    desk: Desk,
    work: UnitOfWork,
    report: Report,
    section: str,
    after: str | None,
    *,
    kind: PassageKind,
    text: str,
    first: bool = False,
) -> ReportPassage:
    """A new passage after another of its section, as the last, or as the first."""
    others = [one for one in records(work.session, report.id) if one.section == section]
    record = ReportPassage(
        child_id=report.child_id,
        report_id=report.id,
        section=section,
        place=place_after(work, others, after, first=first),
        kind=kind,
        text=text,
    )
    work.add(record)
    written_in(desk, report)
    work.flush()
    return record


def place_after(
    work: UnitOfWork, others: Sequence[ReportPassage], after: str | None, *, first: bool = False
) -> int:
    """A place after one of these; where there is no room left, the later ones move on."""
    at = next((n for n, one in enumerate(others) if one.id == after), len(others) - 1)
    if first:
        at = -1
    before = others[at].place if at >= 0 else 0
    if at + 1 >= len(others):
        return before + GAP
    room = others[at + 1].place - before
    if room > 1:
        return before + room // 2
    for one in others[at + 1 :]:
        one.place += GAP
    work.flush()
    return before + GAP // 2


# ---- what can be placed ---------------------------------------------------------------------


def words_to_place(desk: Desk, report_id: str) -> tuple[Spoken, ...]:
    """The words of the child and of a parent or carer that a court may read.

    What a child answered in a questionnaire is placed by those who may read it there.
    """
    with desk.casebook.read() as session:
        return tuple(_spoken(desk, session, present(session, Report, report_id)))


def _spoken(desk: Desk, session: Session, report: Report) -> Iterator[Spoken]:
    child = session.get_one(Child, report.child_id)
    for record in _heard(session, report):
        if not permission.reads_form(desk.actor.role, record.kind):
            continue
        sheet = sheet_of(desk, session, record)
        sheet.language = report.language
        for sentence in said_in(sheet, report.language):
            if not sentence.quote or not sheet.has(sentence.path):
                continue
            question = sheet.question(sentence.path)
            words = sheet.shown(sentence.path).strip()
            if question.type != "text" or not words:
                continue
            if not permission.reads(desk.actor.role, sheet.form, question):
                continue
            who = {
                "child": _("{child}’s own words").format(child=called(child)),
                "parent": _("A parent or carer’s own words"),
            }.get(sentence.said_by, _("As it was said"))
            marked = words if words.startswith("“") else f"“{words}”"
            yield Spoken(
                record.id, sentence.path, marked, sentence.said_by, who, sentence.answer_language
            )


def _heard(session: Session, report: Report) -> Iterator[FormRecord]:
    """The locked assessment that the report rests on, and the child's questionnaires."""
    assessment = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    if assessment is not None and assessment.child_id == report.child_id:
        yield assessment
    yield from session.scalars(locked(report.child_id, "questionnaire"))


# Which fields of which records are facts for a report. Nothing of a victim is among them.
FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "child": ("date_of_birth", "school", "preferred_language", "send_aln", "slcn"),
    "address": ("from_date", "suitability"),
    "offence": ("description", "offence_date", "plea"),
    "hearing": ("hearing_date", "court", "remand_decision"),
    "outcome": ("disposal", "outcome_date", "end_date", "completed"),
}
_TYPES: Final = (Address, Offence, Hearing, Outcome)


def facts_to_insert(desk: Desk, report_id: str) -> tuple[Fact, ...]:
    """The facts of the record that can be inserted into the words of a report."""
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        records: list[Any] = [session.get_one(Child, report.child_id)]
        for type_ in _TYPES:
            records += session.scalars(
                select(type_)
                .where(type_.child_id == report.child_id, type_.removed_at.is_(None))
                .order_by(type_.id)
            )
        found = []
        for record in records:
            type_name = record.record_type()
            for field in FACTS[type_name]:
                value = fact_now(session, type_name, record.id, field)
                if value:
                    label = (
                        f"{wording.record_word(type_name)}: {wording.field_label(type_name, field)}"
                    )
                    found.append(Fact(type_name, record.id, field, label, value))
        return tuple(found)


def _is_of(session: Session, fact: Fact, child_id: str) -> bool:
    """Whether a fact is of this child: nothing of another child stands in a report."""
    record: Any = session.get(RECORD_TYPES[fact.record_type], fact.record_id)
    return record is not None and getattr(record, "child_id", record.id) == child_id


def fact_now(session: Session, record_type: str, record_id: str, field: str) -> str:
    """What the record says of a fact today, in words; empty where it says nothing any more."""
    if proposal_kept.SAID_BY.get(record_type) == field:
        return proposal_kept.words_now(session, record_type, record_id)
    if field not in FACTS.get(record_type, ()):
        return ""
    record = session.get(RECORD_TYPES[record_type], record_id)
    if record is None or record.removed_at is not None:
        return ""
    return wording.value_words(record_type, field, getattr(record, field))
