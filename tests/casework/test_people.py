"""Parents and carers, professionals, addresses, and victims, who are restricted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework import children, history, people, search
from app.casework.children import ChildView
from app.casework.desk import Desk, NotAllowed
from app.casework.people import (
    AddressDetails,
    CarerDetails,
    ProfessionalDetails,
    VictimDetails,
    VictimView,
)
from app.casework.problems import DetailsRefused, RecordGone
from tests.casework.conftest import Office

TODAY = date(2026, 11, 23)
CANARY = "Quillon Zarephath"


def test_a_carer_is_added_changed_and_taken_out(desk: Desk, child: ChildView) -> None:
    added = people.add_carer(
        desk,
        child.id,
        CarerDetails(
            name=" Mel Fenwick ",
            relationship="mother",
            parental_responsibility="yes",
            lives_with_child="no",
            phone="00000 000000",
        ),
    )
    assert added.title == "Mel Fenwick"
    assert added.detail == "Mother · has parental responsibility · 00000 000000"
    changed = people.change_carer(
        desk, added.id, replace(added.details, phone="11111 111111"), reason="New number"
    )
    assert changed.revision == added.revision + 1
    people.remove_carer(desk, added.id, "No contact any more")
    assert people.list_carers(desk, child.id) == ()
    told = history.changes(desk, child.id, record_id=added.id).entries
    assert [(entry.kind, entry.reason) for entry in told] == [
        ("remove", "No contact any more"),
        ("update", "New number"),
        ("create", ""),
    ]
    with pytest.raises(RecordGone):
        people.change_carer(desk, added.id, added.details)


@pytest.mark.parametrize(
    ("details", "found"),
    [
        (CarerDetails(relationship="mother"), [("name", True)]),
        (CarerDetails(name="Mel"), [("relationship", False)]),
        (CarerDetails(name="Mel", relationship="mother", email="mel at home"), [("email", False)]),
        (CarerDetails(name="Mel", relationship="mother", email="mel@example.org"), []),
    ],
)
def test_what_is_missing_in_a_carer(details: CarerDetails, found: list[tuple[str, bool]]) -> None:
    assert [(p.field, p.blocks) for p in people.check_carer(details)] == found


@pytest.mark.parametrize(
    ("details", "found"),
    [
        (ProfessionalDetails(role="school"), [("name", True)]),
        (ProfessionalDetails(agency="Fictional High School", role="school"), []),
        (ProfessionalDetails(name="Sam Tarn"), [("role", False)]),
        (
            ProfessionalDetails(
                name="Sam Tarn",
                role="school",
                from_date=date(2026, 2, 2),
                to_date=date(2026, 2, 1),
            ),
            [("to_date", True)],
        ),
    ],
)
def test_what_is_missing_in_a_professional(
    details: ProfessionalDetails, found: list[tuple[str, bool]]
) -> None:
    assert [(p.field, p.blocks) for p in people.check_professional(details)] == found


def test_professionals_of_today_come_first(desk: Desk, child: ChildView) -> None:
    people.add_professional(
        desk, child.id, ProfessionalDetails(name="Abe Former", to_date=date(2026, 11, 22))
    )
    people.add_professional(desk, child.id, ProfessionalDetails(name="Zoe Today"))
    listed = people.list_professionals(desk, child.id)
    assert [(held.title, held.current) for held in listed] == [
        ("Zoe Today", True),
        ("Abe Former", False),
    ]


@pytest.mark.parametrize(
    ("details", "found"),
    [
        (AddressDetails(), [("lines", True)]),
        (AddressDetails(kind="none"), []),
        (AddressDetails(lines="1 Row", from_date=date(2011, 7, 2)), [("from_date", True)]),
        (AddressDetails(lines="1 Row", from_date=date(2011, 7, 3)), []),
        (AddressDetails(lines="1 Row", from_date=date(2026, 11, 24)), [("from_date", False)]),
        (
            AddressDetails(lines="1 Row", from_date=date(2026, 2, 2), to_date=date(2026, 2, 1)),
            [("to_date", True)],
        ),
    ],
)
def test_what_is_odd_in_an_address(details: AddressDetails, found: list[tuple[str, bool]]) -> None:
    problems = people.check_address(details, date(2011, 7, 3), TODAY)
    assert [(p.field, p.blocks) for p in problems] == found


def test_where_the_child_lives_today_comes_first(desk: Desk, child: ChildView) -> None:
    people.add_address(
        desk,
        child.id,
        AddressDetails(lines="1 Old Row\nNowhere", from_date=date(2020, 1, 1), to_date=TODAY),
    )
    people.add_address(
        desk,
        child.id,
        AddressDetails(lines="2 New Row", from_date=TODAY, confirmed=True, keep_private=True),
    )
    now, before = people.list_addresses(desk, child.id)
    assert (now.title, now.current) == ("2 New Row", True)
    assert "keep private" in now.detail and "not confirmed" not in now.detail
    assert before.title == "1 Old Row, Nowhere"
    with pytest.raises(DetailsRefused):
        people.add_address(
            desk, child.id, AddressDetails(lines="3 Row", from_date=date(2000, 1, 1))
        )


# -- victims -----------------------------------------------------------------------------------


@pytest.fixture
def victim(desk: Desk, child: ChildView) -> VictimView:
    return people.add_victim(
        desk,
        child.id,
        VictimDetails(
            name=CANARY,
            kind="adult",
            contact_consent="yes",
            views=f"{CANARY} was frightened",
            safety_note="Not to go near the shop",
        ),
    )


def test_those_who_write_read_victims(staffed: Office, victim: VictimView) -> None:
    desk = staffed.as_user("Rowan Okell")
    assert [held.title for held in people.list_victims(desk, victim.child_id)] == [CANARY]


def test_a_reader_can_not_read_victims_anywhere(staffed: Office, victim: VictimView) -> None:
    desk = staffed.as_user("Perry Lind")
    with pytest.raises(NotAllowed):
        people.list_victims(desk, victim.child_id)
    with pytest.raises(NotAllowed):
        people.change_victim(desk, victim.id, victim.details)
    view = children.open_child(desk, victim.child_id)
    told = history.changes(desk, victim.child_id)
    assert CANARY not in f"{view!r}{told!r}{children.glance(desk, victim.child_id)!r}"
    assert "victim" not in {entry.record_type for entry in told.entries}


def test_those_who_write_see_a_victim_in_the_history_but_not_at_a_glance(
    desk: Desk, victim: VictimView
) -> None:
    told = history.changes(desk, victim.child_id)
    assert CANARY in repr(told)
    assert CANARY not in repr(children.glance(desk, victim.child_id))
    lately = [each.text for each in children.glance(desk, victim.child_id).lately]
    assert not any("ictim" in text for text in lately)


@pytest.mark.parametrize("text", [CANARY, "Zarephath", "frightened", "shop"])
def test_a_victim_is_never_found(desk: Desk, victim: VictimView, text: str) -> None:
    assert search.find(desk, text) == ()


def test_reading_victims_is_logged_once_a_visit(
    office: Office, desk: Desk, victim: VictimView
) -> None:
    def logged() -> int:
        entries = history.changes(desk, victim.child_id, record_id=victim.id).entries
        return sum(entry.kind == "consultation" for entry in entries)

    people.list_victims(desk, victim.child_id)
    people.list_victims(desk, victim.child_id)
    assert logged() == 1
    office.clock.advance(timedelta(hours=1))
    people.list_victims(desk, victim.child_id)
    assert logged() == 2


@pytest.mark.parametrize(
    ("details", "found"),
    [
        (VictimDetails(), [("kind", True)]),
        (VictimDetails(kind="business"), []),
        (
            VictimDetails(
                kind="adult",
                restorative_from=date(2026, 2, 2),
                restorative_to=date(2026, 2, 1),
            ),
            [("restorative_to", True)],
        ),
    ],
)
def test_what_is_missing_in_a_victim(details: VictimDetails, found: list[tuple[str, bool]]) -> None:
    assert [(p.field, p.blocks) for p in people.check_victim(details)] == found
