"""A restored or copied casebook is a device of its own: nothing new is taken for old, nothing is
sent twice, nothing is lost."""

from __future__ import annotations

import shutil

import pytest

from app.models import change_log, database
from app.models.casebook import Casebook
from app.models.records import Child
from app.sync import exchange, state, stops
from app.sync.exchange import NotEnrolled
from app.sync.stops import Stopped
from tests.sync.conftest import DATA_KEY, STORE_ID, Laptop


def copy_of(laptop: Laptop, name: str, *, new_device: bool = True) -> Laptop:
    """The casebook as it stands, copied to another laptop."""
    folder = laptop.folder.with_name(name)
    folder.mkdir()
    with laptop.casebook.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(laptop.folder / database.STORE_NAME, folder)
    engine = database.open_engine(folder / database.STORE_NAME, DATA_KEY)
    casebook = Casebook.open(
        engine,
        store_id=STORE_ID,
        actor_id=laptop.casebook.actor_id,
        clock=laptop.casebook.clock,
        audit_key=change_log.audit_key(DATA_KEY),
        new_device=name if new_device else None,
    )
    return Laptop(casebook, laptop.central, folder, laptop.role)


def test_a_copy_must_be_enrolled_before_it_speaks(ash: Laptop) -> None:
    ash.child()
    ash.sync()
    copy = copy_of(ash, "copy")
    assert copy.view().enrol_anew
    with pytest.raises(NotEnrolled):
        copy.sync()
    copy.enrol()
    assert not copy.view().enrol_anew
    copy.sync()
    assert copy.view().word == "confirmed"
    copy.casebook.engine.dispose()


def test_unsent_work_of_a_copied_casebook_arrives_once_whoever_sends_it(ash: Laptop) -> None:
    child = ash.child()
    ash.sync()
    ash.change(Child, child.id, school="Written before the copy was made")
    copy = copy_of(ash, "copy")
    ash.sync()
    ash.change(Child, child.id, school="Written after that on the first laptop")
    ash.sync()
    copy.change(Child, child.id, gp="Written on the copy")
    copy.enrol()
    outcome = copy.sync()
    assert outcome.conflicts == 0, "what both had of the same entry is one thing"
    ash.sync()
    for laptop in (ash, copy):
        there = laptop.get(Child, child.id)
        assert there.school == "Written after that on the first laptop"
        assert there.gp == "Written on the copy"
        assert laptop.casebook.verify().ok
        assert laptop.sync().differing == []
    copy.casebook.engine.dispose()


def test_work_that_only_the_restored_casebook_holds_is_sent_by_the_new_device(ash: Laptop) -> None:
    child = ash.child()
    ash.sync()
    ash.change(Child, child.id, school="Never sent by the laptop that was lost")
    restored = copy_of(ash, "restored")
    restored.enrol()
    assert restored.view().waiting >= 2
    restored.sync()
    (found,) = ash.central.rows(
        f"SELECT count(*) FROM op_log WHERE record_id = '{child.id}' AND kind = 'update'"
    )
    assert found == (1,)
    ash.sync()
    assert ash.get(Child, child.id).school == "Never sent by the laptop that was lost"
    restored.casebook.engine.dispose()


def test_a_casebook_restored_from_an_old_backup_never_has_new_work_taken_for_old(
    ash: Laptop,
) -> None:
    child = ash.child()
    ash.sync()
    backup = copy_of(ash, "backup")
    for number in range(3):
        ash.change(Child, child.id, school=f"School {number}")
    ash.sync()
    backup.change(Child, child.id, gp="New work in the restored casebook")
    backup.enrol()
    backup.sync()
    ash.sync()
    for laptop in (ash, backup):
        assert laptop.get(Child, child.id).school == "School 2"
        assert laptop.get(Child, child.id).gp == "New work in the restored casebook"
    backup.casebook.engine.dispose()


def test_two_copies_that_number_alike_are_stopped(ash: Laptop) -> None:
    """A clone of a whole computer keeps the device's name, which only the server can notice."""
    child = ash.child()
    ash.sync()
    clone = copy_of(ash, "clone", new_device=False)
    ash.change(Child, child.id, school="On the first")
    clone.change(Child, child.id, school="On its clone")
    ash.sync()
    for _again in range(2):
        with pytest.raises(Stopped) as stopped:
            clone.sync()
        assert stopped.value.kind in ("anchor_mismatch", "numbers_reused")
    (item,) = [item for item in clone.view().items if item.kind == "stop"]
    assert clone.view().word == "needs_you"
    stops.answer_stop(clone.casebook, stopped.value.kind, True)
    assert item.reason == stopped.value.kind
    assert clone.view().enrol_anew
    with pytest.raises(NotEnrolled):
        clone.sync()
    clone.enrol()
    clone.sync()
    assert [i.kind for i in clone.view().items] == ["conflict"]
    found = state.conflict(clone.casebook, clone.view().items[0].id)
    assert found is not None
    assert (found.theirs, found.mine) == ("On the first", "On its clone")
    clone.casebook.engine.dispose()


def test_a_sync_that_ended_before_the_answer_came_is_begun_again_and_nothing_is_doubled(
    ash: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = ash.child()
    wire = ash.wire()
    real = wire.push

    def answer_is_lost(message: object) -> object:
        real(message)  # type: ignore[arg-type]
        raise ConnectionError

    monkeypatch.setattr(wire, "push", answer_is_lost)
    with pytest.raises(ConnectionError):
        exchange.sync(ash.casebook, wire)
    wire.close()
    before = ash.view().waiting
    ash.change(Child, child.id, school="Written in between")
    outcome = ash.sync()
    assert outcome.sent == before + 1
    assert (outcome.refused, outcome.conflicts, outcome.differing) == (0, 0, [])
    (count,) = ash.central.rows("SELECT count(*), count(DISTINCT op_id) FROM op_log")
    assert count[0] == count[1] == before + 1
