"""How old a reader has to be, by syllables and the length of sentences. English alone.

The measure is the Flesch-Kincaid grade, as a school year. It says nothing of a text of a few words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from statistics import mean
from typing import Final

import pyphen

GRADE_OF_A_NINE_YEAR_OLD: Final = 4.0
"""Flesch-Kincaid grade: the school year of reading age nine in England."""

_YEARS_BEFORE_SCHOOL: Final = 5
_WORDS: Final = re.compile(r"[A-Za-z’']*[A-Za-z][A-Za-z’']*")
_LETTERS: Final = re.compile(r"\w")
_END: Final = re.compile(r"[.!?]+[”\"’')\]\uFFFC]*(?=\s|$)|\n+")
_NO_END: Final = re.compile(
    r"(?:^|[\s(“])(?:Mr|Mrs|Ms|Dr|St|No|a\.m|p\.m|e\.g|i\.e|cf|art|para|paras|s|ss|p|pp|[A-Z])\.$"
)
"""What a full stop belongs to that ends no sentence."""


def sentences_in(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each sentence of `text` goes, its full stop included."""
    start = 0
    for end in _END.finditer(text):
        # No longer than the longest of them, so that a long text takes no longer than its length.
        if end.group().startswith(".") and _NO_END.search(
            text[max(start, end.end() - 8) : end.end()]
        ):
            continue
        if _LETTERS.search(text, start, end.start()):
            yield _trimmed(text, start, end.end())
        start = end.end()
    if _LETTERS.search(text, start):
        yield _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))


@cache
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB")


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """Into how many parts a word may be divided, which is close to what one hears."""
    return len(_hyphens().positions(word.lower())) + 1


def grade(text: str) -> float:
    """Flesch-Kincaid grade of `text`: the school year in which it can be read.

    Raises:
        ValueError: There is no word in it.
    """
    words = _WORDS.findall(text)
    if not words:
        raise ValueError("a text without words has no reading age")
    length = len(words) / max(1, sum(1 for _each in sentences_in(text)))
    return 0.39 * length + 11.8 * mean(syllables(word) for word in words) - 15.59


def reading_age(text: str) -> int:
    """How many years old somebody is who reads `text` with ease, never under five.

    Raises:
        ValueError: There is no word in it.
    """
    return max(_YEARS_BEFORE_SCHOOL, round(grade(text)) + _YEARS_BEFORE_SCHOOL)
