"""Two people write the same field: both values are kept until a person has decided."""

from __future__ import annotations

from typing import Any

import pytest

from app.models.records import Child, FormRecord
from app.sync import caseload, exchange, fields, state
from app.sync.conflicts import ConflictSettled, RecordClosed
from app.sync.merge import Held, merge, merged_parts
from app.sync.protocol import Pull, Pulled
from tests.sync.conftest import Laptop


@pytest.fixture
def child(ash: Laptop, robin: Laptop) -> Child:
    """A child whom both laptops hold."""
    made = ash.child(school="Harbour School")
    ash.sync()
    caseload.choose(robin.casebook, made.id, True)
    robin.sync()
    return made


def only(laptop: Laptop) -> state.Conflict:
    (item,) = [item for item in laptop.view().items if item.kind == "conflict"]
    found = state.conflict(laptop.casebook, item.id)
    assert found is not None
    return found


def collide(ash: Laptop, robin: Laptop, child: Child) -> None:
    ash.change(Child, child.id, school="Ash's words")
    robin.change(Child, child.id, school="Robin's words", gp="Quay Street")
    ash.sync()
    assert robin.sync().conflicts == 1
    ash.sync()


def test_both_values_are_shown_with_who_wrote_them(
    ash: Laptop, robin: Laptop, child: Child
) -> None:
    collide(ash, robin, child)
    for laptop in (ash, robin):
        assert laptop.view().word == "needs_you"
        found = only(laptop)
        assert (found.base, found.mine, found.theirs) == (
            "Harbour School",
            "Robin's words",
            "Ash's words",
        )
        assert found.mine_actor == robin.casebook.actor_id
        assert found.theirs_actor == ash.casebook.actor_id
        assert laptop.get(Child, child.id).school == "Ash's words"
        assert laptop.get(Child, child.id).gp == "Quay Street", "the other field is not held up"
        assert "conflict" in state.safe_to_hand_back(laptop.casebook).reasons


@pytest.mark.parametrize("value", ["Robin's words", "Ash's words", "Both agree", ""])
def test_what_a_person_decides_counts_everywhere(
    ash: Laptop, robin: Laptop, child: Child, value: str
) -> None:
    collide(ash, robin, child)
    ash.settle(only(ash).id, value)
    assert ash.view().word == "waiting"
    for laptop in (ash, robin, ash):
        laptop.sync()
    for laptop in (ash, robin):
        assert laptop.get(Child, child.id).school == value
        assert laptop.view().items == ()
        assert laptop.view().word == "confirmed"
        assert laptop.casebook.verify().ok


def test_a_conflict_is_settled_once(ash: Laptop, robin: Laptop, child: Child) -> None:
    collide(ash, robin, child)
    with pytest.raises(ConflictSettled):
        ash.settle(child.id, "x")


def test_of_answers_only_the_one_that_both_gave_is_a_conflict(
    ash: Laptop, robin: Laptop, child: Child
) -> None:
    form = ash.form(child)
    ash.sync()
    robin.sync()
    with ash.casebook.write() as work:
        work.save_answers(form.id, {"home": {"value": "a"}, "people/r1/who": {"value": "Nan"}})
    with robin.casebook.write() as work:
        work.save_answers(form.id, {"home": {"value": "b"}, "people/r2/who": {"value": "Mam"}})
    for laptop in (ash, robin, ash):
        laptop.sync()
    assert only(ash).field == "answers.home"
    robin.settle(only(robin).id, {"value": "b"})
    for laptop in (robin, ash):
        laptop.sync()
        answers = laptop.get(FormRecord, form.id).answers
        assert answers["home"] == {"value": "b"}
        assert [row["id"] for row in answers["people"]["rows"]] == ["r1", "r2"]


def test_a_submitted_form_keeps_what_stands_there(ash: Laptop, robin: Laptop, child: Child) -> None:
    form = ash.form(child)
    ash.answer(form.id, home="a")
    ash.sync()
    robin.sync()
    ash.change(FormRecord, form.id, state="submitted")
    robin.answer(form.id, home="too late")
    for laptop in (ash, robin, ash):
        laptop.sync()
    for laptop in (ash, robin):
        assert laptop.get(FormRecord, form.id).answers == {"home": {"value": "a"}}
    found = only(robin)
    assert (found.mine, found.closed) == ({"value": "too late"}, True)
    with pytest.raises(RecordClosed):
        robin.settle(found.id, found.mine)
    robin.settle(found.id, found.current)
    for laptop in (robin, ash):
        laptop.sync()
        assert laptop.view().items == ()


