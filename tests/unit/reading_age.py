"""How old a reader has to be, by syllables and the length of sentences."""

from __future__ import annotations

import re
from statistics import mean

import pyphen

GRADE_OF_A_NINE_YEAR_OLD = 4.0
"""Flesch–Kincaid grade: the school year of reading age nine in England."""

_HYPHENS = pyphen.Pyphen(lang="en_GB")


def syllables(word: str) -> int:
    return len(_HYPHENS.inserted(word.lower()).split("-"))


def grade(text: str) -> float:
    """Flesch–Kincaid grade of `text`: the school year in which it can be read."""
    sentences_in_it = [part for part in re.split(r"[.!?]+", text) if part.strip()]
    words = re.findall(r"[A-Za-z’']+", text)
    length = len(words) / len(sentences_in_it)
    return 0.39 * length + 11.8 * mean(syllables(word) for word in words) - 15.59
