"""A person's yes to many removals is a yes to those that were shown, and to no others."""

from __future__ import annotations

import pytest

from app.models.records import Child, Offence
from app.sync import receiving, state, stops
from app.sync.stops import StopChanged, Stopped
from tests.sync.conftest import Laptop


def with_offences(laptop: Laptop, name: str, count: int) -> Child:
    child = laptop.child(name)
    with laptop.casebook.write() as work:
        for number in range(count):
            work.add(Offence(child_id=child.id, description=f"Offence {number}"))
    return child


def erase(laptop: Laptop, child: Child) -> None:
    """As a server does that lost its senses, or whose administrator did."""
    with laptop.central.parts.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE record SET erased = 1, seq = seq + 1000 WHERE child_id = ?", (child.id,)
        )
        connection.exec_driver_sql(
            "UPDATE stream SET head = head + 1000 WHERE stream = ?", (child.id,)
        )


def held(laptop: Laptop) -> set[str]:
    """The children whose offences are all here still."""
    counted = laptop.rows("SELECT child_id, count(*) FROM offence GROUP BY child_id")
    return {child for child, count in counted if count >= 25}


def test_a_yes_is_for_what_was_shown_and_a_page_that_changed_asks_again(ash: Laptop) -> None:
    one, other = with_offences(ash, "One", 25), with_offences(ash, "Other", 30)
    ash.sync()
    erase(ash, one)
    with pytest.raises(Stopped):
        ash.sync()
    shown = state.stop(ash.casebook)
    assert shown is not None
    assert (shown.kind, shown.count, shown.children) == ("many_removals", 26, {one.id: 26})
    stops.answer_stop(ash.casebook, "many_removals", True, shown=shown.mark)
    erase(ash, other)
    with pytest.raises(Stopped):
        ash.sync()
    assert held(ash) == {one.id, other.id}, "not even those that a person had said yes to"
    now = state.stop(ash.casebook)
    assert now is not None
    assert (now.count, now.children) == (57, {other.id: 31, one.id: 26})
    with pytest.raises(StopChanged):
        stops.answer_stop(ash.casebook, "many_removals", True, shown=shown.mark)
    stops.answer_stop(ash.casebook, "many_removals", True, shown=now.mark)
    ash.sync()
    assert held(ash) == set()
    assert state.stop(ash.casebook) is None


def test_as_many_others_in_their_place_are_asked_for_again(ash: Laptop) -> None:
    one, other = with_offences(ash, "One", 25), with_offences(ash, "Other", 25)
    ash.sync()
    erase(ash, one)
    with pytest.raises(Stopped):
        ash.sync()
    stops.answer_stop(ash.casebook, "many_removals", True)
    with ash.central.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE record SET erased = 0 WHERE child_id = ?", (one.id,))
    erase(ash, other)
    with pytest.raises(Stopped):
        ash.sync()
    now = state.stop(ash.casebook)
    assert now is not None
    assert now.children == {other.id: 26}
    assert held(ash) == {one.id, other.id}


def test_a_yes_does_not_outlast_what_it_was_for(ash: Laptop) -> None:
    """The server thought better of it: nothing goes, and the next time is asked anew."""
    one = with_offences(ash, "One", 25)
    ash.sync()
    erase(ash, one)
    with pytest.raises(Stopped):
        ash.sync()
    stops.answer_stop(ash.casebook, "many_removals", True)
    with ash.central.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE record SET erased = 0 WHERE child_id = ?", (one.id,))
    ash.sync()
    erase(ash, one)
    with pytest.raises(Stopped):
        ash.sync()
    assert held(ash) == {one.id}


def test_all_that_would_go_is_shown_at_once_however_many_pages_bring_it(
    ash: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = with_offences(ash, "One", 25), with_offences(ash, "Other", 30)
    ash.sync()
    erase(ash, one)
    erase(ash, other)
    monkeypatch.setattr(receiving, "MOST_CHANGES", 7)
    with pytest.raises(Stopped):
        ash.sync()
    shown = state.stop(ash.casebook)
    assert shown is not None
    assert shown.count == 57
    assert held(ash) == {one.id, other.id}
    stops.answer_stop(ash.casebook, "many_removals", True, shown=shown.mark)
    ash.sync()
    assert held(ash) == set()
