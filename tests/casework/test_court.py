"""Offences, hearings and outcomes, with their dates checked against each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework import children, court, keeping
from app.casework.children import ChildDetails, ChildView
from app.casework.court import HearingDetails, OffenceDetails, OutcomeDetails
from app.casework.desk import Desk, NotAllowed
from app.casework.problems import DetailsRefused, Problem
from tests.casework.conftest import AddChild, Office

TODAY = date(2026, 11, 23)
BORN = date(2011, 7, 3)
OFFENCE = OffenceDetails(description="Took a bike", offence_date=date(2026, 10, 1))
HEARING = HearingDetails(hearing_date=date(2026, 11, 24), court="fernbridge_youth")
OUTCOME = OutcomeDetails(disposal="referral_order", outcome_date=date(2026, 11, 2), term_months=6)


def named(problems: tuple[Problem, ...]) -> list[tuple[str, bool]]:
    """Fields of problems, and whether they block."""
    return [(problem.field, problem.blocks) for problem in problems]


# -- offences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"description": "", "category": "robbery"}, []),
        ({"description": " "}, [("description", True)]),
        ({"offence_date": None}, [("offence_date", False)]),
        ({"offence_date": TODAY}, []),
        ({"offence_date": TODAY + timedelta(days=1)}, [("offence_date", True)]),
        ({"offence_date": BORN - timedelta(days=1)}, [("offence_date", True)]),
        ({"offence_date": date(2021, 7, 2)}, [("offence_date", False)]),  # 9 until tomorrow
        ({"offence_date": date(2021, 7, 3)}, []),  # 10 that day
        ({"seriousness": 0}, [("seriousness", True)]),
        ({"seriousness": 9}, [("seriousness", True)]),
        ({"seriousness": 8}, []),
        ({"end_date": date(2026, 9, 30)}, [("end_date", True)]),
        ({"end_date": date(2026, 10, 1)}, []),
        ({"arrested_on": date(2026, 9, 30)}, [("arrested_on", False)]),
        ({"charged_on": date(2026, 9, 30)}, [("charged_on", False)]),
        ({"arrested_on": date(2026, 10, 1), "charged_on": date(2026, 10, 2)}, []),
    ],
)
def test_what_is_odd_in_an_offence(
    desk: Desk, child: ChildView, changes: dict[str, object], found: list[tuple[str, bool]]
) -> None:
    details = replace(OFFENCE, **changes)  # type: ignore[arg-type]
    assert named(court.check_offence(desk, child.id, details)) == found


def test_an_offence_at_eighteen_is_unusual(desk: Desk, add_child: AddChild) -> None:
    older = add_child(date_of_birth=date(2008, 10, 1))
    at_17 = replace(OFFENCE, offence_date=date(2026, 9, 30))
    assert named(court.check_offence(desk, older.id, at_17)) == []
    (problem,) = court.check_offence(desk, older.id, OFFENCE)
    assert not problem.blocks and "18" in problem.text


def test_what_is_unusual_is_kept_and_what_makes_no_sense_is_not(
    desk: Desk, child: ChildView
) -> None:
    nine = court.add_offence(desk, child.id, replace(OFFENCE, offence_date=date(2021, 1, 1)))
    assert (nine.age_at_offence, named(nine.problems)) == (9, [("offence_date", False)])
    with pytest.raises(DetailsRefused) as refused:
        court.add_offence(desk, child.id, replace(OFFENCE, offence_date=date(2011, 1, 1)))
    assert "born" in refused.value.problems[0].text
    assert len(court.list_offences(desk, child.id)) == 1


def test_an_offence_reads_in_words(desk: Desk, child: ChildView) -> None:
    held = court.add_offence(
        desk, child.id, replace(OFFENCE, category="theft_and_handling", seriousness=3, knife=True)
    )
    assert held.title == "Took a bike"
    assert held.detail == (
        "1 October 2026 · aged 15 · Theft and handling · seriousness 3 of 8 · knife or blade"
    )


def test_the_newest_offence_comes_first(desk: Desk, child: ChildView) -> None:
    for day in (date(2026, 1, 1), None, date(2026, 3, 1)):
        court.add_offence(desk, child.id, replace(OFFENCE, offence_date=day))
    days = [held.details.offence_date for held in court.list_offences(desk, child.id)]
    assert days == [date(2026, 3, 1), date(2026, 1, 1), None]


# -- hearings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"hearing_date": None}, [("hearing_date", True)]),
        ({"court": ""}, [("court", False)]),
        ({"hearing_time": "25:00"}, [("hearing_time", True)]),
        ({"hearing_time": "ten"}, [("hearing_time", True)]),
        ({"hearing_time": "9.30"}, []),
        ({"hearing_date": BORN - timedelta(days=2)}, [("hearing_date", True)]),
        ({"hearing_date": date(2026, 11, 28)}, [("hearing_date", False)]),  # a Saturday
        ({"hearing_date": date(2026, 12, 25)}, [("hearing_date", False)]),
        ({"report_due": date(2026, 11, 25)}, [("report_due", False)]),
        ({"report_due": date(2026, 11, 24)}, []),
        (
            {"hearing_date": date(2023, 6, 5), "remand_decision": "yda"},
            [("remand_decision", False)],  # 11 on that day
        ),
        ({"hearing_date": date(2023, 6, 5), "remand_decision": "rlaa"}, []),
        ({"hearing_date": date(2023, 7, 3), "remand_decision": "yda"}, []),
    ],
)
def test_what_is_odd_in_a_hearing(
    desk: Desk, child: ChildView, changes: dict[str, object], found: list[tuple[str, bool]]
) -> None:
    details = replace(HEARING, **changes)  # type: ignore[arg-type]
    assert named(court.check_hearing(desk, child.id, details)) == found


def test_a_hearing_is_not_before_an_offence_that_is_heard(desk: Desk, child: ChildView) -> None:
    offence = court.add_offence(desk, child.id, OFFENCE)
    before = HearingDetails(hearing_date=date(2026, 9, 30), court="x", offence_ids=(offence.id,))
    (problem,) = court.check_hearing(desk, child.id, before)
    assert problem.blocks and "1 October 2026" in problem.text
    assert named(court.check_hearing(desk, child.id, replace(before, offence_ids=()))) == []
    same_day = replace(before, hearing_date=date(2026, 10, 1))
    assert named(court.check_hearing(desk, child.id, same_day)) == []


def test_times_are_kept_as_a_list_sorts_them(desk: Desk, child: ChildView) -> None:
    for time in ("10.15", "9:30", ""):
        court.add_hearing(desk, child.id, replace(HEARING, hearing_time=time))
    times = [held.details.hearing_time for held in court.list_hearings(desk, child.id)]
    assert times == ["", "09:30", "10:15"]


def test_hearings_to_come_are_listed_before_those_that_were(desk: Desk, child: ChildView) -> None:
    for day in (date(2026, 3, 2), TODAY, date(2026, 4, 1), date(2026, 12, 1)):
        court.add_hearing(desk, child.id, replace(HEARING, hearing_date=day))
    listed = [(h.details.hearing_date, h.upcoming) for h in court.list_hearings(desk, child.id)]
    assert listed == [
        (TODAY, True),
        (date(2026, 12, 1), True),
        (date(2026, 4, 1), False),
        (date(2026, 3, 2), False),
    ]


def test_a_report_is_due_when_the_court_says_or_by_the_rule(desk: Desk, child: ChildView) -> None:
    none = court.add_hearing(desk, child.id, HEARING)
    by_rule = court.add_hearing(desk, child.id, replace(HEARING, report_requested=True))
    by_court = court.add_hearing(
        desk, child.id, replace(HEARING, report_requested=True, report_due=TODAY)
    )
    assert [none.report_due, by_rule.report_due, by_court.report_due] == [
        None,
        date(2026, 11, 20),
        TODAY,
    ]


# -- outcomes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"disposal": ""}, [("disposal", True)]),
        ({"outcome_date": None}, [("outcome_date", False)]),
        ({"outcome_date": TODAY + timedelta(days=1)}, [("outcome_date", True)]),
        ({"outcome_date": BORN - timedelta(days=1)}, [("outcome_date", True)]),
        ({"end_date": date(2026, 11, 1)}, [("end_date", True)]),
        ({"term_months": 2}, [("term_months", False)]),
        ({"term_months": 3}, []),
        ({"term_months": 1, "term_years": 1}, [("term_months", False)]),
        ({"disposal": "dto", "term_months": 3}, [("term_months", False)]),
        ({"disposal": "dto", "term_months": 25}, [("term_months", False)]),
        ({"disposal": "dto", "term_months": 24}, []),
        (
            {"disposal": "dto", "term_months": 3, "outcome_date": date(2022, 6, 1)},
            [("term_months", False), ("disposal", False)],  # 10 years old on that day
        ),
        ({"disposal": "dto", "term_months": 4, "outcome_date": date(2023, 7, 3)}, []),
        ({"disposal": "yro", "term_years": 3, "term_months": None}, []),
        ({"disposal": "yro", "term_years": 3, "term_months": 1}, [("term_months", False)]),
        (
            {"disposal": "yro", "requirements": ("supervision", "unpaid_work")},
            [("requirements", False)],
        ),
        ({"disposal": "yro", "requirements": ("supervision",)}, []),
        ({"proposal_followed": "not_followed"}, [("court_reason", False)]),
        ({"proposal_followed": "not_followed", "court_reason": "Too soon"}, []),
    ],
)
def test_what_is_odd_in_an_outcome(
    desk: Desk, child: ChildView, changes: dict[str, object], found: list[tuple[str, bool]]
) -> None:
    details = replace(OUTCOME, **changes)  # type: ignore[arg-type]
    assert named(court.check_outcome(desk, child.id, details)) == found


def test_an_outcome_is_not_before_its_hearing_or_offence(desk: Desk, child: ChildView) -> None:
    offence = court.add_offence(desk, child.id, OFFENCE)
    hearing = court.add_hearing(desk, child.id, replace(HEARING, hearing_date=date(2026, 11, 3)))
    early = replace(OUTCOME, hearing_id=hearing.id)
    (problem,) = court.check_outcome(desk, child.id, early)
    assert problem.blocks and "3 November 2026" in problem.text
    in_time = replace(early, outcome_date=date(2026, 11, 3))
    assert named(court.check_outcome(desk, child.id, in_time)) == []
    before_offence = replace(
        OUTCOME, outcome_date=date(2026, 9, 1), offence_ids=(offence.id,), hearing_id=None
    )
    (problem,) = court.check_outcome(desk, child.id, before_offence)
    assert problem.blocks and "1 October 2026" in problem.text


def test_an_order_runs_until_its_last_day(office: Office, desk: Desk, child: ChildView) -> None:
    held = court.add_outcome(desk, child.id, replace(OUTCOME, term_months=3))
    assert held.running
    assert "until 1 February 2027" in held.detail
    office.clock.advance(date(2027, 2, 1) - TODAY)
    assert court.list_outcomes(desk, child.id)[0].running
    office.clock.advance(timedelta(days=1))
    assert not court.list_outcomes(desk, child.id)[0].running


@pytest.mark.parametrize(
    ("changes", "running"),
    [
        ({"completed": "revoked_good_progress"}, False),
        ({"completed": "running"}, True),
        ({"disposal": "fine"}, False),
        ({"term_months": None}, True),
        ({"end_date": date(2026, 11, 22)}, False),
    ],
)
def test_what_counts_as_running(
    desk: Desk, child: ChildView, changes: dict[str, object], running: bool
) -> None:
    details = replace(OUTCOME, **changes)  # type: ignore[arg-type]
    assert court.add_outcome(desk, child.id, details).running is running


def test_a_reader_changes_nothing_in_court(staffed: Office, child: ChildView) -> None:
    assert staffed.desk is not None
    held = court.add_offence(staffed.desk, child.id, OFFENCE)
    desk = staffed.as_user("Perry Lind")
    assert len(court.list_offences(desk, child.id)) == 1
    for act in (
        lambda: court.add_hearing(desk, child.id, HEARING),
        lambda: court.change_offence(desk, held.id, OFFENCE),
        lambda: court.remove_offence(desk, held.id, "why"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_date_of_birth_after_an_offence_is_refused_in_words(desk: Desk, child: ChildView) -> None:
    court.add_offence(
        desk, child.id, OffenceDetails(description="Theft", offence_date=date(2026, 3, 2))
    )
    later = ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2026, 4, 1))
    with pytest.raises(DetailsRefused) as refused:
        children.change_details(desk, child.id, later)
    (problem,) = refused.value.problems
    assert problem.field == "date_of_birth"
    assert "after an offence of 2 March 2026" in problem.text
    with desk.casebook.read() as session:
        assert keeping.born(session, child.id) == BORN
