"""House words: what a report could say better, pointed out beside the words and never in the way.

Labels, capitals that nobody spelled out, long sentences and how old a reader has to be. The words
to avoid are data (`resources/reports/house_words.yaml`). What somebody said is theirs: nothing is
remarked inside quotation marks, nor inside words that a passage holds as a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from app.casework.report_writing import PassageView
from app.core import i18n
from app.core.errors import BugError
from app.core.i18n import _
from app.core.paths import resource_path
from app.core.reading_age import reading_age, sentences_in
from app.reports.content import Language
from app.reports.passages import Quote

RemarkKind = Literal["label", "abbreviation", "long_sentence", "reading_age"]

_HELD_BACK: Final = "\ufffc"
"""Stands where somebody's own words are: neither a letter nor a space."""
_SILENT: Final = re.compile(f"{_HELD_BACK}+")
_SPOKEN: Final = re.compile(r"“[^”]*(?:”|\Z)|\"[^\"\n]*(?:\"|$)", re.MULTILINE)
"""Marks that are still open hold what is being written down as it was said."""
_CAPITALS: Final = re.compile(r"(?<![\w’'])([A-ZÂÊÎÔÛŴŶ]{2,})(?:s|’s|'s)?(?![\w])")
_WORD: Final = re.compile(r"\w[\w’'-]*")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that could be said better.

    Attributes:
        start: Before which character of the text it begins; `length` 0: it is about all of it.
        words: The words that it is about, as they stand there.
        why: The reason. instead: What to write.
    """

    kind: RemarkKind
    start: int
    length: int
    words: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a passage reads.

    Attributes:
        words: How many there are, what was said included.
        reading_age: In years; None for Welsh, which has no such measure here, and for few words.
        spoken: From where to where somebody's own words go: no remark is shown on them.
    """

    words: int
    reading_age: int | None
    remarks: tuple[Remark, ...]
    spoken: tuple[tuple[int, int], ...] = ()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Advice(_Frozen):
    why: str
    instead: str


class Label(_Frozen):
    """Words to do without. `but_not`: where they are right; `unless`: what puts them right."""

    id: str
    language: Language
    words: tuple[str, ...]
    but_not: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    en: _Advice
    cy: _Advice


class HouseWords(_Frozen):
    """The file: labels, lengths, and what capitals stand for."""

    source: str
    as_of: date
    verified: bool
    welsh_reviewed_by: str | None
    words_in_sentence: int
    reading_age: int
    words_for_reading_age: int
    labels: tuple[Label, ...]
    known: frozenset[str]
    spelled: Mapping[str, Mapping[Language, str]]


@cache
def house_words() -> HouseWords:
    """The words to do without, and the lengths to keep to."""
    try:
        with resource_path("reports", "house_words.yaml").open(encoding="utf-8") as file:
            return HouseWords.model_validate(yaml.safe_load(file))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the house words can't be read") from error


def reading(
    text: str,
    language: Language,
    *,
    quotes: Sequence[Quote] = (),
    said_before: Collection[str] = (),
) -> Reading:
    """How a passage reads.

    Args:
        language: Of the words, `en` or `cy`.
        quotes: What somebody said in it, wherever their words stand in it as they were said.
        said_before: Capitals that the report used earlier: only the first use is spelled out.
    """
    house = house_words()
    own = without_what_was_said(text, [quote.words for quote in quotes])
    sentences = tuple(sentences_in(own))
    remarks = [
        *_labels(text, own, language, sentences),
        *_abbreviations(text, own, language, said_before),
        *_long_sentences(text, own, sentences),
    ]
    age = None
    if language == "en" and len(_WORD.findall(own)) >= house.words_for_reading_age:
        age = reading_age(own)
        if age > house.reading_age:
            remarks.append(_hard_to_read(age))
    remarks.sort(key=lambda remark: remark.start)
    spoken = tuple(found.span() for found in _SILENT.finditer(own))
    return Reading(len(_WORD.findall(text)), age, tuple(remarks), spoken)


def reading_of(
    passages: Sequence[PassageView], passage_id: str, text: str, language: Language
) -> Reading:
    """How a passage reads where it stands in its report.

    Args:
        passages: Those of the report in their order, as they are kept.
        text: The words of this passage as they are now.
        language: That of the report, for a passage that names none.
    """
    before: set[str] = set()
    for passage in passages:
        if passage.id == passage_id:
            of = passage.language or language
            if passage.kind == "quotation":
                return Reading(len(_WORD.findall(text)), None, ())
            return reading(text, of, quotes=passage.quotes, said_before=before)
        if passage.kind not in ("made", "quotation"):
            before |= abbreviations_in(passage.text, passage.quotes)
    return reading(text, language, said_before=before)


