"""A proposal that two people build on two laptops: each requirement merges by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.casework import (
    assessments,
    children,
    court,
    demo,
    form_records,
    proposals,
    reports,
    sync_conflicts,
    sync_deeds,
)
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from tests.casework.sync_desks import NewDesk, quiet
from tests.casework.test_proposals import YRO, proposed


@pytest.fixture
def both(new_desk: NewDesk) -> tuple[Desk, Desk]:
    """Two practitioners of a service, each at a laptop of their own."""
    return new_desk("Ash Rivers"), new_desk("Sam Teal")


def test_two_people_build_one_proposal(both: tuple[Desk, Desk]) -> None:
    ash, sam = both
    child_id = children.add_child(ash, ChildDetails(given_name="Talwyn")).id
    opened = form_records.start(ash, child_id, "assessment")
    answers = {**demo.answers_of({"like": "assessment"}), **YRO}
    demo.fill_in(ash, opened.record_id, answers, by=ash.actor.id)
    assessments.submit(ash, opened.record_id)
    hearing = court.add_hearing(ash, child_id, court.HearingDetails(hearing_date=ash.clock.today()))
    report_id = reports.create_psr(ash, child_id, opened.record_id, hearing.id).id
    sync_deeds.choose(sam, child_id, True)
    quiet(ash, sam)
    held = proposals.open_proposal(sam, report_id).proposal
    supervision, curfew = held.requirements
    proposals.change_requirement(ash, replace(curfew, months=3, hours_a_day=10))
    proposals.change_requirement(sam, replace(supervision, months=9))
    added = proposals.add_requirement(sam, report_id, "activity").proposal.requirements[-1]
    proposals.change_requirement(sam, replace(added, days=20))
    quiet(ash, sam)
    assert sync_conflicts.conflicts(ash) == sync_conflicts.conflicts(sam) == ()
    for desk in both:
        proposals.write_into_report(desk, report_id)
    quiet(ash, sam)
    quiet(ash, sam)
    proposals.write_into_report(ash, report_id)
    quiet(ash, sam)
    for desk in both:
        assert proposed(desk, report_id)[1:] == [
            "Supervision: for 9 months",
            "Curfew: 10 hours a day, for 3 months",
            "Activity: 20 days in all",
        ]
