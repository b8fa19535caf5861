"""Clocks that are wrong, a casebook that somebody else holds, a lease that ends.

Rows 9, 10 and 11 of the table of faults, as far as they concern sync.
"""

from __future__ import annotations

import pytest

from tests.wire.nursery import Died
from tests.wire.office import Office


@pytest.mark.parametrize("days", [-365, 365, -1, 1])
def test_a_clock_that_is_wrong_changes_neither_order_nor_outcome(office: Office, days: int) -> None:
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "manager")
    ids = ash.do("add_child", name="Tal", school="first")
    ash.sync()
    robin.sync()
    ash.do("set_clock", days=days)
    for school in ("second", "third"):
        ash.do("change", type="child", id=ids["child"], school=school)
        ash.sync()
    robin.sync()
    assert robin.record("child", ids["child"])["school"] == "third"
    robin.do("change", type="child", id=ids["child"], school="fourth")
    robin.sync()
    ash.do("set_clock", days=-days)
    ash.sync()
    kinds = [op["kind"] for op in office.central.operations() if op["device_id"] == ash.device_id]
    assert kinds.count("clock") == 1, "the audit trail says that the clock was set"
    told = ash.report()
    assert told["conflicts"] == []
    assert ash.record("child", ids["child"])["school"] == "fourth"
    assert told["waiting"] == 0
    assert told["whole"]


def test_a_lease_is_as_long_as_the_server_says_whatever_the_clock_does(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    ash.sync()
    assert not ash.report()["lease_ended"]
    ash.do("set_clock", days=20)
    assert ash.report()["lease_ended"]
    # Putting the clock back doesn't give the time back.
    ash.do("set_clock", days=0)
    assert ash.report()["lease_ended"]
    ash.sync()
    assert not ash.report()["lease_ended"]


def test_a_second_program_on_the_same_casebook_is_told_so(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    ash.do("add_child", name="Tal")
    second = ash.second_process()
    ash.begin_sync()
    told = second.ask(do="sync")
    ash.end_sync()
    # Where both spoke at once, whoever came second says so and leaves what the first has kept.
    at_once = told["words"] == "two syncs of one casebook ran at once"
    assert at_once or told["state"] in ("confirmed", "busy", "waiting"), told
    ash.sync()
    kept = [op for op in office.central.operations() if op["device_id"] == ash.device_id]
    assert [op["device_seq"] for op in kept] == list(range(1, len(kept) + 1))
    assert ash.report()["waiting"] == 0


def test_typing_goes_on_while_a_sync_is_under_way(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    ids = ash.do("add_child", name="Tal")
    typing = ash.second_process()
    office.wire.next(*["drip"] * 6)
    ash.begin_sync()
    for number in range(10):
        said = typing.ask(
            do="answer", id=ids["form"], path="home", answer={"value": f"typed {number}"}
        )
        assert "not_done" not in said
    ash.end_sync()
    ash.sync()
    answers = ash.record("form_record", ids["form"])["answers"]
    assert answers["home"] == {"value": "typed 9"}
    kept = office.observer().everything()[f"form_record:{ids['form']}"]["fields"]
    assert kept["answers.home"] == {"value": "typed 9"}


def test_a_writer_that_holds_the_store_delays_a_sync_and_breaks_nothing(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    ash.do("add_child", name="Tal")
    holder = ash.second_process()
    holder.begin(do="hold_the_store", seconds=7)
    told = ash.try_sync()
    holder.end()
    assert told["state"] in ("confirmed", "waiting", "StoreBusy")
    assert told["words"] or told["state"] != "StoreBusy"
    ash.sync()
    assert ash.report()["waiting"] == 0
    assert ash.report()["whole"]


def test_whoever_is_killed_while_holding_the_store_leaves_it_free(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    ash.do("add_child", name="Tal")
    holder = ash.second_process()
    holder.begin(do="hold_the_store", seconds=60)
    holder.kill()
    with pytest.raises(Died):
        holder.end()
    ash.sync()
    assert ash.report()["waiting"] == 0
