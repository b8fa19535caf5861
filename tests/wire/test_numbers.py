"""Each operation has its effect once, in its order, whatever the wire makes of the request.

Rows 16 and 17 of the table of faults: committed and the reply lost, operations out of order, gaps,
a number or an id that is used for something else.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.ids import new_id
from tests.wire.central import Central
from tests.wire.device import Refused


def statuses(pushed: dict[str, list[dict[str, object]]]) -> list[object]:
    return [result["status"] for result in pushed["results"]]


def test_what_is_sent_again_after_a_lost_reply_is_a_duplicate_with_one_effect(
    central: Central,
) -> None:
    device = central.device("Ash Marlow", "practitioner")
    child = device.new_child("Tal")
    later = device.operation("child", child["id"], child["id"], set={"school": "Harbour"})
    first = device.push(child, later)
    again = device.push(child, later)
    assert [r["duplicate"] for r in first["results"]] == [False, False]
    assert [r["duplicate"] for r in again["results"]] == [True, True]
    assert statuses(again) == statuses(first)
    assert [r["rev"] for r in again["results"]] == [r["rev"] for r in first["results"]]
    assert again["acked"] == 2
    assert central.everything()[f"child:{child['id']}"]["rev"] == first["results"][1]["rev"]


def test_what_is_partly_known_already_goes_on_where_it_stopped(central: Central) -> None:
    device = central.device("Ash Marlow", "practitioner")
    child = device.new_child("Tal")
    device.push(child)
    later = device.operation("child", child["id"], child["id"], base_rev=1, set={"school": "A"})
    both = device.push(child, later)
    assert [r["duplicate"] for r in both["results"]] == [True, False]
    assert both["acked"] == 2


def test_the_same_push_from_two_connections_at_once_has_one_effect(central: Central) -> None:
    device = central.device("Ash Marlow", "practitioner")
    device.sign_in()
    operations = [device.new_child(f"Child {n}") for n in range(20)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: device.push(*operations), range(4)))
    assert {answer["acked"] for answer in answers} == {20}
    fresh = [r for answer in answers for r in answer["results"] if not r["duplicate"]]
    assert len(fresh) == 20
    records = central.everything()
    assert (
        sorted(record["rev"] for name, record in records.items() if name.startswith("child:"))
        == [1] * 20
    )


def test_a_gap_is_refused_with_the_number_that_is_waited_for(central: Central) -> None:
    device = central.device("Ash Marlow", "practitioner")
    first, lost, third = (device.new_child(name) for name in ("Tal", "Ceri", "Sam"))
    device.push(first)
    with pytest.raises(Refused) as refused:
        device.push(third)
    assert refused.value.status == 409
    assert refused.value.code == "sequence_gap"
    assert refused.value.said["expected"] == 2
    assert device.push(lost, third)["acked"] == 3


def test_operations_out_of_order_in_one_push_are_refused_and_none_has_effect(
    central: Central,
) -> None:
    device = central.device("Ash Marlow", "practitioner")
    one, other = device.new_child("Tal"), device.new_child("Ceri")
    with pytest.raises(Refused) as refused:
        device.push(other, one)
    assert refused.value.status in (409, 422)
    assert device.children() == []
    assert device.push(one, other)["acked"] == 2


def test_another_operation_under_a_used_number_is_refused_and_raises_an_alarm(
    central: Central,
) -> None:
    device = central.device("Ash Marlow", "practitioner")
    child = device.new_child("Tal")
    device.push(child)
    device.seq = 0
    copy = device.operation("child", child["id"], child["id"], set={"school": "Another copy's"})
    with pytest.raises(Refused) as refused:
        device.push(copy)
    assert refused.value.status == 409
    assert refused.value.code == "sequence_reused"
    assert "school" not in central.everything()[f"child:{child['id']}"]["fields"]
    manager = central.device("Morgan Vale", "manager")
    notices = manager.pull({"service": 0})["notices"]
    assert [n["kind"] for n in notices if n["device_id"] == device.device_id] == ["sequence_reused"]
    assert central.metric("sequence_reused") >= 1


def test_the_same_id_with_another_body_under_a_used_number_is_no_duplicate(
    central: Central,
) -> None:
    device = central.device("Ash Marlow", "practitioner")
    child = device.new_child("Tal")
    device.push(child)
    with pytest.raises(Refused) as refused:
        device.push(child | {"set": {"given_name": "Somebody else"}})
    assert refused.value.code == "sequence_reused"


def test_what_a_former_device_sent_already_has_no_second_effect_under_a_new_number(
    central: Central,
) -> None:
    former = central.device("Ash Marlow", "practitioner")
    child = former.new_child("Tal", school="first")
    former.push(child)
    later = former.operation(
        "child", child["id"], child["id"], base_rev=1, set={"school": "second"}
    )
    former.push(later)
    copy = central.unenrolled()
    copy.enrol(central.code("Ash Marlow", "practitioner"), replaces=former.device_id)
    unknown = copy.new_child("New in the copy")
    pushed = copy.push(
        unknown, child | {"device_seq": 2}, later | {"device_seq": 3, "set": {"school": "third"}}
    )
    assert [(r["status"], r["duplicate"]) for r in pushed["results"]] == [
        ("applied", False),
        ("applied", True),
        ("rejected", True),
    ]
    records = central.everything()
    assert records[f"child:{child['id']}"]["fields"]["school"] == "second"
    assert records[f"child:{child['id']}"]["rev"] == 2
    assert f"child:{unknown['id']}" in records


def test_a_group_has_effect_as_a_whole_or_not_at_all(central: Central) -> None:
    device = central.device("Ash Marlow", "practitioner")
    group = new_id()
    child = device.new_child("Tal") | {"group": group}
    wrong = device.operation(
        "offence", new_id(), new_id(), kind="update", group=group, set={"plea": "not_guilty"}
    )
    other = device.new_child("Ceri")
    pushed = device.push(child, wrong, other)
    assert statuses(pushed) == ["rejected", "rejected", "applied"]
    assert pushed["results"][0]["code"] == "group_rejected"
    assert pushed["acked"] == 3
    assert device.children() == [other["id"]]


def test_a_push_for_another_epoch_of_the_server_is_refused(central: Central) -> None:
    device = central.device("Ash Marlow", "practitioner")
    child = device.new_child("Tal")
    with pytest.raises(Refused) as refused:
        device.push(child, epoch=new_id())
    assert refused.value.status == 409
    assert refused.value.code == "epoch_changed"
    assert refused.value.said["epoch"] == device.epoch
    assert device.push(child)["acked"] == 1
