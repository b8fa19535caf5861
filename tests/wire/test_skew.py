"""Programs of different age: what one doesn't know it keeps and gives back untouched.

Row 19 of the table of faults.
"""

from __future__ import annotations

import pytest

from app.core.ids import new_id
from tests.wire.device import Device
from tests.wire.office import Office
from tests.wire.proxy import Reply, Request, answer_json


@pytest.fixture
def newer(office: Office) -> Device:
    """A laptop with a newer program, spoken for by hand."""
    device = office.central.device("Robin Calder", "manager")
    device.schema_version = 99
    return device


def test_fields_that_an_older_laptop_has_no_place_for_come_back_untouched(
    office: Office, newer: Device
) -> None:
    strange = {"pronoun_card": {"colour": "green", "words": ["they", "ŵyn"]}}
    child = newer.new_child("Tal", school="Harbour School", **strange)
    newer.push(child)
    ash = office.worker("Ash Marlow", "manager")
    ash.sync()
    ash.do("change", type="child", id=child["id"], school="New School")
    ash.sync()
    fields = office.central.everything()[f"child:{child['id']}"]["fields"]
    assert fields["school"] == "New School"
    assert fields["pronoun_card"] == strange["pronoun_card"]
    assert ash.report()["whole"]


def test_a_type_of_record_that_an_older_laptop_does_not_know_stays_at_the_server(
    office: Office, newer: Device
) -> None:
    child = newer.new_child("Tal")
    strange_id = new_id()
    strange = newer.operation(
        "mentoring", strange_id, child["id"], kind="create", set={"mentor": "Ffion", "hours": 3}
    )
    newer.push(child, strange)
    ash = office.worker("Ash Marlow", "manager")
    told = ash.sync()
    assert told["state"] == "confirmed"
    ash.do("change", type="child", id=child["id"], school="Harbour School")
    ash.sync()
    kept = office.central.everything()[f"mentoring:{strange_id}"]
    assert {k: v for k, v in kept["fields"].items() if k != "child_id"} == {
        "mentor": "Ffion",
        "hours": 3,
    }


def test_a_value_from_a_list_that_grew_is_kept_and_given_back(
    office: Office, newer: Device
) -> None:
    child = newer.new_child("Tal", ethnicity="a_code_of_next_year", stage="a_stage_of_next_year")
    newer.push(child)
    ash = office.worker("Ash Marlow", "manager")
    ash.sync()
    assert ash.record("child", child["id"])["ethnicity"] == "a_code_of_next_year"
    ash.do("change", type="child", id=child["id"], school="Harbour School")
    ash.sync()
    fields = office.central.everything()[f"child:{child['id']}"]["fields"]
    assert fields["ethnicity"] == "a_code_of_next_year"
    assert fields["stage"] == "a_stage_of_next_year"


def test_an_older_laptop_sends_less_and_takes_nothing_away(office: Office, newer: Device) -> None:
    older = office.central.device("Ash Marlow", "manager")
    older.schema_version = 1
    child = newer.new_child("Tal", how_to_speak="Slowly", pronoun_card="green")
    newer.push(child)
    older.push(older.operation("child", child["id"], child["id"], set={"school": "Harbour"}))
    fields = office.central.everything()[f"child:{child['id']}"]["fields"]
    assert fields["how_to_speak"] == "Slowly"
    assert fields["pronoun_card"] == "green"
    assert fields["school"] == "Harbour"


def test_a_newer_server_may_say_more_than_a_laptop_understands(office: Office) -> None:
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "manager")
    ids = robin.do("add_child", name="Tal")
    robin.sync()

    def add(request: Request, reply: Reply) -> list[bytes] | None:
        if reply.status != 200:
            return None
        said = reply.json()
        said["new_in_2031"] = {"a": [1, 2]}
        for part in ("changes", "streams", "results", "conflicts"):
            for item in said.get(part, []):
                item["new_in_2031"] = True
        return [answer_json(200, said)]

    office.wire.alter = add
    ash.sync()
    assert f"child:{ids['child']}" in ash.report()["records"]


def test_the_work_of_a_program_that_is_too_old_is_still_taken_in(office: Office) -> None:
    """Its own pull is refused until it is brought up to date, but nothing waits on the laptop."""
    ancient = office.central.device("Ash Marlow", "manager")
    child = ancient.new_child("Tal")
    pushed = ancient.push(child, protocol=0)
    assert pushed["acked"] == 1
    newer = office.central.device("Robin Calder", "manager")
    assert child["id"] in newer.children()


def test_a_laptop_that_is_told_to_update_has_sent_its_work_first(office: Office) -> None:
    ash = office.worker("Ash Marlow", "manager")
    ash.do("add_child", name="Tal")

    def too_old(request: Request) -> list[bytes] | None:
        said = {"code": "program_too_old"}
        return [answer_json(426, said)] if request.path == "/v1/pull" else None

    office.wire.forge = too_old
    told = ash.try_sync()
    assert told["state"] != "confirmed"
    assert told["words"]
    assert ash.report()["waiting"] == 0
