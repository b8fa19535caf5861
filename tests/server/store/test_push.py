"""Taking in what laptops send: once, whole groups, in order."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text

from app.core.ids import new_id
from app.sync.protocol import SERVICE_STREAM
from server.caseload import caseload
from server.refused import Refused
from tests.server.store.world import Laptop, World, state_of


@pytest.fixture
def laptop(world: World) -> Laptop:
    return world.laptop(world.person())


def codes(pushed: Any) -> list[str | None]:
    return [result.code for result in pushed.results]


def test_what_was_sent_has_its_effect_once(world: World, laptop: Laptop) -> None:
    child = laptop.child()
    laptop.record(child, description="Bus shelter")
    sent = list(laptop.waiting)
    first = laptop.push()
    again = laptop.push(sent)
    assert [result.status for result in first.results] == ["applied", "applied"]
    assert first.acked == again.acked == 2
    assert [result.model_copy(update={"duplicate": False}) for result in again.results] == list(
        first.results
    )
    assert all(result.duplicate for result in again.results)
    assert (world.count("record"), world.count("op_log")) == (2, 2)


def test_a_resend_may_bring_new_work_along(world: World, laptop: Laptop) -> None:
    child = laptop.child()
    old = list(laptop.waiting)
    laptop.push()
    laptop.record(child)
    pushed = laptop.push(old + laptop.waiting)
    assert [result.duplicate for result in pushed.results] == [True, False]
    assert pushed.acked == 2


def test_a_gap_is_refused_and_says_what_is_missing(laptop: Laptop) -> None:
    laptop.child()
    laptop.push()
    laptop.seq += 1
    laptop.child()
    with pytest.raises(Refused) as refused:
        laptop.push()
    assert (refused.value.status, refused.value.refusal.code) == (409, "sequence_gap")
    assert refused.value.refusal.expected == 2


@pytest.mark.parametrize("other", ["op_id", "own_hash", "set"])
def test_a_copied_casebook_cannot_pass_new_work_for_old(
    world: World, laptop: Laptop, other: str
) -> None:
    laptop.child()
    sent = laptop.waiting[0]
    laptop.push()
    values = {"op_id": new_id(), "own_hash": "b" * 64, "set": {"given_name": "Sam"}}
    with pytest.raises(Refused) as refused:
        laptop.push([sent.model_copy(update={other: values[other]})])
    assert (refused.value.status, refused.value.refusal.code) == (409, "sequence_reused")
    manager = world.laptop(world.person("manager"))
    assert [notice.kind for notice in manager.pull(SERVICE_STREAM).notices] == ["sequence_reused"]


def test_an_operation_whose_values_were_erased_since_is_still_the_same(laptop: Laptop) -> None:
    laptop.child()
    sent = laptop.waiting[0]
    laptop.push()
    assert laptop.push([sent.model_copy(update={"set": {}})]).results[0].duplicate


def test_a_group_has_effect_together_or_not_at_all(world: World, laptop: Laptop) -> None:
    child = laptop.child()
    laptop.push()
    group = new_id()
    good = new_id()
    laptop.op("create", "offence", good, child_id=child, set={"child_id": child}, group=group)
    laptop.op("update", "offence", new_id(), child_id=child, set={"note": "x"}, group=group)
    kept = laptop.record(child)
    pushed = laptop.push()
    assert codes(pushed) == ["group_rejected", "unknown_record", None]
    assert pushed.acked == 4
    assert set(laptop.pull_all(child)) == {child, kept}


def test_what_a_rejected_group_did_in_memory_is_undone(laptop: Laptop) -> None:
    """A child that a rejected group registered is unknown to the next group."""
    group, child = new_id(), new_id()
    laptop.op("create", "child", child, child_id=child, set={"given_name": "Robin"}, group=group)
    laptop.op("update", "offence", new_id(), child_id=child, set={"note": "x"}, group=group)
    laptop.record(child)
    assert codes(laptop.push()) == ["group_rejected", "unknown_record", "unknown_record"]
    assert laptop.world.count("stream") == 0


def test_operations_out_of_order_are_refused(laptop: Laptop) -> None:
    laptop.child()
    laptop.child()
    for wrong in (laptop.waiting[::-1], [laptop.waiting[0], laptop.waiting[0]]):
        with pytest.raises(Refused) as refused:
            laptop.push(wrong)
        assert refused.value.status == 422


def test_a_group_that_is_torn_apart_is_refused(laptop: Laptop) -> None:
    group = new_id()
    for name in (group, new_id(), group):
        laptop.op("unlock", group=name)
    with pytest.raises(Refused):
        laptop.push()


def test_a_large_group_comes_alone(laptop: Laptop) -> None:
    group = new_id()
    for _ in range(501):
        laptop.op("unlock", group=group)
    laptop.op("unlock")
    sent = list(laptop.waiting)
    with pytest.raises(Refused) as refused:
        laptop.push()
    assert refused.value.refusal.code == "too_large"
    assert laptop.push(sent[:501]).acked == 501


def test_another_epoch_and_another_device_are_refused(laptop: Laptop) -> None:
    laptop.child()
    sent = list(laptop.waiting)
    with pytest.raises(Refused) as refused:
        laptop.push(sent, epoch=new_id())
    assert refused.value.refusal.code == "epoch_changed"
    assert refused.value.refusal.epoch == laptop.world.epoch
    with pytest.raises(Refused) as refused:
        laptop.push(sent, device_id=new_id())
    assert refused.value.status == 403


def test_entries_that_write_nothing_are_recorded(world: World, laptop: Laptop) -> None:
    laptop.op("unlock")
    laptop.op("some_new_kind", reason="A reason in words")
    pushed = laptop.push()
    assert [result.status for result in pushed.results] == ["recorded", "recorded"]
    assert world.count("op_log", "body IS NOT NULL") == 1
    assert world.count("stream") == 0


def test_values_that_cannot_be_kept_are_rejected_one_by_one(laptop: Laptop) -> None:
    child = laptop.child()
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    bad = [{"note": "\ud800"}, {"no\0te": "x"}, {"note": float("nan")}, {"note": [float("inf")]}]
    for value in [*bad, {"note": deep}]:
        laptop.op("create", "offence", new_id(), child_id=child, set=value)
    laptop.record(child, note="nul \0 in a text, emoji 🙂 and ŵ", number=2**80)
    assert codes(laptop.push()) == [None, *["malformed"] * 5, None]
    assert any(
        change.fields.get("number") == 2**80 for change in fresh_pull(laptop, child).values()
    )


def fresh_pull(laptop: Laptop, child: str) -> Any:
    manager = laptop.world.laptop(laptop.world.person("manager"))
    return manager.pull_all(child)


def test_moments_outside_any_calendar_are_kept_as_near_as_can_be(laptop: Laptop) -> None:
    early = datetime.fromisoformat("0001-01-01T00:00:00+14:00")
    late = datetime.fromisoformat("9999-12-31T23:59:59-12:00")
    for moment in (early, late):
        child = new_id()
        laptop.op("create", "child", child, child_id=child, set={"a": 1}, made_at=moment)
    pushed = laptop.push()
    assert [result.status for result in pushed.results] == ["applied", "applied"]
    told = fresh_pull(laptop, child)
    assert told[child].made_at.astimezone(UTC).year == 9999


def test_numbers_that_no_database_keeps_are_refused(laptop: Laptop) -> None:
    laptop.op("unlock", entry=2**70)
    with pytest.raises(Refused) as refused:
        laptop.push()
    assert refused.value.status == 422


def test_a_create_that_came_by_another_way_changes_nothing(laptop: Laptop) -> None:
    child = laptop.child(note="x")
    same = laptop.waiting[0].set
    laptop.op("create", "child", child, child_id=child, set=same)
    laptop.op("create", "child", child, child_id=child, set={"given_name": "Sam"})
    pushed = laptop.push()
    assert codes(pushed) == [None, None, "already_exists"]
    assert [result.rev for result in pushed.results] == [1, 1, None]


def test_pushes_at_the_same_moment_leave_no_gap_and_no_double(world: World) -> None:
    """Two devices write to the same children in opposite order: no deadlock, one order."""
    manager = world.person("manager")
    first, second = world.laptop(manager), world.laptop(manager)
    children = [first.child() for _ in range(6)]
    first.push()
    rounds, barrier, failed = 8, Barrier(2), []

    def work(laptop: Laptop, order: list[str]) -> None:
        try:
            for _ in range(rounds):
                for child in order:
                    laptop.record(child)
                    laptop.change(child, child, {"stage": laptop.id}, "child", base_rev=1)
                barrier.wait(30)
                laptop.push()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [
        Thread(target=work, args=(first, children)),
        Thread(target=work, args=(second, children[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    pulled = world.laptop(manager).pull(*children, limit=1000)
    for child in children:
        places = sorted(
            [change.seq for change in pulled.changes if change.stream == child]
            + [one.seq for one in places_of_conflicts(world, child)]
        )
        state = state_of(pulled, child)
        assert len(places) == len(set(places))
        assert max(places) == state.head
        assert state.count == 1 + 2 * rounds
    assert world.count("op_log") == 6 + 2 * 2 * 6 * rounds


def places_of_conflicts(world: World, child: str) -> Any:
    statement = text("SELECT seq FROM conflict WHERE service_id = :service AND stream = :child")
    return world.do(
        lambda c: c.execute(statement, {"service": world.service_id, "child": child}).all()
    )


def test_one_device_through_two_processes_at_once_is_taken_in_once(world: World) -> None:
    laptop = world.laptop(world.person())
    laptop.child()
    sent, barrier, answers = list(laptop.waiting), Barrier(2), []

    def send() -> None:
        barrier.wait(30)
        answers.append(laptop.push(sent))

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answer.results[0].duplicate for answer in answers) == [False, True]
    assert world.count("record") == 1


def test_the_head_of_the_chain_is_anchored(world: World, laptop: Laptop) -> None:
    laptop.child()
    last = laptop.op("lock")
    laptop.push()
    row = world.do(
        lambda c: c.execute(
            text(
                "SELECT acked, anchor_entry, anchor_hash, schema_version FROM device"
                " WHERE service_id = :service"
            ),
            {"service": world.service_id},
        ).one()
    )
    assert tuple(row) == (2, last.entry, last.own_hash, 1)


@pytest.mark.parametrize(
    ("type_", "fields", "code"),
    [
        ("offence", {"child_id": "x\0'; DROP TABLE record; --"}, "malformed"),
        ("offence", {"child_id": ["a"]}, "malformed"),
        ("offence", {"child_id": None}, "malformed"),
        ("offence", {"pdf": {"sha256": "\0", "size": 1}}, None),
        ("offence", {"pdf": {"sha256": "a" * 64, "size": 1}}, "blob_missing"),
        ("form_record", {"state": {"a": 1}}, "not_allowed"),
        ("identifier", {"kind": ["a"], "value": {"b": 1}}, None),
        ("offence", {"'; DROP TABLE record; --": "'", "a" * 400: "%s ? :x"}, None),
    ],
)
def test_values_of_the_wrong_kind_break_nothing(
    laptop: Laptop, type_: str, fields: dict[str, Any], code: str | None
) -> None:
    child = laptop.child()
    laptop.push()
    id_ = new_id()
    laptop.op("create", type_, id_, child_id=child, set=fields)
    assert codes(laptop.push()) == [code]
    if code is None:
        other = dict.fromkeys(fields, "other")
        manager = laptop.world.laptop(laptop.world.person("manager"))
        manager.change(child, id_, other, type_, base_rev=0)
        assert manager.push().results[0].status == "conflict"
        assert len(manager.pull(child).conflicts) == len(fields)


def test_a_child_whose_fields_are_of_the_wrong_kind_breaks_nothing(world: World) -> None:
    laptop = world.laptop(world.person("administrator"))
    wrong = {"given_name": ["a"], "family_name": 1, "date_of_birth": {}, "allocated_to": [1]}
    child = laptop.child(**wrong)
    user = new_id()
    laptop.op("create", "user", user, set={"name": {}, "role": [], "ended_at": "yesterday"})
    form = laptop.record(child, "form_record", state={"a": 1})
    laptop.change(child, form, {"answers.a": 1}, "form_record", base_rev=1)
    pushed = laptop.push()
    assert codes(pushed) == [None, None, "not_allowed", "unknown_record"]
    assert world.count("account", f"user_id = '{user}' AND role = 'reader'") == 1
    manager = world.laptop(world.person("manager"))
    form = manager.record(child, "form_record", state={"a": 1})
    manager.change(child, form, {"answers.a": 1}, "form_record", base_rev=1)
    assert codes(manager.push()) == [None, None]
    found = world.do(lambda c: caseload(c, world.keys, laptop.caller)).children
    assert [one.date_of_birth for one in found] == [None]
