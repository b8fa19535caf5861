"""Reports of every length, full of what nobody would write, keep order, structure and rules."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pikepdf
import pytest

from app.reports.content import (
    Bullets,
    Paragraph,
    Quotation,
    Report,
    Run,
    Section,
    SubHeading,
    Table,
)
from app.reports.pdf import render
from tests.reports.archival_rules import faults_in
from tests.reports.reading import Node, pages_of, structure_of
from tests.reports.test_pdf import a_report, findings, words

HOSTILE = (
    "</para> <b>x <img src=file:///etc/passwd> \\) Tj \u202eevil zero\u200bwidth \u2066in\u2069"
)
DRAWN = (
    "</para> <b>x <img src=file:///etc/passwd> \\) Tj [U+202E]evil zero[U+200B]width "
    "[U+2066]in[U+2069]"
)
WELSH = "“Dw i’n teimlo’n well gyda Nain yn tŷ ni, ŵyn a phopeth.”"


def hostile_report(parts: int) -> Report:
    """A report in which a word `mark0.`, `mark1.`, … stands in each part, in reading order."""
    sections = []
    count = 0

    def mark() -> str:
        nonlocal count
        count += 1
        return f"mark{count - 1}."

    for at in range(1, parts + 1):
        blocks = (
            Paragraph((Run(f"{mark()} {HOSTILE} " + "and on it goes " * 50),), number=f"{at}.1"),
            SubHeading(f"{mark()} {HOSTILE}"),
            Quotation((Run(f"{mark()} "), Run(WELSH, quote=True, language="cy")), "Tal"),
            Bullets(tuple((Run(f"{mark()} {HOSTILE}"),) for _ in range(4))),
            Table(
                ("What", "When"),
                tuple((f"{mark()} {HOSTILE}", f"{mark()} ") for _ in range(9)),
                caption=f"Table {at}",
            ),
        )
        sections.append(Section(str(at), f"Part {at}", blocks))
    return a_report(sections=tuple(sections))


def marks_in(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"mark(\d+)\.", text)]


def headings_of(node: Node) -> list[int]:
    found = []
    for kid in node.kids:
        if isinstance(kid, Node):
            if re.fullmatch("H[1-6]", kid.tag):
                found.append(int(kid.tag[1]))
            found.extend(headings_of(kid))
    return found


@pytest.mark.parametrize(("parts", "pages"), [(1, 1), (14, 12), (48, 40)])
def test_a_report_of_any_length_is_read_in_order_and_breaks_no_rule(
    parts: int, pages: int, tmp_path: Path
) -> None:
    pdf = render(hostile_report(parts))
    drawn = pages_of(pdf)
    assert len(drawn) >= pages
    assert all(f"Page {at} of {len(drawn)}" in text for at, text in enumerate(drawn, start=1))
    assert faults_in(pdf) == []
    assert findings(pdf, tmp_path) == []

    tree = structure_of(pdf)
    read = marks_in(tree.text())
    assert read == list(range(parts * 25))
    assert sorted(marks_in(" ".join(drawn))) == read
    levels = headings_of(tree)
    assert levels == [1] + [2, 3] * parts
    tables = list(tree.below("Table"))
    assert len(tables) == parts
    for table in tables:
        assert [cell.scope for cell in table.below("TH")] == ["Column"] * 2
        assert [len(list(row.below("TD"))) for row in table.below("TR")] == [0] + [2] * 9
    quoted = [node.text() for node in tree.below("Span") if node.language == "cy"]
    assert quoted == [WELSH] * parts


def test_a_paragraph_of_twenty_thousand_characters_is_read_back_to_the_letter() -> None:
    text = f"{HOSTILE} " * 300
    assert len(text) > 20_000
    pdf = render(a_report(words(text)))
    read = next(structure_of(pdf).below("P")).text()
    assert read.strip() == f"1.1 {' '.join([DRAWN] * 300)}"
    assert faults_in(pdf) == []


def test_a_heading_of_any_length_makes_a_bookmark_that_can_be_held_and_read() -> None:
    long = "Tŷ ŵyn " * 4_000
    pdf = render(a_report(SubHeading(long), words("x")))
    with pikepdf.open(io.BytesIO(pdf)) as held, held.open_outline() as outline:
        title = outline.root[0].children[0].title
    assert title.startswith("Tŷ ŵyn Tŷ")
    assert title.endswith("…")
    assert len(title) <= 160
    assert next(structure_of(pdf).below("H3")).text().strip() == long.strip()
    assert faults_in(pdf) == []
