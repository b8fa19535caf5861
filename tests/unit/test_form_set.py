"""The set of forms: each is globbed and held to what every form of it promises."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from app.casework import quality
from app.casework.permission import READING
from app.casework.reference import listing
from app.core.clock import FixedClock
from app.core.paths import resource_path
from app.core.reading_age import GRADE_OF_A_NINE_YEAR_OLD, grade
from app.forms.answers import carried_forward
from app.forms.expressions import parse
from app.forms.loader import load_form
from app.forms.schema import ASSESSING, Form, Group, Question, Repeat
from app.forms.sheet import Sheet
from app.models import casebook
from app.models.base import Base
from tests.unit.answering import answered

FORMS = sorted(path.stem for path in resource_path("forms").glob("*.yaml") if "." not in path.stem)
MAPS = Path(__file__).parents[2] / "docs" / "form-maps.md"

FREE_TEXT_AT_MOST = 0.4
CLOCK = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
A_NAME = "string-length(.) <= 120"
TO_THE_CHILD = re.compile(r"\b(?:you|your)\b", re.IGNORECASE)
APART = "resettlement"
"""Its names are those of its pathways, and nothing is carried into it or out of it."""

CARRIED = sorted(
    {
        form_id
        for entry in listing("assessment_stages").entries
        for form_id in entry.column("forms") or ()
    }
)
"""Forms of stages: each starts with the answers of the one before."""


@cache
def form(name: str) -> Form:
    return load_form(resource_path("forms") / f"{name}.yaml")


def asked(name: str) -> list[Question]:
    return [question for question in form(name).questions() if question.asks]


class Place(NamedTuple):
    """Where a question stands: its rows carry over by the name of the repeat around them."""

    form: str
    repeat: str
    question: Question


def _places(form_id: str, items: Form | Group, repeat: str = "") -> Iterator[Place]:
    for item in items.survey if isinstance(items, Form) else items.children:
        if isinstance(item, Question):
            yield Place(form_id, repeat, item)
        else:
            inside = item.name if isinstance(item, Repeat) else repeat
            yield from _places(form_id, item, inside)


@pytest.mark.parametrize("name", FORMS)
def test_most_of_a_form_is_chosen_not_written(name: str) -> None:
    """A name is typed, too, but it is no free text."""
    questions = asked(name)
    free = [
        question.name
        for question in questions
        if question.type == "text" and question.constraint != A_NAME
    ]
    assert len(free) / len(questions) <= FREE_TEXT_AT_MOST, free


@pytest.mark.parametrize("name", FORMS)
def test_what_is_good_is_asked_first(name: str) -> None:
    """Before anything is asked that a child could be ashamed of."""
    on_first_pages = [
        question.strength
        for page in form(name).pages[:2]
        for question in (place.question for place in _places(name, page))
        if question.asks
    ]
    assert any(on_first_pages)


@pytest.mark.parametrize("name", FORMS)
def test_a_child_of_nine_can_read_what_the_child_is_asked(name: str) -> None:
    """Also in the forms of a worker, who reads these questions out."""
    hard = {
        question.name: text
        for question in asked(name)
        if question.said_by == "child"
        for text in (question.label.text("en"), question.hint.text("en"))
        if TO_THE_CHILD.search(text)
        and len(text.split()) >= 4
        and grade(text) > GRADE_OF_A_NINE_YEAR_OLD
    }
    assert hard == {}


def test_a_question_of_one_name_is_one_question_in_every_form() -> None:
    """Answers are carried from one form to the next by name."""
    by_name: dict[str, list[Place]] = defaultdict(list)
    for name in set(FORMS) - {APART}:
        for place in _places(name, form(name)):
            by_name[place.question.name].append(place)
    apart = {}
    for name, places in by_name.items():
        seen = {
            (p.repeat, p.question.type, p.question.said_by, p.question.judgement, _options(p))
            for p in places
            if p.question.asks
        }
        if len(seen) > 1:
            apart[name] = sorted(place.form for place in places)
    assert apart == {}


def _options(place: Place) -> frozenset[tuple[str, str, str]]:
    """The options with their words: what was chosen in one form reads the same in the next."""
    list_name = place.question.list_name
    if list_name is None:
        return frozenset()
    return frozenset(
        (choice.name, choice.label.text("en"), choice.label.text("cy"))
        for choice in form(place.form).choices[list_name]
    )


@pytest.mark.parametrize("name", FORMS)
def test_a_level_comes_with_reasons_and_a_high_one_with_what_is_done(name: str) -> None:
    held = form(name)
    if not held.judgements:
        assert held.kind not in ASSESSING
        return
    questions = {question.name: question for question in held.questions()}
    for judgement, level in held.judgements.items():
        assert questions[level].required, level
        assert questions[level].calculation is None, "a level is never worked out"
        assert questions[level.replace("_level", "_reasons")].required, level
        judged = {choice.name for choice in held.choices["judged"]}
        assert judgement in judged, f"no contingency can be for {judgement}"
    assert "contingency_checked" in questions


@pytest.mark.parametrize("name", FORMS)
def test_a_form_serves_a_stage(name: str) -> None:
    serving = {
        form_id
        for entry in listing("assessment_stages").entries
        for form_id in (*(entry.column("forms") or ()), *(entry.column("beside") or ()))
    }
    assert name in serving


def test_what_not_everybody_may_read_is_never_carried_into_what_everybody_may() -> None:
    assert [name for name in CARRIED if form(name).kind in READING] == []


JUDGING = [name for name in FORMS if form(name).judgements]


@pytest.mark.parametrize("prompt", quality.prompts(), ids=lambda prompt: prompt.prompt_id)
def test_a_prompt_stands_where_it_can_be_met(prompt: quality.Prompt) -> None:
    for name, concern in prompt.concerns.items():
        assert concern.fits(form(name)), name
        assert set(concern.pages) <= {page.name for page in form(name).pages}, name
        met = parse(concern.met)
        assert any(sheet.holds(concern.leads_to, met) for sheet in answered_forms(name)), name


@pytest.mark.parametrize("name", JUDGING)
def test_a_high_level_is_not_submitted_without_what_blocks_it(name: str) -> None:
    blocking = {each.prompt_id for each in quality.prompts() if each.blocks == "submission"}
    assert blocking == {
        each.prompt_id for each in quality.prompts() if name in each.concerns and each.blocks
    }
    empty = Sheet(form(name), clock=CLOCK, context={"child": "Tal", "age": "15"})
    for level in form(name).judgements.values():
        empty.set(level, "high", by="worker")
    assert {each.path for each in quality.in_the_way(empty)} >= {"safety_level"}


# What each form is asked for -----------------------------------------------------------------


def test_the_short_assessment_judges_safety_wellbeing_and_harm() -> None:
    names = {question.name: question for question in asked("prevention")}
    for judged in ("wellbeing", "safety", "harm"):
        assert names[f"{judged}_level"].required
        assert names[f"{judged}_reasons"].required
    for judged in ("safety", "harm"):
        assert names[f"{judged}_raise"].required
        assert names[f"{judged}_lower"].required


def test_a_panel_is_told_of_no_level_and_no_sentence() -> None:
    held = form("referral_panel")
    assert held.judgements == {}
    assert not [
        question.name for question in asked("referral_panel") if "proposal" in question.name
    ]


# The maps ------------------------------------------------------------------------------------


def _maps() -> dict[str, list[tuple[str, list[str]]]]:
    """By form: the items it serves, each with what holds it."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    rows: list[tuple[str, list[str]]] = []
    for line in MAPS.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"## .*\(`(\w+)`\)$", line)
        if heading:
            rows = found.setdefault(heading.group(1), [])
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2 and cells[0] not in ("Item", "---"):
            rows.append((cells[0], re.findall(r"`([^`]+)`", cells[1])))
    return found


