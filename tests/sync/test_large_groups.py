"""What one person did at one go, and is more than a request holds."""

from __future__ import annotations

from contextlib import closing

import pytest

from app.models.records import Child, FormRecord, Hearing, Offence, Outcome
from app.sync import caseload, exchange, outbox
from app.sync.protocol import MOST_GROUP_BYTES, MOST_OPERATIONS, Push, Pushed
from tests.sync.conftest import Laptop, NewLaptop
from tests.sync.test_aside import aside


def sync_counting(laptop: Laptop) -> list[int]:
    """Sync; how many operations each push held."""
    wire = laptop.wire()
    real, counted = wire.push, []

    def push(message: Push) -> Pushed:
        counted.append(len(message.operations))
        return real(message)

    wire.push = push  # type: ignore[method-assign]
    with closing(wire):
        exchange.sync(laptop.casebook, wire)
    return counted


def add(laptop: Laptop, child: Child, count: int, words: str = "Took a bicycle") -> None:
    """So many offences, written at one go."""
    with laptop.casebook.write() as work:
        for number in range(count):
            work.add(Offence(child_id=child.id, description=f"{words} {number}"))


def arrives_whole(ash: Laptop, robin: Laptop, child: Child, count: int) -> None:
    """It is on the server and on another laptop, once, and both agree."""
    assert ash.view().word == "confirmed"
    caseload.choose(robin.casebook, child.id, True)
    assert robin.sync().differing == []
    for laptop in (ash, robin):
        assert laptop.rows("SELECT count(*) FROM offence") == [(count,)]
        assert laptop.casebook.verify().ok
        assert laptop.view().items == ()
    assert ash.sync().differing == []


def test_a_group_of_more_operations_than_a_request_goes_as_one(ash: Laptop, robin: Laptop) -> None:
    child = ash.child()
    count = MOST_OPERATIONS + 150
    ash.sync()
    add(ash, child, count)
    assert sync_counting(ash) == [count]
    arrives_whole(ash, robin, child, count)


def test_a_group_of_more_operations_than_the_server_takes_goes_in_parts(
    ash: Laptop, robin: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_OPERATIONS", 20)
    monkeypatch.setattr(outbox, "MOST_OPERATIONS_OF_A_GROUP", 50)
    child = ash.child()
    ash.sync()
    add(ash, child, 120)
    assert sync_counting(ash) == [50, 50, 20]
    arrives_whole(ash, robin, child, 120)


def test_a_group_larger_than_any_request_goes_in_parts(ash: Laptop, robin: Laptop) -> None:
    child = ash.child()
    ash.sync()
    add(ash, child, 9, "x" * (MOST_GROUP_BYTES // 8))
    parts = sync_counting(ash)
    assert len(parts) > 1
    assert sum(parts) == 9
    arrives_whole(ash, robin, child, 9)


def test_one_refused_in_a_large_group_refuses_all_of_it_and_nothing_is_lost(
    ash: Laptop, new_laptop: NewLaptop
) -> None:
    robin = new_laptop("robin", "practitioner")
    child = robin.child()
    robin.sync()
    with robin.casebook.write() as work:
        for number in range(MOST_OPERATIONS + 10):
            work.add(Offence(child_id=child.id, description=f"Offence {number}"))
        form = work.add(FormRecord(child_id=child.id, form_id="made_up", form_version=1))
        # Only a manager does that.
        form.state = "countersigned"
    robin.sync()
    told = [(item.kind, item.reason) for item in robin.view().items]
    assert len(told) == MOST_OPERATIONS + 11
    assert set(told) == {("refused", "group_rejected"), ("refused", "not_allowed")}
    assert robin.rows("SELECT count(*) FROM offence") == [(MOST_OPERATIONS + 10,)]
    assert robin.central.rows("SELECT count(*) FROM record WHERE type = 'offence'") == [(0,)]


def test_what_moves_from_a_child_who_is_not_here_to_one_who_is_comes_whole(
    ash: Laptop, robin: Laptop
) -> None:
    elsewhere, here = ash.child("Elsewhere"), ash.child("Here")
    with ash.casebook.write() as work:
        hearing = work.add(Hearing(child_id=elsewhere.id, court="Canary Court"))
        work.flush()
        outcome = work.add(Outcome(child_id=elsewhere.id, hearing_id=hearing.id))
    form = ash.form(elsewhere)
    ash.answer(form.id, home="With Nan")
    ash.sync()
    caseload.choose(robin.casebook, here.id, True)
    robin.sync()
    assert robin.get(Hearing, hearing.id) is None
    with ash.casebook.write("wrong child") as work:
        for record in (hearing, outcome, form):
            work.move(work.session.get_one(type(record), record.id), here.id)
    ash.sync()
    assert robin.sync().differing == []
    for record in (hearing, outcome, form):
        assert robin.get(type(record), record.id).child_id == here.id
    assert robin.get(type(form), form.id).answers == {"home": {"value": "With Nan"}}
    assert robin.rows("SELECT id FROM child") == [(here.id,)]
    assert (aside(robin), robin.view().word) == ({}, "confirmed")


def test_what_is_written_on_a_record_that_moves_out_of_sight_arrives_and_then_leaves(
    ash: Laptop, new_laptop: NewLaptop
) -> None:
    """Robin may have the child that it was held under, and not the one that it goes to."""
    robin = new_laptop("robin", "practitioner")
    mine = robin.child("Mine")
    form = robin.form(mine)
    robin.sync()
    other = ash.child("Other")
    caseload.choose(ash.casebook, mine.id, True)
    ash.sync()
    with ash.casebook.write("wrong child") as work:
        work.move(work.session.get_one(type(form), form.id), other.id)
    ash.sync()
    robin.answer(form.id, home="Written meanwhile")
    robin.sync()
    assert robin.view().items == ()
    assert robin.get(type(form), form.id) is None
    assert robin.sync().differing == []
    assert ash.sync().differing == []
    held = ash.get(type(form), form.id)
    assert (held.child_id, held.answers) == (other.id, {"home": {"value": "Written meanwhile"}})
