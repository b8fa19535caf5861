"""Two laptops write to one record."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.ids import new_id
from tests.server.store.world import Laptop, World, state_of


@pytest.fixture
def pair(world: World) -> tuple[Laptop, Laptop, str]:
    """Two laptops of managers, and a child that both hold."""
    one, two = world.laptop(world.person("manager")), world.laptop(world.person("manager"))
    child = one.child(how_to_speak="Slowly")
    one.push()
    one.pull_all(child)
    two.pull_all(child)
    return one, two, child


def conflicts_of(laptop: Laptop, child: str) -> list[Any]:
    laptop.cursors[child] = 0
    return list(laptop.pull(child, limit=1000).conflicts)


def fields_of(laptop: Laptop, child: str, id_: str) -> dict[str, Any]:
    laptop.cursors[child] = 0
    return dict(laptop.pull_all(child)[id_].fields)


def test_different_fields_merge(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    one.change(child, child, {"school": "Fen Academy"}, "child", base_rev=1)
    two.change(child, child, {"gp": "Dr Marsh"}, "child", base_rev=1)
    assert one.push().results[0].status == "applied"
    merged = two.push().results[0]
    assert (merged.status, merged.rev) == ("merged", 3)
    fields = fields_of(one, child, child)
    assert (fields["school"], fields["gp"]) == ("Fen Academy", "Dr Marsh")


def test_what_is_only_added_to_keeps_its_words_and_shows_what_was_to_be_written_over_them(
    pair: tuple[Laptop, Laptop, str],
) -> None:
    one, _two, child = pair
    entry = one.record(child, "chronology_entry", kind="phone_call", note="Evenings are best.")
    one.push()
    one.change(child, entry, {"note": "Nothing was said."}, "chronology_entry", base_rev=1)
    assert one.push().results[0].status == "conflict"
    assert fields_of(one, child, entry)["note"] == "Evenings are best."
    (conflict,) = conflicts_of(one, child)
    assert (conflict.theirs, conflict.mine) == ("Evenings are best.", "Nothing was said.")


def test_one_field_keeps_both_values_for_a_person(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    base = {"how_to_speak": "Slowly"}
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1, base=base)
    two.change(
        child, child, {"how_to_speak": "In Welsh", "gp": "Dr Marsh"}, "child", base_rev=1, base=base
    )
    one.push()
    result = two.push().results[0]
    assert result.status == "conflict"
    (conflict,) = conflicts_of(one, child)
    assert result.conflicts == (conflict.id,)
    assert (conflict.base, conflict.theirs, conflict.mine, conflict.current) == (
        "Slowly",
        "Use pictures",
        "In Welsh",
        "Use pictures",
    )
    assert (conflict.theirs_actor, conflict.mine_actor) == (one.people[0].id, two.people[0].id)
    fields = fields_of(one, child, child)
    assert (fields["how_to_speak"], fields["gp"]) == ("Use pictures", "Dr Marsh")


def test_theirs_is_named_after_whoever_wrote_that_field(pair: tuple[Laptop, Laptop, str]) -> None:
    """A third who wrote another field in between isn't taken for the author."""
    one, two, child = pair
    third = one.world.laptop(one.world.person("manager"))
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1)
    one.push()
    third.change(child, child, {"school": "Fen Academy"}, "child", base_rev=2)
    third.push()
    two.change(child, child, {"how_to_speak": "In Welsh"}, "child", base_rev=1)
    two.push()
    (conflict,) = conflicts_of(two, child)
    assert conflict.theirs_actor == one.people[0].id


def test_the_loser_is_sent_what_the_server_holds(pair: tuple[Laptop, Laptop, str]) -> None:
    """Its own operation lost, so *same* would leave it with another value than the server's."""
    one, two, child = pair
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1)
    one.push()
    two.pull_all(child)
    two.change(child, child, {"how_to_speak": "In Welsh", "gp": "A"}, "child", base_rev=1)
    two.push()
    told = two.pull_all(child)[child]
    assert told.op == "upsert"
    assert told.fields["how_to_speak"] == "Use pictures"


def test_a_second_value_takes_the_place_of_the_first_in_an_open_conflict(
    pair: tuple[Laptop, Laptop, str],
) -> None:
    one, two, child = pair
    base = {"how_to_speak": "Slowly"}
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1, base=base)
    one.push()
    for value, before in (("In Welsh", "Slowly"), ("In Welsh, slowly", "In Welsh")):
        two.change(
            child,
            child,
            {"how_to_speak": value},
            "child",
            base_rev=1,
            base={"how_to_speak": before},
        )
        two.push()
    (conflict,) = conflicts_of(one, child)
    assert (conflict.base, conflict.mine) == ("Slowly", "In Welsh, slowly")


def test_a_person_settles_a_conflict_and_others_see_it(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1)
    one.push()
    two.change(child, child, {"how_to_speak": "In Welsh"}, "child", base_rev=1)
    (id_,) = two.push().results[0].conflicts
    one.pull_all(child)
    two.pull_all(child)
    both = {"how_to_speak": "In Welsh, with pictures"}
    one.change(child, child, both, "child", base_rev=2, resolves=(id_,))
    assert one.push().results[0].status == "applied"
    (seen,) = two.pull(child).conflicts
    assert (seen.id, seen.resolved_by) == (id_, one.people[0].id)
    assert fields_of(two, child, child)["how_to_speak"] == both["how_to_speak"]


