"""A paper copy of any form that has been filled in, for the child to keep or for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from app.forms.schema import SILENT_TYPES
from app.forms.sheet import Sheet
from app.forms.unknown import UnknownAnswer
from app.reports.content import (
    Block,
    Fact,
    Facts,
    Notice,
    Paragraph,
    Quotation,
    Report,
    Run,
    Section,
    Status,
    SubHeading,
)
from app.reports.words import day, day_of, wording

_QUESTION_SHARE: Final = 0.44
"""Questions are longer than the labels of a front sheet."""


@dataclass(frozen=True, slots=True)
class FormCopy:
    """What a paper copy says besides the answers.

    Attributes:
        state: Where the form is, in words and in the sheet's language; empty for a copy that says
            nothing of it.
        marking: How the paper must be handled; None for “Official: sensitive”, empty for a copy
            that is the child's own.
    """

    reference: str
    service_name: str
    child_name: str
    made_on: date
    status: Status = "final"
    state: str = ""
    marking: str | None = None


def form_copy(
    sheet: Sheet,
    copy: FormCopy,
    *,
    only_answered: bool = False,
    kept_back: frozenset[str] = frozenset(),
    names: Mapping[str, str] | None = None,
    unknown: Sequence[UnknownAnswer] = (),
    said: Mapping[str, Sequence[str]] | None = None,
) -> Report:
    """Every question that is asked, page by page, with its answer, in the sheet's language.

    Args:
        sheet: The form as it has been filled in.
        copy: Whose it is and how it is to be handled.
        only_answered: Leave out what was not answered, as a child's own copy does.
        kept_back: Names of questions that are left out, because whoever gets the copy may not read
            the answers. The copy says that there are some.
        names: What the people of the service are called, by id: of what was carried forward it is
            said from when it is and who confirmed it.
        unknown: Answers that are kept though the form doesn't ask for them.
        said: What sources said, in lines, by the path of the question.
    """
    language = sheet.language
    say = wording(language)
    sections: list[Section] = []
    for page in sheet.form.pages:
        # What stands outside every group has a page of its own, which the sheet doesn't know.
        grouped = sheet.has(page.name)
        if grouped and not sheet.is_relevant(page.name):
            continue
        blocks = tuple(
            _blocks(
                sheet,
                page.name,
                only_answered=only_answered,
                kept_back=kept_back,
                names=names or {},
                said=said or {},
            )
        )
        if blocks:
            number = str(len(sections) + 1)
            seen_from = page.name if grouped else page.children[0].name
            heading = sheet.filled(seen_from, page.label, language=language)
            sections.append(Section(number, heading, blocks))
    if not sections:
        nothing = Paragraph((Run(say("Nothing has been answered in this form yet.")),))
        sections.append(Section("", say("Answers"), (nothing,)))
    if unknown:
        kept = tuple(
            fact
            for one in unknown
            for fact in (Fact(one.label, one.words), *_said(sheet, one.path, said or {}))
        )
        heading = say("Kept from an earlier form")
        sections.append(Section(str(len(sections) + 1), heading, (Facts(kept, _QUESTION_SHARE),)))
    if kept_back:
        left_out = Notice(say("Some answers are not in this copy: fewer people may read them."))
        sections.append(Section("", say("What is left out"), (left_out,)))
    front = [Fact(say("Date of this copy"), day(copy.made_on, language))]
    if copy.state:
        front.append(Fact(say("State"), copy.state))
    return Report(
        kind=f"form.{sheet.form.id}",
        title=sheet.form.title.text(language),
        subtitle=copy.child_name,
        reference=copy.reference,
        language=language,
        service_name=copy.service_name,
        status=copy.status,
        made_on=copy.made_on,
        front=tuple(front),
        sections=tuple(sections),
        draft_notice=say("This form is not finished. Answers may still change."),
        marking=copy.marking,
    )


def _blocks(
    sheet: Sheet,
    page: str,
    *,
    only_answered: bool,
    kept_back: frozenset[str],
    names: Mapping[str, str],
    said: Mapping[str, Sequence[str]],
) -> Iterator[Block]:
    asked = [
        path
        for path in sheet.paths(page)
        if sheet.question(path).type not in SILENT_TYPES
        and sheet.is_relevant(path)
        and (sheet.shown(path) or not only_answered)
        and path.rpartition("/")[2] not in kept_back
    ]
    say = wording(sheet.language)
    after_rows = False
    for row, paths in _rows_as_read(sheet, asked):
        if row:
            yield SubHeading(sheet.label(row))
        elif after_rows:
            # What is asked of the page itself is no longer about the row above it.
            yield SubHeading(say("Also asked"))
        after_rows = bool(row)
        for own_words, together in groupby(paths, key=lambda path: _own_words(sheet, path)):
            if own_words:
                for path in together:
                    yield Paragraph((Run(sheet.label(path)),))
                    yield Quotation((Run(_quoted(sheet.shown(path))),), "")
            else:
                facts = [
                    fact
                    for path in together
                    for fact in (_fact(sheet, path, names), *_said(sheet, path, said))
                ]
                yield Facts(tuple(facts), _QUESTION_SHARE)


def _rows_as_read(sheet: Sheet, asked: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The questions of each row together, the rows of a repeat in the order they are read in."""
    rows = [(row, list(paths)) for row, paths in groupby(asked, key=_row)]
    for repeat, together in groupby(rows, key=lambda one: _row(one[0])):
        if not repeat:
            yield from together
            continue
        order = {f"{repeat}/{row}": at for at, row in enumerate(sheet.rows_in_order(repeat))}
        yield from sorted(together, key=lambda one: order[one[0]])


def _row(path: str) -> str:
    return path.rpartition("/")[0]


def _own_words(sheet: Sheet, path: str) -> bool:
    """Whether the answer is what a child or parent said, in their words."""
    question = sheet.question(path)
    answer = sheet.answer(path)
    return (
        question.type == "text"
        and question.said_by != "practitioner"
        and answer is not None
        and not answer.empty
    )


def _fact(sheet: Sheet, path: str, names: Mapping[str, str]) -> Fact:
    not_answered = wording(sheet.language)("Not answered")
    words = sheet.shown(path) or not_answered
    carried = _carried(sheet, path, names)
    return Fact(sheet.label(path), f"{words} ({carried})" if carried else words)


def _said(sheet: Sheet, path: str, said: Mapping[str, Sequence[str]]) -> Iterator[Fact]:
    """What each source said about an answer."""
    for line in said.get(path, ()):
        yield Fact(wording(sheet.language)("Who says so"), line)


def _carried(sheet: Sheet, path: str, names: Mapping[str, str]) -> str:
    """Since when an answer that was carried forward stands, and who confirmed it."""
    answer = sheet.answer(path)
    if answer is None or not answer.carried or answer.empty:
        return ""
    say, language = wording(sheet.language), sheet.language
    given = day_of(answer.at, language)
    if not answer.confirmed:
        return say("carried forward from {day}, not confirmed").format(day=given)
    return say("carried forward from {day}, confirmed on {when} by {who}").format(
        day=given,
        when=day_of(answer.confirmed_at, language),
        who=names.get(answer.confirmed_by or "", "") or say("Somebody"),
    )


def _quoted(text: str) -> str:
    text = text.strip()
    return text if text.startswith("“") and text.endswith("”") else f"“{text}”"
