"""Search: what is written is found, in the same transaction, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms.loader import FormLibrary
from app.models.casebook import Casebook
from app.models.records import (
    Carer,
    Child,
    FormRecord,
    Identifier,
    Offence,
    Victim,
)
from app.models.search import MATCH_END, MATCH_START, Found, query_of, search


def find(casebook: Casebook, text: str, limit: int = 20) -> list[Found]:
    with casebook.read() as session:
        return list(search(session, text, limit))


def ids(casebook: Casebook, text: str) -> list[str]:
    return [found.record_id for found in find(casebook, text)]


def answer(value: Any) -> dict[str, Any]:
    return {"value": value, "language": "en"}


@pytest.mark.parametrize(
    "typed", ["tal", "TAL", "Fenw", "fenwick tal", "tal f", "Tâl Fenŵick", "  tal,fenwick; "]
)
def test_a_child_is_found_by_the_beginnings_of_names(
    casebook: Casebook, child: Child, typed: str
) -> None:
    assert ids(casebook, typed) == [child.id]


@pytest.mark.parametrize("typed", ["", "  ", "wick", "talon", "fenwick bea", "***", '"'])
def test_what_does_not_begin_a_word_finds_nothing(
    casebook: Casebook, child: Child, typed: str
) -> None:
    assert ids(casebook, typed) == []


def test_accents_make_no_difference_either_way(casebook: Casebook) -> None:
    with casebook.write() as work:
        child = work.add(Child(given_name="Siôn", family_name="Ó Briain", preferred_name="Ŵyn"))
    for typed in ("sion", "Siôn", "o briain", "wyn", "ŵyn"):
        assert ids(casebook, typed) == [child.id]


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_nothing_that_is_typed_is_an_operator(text: str) -> None:
    words = query_of(text).split('" *')
    assert words.pop() == ""
    assert all(word.strip().count('"') == 1 for word in words)


@pytest.mark.parametrize(
    "typed",
    ["NEAR(a b)", 'a" OR "b', "name:tal", "-tal", "tal*", "(tal", "tal AND", "^tal", "a\0b"],
)
def test_no_search_fails_on_what_it_looks_for(casebook: Casebook, child: Child, typed: str) -> None:
    assert set(ids(casebook, typed)) <= {child.id}


def test_a_changed_name_is_found_and_the_old_one_is_not(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        work.session.get_one(Child, child.id).family_name = "Marsh"
    assert ids(casebook, "fenwick") == []
    assert ids(casebook, "marsh") == [child.id]


def test_what_is_taken_back_is_not_found(casebook: Casebook, child: Child) -> None:
    with pytest.raises(RuntimeError), casebook.write() as work:
        work.session.get_one(Child, child.id).family_name = "Marsh"
        work.flush()
        raise RuntimeError
    assert ids(casebook, "marsh") == []
    assert ids(casebook, "fenwick") == [child.id]


def test_a_removed_record_is_not_found_until_it_is_restored(
    casebook: Casebook, child: Child
) -> None:
    with casebook.write() as work:
        number = work.add(Identifier(child_id=child.id, kind="pnc", value="26/123456X"))
    assert ids(casebook, "26/123456x") == [number.id]
    with casebook.write() as work:
        work.remove(work.session.get_one(Identifier, number.id))
    assert ids(casebook, "26/123456x") == []
    with casebook.write() as work:
        work.restore(work.session.get_one(Identifier, number.id))
    assert ids(casebook, "26/123456x") == [number.id]


def test_names_come_before_what_was_written(
    casebook: Casebook, child: Child, form: FormRecord
) -> None:
    with casebook.write() as work:
        work.add(Offence(child_id=child.id, description="Fenwick, Fenwick and Fenwick's shop"))
        work.save_answers(form.id, {"home": answer("Fenwick Fenwick Fenwick Street")})
    assert ids(casebook, "fenwick")[0] == child.id
    assert len(ids(casebook, "fenwick")) == 3


def test_a_found_answer_shows_the_words_around_it(casebook: Casebook, form: FormRecord) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("Since May he lives with his grandmother")})
    (found,) = find(casebook, "grandm")
    assert found.field == "answers.home"
    assert found.child_id == form.child_id
    assert f"his {MATCH_START}grandmother{MATCH_END}" in found.snippet


def test_answers_in_rows_are_found_and_go_with_their_row(
    casebook: Casebook, form: FormRecord
) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"people/r1/who": answer("Auntie Olwen")})
    (found,) = find(casebook, "olwen")
    assert found.field == "answers.people/r1/who"
    with casebook.write() as work:
        work.save_answers(form.id, {"people/r1": None})
    assert find(casebook, "olwen") == []


def test_an_answer_is_found_once_the_page_is_left(casebook: Casebook, form: FormRecord) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("Somewhere by the harbour")}, leaving=False)
    assert find(casebook, "harbour") == []
    casebook.seal()
    assert [found.record_id for found in find(casebook, "harbour")] == [form.id]
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("In the valley")})
    assert find(casebook, "harbour") == []


def test_codes_and_dates_are_not_words_that_somebody_wrote(
    casebook: Casebook, form: FormRecord
) -> None:
    with casebook.write() as work:
        work.save_answers(
            form.id, {"a": answer("not_known"), "b": answer("2026-11-23"), "c": answer(["x_y"])}
        )
    for typed in ("not_known", "2026", "x_y"):
        assert find(casebook, typed) == []


def test_only_text_questions_of_a_known_form_are_searched(casebook: Casebook, child: Child) -> None:
    form = FormLibrary.built_in().form("assessment")
    text = next(q.name for q in form.questions() if q.type == "text")
    choice = next(q.name for q in form.questions() if q.type == "select_one")
    with casebook.write() as work:
        record = work.add(FormRecord(child_id=child.id, form_id=form.id, form_version=form.version))
        work.save_answers(record.id, {text: answer("harbour"), choice: answer("harbour wall")})
    assert [found.field for found in find(casebook, "harbour")] == [f"answers.{text}"]


def test_a_form_written_as_an_object_is_found_too(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        form = work.add(
            FormRecord(
                child_id=child.id,
                form_id="made_up",
                form_version=1,
                answers={"home": answer("By the old mill")},
            )
        )
    with casebook.write() as work:
        work.session.get_one(FormRecord, form.id).answers["home"] = answer("By the new mill")
    assert find(casebook, "old mill") == []
    assert [found.record_id for found in find(casebook, "new mill")] == [form.id]


def test_what_is_held_of_victims_is_never_found(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        work.add(Carer(child_id=child.id, name="Jo Tolliver"))
        victim = work.add(Victim(child_id=child.id, name="Sam Tolliver", views="Tolliver was sad"))
    with casebook.write() as work:
        work.session.get_one(Victim, victim.id).safety_note = "Keep away from Tolliver Row"
    assert [found.record_type for found in find(casebook, "tolliver")] == ["carer"]


def test_a_moved_record_is_found_under_its_new_child(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        other = work.add(Child(given_name="Bea", family_name="Marsh"))
        offence = work.add(Offence(child_id=child.id, description="Broke a greenhouse"))
    with casebook.write() as work:
        work.move(work.session.get_one(Offence, offence.id), other.id)
    assert [found.child_id for found in find(casebook, "greenhouse")] == [other.id]