def test_keeping_what_is_there_settles_a_conflict_too(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1)
    one.push()
    two.change(child, child, {"how_to_speak": "In Welsh"}, "child", base_rev=1)
    (id_,) = two.push().results[0].conflicts
    one.pull_all(child)
    kept = {"how_to_speak": "Use pictures"}
    one.change(child, child, kept, "child", base_rev=2, resolves=(id_,))
    assert one.push().results[0].rev == 2
    assert [conflict.resolved_by for conflict in one.pull(child).conflicts] == [one.people[0].id]


def test_a_conflict_can_only_be_settled_on_its_own_record(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    one.change(child, child, {"how_to_speak": "Use pictures"}, "child", base_rev=1)
    one.push()
    two.change(child, child, {"how_to_speak": "In Welsh"}, "child", base_rev=1)
    (id_,) = two.push().results[0].conflicts
    other = one.record(child)
    one.change(child, other, {"note": "x"}, resolves=(id_,))
    one.push()
    assert conflicts_of(one, child)[0].resolved_by is None


def test_of_two_levels_the_more_severe_counts(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    form = one.record(child, "form_record", level_safety="low", state="draft")
    one.push()
    one.change(child, form, {"level_safety": "medium"}, "form_record", base_rev=1)
    two.change(child, form, {"level_safety": "high"}, "form_record", base_rev=1)
    one.push()
    two.push()
    assert fields_of(one, child, form)["level_safety"] == "high"
    (conflict,) = conflicts_of(one, child)
    assert (conflict.current, conflict.theirs, conflict.safety) == ("high", "medium", True)


def test_sets_take_what_each_added_and_leave_what_each_took_away(
    pair: tuple[Laptop, Laptop, str],
) -> None:
    one, two, child = pair
    one.change(child, child, {"languages": ["cy", "en"]}, "child", base_rev=1)
    one.push()
    two.pull_all(child)
    base = {"languages": ["cy", "en"]}
    one.change(child, child, {"languages": ["cy", "en", "pl"]}, "child", base_rev=2, base=base)
    two.change(child, child, {"languages": ["en", "ro"]}, "child", base_rev=2, base=base)
    one.push()
    assert two.push().results[0].conflicts == ()
    assert fields_of(two, child, child)["languages"] == ["en", "pl", "ro"]


def test_a_submitted_snapshot_never_changes(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    form = one.record(child, "form_record", state="draft", **{"answers.home": {"value": "a"}})
    one.push()
    one.change(child, form, {"state": "submitted"}, "form_record", base_rev=1)
    one.push()
    two.change(child, form, {"answers.home": {"value": "b"}}, "form_record", base_rev=2)
    assert two.push().results[0].status == "conflict"
    assert fields_of(one, child, form)["answers.home"] == {"value": "a"}


def test_a_record_that_is_moved_leaves_one_stream_for_another(
    pair: tuple[Laptop, Laptop, str],
) -> None:
    one, two, child = pair
    other, moving = one.child(), one.record(child, note="x")
    one.push()
    two.pull_all(child, other)
    one.op("move", "offence", moving, child_id=child)
    one.op(
        "move",
        "offence",
        moving,
        child_id=other,
        base_rev=1,
        set={"child_id": other},
        base={"child_id": child},
    )
    assert [result.status for result in one.push().results] == ["recorded", "applied"]
    page = two.pull()
    told = {(change.stream, change.op) for change in page.changes if change.id == moving}
    assert told == {(child, "gone"), (other, "upsert")}
    assert (state_of(page, child).count, state_of(page, other).count) == (1, 2)
    # Work that the other laptop did before it learned of the move goes where the record is.
    two.change(child, moving, {"note": "y"}, base_rev=1, base={"note": "x"})
    assert two.push().results[0].status == "merged"
    assert fields_of(one, other, moving)["note"] == "y"
    one.op("move", "offence", moving, child_id=child, base_rev=3, set={"child_id": child})
    one.push()
    back = two.pull_all()
    assert back[moving].stream == child or back[moving].op == "gone"
    assert fields_of(two, child, moving)["child_id"] == child


def test_an_unknown_type_with_unknown_fields_travels_untouched(
    pair: tuple[Laptop, Laptop, str],
) -> None:
    one, two, child = pair
    strange = {"some.field/with @signs": [1, {"a": None}], "ŵ": "ŷ", "number": 1.5}
    id_ = one.record(child, "kind_of_tomorrow", **strange)
    one.push()
    assert fields_of(two, child, id_) == {"child_id": child, **strange}


def test_an_emptied_field_is_no_field(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    one.change(child, child, {"how_to_speak": None}, "child", base_rev=1)
    one.push()
    assert "how_to_speak" not in fields_of(two, child, child)


def test_a_group_of_many_changes_to_one_record_counts_once_in_the_stream(
    pair: tuple[Laptop, Laptop, str],
) -> None:
    one, two, child = pair
    head = state_of(one.pull(child), child).head
    group = new_id()
    for number in range(5):
        base = {"stage": str(number - 1)} if number else {}
        set_ = {"stage": str(number)}
        one.change(child, child, set_, "child", base_rev=1, base=base, group=group)
    assert [result.rev for result in one.push().results] == [2, 3, 4, 5, 6]
    assert state_of(two.pull(child), child).head == head + 1


def test_a_record_was_made_when_it_was_first_said_to_be(pair: tuple[Laptop, Laptop, str]) -> None:
    one, two, child = pair
    for laptop, made in ((one, "2026-05-01T09:00:00Z"), (two, "2026-05-02T09:00:00Z")):
        laptop.change(child, child, {"created_at": made}, "child", base_rev=1)
    one.push()
    assert two.push().results[0].status != "conflict"
    assert conflicts_of(one, child) == []
    assert fields_of(one, child, child)["created_at"] == "2026-05-01T09:00:00Z"
