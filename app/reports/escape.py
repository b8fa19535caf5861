"""The one point where what somebody typed becomes what may be drawn.

Nothing here is markup: a `<b>` is three characters and is drawn as three characters. What the
typeface cannot draw, and what no reader could see (direction marks, zero-width characters,
controls, halves of characters), is drawn as a visible mark that names it, such as `[U+202E]`,
so that paper never says less, or something else, than the record does.

The pen of `app.reports.tagged` takes nothing but `Drawable`, and only this module makes one out
of text from elsewhere (`app.reports.lines` cuts and joins what is drawable already).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NewType

from app.reports.fonts import coverage

Drawable = NewType("Drawable", str)
"""Text in which every character can be drawn; a line feed in it starts a new line."""

_LINE_ENDS: Final = re.compile("\r\n|[\r\n\u2028\u2029]")
_WIDE_SPACES: Final = re.compile("[\t\u2000-\u200a\u202f\u205f\u3000]")
_NAMED_CATEGORIES: Final = frozenset({"So", "Sk", "Sm", "Sc"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of drawable text; `mark` says that it stands for a character it names."""

    text: Drawable
    mark: bool = False


def pieces(text: str) -> tuple[Piece, ...]:
    """`text` as it is drawn: ordinary stretches, and one mark for each character that needs one.

    Canonically equal spellings are drawn alike (NFC), every kind of line end becomes a line
    feed, and spaces of odd width become a space.
    """
    hostile = _needs_a_mark()
    if text.isascii() and not hostile.search(text):
        return (Piece(Drawable(text)),) if text else ()
    text = _WIDE_SPACES.sub(" ", _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)))
    made: list[Piece] = []
    end = 0
    for found in hostile.finditer(text):
        if found.start() > end:
            made.append(Piece(Drawable(text[end : found.start()])))
        made.append(Piece(_mark(found.group()), mark=True))
        end = found.end()
    if end < len(text):
        made.append(Piece(Drawable(text[end:])))
    return tuple(made)


def one_line(text: str) -> Drawable:
    """`text` for places that have no styles and one line: bookmarks, properties, running heads."""
    whole = "".join(piece.text for piece in pieces(text))
    return Drawable(" ".join(whole.split()))


def _mark(character: str) -> Drawable:
    code = f"U+{ord(character):04X}"
    if unicodedata.category(character) in _NAMED_CATEGORIES:
        name = unicodedata.name(character, "").lower()
        if name.isascii() and name:
            return Drawable(f"[{code} {name}]")
    return Drawable(f"[{code}]")


@lru_cache(maxsize=1)
def _needs_a_mark() -> re.Pattern[str]:
    """Matches one character that may not be drawn as itself."""
    allowed = {
        code
        for code in coverage()
        if unicodedata.category(chr(code)) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    }
    allowed.add(0x0A)
    return re.compile("[^" + "".join(re.escape(chr(code)) for code in sorted(allowed)) + "]")
