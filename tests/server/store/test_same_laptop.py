"""What one laptop is told of its own work, and of the work of two people who share it."""

from __future__ import annotations

import pytest

from tests.server.store.world import Laptop, Person, World

REMOVED = {"removed_at": "2026-11-23T09:30:00.000000Z"}


@pytest.fixture
def people(world: World) -> tuple[Person, Person]:
    return world.person("manager"), world.person("manager")


@pytest.fixture
def shared(world: World, people: tuple[Person, Person]) -> Laptop:
    return world.laptop(*people)


def test_whoever_takes_out_what_the_other_changed_here_before_has_seen_it(
    shared: Laptop, people: tuple[Person, Person]
) -> None:
    child = shared.child()
    offence = shared.record(child, description="a")
    shared.push()
    shared.pull_all(child)
    shared.change(child, offence, {"description": "b"}, base={"description": "a"}, base_rev=1)
    shared.change(child, offence, REMOVED, base_rev=1, actor=people[1].id)
    assert {result.status for result in shared.push().results} <= {"applied", "merged"}


def test_what_was_taken_out_here_before_it_was_changed_stays_out(
    world: World, shared: Laptop, people: tuple[Person, Person]
) -> None:
    child = shared.child()
    offence = shared.record(child, description="a")
    shared.push()
    shared.pull_all(child)
    shared.change(child, offence, REMOVED, base_rev=1, actor=people[1].id)
    shared.change(child, offence, {"description": "b"}, base={"description": "a"}, base_rev=1)
    assert {result.status for result in shared.push().results} <= {"applied", "merged"}
    assert shared.pull_all(child)[offence].op == "same"
    other = world.laptop(world.person("manager"))
    assert other.pull_all(child)[offence].fields["removed_at"] == REMOVED["removed_at"]


def test_a_conflict_is_never_answered_with_the_same(
    world: World, shared: Laptop, people: tuple[Person, Person]
) -> None:
    other = world.laptop(world.person("manager"))
    child = shared.child()
    offence = shared.record(child, description="a")
    shared.push()
    shared.pull_all(child)
    other.pull_all(child)
    other.change(child, offence, REMOVED, base_rev=1)
    other.push()
    assert shared.pull_all(child)[offence].op == "upsert"
    # Made before that was known here, sent after.
    shared.change(child, offence, {"description": "b"}, base={"description": "a"}, base_rev=1)
    (result,) = shared.push().results
    assert result.status == "conflict"
    told = shared.pull_all(child)[offence]
    assert told.op == "upsert"
    assert "removed_at" not in told.fields


def test_a_device_that_begins_again_after_one_answer_is_sent_everything(shared: Laptop) -> None:
    child = shared.child()
    shared.push()
    assert shared.pull_all(child)[child].op == "same"
    shared.cursors[child] = 0
    assert shared.pull_all(child)[child].op == "upsert"