def abbreviations_in(text: str, quotes: Sequence[Quote] = ()) -> frozenset[str]:
    """The capitals that a text uses in its own voice."""
    own = without_what_was_said(text, [quote.words for quote in quotes])
    return frozenset(found.group(1) for found in _CAPITALS.finditer(own))


def without_what_was_said(text: str, said: Iterable[str]) -> str:
    """The text at the same length, with what somebody said taken out of it.

    Args:
        said: Words as they were said, in the order of the text.
    """
    at = 0
    for words in said:
        found = text.find(words, at) if words else -1
        if found >= 0:
            at = found + len(words)
            text = f"{text[:found]}{_HELD_BACK * len(words)}{text[at:]}"
    return _SPOKEN.sub(lambda found: _HELD_BACK * len(found.group()), text)


def _labels(
    text: str, own: str, language: Language, sentences: Iterable[tuple[int, int]]
) -> Iterator[Remark]:
    for start, end in sentences:
        for label, pattern, but_not, unless in _patterns(language):
            right = [found.span() for found in but_not.finditer(own, start, end)] if but_not else []
            for found in pattern.finditer(own, start, end):
                if any(a <= found.start() and found.end() <= b for a, b in right):
                    continue
                if unless is not None and unless.search(own, found.end(), end):
                    continue
                advice = label.cy if i18n.language() == "cy" else label.en
                yield _remark("label", text, found.span(), advice.why, advice.instead)


_Pattern = tuple[Label, re.Pattern[str], re.Pattern[str] | None, re.Pattern[str] | None]


@cache
def _patterns(language: Language) -> tuple[_Pattern, ...]:
    return tuple(
        (
            label,
            _any_of(label.words),
            _any_of(label.but_not) if label.but_not else None,
            _any_of(label.unless) if label.unless else None,
        )
        for label in house_words().labels
        if label.language == language
    )


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, the longest first."""
    each = (
        r"\s+".join(re.escape(word).replace("’", "[’']") for word in phrase.split())
        for phrase in sorted(phrases, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE)


def _abbreviations(
    text: str, own: str, language: Language, said_before: Collection[str]
) -> Iterator[Remark]:
    if not any(letter.islower() for letter in own):
        return
    house = house_words()
    seen = {*said_before, *house.known}
    for found in _CAPITALS.finditer(own):
        capitals = found.group(1)
        if capitals in seen:
            continue
        seen.add(capitals)
        if _spelled_out(own, *found.span()):
            continue
        full = house.spelled.get(capitals, {}).get(language)
        if full is not None:
            instead = _("Write “{full} ({short})” the first time.").format(
                full=full, short=capitals
            )
        else:
            instead = _("Write it out the first time, with {short} in brackets after it.").format(
                short=capitals
            )
        why = _("Not every reader knows what {short} stands for.").format(short=capitals)
        yield _remark("abbreviation", text, found.span(1), why, instead)


def _spelled_out(own: str, start: int, end: int) -> bool:
    """Whether the words stand before the capitals in brackets, or in brackets after them."""
    before, after = own[:start].rstrip(), own[end:].lstrip()
    in_brackets = before.endswith("(") and after.startswith(")")
    if in_brackets:
        return _LETTER.search(before[-40:]) is not None
    return after.startswith("(") and _LETTER.match(after[1:].lstrip()) is not None


def _long_sentences(text: str, own: str, sentences: Iterable[tuple[int, int]]) -> Iterator[Remark]:
    most = house_words().words_in_sentence
    for start, end in sentences:
        count = len(_WORD.findall(own, start, end))
        if count > most:
            yield _remark(
                "long_sentence",
                text,
                (start, end),
                _("This sentence has {count} words.").format(count=count),
                _("Make two of it: a sentence of up to {most} can be read aloud.").format(
                    most=most
                ),
            )


def _hard_to_read(age: int) -> Remark:
    return Remark(
        "reading_age",
        0,
        0,
        "",
        _("This takes a reading age of {age}.").format(age=age),
        _("Shorter words and shorter sentences reach the child and the parents too."),
    )


def _remark(kind: RemarkKind, text: str, span: tuple[int, int], why: str, instead: str) -> Remark:
    start, end = span
    return Remark(kind, start, end - start, text[start:end], why, instead)
