"""Two records of one child, and records under the wrong child."""

from __future__ import annotations

from datetime import date

import pytest

from app.casework import children, court, history, people, search
from app.casework.children import AlertDetails, ChildView, IdentifierDetails
from app.casework.court import HearingDetails, OffenceDetails, OutcomeDetails
from app.casework.desk import Desk
from app.casework.keeping import ReasonMissing
from app.casework.merging import AlreadyThere, NotMerged, SameRecord
from app.casework.people import AddressDetails, CarerDetails, ProfessionalDetails, VictimDetails
from app.casework.problems import RecordGone
from app.models.records import FormRecord, HarmPrompt, Oversight
from tests.casework.conftest import AddChild

DAY = date(2026, 10, 1)


@pytest.fixture
def other(add_child: AddChild, desk: Desk) -> ChildView:
    """A second record of the same child, with one of everything under it."""
    view = add_child(given_name="Taliesin", family_name="Fennick", school="Fictional High School")
    children.add_identifier(desk, view.id, IdentifierDetails(kind="pnc", value="26/1A"))
    children.add_alert(desk, view.id, AlertDetails(kind="missing", text="The coast"))
    people.add_carer(desk, view.id, CarerDetails(name="Mel Fenwick", relationship="mother"))
    people.add_professional(desk, view.id, ProfessionalDetails(name="Sam Tarn", role="school"))
    people.add_address(desk, view.id, AddressDetails(lines="1 Fictional Row"))
    offence = court.add_offence(
        desk, view.id, OffenceDetails(description="Took a bike", offence_date=DAY)
    )
    people.add_victim(desk, view.id, VictimDetails(kind="adult", offence_ids=(offence.id,)))
    hearing = court.add_hearing(
        desk, view.id, HearingDetails(hearing_date=date(2026, 11, 2), offence_ids=(offence.id,))
    )
    court.add_outcome(
        desk,
        view.id,
        OutcomeDetails(
            disposal="fine",
            outcome_date=date(2026, 11, 2),
            hearing_id=hearing.id,
            offence_ids=(offence.id,),
        ),
    )
    return view


def counts(desk: Desk, child_id: str) -> dict[str, int]:
    """How many records of each kind a child has."""
    view = children.open_child(desk, child_id)
    return {
        "identifiers": len(view.identifiers),
        "alerts": len(view.alerts),
        "carers": len(people.list_carers(desk, child_id)),
        "professionals": len(people.list_professionals(desk, child_id)),
        "addresses": len(people.list_addresses(desk, child_id)),
        "victims": len(people.list_victims(desk, child_id)),
        "offences": len(court.list_offences(desk, child_id)),
        "hearings": len(court.list_hearings(desk, child_id)),
        "outcomes": len(court.list_outcomes(desk, child_id)),
    }


