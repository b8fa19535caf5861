"""Places in a text as Qt counts them: a letter beyond the first plane counts as two."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


def as_qt_counts(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """From where to where, as Qt counts, what goes from where to where in `text`."""
    spans = tuple(spans)
    if text.isascii():
        return spans
    twice = [place for place, letter in enumerate(text) if letter > "\uffff"]

    def at(place: int) -> int:
        return place + bisect_left(twice, place)

    return tuple((at(start), at(end)) for start, end in spans)
