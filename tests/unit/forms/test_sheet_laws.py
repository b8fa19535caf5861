"""Laws that hold for any form and any order of answers."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.clock import FixedClock
from app.forms.answers import each_answer
from app.forms.cells import Cell
from app.forms.loader import form_from_yaml, load_form
from app.forms.schema import Form
from app.forms.sentences import sentences
from app.forms.sheet import Effects, Sheet
from tests.unit.forms.conftest import HEAD, STREET

CLOCK = FixedClock(datetime(2026, 7, 1, 9, 30, tzinfo=UTC))
STREET_FORM = load_form(STREET)

ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "settled": st.sampled_from(["yes", "no", "", "rubbish"]),
    "why_not": st.sampled_from(["", "afraid", "x" * 41, "Loud"]),
    "moves": st.sampled_from([0, 3, 99, "", "x"]),
    "moved_in": st.sampled_from(["2026-01-01", "2027-01-01", "", "soon"]),
    "county": st.sampled_from(["gwynedd", "powys", ""]),
    "town": st.sampled_from(["bala", "rhayader", ""]),
    "pastimes": st.sampled_from([[], ["radio"], ["radio", "football"], ["none", "radio"]]),
    "favourites": st.sampled_from([[], ["radio", "football", "none"]]),
    "hours": st.sampled_from(["", "2.5", "x"]),
    "safety": st.sampled_from(["", "low"]),
}
ROW_ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "who": st.sampled_from(["Ann", "Bob", ""]),
    "age": st.sampled_from([9, 18, 40, "", "x"]),
}


def state(sheet: Sheet) -> dict[str, object]:
    """All that can be known about a sheet."""
    found: dict[str, object] = {"document": sheet.document(), "exported": sheet.exported()}
    waiting: list[Cell] = list(sheet.top)
    while waiting:
        cell = waiting.pop()
        waiting.extend(cell.kids)
        path = cell.path
        found[path] = (
            sheet.is_relevant(path),
            sheet.is_required(path),
            sheet.is_readonly(path),
            sheet.problem(path),
            sheet.label(path),
            () if cell.definition.is_group else (sheet.choices(path), cell.seen, cell.harm),
        )
    return found


actions = st.lists(
    st.one_of(
        *(st.tuples(st.just("set"), st.just(name), values) for name, values in ANSWERS.items()),
        *(
            st.tuples(st.just("row"), st.just(name), st.tuples(st.integers(0, 3), values))
            for name, values in ROW_ANSWERS.items()
        ),
        st.tuples(st.just("phone"), st.sampled_from(["1", "2"]), st.integers(0, 3)),
        st.tuples(st.just("clear"), st.sampled_from(sorted(ANSWERS)), st.none()),
        *[st.tuples(st.just("add"), st.just("people"), st.none())] * 3,
        st.tuples(st.just("remove"), st.just("people"), st.integers(0, 3)),
        st.tuples(st.just("restore"), st.just("people"), st.none()),
        st.tuples(st.just("move"), st.just("people"), st.integers(0, 3)),
        st.tuples(st.just("language"), st.sampled_from(["en", "cy"]), st.none()),
    ),
    max_size=25,
)


def act(sheet: Sheet, action: tuple[str, str, Any], removed: list[str]) -> Effects | None:
    """One thing a person may do; `None` where it cannot be done now."""
    kind, name, value = action
    rows = sheet.rows("people")
    if kind == "set":
        return sheet.set(name, value, by="worker")
    if kind == "clear":
        return sheet.clear(name, by="worker")
    if kind == "language":
        sheet.language = name
        return None
    if kind == "add":
        return sheet.add_row("people")[1]
    if kind == "restore" and removed:
        return sheet.restore_row("people", removed.pop())
    if not rows or kind == "restore":
        return None
    if kind == "row":
        index, answer = value
        return sheet.set(f"people/{rows[index % len(rows)]}/{name}", answer, by="worker")
    row = rows[value % len(rows)]
    if kind == "phone":
        phones = f"people/{row}/phones"
        numbers = sheet.rows(phones)
        if not numbers:
            return sheet.add_row(phones)[1]
        return sheet.set(f"{phones}/{numbers[0]}/number", name, by="worker")
    if kind == "remove":
        removed.append(row)
        return sheet.remove_row("people", row)
    return sheet.move_row("people", row, 0)


@settings(max_examples=80, deadline=None)
@given(actions)
def test_what_is_worked_out_step_by_step_is_what_opening_works_out(
    steps: list[tuple[str, str, Any]],
) -> None:
    sheet = Sheet(STREET_FORM, clock=CLOCK, context={"child": "Tal"})
    removed: list[str] = []
    for step in steps:
        act(sheet, step, removed)
    opened = Sheet(
        STREET_FORM,
        sheet.document(),
        clock=CLOCK,
        context={"child": "Tal"},
        language=sheet.language,
    )
    assert state(opened) == state(sheet)


@settings(max_examples=80, deadline=None)
@given(actions)
def test_effects_name_everything_that_changed(steps: list[tuple[str, str, Any]]) -> None:
    sheet = Sheet(STREET_FORM, clock=CLOCK, context={"child": "Tal"})
    removed: list[str] = []
    for step in steps:
        before = state(sheet)
        values = {path: sheet.value(path) for path in sheet.paths()}
        effects = act(sheet, step, removed)
        if effects is None:
            continue
        after = state(sheet)
        drawn = effects.relevance | effects.choices | effects.labels | effects.problems
        for path in before.keys() & after.keys() - {"document", "exported"}:
            assert before[path] == after[path] or path in drawn | effects.values, path
        for path in values.keys() & set(sheet.paths()):
            assert values[path] == sheet.value(path) or path in effects.values, path


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries(ANSWERS), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(
    answers: dict[str, Any], chance: random.Random
) -> None:
    names = list(answers)
    sheets = []
    for _each in range(2):
        sheet = Sheet(STREET_FORM, clock=CLOCK)
        chance.shuffle(names)
        for name in names:
            sheet.set(name, answers[name], by="worker")
        sheets.append(sheet)
    assert state(sheets[0]) == state(sheets[1])


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form of up to twelve integers, each of which may look at any that stand before it."""
    lines = []
    count = draw(st.integers(2, 12))
    for index in range(count):
        entry = f"name: q{index}, label: Q"
        if index and draw(st.booleans()):
            seen = draw(st.integers(0, index - 1))
            sign = draw(st.sampled_from(["=", ">", "!="]))
            entry += f", relevant: '${{q{seen}}} {sign} {draw(st.integers(0, 3))}'"
        kind = "integer"
        if index and draw(st.booleans()):
            one, other = (draw(st.integers(0, index - 1)) for _each in range(2))
            kind = "calculate"
            entry += f", calculation: 'coalesce(${{q{one}}}, 1) + coalesce(${{q{other}}}, 2)'"
        elif draw(st.booleans()):
            seen = draw(st.integers(0, count - 1))
            entry += f", constraint: '. < coalesce(${{q{seen}}}, 5)', required: '${{q{seen}}} = 1'"
        lines.append(f"  - {{type: {kind}, {entry}}}")
    order = draw(st.permutations(lines))
    return form_from_yaml(HEAD + "\n".join(order), file="random.yaml")


