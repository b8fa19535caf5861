"""The PDF is read back: what a court sees, what a screen reader reads, what the file tells."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pytest

from app.core.errors import BugError, KnownError
from app.core.paths import resource_path
from app.reports.content import (
    Bullets,
    Fact,
    Notice,
    Paragraph,
    Quotation,
    Report,
    Run,
    Section,
    SubHeading,
    Table,
)
from app.reports.digest import content_hash
from app.reports.fonts import Face
from app.reports.pdf import RenderCancelled, render
from app.reports.psr import psr
from tests.reports.bare import bare_pages
from tests.reports.reading import pages_of, structure_of, text_of
from tests.reports.samples import psr_material


def a_report(*blocks: Any, **changes: Any) -> Report:
    report = Report(
        kind="psr",
        title="Pre-sentence report",
        subtitle="",
        reference="WM-2026-0001",
        language="en",
        service_name="Fictional Youth Justice Service",
        status="final",
        made_on=date(2026, 11, 23),
        front=(),
        sections=(Section("1", "Sources of information", blocks),),
    )
    return replace(report, **changes)


def words(*texts: str) -> Paragraph:
    return Paragraph(tuple(Run(text) for text in texts), number="1.1")


@pytest.fixture(scope="module")
def made() -> bytes:
    return render(psr(psr_material()))


def fonts_in(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for page in pdf.pages:
        yield from (font for _, font in page.Resources.Font.items())


def findings(pdf: bytes, folder: Path) -> list[Any]:
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    return list(pdfua.validate(str(file)).findings)


def test_the_accessibility_checker_finds_nothing(made: bytes, tmp_path: Path) -> None:
    assert findings(made, tmp_path) == []


def test_the_checker_finds_nothing_in_a_welsh_report_with_every_kind_of_block(
    tmp_path: Path,
) -> None:
    report = a_report(
        words("Dyma frawddeg."),
        Quotation((Run("“I go there with Nain.”", language="en"),), "Geiriau Tal"),
        SubHeading("Pethau da"),
        Bullets(((Run("un"),), (Run("dau"),))),
        Table(("Dyddiad", ""), (("3 Mawrth 2026", ""), ("", "x"))),
        Notice("Sylwer."),
        language="cy",
        status="draft",
    )
    assert findings(render(report), tmp_path) == []


def test_every_page_has_its_number_reference_and_hash(made: bytes) -> None:
    report = psr(psr_material())
    pages = pages_of(made)
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "WM-2026-0417" in text
        assert content_hash(report) in text
        assert "Official: sensitive" in text
        assert "Fictional Youth Justice Service" in text


def test_a_draft_says_so_on_every_page_and_a_final_report_nowhere(made: bytes) -> None:
    for text in pages_of(made):
        assert "DRAFT" in text
        assert "Draft of WM-2026-0417" in text
    assert "This is a draft." in pages_of(made)[0]
    final = render(replace(psr(psr_material()), status="final"))
    assert "draft" not in text_of(final).lower()


def test_every_font_is_embedded_and_a_subset_with_its_characters(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        fonts = list(fonts_in(pdf))
        assert fonts
        for font in fonts:
            assert "/FontFile2" in font.FontDescriptor
            assert "/ToUnicode" in font
            assert re.match(r"/[A-Z]{6}\+AtkinsonHyperlegibleNext-", str(font.BaseFont))


def test_the_properties_name_the_report_and_nobody(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        told = {key: str(value) for key, value in pdf.docinfo.items()}
        xmp = pdf.Root.Metadata.read_bytes().decode()
    assert told == {
        "/Title": "Pre-sentence report WM-2026-0417",
        "/Creator": "Waymark",
        "/Producer": "Waymark",
        "/CreationDate": "D:20261123000000Z",
        "/ModDate": "D:20261123000000Z",
    }
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    for name in ("Tal", "Fenwick", "Rivers", "Invented Lane", "/home", "/root", "anonymous"):
        assert name not in xmp


def test_bookmarks_lead_to_the_headings(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_outline() as outline:
        top = [item.title for item in outline.root]
        below = [item.title for item in outline.root[2].children]
        assert str(outline.root[0].obj.SE.S) == "/H2"
    assert top == [
        "1 Sources of information",
        "2 Offence analysis",
        "3 Assessment of the child",
        "4 Assessment of risk to the community",
        "5 Conclusion and proposal",
        "6 Sign-off",
    ]
    assert below[0] == "Strengths"


def test_the_catalogue_tells_language_and_title(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.Lang == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.MarkInfo.Marked
    with pikepdf.open(io.BytesIO(render(a_report(words("x"), language="cy")))) as pdf:
        assert pdf.Root.Lang == "cy"


def test_the_structure_is_read_in_order_with_headings_lists_and_tables(made: bytes) -> None:
    tree = structure_of(made)
    assert tree.tag == "Document"
    assert [node.text() for node in tree.below("H1")] == ["Pre-sentence report"]
    assert [node.text() for node in tree.below("H2")][:2] == [
        "1 Sources of information",
        "2 Offence analysis",
    ]
    lists = list(tree.below("L"))
    assert lists
    for item in lists[0].below("LI"):
        assert [kid.tag for kid in item.kids if not isinstance(kid, str)] == ["Lbl", "LBody"]
    front, offences = list(tree.below("Table"))[:2]
    assert {node.scope for node in front.below("TH")} == {"Row"}
    assert [node.text() for node in offences.below("TH")] == [
        "Offence",
        "Date",
        "Age then",
        "Plea or finding",
    ]
    assert {node.scope for node in offences.below("TH")} == {"Column"}
    assert [node.text() for node in offences.below("Caption")] == ["Offences before the court"]
    order = tree.text()
    places = [order.index(text) for text in ("Fictional Youth Court", "1.1 ", "2.1 ", "5.1 ")]
    assert places == sorted(places)
    assert "Official: sensitive" not in order


def test_a_quotation_in_another_language_says_so(made: bytes) -> None:
    quotes = {node.text().strip(): node.language for node in structure_of(made).below("Quote")}
    welsh = next(text for text in quotes if "Nain" in text)
    assert quotes[welsh] == "cy"
    assert quotes["“trouble for Kit if I bottled it”"] is None


def test_words_of_a_long_paragraph_do_not_run_together(made: bytes) -> None:
    assert made
    text = " ".join(f"word{at} and then some" for at in range(130))
    pdf = render(a_report(words(text)))
    paragraph = next(structure_of(pdf).below("P"))
    assert paragraph.text() == f"1.1 {text}"
    assert text in text_of(pdf).replace("-\n", "")


def test_the_same_content_gives_the_same_bytes() -> None:
    first = render(psr(psr_material()))
    assert render(psr(psr_material())) == first
    assert render(replace(psr(psr_material()), title="Another")) != first


@pytest.mark.parametrize(
    "text",
    [
        "</para>",
        "<b>x",
        "a<b&c",
        '<img src="file:///etc/passwd">',
        "<font color=[[1]]>red</font>",
        "\\) Tj ET Q (",
        "\\uFFFD %PDF-1.7 endstream endobj",
        "Ŵyn o’r Tŷ, ŷ ŵ â ê î ô û",
    ],
)
def test_hostile_text_comes_out_literally_everywhere(text: str, tmp_path: Path) -> None:
    report = a_report(
        words(text),
        Quotation((Run(text),), text),
        SubHeading(text),
        Bullets(((Run(text),),)),
        Table((text, "b"), ((text, text),), caption=text),
        Notice(text),
        title=text,
        subtitle=text,
        reference=text,
        service_name=text,
        front=(Fact(text, text),),
    )
    pdf = render(report)
    assert text_of(pdf).count(text) >= 12
    assert findings(pdf, tmp_path) == []
    with pikepdf.open(io.BytesIO(pdf)) as held:
        assert str(held.docinfo["/Title"]) == f"{text} {text}"
        assert all("/XObject" not in page.Resources for page in held.pages)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nul\x00nul", "nul[U+0000]nul"),
        ("half\ud83d", "half[U+D83D]"),
        ("\u202eevil", "[U+202E]evil"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("\u0645\u062d\u0645\u062f", "[U+0645][U+062D][U+0645][U+062F]"),
        ("fine \U0001f642", "fine [U+1F642 slightly smiling face]"),
    ],
)
def test_what_cannot_be_drawn_is_named_everywhere(text: str, expected: str) -> None:
    report = a_report(
        words(text),
        SubHeading(text),
        Table((text,), ((text,),), caption=text),
        title=text,
        subtitle=text,
        reference=text,
        service_name=text,
        front=(Fact(text, text),),
        sections=(Section("1", text, (words(text), SubHeading(text), words(text))),),
    )
    pdf = render(report)
    assert text_of(pdf).count(expected) >= 8
    with pikepdf.open(io.BytesIO(pdf)) as held:
        assert str(held.docinfo["/Title"]) == f"{expected} {expected}"


def test_progress_runs_forward_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    render(psr(psr_material()), progress=lambda done, whole: told.append((done, whole)))
    done = [part for part, _ in told]
    assert done == sorted(done)
    assert len(set(done)) > 4
    assert told[-1] == (100, 100)


@pytest.mark.parametrize("asked", [0, 3, 12])
def test_cancelling_stops_the_work(asked: int) -> None:
    answers = iter([False] * asked)
    with pytest.raises(RenderCancelled) as caught:
        render(psr(psr_material()), cancelled=lambda: next(answers, True))
    assert isinstance(caught.value, KnownError)


def test_an_empty_section_is_refused() -> None:
    with pytest.raises(BugError):
        render(a_report())


def test_the_baseline_of_speed_holds_the_same_words() -> None:
    texts = [f"Paragraph {at} about nobody at all, {'word ' * 50}end." for at in range(90)]
    bare, pages = bare_pages(texts, resource_path("fonts", f"{Face.REGULAR.value}.ttf"))
    ours = render(a_report(*(Paragraph((Run(text),)) for text in texts)))
    assert abs(pages - len(pages_of(ours))) <= 1
    bare_text, our_text = text_of(bare), "".join(p.text() for p in structure_of(ours).below("P"))
    assert sum(text[:40] in bare_text for text in texts) == len(texts)
    assert our_text == "".join(texts)
