"""The spelling of a whole report, heading by heading, before it goes out. It never blocks.

What the casebook gives is read first; looking the words up comes after, where nothing waits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.casework import report_writing, spared_words, spelling
from app.casework.report_validators import Finding
from app.casework.report_writing import WritingView
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


def findings(words: ReportWords, skipped: Collection[str] = ()) -> tuple[Finding, ...]:
    """For each heading the words that no dictionary has. Quotations stay as they were said.

    Args:
        skipped: Words that the author has let stand.
    """
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
                    skipped=skipped,
                )
            )
        if wrong:
            text = _("Not in the dictionary: {words}. Look at the spelling, under Write.").format(
                words=", ".join(list(wrong)[:WORDS_TOLD])
            )
            found.append(Finding("spelling", text, section.heading, section.code))
    return tuple(found)
