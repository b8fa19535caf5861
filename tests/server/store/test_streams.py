"""Pages, cursors, digests, and what a device isn't sent again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core.ids import new_id
from app.sync.protocol import SERVICE_STREAM, digest_text, record_digest
from server import news
from server.refused import Refused
from tests.server.store.world import Laptop, World, state_of


@pytest.fixture
def laptop(world: World) -> Laptop:
    return world.laptop(world.person())


def test_pages_give_every_record_once_and_say_when_there_is_more(
    world: World, laptop: Laptop
) -> None:
    children = [laptop.child() for _ in range(4)]
    expected = set(children)
    for child in children:
        expected |= {laptop.record(child) for _ in range(7)}
    laptop.push()
    manager = world.laptop(world.person("manager"))
    seen: list[str] = []
    for _ in range(20):
        page = manager.pull(*children, limit=3)
        assert len(page.changes) <= 3
        seen += [change.id for change in page.changes]
        if not any(state.more for state in page.streams):
            break
    assert (len(seen), set(seen)) == (32, expected)


def test_digests_are_the_sum_of_what_is_there(world: World, laptop: Laptop) -> None:
    child = laptop.child()
    offence, victim = laptop.record(child), laptop.record(child, "victim", name="Sam")
    laptop.change(child, offence, {"note": "x"}, base_rev=1)
    laptop.push()
    laptop.change(child, offence, {"note": "y"}, base_rev=2)
    laptop.push()
    all_ = record_digest(child, 1) + record_digest(offence, 3) + record_digest(victim, 1)
    state = state_of(laptop.pull(child), child)
    assert (state.count, state.digest) == (3, digest_text(all_))
    reader = world.person("reader")
    world.do(
        lambda c: c.execute(
            text(
                "INSERT INTO access (service_id, child_id, user_id, source, since)"
                " VALUES (:service, :child, :user, 'granted', '2026-01-01')"
            ),
            {"service": world.service_id, "child": child, "user": reader.id},
        )
    )
    page = world.laptop(reader).pull(child)
    state = state_of(page, child)
    assert (state.count, state.digest) == (2, digest_text(all_ - record_digest(victim, 1)))
    assert {change.type for change in page.changes} == {"child", "offence"}


def test_a_device_is_not_sent_what_it_has_just_sent(world: World, laptop: Laptop) -> None:
    child = laptop.child()
    offence = laptop.record(child, note="x")
    laptop.push()
    told = laptop.pull_all(child)
    assert {(change.op, change.rev) for change in told.values()} == {("same", 1)}
    assert all(change.fields == {} for change in told.values())
    other = world.laptop(world.person("manager"))
    other.pull_all(child)
    other.change(child, offence, {"plea": "guilty"}, base_rev=1)
    other.push()
    laptop.change(child, offence, {"note": "y"}, base_rev=1, base={"note": "x"})
    laptop.push()
    assert laptop.pull_all()[offence].op == "upsert"


def test_a_device_that_begins_again_is_sent_everything(laptop: Laptop) -> None:
    child = laptop.child()
    for _ in range(5):
        laptop.record(child)
    laptop.push()
    laptop.pull_all(child)
    laptop.pull(child)
    laptop.cursors[child] = 0
    told = laptop.pull_all(limit=2)
    assert {change.op for change in told.values()} == {"upsert"}


def test_a_child_that_was_let_go_and_taken_again_comes_whole(laptop: Laptop) -> None:
    child = laptop.child()
    laptop.push()
    laptop.pull_all(child)
    laptop.cursors.clear()
    laptop.pull(SERVICE_STREAM)
    assert laptop.pull_all(child)[child].op == "upsert"


def test_the_manifest_says_what_lies_on_a_device(world: World, laptop: Laptop) -> None:
    one, two = laptop.child(), laptop.child()
    laptop.push()
    laptop.pull(one, two)
    laptop.pull()
    laptop.cursors.pop(two)
    laptop.pull()
    rows = world.do(
        lambda c: c.execute(
            text("SELECT device_id, stream, cursor FROM manifest WHERE service_id = :service"),
            {"service": world.service_id},
        ).all()
    )
    assert [tuple(row) for row in rows] == [(laptop.id, one, 1)]


def test_nothing_is_given_of_a_stream_that_the_device_may_not_hold(
    world: World, laptop: Laptop
) -> None:
    child = laptop.child()
    laptop.push()
    stranger = world.laptop(world.person())
    page = stranger.pull(child)
    assert (page.changes, state_of(page, child).held) == ((), False)
    assert world.count("manifest", f"device_id = '{stranger.id}'") == 0


def test_a_page_stays_below_the_largest_answer(
    world: World, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = laptop.child()
    for _ in range(6):
        laptop.record(child, note="x" * 2000)
    laptop.push()
    monkeypatch.setattr(news, "MOST_PAGE_BYTES", 5000)
    manager = world.laptop(world.person("manager"))
    page = manager.pull(child)
    assert 1 <= len(page.changes) <= 4
    assert state_of(page, child).more
    assert len({change.id for change in page.changes} | set(manager.pull_all())) == 7


def test_a_record_larger_than_a_page_still_comes(
    world: World, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = laptop.child(note="x" * 5000)
    laptop.push()
    monkeypatch.setattr(news, "MOST_PAGE_BYTES", 100)
    assert child in world.laptop(world.person("manager")).pull_all(child)


def test_a_cursor_beyond_the_head_shows_that_the_head_went_back(laptop: Laptop) -> None:
    child = laptop.child()
    laptop.push()
    laptop.cursors[child] = 2**80
    with pytest.raises(Refused) as refused:
        laptop.pull()
    assert refused.value.status == 422
    laptop.cursors[child] = 90
    state = state_of(laptop.pull(), child)
    assert (state.head, state.next, state.more) == (1, 90, False)


def test_another_epoch_is_refused(laptop: Laptop) -> None:
    with pytest.raises(Refused) as refused:
        laptop.pull(SERVICE_STREAM, epoch=new_id())
    assert refused.value.refusal.code == "epoch_changed"


def test_every_stream_counts_without_a_gap(world: World, laptop: Laptop) -> None:
    """Also where conflicts and departures take places of their own."""
    one, two = laptop.child(), laptop.child()
    moving = laptop.record(one)
    laptop.push()
    laptop.change(one, moving, {"child_id": two}, base_rev=1)
    laptop.change(one, one, {"stage": "a"}, "child", base_rev=1)
    laptop.push()
    other = world.laptop(world.person("manager"))
    other.change(one, one, {"stage": "b"}, "child", base_rev=1)
    other.push()
    page = world.laptop(world.person("manager")).pull(one, two)
    conflicts = world.do(
        lambda c: c.execute(
            text("SELECT stream, seq FROM conflict WHERE service_id = :service"),
            {"service": world.service_id},
        ).all()
    )
    for stream, head in ((one, 6), (two, 2)):
        places = [change.seq for change in page.changes if change.stream == stream]
        places += [row.seq for row in conflicts if row.stream == stream]
        assert len(places) == len(set(places))
        assert max(places) == state_of(page, stream).head == head
