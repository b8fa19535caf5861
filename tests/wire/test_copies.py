"""A casebook that was restored from a backup, or copied to a second laptop.

New work in such a copy must never be taken for something that the server has already.
"""

from __future__ import annotations

import pytest

from tests.wire.device import Refused
from tests.wire.office import Office, Worker


@pytest.fixture
def ash(office: Office) -> Worker:
    """Somebody whose laptop was backed up, then worked on and synced again."""
    worker = office.worker("Ash Marlow", "manager")
    worker.do("add_child", name="Tal")
    worker.sync()
    worker.back_up()
    worker.do("add_child", name="After the backup")
    worker.sync()
    return worker


def children(worker: Worker) -> set[str]:
    records = worker.report()["records"]
    return {r["given_name"] for name, r in records.items() if name.startswith("child:")}


def test_a_restored_casebook_takes_a_new_identity_and_listens_before_it_speaks(
    office: Office, ash: Worker
) -> None:
    former = ash.device_id
    ash.restore_backup()
    assert ash.device_id != former
    assert children(ash) == {"Tal"}
    ash.do("add_child", name="New work in the copy")
    ash.enrol_again()
    office.wire.seen.clear()
    ash.sync()
    asked = [path for _, path in office.wire.seen if path in ("/v1/push", "/v1/pull")]
    assert asked[0] == "/v1/pull"
    assert children(ash) == {"Tal", "After the backup", "New work in the copy"}
    kept = office.observer().everything()
    names = {r["fields"].get("given_name") for n, r in kept.items() if n.startswith("child:")}
    assert names == {"Tal", "After the backup", "New work in the copy"}


def test_new_work_of_a_restored_casebook_is_never_taken_for_a_duplicate(
    office: Office, ash: Worker
) -> None:
    acked = len([op for op in office.central.operations() if op["device_id"] == ash.device_id])
    ash.restore_backup()
    # As many new operations as the former identity had sent since, so that every number is used.
    for number in range(acked):
        ash.do("add_child", name=f"Copy {number}")
    ash.enrol_again()
    ash.sync()
    assert ash.report()["waiting"] == 0
    mine = [op for op in office.central.operations() if op["device_id"] == ash.device_id]
    made = [e["op_id"] for e in ash.report()["log"] if e["origin"] is None]
    assert [op["op_id"] for op in mine] == made[-len(mine) :]
    assert {f"Copy {n}" for n in range(acked)} <= children(ash)
    robin = office.worker("Robin Calder", "manager")
    robin.sync()
    assert children(robin) == children(ash)


@pytest.mark.parametrize(
    ("children_more", "stop"),
    [(0, "numbers_reused"), (1, "anchor_mismatch"), (12, "anchor_mismatch")],
)
def test_a_restored_casebook_that_keeps_its_old_identity_stops_before_it_speaks(
    office: Office, ash: Worker, children_more: int, stop: str
) -> None:
    """Somebody copied the files by hand: its numbers are used, or lead to another history."""
    ash.restore_backup(new_identity=False)
    for number in range(children_more):
        ash.do("add_child", name=f"Under a used number {number}")
    told = ash.try_sync()
    assert (told["state"], told["stop"]) == ("stopped", stop)
    new = {f"Under a used number {number}" for number in range(children_more)}
    assert new <= children(ash)
    kept = office.central.everything()
    names = {r["fields"].get("given_name") for r in kept.values()}
    assert not new & names
    assert "After the backup" in names
    ash.do("go_on_after_stop")
    ash.enrol_again()
    ash.sync()
    assert children(ash) == {"Tal", "After the backup", *new}
    assert ash.report()["waiting"] == 0


def test_a_casebook_copied_to_a_second_laptop_is_a_device_of_its_own(
    office: Office, ash: Worker
) -> None:
    copy = ash.copied_to("Second laptop")
    assert copy.device_id != ash.device_id
    for number in range(3):
        ash.do("add_child", name=f"On the first {number}")
        copy.do("add_child", name=f"On the second {number}")
    copy.enrol_again()
    for worker in (ash, copy, ash):
        worker.sync()
    assert children(ash) == children(copy)
    assert len(children(ash)) == 8


def test_unsent_work_of_the_lost_days_is_sent_under_the_new_identity(office: Office) -> None:
    ash = office.worker("Ash Marlow", "manager")
    ash.do("add_child", name="Sent")
    ash.sync()
    ash.do("add_child", name="Not sent when the backup was made")
    ash.back_up()
    ash.restore_backup()
    ash.enrol_again()
    ash.sync()
    kept = office.observer().everything()
    names = [r["fields"].get("given_name") for n, r in kept.items() if n.startswith("child:")]
    assert sorted(names) == ["Not sent when the backup was made", "Sent"]


def test_two_devices_never_share_an_identity_at_the_server(office: Office, ash: Worker) -> None:
    """A second enrolment under an identity that is in use, with another key, is refused."""
    twin = office.central.unenrolled()
    twin.device_id = ash.device_id
    with pytest.raises(Refused) as refused:
        twin.enrol(office.central.code("Ash Marlow", "manager"))
    assert refused.value.status in (403, 409)
    ash.do("add_child", name="Still mine")
    ash.sync()
    assert ash.report()["waiting"] == 0
