"""The sizes of text that can be chosen, in percent of the normal one."""

from __future__ import annotations

from typing import Final

TEXT_SIZES: Final = (100, 110, 125, 150, 175, 200)


def next_text_size(size: int, step: int) -> int:
    """The text size one step up (1) or down (-1) from `size`, in percent; 0 is back to normal."""
    if step == 0:
        return TEXT_SIZES[0]
    at = min(range(len(TEXT_SIZES)), key=lambda number: abs(TEXT_SIZES[number] - size))
    return TEXT_SIZES[max(0, min(len(TEXT_SIZES) - 1, at + step))]