@settings(max_examples=60, deadline=None)
@given(forms(), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 6)), max_size=25))
def test_any_form_comes_to_the_same_by_steps_and_at_once(
    form: Form, steps: list[tuple[int, int]]
) -> None:
    sheet = Sheet(form, clock=CLOCK)
    asked = [question.name for question in form.questions() if question.type == "integer"]
    for index, value in steps:
        sheet.set(asked[index % len(asked)], value, by="worker")
    assert state(Sheet(form, sheet.document(), clock=CLOCK)) == state(sheet)


@settings(max_examples=40, deadline=None)
@given(actions)
def test_a_document_opened_and_written_is_the_same(steps: list[tuple[str, str, Any]]) -> None:
    sheet = Sheet(STREET_FORM, clock=CLOCK)
    removed: list[str] = []
    for step in steps:
        act(sheet, step, removed)
    document = sheet.document()
    opened = Sheet(STREET_FORM, document, clock=CLOCK, language=sheet.language)
    assert opened.document() == document
    assert dict(each_answer(document)) == {
        path: answer for path in sheet.paths() if (answer := sheet.answer(path)) is not None
    }


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.datetimes()
    | st.sampled_from(["2026-02-30", "1e9", "-", "٣", "{child}", "${settled}", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
QUESTIONS = [question.name for question in STREET_FORM.questions() if question.name in ANSWERS]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(QUESTIONS), JUNK), max_size=8))
def test_no_answer_whatever_breaks_a_sheet(steps: list[tuple[str, Any]]) -> None:
    sheet = Sheet(STREET_FORM, clock=CLOCK)
    for name, value in [("settled", "no"), *steps]:
        sheet.set(name, value, by="child")
        sheet.shown(name)
    written = json.loads(json.dumps(sheet.document()))
    opened = Sheet(STREET_FORM, written, clock=CLOCK)
    assert opened.document() == written
    assert opened.problems() == sheet.problems()
    sentences(opened, "psr.child", "en")


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*QUESTIONS, "summary", "total_age"]), JUNK))
def test_no_document_whatever_keeps_a_form_from_opening(found: dict[str, Any]) -> None:
    document = {name: {"value": value} for name, value in found.items()}
    sheet = Sheet(STREET_FORM, document, clock=CLOCK)
    for name in QUESTIONS:
        sheet.shown(name)
    sheet.problems()