HELD = _maps()


def test_every_form_but_the_assessment_has_its_map_here() -> None:
    """The assessment's own is docs/assessment-map.md."""
    assert sorted(HELD) == sorted(set(FORMS) - {"assessment"})


@pytest.mark.parametrize("name", HELD)
def test_an_item_is_held_by_a_question_of_the_form(name: str) -> None:
    questions = {question.name for question in form(name).questions()}
    assert casebook.Casebook
    tables = Base.metadata.tables
    lost = []
    for item, holders in HELD[name]:
        assert holders, f"nothing holds {item}"
        for holder in holders:
            table, dot, column = holder.partition(".")
            known = table in tables and column in tables[table].columns if dot else None
            if not (known if dot else holder in questions):
                lost.append(f"{item}: {holder}")
    assert lost == []


@pytest.mark.parametrize("name", HELD)
def test_no_question_is_asked_without_an_item(name: str) -> None:
    held = {holder for _item, holders in HELD[name] for holder in holders}
    assert [q.name for q in asked(name) if q.name not in held] == []


# Answers -------------------------------------------------------------------------------------

TURNS = range(24)


@cache
def answered_forms(name: str) -> tuple[Sheet, ...]:
    return tuple(answered(form(name), turn, clock=CLOCK) for turn in TURNS)


