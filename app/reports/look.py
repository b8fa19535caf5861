"""Colours and measures of the printed page. Colours come from the tokens that screens use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import yaml

from app.core.paths import resource_path
from app.reports.fonts import Face

Colour = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""

PAGE_WIDTH: Final = 595.276
PAGE_HEIGHT: Final = 841.89
LEFT: Final = 70.0
RIGHT: Final = PAGE_WIDTH - 62.0
TOP: Final = PAGE_HEIGHT - 86.0
BOTTOM: Final = 88.0
GUTTER: Final = 34.0
"""Room on the left of a numbered paragraph for its number."""


@dataclass(frozen=True, slots=True)
class Type:
    """A size, its cut, the distance of its lines and its colour token. Sizes are in points."""

    face: Face
    size: float
    leading: float
    colour: str = "ink"


@dataclass(frozen=True, slots=True)
class Types:
    """The types that blocks are set in."""

    body: Type = Type(Face.REGULAR, 10.5, 15.6)
    number: Type = Type(Face.REGULAR, 9.5, 15.6, "muted")
    title: Type = Type(Face.BOLD, 23, 28)
    subtitle: Type = Type(Face.REGULAR, 11.5, 17, "muted")
    heading: Type = Type(Face.SEMIBOLD, 14.5, 19)
    subheading: Type = Type(Face.SEMIBOLD, 11, 15.6)
    cell: Type = Type(Face.REGULAR, 9.6, 13.6)
    cell_head: Type = Type(Face.SEMIBOLD, 9.6, 13.6)
    caption: Type = Type(Face.SEMIBOLD, 10.5, 15)
    level: Type = Type(Face.BOLD, 11, 15.6)
    speaker: Type = Type(Face.REGULAR, 9.2, 13, "muted")


ORDINARY: Final = Types()
LARGE: Final = Types(
    body=Type(Face.REGULAR, 16, 24),
    number=Type(Face.REGULAR, 14, 24, "muted"),
    title=Type(Face.BOLD, 28, 34),
    subtitle=Type(Face.REGULAR, 16, 24, "muted"),
    heading=Type(Face.SEMIBOLD, 20, 26),
    subheading=Type(Face.SEMIBOLD, 16, 23),
    cell=Type(Face.REGULAR, 16, 23),
    cell_head=Type(Face.SEMIBOLD, 16, 23),
    caption=Type(Face.SEMIBOLD, 16, 23),
    level=Type(Face.BOLD, 16, 24),
    speaker=Type(Face.REGULAR, 14, 20, "muted"),
)
"""Large print: nothing that is read is smaller than 14 points."""
RUNNING: Final = Type(Face.REGULAR, 8.4, 11, "muted")
RUNNING_STRONG: Final = Type(Face.SEMIBOLD, 8.4, 11)
FINGERPRINT: Final = Type(Face.REGULAR, 6.8, 9, "muted")
MARK_SCALE: Final = 0.82
"""How large the name of an undrawable character is beside its neighbours."""

WATERMARK: Final[Colour] = (0.925, 0.937, 0.949)


@lru_cache(maxsize=1)
def colours() -> Mapping[str, Colour]:
    """The tokens of the light theme, by name."""
    held = yaml.safe_load(resource_path("theme", "tokens.yaml").read_text(encoding="utf-8"))
    return {name: _colour(text) for name, text in held["themes"]["light"].items()}


def _colour(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue)
