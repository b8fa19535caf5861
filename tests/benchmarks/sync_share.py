"""How much of their work the benchmarks of sync do: all of it takes half an hour."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "WAYMARK_BENCH_SHARE"


def share_of(number: int) -> int:
    """So much of `number` as was asked for (`dev.py bench --share 0.1`), at least 100."""
    return max(100, round(number * float(os.environ.get(VARIABLE, "1"))))
