"""Reading forms: what a file may say, and how its mistakes are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.forms.errors import FormError
from app.forms.loader import FormLibrary, form_from_yaml, load_form
from app.forms.schema import Form, Repeat
from tests.unit.forms.conftest import HEAD

QUESTION = "  - {type: text, name: a, label: A}\n"


def test_a_file_becomes_a_form(street: Form) -> None:
    assert (street.id, street.version, street.kind) == ("street", 2, "assessment")
    assert street.title.text("cy") == "Bywyd y stryd"
    assert [page.name for page in street.pages] == ["home", "people_page", "views"]
    question = street.question("why_not")
    assert question.appearance == {"multiline"}
    assert (question.said_by, question.ask_to_quote) == ("child", True)
    assert question.readers == {"worker", "court"}
    assert question.report[0].quote
    choices = {choice.name: choice for choice in street.choices["pastime"]}
    assert choices["none"].exclusive and not choices["radio"].exclusive
    assert street.choices["town"][0].columns == {"county": "gwynedd"}
    assert [question.name for question in street.questions()][-1] == "read_this"


def test_a_text_without_languages_is_in_the_default_one(form_of: Callable[[str], Form]) -> None:
    form = form_of("- {type: text, name: a, label: Anything}")
    assert form.question("a").label.text("cy") == "Anything"


def test_words_that_yaml_would_turn_into_something_else_stay_words() -> None:
    form = form_from_yaml(
        HEAD.replace("red, label: {en: Red}", "yes, label: {en: No}")
        + "  - {type: date, name: on, label: {en: 2026-01-01}, default: 2026-03-27}\n"
        + "  - {type: text, name: off, label: Off, required: yes, readonly: no}\n",
        file="tiny.yaml",
    )
    assert form.choices["colour"][0].name == "yes"
    assert form.question("on").default == "2026-03-27"
    assert form.question("on").label.text("en") == "2026-01-01"
    assert form.question("off").required is True
    assert form.question("off").readonly is False


def test_what_stands_outside_a_group_gets_a_page(form_of: Callable[[str], Form]) -> None:
    form = form_of(
        """
        - {type: calculate, name: year, calculation: "2026"}
        - type: group
          name: first
          label: First
          children:
            - {type: text, name: a, label: A}
        - {type: text, name: b, label: B}
        - {type: text, name: c, label: C}
        - type: repeat
          name: rows
          label: Rows
          children:
            - {type: text, name: d, label: D}
        """
    )
    assert [page.name for page in form.pages] == ["first", "page_b", "page_rows"]
    assert [child.name for child in form.pages[1].children] == ["b", "c"]
    assert isinstance(form.pages[2].children[0], Repeat)


@pytest.mark.parametrize(
    ("survey", "place", "what"),
    [
        ("  - {type: text, label: A}\n", "line 12", "A name is missing"),
        ("  - {name: a, label: A}\n", "line 12", "A type is missing"),
        (QUESTION + QUESTION, "line 13", "used twice; first: line 12"),
        ("  - {type: text, name: Ab-c, label: A}\n", "line 12", "“Ab-c”"),
        ("  - {type: texty, name: a, label: A}\n", "a (line 12)", "“texty” is not a type"),
        ("  - {type: text colour, name: a, label: A}\n", "a (line 12)", "Only a select"),
        ("  - {type: select_one, name: a, label: A}\n", "a (line 12)", "choice list"),
        ("  - {type: select_one shade, name: a, label: A}\n", "a (line 12)", "“shade”"),
        ("  - {type: text, name: a, lable: A}\n", "a (line 12)", "“lable”"),
        ("  - {type: text, name: a, label: A, label: B}\n", "line 12", "“label” stands twice"),
        ("  - {type: text, name: a, said_by: dog}\n", "a (line 12)", "child, parent"),
        ("  - {type: text, name: a, readers: [dog]}\n", "a (line 12)", "worker, manager"),
        ("  - {type: text, name: a, strength: often}\n", "a (line 12)", "true or false"),
        ("  - {type: text, name: a, parameters: rows=3}\n", "a (line 12)", "“rows”"),
        ("  - {type: text, name: a, report: [{order: 1}]}\n", "a / report (line 12)", "section"),
        ("  - {type: group, name: g, label: G}\n", "g (line 12)", "list of questions"),
        ("  - {type: group, name: g, label: G, required: true}\n", "g (line 12)", "“required”"),
        ("  - {type: text, name: a, label: [A]}\n", "a / label (line 12)", "Text is needed"),
        ("  - just words\n", "survey", "mapping"),
        ("  - {type: text\n", "line 13", ""),
    ],
)
def test_a_mistake_is_named_with_its_place(survey: str, place: str, what: str) -> None:
    with pytest.raises(FormError) as refused:
        form_from_yaml(HEAD + survey, file="tiny.yaml")
    assert "tiny.yaml" in refused.value.user_text
    assert place in refused.value.place
    assert what in refused.value.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("version: 1", "version: one", "whole number"),
        ("version: 1", "version: 0", "whole number"),
        ("kind: assessment", "kind: poem", "assessment, diversion"),
        ("id: tiny", "id: Tiny", "small letters"),
        ("title: {en: Tiny}\n", "", "“title” is missing"),
        ("title:", "languages: [cy]\ntitle:", "default language"),
        ("name: green", "name: red", "“red” stands twice"),
        ("name: green", "name: dark green", "holds no space"),
        ("title:", "colour: red\ntitle:", "“colour” is not a known"),
    ],
)
def test_a_mistake_in_the_head_is_named(old: str, new: str, what: str) -> None:
    with pytest.raises(FormError) as refused:
        form_from_yaml(HEAD.replace(old, new, 1) + QUESTION, file="tiny.yaml")
    assert what in refused.value.what


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"nowhere\.yaml"):
        load_form(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"title: caf\xe9")
    with pytest.raises(FormError, match="UTF-8"):
        load_form(tmp_path / "latin.yaml")


def library(folder: Path) -> FormLibrary:
    newest = (HEAD + QUESTION).replace("version: 1", "version: 2")
    (folder / "tiny.yaml").write_text(newest, encoding="utf-8")
    (folder / "tiny.v1.yaml").write_text(HEAD + QUESTION, encoding="utf-8")
    other = newest.replace("id: tiny", "id: wide").replace("assessment", "questionnaire")
    (folder / "wide.yaml").write_text(other, encoding="utf-8")
    return FormLibrary(folder)


def test_a_library_knows_versions_and_kinds(tmp_path: Path) -> None:
    forms = library(tmp_path)
    assert forms.form("tiny").version == 2
    assert forms.form("tiny", 1).version == 1
    assert forms.form("tiny", 2) is forms.form("tiny")
    assert [form.id for form in forms.forms()] == ["tiny", "wide"]
    assert [form.id for form in forms.of_kind("questionnaire")] == ["wide"]
    with pytest.raises(FormError, match="no form of this name"):
        forms.form("tall")
    with pytest.raises(FormError, match="Version 7"):
        forms.form("tiny", 7)


def test_a_library_reads_a_file_once_and_only_when_asked(tmp_path: Path) -> None:
    forms = library(tmp_path)
    (tmp_path / "wide.yaml").write_text("not a form", encoding="utf-8")
    form = forms.form("tiny")
    (tmp_path / "tiny.yaml").unlink()
    assert forms.form("tiny") is form


def test_a_file_is_named_as_its_form(tmp_path: Path) -> None:
    library(tmp_path)
    (tmp_path / "tiny.yaml").rename(tmp_path / "small.yaml")
    with pytest.raises(FormError, match="name of the file"):
        FormLibrary(tmp_path).form("small")
