"""What changed between two snapshots of one child's assessment: per answer, with who and when.

Either since the last stage, from which a snapshot was carried forward, or since the revision that
it replaces. Everything is in words; an answer counts where its question is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy.orm import Session

from app.casework import dates, permission, sources
from app.casework.form_records import found, names, sheet_of, title_of
from app.casework.problems import RecordGone
from app.core.i18n import _, ngettext
from app.forms.answers import FORM, Answer
from app.forms.sheet import Sheet
from app.models.queries import history as log_entries
from app.models.records import FormRecord

if TYPE_CHECKING:
    from app.casework.desk import Desk

Since = Literal["stage", "revision"]
SINCE: Final[tuple[Since, ...]] = ("stage", "revision")


@dataclass(frozen=True)
class Difference:
    """One answer, then and now.

    Attributes:
        path: Of the question. page: the name of the page it stands on now; empty where the form
            doesn't ask it any more.
        section, question: What they are called.
        before, after: The answers in words; empty where there is none.
        who: Who gave the new answer or took the old one away. when: the moment, if it is known.
    """

    path: str
    page: str
    section: str
    question: str
    before: str
    after: str
    who: str
    when: datetime | None


@dataclass(frozen=True)
class Comparison:
    """Two snapshots beside one another.

    Attributes:
        since: stage: with the last stage; revision: with the revision that it replaces.
        record_id, title, day: Of the earlier one; `day` it was submitted on.
        now: The title of the later one.
        differences: What is another, in the order of the form.
        same: How many answers are as they were. unconfirmed: how many of them wait to be confirmed.
    """

    since: Since
    record_id: str
    title: str
    day: date | None
    now: str
    differences: tuple[Difference, ...]
    same: int
    unconfirmed: int


@dataclass(frozen=True)
class LastTime:
    """What the last stage said: `words` by the path of each question that was answered."""

    title: str
    day: date | None
    words: Mapping[str, str]


def comparisons(desk: Desk, record_id: str) -> tuple[Comparison, ...]:
    """What changed since the last stage and since the last revision, where there are such.

    Raises:
        RecordGone: The form is not in the casebook.
        NotAllowed: It is a child's questionnaire, which this person may not read.
    """
    with desk.casebook.read() as session:
        record = _readable(desk, session, record_id)
        later = sheet_of(desk, session, record)
        found_ones = []
        for since in SINCE:
            earlier = _earlier(session, record, since)
            if earlier is not None:
                comparing = _Comparing(desk, session, record, later)
                found_ones.append(comparing.with_(earlier, since))
        return tuple(found_ones)


def last_time(desk: Desk, record_id: str) -> LastTime | None:
    """What the stage that a form was carried forward from said; None where there is none.

    Raises:
        RecordGone: The form is not in the casebook.
        NotAllowed: It is a child's questionnaire, which this person may not read.
    """
    with desk.casebook.read() as session:
        record = _readable(desk, session, record_id)
        earlier = _earlier(session, record, "stage")
        if earlier is None:
            return None
        sheet = sheet_of(desk, session, earlier)
        words = {path: said for path in sheet.paths() if (said := _counted(sheet, path))}
        return LastTime(title_of(desk, earlier), _day(earlier), words)


def summary_of(comparison: Comparison) -> str:
    """How many answers are another and how many are as they were, in words."""
    changed = len(comparison.differences)
    return " ".join(
        (
            ngettext("{count} answer changed.", "{count} answers changed.", changed).format(
                count=changed
            ),
            ngettext(
                "{count} answer is as it was.", "{count} answers are as they were.", comparison.same
            ).format(count=comparison.same),
        )
    )


def unconfirmed_of(comparison: Comparison) -> str:
    """How many answers wait to be confirmed, in words; empty where none does."""
    if not comparison.unconfirmed:
        return ""
    return ngettext(
        "{count} of them is not confirmed yet.",
        "{count} of them are not confirmed yet.",
        comparison.unconfirmed,
    ).format(count=comparison.unconfirmed)


def _readable(desk: Desk, session: Session, record_id: str) -> FormRecord:
    record = found(session, record_id)
    if not permission.reads_form(desk.actor.role, record.kind):
        raise permission.refusal_of_form(record.kind)
    return record


def _earlier(session: Session, record: FormRecord, since: Since) -> FormRecord | None:
    earlier_id = record.carried_from_id if since == "stage" else record.revises_id
    try:
        return found(session, earlier_id) if earlier_id else None
    except RecordGone:
        # A sync may bring the later snapshot first.
        return None


def _day(record: FormRecord) -> date | None:
    return None if record.submitted_at is None else dates.local_day(record.submitted_at)


def _counted(sheet: Sheet, path: str) -> str:
    """The answer at `path` in words, where it is asked; else nothing."""
    if not sheet.has(path) or not sheet.question(path).asks or not sheet.is_relevant(path):
        return ""
    return sheet.shown(path)


class _Comparing:
    """One snapshot that is compared with earlier ones; each name is looked up once."""

    def __init__(self, desk: Desk, session: Session, record: FormRecord, later: Sheet) -> None:
        self._desk, self._session, self._record, self._later = desk, session, record, later
        self._names = names(session)

    def with_(self, record: FormRecord, since: Since) -> Comparison:
        """Compare with `record`."""
        earlier, later = sheet_of(self._desk, self._session, record), self._later
        differences = []
        same = unconfirmed = 0
        for path in _paths(earlier, later):
            before, after = _counted(earlier, path), _counted(later, path)
            if before == after:
                if after:
                    same += 1
                    answer = later.answer(path)
                    unconfirmed += answer is not None and answer.unconfirmed
                continue
            differences.append(self._difference(earlier, path, before, after))
        differences.extend(self._sources(earlier))
        order = {page.name: place for place, page in enumerate(later.form.pages)}
        differences.sort(key=lambda one: order.get(one.page, len(order)))
        return Comparison(
            since=since,
            record_id=record.id,
            title=title_of(self._desk, record),
            day=_day(record),
            now=title_of(self._desk, self._record),
            differences=tuple(differences),
            same=same,
            unconfirmed=unconfirmed,
        )

    def _difference(self, earlier: Sheet, path: str, before: str, after: str) -> Difference:
        later = self._later
        sheet = later if later.has(path) else earlier
        page = sheet.page(path)
        label = sheet.label(path)
        row = path.rpartition("/")[0]
        if row:
            label = _("{row}: {question}").format(row=sheet.label(row), question=label)
        who, when = self._by(later.answer(path) if after and later.has(path) else None, path)
        return Difference(
            path=path,
            page=page if sheet is later else "",
            section=_page_label(sheet, page),
            question=label,
            before=before,
            after=after,
            who=who,
            when=when,
        )

    def _sources(self, earlier: Sheet) -> Iterator[Difference]:
        """What sources have said since, and what is no longer there of what they said."""
        before = {one.id: one for one in earlier.statements()}
        after = {one.id: one for one in self._later.statements()}
        for one_id in {**after, **before}:
            was, is_ = before.get(one_id), after.get(one_id)
            one = is_ or was
            lines = ["" if each is None else sources.line(each) for each in (was, is_)]
            if one is None or lines[0] == lines[1]:
                continue
            sheet = self._later if self._later.has(one.about) else earlier
            if not sheet.has(one.about):
                continue
            page = sheet.page(one.about)
            yield Difference(
                path=one.about,
                page=page if sheet is self._later else "",
                section=_page_label(sheet, page),
                question=_("Who says so: {question}").format(question=sheet.label(one.about)),
                before=lines[0],
                after=lines[1],
                who=self._names.get(one.by, ""),
                when=_moment(one.at),
            )

    def _by(self, answer: Answer | None, path: str) -> tuple[str, datetime | None]:
        if answer is not None:
            if answer.by == FORM:
                return _("Worked out by the form"), _moment(answer.at)
            return self._names.get(answer.by or "", ""), _moment(answer.at)
        # What was taken away names nobody: the history does.
        for entry in log_entries.entries(
            self._session, record_id=self._record.id, field=f"answers.{path}", limit=1
        ):
            return self._names.get(entry.actor_id, ""), entry.made_at
        return "", None


def _paths(earlier: Sheet, later: Sheet) -> Iterator[str]:
    """Every question of the later snapshot, then those that only the earlier one has.

    What another form doesn't ask at all, such as a review after an assessment, has not changed: it
    is kept with it.
    """
    yield from later.paths()
    other_form = earlier.form.id != later.form.id
    asked = {question.name for question in later.form.questions()}
    for path in earlier.paths():
        if not later.has(path) and (not other_form or path.rpartition("/")[2] in asked):
            yield path


def _page_label(sheet: Sheet, page: str) -> str:
    if sheet.has(page):
        return sheet.label(page)
    named = next((each for each in sheet.form.pages if each.name == page), None)
    return "" if named is None else named.label.text(sheet.language)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