def test_what_is_typed_while_a_sync_runs_is_never_overwritten(
    ash: Laptop, robin: Laptop, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written after the outbox was sent and before the page came: it stands against it."""
    ash.change(Child, child.id, school="Ash's words", languages=["cy"])
    ash.sync()
    wire = robin.wire()
    real = wire.pull
    typed: list[bool] = []

    def types_meanwhile(message: Pull) -> Pulled:
        if not typed:
            typed.append(True)
            robin.change(Child, child.id, school="Robin's words", languages=["pl"])
        return real(message)

    monkeypatch.setattr(wire, "pull", types_meanwhile)
    outcome = exchange.sync(robin.casebook, wire)
    wire.close()
    assert outcome.conflicts == 1
    assert only(robin).mine == "Robin's words"
    ash.sync()
    for laptop in (ash, robin):
        there = laptop.get(Child, child.id)
        assert there.school == "Ash's words"
        assert sorted(there.languages) == ["cy", "pl"]
        assert laptop.sync().differing == []


def test_a_page_visit_that_stands_open_is_sealed_before_others_words_come(
    ash: Laptop, robin: Laptop, child: Child
) -> None:
    form = ash.form(child)
    ash.answer(form.id, home="first")
    ash.sync()
    robin.sync()
    robin.answer(form.id, home="robin types", leaving=False)
    ash.answer(form.id, home="ash was quicker")
    ash.sync()
    assert "open_edits" in state.safe_to_hand_back(robin.casebook).reasons
    assert robin.sync().conflicts == 1
    values: Any = only(robin)
    assert values.mine == {"value": "robin types"}
    assert values.theirs == {"value": "ash was quicker"}


def test_what_was_written_as_one_before_its_parts_were_told_apart_is_read_in_its_parts() -> None:
    shape = fields.shape("oversight")
    assert shape is not None
    column = shape.by_name["proposed_levels"]
    harm, safety = {"level": "high", "reasons": "A"}, {"level": "low", "reasons": "B"}
    as_one = {"proposed_levels": {"serious_harm": harm}}
    assert fields.parts_of(column, as_one) == {"serious_harm": harm}
    assert fields.parts_of(column, as_one | {"proposed_levels.serious_harm": safety}) == {
        "serious_harm": safety
    }
    set_to, base = fields.written("oversight", as_one, {"proposed_levels": {}})
    assert (set_to, base) == ({"proposed_levels.serious_harm": harm}, {})


@pytest.mark.parametrize(
    ("theirs", "mine", "made"),
    [
        ({"writers": ["a", "b"]}, {"writers": ["a", "c"]}, {"writers": ["a", "b", "c"]}),
        ({"writers": ["a"], "order": "o"}, {"writers": ["a"], "aim": "x"}, "both"),
        ({"checked": {"b": "1"}}, {"checked": {"c": "2"}}, {"checked": {"b": "1", "c": "2"}}),
        ({"writers": ["a"]}, {}, {}),
        ({"order": "one"}, {"order": "two"}, None),
        ({"checked": {"b": "1"}}, {"checked": {"b": "2"}}, None),
    ],
)
def test_what_two_people_hold_by_name_is_joined_but_where_both_say_another_thing_of_one(
    theirs: dict[str, Any], mine: dict[str, Any], made: Any
) -> None:
    if made == "both":
        made = {"writers": ["a"], "order": "o", "aim": "x"}
    assert merged_parts({"writers": ["a"]}, theirs, mine) == made


@pytest.mark.parametrize(
    ("theirs", "mine", "stands", "collides"),
    [
        ("draft", "draft", "mine", False),
        ("final", "draft", "theirs", False),
        ("draft", "final", "mine", False),
        ("final", "final", "theirs", True),
    ],
)
def test_pages_that_are_drawn_anew_collide_only_where_two_people_closed_them(
    theirs: str, mine: str, stands: str, collides: bool
) -> None:
    fields_held = {"state": theirs, "pdf": "theirs", "content_hash": "theirs"}
    held = Held(5, fields_held, dict.fromkeys(fields_held, 5))
    set_to = {"pdf": "mine", "content_hash": "mine"} | ({"state": mine} if mine == "final" else {})
    base = {"pdf": "first", "content_hash": "first", "state": "draft"}
    merged = merge(held, "report", set_to, base, 3, whole=mine == "final")
    assert merged.record.fields["pdf"] == merged.record.fields["content_hash"] == stands
    assert [one.field for one in merged.collisions] == (["pdf"] if collides else [])
