"""What a hearing asks for: the kind of report, by when, and by which rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.casework import court, report_needed, report_validators, reports
from app.casework.court import HearingDetails, OutcomeDetails
from app.casework.desk import Actor, Desk
from app.casework.report_needed import Asked
from app.core.clock import FixedClock
from tests.casework.conftest import AddChild
from tests.casework.test_reports import case, made

DAY = date(2026, 11, 30)


def asked(desk: Desk, add_child: AddChild, **given: Any) -> Asked:
    child = add_child()
    hearing = court.add_hearing(desk, child.id, HearingDetails(**{"hearing_date": DAY, **given}))
    return report_needed.for_hearings(desk, child.id)[hearing.id]


@pytest.mark.parametrize(
    ("given", "kind", "words", "rule"),
    [
        ({"report_requested": True}, "psr", "asked for a pre-sentence report", None),
        (
            {"report_requested": True, "all_options": True},
            "psr", "left custody open", "custody_needs_written_report",
        ),
        ({"hearing_type": "breach"}, "breach", "Breach report", None),
        ({"hearing_type": "review"}, "progress", "Progress report", None),
        ({"hearing_type": "referral_panel"}, "referral_panel", "referral order panel", None),
        ({"hearing_type": "sentence"}, "", "need one first", "report_before_sentence"),
        ({"hearing_type": "plea"}, "", "does not say", None),
    ],
)  # fmt: skip
def test_the_kind_that_a_hearing_asks_for(
    desk: Desk, add_child: AddChild, given: dict[str, Any], kind: str, words: str, rule: str | None
) -> None:
    found = asked(desk, add_child, **given)
    ((text, by),) = found.why
    assert found.kind == kind
    assert words in text
    assert (by.rule_id if by else None) == rule


def test_on_the_day_of_the_hearing_it_is_a_report_on_the_day(
    desk: Desk, add_child: AddChild
) -> None:
    today = desk.clock.today()
    on_the_day = asked(desk, add_child, hearing_date=today, report_requested=True)
    assert on_the_day.kind == "stand_down"
    custody = asked(desk, add_child, hearing_date=today, report_requested=True, all_options=True)
    assert custody.kind == "psr", "never on the day alone where custody is open"


def test_when_it_is_due_and_who_says_so(desk: Desk, add_child: AddChild, clock: FixedClock) -> None:
    by_rule = asked(desk, add_child, report_requested=True)
    assert by_rule.due_rule is not None
    assert (by_rule.due_rule.rule_id, by_rule.due) == (
        "psr_ready_before_hearing", date(2026, 11, 27),
    )  # fmt: skip
    assert "Due by 27 November 2026" in by_rule.due_words
    by_court = asked(desk, add_child, report_requested=True, report_due=date(2026, 11, 26))
    assert (by_court.due, by_court.due_rule) == (date(2026, 11, 26), None)
    assert not by_court.late
    clock.advance(timedelta(days=60))
    assert asked(desk, add_child, report_requested=True).late


def test_a_panel_is_told_by_when_the_rule_wants_it(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    hearing = court.add_hearing(
        desk, child.id, HearingDetails(hearing_date=DAY, hearing_type="referral_panel")
    )

    def why() -> list[tuple[str, str | None]]:
        held = report_needed.for_hearings(desk, child.id)[hearing.id].why
        return [(text, rule.rule_id if rule else None) for text, rule in held]

    assert len(why()) == 1
    court.add_outcome(
        desk,
        child.id,
        OutcomeDetails(disposal="referral_order", outcome_date=date(2026, 11, 2)),
    )
    assert why()[1] == (
        "The first panel of the referral order meets by 30 November 2026.",
        "referral_initial_panel",
    )


def test_a_report_of_another_kind_than_the_hearing_asks_for_is_pointed_out(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)
    (hearing,) = court.list_hearings(desk, of.child_id)

    def found() -> list[report_validators.Finding]:
        view = reports.create(
            desk, of.child_id, "stand_down", of.assessment_id, hearing_id=of.hearing_id
        )
        every = report_validators.findings(desk, view.id)
        return [one for one in every if one.check == "report_kind"]

    assert found() == []
    court.change_hearing(desk, hearing.id, replace(hearing.details, all_options=True))
    (custody,) = found()
    assert "Report of the day" in custody.text or "Stand-down report" in custody.text
    assert custody.rule and not custody.blocks
    court.change_hearing(desk, hearing.id, replace(hearing.details, hearing_type="breach"))
    (breach,) = found()
    assert "Breach report" in breach.text


def test_a_report_that_is_late_is_pointed_out(
    desk: Desk, add_child: AddChild, clock: FixedClock
) -> None:
    of = case(desk, add_child)
    report = made(desk, of)

    def found() -> list[report_validators.Finding]:
        every = report_validators.findings(desk, report.id)
        return [one for one in every if one.check == "deadline"]

    (hearing,) = court.list_hearings(desk, of.child_id)
    court.change_hearing(desk, hearing.id, replace(hearing.details, hearing_date=date(2027, 3, 1)))
    assert found() == []
    clock.advance(timedelta(days=120))
    (late,) = found()
    assert "Tell the court that it is late" in late.text and late.rule


def test_who_may_sign_is_asked_where_the_role_does_not_say_it(
    desk: Desk, add_child: AddChild
) -> None:
    of = case(desk, add_child)

    def found() -> list[report_validators.Finding]:
        every = report_validators.findings(desk, made(desk, of).id)
        return [one for one in every if one.check == "author"]

    with desk.casebook.write() as work:
        from app.models.records import User

        work.session.get_one(User, desk.actor.id).role = "practitioner"
    assert found() == []
    with desk.casebook.write() as work:
        work.session.get_one(User, desk.actor.id).role = "administrator"
    desk.actor = Actor(desk.actor.id, desk.actor.name, "administrator")
    (finding,) = found()
    assert "with this role here: Administrator" in finding.text
    assert "member of a youth justice service" in finding.rule and not finding.blocks
