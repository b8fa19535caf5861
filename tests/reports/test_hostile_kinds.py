"""Each kind of report, from a record in which everything is too long, too many, or missing."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.reports.kinds import ReportKind, kind, kinds
from app.reports.material import (
    Author,
    ContactFacts,
    HearingFacts,
    OffenceFacts,
    OutcomeFacts,
    PsrMaterial,
    TargetFacts,
)
from app.reports.passages import Passage
from app.reports.pdf import render
from app.reports.psr import first_draft, report_of
from tests.reports.archival_rules import faults_in
from tests.reports.reading import pages_of, structure_of, text_of
from tests.reports.samples import material_of_every_kind
from tests.reports.test_hostile import DRAWN, HOSTILE, headings_of
from tests.reports.test_pdf import findings
from tests.reports.test_psr import nothing_known

KINDS = tuple(kinds())
DAY = date(2026, 1, 1)


def hostile(value: Any) -> Any:
    """A value in which every text that somebody typed is one that nobody would."""
    match value:
        case str():
            return f"{value} {HOSTILE}" if value else value
        case tuple():
            return tuple(hostile(each) for each in value)
        case _ if is_dataclass(value):
            kept = {"level", "judged", "said_by", "section", "path", "language", "answer_language"}
            return replace(
                value,
                **{
                    field.name: hostile(getattr(value, field.name))
                    for field in fields(value)
                    if field.init and field.name not in kept
                },
            )
        case _:
            return value


def hostile_material(language: str) -> PsrMaterial:
    """Of every kind, with three hundred of each row and twenty thousand characters in each cell
    that can hold them."""
    made = material_of_every_kind(language)
    days = [DAY + timedelta(days=at) for at in range(300)]
    return replace(
        made,
        **{
            name: hostile(getattr(made, name))
            for name in ("reference", "service_name", "child", "court", "author", "sources")
        },
        missing_sources=hostile(made.missing_sources),
        levels=hostile(made.levels),
        said=hostile(made.said),
        existing=hostile(made.existing),
        order=hostile(made.order),
        sign_off=hostile(made.sign_off),
        pending=HOSTILE,
        offences=tuple(OffenceFacts(f"offence{at}. {HOSTILE}", DAY) for at in range(9)),
        hearings=tuple(HearingFacts(day, "Court", "Plea", HOSTILE) for day in days[:9]),
        earlier_outcomes=tuple(OutcomeFacts(day, "Outcome", HOSTILE) for day in days[:60]),
        contacts=tuple(
            ContactFacts(day, f"visit{at}.", "Did not come", missed=True, why=HOSTILE)
            for at, day in enumerate(days)
        ),
        plan=(TargetFacts("target " * 3_000, HOSTILE), TargetFacts(HOSTILE, "Begun", DAY)),
    )


def written(of: ReportKind, material: PsrMaterial) -> tuple[Passage, ...]:
    """Its first draft with a passage of each sort, twenty thousand characters long, in each
    section."""
    long = f"{HOSTILE} " * 300
    assert len(long) > 20_000
    made = list(first_draft(material, of))
    made.extend(Passage(section.code, "paragraph", long) for section in of.sections[:1])
    made.extend(
        Passage(section.code, sort, HOSTILE)
        for section in of.sections
        for sort in ("heading", "paragraph", "bullet", "quotation")
    )
    return tuple(made)


@pytest.mark.parametrize("kind_id", KINDS)
def test_a_hostile_record_makes_a_report_that_breaks_no_rule(kind_id: str, tmp_path: Path) -> None:
    of, material = kind(kind_id), hostile_material("cy" if kind_id == "breach" else "en")
    report = report_of(of, material, written(of, material))
    pdf = render(report)
    assert faults_in(pdf) == []
    assert findings(pdf, tmp_path) == []
    tree = structure_of(pdf)
    assert headings_of(tree)[: len(of.sections) + 1].count(1) == 1
    for table in tree.below("Table"):
        for row in table.below("TR"):
            assert list(row.below("TH")) or list(row.below("TD"))
    said = " ".join(tree.text().split())
    assert DRAWN in said
    if "missed" in {part for section in of.sections for part in section.parts}:
        visits = [said.index(f"visit{at}.") for at in range(300)]
        assert visits == sorted(visits)
    assert render(report) == pdf


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("kind_id", KINDS)
def test_an_empty_record_makes_a_report_that_says_what_is_missing(
    kind_id: str, language: str, tmp_path: Path
) -> None:
    of = kind(kind_id)
    empty = replace(nothing_known(), author=Author(""), language=language)
    report = report_of(of, empty)
    assert all(section.blocks for section in report.sections)
    pdf = render(report)
    assert faults_in(pdf) == []
    assert findings(pdf, tmp_path) == []
    text = text_of(pdf)
    assert "None" not in text and "{" not in text and ".." not in text


@pytest.mark.parametrize("kind_id", KINDS)
def test_a_name_of_any_length_stays_on_the_page(kind_id: str) -> None:
    made = material_of_every_kind()
    name = ("Bartholomew-Ignatius " * 12).strip()
    long = replace(
        made,
        service_name="Youth Justice Service of a Place with a Long Name " * 4,
        reference="WM-2026-" + "0123456789" * 6,
        child=replace(made.child, name=name, preferred_name=name),
    )
    pdf = render(report_of(kind(kind_id), long))
    said = " ".join(structure_of(pdf).text().split())
    if "levels" in {part for section in kind(kind_id).sections for part in section.parts}:
        assert f"{name}’s safety and wellbeing: High" in said
    assert all(f"Page {at} of" in page for at, page in enumerate(pages_of(pdf), start=1))
    assert outside(pdf) == []


def outside(pdf: bytes) -> list[str]:
    """The words that stand outside the margins of their page, or over one another in its head."""
    import pypdfium2

    found = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        held = page.get_textpage()
        rects = [held.get_rect(at) for at in range(held.count_rects())]
        for left, bottom, right, top in rects:
            if left < 60 or right > 540:
                found.append(held.get_text_bounded(left, bottom, right, top))
        head = sorted((left, right) for left, bottom, right, _top in rects if bottom > 785)
        for (_left, right), (left, _right) in pairwise(head):
            if right > left:
                found.append("over one another")
        held.close()
        page.close()
    document.close()
    return found
