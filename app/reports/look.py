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


BODY: Final = Type(Face.REGULAR, 10.5, 15.6)
NUMBER: Final = Type(Face.REGULAR, 9.5, 15.6, "muted")
TITLE: Final = Type(Face.BOLD, 23, 28)
SUBTITLE: Final = Type(Face.REGULAR, 11.5, 17, "muted")
HEADING: Final = Type(Face.SEMIBOLD, 14.5, 19)
SUBHEADING: Final = Type(Face.SEMIBOLD, 11, 15.6)
CELL: Final = Type(Face.REGULAR, 9.6, 13.6)
CELL_HEAD: Final = Type(Face.SEMIBOLD, 9.6, 13.6)
CAPTION: Final = Type(Face.SEMIBOLD, 10.5, 15)
LEVEL: Final = Type(Face.BOLD, 11, 15.6)
SPEAKER: Final = Type(Face.REGULAR, 9.2, 13, "muted")
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
