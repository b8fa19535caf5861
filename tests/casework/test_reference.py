"""The lists and dated rules that ship with the program."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from app.casework import reference, wording
from app.core import i18n

TODAY = date(2026, 11, 23)
# Rules whose source is a statute that was read; everything else is shown as unverified.
READ_IN_FULL = {"dto_min_age", "dto_min", "dto_max"}


@pytest.mark.parametrize("name", reference.list_names())
def test_a_list_is_whole(name: str) -> None:
    held = reference.listing(name)
    codes = [entry.code for entry in held.entries]
    assert held.name == name
    assert held.source.strip()
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    groups = {group.code for group in held.groups}
    assert {entry.group for entry in held.entries if entry.group} == groups
    for entry in (*held.entries, *held.groups):
        assert entry.en.strip() and entry.cy.strip()


def test_there_are_nineteen_ethnic_categories_in_five_groups_and_not_stated() -> None:
    held = reference.listing("ethnicity")
    stated = [entry for entry in held.entries if entry.code != "not_stated"]
    counts = Counter(entry.group for entry in stated)
    assert counts == {"white": 5, "mixed": 4, "asian": 5, "black": 3, "other": 2}
    assert held.entry("not_stated") is not None


def test_there_are_155_services() -> None:
    areas = reference.yjs_areas()
    assert len(areas) == len({area.slug for area in areas}) == 155
    assert len({area.police_force for area in areas}) == 42
    assert "prism-r" in reference.yjs_areas_source()


def test_labels_follow_the_language_of_the_screen() -> None:
    assert reference.label("sex", "female") == "Female"
    i18n.set_language("cy")
    assert reference.label("sex", "female") == "Benyw"
    assert reference.label("sex", "female", "en") == "Female"


def test_free_text_in_a_list_stands_as_it_is() -> None:
    assert reference.label("courts", "Some Other Court") == "Some Other Court"
    assert reference.label("courts", "") == ""


def test_only_what_was_read_in_full_counts_as_verified() -> None:
    assert {rule.rule_id for rule in reference.rules() if rule.verified} == READ_IN_FULL


def test_a_rule_holds_between_its_days() -> None:
    held = reference.rule("psr_from_request", date(2018, 5, 1))
    assert held is not None and (held.value, held.unit) == (15, "working_days")
    assert reference.rule("psr_from_request", TODAY) is None
    before, since = (reference.rule("dto_max", date(2022, 6, day)) for day in (27, 28))
    assert before is not None and before.only == (4, 6, 8, 10, 12, 18, 24)
    assert since is not None and since.only == ()


def test_no_two_versions_of_a_rule_hold_on_one_day() -> None:
    for rule in reference.rules():
        holding = [
            other
            for other in reference.rules()
            if other.rule_id == rule.rule_id and other.holds_on(rule.effective_from)
        ]
        assert holding == [rule]


def test_a_place_that_closed_is_not_offered_for_today() -> None:
    held = reference.listing("establishments")
    assert "cookham_wood" in {entry.code for entry in held.choices(date(2023, 1, 1))}
    assert "cookham_wood" not in {entry.code for entry in held.choices(TODAY)}
    assert held.label("cookham_wood") == "Cookham Wood"


def test_every_stage_that_a_list_leads_to_is_one() -> None:
    stages = {entry.code for entry in reference.listing("stages").entries}
    for name in ("outcomes", "remand_decisions"):
        for entry in reference.listing(name).entries:
            assert entry.column("stage") in {None, *stages}


def test_every_coded_field_names_a_list_that_exists() -> None:
    lists = {
        field.list_name
        for fields in wording.FIELDS.values()
        for field in fields.values()
        if field.list_name
    }
    assert lists <= set(reference.list_names())
