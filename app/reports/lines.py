"""Words into lines: ragged right, no hyphens of our own, no last line of one short word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.forms.days import MONTHS
from app.reports.escape import Drawable
from app.reports.fonts import Measure
from app.reports.look import Type
from app.reports.tagged import Element

_TOKENS: Final = re.compile(r"\n| +|[^ \n]+")
_MAY_BREAK_AFTER: Final = re.compile(r"(?<=[^\W\d_][-–—/])(?=\w)")
_DAY_AND_MONTH: Final = re.compile(
    r"(?<!\d)(\d\d?) (?=(?:" + "|".join(m for names in MONTHS.values() for m in names) + r")\b)"
)
_SHORT_LAST_LINE: Final = 0.12
"""A last line of one word narrower than this share of the measure takes a second word along."""


@dataclass(frozen=True, slots=True)
class Strand:
    """Drawable words of one look that belong to one element."""

    text: Drawable
    type_: Type
    element: Element
    ground: str | None = None
    """The colour token behind the words, where there is one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a strand on one line: where it starts from the left edge, and its width."""

    strand: Strand
    x: float
    width: float
    text: Drawable


Line = tuple[Stretch, ...]


@dataclass(slots=True)
class _Word:
    """Atoms that stay together, and the space that may follow them."""

    atoms: list[tuple[Strand, str, float]]
    width: float
    space: float = 0.0


def broken(strands: Iterable[Strand], width: float, measure: Measure) -> tuple[Line, ...]:
    """`strands` as lines no wider than `width` points.

    A line that continues ends in the space it was broken at, so that whoever reads the text out
    of the file does not run two words together.
    """
    made: list[Line] = []
    for words in _words(strands, measure):
        rows = _filled(words, width, measure)
        _lengthen_last(rows, width)
        last = len(rows) - 1
        made.extend(_line(row, continues=at < last) for at, row in enumerate(rows))
    return tuple(made)


def _words(strands: Iterable[Strand], measure: Measure) -> list[list[_Word]]:
    """The words of each forced line."""
    forced: list[list[_Word]] = [[]]
    glued = False
    for strand in strands:
        face, size = strand.type_.face, strand.type_.size
        space = measure.width(" ", face, size)
        for token in _TOKENS.findall(_DAY_AND_MONTH.sub("\\1\u00a0", strand.text)):
            if token == "\n":
                forced.append([])
                glued = False
            elif token[0] == " ":
                if forced[-1]:
                    forced[-1][-1].space = space
                glued = False
            else:
                for part in _MAY_BREAK_AFTER.split(token) if _hyphenated(token) else (token,):
                    wide = measure.width(part, face, size)
                    if glued:
                        word = forced[-1][-1]
                        word.atoms.append((strand, part, wide))
                        word.width += wide
                        glued = False
                    else:
                        forced[-1].append(_Word([(strand, part, wide)], wide))
                glued = True
    return forced


def _hyphenated(token: str) -> bool:
    return "-" in token or "/" in token or "–" in token or "—" in token


def _filled(words: Sequence[_Word], width: float, measure: Measure) -> list[list[_Word]]:
    rows: list[list[_Word]] = [[]]
    used = 0.0
    for whole in words:
        for word in _cut(whole, width, measure) if whole.width > width else (whole,):
            if rows[-1] and used + word.width > width:
                rows.append([])
                used = 0.0
            rows[-1].append(word)
            used += word.width + word.space
    return rows


def _cut(word: _Word, width: float, measure: Measure) -> list[_Word]:
    """A word wider than the measure, in parts that fit."""
    parts: list[_Word] = []
    for strand, text, _ in word.atoms:
        face, size = strand.type_.face, strand.type_.size
        at = 0
        while at < len(text):
            count = measure.fitting(text[at : at + 2000], face, size, width)
            part = text[at : at + count]
            wide = measure.width(part, face, size)
            parts.append(_Word([(strand, part, wide)], wide))
            at += count
    parts[-1].space = word.space
    return parts


def _lengthen_last(rows: list[list[_Word]], width: float) -> None:
    if len(rows) < 2 or len(rows[-1]) != 1 or len(rows[-2]) < 4:
        return
    moved = rows[-2][-1]
    last = rows[-1][0]
    if last.width < width * _SHORT_LAST_LINE and moved.width + moved.space + last.width < width:
        rows[-1].insert(0, rows[-2].pop())


def _line(row: Sequence[_Word], *, continues: bool) -> Line:
    made: list[Stretch] = []
    x = 0.0
    strand: Strand | None = None
    start = 0.0
    width = 0.0
    texts: list[str] = []
    last = len(row) - 1
    for at, word in enumerate(row):
        for owner, text, wide in word.atoms:
            if owner is not strand:
                if strand is not None:
                    made.append(Stretch(strand, start, width, Drawable("".join(texts))))
                strand, start, texts = owner, x, []
            texts.append(text)
            x += wide
            width = x - start
        if word.space and (at < last or continues):
            texts.append(" ")
            x += word.space
    if strand is not None:
        made.append(Stretch(strand, start, width, Drawable("".join(texts))))
    return tuple(made)
