"""Sentences for a report, made from answers as the form says.

Who may read an answer is kept to here, at the source: a child's answer that is not for the court
gives no sentence, and the child's own words are quoted only where the child has said yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.forms.answers import Answer
from app.forms.expressions import parse
from app.forms.schema import OWN_VIEWS, Question, ReportLine, SaidBy, Words
from app.forms.sheet import Sheet

_AND: Final = {"en": " and ", "cy": " a "}
_AND_BEFORE_VOWEL: Final = {"en": " and ", "cy": " ac "}
# Words that begin with a capital only as the first of a line; “I” keeps it, and so does what has
# more capitals, such as ADHD.
_COMMON: Final = re.compile(r"[^\W\d_][a-zâêîôûŵŷ]|[AOY] ")
_ASPIRATED: Final = re.compile(r"[cpt](?!h)")
_DOUBLED_END: Final = re.compile(r"([.!?…])([”’\"]?)\.(?=\s|\Z)")
_COURT: Final = "psr."
"""Sections of this beginning go to a court."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that an answer gives to a report.

    Attributes:
        path: The question it comes from.
        text: The sentence, in `language`; somebody's own words stand in curly quotation marks.
        quote: Whether it holds somebody's own words.
        said_by: Whose view it is.
        order: Its place in the section, lower first.
        section: The section it belongs to.
        topic: The title of the page that the question stands on.
        strength: Whether it tells of something that goes well.
        language: The language of the sentence.
        answer_language: The language the answer was given in, which a quotation keeps.
    """

    path: str
    text: str
    quote: bool
    said_by: SaidBy
    order: int
    section: str
    topic: str = ""
    strength: bool = False
    language: str = "en"
    answer_language: str = "en"


def sentences(sheet: Sheet, section: str, language: str) -> tuple[Sentence, ...]:
    """What the answers say in one section of a report, in the order the form gives.

    Answers that are empty, refused, wrong or not relevant say nothing.
    """
    topics = {
        page.name: sheet.filled(page.name, page.label, language=language)
        for page in sheet.form.pages
        if sheet.has(page.name)
    }
    found: list[Sentence] = []
    for path in sheet.paths():
        question = sheet.question(path)
        for line in question.report:
            if line.section == section:
                found.extend(_said(sheet, path, line, language=language, topics=topics))
    return tuple(sorted(found, key=lambda sentence: sentence.order))


def strengths(sheet: Sheet, language: str) -> tuple[tuple[str, str, str], ...]:
    """What goes well: the path, the question and the answer of each one marked as a strength."""
    return tuple(
        (
            path,
            sheet.filled(path, sheet.question(path).label, language=language),
            in_line(sheet.value_in_words(path, sheet.value(path), language=language), language),
        )
        for path in sheet.paths()
        if sheet.question(path).strength and _counts(sheet, path) is not None
    )


def may_be_quoted(question: Question, answer: Answer) -> bool:
    """Whether the answer may be given to a court in the words it was given in."""
    if question.ask_to_quote:
        return answer.may_quote is True
    return answer.may_quote is not False


def may_be_read_by(question: Question, reader: str) -> bool:
    """Whether `reader` may know the answer; only a child's or parent's answers are kept back."""
    return question.said_by == "practitioner" or reader in question.readers


def in_line(parts: tuple[str, ...], language: str) -> str:
    """Several answers in one line: “a, b and c”."""
    if len(parts) < 2:
        return "".join(parts)
    vowel = parts[-1][:1].lower() in "aeiouwyâêîôûŵŷ"
    joint = (_AND_BEFORE_VOWEL if vowel else _AND).get(language, ", ")
    return ", ".join(parts[:-1]) + joint + parts[-1]


def _running_on(parts: tuple[str, ...], child: str, language: str) -> tuple[str, ...]:
    """Several options as they stand in one sentence: those behind the first begin small.

    Options of our own forms are common words. What a service calls its options is not known, so
    theirs stay as they are. In Welsh the word after “a” takes the aspirate: “a chwrs”.
    """
    run = [
        part[:1].lower() + part[1:]
        if at and _COMMON.match(part) and not part.startswith(child)
        else part
        for at, part in enumerate(parts)
    ]
    if language == "cy" and len(run) > 1 and _ASPIRATED.match(run[-1]):
        run[-1] = f"{run[-1][0]}h{run[-1][1:]}"
    return tuple(run)


def _counts(sheet: Sheet, path: str) -> Answer | None:
    """The answer at `path` if it stands: relevant, given, and nothing wrong with it."""
    answer = sheet.answer(path)
    if answer is None or answer.empty or answer.refused:
        return None
    if not sheet.is_relevant(path) or sheet.problem(path) is not None:
        return None
    return answer


def _said(
    sheet: Sheet,
    path: str,
    line: ReportLine,
    *,
    language: str,
    topics: Mapping[str, str],
) -> Iterator[Sentence]:
    question = sheet.question(path)
    answer = _counts(sheet, path)
    if answer is None or (line.when is not None and not sheet.holds(path, parse(line.when))):
        return
    for_court = line.section.startswith(_COURT)
    if for_court and _kept_from_court(sheet, question):
        return
    if for_court and line.quote and not may_be_quoted(question, answer):
        return
    for words, value in _wordings(line, answer):
        parts = sheet.value_in_words(path, value, language=language)
        if sheet.form.kind != "questionnaire":
            parts = _running_on(parts, sheet.context_text("child", language=language), language)
        shown = in_line(parts, language)
        if line.quote:
            shown = f"“{shown.strip()}”"
        text = sheet.filled(path, words, language=language, extra={"answer": shown.strip()})
        yield Sentence(
            path=path,
            text=_polished(text),
            quote=line.quote,
            said_by=question.said_by,
            order=line.order,
            section=line.section,
            topic=topics.get(sheet.page(path), ""),
            strength=question.strength,
            language=language if language in words.languages else words.default_language,
            answer_language=answer.language or sheet.form.default_language,
        )


def _kept_from_court(sheet: Sheet, question: Question) -> bool:
    """What is in somebody's own words goes to court only where the form told them so."""
    return sheet.form.kind in OWN_VIEWS and not may_be_read_by(question, "court")


def _wordings(line: ReportLine, answer: Answer) -> Iterator[tuple[Words, object]]:
    """The wordings that fit the answer: one for each option that has its own, else the common."""
    chosen = answer.value if isinstance(answer.value, list) else [str(answer.value)]
    own = [name for name in chosen if name in line.by_value]
    for name in own:
        yield line.by_value[name], name if not isinstance(answer.value, list) else [name]
    rest = [name for name in chosen if name not in line.by_value]
    if rest and line.text:
        yield line.text, (rest if isinstance(answer.value, list) else answer.value)


def _polished(text: str) -> str:
    """A sentence that begins with a capital letter and does not end with two full stops."""
    text = _DOUBLED_END.sub(r"\1\2", text.strip())
    return text[:1].upper() + text[1:]
