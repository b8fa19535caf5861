"""The levels that an assessment sets, and the kinds that colour a pill."""

from __future__ import annotations

from typing import Literal, cast, get_args

Level = Literal["low", "medium", "high", "very_high"]
Kind = Literal["neutral", "good", "attention", "serious"]


def level_of(code: str | None) -> Level | None:
    """The level that a record holds; None where none was set."""
    return cast(Level, code) if code in get_args(Level) else None
