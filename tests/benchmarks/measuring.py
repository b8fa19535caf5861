"""Measuring two things beside one another, so that the machine they run on cancels out."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """One line of the report.

    Attributes:
        name: The name to ask for it by.
        subject_s: Seconds that the product took, the median; None where it isn't about time.
        baseline: What it was measured against, in words.
        baseline_s: Seconds that the baseline took, the median.
        ratio: The number that `goal` is about; None where there was nothing to measure against.
        goal: `<= 1.6`, `>= 0.5`, or `reported` where no goal was set.
        more: Further numbers, by name.
    """

    name: str
    subject_s: float | None
    baseline: str
    baseline_s: float | None
    ratio: float | None
    goal: str
    more: dict[str, float] | None = None

    def line(self) -> str:
        """The line, as JSON."""
        return json.dumps(
            {
                "name": self.name,
                "subject_s": _short(self.subject_s),
                "baseline": self.baseline,
                "baseline_s": _short(self.baseline_s),
                "ratio": _short(self.ratio),
                "goal": self.goal,
                **{name: _short(number) for name, number in (self.more or {}).items()},
            }
        )


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Do `work`: how many seconds it took, and what it gave."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def side_by_side(
    subject: Callable[[], T],
    baseline: Callable[[], T],
    *,
    rounds: int,
    between: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """The medians of both, measured in turn, after one round that doesn't count.

    Args:
        subject, baseline: Each does the work and gives its result; the results must be equal.
        between: Done before each of them, not timed.
    """
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        results = []
        for side, work in enumerate((subject, baseline)):
            between()
            gc.collect()
            seconds, result = timed(work)
            results.append(result)
            if turn:
                took[side].append(seconds)
        must_equal(results[0], results[1])
    return median(took[0]), median(took[1])


def must_equal(subject: object, baseline: object) -> None:
    """Stop where the two did not do the same: their times would mean nothing."""
    if subject != baseline:
        raise SystemExit(f"not the same work: {str(subject)[:300]}\nand {str(baseline)[:300]}")
