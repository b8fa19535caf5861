"""Bad weather on the wire: nothing is lost, nothing is done twice, and no error is called success.

Rows 14, 15 and 16 of the table of faults.
"""

from __future__ import annotations

import pytest

from tests.wire.office import Office, Worker
from tests.wire.proxy import Fault, Kind


@pytest.fixture
def ash(office: Office) -> Worker:
    """Somebody with a child that the server has, and one that it has not."""
    worker = office.worker("Ash Marlow", "practitioner")
    worker.do("add_child", name="Tal")
    worker.sync()
    worker.do("add_child", name="Ceri", school="Harbour School")
    return worker


def waiting(worker: Worker) -> int:
    return int(worker.report()["waiting"])


def moved(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The streams of which something was taken in."""
    return [stream for stream, place in after.items() if place != before.get(stream, 0)]


def is_whole(office: Office, worker: Worker) -> None:
    """Everything of this laptop is at the server, each operation once and in its order."""
    told = worker.report()
    made = [entry["op_id"] for entry in told["log"] if entry["origin"] is None]
    kept = [op for op in office.central.operations() if op["device_id"] == worker.device_id]
    assert [op["op_id"] for op in kept] == made[-len(kept) :]
    assert [op["device_seq"] for op in kept] == list(range(1, len(kept) + 1))
    assert told["waiting"] == 0
    assert told["whole"]


NO_ANSWER: tuple[Kind, ...] = (
    "drop_before",
    "drop_after",
    "error_500",
    "error_503",
    "error_after",
    "portal",
    "redirect_file",
    "redirect_http",
    "reorder",
)


@pytest.mark.parametrize("path", ["/v1/push", "/v1/pull"])
def test_an_answer_that_is_not_the_servers_is_not_read_and_the_next_sync_makes_it_good(
    office: Office, ash: Worker, path: str
) -> None:
    for kind in NO_ANSWER:
        ash.do("add_child", name=kind)
        before = ash.cursors()
        # Often enough that trying again at once doesn't get through either.
        office.wire.next(*[Fault(kind, path=path)] * 20)
        told = ash.try_sync()
        assert told["state"] not in ("confirmed", "waiting", "stopped", "bug"), kind
        assert told["words"], kind
        if path == "/v1/pull":
            assert moved(before, ash.cursors()) == [], kind
        else:
            assert waiting(ash) > 0, kind
        office.wire.calm()
        ash.sync()
        assert office.wire.happened[kind], kind
    is_whole(office, ash)


@pytest.mark.parametrize("kind", ["duplicate", "delay", "drip"])
def test_what_is_slow_or_comes_twice_has_one_effect(
    office: Office, ash: Worker, kind: Kind
) -> None:
    office.wire.next(Fault(kind, path="/v1/push"), Fault(kind, path="/v1/pull"))
    ash.try_sync()
    assert office.wire.happened[kind]
    office.wire.calm()
    ash.sync()
    is_whole(office, ash)


@pytest.mark.parametrize("path", ["/v1/push", "/v1/pull"])
def test_an_answer_that_is_cut_is_not_applied_and_no_cursor_moves(
    office: Office, path: str
) -> None:
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "manager")
    for part in (0.0, 0.05, 0.3, 0.6, 0.9, 0.999):
        ash.do("add_child", name=f"Whole, then {part}", school="Harbour School")
        ash.sync()
        robin.do("add_child", name=f"Robin's, then {part}")
        before, place = robin.report()["records"], robin.cursors()
        cuts = office.wire.happened["cut"]
        office.wire.next(*[Fault("cut", part, path)] * 20)
        assert robin.try_sync()["state"] == "Offline", part
        assert office.wire.happened["cut"] > cuts, part
        if path == "/v1/pull":
            assert moved(place, robin.cursors()) == [], part
            assert robin.report()["records"].keys() == before.keys(), part
        office.wire.calm()
        robin.sync()
    is_whole(office, robin)
    assert office.wire.happened["cut_in_body"]
    assert len([name for name in robin.report()["records"] if name.startswith("child:")]) == 12


def test_an_answer_that_stops_in_the_middle_is_given_up_and_made_good_later(
    office: Office, ash: Worker
) -> None:
    ash.do("be_patient", seconds=1)
    office.wire.next(*[Fault("stall", path="/v1/push")] * 20)
    assert ash.try_sync()["state"] != "confirmed"
    assert office.wire.happened["stall"]
    office.wire.calm()
    ash.sync()
    is_whole(office, ash)


def test_a_server_that_is_not_there_is_no_error_of_the_laptop(office: Office, ash: Worker) -> None:
    office.central.kill()
    told = ash.try_sync()
    assert told["state"] != "confirmed"
    assert waiting(ash) > 0
    office.central.start()
    ash.sync()
    is_whole(office, ash)


def test_a_push_that_was_kept_and_whose_reply_was_lost_has_one_effect(
    office: Office, ash: Worker
) -> None:
    office.wire.next(Fault("drop_after", path="/v1/push"))
    ash.try_sync()
    assert office.wire.happened["drop_after"] == 1
    ash.sync()
    is_whole(office, ash)
    observer = office.observer()
    schools = [r["fields"].get("school") for r in observer.everything().values()]
    assert schools.count("Harbour School") == 1


def test_a_laptop_killed_anywhere_in_a_sync_goes_on_where_it_was(
    office: Office, ash: Worker, long_run: bool
) -> None:
    robin = office.worker("Robin Calder", "manager")
    robin.do("add_child", name="Sam", allocated_to=ash.user_id)
    robin.sync()
    for requests in range(1, 40 if long_run else 10):
        ash.do("add_child", name=f"Child {requests}")
        done = ash.sync_killed_at_request(requests)
        ash.open_again()
        assert ash.report()["whole"]
        if done:
            break
    ash.sync()
    is_whole(office, ash)


def test_a_server_killed_in_the_middle_of_a_push_has_all_of_it_or_none(
    office: Office, ash: Worker, long_run: bool
) -> None:
    for number in range(12 if long_run else 3):
        for child in range(10):
            ash.do("add_child", name=f"Child {number} {child}")
        ash.begin_sync()
        office.central.kill_within(0.02 * number)
        ash.end_sync()
        office.central.start()
        ash.sync()
        is_whole(office, ash)
