"""Children who come to a laptop and leave it again, and the work that was made in between."""

from __future__ import annotations

from tests.wire.office import Office


def test_a_child_who_is_given_to_another_leaves_the_laptop_once_all_work_is_sent(
    office: Office,
) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    robin = office.worker("Robin Calder", "practitioner")
    manager = office.worker("Morgan Vale", "manager")
    ids = ash.do("add_child", name="Tal")
    ash.sync()
    manager.sync()
    manager.do("change", type="child", id=ids["child"], allocated_to=robin.user_id)
    manager.sync()
    ash.do("answer", id=ids["form"], path="home", answer={"value": "Written just before"})
    ash.sync()
    ash.sync()
    assert f"child:{ids['child']}" not in ash.report()["records"]
    assert ash.report()["whole"]
    robin.sync()
    answers = robin.record("form_record", ids["form"])["answers"]
    assert answers["home"] == {"value": "Written just before"}


def test_unsent_work_is_never_purged(office: Office) -> None:
    """The server says let go; the work can't be sent at that moment; so the child stays."""
    ash = office.worker("Ash Marlow", "practitioner")
    robin = office.worker("Robin Calder", "practitioner")
    manager = office.worker("Morgan Vale", "manager")
    ids = ash.do("add_child", name="Tal")
    ash.sync()
    manager.sync()
    manager.do("change", type="child", id=ids["child"], allocated_to=robin.user_id)
    manager.sync()
    ash.do("answer", id=ids["form"], path="home", answer={"value": "Not sent yet"})
    office.refuse("/v1/push", 503)
    for _ in range(3):
        ash.try_sync()
    told = ash.report()
    assert told["records"][f"form_record:{ids['form']}"]["answers"]["home"] == {
        "value": "Not sent yet"
    }
    assert told["waiting"] > 0
    office.wire.calm()
    ash.sync()
    ash.sync()
    assert f"child:{ids['child']}" not in ash.report()["records"]
    robin.sync()
    answers = robin.record("form_record", ids["form"])["answers"]
    assert answers["home"] == {"value": "Not sent yet"}


def test_late_work_is_taken_in_and_the_new_worker_is_told(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    robin = office.worker("Robin Calder", "practitioner")
    manager = office.worker("Morgan Vale", "manager")
    ids = ash.do("add_child", name="Tal")
    ash.sync()
    manager.sync()
    manager.do("change", type="child", id=ids["child"], allocated_to=robin.user_id)
    manager.sync()
    robin.sync()
    ash.do("answer", id=ids["form"], path="home", answer={"value": "Late"})
    ash.sync()
    assert ash.report()["refused"] == []
    robin.sync()
    told = robin.report()
    assert ("late_work", ids["child"]) in [(n["kind"], n["child_id"]) for n in told["notices"]]
    assert told["records"][f"form_record:{ids['form']}"]["answers"]["home"] == {"value": "Late"}


def test_work_on_a_child_whom_this_laptop_never_had_is_refused_and_kept(office: Office) -> None:
    robin = office.worker("Robin Calder", "practitioner")
    ids = robin.do("add_child", name="Tal")
    robin.sync()
    stranger = office.central.device("Ash Marlow", "practitioner")
    pushed = stranger.push(
        stranger.operation("child", ids["child"], ids["child"], set={"school": "x"})
    )
    assert [r["status"] for r in pushed["results"]] == ["rejected"]
    assert pushed["results"][0]["code"] == "not_your_child"


def test_a_child_who_comes_back_comes_back_whole(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    robin = office.worker("Robin Calder", "practitioner")
    manager = office.worker("Morgan Vale", "manager")
    ids = ash.do("add_child", name="Tal")
    ash.do("answer", id=ids["form"], path="people/r1/who", answer={"value": "Nan"})
    ash.sync()
    for worker in (robin, ash):
        manager.sync()
        manager.do("change", type="child", id=ids["child"], allocated_to=worker.user_id)
        manager.sync()
        ash.sync()
        ash.sync()
    answers = ash.record("form_record", ids["form"])["answers"]
    assert answers["people"]["rows"] == [{"id": "r1", "answers": {"who": {"value": "Nan"}}}]
    ash.do("answer", id=ids["form"], path="home", answer={"value": "Again"})
    ash.sync()
    assert ash.report()["waiting"] == 0
    assert ash.report()["refused"] == []
    assert ash.report()["whole"]


def test_one_child_registered_on_two_laptops_is_found(office: Office) -> None:
    ash = office.worker("Ash Marlow", "practitioner")
    robin = office.worker("Robin Calder", "practitioner")
    one = ash.do("add_child", name="Tal", family_name="Fenwick", born="2010-03-04")
    other = robin.do("add_child", name="TAL", family_name="Fenwick", born="2010-03-04")
    for worker in (ash, robin, ash):
        worker.sync()
    found = [n for w in (ash, robin) for n in w.report()["notices"] if n["kind"] == "same_child"]
    assert {n["child_id"] for n in found} | {n["other_id"] for n in found} == {
        one["child"],
        other["child"],
    }


def test_a_child_who_was_handed_on_is_not_taken_back_by_who_still_holds_the_record(
    office: Office,
) -> None:
    """The former worker takes the child back on a laptop that doesn't know of the hand-over."""
    ash = office.worker("Ash Marlow", "practitioner")
    robin = office.worker("Robin Calder", "practitioner")
    manager = office.worker("Morgan Vale", "manager")
    ids = ash.do("add_child", name="Tal")
    ash.sync()
    manager.sync()
    manager.do("change", type="child", id=ids["child"], allocated_to=robin.user_id)
    manager.sync()
    robin.sync()
    ash.do("answer", id=ids["form"], path="home", answer={"value": "Late"})
    ash.do("change", type="child", id=ids["child"], allocated_to=None)
    ash.do("change", type="child", id=ids["child"], allocated_to=ash.user_id)
    ash.sync()
    robin.sync()
    told = robin.report()
    assert robin.record("child", ids["child"])["allocated_to"] == robin.user_id
    assert ("late_work", ids["child"]) in [(n["kind"], n["child_id"]) for n in told["notices"]]
    assert told["records"][f"form_record:{ids['form']}"]["answers"]["home"] == {"value": "Late"}
    ash.sync()
    assert f"child:{ids['child']}" not in ash.report()["records"]
