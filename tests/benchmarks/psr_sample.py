"""A pre-sentence report of twelve pages, as courts get them, for the benchmarks of pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.reports.content import Report
from app.reports.psr import psr
from tests.reports.samples import psr_material

TIMES_SAID: Final = 12
"""What the sample says of the child fills about a page; said so often, the report has twelve."""


def twelve_pages(turn: int | None = None) -> Report:
    """The report.

    Args:
        turn: Stands in each sentence, so that nobody who remembers what was set before has set
            this one.
    """
    material = psr_material()
    last = max(sentence.order for sentence in material.said)
    return psr(
        replace(
            material,
            said=tuple(
                replace(
                    sentence,
                    path=f"{sentence.path}_{time}",
                    order=sentence.order + time * last,
                    text=_of_turn(sentence.text, turn),
                )
                for time in range(TIMES_SAID)
                for sentence in material.said
            ),
        )
    )


def _of_turn(text: str, turn: int | None) -> str:
    return text if turn is None else text.replace(" ", f" {turn} ", 1)
