"""`docs/forms.md` says what the code does: each row of each table is tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.forms.appearances import (
    REFUSED_APPEARANCES,
    SUPPORTED_APPEARANCES,
    why_refused,
)
from app.forms.errors import ExpressionError, FormError
from app.forms.expressions import parse
from app.forms.functions import REFUSED_FUNCTIONS, SUPPORTED_FUNCTIONS
from app.forms.lint import lint
from app.forms.loader import form_from_yaml
from app.forms.question_types import (
    REFUSED_COLUMNS,
    REFUSED_PARAMETERS,
    REFUSED_SETTINGS,
    REFUSED_TYPES,
)
from app.forms.schema import KINDS, QUESTION_TYPES, Question, Repeat
from app.forms.sheet import Sheet
from app.forms.xlsform import import_xlsform
from tests.unit.forms.conftest import HEAD

PAGE = Path(__file__).parents[3] / "docs" / "forms.md"
ROW = re.compile(r"\| `([^`]+)` \| (supported|refused) \| (.*) \|\Z")

# ODK's own lists: docs.getodk.org, "Form question types", "Form operators and functions",
# and xlsform.org, as far as they concern what a form may say.
ODK_TYPES = """text integer decimal range note date time dateTime select_one select_multiple
    select_one_from_file select_multiple_from_file rank image audio background-audio video file
    barcode geopoint geotrace geoshape start-geopoint calculate acknowledge hidden
    xml-external csv-external audit start end today deviceid username phonenumber email
    select_one_external group repeat"""
ODK_FUNCTIONS = """if position once selected selected-at count-selected choice-name indexed-repeat
    count count-non-empty sum max min regex contains starts-with ends-with substr substring-before
    substring-after translate string-length normalize-space concat join boolean-from-string string
    digest base64-decode extract-signed round int number pow log log10 abs sin cos tan asin acos
    atan atan2 sqrt exp exp10 pi today now decimal-date-time date decimal-time format-date
    format-date-time area distance geofence intersects boolean not true false checklist
    weighted-checklist coalesce random randomize uuid version property pulldata instance current
    itext"""
ODK_APPEARANCES = """numbers thousands-sep multiline url ex printer masked counter vertical no-ticks
    picker rating distress month-year year no-calendar ethiopian coptic islamic bikram-sambat
    myanmar persian buddhist minimal quick compact autocomplete search columns columns-pack
    no-buttons image-map label list-nolabel list likert map signature draw annotate new new-front
    front bearing placement-map maps hide-input field-list table-list horizontal
    horizontal-compact quickcompact"""  # fmt: skip


def tables() -> Iterator[tuple[str, str, str, str]]:
    """Each row of the page: the table, what it names, its status, its note."""
    table = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        head = re.match(r"\| (Type|Column|Own column|Setting|Parameter|Appearance|Operator|"
                        r"Function) \| Status \| Note \|", line)  # fmt: skip
        if head:
            table = head.group(1)
        row = ROW.match(line)
        if row:
            yield table, row.group(1), row.group(2), row.group(3)


ROWS = list(tables())


def named(table: str, status: str) -> set[str]:
    return {name for each, name, said, _note in ROWS if (each, said) == (table, status)}


@pytest.mark.parametrize(
    ("table", "supported", "refused"),
    [
        ("Type", QUESTION_TYPES | {"group", "repeat"}, REFUSED_TYPES),
        ("Parameter", set(), REFUSED_PARAMETERS),
        ("Appearance", {*SUPPORTED_APPEARANCES, "columns-3", "w4"}, REFUSED_APPEARANCES),
        ("Function", SUPPORTED_FUNCTIONS, REFUSED_FUNCTIONS),
    ],
)
def test_the_page_and_the_code_name_the_same(
    table: str, supported: set[str], refused: set[str]
) -> None:
    assert named(table, "supported") == set(supported)
    assert named(table, "refused") == set(refused)


@pytest.mark.parametrize(
    ("table", "standard"),
    [("Type", ODK_TYPES), ("Function", ODK_FUNCTIONS), ("Appearance", ODK_APPEARANCES)],
)
def test_nothing_of_odk_is_passed_over(table: str, standard: str) -> None:
    assert set(standard.split()) <= named(table, "supported") | named(table, "refused")


def test_no_row_of_the_page_is_left_untried() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    kinds = [line for line in rows if line.count("|") == 5]
    assert sorted(line.split("`")[1] for line in kinds) == sorted(KINDS)
    assert len(rows) - len(kinds) == len(ROWS) > 200


TYPED: dict[str, Any] = {
    "text": "x", "integer": 1, "decimal": "1.5", "date": "2026-01-01", "time": "10:00",
    "dateTime": "2026-01-01T10:00", "select_one": "red", "select_multiple": ["red"],
    "rank": ["red", "green", "blue", "none"], "acknowledge": "OK",
}  # fmt: skip
WRONG: dict[str, Any] = {
    "integer": "x", "decimal": "x", "date": "x", "time": "x", "dateTime": "x",
    "select_one": "pink", "select_multiple": ["pink"], "rank": ["red"], "acknowledge": "x",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(named("Type", "supported") - {"group", "repeat"}))
def test_a_supported_type_takes_an_answer(kind: str, open_sheet: Callable[..., Sheet]) -> None:
    full = f"{kind} colour" if kind in ("select_one", "select_multiple", "rank") else kind
    calculation = ", calculation: 1 + 1" if kind == "calculate" else ""
    sheet = open_sheet(f"- {{type: {full}, name: a, label: A{calculation}}}")
    if kind in TYPED:
        sheet.set("a", TYPED[kind], by="worker")
        assert sheet.problem("a") is None and sheet.value("a") == TYPED[kind]
        assert sheet.shown("a")
    if kind in WRONG:
        sheet.set("a", WRONG[kind], by="worker")
        assert sheet.problem("a") is not None
    if kind == "calculate":
        assert sheet.value("a") == 2
    assert sheet.label("a") == "A"


@pytest.mark.parametrize("kind", ["group", "repeat"])
def test_a_group_holds_questions(kind: str, open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet(
        f"""
        - type: {kind}
          name: g
          label: G
          children:
            - {{type: text, name: a, label: A}}
        """
    )
    if kind == "repeat":
        row, _effects = sheet.add_row("g")
        assert sheet.paths() == (f"g/{row}/a",)
    else:
        assert sheet.paths() == ("a",)


@pytest.mark.parametrize(
    ("kind", "note"), [(n, note) for t, n, s, note in ROWS if (t, s) == ("Type", "refused")]
)
def test_a_refused_type_is_refused_with_the_reason_given(kind: str, note: str) -> None:
    with pytest.raises(FormError) as refused:
        form_from_yaml(HEAD + f"  - {{type: {kind}, name: a, label: A}}\n", file="tiny.yaml")
    assert f"“{kind}”" in refused.value.what and note in refused.value.what


@pytest.mark.parametrize(
    ("name", "note"), [(n, note) for t, n, _status, note in ROWS if t == "Parameter"]
)
def test_a_refused_parameter_is_refused_with_the_reason_given(name: str, note: str) -> None:
    with pytest.raises(FormError) as refused:
        form_from_yaml(
            HEAD + f"  - {{type: text, name: a, label: A, parameters: '{name}=1'}}\n",
            file="tiny.yaml",
        )
    assert f"“{name}”" in refused.value.what and note in refused.value.what


@pytest.mark.parametrize("name", sorted(named("Appearance", "supported")))
def test_a_supported_appearance_passes_lint(name: str) -> None:
    types = SUPPORTED_APPEARANCES.get(name, {"select_one"})
    for kind in types:
        assert why_refused(name, kind) is None
    if "select_one" in types:
        question = f"type: select_one colour, name: a, label: A, appearance: {name}"
        if name == "matrix":
            question += ", readonly: true, calculation: 'matrix-level(${b}, ${b})'"
        other = "  - {type: select_one colour, name: b, label: B}\n"
        form = form_from_yaml(HEAD + f"  - {{{question}}}\n" + other, file="tiny.yaml")
        assert lint(form) == []


@pytest.mark.parametrize(
    ("name", "note"),
    [(n, note) for t, n, s, note in ROWS if (t, s) == ("Appearance", "refused")],
)
def test_a_refused_appearance_is_found_by_lint_with_the_reason_given(name: str, note: str) -> None:
    form = form_from_yaml(
        HEAD + f"  - {{type: select_one colour, name: a, label: A, appearance: {name}}}\n",
        file="tiny.yaml",
    )
    found = [str(each) for each in lint(form)]
    assert len(found) == 1 and f"“{name}”" in found[0] and note in found[0]


ARGUMENTS = {
    "if": "1, 2, 3", "true": "", "false": "", "pi": "", "today": "", "now": "", "random": "",
    "uuid": "", "version": "", "last": "", "position": "..", "checklist": "1, 1, 1",
    "weighted-checklist": "1, 1, 1, 1", "translate": "'a', 'b', 'c'", "substr": "'a', 1",
    "substring": "'a', 1", "indexed-repeat": "1, 2, 3", "digest": "'a', 'MD5'",
}  # fmt: skip
PAIRS = """coalesce selected selected-at choice-name contains starts-with ends-with
    substring-before substring-after regex pow atan2 matrix-level format-date format-date-time"""


@pytest.mark.parametrize("name", sorted(named("Function", "supported")))
def test_a_supported_function_is_understood(name: str) -> None:
    arguments = ARGUMENTS.get(name, "'a', 'b'" if name in PAIRS.split() else "'a'")
    assert name in parse(f"{name}({arguments})").functions


@pytest.mark.parametrize(
    ("name", "note"), [(n, note) for t, n, s, note in ROWS if (t, s) == ("Function", "refused")]
)
def test_a_refused_function_is_refused_with_the_reason_given(name: str, note: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(f"{name}('a')")
    assert f"“{name}”" in refused.value.user_text and note in refused.value.user_text


@pytest.mark.parametrize("operator", sorted(named("Operator", "supported")))
def test_an_operator_is_understood(operator: str) -> None:
    assert parse(f"3 {operator} 2").token.symbol == operator


def survey_with(column: str, value: str, path: Path) -> Path:
    path.write_text(
        f"| survey |\n| | type | name | label | {column} |\n| | text | a | A | {value} |\n",
        encoding="utf-8",
    )
    return path


COLUMN_VALUES = {
    "relevant": "1 = 1", "constraint": ". != ''", "required": "yes", "calculation": "1 + 1",
    "readonly": "yes", "appearance": "multiline", "name": "a",
}  # fmt: skip
FIELDS = {"repeat_count": "count"}


@pytest.mark.parametrize("column", sorted(named("Column", "supported")))
def test_a_supported_column_has_its_field(column: str) -> None:
    field = FIELDS.get(column, column)
    assert field in Question.model_fields or field in Repeat.model_fields


@pytest.mark.parametrize(
    "column",
    ["hint", "guidance_hint", "relevant", "constraint", "constraint_message", "required",
     "required_message", "calculation", "default", "readonly", "appearance"],
)  # fmt: skip
def test_a_supported_column_comes_in_from_a_spreadsheet(column: str, tmp_path: Path) -> None:
    value = COLUMN_VALUES.get(column, "Words")
    question = import_xlsform(survey_with(column, value, tmp_path / "form.md")).question("a")
    untouched = import_xlsform(survey_with("hint", "", tmp_path / "form.md")).question("a")
    assert getattr(question, column) != getattr(untouched, column)


@pytest.mark.parametrize(
    ("column", "note"),
    [(n, note) for t, n, s, note in ROWS if (t, s) == ("Column", "refused")],
)
def test_a_refused_column_is_refused(column: str, note: str, tmp_path: Path) -> None:
    header = {
        "media": "media::image",
        "bind": "bind::odk:length",
        "body": "body::intent",
        "instance": "instance::odk:x",
    }.get(column, column)
    value = "${a}" if column == "trigger" else "x"
    with pytest.raises(FormError) as refused:
        import_xlsform(survey_with(header, value, tmp_path / "form.md"))
    assert REFUSED_COLUMNS[column] == note
    inner = header.rpartition("::")[2]
    assert column in refused.value.user_text or inner in refused.value.user_text


@pytest.mark.parametrize("column", sorted(named("Own column", "supported")))
def test_an_own_column_has_its_field(column: str) -> None:
    assert column in Question.model_fields or column in Repeat.model_fields


@pytest.mark.parametrize(
    ("name", "note"), [(n, note) for t, n, s, note in ROWS if (t, s) == ("Setting", "refused")]
)
def test_a_refused_setting_is_refused(name: str, note: str, tmp_path: Path) -> None:
    path = survey_with("hint", "", tmp_path / "form.md")
    sheet = f"| settings |\n| | form_id | {name} |\n| | tiny | x |\n"
    path.write_text(path.read_text(encoding="utf-8") + sheet, encoding="utf-8")
    with pytest.raises(FormError) as refused:
        import_xlsform(path)
    assert name in refused.value.what and note in refused.value.what
    assert REFUSED_SETTINGS[name] == note


SETTING_FIELDS = {"form_title": "title", "form_id": "id"}


@pytest.mark.parametrize("name", sorted(named("Setting", "supported")))
def test_a_supported_setting_comes_in(name: str, tmp_path: Path) -> None:
    value = {"version": "9", "waymark::kind": "resettlement", "default_language": "cy"}.get(
        name, "abc"
    )
    path = survey_with("hint", "", tmp_path / "form.md")
    first = "" if name == "form_id" else " form_id |"
    cell = "" if name == "form_id" else " tiny |"
    sheet = f"| settings |\n| |{first} {name} |\n| |{cell} {value} |\n"
    path.write_text(path.read_text(encoding="utf-8") + sheet, encoding="utf-8")
    form = import_xlsform(path)
    field = SETTING_FIELDS.get(name, name.removeprefix("waymark::"))
    found = getattr(form, field)
    shown = found.text("en") if field == "title" else found
    assert value in shown if isinstance(shown, str | frozenset) else str(shown) == value
