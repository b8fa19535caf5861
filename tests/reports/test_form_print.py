"""A paper copy holds what was asked and answered, in ordinary and in large print."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pdfua
import pypdfium2
import pytest

from app.core.clock import FixedClock
from app.forms.loader import FormLibrary, form_from_yaml
from app.forms.schema import Form
from app.forms.sheet import Sheet
from app.reports.content import Paragraph, Quotation, Run, SubHeading
from app.reports.form_print import FormCopy, form_copy
from app.reports.pdf import render
from tests.reports.archival_rules import faults_in
from tests.reports.reading import pages_of, text_of
from tests.unit.answering import answered

FORMS = FormLibrary.built_in().forms()

FORM = """
id: small
version: 1
kind: assessment
title: {en: A small form}
languages: [en]
default_language: en
choices:
  yes_no:
    - {name: "yes", label: {en: "Yes"}}
    - {name: "no", label: {en: "No"}}
survey:
  - type: group
    name: home
    label: {en: "Home and where {child} lives"}
    children:
      - {type: note, name: about, label: {en: "A note to the worker."}}
      - {type: select_one yes_no, name: settled, label: {en: "Is home settled?"}}
      - type: text
        name: why_not
        label: {en: "Why is it not?"}
        relevant: "${settled} = 'no'"
      - {type: text, name: own, label: {en: "What do you like there?"}, said_by: child}
      - type: repeat
        name: people
        label: {en: People}
        row_label: "${who}"
        children:
          - {type: text, name: who, label: {en: "Who is it?"}}
          - {type: text, name: helps, label: {en: "What do they help with?"}}
  - type: group
    name: later
    label: {en: "Later on"}
    children:
      - {type: text, name: hopes, label: {en: "What are the hopes?"}}
"""


@pytest.fixture
def sheet(clock: FixedClock) -> Sheet:
    form = form_from_yaml(FORM, file="small.yaml")
    made = Sheet(form, clock=clock, context={"child": "Wren"})
    made.set("settled", "yes", by="practitioner")
    made.set("own", "The <b>window</b> seat", by="child")
    row, _ = made.add_row("people")
    made.set(f"people/{row}/who", "Nan", by="practitioner")
    return made


def a_copy(**changes: str) -> FormCopy:
    return FormCopy(
        reference="WM-2026-0003",
        service_name="Fictional Youth Justice Service",
        child_name="Wren Hollis",
        made_on=date(2026, 11, 23),
        **changes,  # type: ignore[arg-type]
    )


def test_everything_that_is_asked_is_on_the_paper(sheet: Sheet) -> None:
    text = text_of(render(form_copy(sheet, a_copy())))
    for said in ("Home and where Wren lives", "Is home settled? Yes", "Who is it? Nan"):
        assert said in text
    assert "What do they help with? Not answered" in text
    assert "What are the hopes? Not answered" in text
    assert "Why is it not?" not in text
    assert "A note to the worker." not in text


def test_own_words_stand_as_a_quotation_and_rows_under_their_name(sheet: Sheet) -> None:
    blocks = form_copy(sheet, a_copy()).sections[0].blocks
    (at,) = (at for at, block in enumerate(blocks) if isinstance(block, Quotation))
    assert blocks[at - 1] == Paragraph((Run("What do you like there?"),))
    assert blocks[at] == Quotation((Run("“The <b>window</b> seat”"),), "")
    assert SubHeading("Nan") in blocks


def test_rows_are_read_in_the_order_of_the_answers_and_not_of_their_entry(
    clock: FixedClock,
) -> None:
    form = next(form for form in FORMS if form.id == "trauma_timeline")
    sheet = Sheet(form, clock=clock, context={"child": "Wren"})
    for age, what in ((12, "A new school"), (None, "A dog"), (3, "A move"), (10, "A good summer")):
        row, _effects = sheet.add_row("events")
        if age is not None:
            sheet.set(f"events/{row}/event_age", age, by="worker")
        sheet.set(f"events/{row}/event_what", what, by="worker")
    text = text_of(render(form_copy(sheet, a_copy())))
    told = [text.index(what) for what in ("A move", "A good summer", "A new school", "A dog")]
    assert told == sorted(told)


def test_what_is_asked_after_rows_does_not_stand_under_the_last_of_them(
    clock: FixedClock,
) -> None:
    more = FORM.replace(
        "  - type: group\n    name: later",
        '      - {type: text, name: unknown, label: {en: "What is not known?"}}\n'
        "  - type: group\n    name: later",
    )
    sheet = Sheet(form_from_yaml(more, file="small.yaml"), clock=clock, context={"child": "Wren"})
    row, _effects = sheet.add_row("people")
    sheet.set(f"people/{row}/who", "Nan", by="practitioner")
    blocks = form_copy(sheet, a_copy()).sections[0].blocks
    headings = [block.text for block in blocks if isinstance(block, SubHeading)]
    assert headings == ["Nan", "Also asked"]


def test_a_copy_of_answers_alone_leaves_out_the_rest(sheet: Sheet) -> None:
    report = form_copy(sheet, a_copy(marking=""), only_answered=True)
    assert [part.heading for part in report.sections] == ["Home and where Wren lives"]
    text = text_of(render(report))
    assert "Not answered" not in text
    assert "Official" not in text


def test_what_stands_outside_every_group_is_printed_too(clock: FixedClock) -> None:
    loose = (
        FORM
        + """
  - {type: text, name: loose, label: {en: "Anything else?"}}
  - type: repeat
    name: helpers
    label: {en: "Who helps {child}"}
    children:
      - {type: text, name: helper, label: {en: "Who?"}}
