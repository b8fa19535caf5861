"""Each check of a report: a record that it speaks up about, and one that it is silent on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.casework import (
    children,
    court,
    oversight,
    report_parts,
    report_validators,
    report_views,
    report_writing,
    reports,
)
from app.casework.desk import Actor, Desk
from app.casework.report_validators import CHECKS, Finding, NotReady
from app.core.clock import FixedClock
from app.core.ids import new_id
from app.models.records import ReportPassage
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made

YRO = {
    "proposal_order": "youth_rehabilitation_order",
    "proposal_months": 12,
    "proposal_requirements": ["supervision"],
}
DTO = {
    "court_asked": ["all_options"],
    "proposal_order": "detention_and_training",
    "proposal_months": 6,
    "safety_custody_effect": "Tal has never been away from home.",
    "safety_custody_level": "medium",
    "harm_custody_level": "low",
    "harm_custody_reasons": "Nothing points to it.",
}


@pytest.fixture
def found(desk: Desk) -> Callable[[Case, str], list[Finding]]:
    """What one check finds in a report made from a case."""

    def find(of: Case, check: str) -> list[Finding]:
        report = made(desk, of)
        return [one for one in report_validators.findings(desk, report.id) if one.check == check]

    return find


def born(desk: Desk, of: Case, day: date | None) -> None:
    view = children.open_child(desk, of.child_id)
    children.change_details(desk, of.child_id, replace(view.details, date_of_birth=day))


def offence(desk: Desk, of: Case, **given: Any) -> None:
    (held,) = court.list_offences(desk, of.child_id)
    court.change_offence(desk, held.id, replace(held.details, **given))


def texts(findings: list[Finding]) -> str:
    return " ".join(finding.text for finding in findings)


def test_the_front_sheet(desk: Desk, add_child: AddChild, found: Any) -> None:
    of = case(desk, add_child)
    born(desk, of, date(2011, 7, 3))
    assert found(of, "front_sheet") == []
    born(desk, of, None)
    offence(desk, of, plea="")
    whole = found(of, "front_sheet")
    assert "The date of birth is missing" in texts(whole)
    assert "The plea is missing for: Theft of a pedal cycle" in texts(whole)
    assert not any(finding.blocks for finding in whole)


def test_ages_against_dates(desk: Desk, add_child: AddChild, found: Any) -> None:
    of = case(desk, add_child)
    born(desk, of, date(2011, 7, 3))
    assert found(of, "ages") == []
    born(desk, of, date(2017, 1, 1))
    (young,) = found(of, "ages")
    assert "The child was 9 on the day of the offence" in young.text
    assert young.rule
    assert not (young.verified or young.blocks), "a rule that was not read in full only warns"
    born(desk, of, date(2008, 1, 1))
    (grown,) = found(of, "ages")
    assert "18 on the day of the hearing" in grown.text


def test_earlier_outcomes_match_the_record(desk: Desk, add_child: AddChild, found: Any) -> None:
    of = case(desk, add_child, offence_pattern="first")
    assert found(of, "earlier_outcomes") == []
    court.add_outcome(
        desk,
        of.child_id,
        court.OutcomeDetails(disposal="youth_caution", outcome_date=date(2025, 1, 7)),
    )
    (finding,) = found(of, "earlier_outcomes")
    assert "earlier outcome" in finding.text


def test_a_fact_that_changed(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    view = children.open_child(desk, of.child_id)
    children.change_details(desk, of.child_id, replace(view.details, school="Fen Academy"))
    report = made(desk, of)
    passage = report_writing.add(desk, report.id, "psr.child", text="Tal goes to")
    fact = next(f for f in report_writing.facts_to_insert(desk, report.id) if f.field == "school")
    report_writing.insert_fact(desk, passage.id, fact)

    def facts() -> list[Finding]:
        return [f for f in report_validators.findings(desk, report.id) if f.check == "facts"]

    assert facts() == []
    children.change_details(desk, of.child_id, replace(view.details, school="Harbour College"))
    (finding,) = facts()
    assert "Fen Academy, now Harbour College" in finding.text
    assert finding.where == "Assessment of the child"


def test_a_part_that_every_report_holds(desk: Desk, add_child: AddChild) -> None:
    report = made(desk, case(desk, add_child))

    def part() -> str:
        held = report_writing.passages(desk, report.id)
        return next(one.id for one in held if one.text == "disproportionality")

    def missing() -> list[Finding]:
        held = report_validators.findings(desk, report.id)
        return [one for one in held if one.check == "missing_parts"]

    assert missing() == []
    with desk.casebook.write() as work:
        work.remove(work.session.get_one(ReportPassage, part()))
    (finding,) = missing()
    assert finding.blocks and finding.where == "Assessment of the child"
    report_parts.put_back(desk, report.id, finding.put_back)
    report_writing.remove(desk, part(), "It stands in the report of last week")
    assert missing() == [], "a reason was logged"


def test_a_section_that_is_the_authors_and_says_nothing(desk: Desk, add_child: AddChild) -> None:
    report = made(desk, case(desk, add_child))

    def silent() -> list[Finding]:
        held = report_validators.findings(desk, report.id)
        return [one for one in held if one.check == "silent_sections" and one.section == "psr.risk"]

    written = report_writing.add(desk, report.id, "psr.risk", text="Tal is calm at home.")
    assert silent() == []
    for one in report_writing.passages(desk, report.id):
        if one.section == "psr.risk" and one.kind not in ("heading", "made"):
            report_writing.remove(desk, one.id)
    (finding,) = silent()
    assert "Nothing is written under Assessment of risk" in finding.text
    assert not finding.blocks
    report_writing.restore(desk, written.id)
    report_writing.change_text(desk, written.id, " ")
    assert silent(), "spaces say nothing"


def test_levels_are_those_of_the_assessment_that_counts(
    desk: Desk, add_child: AddChild, found: Any
) -> None:
    of = case(desk, add_child)
    assert "No manager has countersigned" in texts(found(of, "levels"))
    author = desk.actor
    desk.actor = Actor(new_id(), "Robin Okell", "manager")
    oversight.countersign(desk, oversight.queue(desk)[0].id, "Agreed.")
    desk.actor = author
    assert found(of, "levels") == []


def test_an_assessment_older_than_the_rule_allows(
    desk: Desk, add_child: AddChild, clock: FixedClock, found: Any
) -> None:
    of = case(desk, add_child)
    assert found(of, "age_of_assessment") == []
    clock.advance(timedelta(days=120))
    (finding,) = found(of, "age_of_assessment")
    assert finding.rule
    assert not finding.blocks


@pytest.mark.parametrize(
    ("differs", "birth", "plea", "words", "blocks"),
    [
        (YRO | {"proposal_months": 12}, date(2011, 7, 3), "guilty", "", False),
        (DTO | {"proposal_months": 4}, date(2011, 7, 3), "guilty", "", False),
        (DTO | {"proposal_months": 3}, date(2011, 7, 3), "guilty", "are less than", True),
        (DTO | {"proposal_months": 25}, date(2011, 7, 3), "guilty", "are more than", True),
        (DTO, date(2015, 7, 3), "guilty", "not open below the age of 12", True),
        (DTO, date(2012, 7, 3), "guilty", "offending that is persistent", False),
        (
            YRO | {"proposal_requirements": ["unpaid_work"]},
            date(2011, 7, 3), "guilty", "Unpaid work is not open", False,
        ),
        (
            YRO | {"proposal_requirements": ["unpaid_work"]},
            date(2010, 7, 3), "guilty", "", False,
        ),
        (
            {"proposal_order": "referral_order", "proposal_months": 6},
            date(2011, 7, 3), "not_guilty", "needs a guilty plea", False,
        ),
        (
            {"proposal_order": "referral_order", "proposal_months": 6},
            date(2011, 7, 3), "guilty", "", False,
        ),
        (
            {"proposal_order": "referral_order", "proposal_months": 13},
            date(2011, 7, 3), "guilty", "are more than", False,
        ),
    ],
)  # fmt: skip
def test_a_proposal_is_open_for_age_plea_and_length(
    desk: Desk,
    add_child: AddChild,
    found: Any,
    differs: dict[str, Any],
    birth: date,
    plea: str,
    words: str,
    blocks: bool,
) -> None:
    of = case(desk, add_child, **differs)
    born(desk, of, birth)
    offence(desk, of, plea=plea)
    findings = found(of, "proposal")
    assert words in texts(findings)
    assert bool(findings) == bool(words)
    assert any(finding.blocks for finding in findings) == blocks
    assert all(finding.rule for finding in findings), "each names its dated rule"


def test_custody_is_proposed_only_where_it_is_open_and_in_a_written_report(
    desk: Desk, add_child: AddChild, found: Any
) -> None:
    of = case(desk, add_child, **DTO)
    assert found(of, "custody") == []
    view = reports.create(
        desk, of.child_id, "stand_down", of.assessment_id, hearing_id=of.hearing_id
    )
    (finding,) = [f for f in report_validators.findings(desk, view.id) if f.check == "custody"]
    assert "written pre-sentence report" in finding.text


def test_nobody_who_was_harmed_is_named(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child)
    report = made(desk, of)
    passage = report_writing.add(desk, report.id, "psr.offence", text="The owner was not there.")

    def victims() -> list[Finding]:
        return [f for f in report_validators.findings(desk, report.id) if f.check == "victims"]

    assert victims() == []
    report_writing.change_text(desk, passage.id, "Mr Unseen was not there.")
    (finding,) = victims()
    assert (finding.blocks, finding.where) == (True, "Offence analysis")
    reports.preview(desk, report.id)
    with pytest.raises(NotReady) as refused:
        reports.make_final(desk, report.id, "The hearing is today")
    assert "Take it out" in refused.value.hint
    assert report_views.open_report(desk, report.id).state == "draft"


def test_words_that_were_said_stand_as_they_were_said(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child, quote_agreed="yes")
    report = made(desk, of)
    spoken = report_writing.words_to_place(desk, report.id)[0]
    placed = report_writing.place_words(
        desk, report.id, "psr.offence", spoken.form_record_id, spoken.path
    )

    def quotations() -> list[Finding]:
        return [f for f in report_validators.findings(desk, report.id) if f.check == "quotations"]

    assert quotations() == []
    report_writing.change_text(desk, placed.id, "“Something nobody said.”")
    (finding,) = quotations()
    assert finding.blocks


def test_every_check_is_tried_here() -> None:
    tried = {
        "front_sheet", "ages", "earlier_outcomes", "facts", "levels", "age_of_assessment",
        "proposal", "custody", "victims", "quotations", "missing_parts",
        "silent_sections",
    }  # fmt: skip
    beside = {"conditions", "proposal_in_text", "as_assessed"}
    """These in `test_proposals`."""
    beside |= {"report_kind", "deadline", "author", "used_again"}
    """These in `test_report_needed` and `test_existing_report`."""
    assert set(CHECKS) == tried | beside
