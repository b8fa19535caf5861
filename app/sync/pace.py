"""When a laptop syncs by itself: often while something waits, seldom otherwise, and more and more
rarely while the server can't be reached, never all laptops at the same moment.
"""

from __future__ import annotations

from typing import Final

AFTER_WORK: Final = 60.0
WHILE_QUIET: Final = 300.0
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 1800.0


def seconds_to_next(*, waiting: bool, failures: int, chance: float) -> float:
    """How long to wait before the next sync.

    Args:
        waiting: Whether anything waits to be sent.
        failures: How many syncs in a row came to nothing.
        chance: From 0 to 1, drawn anew each time: spreads laptops that lost the network together.

    Returns:
        Seconds; between half and one and a half times the pause that is due.
    """
    if failures:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 16))
    else:
        pause = AFTER_WORK if waiting else WHILE_QUIET
    return pause * (0.5 + chance)
