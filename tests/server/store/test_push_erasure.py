"""Lawful erasure at the server, and that nothing anybody wrote stands in the database in clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.core.ids import new_id
from server import blobs, records, tables
from server.envelope import EnvelopeDamaged
from tests.server.store.test_blobs import send
from tests.server.store.world import Laptop, World, state_of

CANARY = "Quetzalcoatlus"


def every_value(world: World) -> list[bytes]:
    """Every value of every column of every row of the service, as bytes."""
    found = []
    for table in tables.SERVICE_TABLES:
        statement = text(f"SELECT * FROM {table.name} WHERE service_id = :service")
        for row in world.do(
            lambda c, s=statement: c.execute(s, {"service": world.service_id}).all()
        ):
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return found


def full(world: World, folder: Path) -> tuple[Laptop, str]:
    """A child with a record, a victim, a conflict, a blob, reasons and a settled conflict."""
    one = world.laptop(world.person("administrator"))
    two = world.laptop(world.person("manager"))
    child = one.child(given_name=CANARY, date_of_birth="2010-01-01", notes={CANARY: [CANARY]})
    victim = one.record(child, "victim", name=CANARY)
    sha = send(one, folder, CANARY.encode() * 900)
    one.record(child, "report", pdf={"sha256": sha, "size": len(CANARY) * 900})
    one.op("disclosure", child_id=child, reason=CANARY, recipient=CANARY, detail={"a": CANARY})
    one.op("create", "user", new_id(), set={"name": CANARY, "role": "reader"})
    assert {result.code for result in one.push().results} == {None}
    for laptop in (one, two):
        laptop.change(child, child, {"school": f"{CANARY} {laptop.id}"}, "child", base_rev=1)
        laptop.change(child, victim, {"name": f"{CANARY} {laptop.id}"}, "victim", base_rev=1)
        laptop.push()
    return one, child


def test_no_value_stands_in_the_database_or_on_the_disk(world: World, tmp_path: Path) -> None:
    full(world, tmp_path / "blobs")
    values = every_value(world)
    assert len(values) > 200
    assert world.count("conflict") == 2
    for value in values:
        assert CANARY.encode() not in value
        assert CANARY.lower().encode() not in value.lower()
    for file in (tmp_path / "blobs").rglob("*"):
        assert file.is_dir() or CANARY.encode() not in file.read_bytes()
    if world.engine.dialect.name == "sqlite":
        for file in tmp_path.glob("server.db*"):
            assert CANARY.encode() not in file.read_bytes()


def test_a_body_in_the_row_of_another_record_does_not_open(world: World) -> None:
    laptop = world.laptop(world.person())
    one, two = laptop.child(given_name="A"), laptop.child(given_name="B")
    laptop.push()
    swap = text(
        "UPDATE record SET body = (SELECT body FROM record WHERE service_id = :s AND id = :one)"
        " WHERE service_id = :s AND id = :two"
    )
    world.do(lambda c: c.execute(swap, {"s": world.service_id, "one": one, "two": two}))
    loaded = world.do(lambda c: records.load(c, world.service_id, [("child", two)]))
    with pytest.raises(EnvelopeDamaged):
        records.opened(loaded["child", two], world.keys)


def test_erasing_a_child_takes_every_value_and_leaves_that_it_went(
    world: World, tmp_path: Path
) -> None:
    one, child = full(world, tmp_path)
    keeper = one.child(given_name="Sam")
    one.push()
    operations = world.count("op_log")
    one.op("erase", "child", child, child_id=child, detail={"ground": "court_order"})
    result = one.push().results[0]
    assert result.status == "applied"
    assert world.count("record", "erased AND body IS NULL") == 3
    assert world.count("record", "NOT erased") == 2
    assert world.count("op_log") == operations + 1
    left = world.count("op_log", "body IS NOT NULL")
    assert left == world.count("op_log", "body IS NOT NULL AND child_id IS NULL") + 1
    for table in ("conflict", "blob", "blob_use", "blob_upload"):
        assert world.count(table) == 0
    marks = f"children LIKE '%{child}%'"
    assert world.count("child_mark", marks) == 0
    told = world.laptop(world.person("manager")).pull_all(child, keeper)
    assert {change.op for change in told.values() if change.stream == child} == {"erase"}
    assert told[keeper].op == "upsert"
    state = state_of(one.pull(child), child)
    assert (state.count, state.digest) == (0, "0" * 32)


def test_what_comes_for_an_erased_child_is_rejected(world: World, tmp_path: Path) -> None:
    one, child = full(world, tmp_path)
    record = one.record(child)
    one.push()
    one.op("erase", "child", child, child_id=child)
    one.change(child, record, {"note": "x"}, base_rev=1)
    one.push()
    one.record(child)
    one.change(child, child, {"school": "x"}, "child", base_rev=1)
    one.op("create", "child", child, child_id=child, set={"given_name": "x"})
    assert [result.code for result in one.push().results] == ["erased"] * 3
    assert world.count("op_log", f"body IS NOT NULL AND child_id = '{child}'") == 0


def test_erasing_twice_is_erasing_once(world: World, tmp_path: Path) -> None:
    one, child = full(world, tmp_path)
    for _ in range(2):
        one.op("erase", "child", child, child_id=child)
    first, second = one.push().results
    assert (first.status, second.status, first.rev) == ("applied", "applied", second.rev)


def test_what_was_moved_away_before_keeps_its_history(world: World) -> None:
    laptop = world.laptop(world.person("manager"))
    child, other = laptop.child(), laptop.child()
    moved, came = laptop.record(child, note="a"), laptop.record(other, note="b")
    laptop.push()
    laptop.change(child, moved, {"child_id": other}, base_rev=1, base={"child_id": child})
    laptop.change(other, came, {"child_id": child}, base_rev=1, base={"child_id": other})
    laptop.push()
    laptop.op("erase", "child", child, child_id=child)
    laptop.push()
    assert world.count("op_log", f"record_id = '{moved}' AND body IS NOT NULL") == 2
    assert world.count("op_log", f"record_id = '{came}' AND body IS NOT NULL") == 0
    assert world.laptop(world.person("manager")).pull_all(other)[moved].fields["note"] == "a"


def test_a_rejected_group_erases_nothing(world: World, tmp_path: Path) -> None:
    one, child = full(world, tmp_path)
    before = every_value(world)
    group: Any = new_id()
    one.op("erase", "child", child, child_id=child, group=group)
    one.op("update", "offence", new_id(), child_id=child, set={"a": 1}, group=group)
    assert [result.code for result in one.push().results] == ["group_rejected", "erased"]
    assert world.count("record", "erased") == 0
    assert len(every_value(world)) > len(before)


def test_files_of_erased_blobs_are_swept(world: World, tmp_path: Path) -> None:
    one, child = full(world, tmp_path)
    kept = send(one, tmp_path, b"k" * 5000)
    one.op("erase", "child", child, child_id=child)
    one.push()
    tomorrow = world.now.replace(year=2100)
    swept = world.do(lambda c: blobs.sweep(c, world.service_id, tmp_path, before=tomorrow))
    assert swept == 1
    read = world.do(
        lambda c: b"".join(blobs.read(c, world.keys, one.caller, tmp_path, kept).chunks)
    )
    assert read == b"k" * 5000
