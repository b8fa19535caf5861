"""The fifteen prompts: each is data that fits the forms, and says met where it is met."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.casework import quality
from app.core.clock import FixedClock
from app.core.paths import resource_path
from app.forms.expressions import parse
from app.forms.loader import load_form
from app.forms.schema import Form
from app.forms.sheet import Sheet

CLOCK = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
FORMS = {form.id: form for form in map(load_form, sorted(resource_path("forms").glob("*.yaml")))}
JUDGED = [form_id for form_id, form in FORMS.items() if form.judgements]
BLOCKING = {"childs_safety", "harmful_behaviour", "reasoned_levels", "contingency"}


def sheet_of(form: Form, **answers: Any) -> Sheet:
    document = {name: {"value": value} for name, value in answers.items()}
    return Sheet(form, document, clock=CLOCK, context={"child": "Tal"})


def test_there_are_fifteen_and_five_stand_in_the_way_of_something() -> None:
    held = quality.prompts()
    assert [each.number for each in held] == list(range(1, 16))
    assert {each.prompt_id for each in held if each.blocks == "submission"} == BLOCKING
    assert [each.number for each in held if each.blocks == "countersignature"] == [15]
    assert all(each.en and each.cy and each.en != each.cy for each in held)


def test_each_names_pages_and_questions_that_its_form_has() -> None:
    for each in quality.prompts():
        for form_id, concern in each.concerns.items():
            form = FORMS[form_id]
            assert concern.fits(form), f"{each.prompt_id} in {form_id}"
            pages = {page.name for page in form.pages}
            assert set(concern.pages) <= pages, f"{each.prompt_id} in {form_id}"
            sheet = sheet_of(form)
            assert sheet.page(concern.leads_to) in concern.pages, f"{each.prompt_id} in {form_id}"


@pytest.mark.parametrize("form_id", JUDGED)
def test_a_high_level_asks_for_the_same_four_in_every_form_that_judges(form_id: str) -> None:
    form = FORMS[form_id]
    for question in form.judgements.values():
        sheet = sheet_of(form, **{question: "high"})
        held = {each.prompt.prompt_id: each for each in quality.look(sheet) if each.blocks}
        assert set(held) == BLOCKING
        for prompt_id, each in held.items():
            # What is asked for can be answered: it is on the page that one is led to.
            leads_to = each.prompt.concerns[form_id].leads_to
            assert sheet.is_relevant(leads_to), f"{prompt_id} leads nowhere"
            for reference in parse(each.prompt.concerns[form_id].met).references:
                page = sheet.page(reference.name) if sheet.has(reference.name) else ""
                assert not page or not sheet.has(page) or sheet.is_relevant(page), (
                    f"{prompt_id} asks for {reference.name}, which this form doesn't open"
                )
        assert "contingency" in {p.path.removesuffix("_checked") for p in quality.in_the_way(sheet)}


@pytest.mark.parametrize("form_id", JUDGED)
def test_below_high_nothing_stands_in_the_way(form_id: str) -> None:
    form = FORMS[form_id]
    for level in ("low", "medium"):
        answers = dict.fromkeys(form.judgements.values(), level)
        assert quality.in_the_way(sheet_of(form, **answers)) == ()


def test_nothing_says_met_of_an_empty_assessment() -> None:
    assert not [e for e in quality.look(sheet_of(FORMS["assessment"])) if e.met]


@pytest.mark.parametrize("form_id", JUDGED)
def test_a_plan_for_change_is_met_once_every_level_is_set_and_none_is_high(form_id: str) -> None:
    def says_met(**levels: str) -> bool:
        (found,) = (
            each
            for each in quality.look(sheet_of(FORMS[form_id], **levels))
            if each.prompt.prompt_id == "contingency"
        )
        return found.met

    first, *others = FORMS[form_id].judgements.values()
    assert not says_met(**{first: "low"}), "nobody has judged the rest yet"
    assert says_met(**dict.fromkeys((first, *others), "low"))
    assert not says_met(**dict.fromkeys(others, "low"), **{first: "high"})


def test_a_section_shows_its_own_and_each_turns_when_it_is_answered() -> None:
    form = FORMS["assessment"]
    here = quality.look(sheet_of(form), "safety")
    assert [each.prompt.number for each in here] == [8, 12]
    before = sheet_of(form, identity="Proud of where she is from.")
    after = sheet_of(form, identity="Proud of where she is from.", unfair_treatment=["none"])
    met = [
        {each.prompt.prompt_id: each.met for each in quality.look(sheet)}["diversity"]
        for sheet in (before, after)
    ]
    assert met == [False, True]
