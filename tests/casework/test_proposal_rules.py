"""What the rules say of a proposal: one that each speaks up about, and one that it is silent on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.casework import proposal_words, reference
from app.casework.proposal import Proposal, Requirement
from app.casework.proposal_rules import Remark, Situation, last_day, remarks
from app.core import i18n
from app.core.reading_age import GRADE_OF_A_NINE_YEAR_OLD, grade, sentences_in
from app.reports.plain import plain_words

DAY = date(2026, 11, 25)
AT_16 = Situation(DAY, date(2010, 7, 3), ("guilty",), all_options=True, court="youth")
SUPERVISION = Requirement("supervision", months=12)
CURFEW = Requirement("curfew", months=3, hours_a_day=10, hours_a_week=70)
YRO = Proposal("yro", months=12, requirements=(SUPERVISION,))
ISS = Proposal(
    "yro_iss",
    months=12,
    imprisonable=True,
    threshold=True,
    requirements=(SUPERVISION, CURFEW, Requirement("extended_activity", days=120)),
)
FOSTERING = Proposal(
    "yro_fostering",
    months=6,
    imprisonable=True,
    threshold=True,
    requirements=(Requirement("supervision", months=6), Requirement("fostering", months=6)),
)
DTO = Proposal("dto", months=6)
MONITORING = Requirement("electronic_compliance_monitoring", months=3)


def said(proposal: Proposal, at: Situation = AT_16, check: str = "proposal") -> list[Remark]:
    return [one for one in remarks(proposal, at) if one.check == check]


def born(year: int, month: int = 7) -> Situation:
    return replace(AT_16, born=date(year, month, 3))


def yro(*requirements: Requirement, **differs: Any) -> Proposal:
    return replace(YRO, requirements=requirements, **differs)


def one(code: str, **said: Any) -> Proposal:
    return yro(SUPERVISION, Requirement(code, **said))


# What fires, what does not, and a part of the sentence.
RULES: dict[str, tuple[tuple[Proposal, Situation], tuple[Proposal, Situation], str]] = {
    "conditional_discharge_max": (
        (Proposal("conditional_discharge", months=37), AT_16),
        (Proposal("conditional_discharge", months=36), AT_16),
        "37 months are more",
    ),
    "fine_max": (
        (Proposal("fine", pounds=1001), AT_16), (Proposal("fine", pounds=1000), AT_16), "£1000",
    ),
    "fine_max_young": (
        (Proposal("fine", pounds=251), born(2013)), (Proposal("fine", pounds=251), AT_16), "£250",
    ),
    "reparation_hours_max": (
        (Proposal("reparation_order", hours=25), AT_16),
        (Proposal("reparation_order", hours=24), AT_16),
        "25 hours",
    ),
    "referral_order_min": (
        (Proposal("referral_order", months=2), AT_16),
        (Proposal("referral_order", months=3), AT_16),
        "less than the rule allows (3)",
    ),
    "referral_order_max": (
        (Proposal("referral_order", months=13), AT_16),
        (Proposal("referral_order", months=12), AT_16),
        "more than the rule allows (12)",
    ),
    "referral_order_guilty_pleas": (
        (Proposal("referral_order", months=6), replace(AT_16, pleas=("not_guilty",))),
        (Proposal("referral_order", months=6), replace(AT_16, pleas=("not_guilty", "guilty"))),
        "needs a guilty plea",
    ),
    "referral_order_court": (
        (Proposal("referral_order", months=6), replace(AT_16, court="crown")),
        (Proposal("referral_order", months=6), AT_16),
        "magistrates’ court makes a referral order",
    ),
    "referral_order_compulsory": (
        (replace(YRO, imprisonable=True), AT_16),
        (replace(YRO, imprisonable=True), replace(AT_16, convicted_before=True)),
        "must make a referral order",
    ),
    "yro_max": ((replace(YRO, months=37), AT_16), (replace(YRO, months=36), AT_16), "37 months"),
    "yro_requirements_min": ((yro(), AT_16), (YRO, AT_16), "at least one requirement"),
    "yro_iss_min": ((replace(ISS, months=5), AT_16), (ISS, AT_16), "less than the rule"),
    "yro_iss_parts": (
        (replace(ISS, requirements=(SUPERVISION, CURFEW)), AT_16),
        (ISS, AT_16),
        "Still missing: Extended activity",
    ),
    "yro_intensive_threshold": (
        (replace(ISS, threshold=None), AT_16), (ISS, AT_16), "custody would otherwise be right",
    ),
    "yro_intensive_persistent_below": (
        (ISS, born(2012)), (replace(ISS, persistent=True), born(2012)), "Below the age of 15",
    ),
    "yro_fostering_max": (
        (replace(FOSTERING, months=13), AT_16), (FOSTERING, AT_16), "13 months",
    ),
    "yro_fostering_parts": (
        (replace(FOSTERING, requirements=(SUPERVISION,)), AT_16),
        (FOSTERING, AT_16),
        "Still missing: Fostering",
    ),
    "yro_fostering_alone": (
        (one("fostering", months=3), AT_16), (FOSTERING, AT_16), "stands only in this order",
    ),
    "extended_activity_with_iss": (
        (one("extended_activity", days=100), AT_16), (ISS, AT_16), "stands only in this order",
    ),
    "activity_days_max": (
        (one("activity", days=91), AT_16), (one("activity", days=90), AT_16), "91 days",
    ),
    "extended_activity_days_min": (
        (replace(ISS, requirements=(Requirement("extended_activity", days=90),)), AT_16),
        (ISS, AT_16),
        "90 days are less",
    ),
    "extended_activity_days_max": (
        (replace(ISS, requirements=(Requirement("extended_activity", days=181),)), AT_16),
        (ISS, AT_16),
        "181 days are more",
    ),
    "unpaid_work_min_age": (
        (one("unpaid_work", hours=40), born(2011)),
        (one("unpaid_work", hours=40), AT_16),
        "Unpaid work is not open below the age of 16",
    ),
    "unpaid_work_hours_min": (
        (one("unpaid_work", hours=39), AT_16), (one("unpaid_work", hours=40), AT_16), "39 hours",
    ),
    "unpaid_work_hours_max": (
        (one("unpaid_work", hours=241), AT_16), (one("unpaid_work", hours=240), AT_16), "241 hours",
    ),
    "unpaid_work_months_max": (
        (replace(one("unpaid_work", hours=40, months=13), months=24), AT_16),
        (replace(one("unpaid_work", hours=40, months=12), months=24), AT_16),
        "13 months",
    ),
    "attendance_hours_max_16": (
        (one("attendance_centre", hours=37), AT_16),
        (one("attendance_centre", hours=36), AT_16),
        "(36)",
    ),
    "attendance_hours_max_14": (
        (one("attendance_centre", hours=25), born(2011)),
        (one("attendance_centre", hours=25), AT_16),
        "(24)",
    ),
    "attendance_hours_max_young": (
        (one("attendance_centre", hours=13), born(2013)),
        (one("attendance_centre", hours=13), born(2011)),
        "(12)",
    ),
    "attendance_hours_min": (
        (one("attendance_centre", hours=11), AT_16),
        (one("attendance_centre", hours=11), born(2013)),
        "11 hours are less",
    ),
    "curfew_hours_day_min": (
        (one("curfew", months=3, hours_a_day=1), AT_16),
        (one("curfew", months=3, hours_a_day=2), AT_16),
        "1 hours a day are less",
    ),
    "curfew_hours_day_max": (
        (one("curfew", months=3, hours_a_day=21), AT_16),
        (one("curfew", months=3, hours_a_day=20), AT_16),
        "21 hours a day",
    ),
    "curfew_hours_week_max": (
        (one("curfew", months=3, hours_a_day=20, hours_a_week=113), AT_16),
        (one("curfew", months=3, hours_a_day=20, hours_a_week=112), AT_16),
        "113 hours a week",
    ),
    "curfew_months_max": (
        (replace(one("curfew", months=13, hours_a_day=8), months=24), AT_16),
        (replace(one("curfew", months=12, hours_a_day=8), months=24), AT_16),
        "13 months",
    ),
    "exclusion_months_max": (
        (one("exclusion", months=4, what="The park"), AT_16),
        (one("exclusion", months=3, what="The park"), AT_16),
        "4 months",
    ),
    "local_authority_residence_months_max": (
        (one("local_authority_residence", months=7), AT_16),
        (one("local_authority_residence", months=6), AT_16),
        "7 months",
    ),
    "care_requirement_end_age": (
        (one("local_authority_residence", months=6), born(2009, 3)),
        (one("local_authority_residence", months=6), AT_16),
        "ends by the age of 18, which the child is on 3 March 2027",
    ),
    "drug_testing_with_treatment": (
        (one("drug_testing", times_a_month=2, agreed=True), AT_16),
        (
            yro(
                Requirement("drug_testing", times_a_month=2, agreed=True),
                Requirement("drug_treatment", months=6, agreed=True),
            ),
            AT_16,
        ),
        "Drug testing stands only beside Drug treatment",
    ),
    "treatment_agreed": (
        (one("drug_treatment", months=6), AT_16),
        (one("drug_treatment", months=6, agreed=True), AT_16),
        "needs that the child agrees",
    ),
    "monitoring_of_requirement": (
        (yro(SUPERVISION, MONITORING), AT_16),
        (yro(CURFEW, MONITORING), AT_16),
        "watches over another requirement",
    ),
    "whereabouts_monitoring_restricted": (
        (one("electronic_whereabouts_monitoring", months=3), AT_16),
        (one("electronic_whereabouts_monitoring", months=3, what="Away from the dealers"), AT_16),
        "open in few cases",
    ),
    "requirement_within_order": (
        (one("programme", from_date=date(2027, 11, 25)), AT_16),
        (one("programme", from_date=date(2027, 11, 24)), AT_16),
        "would go on after the order ends (24 November 2027)",
    ),
    "dto_min_age": ((DTO, born(2015)), (DTO, AT_16), "not open below the age of 12"),
    "dto_min": ((replace(DTO, months=3), AT_16), (replace(DTO, months=4), AT_16), "3 months"),
    "dto_max": ((replace(DTO, months=25), AT_16), (replace(DTO, months=24), AT_16), "25 months"),
    "dto_persistent_below": (
        (DTO, born(2012)), (replace(DTO, persistent=True), born(2012)), "offending that is persist",
    ),
    "section_250_min": (
        (Proposal("section_250", months=24), AT_16),
        (Proposal("section_250", months=25), AT_16),
        "less than the rule",
    ),
    "extended_detention_min": (
        (Proposal("section_254", months=47), replace(AT_16, dangerousness=True)),
        (Proposal("section_254", months=48), replace(AT_16, dangerousness=True)),
        "less than the rule",
    ),
    "extended_detention_dangerousness": (
        (Proposal("section_254", months=48), AT_16),
        (Proposal("section_254", months=48), replace(AT_16, dangerousness=True)),
        "it has not asked for one",
    ),
    "detention_fixed_by_law": (
        (Proposal("section_259"), AT_16), (DTO, AT_16), "fixed by law",
    ),
    "long_detention_crown_court": (
        (Proposal("section_250", months=36), AT_16),
        (Proposal("section_250", months=36), replace(AT_16, court="crown")),
        "Only the Crown Court",
    ),
    "custody_needs_written_report": (
        (DTO, replace(AT_16, written=False)), (DTO, AT_16), "a written pre-sentence report",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_speaks_up_and_is_silent(rule_id: str) -> None:
    (wrong, at), (right, at_right), words = RULES[rule_id]
    found = [one for one in remarks(wrong, at) if one.rule and one.rule.rule_id == rule_id]
    assert len(found) == 1
    assert words in found[0].text
    held = reference.rule(rule_id, DAY)
    assert held is not None
    assert found[0].blocks == held.verified, "only a rule that was read in full blocks"
    silent = [one for one in remarks(right, at_right) if one.rule and one.rule.rule_id == rule_id]
    assert silent == []


def test_every_rule_that_the_lists_name_is_tried_and_is_one() -> None:
    named: set[str] = set()

    def of(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                of(inner)
        elif isinstance(value, list):
            for inner in value:
                of(inner)
        elif isinstance(value, str):
            named.add(value)

    columns = (
        "least", "most", "youngest", "parts", "threshold", "persistent_below", "dangerous", "fixed",
        "ends_by", "needs_rule", "only_rule", "agreed", "restricted",
    )  # fmt: skip
    for list_name in ("proposed_orders", "yro_requirements"):
        for entry in reference.listing(list_name).entries:
            for column in columns:
                of(entry.column(column))
    assert {name for name in named if reference.rule(name, DAY) is None} == set()
    assert named - set(RULES) == {"fine_young_below"}, "tried by the two fines"


def test_a_report_is_judged_by_the_rules_of_its_day() -> None:
    def on(day: date, proposal: Proposal) -> list[str]:
        at = replace(AT_16, day=day, born=date(day.year - 16, 1, 1))
        return [one.text for one in said(proposal, at)]

    before, since = date(2022, 6, 27), date(2022, 6, 28)
    assert (
        "only these lengths were open: 4, 6, 8, 10, 12, 18, 24 months"
        in on(before, replace(DTO, months=5))[0]
    )
    assert on(before, DTO) == on(since, replace(DTO, months=5)) == []
    long_curfew = one("curfew", months=3, hours_a_day=18)
    assert "18 hours a day are more than the rule allows (16)" in on(before, long_curfew)[0]
    assert on(since, long_curfew) == []
    assert "(12)" in on(date(2012, 6, 1), one("curfew", months=3, hours_a_day=14))[0]


def test_what_an_order_needs_is_asked_for() -> None:
    asked = said(one("curfew"), check="conditions")
    assert [remark.text for remark in asked] == [
        "Curfew: say how many hours a day.",
        "Curfew: say for how many months.",
    ]
    assert said(YRO, check="conditions") == []
    assert "for how many months" in said(replace(YRO, months=None), check="conditions")[0].text
    left_out = said(replace(YRO, order="fine", pounds=50), check="conditions")
    assert "left out of this proposal" in left_out[0].text
    twice = said(yro(SUPERVISION, replace(SUPERVISION, id="2")), check="conditions")
    assert "stands twice" in twice[0].text
    early = said(one("programme", from_date=date(2026, 11, 1)), check="conditions")
    assert "before the order is made" in early[0].text
    assert remarks(Proposal(), AT_16) == ()


def test_custody_without_all_options_stops_the_report() -> None:
    (remark,) = said(DTO, replace(AT_16, all_options=False), "custody")
    assert remark.blocks and remark.rule is None
    assert said(DTO, check="custody") == []


def test_the_last_day_is_the_day_before_the_months_are_over() -> None:
    assert last_day(date(2026, 11, 25), 12) == date(2027, 11, 24)
    assert last_day(date(2026, 8, 31), 6) == date(2027, 2, 27)


def test_the_court_reads_the_order_and_each_requirement() -> None:
    curfew = replace(CURFEW, from_date=date(2026, 12, 1), what="At home, from 20:00")
    assert proposal_words.order_for_court(YRO, "en") == (
        "The proposal is a youth rehabilitation order. The length proposed is 12 months. "
        "These requirements would apply:"
    )
    assert proposal_words.requirement_for_court(curfew, "en") == (
        "Curfew: 10 hours a day, 70 hours a week, for 3 months, from 1 December 2026. "
        "At home, from 20:00."
    )
    assert proposal_words.requirement_for_court(Requirement("supervision"), "en") == "Supervision"
    welsh = proposal_words.requirement_for_court(curfew, "cy")
    assert welsh.startswith("Cyrffyw: 10 awr y dydd")
    assert i18n.language() == "en", "the words are of the report, not of the screen"


@pytest.mark.parametrize("list_name", ["proposed_orders", "yro_requirements"])
def test_a_nine_year_old_can_read_what_it_would_mean(list_name: str) -> None:
    everything = dict.fromkeys(
        ("months", "days", "hours", "hours_a_day", "hours_a_week", "times_a_month"), 12
    )
    for entry in reference.listing(list_name).entries:
        if list_name == "proposed_orders":
            amounts = {"months": 12, "hours": 20, "pounds": 50}
            held = Proposal(entry.code, **amounts, requirements=(SUPERVISION,))  # type: ignore[arg-type]
            words = {
                tongue: proposal_words.order_for_child(held, tongue) for tongue in ("en", "cy")
            }
        else:
            asked = Requirement(entry.code, from_date=DAY, **everything)  # type: ignore[arg-type]
            words = {
                tongue: proposal_words.requirement_for_child(asked, tongue)
                for tongue in ("en", "cy")
            }
        assert grade(words["en"]) <= GRADE_OF_A_NINE_YEAR_OLD, words["en"]
        for start, end in sentences_in(words["en"]):
            assert len(words["en"][start:end].split()) <= plain_words().words_in_sentence
        assert words["cy"] and words["cy"] != words["en"]
        assert " It " not in words["cy"], "every sentence is in Welsh"
