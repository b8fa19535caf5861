"""One child whom two people registered on two laptops: found by the server, joined by a person."""

from __future__ import annotations

from datetime import date

import pytest

from app.casework import children, form_records, people, sync_deeds, syncing
from app.casework.children import ChildDetails
from app.casework.desk import Desk, Role
from app.casework.form_records import AnswerChange
from app.casework.people import CarerDetails
from tests.casework.sync_desks import NewDesk, quiet


@pytest.fixture
def caseload_only() -> bool:
    return True


def register(desk: Desk, given_name: str, heard: str) -> tuple[str, str]:
    """A child with what was heard of them; ids of the record and of the form."""
    child_id = children.add_child(
        desk,
        ChildDetails(
            given_name=given_name,
            family_name="Fenwick",
            date_of_birth=date(2011, 7, 3),
            allocated_to=desk.actor.id,
        ),
    ).id
    form = form_records.start(desk, child_id, "assessment").record_id
    change = AnswerChange("home_story", {"value": heard})
    form_records.save_answers(desk, form, [change], leaving=True)
    return child_id, form


def same_child(desk: Desk) -> syncing.NoticeView:
    (notice,) = syncing.overview(desk).notices
    return notice


def untroubled(desk: Desk) -> bool:
    """Whether nothing waits, nothing was refused or put aside, and nothing differs."""
    for notice in syncing.overview(desk).notices:
        sync_deeds.read_notice(desk, notice.id)
    sync_deeds.sync_now(desk)
    # What was read once stays read, though the server tells it again.
    return syncing.overview(desk).status.state == "confirmed"


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_a_child_registered_on_two_laptops_is_found_and_joined_and_both_keep_working(
    new_desk: NewDesk, role: Role
) -> None:
    ash, robin = new_desk("Ash Rivers"), new_desk("Robin Calder")
    sidney = new_desk("Sidney Hale", role)
    keep, first = register(ash, "Tal", "Ash was told this")
    other, second = register(robin, "TAL", "Robin was told that")
    quiet(ash, robin, sidney)
    for desk, own in ((ash, keep), (robin, other)):
        told = same_child(desk)
        assert (told.child_id, told.join, told.take_along) == (own, False, ())
        assert "ask your manager to look at both" in told.text
        assert (
            children.likely_duplicates(desk, children.open_child(desk, own).details, apart_from=own)
            == ()
        )
    away = same_child(sidney)
    assert set(away.take_along) == {keep, other}
    sync_deeds.take_along(sidney, away.take_along)
    sync_deeds.sync_now(sidney)
    told = same_child(sidney)
    assert told.join
    assert told.text.endswith("may be the same child. Look at both.")
    assert {told.child_id} < {keep, other}
    # The page of joining finds it by itself, with reasons.
    details = children.open_child(sidney, keep).details
    (alike,) = children.likely_duplicates(sidney, details, apart_from=keep)
    assert alike.child_id == other
    assert alike.score >= 90
    children.merge(sidney, keep, other, "Same birth certificate")
    quiet(sidney, ash, robin)
    quiet(sidney, ash, robin)
    for desk in (robin, sidney):
        assert children.open_child(desk, other).id == keep, "the other record leads to the kept one"
    for desk in (ash, robin, sidney):
        for form, heard in ((first, "Ash was told this"), (second, "Robin was told that")):
            held = form_records.open_form(desk, form)
            assert held.child_id == keep
            assert held.document["home_story"]["value"] == heard
        assert untroubled(desk)


def test_what_is_written_meanwhile_on_a_record_that_is_joined_away_arrives(
    new_desk: NewDesk,
) -> None:
    """Robin answers, and adds a record, without a network, while the two are joined elsewhere."""
    ash, robin = new_desk("Ash Rivers"), new_desk("Robin Calder")
    sidney = new_desk("Sidney Hale", "manager")
    keep, _first = register(ash, "Tal", "Ash was told this")
    other, second = register(robin, "TAL", "Robin was told that")
    quiet(ash, robin, sidney)
    sync_deeds.take_along(sidney, (keep, other))
    sync_deeds.sync_now(sidney)
    children.merge(sidney, keep, other, "Same birth certificate")
    sync_deeds.sync_now(sidney)
    change = AnswerChange("home_story", {"value": "Robin was told more"})
    form_records.save_answers(robin, second, [change], leaving=True)
    carer = people.add_carer(robin, other, CarerDetails(name="Nan")).id
    third = form_records.start(robin, other, "resettlement").record_id
    quiet(robin, sidney, ash)
    quiet(robin, sidney, ash)
    for desk in (ash, robin, sidney):
        held = form_records.open_form(desk, second)
        assert held.child_id == keep
        assert held.document["home_story"]["value"] == "Robin was told more"
        assert [one.id for one in people.list_carers(desk, keep)] == [carer]
        assert form_records.open_form(desk, third).child_id == keep
        assert syncing.overview(desk).refused == ()
        assert untroubled(desk)
