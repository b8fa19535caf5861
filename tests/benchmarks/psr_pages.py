"""Pages of a pre-sentence report a second beside bare ReportLab paragraphs of the same words."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app.core.paths import resource_path
from app.reports.fonts import Face
from app.reports.pdf import render
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.benchmarks.psr_sample import twelve_pages
from tests.reports.bare import bare_pages
from tests.reports.reading import pages_of, structure_of, text_of

ROUNDS = 15
PARTS = frozenset({"H1", "H2", "H3", "P", "LBody", "TH", "TD"})


def measure(_within: Path) -> Iterator[Measured]:
    """A report of twelve pages, tagged and with its furniture; the same words as paragraphs."""
    report = twelve_pages()
    font = resource_path("fonts", f"{Face.REGULAR.value}.ttf")
    made = render(report)
    ours = len(pages_of(made))
    texts = [part.text() for kind in sorted(PARTS) for part in structure_of(made).below(kind)]
    bare, theirs = bare_pages(texts, font)
    must_equal(" ".join(texts).split(), text_of(bare).split())
    took: list[float] = []
    plain: list[float] = []
    for _ in range(ROUNDS):
        gc.collect()
        took.append(timed(lambda: render(report))[0] / ours)
        gc.collect()
        plain.append(timed(lambda: bare_pages(texts, font))[0] / theirs)
    yield Measured(
        "psr_pages",
        median(took),
        "a page of the same words as ReportLab paragraphs, without tags",
        median(plain),
        median(plain) / median(took),
        ">= 0.5",
        more={"pages": ours, "baseline_pages": theirs},
    )
