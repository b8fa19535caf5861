"""Two people write the same thing while neither can see the other: nothing is lost of either.

Row 21 of the table of faults.
"""

from __future__ import annotations

from typing import Any

from tests.wire.office import Office, Worker


def conflicts(worker: Worker) -> list[dict[str, Any]]:
    """The conflicts that wait for a person on this laptop."""
    return [c for c in worker.report()["conflicts"] if c["resolved_by"] is None]


def both_hold_a_child(office: Office) -> tuple[Worker, Worker, dict[str, str]]:
    ash = office.worker("Ash Marlow", "manager")
    robin = office.worker("Robin Calder", "manager")
    ids = ash.do("add_child", name="Tal", school="Harbour School")
    ash.do("answer", id=ids["form"], path="home", answer={"value": "With Nan"})
    ash.sync()
    robin.sync()
    return ash, robin, ids


def test_one_field_that_two_people_wrote_is_a_conflict_with_both_texts_and_the_first_counts(
    office: Office,
) -> None:
    ash, robin, ids = both_hold_a_child(office)
    ash.do("change", type="child", id=ids["child"], school="Ash wrote this")
    robin.do("change", type="child", id=ids["child"], school="Robin wrote this")
    ash.sync()
    robin.sync()
    ash.sync()
    for worker in (ash, robin):
        (conflict,) = conflicts(worker)
        assert conflict["field"] == "school"
        assert conflict["base"] == "Harbour School"
        assert conflict["theirs"] == "Ash wrote this"
        assert conflict["mine"] == "Robin wrote this"
        assert conflict["theirs_actor"] == ash.user_id
        assert conflict["mine_actor"] == robin.user_id
        assert worker.record("child", ids["child"])["school"] == "Ash wrote this"


def test_two_fields_of_one_record_are_merged_without_asking_anybody(office: Office) -> None:
    ash, robin, ids = both_hold_a_child(office)
    ash.do("change", type="child", id=ids["child"], school="New School")
    robin.do("change", type="child", id=ids["child"], gp="Quay Street Surgery")
    ash.do("answer", id=ids["form"], path="school", answer={"value": "goes"})
    robin.do("answer", id=ids["form"], path="people/r1/who", answer={"value": "Nan"})
    for worker in (ash, robin, ash):
        worker.sync()
    for worker in (ash, robin):
        assert conflicts(worker) == []
        child = worker.record("child", ids["child"])
        assert (child["school"], child["gp"]) == ("New School", "Quay Street Surgery")
        answers = worker.record("form_record", ids["form"])["answers"]
        assert answers["school"] == {"value": "goes"}
        assert answers["people"]["rows"] == [{"id": "r1", "answers": {"who": {"value": "Nan"}}}]


def test_the_same_value_from_two_people_is_no_conflict(office: Office) -> None:
    ash, robin, ids = both_hold_a_child(office)
    for worker in (ash, robin):
        worker.do("change", type="child", id=ids["child"], school="Same School")
    for worker in (ash, robin, ash):
        worker.sync()
        assert conflicts(worker) == []


def test_a_record_taken_out_by_one_and_changed_by_another_is_kept_with_the_change(
    office: Office,
) -> None:
    ash, robin, ids = both_hold_a_child(office)
    ash.do("remove", type="child", id=ids["child"])
    robin.do("change", type="child", id=ids["child"], school="Robin wrote this")
    for worker in (ash, robin, ash):
        worker.sync()
    for worker in (ash, robin):
        child = worker.record("child", ids["child"])
        shown = {c["field"] for c in conflicts(worker)}
        assert child["school"] == "Robin wrote this"
        assert child["removed_at"] is None or "removed_at" in shown


def test_one_answer_that_two_people_gave_is_a_conflict_and_of_two_levels_the_severe_one_counts(
    office: Office,
) -> None:
    ash, robin, ids = both_hold_a_child(office)
    ash.do("answer", id=ids["form"], path="level", answer={"value": "medium"})
    robin.do("answer", id=ids["form"], path="level", answer={"value": "very_high"})
    for worker in (ash, robin, ash):
        worker.sync()
    for worker in (ash, robin):
        (conflict,) = conflicts(worker)
        assert conflict["field"] == "answers.level"
        assert conflict["safety"]
        answers = worker.record("form_record", ids["form"])["answers"]
        assert answers["level"] == {"value": "very_high"}


def test_a_row_that_one_took_out_and_another_wrote_in_is_not_silently_gone(office: Office) -> None:
    ash, robin, ids = both_hold_a_child(office)
    ash.do("answer", id=ids["form"], path="people/r1/who", answer={"value": "Nan"})
    for worker in (ash, robin):
        worker.sync()
    ash.do("answer", id=ids["form"], path="people/r1", answer=None)
    robin.do("answer", id=ids["form"], path="people/r1/who", answer={"value": "Nan and Taid"})
    for worker in (ash, robin, ash):
        worker.sync()
    for worker in (ash, robin):
        told = worker.report()
        kept = str(told["records"][f"form_record:{ids['form']}"]) + str(told["conflicts"])
        assert "Nan and Taid" in kept


def test_a_conflict_that_a_person_settled_is_settled_on_every_laptop(office: Office) -> None:
    ash, robin, ids = both_hold_a_child(office)
    ash.do("change", type="child", id=ids["child"], school="Ash wrote this")
    robin.do("change", type="child", id=ids["child"], school="Robin wrote this")
    for worker in (ash, robin, ash):
        worker.sync()
    (conflict,) = conflicts(ash)
    ash.do("resolve", id=conflict["id"], value="Both, one after the other")
    for worker in (ash, robin):
        worker.sync()
    for worker in (ash, robin):
        assert conflicts(worker) == []
        assert worker.record("child", ids["child"])["school"] == "Both, one after the other"


def test_changes_that_were_pulled_are_never_pushed_back(office: Office) -> None:
    ash, robin, ids = both_hold_a_child(office)
    before = office.central.operations()
    for _ in range(3):
        for worker in (robin, ash):
            worker.sync()
    after = office.central.operations()
    writes = [op for op in after if op["device_id"] == robin.device_id and op["record_id"]]
    assert [op for op in writes if op["record_id"] in ids.values()] == []
    assert len(after) == len(before)
    pulled = [e for e in robin.report()["log"] if e["record"] == f"child:{ids['child']}"]
    assert pulled
    assert all(entry["origin"] and entry["seq"] is None for entry in pulled)
