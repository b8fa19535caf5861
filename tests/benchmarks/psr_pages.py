"""Pages of a pre-sentence report a second beside bare ReportLab paragraphs of the same words."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from app.core.paths import resource_path
from app.reports.fonts import Face
from app.reports.material import PsrMaterial
from app.reports.pdf import render
from app.reports.psr import psr
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.reports.bare import bare_pages
from tests.reports.reading import pages_of, structure_of, text_of
from tests.reports.samples import psr_material

ROUNDS = 15
TIMES_SAID = 12
"""What the sample says of the child fills about a page; said so often, the report has twelve."""
PARTS = frozenset({"H1", "H2", "H3", "P", "LBody", "TH", "TD"})


def measure(_within: Path) -> Iterator[Measured]:
    """A report of twelve pages, tagged and with its furniture; the same words as paragraphs."""
    report = psr(_long_material())
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


def _long_material() -> PsrMaterial:
    material = psr_material()
    last = max(sentence.order for sentence in material.said)
    return replace(
        material,
        said=tuple(
            replace(sentence, path=f"{sentence.path}_{time}", order=sentence.order + time * last)
            for time in range(TIMES_SAID)
            for sentence in material.said
        ),
    )
