"""While the server works on one page the laptop works on the next, and nothing comes of it else."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Event
from typing import Any

import pytest

from app.core.errors import BugError
from app.models.records import Child, Offence
from app.sync import apply, caseload, course, exchange, outbox, receiving, standing
from app.sync.protocol import Pull, Pulled, Push, Pushed
from app.sync.requests import Requests
from tests.sync.conftest import Laptop

# Longer than anything takes here; a test that waits so long has failed.
LONG = 20.0
OFFENCES = 7


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of so few that some records make several."""
    monkeypatch.setattr(outbox, "MOST_OPERATIONS", 2)
    monkeypatch.setattr(receiving, "MOST_CHANGES", 3)


def busy(laptop: Laptop) -> Child:
    """A child with offences, each saved by itself."""
    child = laptop.child()
    for number in range(OFFENCES):
        with laptop.casebook.write() as work:
            work.add(Offence(child_id=child.id, description=f"Offence {number}"))
    return child


def sync(laptop: Laptop, **ways: Callable[[Callable[..., Any], Any], Any]) -> course.Outcome:
    """One sync, in which requests by these names are made in another way.

    Args:
        ways: By name of the request: called with the real one and the message.
    """
    wire = laptop.wire()
    for name, way in ways.items():
        real = getattr(wire, name)
        setattr(wire, name, lambda message, real=real, way=way: way(real, message))
    try:
        return exchange.sync(laptop.casebook, wire)
    finally:
        wire.close()


def held(laptop: Laptop, child: Child) -> int:
    (row,) = laptop.rows("SELECT count(*) FROM offence WHERE child_id = ?", child.id)
    return int(row[0])


class Seen:
    """Numbers that one thread sees and another waits for."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._more = Condition()

    def add(self, number: int) -> None:
        with self._more:
            self._numbers.add(number)
            self._more.notify_all()

    def wait_for(self, number: int) -> bool:
        """Whether it was seen in time."""
        with self._more:
            return self._more.wait_for(lambda: number in self._numbers, LONG)


def test_what_goes_next_is_made_ready_while_the_server_works(
    ash: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(ash)
    made, real_next = Seen(), outbox.next_page

    def next_page(connection: Any, here: Any) -> outbox.Page | None:
        page = real_next(connection, here)
        made.add(here.acked)
        return page

    monkeypatch.setattr(outbox, "next_page", next_page)
    in_time: list[bool] = []

    def push(real: Callable[[Push], Pushed], message: Push) -> Pushed:
        in_time.append(made.wait_for(message.operations[-1].device_seq))
        return real(message)

    assert sync(ash, push=push).differing == []
    assert len(in_time) > 3
    assert all(in_time)


def test_the_server_works_while_what_came_is_written(
    ash: Laptop, robin: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = busy(ash)
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    asked, real_apply = Seen(), apply.apply_page
    in_time: list[bool] = []

    def apply_page(connection: Any, log: Any, page: Pulled, *more: Any) -> apply.Applied:
        in_time.extend(
            asked.wait_for(state.next)
            for state in page.streams
            if state.stream == child.id and state.more
        )
        return real_apply(connection, log, page, *more)

    def pull(real: Callable[[Pull], Pulled], message: Pull) -> Pulled:
        for cursor in message.cursors:
            if cursor.stream == child.id:
                asked.add(cursor.after)
        return real(message)

    monkeypatch.setattr(apply, "apply_page", apply_page)
    got = sync(robin, pull=pull)
    assert len(in_time) >= 2
    assert all(in_time)
    assert (got.differing, held(robin, child)) == ([], OFFENCES)


def test_what_is_erased_meanwhile_goes_without_its_values(
    ash: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ash.sync()
    for name in ("Tal", "Kit"):
        ash.child(name)
    wren = ash.child("Wren")
    ready, real_next = Event(), outbox.next_page

    def next_page(*given: Any) -> outbox.Page | None:
        page = real_next(*given)
        if page is not None and any(one.id == wren.id for one in page.operations):
            ready.set()
        return page

    monkeypatch.setattr(outbox, "next_page", next_page)
    sent: list[Push] = []

    def push(real: Callable[[Push], Pushed], message: Push) -> Pushed:
        sent.append(message)
        if len(sent) == 1:
            assert ready.wait(LONG), "the page with Wren wasn't made ahead"
            ash.casebook.erase_child(wren.id, "court_order")
        return real(message)

    assert sync(ash, push=push).differing == []
    about = [one for message in sent for one in message.operations if one.id == wren.id]
    assert [one.kind for one in about] == ["create", "erase"]
    assert [one.set for one in about] == [{}, {}]


def test_what_was_asked_for_ahead_is_dropped_where_this_copy_stands_elsewhere(
    ash: Laptop, robin: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = busy(ash)
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    real_apply = apply.apply_page
    begun_again: list[int] = []
    asked: list[int] = []

    def apply_page(connection: Any, log: Any, page: Pulled, *more: Any) -> apply.Applied:
        applied = real_apply(connection, log, page, *more)
        reached = standing.streams(connection)[child.id].after
        if reached and not begun_again:
            standing.begin_again(connection, child.id)
            begun_again.append(reached)
        return applied

    def pull(real: Callable[[Pull], Pulled], message: Pull) -> Pulled:
        asked.append(next(one.after for one in message.cursors if one.stream == child.id))
        return real(message)

    monkeypatch.setattr(apply, "apply_page", apply_page)
    got = sync(robin, pull=pull)
    (reached,) = begun_again
    after = asked.index(reached)
    assert asked[after + 1] == 0, "it goes on from where it stands, not from where it asked ahead"
    assert (got.differing, held(robin, child)) == ([], OFFENCES)


def test_a_sync_that_fails_with_a_page_under_way_is_begun_again_without_loss(
    ash: Laptop, robin: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = busy(ash)
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)

    def fails(_connection: Any, _log: Any, page: Pulled, *_more: Any) -> apply.Applied:
        raise BugError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(apply, "apply_page", fails)
        with pytest.raises(BugError, match="disk is full"):
            robin.sync()
    assert held(robin, child) == 0
    assert (robin.sync().differing, held(robin, child)) == ([], OFFENCES)


def test_a_sync_makes_one_request_at_a_time() -> None:
    let_go = Event()
    with Requests() as requests:
        first = requests.ask(lambda: let_go.wait(LONG))
        with pytest.raises(BugError, match="at once"):
            requests.ask(lambda: True)
        let_go.set()
        assert first.answer()
        assert requests.ask(lambda: "again").answer() == "again"


def test_what_a_request_raises_is_raised_where_its_answer_is_wanted() -> None:
    def fails() -> None:
        raise KeyError("gone")

    with Requests() as requests, pytest.raises(KeyError, match="gone"):
        requests.ask(fails).answer()
