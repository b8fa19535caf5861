"""Adding, opening and changing a child's record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework import casebook_keys, children, form_records, history
from app.casework.children import (
    AlertDetails,
    CareStatusDetails,
    ChildDetails,
    ChildView,
    IdentifierDetails,
    NotReady,
)
from app.casework.desk import VISIT_LASTS, Desk, NotAllowed
from app.casework.keeping import ReasonMissing
from app.casework.problems import DetailsRefused, RecordGone
from app.core import i18n
from app.models import key_file
from app.models.key_file import EscrowSlot
from tests.casework.conftest import AddChild, Office

TODAY = date(2026, 11, 23)
TAL = ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3))


def consultations(desk: Desk, child_id: str) -> list[str]:
    """The reasons of the consultations of a child, the newest first."""
    entries = history.changes(desk, child_id).entries
    return [entry.reason for entry in entries if entry.kind == "consultation"]


# -- before the first child --------------------------------------------------------------------


def test_nobody_adds_a_child_before_the_recovery_code_is_confirmed(fresh_office: Office) -> None:
    desk = fresh_office.as_user("Ash Rivers")
    may, why = children.may_add_child(desk)
    assert not may and "recovery code" in why
    with pytest.raises(NotReady):
        children.add_child(desk, TAL)
    casebook_keys.confirm_recovery_code(desk, fresh_office.recovery_code)
    assert children.may_add_child(desk) == (True, "")
    assert children.add_child(desk, TAL).name == "Tal Fenwick"


def test_nobody_adds_a_child_without_an_escrow_slot(office: Office, desk: Desk) -> None:
    keys = key_file.read(office.folder)
    slots = tuple(slot for slot in keys.slots if not isinstance(slot, EscrowSlot))
    bare = keys.model_copy(update={"slots": slots}).sealed(desk.data_key)
    key_file.write(office.folder, bare, keep_previous=False)
    may, why = children.may_add_child(desk)
    assert not may and "service" in why
    with pytest.raises(NotReady):
        children.add_child(desk, TAL)


def test_a_reader_reads_and_changes_nothing(staffed: Office) -> None:
    assert staffed.desk is not None
    child = children.add_child(staffed.desk, TAL)
    desk = staffed.as_user("Perry Lind")
    view = children.open_child(desk, child.id)
    assert not view.editable
    assert children.may_add_child(desk)[0] is False
    for act in (
        lambda: children.add_child(desk, TAL),
        lambda: children.change_details(desk, child.id, TAL),
        lambda: children.add_alert(desk, child.id, AlertDetails(kind="missing", text="x")),
        lambda: children.move_record(desk, "address", "x", child.id, "why"),
        lambda: children.merge(desk, child.id, "x", "why"),
    ):
        with pytest.raises(NotAllowed):
            act()


# -- details -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "blocks"),
    [
        ({"given_name": "", "family_name": " "}, "given_name", True),
        ({"date_of_birth": date(2026, 11, 24)}, "date_of_birth", True),
        ({"given_name": ""}, "given_name", False),
        ({"family_name": ""}, "family_name", False),
        ({"date_of_birth": None}, "date_of_birth", False),
        ({"date_of_birth": date(2016, 11, 24)}, "date_of_birth", False),  # 9 until tomorrow
        ({"date_of_birth": date(2008, 11, 23)}, "date_of_birth", False),  # 18 today
        (
            {"send_plan_from": date(2026, 2, 1), "send_plan_to": date(2026, 1, 1)},
            "send_plan_to",
            False,
        ),
    ],
)
def test_odd_details_are_pointed_at(changes: dict[str, object], field: str, blocks: bool) -> None:
    problems = children.check_details(replace(TAL, **changes), TODAY)  # type: ignore[arg-type]
    assert [(problem.field, problem.blocks) for problem in problems] == [(field, blocks)]
    assert problems[0].text.endswith(".")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"given_name": "", "preferred_name": "Tal", "family_name": "Fenwick"},
        {"date_of_birth": date(2016, 11, 23)},  # 10 today
        {"date_of_birth": date(2008, 11, 24)},  # 17 until tomorrow
        {"send_plan_from": date(2026, 1, 1), "send_plan_to": date(2026, 1, 1)},
    ],
)
def test_good_details_are_left_alone(changes: dict[str, object]) -> None:
    found = children.check_details(replace(TAL, **changes), TODAY)  # type: ignore[arg-type]
    assert [problem for problem in found if problem.field != "given_name"] == []


def test_what_makes_no_sense_is_refused_and_what_is_unusual_is_kept(desk: Desk) -> None:
    with pytest.raises(DetailsRefused) as refused:
        children.add_child(desk, replace(TAL, date_of_birth=date(2027, 1, 1)))
    assert [problem.field for problem in refused.value.problems] == ["date_of_birth"]
    kept = children.add_child(desk, replace(TAL, date_of_birth=date(2018, 1, 1)))
    assert kept.age == 8
    assert [problem.field for problem in kept.problems] == ["date_of_birth"]


def test_everything_that_is_typed_comes_back(desk: Desk) -> None:
    full = ChildDetails(
        given_name="Taliesin",
        family_name="Fenwick",
        preferred_name="Tal",
        other_names="Jones",
        pronouns="they/them",
        date_of_birth=date(2011, 7, 3),
        sex="female",
        gender="non-binary",
        ethnicity="white_roma",
        ethnicity_own_words="Roma and Welsh",
        ethnicity_perceived="white_other",
        preferred_language="en",
        languages=("cy", "rmy"),
        interpreter="no",
        religion="none",
        nationality="British",
        immigration="not relevant",
        disability="yes",
        disability_note="Big print",
        send_aln="plan",
        send_plan="Individual development plan",
        send_plan_from=date(2025, 9, 1),
        send_plan_to=date(2026, 8, 31),
        slcn="found",
        slcn_note="Long sentences are hard",
        neurodiversity_note="Likes a plan for the day",
        how_to_speak="Short sentences",
        school="Fictional High School",
        gp="Dr Invented",
        yjs_area="yot-cardiff",
        stage="prevention",
        allocated_to=desk.actor.id,
        consent_note="Told on 1 November",
    )
    view = children.add_child(desk, full)
    assert children.open_child(desk, view.id).details == full
    words = {fact.field: fact.value for fact in view.facts}
    assert set(words) == set(ChildDetails.__dataclass_fields__)
    assert words["ethnicity"] == "Roma"
    assert words["languages"] == "Welsh, Romani"
    assert words["date_of_birth"] == "3 July 2011"
    assert words["allocated_to"] == "Ash Rivers"
    assert words["yjs_area"] == "Cardiff"


def test_how_to_speak_with_the_child_comes_first(desk: Desk) -> None:
    view = children.add_child(
        desk,
        replace(
            TAL,
            given_name="Taliesin",
            preferred_name="Tal",
            pronouns="they/them",
            preferred_language="en",
            languages=("cy", "en"),
            how_to_speak="short sentences",
        ),
    )
    assert (view.name, view.called, view.age, view.age_text) == (
        "Tal Fenwick",
        "Tal",
        15,
        "15 years 4 months",
    )
    assert view.headline == (
        "Given name Taliesin",
        "they/them",
        "15 years 4 months",
        "English, Welsh",
        "short sentences",
    )


def test_only_what_differs_is_logged(desk: Desk, child: ChildView) -> None:
    children.change_details(desk, child.id, child.details)
    children.change_details(
        desk, child.id, replace(child.details, school="  Fictional High School "), reason="Phoned"
    )
    newest = history.changes(desk, child.id).entries[0]
    assert newest.kind == "update"
    assert newest.reason == "Phoned"
    assert [(each.label, each.before, each.after) for each in newest.fields] == [
        ("School, college or work", "", "Fictional High School")
    ]
    kinds = [entry.kind for entry in history.changes(desk, child.id).entries]
    assert kinds == ["update", "create"]


def test_a_refused_change_leaves_no_trace(desk: Desk, child: ChildView) -> None:
    before = history.verify(desk).entries
    with pytest.raises(DetailsRefused):
        children.change_details(
            desk, child.id, replace(child.details, given_name="", family_name="")
        )
    assert history.verify(desk).entries == before
    assert children.open_child(desk, child.id).details == child.details


# -- consultations -----------------------------------------------------------------------------


def test_opening_is_logged_once_a_visit(
    office: Office, desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    assert consultations(desk, child.id) == []  # who adds a child has it open
    other = add_child(given_name="Wren", family_name="Hollis")
    children.open_child(desk, child.id, "I cover for a colleague")
    children.open_child(desk, child.id)
    assert consultations(desk, child.id) == ["I cover for a colleague"]
    children.open_child(desk, other.id)
    children.open_child(desk, child.id)
    assert consultations(desk, child.id) == ["", "I cover for a colleague"]
    children.leave_child(desk)
    children.open_child(desk, child.id)
    assert len(consultations(desk, child.id)) == 3


def test_a_visit_ends_when_nothing_is_read_for_half_an_hour(
    office: Office, desk: Desk, child: ChildView
) -> None:
    office.clock.advance(VISIT_LASTS)
    children.open_child(desk, child.id)
    assert consultations(desk, child.id) == []
    office.clock.advance(VISIT_LASTS + timedelta(seconds=1))
    children.open_child(desk, child.id)
    assert len(consultations(desk, child.id)) == 1


def test_a_form_that_is_opened_past_the_record_is_a_consultation_too(
    office: Office, desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    record_id = form_records.start(desk, child.id, "assessment").record_id
    form_records.open_form(desk, record_id)
    assert consultations(desk, child.id) == []  # the record is open already
    children.open_child(desk, add_child(given_name="Wren", family_name="Hollis").id)
    form_records.open_form(desk, record_id, for_child=True)
    assert consultations(desk, child.id) == []
    form_records.open_form(desk, record_id)
    form_records.open_form(desk, record_id)
    entries = history.changes(desk, child.id, record_id=record_id).entries
    assert [entry.kind for entry in entries].count("consultation") == 1


def test_a_record_that_is_not_there_is_said_to_be_gone(desk: Desk) -> None:
    with pytest.raises(RecordGone):
        children.open_child(desk, "0198c0de-0000-7000-8000-000000000001")


# -- identifiers, alerts, care statuses --------------------------------------------------------


def test_identifiers_are_added_corrected_and_taken_out(desk: Desk, child: ChildView) -> None:
    with pytest.raises(DetailsRefused):
        children.add_identifier(desk, child.id, IdentifierDetails(kind="pnc", value=" "))
    added = children.add_identifier(desk, child.id, IdentifierDetails(kind="pnc", value="26/12A"))
    children.change_identifier(desk, added.id, IdentifierDetails(kind="pnc", value="26/12B"))
    assert [held.detail for held in children.open_child(desk, child.id).identifiers] == ["26/12B"]
    with pytest.raises(ReasonMissing):
        children.remove_identifier(desk, added.id, "  ")
    children.remove_identifier(desk, added.id, "It was another child's")
    assert children.open_child(desk, child.id).identifiers == ()
    with pytest.raises(RecordGone):
        children.change_identifier(desk, added.id, IdentifierDetails(kind="pnc", value="1"))
    entry = history.changes(desk, child.id).entries[0]
    assert (entry.kind, entry.reason, entry.what) == (
        "remove",
        "It was another child's",
        "Taken out: Identifier",
    )


def test_an_alert_ends_after_its_last_day(office: Office, desk: Desk, child: ChildView) -> None:
    alert = children.add_alert(
        desk, child.id, AlertDetails(kind="mappa", text="Level 2", category="1", level="2")
    )
    assert alert.current
    assert alert.detail == "Level 2 · category 1 · level 2"
    ended = children.change_alert(desk, alert.id, replace(alert.details, to_date=TODAY))
    assert ended.current
    office.clock.advance(timedelta(days=1))
    assert not children.open_child(desk, child.id).alerts[0].current


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (AlertDetails(text="x"), "kind"),
        (
            AlertDetails(
                kind="missing", text="x", from_date=date(2026, 2, 2), to_date=date(2026, 2, 1)
            ),
            "to_date",
        ),
    ],
)
def test_an_alert_that_makes_no_sense_is_refused(
    desk: Desk, child: ChildView, details: AlertDetails, field: str
) -> None:
    with pytest.raises(DetailsRefused) as refused:
        children.add_alert(desk, child.id, details)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_new_care_status_ends_the_one_before(desk: Desk, child: ChildView) -> None:
    children.add_care_status(
        desk, child.id, CareStatusDetails(status="child_in_need", from_date=date(2025, 3, 1))
    )
    children.add_care_status(
        desk, child.id, CareStatusDetails(status="looked_after_order", from_date=date(2026, 6, 1))
    )
    view = children.open_child(desk, child.id)
    assert view.care is not None and view.care.details.status == "looked_after_order"
    assert [(held.details.status, held.details.to_date) for held in view.care_history] == [
        ("looked_after_order", None),
        ("child_in_need", date(2026, 5, 31)),
    ]


def test_a_care_status_of_long_ago_leaves_todays_alone(desk: Desk, child: ChildView) -> None:
    children.add_care_status(
        desk, child.id, CareStatusDetails(status="care_leaver", from_date=date(2026, 6, 1))
    )
    children.add_care_status(
        desk,
        child.id,
        CareStatusDetails(
            status="child_protection", from_date=date(2020, 1, 1), to_date=date(2021, 1, 1)
        ),
    )
    care = children.open_child(desk, child.id).care
    assert care is not None and care.details.status == "care_leaver"


def test_a_care_status_does_not_start_before_birth(desk: Desk, child: ChildView) -> None:
    with pytest.raises(DetailsRefused) as refused:
        children.add_care_status(
            desk, child.id, CareStatusDetails(status="early_help", from_date=date(2011, 7, 2))
        )
    assert "born" in refused.value.problems[0].text
    children.add_care_status(
        desk, child.id, CareStatusDetails(status="early_help", from_date=date(2011, 7, 3))
    )


# -- likely duplicates -------------------------------------------------------------------------


def test_a_likely_duplicate_is_pointed_out_with_reasons(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    add_child(given_name="Ivy", family_name="Penhallow", date_of_birth=date(2012, 1, 9))
    found = children.likely_duplicates(
        desk,
        ChildDetails(given_name="Tal", family_name="Fennick", date_of_birth=date(2011, 3, 7)),
    )
    assert [(each.child_id, each.name) for each in found] == [(child.id, "Tal Fenwick")]
    assert found[0].reasons == (
        "The names sound alike.",
        "Day and month of the date of birth are swapped.",
    )


def test_a_number_in_common_is_found_under_another_name(desk: Desk, add_child: AddChild) -> None:
    held = children.add_child(
        desk, TAL, identifiers=(IdentifierDetails(kind="pnc", value="26/12345A"),)
    )
    asked = ChildDetails(given_name="Ivy", family_name="Penhallow")
    number = IdentifierDetails(kind="pnc", value="26 12345a")
    found = children.likely_duplicates(desk, asked, (number,))
    assert [each.child_id for each in found] == [held.id]
    assert children.likely_duplicates(desk, asked, (replace(number, kind="nhs"),)) == ()


def test_a_child_is_no_duplicate_of_itself_nor_of_what_was_merged(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    assert children.likely_duplicates(desk, child.details, apart_from=child.id) == ()
    other = add_child()
    found = children.likely_duplicates(desk, child.details, apart_from=child.id)
    assert [each.child_id for each in found] == [other.id]
    children.merge(desk, child.id, other.id, "The same child")
    assert children.likely_duplicates(desk, child.details, apart_from=child.id) == ()


def test_reasons_are_in_the_language_of_the_screen(desk: Desk, child: ChildView) -> None:
    i18n.set_language("cy")
    view = children.open_child(desk, child.id)
    assert view.where == "Newydd i’r gwasanaeth"
