"""Spreadsheets: what comes in, and that everything else is refused with its sheet and row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.core.clock import FixedClock
from app.forms.errors import FormError
from app.forms.lint import lint
from app.forms.question_types import REFUSED_TYPES
from app.forms.schema import Form, Group, Repeat
from app.forms.sheet import Sheet
from app.forms.xlsform import import_xlsform

SURVEY: list[list[str]] = [
    ["type", "name", "label::English (en)", "label::Welsh (cy)", "relevant", "constraint",
     "constraint_message::English (en)", "constraint_message::Welsh (cy)", "required",
     "appearance", "choice_filter", "repeat_count", "calculation", "default",
     "waymark::said_by", "waymark::harm", "waymark::readers", "waymark::ask_to_quote",
     "waymark::report_section", "waymark::report_text::English (en)",
     "waymark::report_text::Welsh (cy)", "waymark::report_quote", "waymark::row_label"],
    ["begin_group", "day", "Your day", "Eich diwrnod"],
    ["select_one mood", "mood", "How is it?", "Sut mae hi?", "", "", "", "", "yes", "columns"],
    ["text", "why", "Why?", "Pam?", "${mood} = 'bad'", "string-length(.) < 20", "Shorter.",
     "Byrrach.", "", "multiline", "", "", "", "", "child", "contains(., 'hurt')", "worker court",
     "yes", "psr.child", "{child} said {answer}", "Dywedodd {child} {answer}", "yes"],
    ["integer", "friends", "How many friends?", "Sawl ffrind?", "", "", "", "", "", "", "", "",
     "", "2"],
    ["calculate", "twice", "", "", "", "", "", "", "", "", "", "", "${friends} * 2"],
    ["end_group"],
    ["begin_repeat", "names", "Friend", "Ffrind", "", "", "", "", "", "", "", "${friends}", "", "",
     "", "", "", "", "", "", "", "", "${name}"],
    ["text", "name", "Name", "Enw"],
    ["select_one town", "town", "Town", "Tref", "", "", "", "", "", "", "county = ${mood}"],
    ["end_repeat"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::Welsh (cy)", "county", "exclusive"],
    ["mood", "good", "Good", "Da"],
    ["mood", "bad", "Bad", "Drwg", "", "yes"],
    ["town", "bala", "Bala town", "Tref y Bala", "good"],
    ["town", "nefyn", "Nefyn town", "Tref Nefyn", "bad"],
]
SETTINGS = [
    ["form_title", "form_id", "version", "default_language", "waymark::kind",
     "waymark::welsh_reviewed_by"],
    ["My day", "my_day", "3", "English (en)", "questionnaire", "A. Reader"],
]  # fmt: skip

Rows = list[list[str]]


def markdown(path: Path, survey: Rows, choices: Rows, settings: Rows) -> Path:
    lines = []
    for sheet, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        width = max(len(row) for row in rows)
        lines.append(f"| {sheet} |" + " |" * width)
        lines.extend("| | " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def workbook(path: Path, survey: Rows, choices: Rows, settings: Rows) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(path)
    return path


Writer = Callable[[Path, Rows, Rows, Rows], Path]


@pytest.fixture(params=[(workbook, "form.xlsx"), (markdown, "form.md")], ids=["xlsx", "md"])
def imported(request: pytest.FixtureRequest, tmp_path: Path) -> Form:
    write, name = request.param
    return import_xlsform(write(tmp_path / name, SURVEY, CHOICES, SETTINGS))


def test_a_spreadsheet_becomes_the_same_kind_of_form(imported: Form) -> None:
    form = imported
    assert (form.id, form.version, form.kind) == ("my_day", 3, "questionnaire")
    assert (form.languages, form.default_language) == (("en", "cy"), "en")
    assert form.welsh_reviewed_by == "A. Reader"
    assert [type(item) for item in form.survey] == [Group, Repeat]
    why = form.question("why")
    assert why.label.text("cy") == "Pam?"
    assert why.constraint_message.text("cy") == "Byrrach."
    assert (why.said_by, why.ask_to_quote, why.readers) == ("child", True, {"worker", "court"})
    assert why.harm == "contains(., 'hurt')"
    assert why.report[0].quote and why.report[0].text.text("cy") == "Dywedodd {child} {answer}"
    assert form.question("mood").required is True
    assert form.question("friends").default == "2"
    repeat = form.survey[1]
    assert isinstance(repeat, Repeat)
    assert (repeat.count, repeat.row_label) == ("${friends}", "${name}")
    assert form.choices["mood"][1].exclusive
    assert form.choices["town"][1].columns == {"county": "bad"}


def test_an_imported_form_can_be_filled_in(imported: Form) -> None:
    sheet = Sheet(imported, clock=FixedClock(datetime(2026, 3, 1, tzinfo=UTC)))
    assert sheet.value("twice") == 4
    assert len(sheet.rows("names")) == 2
    sheet.set("mood", "bad", by="child")
    sheet.set("why", "It hurt", by="child")
    assert sheet.harm_signs() == ("why",)
    row = sheet.rows("names")[0]
    assert [choice.name for choice in sheet.choices(f"names/{row}/town")] == ["nefyn"]


def test_lint_holds_for_imported_forms_too(imported: Form) -> None:
    assert [f"{found.place}: {found.text}" for found in lint(imported)] == [
        "title: The Welsh is the same as the English: “My day”."
    ]


def changed(rows: Rows, row: int, **cells: str) -> Rows:
    """The rows with cells changed in one of them, counted as a spreadsheet counts."""
    head = rows[0] + [name for name in cells if name not in rows[0]]
    copied = [head] + [entry + [""] * (len(head) - len(entry)) for entry in rows[1:]]
    for name, value in cells.items():
        copied[row - 1][head.index(name)] = value
    return copied


@pytest.mark.parametrize("write", [workbook, markdown])
@pytest.mark.parametrize(
    ("row", "column", "value", "what"),
    [
        (3, "type", "select_one mood or_other", "or_other"),
        (3, "type", "select_one moods", ""),
        (3, "type", "select_one_from_file moods.csv", "“select_one_from_file” is not supported"),
        (4, "type", "riddle", "riddle"),
        (4, "type", "range", "sliders are hard"),
        (4, "name", "Why", "“Why”"),
        (5, "name", "why", ""),
        (4, "relevant", "${nobody} = 1", "nobody"),
        (4, "relevant", "mood = 'bad'", "stands bare"),
        (4, "relevant", "pulldata('a', 'b')", "“pulldata” is not supported"),
        (4, "constraint", "string-length(.", "not an expression"),
        (4, "appearance", "signature", "“signature” is not supported: answers hold no files"),
        (4, "waymark::said_by", "dog", "child, parent"),
        (4, "waymark::colour", "red", "“waymark::colour” is not supported"),
        (4, "waymark::report_order", "soon", "whole number"),
        (4, "trigger", "${mood}", "“trigger” is not supported: a calculation follows"),
        (4, "media::image", "x.png", "“media” is not supported: only choices"),
        (4, "bind::odk:length", "9", "“odk:length” is not supported"),
        (4, "colour", "red", "“colour” is not supported"),
        (3, "parameters", "randomize=true", "“randomize” is not supported: choices stand in"),
    ],
)
def test_a_mistake_names_sheet_and_row(
    tmp_path: Path, write: Writer, row: int, column: str, value: str, what: str
) -> None:
    path = tmp_path / ("form.xlsx" if write is workbook else "form.md")
    write(path, changed(SURVEY, row, **{column: value}), CHOICES, SETTINGS)
    with pytest.raises(FormError) as refused:
        import_xlsform(path)
    assert f"row {row}" in refused.value.place + refused.value.what
    assert "survey" in refused.value.place + refused.value.what
    assert what.lower() in refused.value.what.lower()
    assert "[row" not in refused.value.what


@pytest.mark.parametrize(
    ("row", "column", "value", "what"),
    [
        (3, "name", "so bad", "holds no space"),
        (3, "media::audio", "x.mp3", "“audio” is not supported"),
    ],
)
def test_a_mistake_in_the_choices_names_its_row(
    tmp_path: Path, row: int, column: str, value: str, what: str
) -> None:
    path = workbook(
        tmp_path / "form.xlsx", SURVEY, changed(CHOICES, row, **{column: value}), SETTINGS
    )
    with pytest.raises(FormError) as refused:
        import_xlsform(path)
    assert f"sheet choices, row {row}" in refused.value.place
    assert what in refused.value.what


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("version", "2026.1", "whole number"),
        ("style", "pages", "“style” is not supported: a top-level group is a page"),
        ("instance_name", "${mood}", "“instance_name” is not supported"),
        ("submission_url", "https://example.org", "“submission_url” is not supported"),
        ("colour", "red", "“colour” is not supported"),
        ("waymark::colour", "red", "“colour” is not supported"),
        ("waymark::kind", "poem", "assessment, diversion"),
        ("form_id", "My day", "small letters"),
    ],
)
def test_a_mistake_in_the_settings_names_them(
    tmp_path: Path, column: str, value: str, what: str
) -> None:
    path = workbook(
        tmp_path / "form.xlsx", SURVEY, CHOICES, changed(SETTINGS, 2, **{column: value})
    )
    with pytest.raises(FormError) as refused:
        import_xlsform(path)
    assert "sheet settings, row 2" in refused.value.place
    assert what in refused.value.what


@pytest.mark.parametrize("kind", sorted(REFUSED_TYPES))
def test_every_refused_type_is_refused_with_its_reason(tmp_path: Path, kind: str) -> None:
    path = workbook(tmp_path / "form.xlsx", changed(SURVEY, 9, type=kind), CHOICES, SETTINGS)
    with pytest.raises(FormError) as refused:
        import_xlsform(path)
    assert f"“{kind}”" in refused.value.what
    assert REFUSED_TYPES[kind] in refused.value.what
    assert "row 9" in refused.value.place


def test_sheets_of_other_kinds_are_refused(tmp_path: Path) -> None:
    path = markdown(tmp_path / "form.md", SURVEY, CHOICES, SETTINGS)
    more = "| entities | | |\n| | list_name | label |\n| | kids | ${why} |\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    with pytest.raises(FormError) as refused:
        import_xlsform(path)
    assert refused.value.place == "entities"


@pytest.mark.parametrize(
    ("name", "content"),
    [("form.xlsx", b"not a workbook"), ("form.xlsx", b""), ("form.xls", b""), ("form.md", b"# Hi")],
)
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormError, match=name):
        import_xlsform(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"gone\.xlsx"):
        import_xlsform(tmp_path / "gone.xlsx")