def test_a_merge_moves_everything_and_fills_what_was_empty(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    kept = children.merge(desk, child.id, other.id, "The same child, added twice")
    assert kept.id == child.id
    assert set(counts(desk, child.id).values()) == {1}
    assert kept.details.school == "Fictional High School"
    assert kept.details.family_name == "Fenwick"
    assert children.open_child(desk, other.id).id == child.id


def test_both_records_log_a_merge_with_its_reason(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    children.merge(desk, child.id, other.id, "The same child, added twice")
    for child_id in (child.id, other.id):
        merges = [e for e in history.changes(desk, child_id).entries if e.kind == "merge"]
        assert [entry.reason for entry in merges] == ["The same child, added twice"]
    moved = [e for e in history.changes(desk, other.id).entries if e.kind == "move"]
    assert {entry.record_type for entry in moved} == {
        *("identifier", "alert", "carer", "professional", "address"),
        *("victim", "offence", "hearing", "outcome"),
    }
    assert history.verify(desk).ok


def test_a_merge_can_be_taken_back(desk: Desk, child: ChildView, other: ChildView) -> None:
    children.merge(desk, child.id, other.id, "The same child")
    late = people.add_carer(desk, child.id, CarerDetails(name="Ros Fenwick"))
    back = children.undo_merge(desk, other.id, "They are cousins")
    assert (back.id, back.merged_into) == (other.id, None)
    assert set(counts(desk, other.id).values()) == {1}
    assert [carer.id for carer in people.list_carers(desk, child.id)] == [late.id]
    assert children.open_child(desk, child.id).details == child.details
    assert children.open_child(desk, other.id).details == other.details


def test_what_was_corrected_since_stays_when_a_merge_is_taken_back(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    kept = children.merge(desk, child.id, other.id, "The same child")
    corrected = children.ChildDetails(**{**vars(kept.details), "school": "Another School"})
    children.change_details(desk, child.id, corrected)
    children.undo_merge(desk, other.id, "They are cousins")
    assert children.open_child(desk, child.id).details.school == "Another School"


def test_a_merge_needs_two_records_in_use_and_a_reason(
    desk: Desk, child: ChildView, other: ChildView, add_child: AddChild
) -> None:
    with pytest.raises(SameRecord):
        children.merge(desk, child.id, child.id, "x")
    with pytest.raises(ReasonMissing):
        children.merge(desk, child.id, other.id, " ")
    with pytest.raises(NotMerged):
        children.undo_merge(desk, other.id, "x")
    children.merge(desk, child.id, other.id, "The same child")
    third = add_child(given_name="Wren")
    with pytest.raises(RecordGone):
        children.merge(desk, third.id, other.id, "x")
    with pytest.raises(RecordGone):
        people.add_carer(desk, other.id, CarerDetails(name="Mel Fenwick"))


def test_a_search_for_a_merged_name_leads_to_the_kept_record(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    children.merge(desk, child.id, other.id, "The same child")
    hits = search.find(desk, "Taliesin")
    assert [(hit.kind, hit.child_id, hit.title) for hit in hits] == [
        ("child", child.id, "Tal Fenwick")
    ]


# -- moving ------------------------------------------------------------------------------------


def test_a_moved_record_leaves_one_child_and_reaches_the_other(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    address = people.list_addresses(desk, other.id)[0]
    children.move_record(desk, "address", address.id, child.id, "Typed under the wrong child")
    assert people.list_addresses(desk, other.id) == ()
    assert [held.id for held in people.list_addresses(desk, child.id)] == [address.id]
    for child_id in (child.id, other.id):
        newest = history.changes(desk, child_id, record_id=address.id).entries[0]
        assert (newest.kind, newest.reason) == ("move", "Typed under the wrong child")


def test_a_moved_offence_is_named_by_nothing_of_the_first_child(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    offence = court.list_offences(desk, other.id)[0]
    children.move_record(desk, "offence", offence.id, child.id, "Another child's")
    assert court.list_hearings(desk, other.id)[0].details.offence_ids == ()
    assert court.list_outcomes(desk, other.id)[0].details.offence_ids == ()
    assert people.list_victims(desk, other.id)[0].details.offence_ids == ()


def test_a_moved_hearing_takes_no_offence_and_no_outcome_along(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    hearing = court.list_hearings(desk, other.id)[0]
    children.move_record(desk, "hearing", hearing.id, child.id, "Another child's")
    assert court.list_outcomes(desk, other.id)[0].details.hearing_id is None
    assert court.list_hearings(desk, child.id)[0].details.offence_ids == ()


def test_a_moved_form_takes_its_oversight_and_prompts_along(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    with desk.casebook.write() as work:
        form = work.add(FormRecord(child_id=other.id, form_id="assessment", form_version=1))
        work.flush()
        work.add(Oversight(child_id=other.id, form_record_id=form.id))
        work.add(HarmPrompt(child_id=other.id, form_record_id=form.id, path="x"))
    children.move_record(desk, "form_record", form.id, child.id, "Another child's")
    with desk.casebook.read() as session:
        for type_ in (FormRecord, Oversight, HarmPrompt):
            assert [record.child_id for record in session.query(type_)] == [child.id]


def test_a_record_is_not_moved_without_reason_or_place(
    desk: Desk, child: ChildView, other: ChildView
) -> None:
    address = people.list_addresses(desk, other.id)[0]
    with pytest.raises(ReasonMissing):
        children.move_record(desk, "address", address.id, child.id, "")
    with pytest.raises(AlreadyThere):
        children.move_record(desk, "address", address.id, other.id, "x")
    with pytest.raises(RecordGone):
        children.move_record(desk, "address", "nothing", child.id, "x")
    with pytest.raises(RecordGone):
        children.move_record(desk, "address", address.id, "nobody", "x")
    assert len(people.list_addresses(desk, other.id)) == 1