@pytest.mark.parametrize("name", FORMS)
def test_every_question_comes_to_be_asked_and_can_be_answered(name: str) -> None:
    reached = {
        path.rpartition("/")[2]
        for sheet in answered_forms(name)
        for path in sheet.paths()
        if sheet.is_relevant(path) and sheet.answer(path) is not None
    }
    assert [question.name for question in asked(name) if question.name not in reached] == []
    assert any(sheet.problems() == () for sheet in answered_forms(name)), "it can't be submitted"


@pytest.mark.parametrize("name", FORMS)
def test_answers_come_back_as_they_were_written(name: str) -> None:
    for sheet in answered_forms(name)[:3]:
        kept = json.loads(json.dumps(sheet.document()))
        again = Sheet(form(name), kept, clock=CLOCK, context={"child": "Tal", "age": "15"})
        assert again.document() == sheet.document()
        for path in sheet.paths():
            assert again.value(path) == sheet.value(path), path


@pytest.mark.parametrize("name", FORMS)
def test_no_answer_is_lost_when_another_makes_it_irrelevant(name: str) -> None:
    sheet = answered(form(name), 1, clock=CLOCK)
    deciding = [
        path
        for path in sheet.paths()
        if sheet.question(path).type in ("select_one", "select_multiple")
        and not sheet.is_readonly(path)
        and sheet.answer(path) is not None
    ]
    before = values(sheet)
    for path in deciding:
        chosen = sheet.value(path)
        sheet.set(path, None, by="worker")
        left = {where: value for where, value in values(sheet).items() if where != path}
        assert left == {where: value for where, value in before.items() if where != path}, path
        sheet.set(path, chosen, by="worker")
    assert values(sheet) == before


def values(sheet: Sheet) -> dict[str, object]:
    """What was answered, asked for now or not."""
    return {
        path: sheet.value(path)
        for path in sheet.paths()
        if sheet.question(path).asks
        and not sheet.is_readonly(path)
        and sheet.answer(path) is not None
    }


@pytest.mark.parametrize("name", CARRIED)
def test_what_is_carried_into_the_full_assessment_is_the_same_there(name: str) -> None:
    """And what the assessment doesn't ask is kept with it."""
    before = answered_forms(name)[1]
    carried = carried_forward(before.document())
    after = Sheet(form("assessment"), carried, clock=CLOCK, context={"child": "Tal", "age": "15"})
    shared = [
        path
        for path in before.paths()
        if before.question(path).asks and before.answer(path) is not None and after.has(path)
    ]
    assert len(shared) >= 9
    for path in shared:
        assert after.shown(path) == before.shown(path), path
    kept = after.document()
    assert [path for path in carried if path not in kept] == []