"""
    )
    sheet = Sheet(form_from_yaml(loose, file="loose.yaml"), clock=clock, context={"child": "Wren"})
    sheet.set("loose", "The canal", by="worker")
    row, _effects = sheet.add_row("helpers")
    sheet.set(f"helpers/{row}/helper", "Nan", by="worker")
    report = form_copy(sheet, a_copy(), only_answered=True)
    assert [part.heading for part in report.sections] == ["A small form", "Who helps Wren"]
    text = text_of(render(report))
    assert "The canal" in text and "Nan" in text


def test_an_empty_form_says_that_it_is_empty(clock: FixedClock) -> None:
    empty = Sheet(form_from_yaml(FORM, file="small.yaml"), clock=clock)
    text = text_of(render(form_copy(empty, a_copy(), only_answered=True)))
    assert "Nothing has been answered in this form yet." in text


def test_a_form_in_hand_says_so(sheet: Sheet) -> None:
    assert "This form is not finished." in text_of(render(form_copy(sheet, a_copy(status="draft"))))


def test_large_print_is_large_and_says_the_same(sheet: Sheet, tmp_path: Path) -> None:
    report = form_copy(sheet, a_copy())
    large, small = render(report, large=True), render(report)
    for said in ("Is home settled?", "“The <b>window</b> seat”", "Wren Hollis"):
        assert said in text_of(large)
    assert size_of(large, "Is home settled?") >= 16 > size_of(small, "Is home settled?")
    file = tmp_path / "large.pdf"
    file.write_bytes(large)
    assert list(pdfua.validate(str(file)).findings) == []
    assert faults_in(large) == []


def size_of(pdf: bytes, words: str) -> float:
    """How many points high the box around the letters of `words` may be: the size of their type."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    held = page.get_textpage()
    found = held.search(words).get_next()
    assert found is not None
    size = float(pypdfium2.raw.FPDFText_GetFontSize(held, found[0]))
    held.close()
    page.close()
    document.close()
    return size


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_built_in_form_can_be_printed(form: Form, language: str, clock: FixedClock) -> None:
    """Filled in, with each answer on the paper in words and no code of the form among them."""
    filled = answered(form, 1, clock=clock).document()
    sheet = Sheet(form, filled, clock=clock, context={"child": "Wren"}, language=language)
    pages = pages_of(render(form_copy(sheet, a_copy())))
    assert form.title.text(language) in plain(pages[0])
    said = plain(" ".join(pages))
    assert "{child}" not in said and "${" not in said
    for path in sheet.paths():
        if sheet.question(path).list_name and sheet.is_relevant(path) and sheet.shown(path):
            assert unbroken(sheet.shown(path)) in unbroken(said), path
    codes = {choice.name for choices in form.choices.values() for choice in choices}
    assert not [code for code in codes if "_" in code and code in said.split()]


def plain(text: str) -> str:
    """Without the ends of lines."""
    return " ".join(text.split())


def unbroken(text: str) -> str:
    """Letters and digits alone: at the end of a line a hyphen is not read back as one."""
    return "".join(letter for letter in text if letter.isalnum())
