"""The proposal of a report: begun from the assessment, built, said to the court and the child."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.casework import (
    history,
    plain_words,
    proposals,
    report_validators,
    report_writing,
    reports,
)
from app.casework.desk import Desk
from app.casework.report_writing import PassageLocked, PassageView
from app.core.errors import KnownError
from app.models.records import Report, ReportRequirement
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made, words

YRO = {
    "proposal_order": "youth_rehabilitation_order",
    "proposal_months": 12,
    "proposal_requirements": ["supervision", "curfew"],
}


def passages(desk: Desk, report_id: str) -> list[PassageView]:
    return [
        one for one in report_writing.passages(desk, report_id) if one.section == "psr.conclusion"
    ]


def proposed(desk: Desk, report_id: str) -> list[str]:
    """The words of the report that say what is proposed."""
    return [one.text for one in passages(desk, report_id) if one.facts]


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    return case(desk, add_child, **YRO)


@pytest.fixture
def report_id(desk: Desk, of: Case) -> str:
    return made(desk, of).id


def test_it_begins_with_what_the_assessment_proposes(desk: Desk, report_id: str) -> None:
    view = proposals.open_proposal(desk, report_id)
    assert (view.proposal.order, view.proposal.months) == ("yro", 12)
    assert [one.requirement for one in view.proposal.requirements] == ["supervision", "curfew"]
    assert view.in_text
    assert proposed(desk, report_id) == [
        "The proposal is a youth rehabilitation order. The length proposed is 12 months. "
        "These requirements would apply:",
        "Supervision",
        "Curfew",
    ]
    text = " ".join(one.text for one in passages(desk, report_id))
    assert text.count("The proposal is a youth rehabilitation order") == 1
    assert "A curfew requirement would apply" not in text, "said once, by the proposal"
    assert "A curfew requirement" not in words(reports.preview(desk, report_id))


def test_what_changes_is_pointed_out_where_it_stands_and_is_written_with_one_press(
    desk: Desk, report_id: str
) -> None:
    view = proposals.open_proposal(desk, report_id)
    supervision, curfew = view.proposal.requirements
    proposals.change_requirement(desk, replace(curfew, months=3, hours_a_day=10, what="At home"))
    view = proposals.add_requirement(desk, report_id, "activity")
    activity = view.proposal.requirements[-1]
    proposals.change_requirement(desk, replace(activity, days=20))
    assert not proposals.open_proposal(desk, report_id).in_text
    (changed,) = [one for one in passages(desk, report_id) if any(f.changed for f in one.facts)]
    assert changed.text == "Curfew"
    assert changed.facts[0].now == "Curfew: 10 hours a day, for 3 months. At home."

    def checks(name: str) -> list[str]:
        found = report_validators.findings(desk, report_id)
        return [one.text for one in found if one.check == name]

    assert "Activity: 20 days in all" in checks("proposal_in_text")[0]
    assert any("has changed since" in text for text in checks("facts"))
    assert proposals.write_into_report(desk, report_id).in_text
    assert proposed(desk, report_id)[1:] == [
        "Supervision",
        "Curfew: 10 hours a day, for 3 months. At home.",
        "Activity: 20 days in all",
    ]
    assert checks("proposal_in_text") == checks("facts") == []
    proposals.remove_requirement(desk, supervision.id)
    proposals.write_into_report(desk, report_id)
    assert "Supervision" not in proposed(desk, report_id)
    proposals.restore_requirement(desk, supervision.id)
    proposals.write_into_report(desk, report_id)
    assert proposed(desk, report_id)[1] == "Supervision"


def test_words_that_the_author_added_stay(desk: Desk, report_id: str) -> None:
    curfew = next(one for one in passages(desk, report_id) if one.text == "Curfew")
    report_writing.change_text(desk, curfew.id, "Curfew, which Tal has kept before.")
    order = passages(desk, report_id)[1]
    report_writing.change_text(desk, order.id, "In short: an order of a year.")
    held = proposals.open_proposal(desk, report_id).proposal
    proposals.change_order(desk, report_id, replace(held, months=9))
    proposals.write_into_report(desk, report_id)
    said = proposed(desk, report_id)
    assert "Curfew, which Tal has kept before." in said
    assert said[0].startswith("In short: an order of a year. The proposal is")
    assert "9 months" in said[0]


def test_an_order_without_requirements_leaves_them_out_and_keeps_them(
    desk: Desk, report_id: str
) -> None:
    held = proposals.open_proposal(desk, report_id).proposal
    proposals.change_order(desk, report_id, replace(held, order="fine", pounds=40))
    view = proposals.write_into_report(desk, report_id)
    assert proposed(desk, report_id) == ["The proposal is a fine. The amount proposed is £40."]
    assert len(view.proposal.requirements) == 2 and view.proposal.counted == ()
    proposals.change_order(desk, report_id, replace(view.proposal, order=""))
    proposals.write_into_report(desk, report_id)
    assert proposed(desk, report_id) == []


def test_another_order_than_the_assessment_says_is_pointed_out(desk: Desk, report_id: str) -> None:
    def found() -> list[str]:
        every = report_validators.findings(desk, report_id)
        return [one.text for one in every if one.check == "as_assessed"]

    assert found() == []
    held = proposals.open_proposal(desk, report_id).proposal
    proposals.change_order(desk, report_id, replace(held, order="fine"))
    assert found() == [
        "The assessment proposes another order: Youth rehabilitation order. Say in the report why "
        "it is not that now."
    ]


def test_the_validators_use_what_was_built(desk: Desk, report_id: str) -> None:
    def found(check: str) -> list[str]:
        every = report_validators.findings(desk, report_id)
        return [one.text for one in every if one.check == check]

    assert found("proposal") == []
    assert "Curfew: say for how many months." in found("conditions")
    curfew = proposals.open_proposal(desk, report_id).proposal.requirements[1]
    proposals.change_requirement(desk, replace(curfew, months=3, hours_a_day=22))
    assert any("22 hours a day" in text for text in found("proposal"))
    assert found("conditions") == []


def test_the_child_is_told_in_plain_words(desk: Desk, report_id: str) -> None:
    curfew = proposals.open_proposal(desk, report_id).proposal.requirements[1]
    proposals.change_requirement(desk, replace(curfew, months=3, hours_a_day=10))
    proposals.write_into_report(desk, report_id)
    sections = plain_words.read(desk, report_id).sections
    told = " ".join(next(one for one in sections if one.code == "psr.conclusion").sentences)
    assert "We ask the court for an order with rules." in told
    assert "You stay at home for some hours. It is 10 hours each day." in told
    assert "These requirements would apply" not in told


def test_a_welsh_report_says_it_in_welsh(desk: Desk, of: Case) -> None:
    view = reports.create_psr(desk, of.child_id, of.assessment_id, of.hearing_id, language="cy")
    said = proposed(desk, view.id)
    assert said[0].startswith("Y cynnig yw gorchymyn adsefydlu ieuenctid. 12 mis yw’r hyd")
    assert said[1:] == ["Goruchwyliaeth", "Cyrffyw"]


def test_what_cannot_be_meant_is_refused_and_a_final_report_stays(
    desk: Desk, report_id: str
) -> None:
    view = proposals.open_proposal(desk, report_id)
    with pytest.raises(KnownError) as refused:
        proposals.change_order(desk, report_id, replace(view.proposal, months=0))
    assert "from 1 to" in refused.value.hint
    with pytest.raises(KnownError):
        proposals.change_requirement(desk, replace(view.proposal.requirements[1], hours_a_day=25))
    reports.preview(desk, report_id)
    reports.make_final(desk, report_id, "The hearing is today")
    for deed in (
        lambda: proposals.change_order(desk, report_id, view.proposal),
        lambda: proposals.add_requirement(desk, report_id, "activity"),
        lambda: proposals.change_requirement(desk, view.proposal.requirements[0]),
        lambda: proposals.remove_requirement(desk, view.proposal.requirements[0].id),
        lambda: proposals.write_into_report(desk, report_id),
    ):
        with pytest.raises(PassageLocked):
            deed()
    assert not proposals.open_proposal(desk, report_id).editable


def test_a_draft_of_before_begins_with_its_assessment_and_the_history_tells_it(
    desk: Desk, of: Case, report_id: str
) -> None:
    with desk.casebook.write() as work:
        report = work.session.get_one(Report, report_id)
        report.proposal_order = report.proposal_months = None
        for row in work.session.query(ReportRequirement).all():
            work.remove(row)
    view = proposals.open_proposal(desk, report_id)
    assert (view.proposal.order, len(view.proposal.requirements)) == ("yro", 2)
    proposals.change_order(desk, report_id, replace(view.proposal, months=18))
    told = [
        (one.label, one.before, one.after)
        for entry in history.changes(desk, of.child_id, record_id=report_id).entries
        for one in entry.fields
    ]
    assert ("Length in months", "12", "18") in told


def test_a_report_on_an_order_proposes_nothing_by_itself(desk: Desk, of: Case) -> None:
    view = reports.create(
        desk, of.child_id, "stand_down", of.assessment_id, hearing_id=of.hearing_id
    )
    assert proposals.open_proposal(desk, view.id).section == "stand_down.proposal"
    assert "stand_down.proposal" in {
        one.section for one in report_writing.passages(desk, view.id) if one.facts
    }
