"""Every part that a kind of report names is drawn by one side of the report, and by one alone."""

from __future__ import annotations

from collections import Counter

from app.reports.kinds import kinds
from app.reports.material import PsrMaterial
from app.reports.psr import PARTS, first_draft
from tests.reports.samples import material_of_every_kind
from tests.reports.test_psr import nothing_known


def named(material: PsrMaterial) -> set[str]:
    """What first drafts leave to be drawn from the record."""
    return {
        passage.text
        for of in kinds().values()
        for passage in first_draft(material, of)
        if passage.kind == "made"
    }


def test_every_part_that_a_kind_names_is_drawn_once() -> None:
    material = material_of_every_kind()
    of = next(iter(kinds().values()))
    drawn = Counter(code for part in PARTS for code in part(material, of).drawn())
    assert named(material) | named(nothing_known()) == set(drawn)
    assert set(drawn.values()) == {1}
