"""What seldom happens and must not lose a word, stop a laptop for good, or leave two unlike."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import text

from app.core.ids import new_id
from app.models import database
from app.models.records import Child, FormRecord, Hearing, Offence, Outcome, Oversight, Victim
from app.sync import caseload, receiving, refusals, state, stops
from app.sync.purge import clear_old_pages
from app.sync.stops import Stopped
from server import admin
from server.database import in_service, unscoped
from tests.sync.conftest import DATA_KEY, Central, Laptop, NewLaptop
from tests.sync.test_aside import Arrive, arrive, aside, everything, upsert
from tests.sync.test_leaving import put_back

__all__ = ["arrive"]


def travel(*laptops: Laptop) -> None:
    for laptop in laptops:
        laptop.sync()


def test_what_is_submitted_never_holds_an_answer_that_was_not_submitted(
    ash: Laptop, robin: Laptop
) -> None:
    child = ash.child()
    form = ash.form(child)
    ash.answer(form.id, home="a")
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    robin.answer(form.id, school="late")
    ash.change(FormRecord, form.id, state="submitted")
    travel(robin, ash, robin, ash)
    answers = [one.get(FormRecord, form.id).answers for one in (ash, robin)]
    assert answers[0] == answers[1]
    assert aside(ash) == {}
    assert aside(robin) == {}
    (found,) = [one for one in robin.view().items if one.kind == "conflict"]
    assert found.field == "answers.school"


def test_of_two_who_submit_one_draft_the_first_counts_on_both_laptops(
    ash: Laptop, robin: Laptop
) -> None:
    child = ash.child()
    form = ash.form(child)
    ash.answer(form.id, home="a", school="s")
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    ash.answer(form.id, home="first")
    ash.change(FormRecord, form.id, state="submitted")
    robin.answer(form.id, home="second", work="none")
    robin.change(FormRecord, form.id, state="submitted")
    travel(ash, robin, ash, robin)
    for laptop in (ash, robin):
        held = laptop.get(FormRecord, form.id)
        assert held.state == "submitted"
        assert held.answers == {"home": {"value": "first"}, "school": {"value": "s"}}
        assert aside(laptop) == {}
        assert laptop.casebook.verify().ok
        told = {item.field for item in laptop.view().items if item.kind == "conflict"}
        assert told == {"answers.home", "answers.work"}


@pytest.mark.parametrize("size", [9_000_000, 1_500_000])
def test_a_text_larger_than_any_request_strands_nothing(ash: Laptop, size: int) -> None:
    child = ash.child()
    ash.sync()
    ash.change(Child, child.id, school="x" * size)
    ash.change(Child, child.id, gp="Surgery")
    ash.sync()
    assert ash.view().waiting == 0
    assert bool(ash.view().items) == (size > 8_000_000)
    ash.sync()


def test_a_value_nested_too_deep_strands_nothing(ash: Laptop) -> None:
    child = ash.child()
    form = ash.form(child)
    ash.sync()
    value: Any = "x"
    for _ in range(22):
        value = [value]
    with ash.casebook.write() as work:
        work.save_answers(form.id, {"home": {"value": value}})
    ash.sync()
    assert ash.view().waiting == 0


def test_work_given_up_in_its_first_sync_gives_way_to_the_servers(
    new_laptop: NewLaptop,
) -> None:
    ash = new_laptop("ash", "practitioner")
    child = ash.child()
    form = ash.form(child)
    ash.change(FormRecord, form.id, state="countersigned")
    ash.sync()
    (item,) = [one for one in ash.view().items if one.kind == "refused"]
    refusals.give_up(ash.casebook, item.id)
    ash.sync()
    assert ash.get(FormRecord, form.id).state == "draft"
    assert aside(ash) == {}
    assert ash.casebook.verify().ok


def test_a_closing_given_up_after_others_wrote_gives_way_too(
    new_laptop: NewLaptop, robin: Laptop
) -> None:
    """By then the form rests on what the server has of it, and is closed here alone."""
    ash = new_laptop("ash", "practitioner")
    child = ash.child()
    form = ash.form(child)
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    robin.answer(form.id, home="Theirs")
    ash.change(FormRecord, form.id, state="countersigned")
    travel(robin, ash, ash)
    (item,) = [one for one in ash.view().items if one.kind == "refused"]
    refusals.give_up(ash.casebook, item.id)
    assert ash.sync().differing == []
    there = ash.get(FormRecord, form.id)
    assert (there.state, there.answers) == ("draft", {"home": {"value": "Theirs"}})
    assert ash.view().items == ()
    assert ash.casebook.verify().ok


@pytest.mark.parametrize(
    "answers",
    [
        {"answers.people": {"rows": [1, 2]}},
        {"answers.people": {"rows": [{"id": [1]}]}},
        {"answers.people": {"rows": [{"answers": [1]}]}},
        {"answers.people": [1]},
        {"answers.people/r1": 7},
        {"answers.people/@order": 7},
        {"answers.people/@order": [[1]]},
        {"answers.people/r1/": 7},
        {"answers.": 7},
        {"answers.people/r1/who": {"rows": [{"id": {}}]}},
        {"answers.x": {"value": {"rows": 3}}},
        {"answers.x": float("nan")},
    ],
)
def test_no_answer_however_odd_stops_a_laptop(
    ash: Laptop, arrive: Arrive, answers: dict[str, Any]
) -> None:
    child, form = new_id(), new_id()
    made = {"form_id": "made_up", "form_version": 1}
    arrive(upsert(child, 1, "child", child))
    arrive(upsert(child, 2, "form_record", form, **made, **answers))
    arrive(upsert(child, 3, "form_record", form, **made, **answers, title="x"))
    arrive(upsert(child, 4, "form_record", form, **made, **{"answers.people/r1/who": {"value": 1}}))
    arrive(upsert(child, 5, "form_record", form, **made, **answers))


def test_a_child_may_leave_while_another_refers_to_its_records(ash: Laptop) -> None:
    stays, goes = ash.child("Stays"), ash.child("Goes")
    with ash.casebook.write() as work:
        hearing = work.add(Hearing(child_id=goes.id))
        outcome = work.add(Outcome(child_id=stays.id, hearing_id=hearing.id))
    ash.sync()
    caseload.choose(ash.casebook, goes.id, False)
    ash.sync()
    assert ash.get(Child, goes.id) is None
    assert ash.get(Outcome, outcome.id).hearing_id is None
    caseload.choose(ash.casebook, goes.id, True)
    ash.sync()
    assert ash.get(Outcome, outcome.id).hearing_id == hearing.id
    assert aside(ash) == {}


def test_a_child_may_be_erased_while_another_refers_to_its_records(
    ash: Laptop, robin: Laptop
) -> None:
    stays, goes = ash.child("Stays"), ash.child("Goes")
    with ash.casebook.write() as work:
        hearing = work.add(Hearing(child_id=goes.id))
        outcome = work.add(Outcome(child_id=stays.id, hearing_id=hearing.id))
        form = work.add(FormRecord(child_id=goes.id, form_id="made_up", form_version=1))
        oversight = work.add(Oversight(child_id=stays.id, form_record_id=form.id))
    ash.sync()
    for child in (stays, goes):
        caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    ash.casebook.erase_child(goes.id, "court_order")
    travel(ash, robin, ash)
    for laptop in (ash, robin):
        assert laptop.get(Child, goes.id) is None
        assert laptop.get(Outcome, outcome.id).hearing_id is None
        assert laptop.get(Oversight, oversight.id) is None
        assert laptop.casebook.verify().ok
    assert aside(robin).keys() <= {oversight.id}


def test_a_record_that_was_erased_leaves_no_word_in_the_index_or_the_file(
    ash: Laptop, arrive: Arrive
) -> None:
    child, offence = new_id(), new_id()
    arrive(upsert(child, 1, "child", child))
    arrive(upsert(child, 3, "offence", offence, description="canaryword"))
    arrive(upsert(child, 4, "offence", offence).model_copy(update={"op": "erase", "fields": {}}))
    assert ash.rows("SELECT 1 FROM offence") == []
    blocks = ash.rows("SELECT block FROM search_index_data")
    assert not [1 for (block,) in blocks if b"canaryword" in bytes(block)]


def plain_pages(store: Path) -> bytes:
    """Every page of the store as it stands on the disk, without the cipher around it."""
    content, pages = store.read_bytes(), []
    for start in range(0, len(content), 4096):
        page = content[start + (16 if start == 0 else 0) : start + 4096]
        cipher = Cipher(algorithms.AES(DATA_KEY), modes.CBC(page[-80:-64])).decryptor()
        pages.append(cipher.update(page[:-80]) + cipher.finalize())
    return b"".join(pages)


def test_not_even_the_free_pages_hold_a_child_who_was_let_go(ash: Laptop) -> None:
    child = ash.child(school="canary " * 4000)
    form = ash.form(child)
    ash.answer(form.id, home="first canary " * 4000)
    ash.answer(form.id, home="another bird")
    ash.sync()
    store = ash.folder / database.STORE_NAME
    clear_old_pages(ash.casebook)
    assert b"canary" in plain_pages(store)
    caseload.choose(ash.casebook, child.id, False)
    ash.sync()
    assert b"canary" not in plain_pages(store)
    assert (ash.folder / f"{database.STORE_NAME}-wal").stat().st_size < 64_000


def test_what_waited_in_a_stream_never_comes_after_it_has_left(ash: Laptop, arrive: Arrive) -> None:
    child, hearing, outcome = new_id(), new_id(), new_id()
    arrive(upsert(child, 1, "child", child))
    arrive(upsert(child, 2, "outcome", outcome, hearing_id=hearing))
    assert aside(ash) == {outcome: "waits_for"}
    arrive(upsert(child, 3, "outcome", outcome).model_copy(update={"op": "gone", "fields": {}}))
    arrive(upsert(child, 4, "hearing", hearing))
    assert ash.get(Outcome, outcome) is None
    assert aside(ash) == {}


def test_work_from_before_a_server_was_put_back_overwrites_nothing_unseen(
    ash: Laptop, robin: Laptop
) -> None:
    child = ash.child()
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    store = ash.central.folder / "server.db"
    with (
        closing(sqlite3.connect(store)) as source,
        closing(sqlite3.connect(store.with_suffix(".backup"))) as backup,
    ):
        source.backup(backup)
    for number in range(4):
        ash.change(Child, child.id, school=f"Before {number}")
        ash.sync()
    robin.sync()
    put_back(ash.central)
    robin.change(Child, child.id, school="After")
    for laptop in (robin, ash):
        with pytest.raises(Stopped):
            laptop.sync()
        stops.answer_stop(laptop.casebook, "epoch_changed", True)
        laptop.sync()
    robin.sync()
    (item,) = [one for one in robin.view().items if one.kind == "conflict"]
    found = state.conflict(robin.casebook, item.id)
    assert found is not None
    assert (found.mine, found.theirs) == ("Before 3", "After")
    assert [one.get(Child, child.id).school for one in (ash, robin)] == ["After", "After"]
    ash.change(Child, child.id, school="Seen and changed")
    travel(ash, robin)
    assert robin.get(Child, child.id).school == "Seen and changed"


def test_whoever_may_only_read_from_now_on_keeps_nothing_of_a_victim(ash: Laptop) -> None:
    child = ash.child()
    with ash.casebook.write() as work:
        victim = work.add(Victim(child_id=child.id, name="Canary"))
    ash.sync()
    assert "canary" in everything(ash)

    def become(role: str) -> None:
        with unscoped(ash.central.parts.engine) as connection:
            connection.execute(text("UPDATE account SET role = :role"), {"role": role})

    become("reader")
    assert ash.sync().differing == []
    assert ash.get(Victim, victim.id) is None
    assert "canary" not in everything(ash)
    assert ash.get(Child, child.id) is not None
    assert ash.casebook.verify().ok
    become("manager")
    assert ash.sync().differing == []
    assert ash.get(Victim, victim.id).name == "Canary"


def test_a_child_who_leaves_is_counted_once_however_many_pages_come(
    central: Central, new_laptop: NewLaptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ash, robin = new_laptop("ash", "practitioner"), new_laptop("robin")
    goes = ash.child("Goes")
    with ash.casebook.write() as work:
        for number in range(10):
            work.add(Offence(child_id=goes.id, description=f"Offence {number}"))
    ash.sync()
    comes = robin.child("Comes")
    with robin.casebook.write() as work:
        for number in range(30):
            work.add(Offence(child_id=comes.id, description=f"Offence {number}"))
    robin.change(Child, comes.id, allocated_to=ash.casebook.actor_id)
    robin.sync()
    in_service(
        central.parts.engine,
        central.service_id,
        lambda connection: admin.set_access(
            connection,
            central.service_id,
            goes.id,
            ash.casebook.actor_id,
            given=False,
            now=central.clock.now(),
        ),
    )
    monkeypatch.setattr(receiving, "MOST_CHANGES", 5)
    assert ash.sync().let_go == [goes.id]
    assert ash.get(Child, comes.id) is not None


NO_RECORD = "0198c0de-0000-7000-8000-0000000000ff"


@pytest.mark.parametrize("into", ["; DROP TABLE child", "../../keys", NO_RECORD])
def test_a_child_joined_with_no_record_stops_no_sync(ash: Laptop, into: str) -> None:
    child = ash.child()
    form = ash.form(child)
    ash.change(Child, child.id, merged_into=into)
    for _again in range(2):
        assert ash.sync().differing == []
    assert ash.get(FormRecord, form.id).child_id == child.id
    assert ash.view().word == "confirmed"
