"""A service's own spreadsheet is looked through before it becomes a form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.forms import xlsform
from app.forms.errors import FormError
from app.forms.intake import SHOWN, SpreadsheetRefused, read_spreadsheet
from app.forms.kept import DEEPEST, document_of, form_of
from app.forms.library import CasebookForms
from app.forms.loader import FormLibrary, load_form
from app.forms.schema import Form
from app.forms.service_rules import MOST_ITEMS, MOST_TEXT, faults

TESTS = Path(__file__).parents[2]
RIVER_DAY = (TESTS / "data" / "forms" / "river_day.md").read_text(encoding="utf-8")


def nothing(_form_id: str) -> Form | None:
    return None


@pytest.fixture
def sheet_file(tmp_path: Path) -> Callable[..., Path]:
    """A spreadsheet of the words given, with others put in their place."""

    def make(*changes: tuple[str, str], text: str = RIVER_DAY) -> Path:
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "river.md"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def refused(path: Path, before: Callable[[str], Form | None] = nothing) -> tuple[str, ...]:
    with pytest.raises(SpreadsheetRefused) as said:
        read_spreadsheet(path, before=before)
    return said.value.findings


@pytest.mark.parametrize(
    "path",
    [
        *sorted((TESTS.parent / "resources" / "forms").glob("*.yaml")),
        *sorted(TESTS.glob("data/forms/*.yaml")),
        *sorted((TESTS / "ui" / "form").glob("*.yaml")),
    ],
    ids=lambda path: path.stem,
)
def test_a_form_comes_back_from_its_document_as_it_was(path: Path) -> None:
    form = load_form(path)
    assert form_of(json.loads(json.dumps(document_of(form))), named="x") == form


def test_a_sound_spreadsheet_becomes_a_questionnaire_of_the_child(
    sheet_file: Callable[..., Path],
) -> None:
    form = read_spreadsheet(sheet_file(), before=nothing)
    assert (form.id, form.version, form.kind) == ("river_day", 1, "questionnaire")
    assert [question.name for question in form.questions()] == ["mood", "why", "who"]
    assert {question.said_by for question in form.questions()} == {"child"}
    again = form_of(json.loads(json.dumps(document_of(form))), named="x")
    assert again.model_dump() == form.model_dump()


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("${mood} != ''", "${mooood} != ''", "Sheet survey, row 4", "mooood"),
        ("| mood    |", "| Mood 1  |", "Sheet survey, row 3", "letters, digits"),
        ("select_one feeling |", "geopoint           |", "Sheet survey, row 3", "geopoint"),
        ("How was today, {child}?", "How was today, {carer}?", "Sheet survey, row 3", "carer"),
        ("bad  | Bad ", "bad  | Good", "Sheet choices, row 2", "“Good”"),
        (". = 'bad' ", ". = 'sad' ", "Sheet survey, row 3", "“sad”"),
        ("| 1       |", "| one     |", "Sheet settings, row 2", "whole number"),
        ("| river_day |", "| River day |", "Sheet settings, row 2", "small letters"),
    ],
)
def test_a_mistake_is_named_with_its_sheet_and_row(
    sheet_file: Callable[..., Path], old: str, new: str, where: str, what: str
) -> None:
    findings = refused(sheet_file((old, new)))
    assert len(findings) == 1
    assert findings[0].startswith(where) and what in findings[0]


def test_all_mistakes_are_told_at_once_but_not_more_than_can_be_read(
    sheet_file: Callable[..., Path],
) -> None:
    rows = "".join(f"| | text | t{n} | Is it so, {{nobody}}? |\n" for n in range(SHOWN + 5))
    findings = refused(sheet_file(text="| survey |\n| | type | name | label |\n" + rows))
    assert len(findings) == SHOWN + 1
    assert findings[1].startswith("Sheet survey, row 3") and findings[-1] == "And 5 more."


def test_a_column_that_reaches_a_court_needs_the_childs_knowledge(
    sheet_file: Callable[..., Path],
) -> None:
    head = "| survey |\n| | type | name | label | waymark::said_by | waymark::readers |" \
        " waymark::ask_to_quote | waymark::report_section | waymark::report_text |" \
        " waymark::report_quote |\n"  # fmt: skip
    told = "psr.child | Said: {answer}. |"

    def findings(said_by: str, readers: str, ask: str, quote: str) -> tuple[str, ...]:
        row = f"| | text | a | A | {said_by} | {readers} | {ask} | {told} {quote} |\n"
        return refused(sheet_file(text=head + row))

    assert "a court" in findings("child", "worker", "", "").__str__().lower()
    assert "“ask_to_quote”" in findings("child", "worker court", "", "yes")[0]
    assert "a child or a parent" in findings("practitioner", "worker court", "", "")[0]
    row = f"| | text | a | A | child | worker court | yes | {told} yes |\n"
    assert read_spreadsheet(sheet_file(text=head + row), before=nothing).question("a").report


@pytest.mark.parametrize("kind", ["assessment", "resettlement"])
def test_only_the_assessment_assesses(sheet_file: Callable[..., Path], kind: str) -> None:
    text = (
        "| survey |\n| | type | name | label | waymark::judgement |\n"
        "| | select_one level | how | How much? | serious_harm |\n"
        "| choices |\n| | list_name | name | label |\n"
        "| | level | low | Low |\n| | level | high | High |\n"
        f"| settings |\n| | form_id | waymark::kind |\n| | ours | {kind} |\n"
    )
    findings = refused(sheet_file(text=text))
    assert any("Only the assessment holds a judgement" in each for each in findings)
    assert any("questionnaire or a resettlement plan" in e for e in findings) == (
        kind == "assessment"
    )


def test_a_newer_version_stands_beside_the_older_and_keeps_its_names(
    sheet_file: Callable[..., Path],
) -> None:
    first = read_spreadsheet(sheet_file(), before=nothing)

    def before(form_id: str) -> Form | None:
        return first if form_id == "river_day" else None

    assert "higher version" in refused(sheet_file(), before)[0]
    second = ("| 1       |", "| 2       |")
    assert read_spreadsheet(sheet_file(second), before=before).version == 2
    (gone,) = refused(
        sheet_file(second, ("| who     |", "| whom    |"), ("${who}", "${whom}")), before
    )
    assert "“who”" in gone or gone.count("who")
    (typed,) = refused(
        sheet_file(second, ("| text               | why", "| integer            | why")), before
    )
    assert typed.startswith("Sheet survey, row 4") and "type" in typed


def test_a_picture_comes_from_the_program_and_from_nowhere_else(
    sheet_file: Callable[..., Path],
) -> None:
    text = (
        "| survey |\n| | type | name | label |\n| | select_one way | a | A |\n"
        "| choices |\n| | list_name | name | label | media::image |\n"
        "| | way | up | Up | ../../../secret.png |\n"
    )
    (finding,) = refused(sheet_file(text=text))
    assert finding.startswith("Sheet choices, row 2") and "secret.png" in finding


def test_what_is_too_large_is_refused(
    sheet_file: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"| | text | t{n} | Text {n} |\n" for n in range(MOST_ITEMS + 1))
    findings = refused(sheet_file(text="| survey |\n| | type | name | label |\n" + rows))
    assert any("at most 1000 rows" in each for each in findings)
    long = "x" * 400_000
    rows = "".join(f"| | text | t{n} | {long} |\n" for n in range(3))
    findings = refused(sheet_file(text="| survey |\n| | type | name | label |\n" + rows))
    assert any("too long" in each for each in findings)
    swollen = tmp_path / "swollen.xlsx"
    with ZipFile(swollen, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * (xlsform.LARGEST_UNPACKED + 1))
    assert swollen.stat().st_size < xlsform.LARGEST
    assert "too large" in refused(swollen)[0]


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.xlsx", b"PK\x03\x04 not really"), ("a.pdf", b"%PDF"), ("b.md", b"")):
        (tmp_path / name).write_bytes(content)
        assert len(refused(tmp_path / name)) == 1
    assert "can" in refused(tmp_path / "nowhere.xlsx")[0]


class Added:
    """Forms of a service, kept in a dictionary."""

    def __init__(self, *forms: Form) -> None:
        self.documents: dict[tuple[str, int], object] = {
            (form.id, form.version): document_of(form) for form in forms
        }

    def newest(self) -> dict[str, int]:
        return dict(sorted(self.documents))

    def document(self, form_id: str, version: int) -> object | None:
        return self.documents.get((form_id, version))


def test_the_forms_of_the_service_follow_those_of_the_program(
    sheet_file: Callable[..., Path],
) -> None:
    first = read_spreadsheet(sheet_file(), before=nothing)
    second = first.model_copy(update={"version": 2})
    library = CasebookForms(FormLibrary.built_in(), Added(first, second))
    assert library.form("river_day").model_dump() == second.model_dump()
    assert library.form("river_day", 1).model_dump() == first.model_dump()
    assert library.forms()[-1] is library.form("river_day")
    assert library.form("river_day") in library.of_kind("questionnaire")
    assert library.has("river_day") and not library.moves_drafts_on("river_day")
    with pytest.raises(FormError, match="Version 3"):
        library.form("river_day", 3)
    with pytest.raises(FormError, match="no form"):
        library.form("nobody")


def test_a_form_of_the_service_never_stands_in_for_one_of_the_program(
    sheet_file: Callable[..., Path],
) -> None:
    fake = read_spreadsheet(sheet_file(), before=nothing).model_copy(update={"id": "assessment"})
    library = CasebookForms(FormLibrary.built_in(), Added(fake))
    assert library.form("assessment") == FormLibrary.built_in().form("assessment")
    assert library.forms() == FormLibrary.built_in().forms()
    assert library.moves_drafts_on("assessment")


def test_one_that_came_unsound_from_elsewhere_is_not_offered_and_holds_up_no_other(
    sheet_file: Callable[..., Path],
) -> None:
    sound = read_spreadsheet(sheet_file(), before=nothing)
    added = Added(sound)
    deep: object = "x"
    for _level in range(DEEPEST + 5):
        deep = [deep]
    judging = {**document_of(sound), "id": "judging", "kind": "assessment"}
    added.documents["judging", 1] = judging
    added.documents["deep", 1] = {**document_of(sound), "id": "deep", "survey": deep}
    added.documents["renamed", 1] = document_of(sound)
    added.documents["strange", 1] = {**document_of(sound), "id": "strange", "runs": "rm"}
    library = CasebookForms(FormLibrary.built_in(), added)
    assert [form.id for form in library.forms()][-1] == "river_day"
    assert len(library.forms()) == len(FormLibrary.built_in().forms()) + 1
    for form_id in ("judging", "deep", "renamed", "strange"):
        with pytest.raises(FormError):
            library.form(form_id, 1)
    assert list(faults(form_of(judging, named="x")))


def test_the_page_tells_the_limits_that_the_code_holds_to() -> None:
    page = (TESTS.parent / "docs" / "forms.md").read_text(encoding="utf-8")
    assert f"at most {MOST_ITEMS} rows and {MOST_TEXT:,} letters" in page
    megabyte = 1024 * 1024
    packed, unpacked = xlsform.LARGEST // megabyte, xlsform.LARGEST_UNPACKED // megabyte
    assert f"the file at most {packed} MB ({unpacked} MB unpacked)" in page
