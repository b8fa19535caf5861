"""The one typeface of paper, measured and embedded from `resources/fonts`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from app.core.paths import resource_path

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILY: Final = "AtkinsonHyperlegibleNext"


class Face(Enum):
    """The cuts in use; the value is the name under which ReportLab knows each."""

    REGULAR = f"{FAMILY}-Regular"
    SEMIBOLD = f"{FAMILY}-SemiBold"
    BOLD = f"{FAMILY}-Bold"


@dataclass(frozen=True)
class Typeface:
    """What a cut can draw: the advance of each character in thousandths of its size.

    `font` is ReportLab's, which decides which characters a file embeds.
    """

    face: Face
    font: Any
    advances: Mapping[int, float]


@lru_cache(maxsize=1)
def typefaces() -> Mapping[Face, Typeface]:
    """Every cut, registered with ReportLab on the first call."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    held: dict[Face, Typeface] = {}
    for face in Face:
        font = TTFont(face.value, str(resource_path("fonts", f"{face.value}.ttf")), shapable=False)
        pdfmetrics.registerFont(font)
        advances = {code: font.face.getCharWidth(code) for code in font.face.charToGlyph}
        held[face] = Typeface(face, font, advances)
    return held


@lru_cache(maxsize=1)
def coverage() -> frozenset[int]:
    """The code points that every cut can draw."""
    return frozenset.intersection(*(frozenset(t.advances) for t in typefaces().values()))


class Measure:
    """Widths of words, remembered for as long as one report is drawn and no longer."""

    def __init__(self) -> None:
        self._known: dict[Face, dict[str, float]] = {face: {} for face in Face}
        self._advances = {face: held.advances for face, held in typefaces().items()}

    def width(self, text: str, face: Face, size: float) -> float:
        """The width of `text` in points. Every character must be one that the cut can draw."""
        known = self._known[face]
        found = known.get(text)
        if found is None:
            advances = self._advances[face]
            found = known[text] = sum([advances[ord(c)] for c in text])
        return found * size / 1000

    def fitting(self, text: str, face: Face, size: float, room: float) -> int:
        """How many characters of `text` fit into `room` points, at least one."""
        advances = self._advances[face]
        left = room * 1000 / size
        for count, character in enumerate(text):
            left -= advances[ord(character)]
            if left < 0:
                return max(1, count)
        return len(text)
