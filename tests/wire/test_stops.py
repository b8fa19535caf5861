"""Where syncing stops and asks a person, or puts one record aside and goes on.

Row 18 of the table of faults: pages repeated or in another order, a head that goes back, a server
that was restored from a backup. And what is held: removal of much at once, a record that can't be
kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.ids import new_id
from tests.wire.office import Office, Worker
from tests.wire.proxy import Forgery, Reply, Request, answer_json


def children(worker: Worker) -> set[str]:
    records = worker.report()["records"]
    return {r["given_name"] for name, r in records.items() if name.startswith("child:")}


def altering(change: Callable[[dict[str, Any]], None]) -> Callable[..., Any]:
    """What changes the answers to a pull on their way."""

    def alter(request: Request, reply: Reply) -> Forgery | None:
        if request.path != "/v1/pull" or reply.status != 200:
            return None
        said = reply.json()
        change(said)
        return [answer_json(200, said)]

    return alter


@pytest.fixture
def both(office: Office) -> tuple[Worker, Worker]:
    """Two people with the same children."""
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "manager")
    for number in range(5):
        ash.do("add_child", name=f"Child {number}")
    ash.sync()
    robin.sync()
    return ash, robin


# -- pages ---------------------------------------------------------------------------------------


def test_a_page_that_comes_again_changes_nothing(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    ash, robin = both
    ash.do("add_child", name="New")
    ash.sync()
    pages: list[bytes] = []

    def repeat(request: Request, reply: Reply) -> Forgery | None:
        if request.path != "/v1/pull" or reply.status != 200:
            return None
        pages.append(reply.raw)
        return [pages[0]]

    office.wire.alter = repeat
    robin.sync()
    robin.try_sync()
    assert office.wire.happened["altered"] >= 2
    office.wire.calm()
    robin.sync()
    assert children(robin) == children(ash)
    assert robin.report()["whole"]


def test_changes_of_a_page_in_another_order_are_refused_or_come_out_the_same(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    ash, robin = both
    for number in range(3):
        ash.do("add_child", name=f"New {number}", school="first")
    ash.sync()
    office.wire.alter = altering(lambda said: said["changes"].reverse())
    robin.try_sync()
    assert office.wire.happened["altered"]
    office.wire.calm()
    robin.sync()
    assert children(robin) == children(ash)


def test_a_cursor_that_jumps_past_its_changes_is_found_by_the_digest(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    ash, robin = both
    ids = ash.do("add_child", name="Must not be passed over")
    ash.sync()
    dropped: list[str] = []

    def drop(said: dict[str, Any]) -> None:
        for change in said["changes"]:
            if change["id"] == ids["form"]:
                dropped.append(change["id"])
        said["changes"] = [c for c in said["changes"] if c["id"] != ids["form"]]

    office.wire.alter = altering(drop)
    robin.try_sync()
    assert dropped
    office.wire.calm()
    robin.sync()
    robin.sync()
    assert f"form_record:{ids['form']}" in robin.report()["records"]


# -- the server was put back ---------------------------------------------------------------------


def test_a_head_that_went_back_stops_and_asks(office: Office, both: tuple[Worker, Worker]) -> None:
    _ash, robin = both

    def back(said: dict[str, Any]) -> None:
        for state in said["streams"]:
            state["head"] = state["next"] = 0
        said["changes"] = []

    before = robin.report()
    office.wire.alter = altering(back)
    told = robin.try_sync()
    assert told["state"] == "stopped"
    assert told["stop"] == "went_back"
    assert robin.report()["records"] == before["records"]
    assert robin.try_sync()["state"] == "stopped"


def test_another_epoch_stops_and_asks_and_nothing_is_sent_or_taken_before_the_answer(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    ash, robin = both
    office.central.back_up()
    ash.do("add_child", name="Lost at the server")
    ash.sync()
    robin.sync()
    office.central.restore_backup()
    robin.do("add_child", name="Waits here")
    for worker in (ash, robin):
        told = worker.try_sync()
        assert told["state"] == "stopped"
        assert told["stop"] == "epoch_changed"
        assert told["words"]
        assert worker.try_sync()["state"] == "stopped"
    assert {"Lost at the server", "Waits here"} <= children(robin)
    kept = {r["fields"].get("given_name") for r in office.observer().everything().values()}
    assert not {"Lost at the server", "Waits here"} & kept


def test_after_the_answer_everything_that_the_restored_server_lacks_is_sent_again(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    ash, robin = both
    (tal,) = [n for n, r in ash.report()["records"].items() if r.get("given_name") == "Child 0"]
    child = tal.partition(":")[2]
    office.central.back_up()
    ash.do("add_child", name="Lost at the server")
    ash.do("change", type="child", id=child, school="Written after the backup")
    ash.sync()
    robin.sync()
    office.central.restore_backup()
    robin.do("change", type="child", id=child, gp="Quay Street Surgery")
    for worker in (robin, ash):
        worker.try_sync()
        worker.do("go_on_after_stop")
        worker.try_sync()
    for worker in (robin, ash, robin, ash):
        worker.sync()
    assert children(ash) == children(robin)
    assert "Lost at the server" in children(robin)
    for worker in (ash, robin):
        record = worker.record("child", child)
        assert record["school"] == "Written after the backup"
        assert record["gp"] == "Quay Street Surgery"
    kept = office.observer().everything()[f"child:{child}"]["fields"]
    assert kept["school"] == "Written after the backup"


def test_work_on_top_of_what_a_restored_server_lost_is_never_silently_overwritten(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    """Revisions of the time before the restore say nothing about those after it."""
    ash, robin = both
    (tal,) = [n for n, r in ash.report()["records"].items() if r.get("given_name") == "Child 0"]
    child = tal.partition(":")[2]
    office.central.back_up()
    for number in range(4):
        ash.do("change", type="child", id=child, gp=f"so that revisions go up {number}")
        ash.sync()
    robin.sync()
    office.central.restore_backup()
    ash.do("change", type="child", id=child, school="Ash wrote this")
    robin.do("change", type="child", id=child, school="Robin wrote this")
    for worker in (ash, robin):
        worker.try_sync()
        worker.do("go_on_after_stop")
        worker.try_sync()
    for worker in (ash, robin, ash):
        worker.sync()
    told = ash.report()
    shown = str(told["conflicts"]) + str(told["records"][tal])
    assert "Ash wrote this" in shown
    assert "Robin wrote this" in shown


# -- much at once, and one bad record ------------------------------------------------------------


def test_a_sync_that_would_take_much_away_is_held_and_done_when_a_person_says_yes(
    office: Office,
) -> None:
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "administrator")
    made = [ash.do("add_child", name=f"Child {number}")["child"] for number in range(25)]
    ash.do("add_child", name="Stays")
    ash.sync()
    robin.sync()
    for child in made:
        robin.do("erase", child=child)
    robin.sync()
    told = ash.try_sync()
    assert told["state"] == "stopped"
    assert told["stop"] == "many_removals"
    assert len(children(ash)) == 26
    ash.do("go_on_after_stop")
    ash.sync()
    assert children(ash) == {"Stays"}
    assert ash.report()["whole"]


def test_one_record_that_cannot_be_kept_is_put_aside_and_shown_while_the_rest_flows(
    office: Office, both: tuple[Worker, Worker]
) -> None:
    _ash, robin = both
    device = office.central.device("Morgan Vale", "manager")
    child = device.new_child("Fine")
    bad_id = new_id()
    bad = device.operation(
        "hearing",
        bad_id,
        child["id"],
        kind="create",
        set={"child_id": child["id"], "hearing_date": "the day after tomorrow"},
    )
    other = device.new_child("Also fine")
    device.push(child, bad, other)
    told = robin.try_sync()
    assert told["state"] != "confirmed"
    report = robin.report()
    assert {"Fine", "Also fine"} <= children(robin)
    assert [q["record_id"] for q in report["quarantine"]] == [bad_id]
    assert f"hearing:{bad_id}" not in report["records"]
    # Still shown after the next sync, and gone once it can be kept.
    robin.try_sync()
    assert [q["record_id"] for q in robin.report()["quarantine"]] == [bad_id]
    mended = device.operation(
        "hearing", bad_id, child["id"], base_rev=1, set={"hearing_date": "2026-12-01"}
    )
    device.push(mended)
    robin.sync()
    report = robin.report()
    assert report["quarantine"] == []
    assert report["records"][f"hearing:{bad_id}"]["hearing_date"] == "2026-12-01"


def test_a_rejected_change_is_kept_with_its_words_and_the_rest_flows(office: Office) -> None:
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "administrator")
    ids = ash.do("add_child", name="Tal")
    ash.sync()
    robin.sync()
    robin.do("erase", child=ids["child"])
    robin.sync()
    ash.do("change", type="child", id=ids["child"], school="Written after the erasure")
    ash.do("add_child", name="Ceri")
    ash.try_sync()
    report = ash.report()
    assert report["waiting"] == 0
    assert "erased" in [r["code"] for r in report["refused"]] or not report["refused"]
    assert "Ceri" in children(ash)
    names = {r["fields"].get("given_name") for r in office.observer().everything().values()}
    assert "Ceri" in names
