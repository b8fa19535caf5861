"""What the record says already stands beside the questions of an assessment."""

from __future__ import annotations

from datetime import date

from app.casework import children, court, form_records, people, stages
from app.casework.children import AlertDetails
from app.casework.desk import Desk
from app.core import i18n
from app.forms.sheet import Sheet
from tests.casework.conftest import AddChild


def _recorded(desk: Desk, add_child: AddChild) -> str:
    child_id = add_child(school="Fictional Bridge School", slcn="found").id
    theft = court.OffenceDetails(
        description="Theft of a pedal cycle", offence_date=date(2026, 9, 3)
    )
    before = court.OffenceDetails(description="Stones at a shed", offence_date=date(2024, 5, 1))
    court.add_offence(desk, child_id, theft)
    done = court.add_offence(desk, child_id, before)
    court.add_outcome(
        desk,
        child_id,
        court.OutcomeDetails(
            outcome_date=date(2024, 6, 1),
            disposal="community_resolution_yjs",
            offence_ids=(done.id,),
        ),
    )
    people.add_victim(desk, child_id, people.VictimDetails(name="Zebedee Unseen", kind="adult"))
    people.add_address(
        desk,
        child_id,
        people.AddressDetails(
            lines="1 Nowhere Street",
            postcode="ZZ1 1ZZ",
            kind="with_parents",
            from_date=date(2025, 1, 1),
        ),
    )
    people.add_carer(
        desk, child_id, people.CarerDetails(name="Marn Fenwick", relationship="mother")
    )
    children.add_alert(desk, child_id, AlertDetails(kind="mappa", category="2", level="1"))
    old = AlertDetails(kind="self_harm", from_date=date(2024, 1, 1), to_date=date(2024, 2, 1))
    children.add_alert(desk, child_id, old)
    return child_id


def test_an_assessment_shows_what_is_recorded_and_keeps_addresses_and_victims_out(
    desk: Desk, add_child: AddChild
) -> None:
    child_id = _recorded(desk, add_child)
    facts = form_records.start(desk, child_id, "assessment").context
    assert facts["record_offences"] == "Theft of a pedal cycle (3 September 2026)"
    assert facts["record_outcomes"].endswith("(1 June 2024)")
    assert facts["record_home"].endswith(", since 1 January 2025")
    assert facts["record_family"] == "Marn Fenwick (Mother)"
    assert "Fictional Bridge School" in facts["record_learning"]
    assert facts["record_alerts"].endswith("category 2, level 1"), "what has ended is not shown"
    together = " ".join(facts.values())
    assert "Nowhere" not in together and "ZZ1" not in together and "Zebedee" not in together


def test_the_days_of_a_review_come_from_the_dated_rules(desk: Desk, add_child: AddChild) -> None:
    facts = form_records.start(desk, add_child().id, "assessment").context
    assert (facts["review_by_day"], facts["review_by_high_day"]) == ("2027-02-23", "2027-01-04")


def test_facts_are_said_in_the_language_of_the_screen(desk: Desk, add_child: AddChild) -> None:
    child_id = _recorded(desk, add_child)
    i18n.set_language("cy")
    facts = form_records.start(desk, child_id, "assessment").context
    assert facts["record_family"] == "Marn Fenwick (Mam)"
    assert facts["record_home"].endswith(", ers 1 Ionawr 2025")


def test_a_childs_questionnaire_is_told_nothing_of_the_record(
    desk: Desk, add_child: AddChild
) -> None:
    child_id = _recorded(desk, add_child)
    facts = form_records.start(desk, child_id, "my_life_now").context
    assert not [key for key in facts if key.startswith("record_")]


def test_a_stage_is_not_asked_for_again(desk: Desk, add_child: AddChild) -> None:
    opened = stages.start(desk, add_child().id, "entering_custody")
    sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
    assert not sheet.is_relevant("assessment_for")
    assert sheet.is_relevant("harm_custody_level") and not sheet.is_relevant("proposal_order")
