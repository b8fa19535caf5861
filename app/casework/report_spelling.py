"""The spelling of a whole report, heading by heading, before it goes out. It never blocks.

What the casebook gives is read first; looking the words up comes after, where nothing waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.casework import report_writing, spared_words, spelling
from app.casework.report_validators import Finding
from app.casework.report_writing import SKIPPED, WritingView
from app.casework.spelling import Spared
from app.core.i18n import _

if TYPE_CHECKING:
    from app.casework.desk import Desk

WORDS_TOLD: Final = 12
"""Of one heading: more are found in the passages themselves."""


@dataclass(frozen=True)
class ReportWords:
    """A report as it is written, and what spelling lets stand in it."""

    writing: WritingView
    spared: Spared


def words_of(desk: Desk, report_id: str) -> ReportWords:
    """What the spelling of a report is judged by.

    Raises:
        RecordGone: It is not in the casebook.
    """
    writing = report_writing.open_writing(desk, report_id)
    return ReportWords(writing, spared_words.spared(desk, writing.child_id))


def skip(desk: Desk, report_id: str, word: str) -> None:
    """Let a word stand wherever it stands in a report; its pages are what they were.

    Raises:
        NotAllowed: The person may only read. PassageLocked: The report is no draft.
        RecordGone: It is not in the casebook.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = report_writing.draft(work, report_id)
        held = (report.details or {}).get(SKIPPED, ())
        if spelling.plain(word) not in held:
            report.details = {**(report.details or {}), SKIPPED: [*held, spelling.plain(word)]}


def findings(words: ReportWords) -> tuple[Finding, ...]:
    """For each heading the words that no dictionary has. Quotations stay as they were said."""
    writing = words.writing
    found: list[Finding] = []
    for section in writing.sections:
        wrong: dict[str, None] = {}
        for passage in writing.of(section.code):
            if passage.kind in ("made", "quotation"):
                continue
            wrong |= dict.fromkeys(
                one.word
                for one in spelling.misspelt(
                    passage.text,
                    passage.language or writing.language,
                    said=[quote.words for quote in passage.quotes],
                    spared=words.spared,
                    skipped=writing.skipped,
                )
            )
        if wrong:
            text = _("Not in the dictionary: {words}. Look at the spelling, under Write.").format(
                words=", ".join(list(wrong)[:WORDS_TOLD])
            )
            found.append(Finding("spelling", text, section.heading, section.code))
    return tuple(found)
