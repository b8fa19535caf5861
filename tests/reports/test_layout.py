"""How pages break: no heading at the foot, no lone line, nothing too long to be set."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports import look
from app.reports.boxes import Box, TextBox, paged
from app.reports.content import (
    Bullets,
    Fact,
    Facts,
    Paragraph,
    Quotation,
    Run,
    Section,
    SubHeading,
    Table,
)
from app.reports.escape import pieces
from app.reports.fonts import Face, Measure
from app.reports.lines import Strand, broken
from app.reports.pdf import render
from app.reports.tagged import Element
from tests.reports.reading import pages_of, structure_of
from tests.reports.test_pdf import a_report, words


def box(lines: int, *, heading: bool = False) -> TextBox:
    return TextBox(((),) * lines, 10.0, 0.0, before=8, after=4, keeps_next=heading)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(min_value=1, max_value=40)), min_size=1, max_size=40
    )
)
def test_pages_hold_everything_and_break_where_a_reader_would(
    drawn: list[tuple[bool, int]],
) -> None:
    boxes: list[Box] = []
    for heading, lines in drawn:
        if heading:
            boxes.append(box(min(lines, 2), heading=True))
        boxes.append(box(lines))
    wanted = sum(len(b.lines) for b in boxes if isinstance(b, TextBox))
    pages = paged(boxes, 300.0, 0.0)
    held = [[b for _, b in page.placed if isinstance(b, TextBox)] for page in pages]
    assert sum(len(b.lines) for page in held for b in page) == wanted
    for at, page in enumerate(pages):
        assert page.placed
        for top, placed in page.placed:
            assert top <= 300.0
            assert top - placed.height >= -0.02
        last = held[at][-1]
        if at < len(pages) - 1:
            assert not last.keeps_next
            following = held[at + 1][0]
            divided = following.before == 0.0 and not following.keeps_next
            if divided:
                assert len(last.lines) >= 2
                assert len(following.lines) >= 2


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=220), min_size=6, max_size=18))
def test_no_heading_is_the_last_thing_on_a_page(lengths: list[int]) -> None:
    blocks: list[SubHeading | Paragraph] = []
    for at, length in enumerate(lengths):
        blocks.append(SubHeading(f"Heading{at}"))
        blocks.append(Paragraph((Run("word " * length),), number=f"1.{at + 1}"))
    for page in pages_of(render(a_report(*blocks))):
        body = page.split("Official: sensitive")[0].strip().splitlines()
        assert len(body) > 1
        assert not re.fullmatch(r"Heading\d+", body[-1].strip())


def test_a_short_section_is_kept_together() -> None:
    filler = words("word " * 700)
    last = Section("2", "Sign-off", (Facts((Fact("Written by", "A"), Fact("Signed", "B"))),), True)
    for extra in range(0, 120, 10):
        report = a_report(
            filler,
            sections=(Section("1", "One", (words("word " * (300 + extra)),)), last),
        )
        page = next(text for text in pages_of(render(report)) if "Sign-off" in text)
        assert "Written by" in page
        assert "Signed" in page


def rows_by_page(pdf: bytes) -> list[int]:
    """How many of the rows called `row …` stand on each page that has some."""
    counts = [len(re.findall(r"^row \d+", page, re.MULTILINE)) for page in pages_of(pdf)]
    return [count for count in counts if count]


@pytest.mark.parametrize("rows", [2, 3, 4, 9])
def test_no_row_of_a_table_stands_alone_on_a_page(rows: int) -> None:
    table = Table(("What", "When"), tuple((f"row {at}", "x") for at in range(rows)))
    seen = set()
    for filler in range(500, 640, 6):
        counts = rows_by_page(render(a_report(words("word " * filler), table)))
        assert sum(counts) == rows
        assert 1 not in counts
        seen.add(tuple(counts))
    # Somewhere on the way the table met the foot of the page.
    assert rows <= 3 or len(seen) > 1


def test_neither_the_first_nor_the_last_item_of_a_list_stands_alone_on_a_page() -> None:
    items = Bullets(tuple((Run(f"row {at}"),) for at in range(5)))
    seen = set()
    for filler in range(500, 640, 6):
        lead = Paragraph((Run("These were consulted:"),), number="1.2")
        pdf = render(a_report(words("word " * filler), lead, items))
        found = [page.count("row ") for page in pages_of(pdf)]
        assert 1 not in found
        seen.add(tuple(found))
    assert len(seen) > 1


def test_the_table_of_a_section_kept_together_is_never_divided() -> None:
    facts = Facts(tuple(Fact(f"row {at}", "x") for at in range(6)))
    last = Section("2", "Sign-off", (facts,), True)
    for filler in range(380, 560, 6):
        first = Section("1", "One", (words("word " * filler),))
        assert rows_by_page(render(a_report(sections=(first, last)))) == [6]


def test_facts_under_a_heading_of_their_own_stay_with_it() -> None:
    facts = Facts(tuple(Fact(f"row {at}", "x") for at in range(9)))
    for filler in range(380, 560, 9):
        report = a_report(words("word " * filler), SubHeading("Age 12"), facts)
        (page,) = [page for page in pages_of(render(report)) if "Age 12" in page]
        assert page.count("row ") == 9
        few = Facts(facts.facts[:5])
        assert rows_by_page(render(a_report(words("word " * filler), few))) == [5]
    many = Facts(tuple(Fact(f"row {at}", "x") for at in range(60)))
    counts = rows_by_page(render(a_report(words("word " * 380), SubHeading("Age 12"), many)))
    assert sum(counts) == 60
    assert len(counts) > 1


def test_a_question_stays_with_the_words_that_answer_it() -> None:
    asked = Paragraph((Run("What do you like there?"),))
    said = Quotation((Run("“The window seat”"),), "")
    for filler in range(500, 640, 6):
        pdf = render(a_report(words("word " * filler), asked, said))
        (page,) = [page for page in pages_of(pdf) if "What do you like" in page]
        assert "The window seat" in page


def test_a_table_of_three_hundred_rows_has_its_head_on_every_page() -> None:
    rows = tuple((f"{at} March 2026", f"outcome number {at}", "x") for at in range(300))
    pdf = render(a_report(Table(("Date", "Outcome", "Note"), rows, weights=(2, 3, 1))))
    pages = pages_of(pdf)
    assert len(pages) > 8
    assert all("Date" in text and "Outcome" in text for text in pages)
    table = next(structure_of(pdf).below("Table"))
    assert len(list(table.below("TR"))) == 301
    assert len(list(table.below("TH"))) == 3
    assert [cell.text() for cell in table.below("TD")][-2:] == ["outcome number 299", "x"]


def test_a_cell_longer_than_a_page_goes_on_over_the_page() -> None:
    text = " ".join(f"w{at}" for at in range(4000))
    pdf = render(a_report(Table(("What", "When"), (("short", "x"), (text, "then"), ("end", "y")))))
    assert len(pages_of(pdf)) > 3
    cells = [cell.text() for cell in next(structure_of(pdf).below("Table")).below("TD")]
    assert cells == ["short", "x", text, "then", "end", "y"]


def test_a_note_of_a_megabyte_is_set() -> None:
    text = "This is one sentence of a very long note about nothing. " * 17_900
    assert len(text) > 1_000_000
    pages = pages_of(render(a_report(words(text))))
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert sum(page.split().count("nothing.") for page in pages) == 17_900


def test_a_megabyte_without_a_space_is_set() -> None:
    pages = pages_of(render(a_report(words("x" * 1_000_000))))
    body = "".join(page.split("Official: sensitive")[0] for page in pages)
    assert body.count("x") == 1_000_000


def test_a_list_and_front_sheet_of_many_pages_are_set() -> None:
    items = tuple((Run(f"item {at} " + "word " * 30),) for at in range(200))
    facts = tuple(Fact(f"label {at}", "value " * 20) for at in range(150))
    report = replace(a_report(Bullets(items)), front=facts)
    text = " ".join(pages_of(render(report)))
    assert "item 199" in text
    assert "label 149" in text


@pytest.fixture
def measure() -> Measure:
    return Measure()


def set_in(text: str, width: float, measure: Measure) -> list[str]:
    strands = [Strand(piece.text, look.ORDINARY.body, Element("P")) for piece in pieces(text)]
    lines = broken(strands, width, measure)
    for line in lines:
        assert line[-1].x + line[-1].width <= width + 0.01
    return ["".join(stretch.text for stretch in line) for line in lines]


def test_lines_break_at_spaces_and_keep_them(measure: Measure) -> None:
    lines = set_in("one two three four five six seven eight nine ten", 80, measure)
    assert len(lines) > 2
    assert "".join(lines) == "one two three four five six seven eight nine ten"
    assert all(line.endswith(" ") for line in lines[:-1])


def test_a_day_stays_with_its_month(measure: Measure) -> None:
    for width in range(60, 200, 3):
        lines = set_in("The nurse will see Tal on 27 November in the school.", width, measure)
        assert not any(line.strip().endswith("27") for line in lines)


def test_a_last_line_is_not_one_short_word(measure: Measure) -> None:
    text = "Tal and the uncle meet at the gate of the school at half past three so"
    lone = [
        width for width in range(120, 330) if len(set_in(text, width, measure)[-1].split()) == 1
    ]
    assert lone == []


def test_marks_do_not_change_where_words_break(measure: Measure) -> None:
    lines = set_in("before \u202eafter and on and on", 60, measure)
    assert "".join(lines) == "before [U+202E]after and on and on"


def test_widths_are_those_of_the_typeface(measure: Measure) -> None:
    from reportlab.pdfbase import pdfmetrics

    for face in Face:
        ours = measure.width("Tŷ ŵyn, 24 November", face, 10.5)
        assert ours == pytest.approx(
            pdfmetrics.stringWidth("Tŷ ŵyn, 24 November", face.value, 10.5), abs=0.01
        )
