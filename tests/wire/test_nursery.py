"""The laptops of these tests are real processes with real casebooks, and die like ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wire.nursery import Died, Nursery, Process

USER = {"id": "0198c0de-0000-7000-8000-00000000000a", "name": "Ash Marlow", "role": "practitioner"}
SERVICE = {"id": "0198c0de-0000-7000-8000-000000000002", "name": "Rivermouth"}


def laptop(laptops: Nursery, folder: Path) -> Process:
    made = laptops.process()
    made.ask(do="make", folder=str(folder), service=SERVICE, user=USER)
    return made


def test_a_laptop_that_is_killed_keeps_what_it_had_answered(
    laptops: Nursery, tmp_path: Path
) -> None:
    first = laptop(laptops, tmp_path / "one")
    ids = first.ask(do="add_child", name="Tal")
    first.ask(do="answer", id=ids["form"], path="people/r1/who", answer={"value": "Nan"})
    first.ask(do="change", type="child", id=ids["child"], school="Harbour School")
    first.begin(do="remove", type="child", id=ids["child"])
    first.kill()
    assert not first.alive
    with pytest.raises(Died):
        first.ask(do="report")
    again = laptops.process()
    again.ask(do="open", folder=str(tmp_path / "one"), actor_id=USER["id"], days=365)
    told = again.ask(do="report")
    assert told["whole"]
    assert told["records"][f"child:{ids['child']}"]["school"] == "Harbour School"
    answers = told["records"][f"form_record:{ids['form']}"]["answers"]
    assert answers == {"people": {"rows": [{"id": "r1", "answers": {"who": {"value": "Nan"}}}]}}


def test_laptops_share_nothing(laptops: Nursery, tmp_path: Path) -> None:
    one, other = laptop(laptops, tmp_path / "one"), laptop(laptops, tmp_path / "other")
    assert one.pid != other.pid
    ids = one.ask(do="add_child", name="Tal")
    assert other.ask(do="remove", type="child", id=ids["child"])["not_done"] == "NotThere"
    assert one.ask(do="report")["device_id"] != other.ask(do="report")["device_id"]


def test_an_error_that_a_laptop_did_not_expect_fails_the_test(
    laptops: Nursery, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match="TypeError"):
        laptop(laptops, tmp_path / "one").ask(do="add_child")
