"""The caseload: where things are, what is next, what needs attention, page by page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.casework import caseload, children, court, due, people
from app.casework.caseload import Attention, CaseloadFilter, CaseloadRow, Cursor
from app.casework.children import AlertDetails, ChildView
from app.casework.court import HearingDetails, OffenceDetails, OutcomeDetails
from app.casework.desk import Desk
from app.casework.people import AddressDetails
from app.core.ids import new_id
from app.models import change_log
from app.models.casebook import Casebook
from app.models.records import Child, FormRecord, HarmPrompt, Oversight, Report
from tests.casework.conftest import AddChild, Office

TODAY = date(2026, 11, 23)
SENTENCE = HearingDetails(
    hearing_date=date(2026, 12, 8), hearing_type="sentence", court="fernbridge_youth"
)
CONFIRMED = AddressDetails(lines="1 Fictional Row", confirmed=True)


def row_of(desk: Desk, child_id: str) -> CaseloadRow:
    """The row of one child."""
    (row,) = (row for row in caseload.rows(desk).rows if row.child_id == child_id)
    return row


def kinds(desk: Desk, child_id: str) -> dict[str, due.DueItem]:
    """What is due for a child, by kind."""
    return {item.kind: item for item in due.of_child(desk, child_id)}


def add_outcome(desk: Desk, child_id: str, disposal: str, day: date, **more: object) -> None:
    details = OutcomeDetails(disposal=disposal, outcome_date=day, **more)  # type: ignore[arg-type]
    court.add_outcome(desk, child_id, details)


def add_form(desk: Desk, child_id: str, **columns: object) -> str:
    """A form record, as the assessment of a child leaves it."""
    said = {"form_id": "assessment", "form_version": 1, "kind": "assessment"} | columns
    with desk.casebook.write() as work:
        return work.add(FormRecord(child_id=child_id, **said)).id


def locked(day: date, **levels: str) -> dict[str, object]:
    """Columns of an assessment that was countersigned on a day."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {"state": "countersigned", "submitted_at": moment, **levels}


# -- where -------------------------------------------------------------------------------------

Do = Callable[[Desk, str], None]


def hearing(desk: Desk, child_id: str, day: date, kind: str, **more: object) -> None:
    details = HearingDetails(hearing_date=day, hearing_type=kind, court="x", **more)  # type: ignore[arg-type]
    court.add_hearing(desk, child_id, details)


WHERE: list[tuple[str, str, Do]] = [
    ("new", "New to the service", lambda d, c: None),
    ("court", "Before the court", lambda d, c: hearing(d, c, TODAY, "first")),
    (
        "court",
        "Before the court",
        lambda d, c: hearing(d, c, date(2026, 11, 2), "sentence", report_requested=True),
    ),
    (
        "before_sentence",
        "Assessment before sentence",
        lambda d, c: hearing(d, c, TODAY, "sentence", report_requested=True),
    ),
    ("out_of_court", "Out of court", lambda d, c: hearing(d, c, date(2026, 11, 25), "panel")),
    (
        "out_of_court",
        "Out of court",
        lambda d, c: add_outcome(d, c, "community_resolution_yjs", date(2026, 11, 2)),
    ),
    (
        "closed",
        "Work has ended",
        lambda d, c: add_outcome(d, c, "community_resolution_yjs", date(2026, 6, 1)),
    ),
    (
        "bail",
        "Bail supervision",
        lambda d, c: hearing(d, c, date(2026, 11, 2), "bail", remand_decision="bail_supervision"),
    ),
    (
        "remand_custody",
        "Remand in custody",
        lambda d, c: hearing(d, c, date(2026, 11, 2), "bail", remand_decision="yda"),
    ),
    (
        "referral_order",
        "Referral order",
        lambda d, c: add_outcome(d, c, "referral_order", date(2026, 9, 1), term_months=6),
    ),
    (
        "yro",
        "Youth rehabilitation order",
        lambda d, c: add_outcome(d, c, "yro", date(2026, 9, 1), term_years=1),
    ),
    (
        "dto",
        "Detention and training order",
        lambda d, c: add_outcome(d, c, "dto", date(2026, 9, 1), term_months=8),
    ),
    (
        "dto",
        "In custody: Fictional House",
        lambda d, c: add_outcome(
            d, c, "dto", date(2026, 9, 1), term_months=8, establishment="Fictional House"
        ),
    ),
    (
        "closed",
        "Work has ended",
        lambda d, c: add_outcome(d, c, "referral_order", date(2025, 9, 1), term_months=6),
    ),
    ("closed", "Work has ended", lambda d, c: add_outcome(d, c, "fine", date(2026, 11, 2))),
]


@pytest.mark.parametrize(("stage", "words", "do"), WHERE)
def test_where_things_are(desk: Desk, child: ChildView, stage: str, words: str, do: Do) -> None:
    do(desk, child.id)
    row = row_of(desk, child.id)
    assert (row.stage, row.where) == (stage, words)
    assert children.open_child(desk, child.id).where == words
    found = caseload.rows(desk, CaseloadFilter(stage=stage)).rows
    assert [each.child_id for each in found] == [child.id]
    for other in {"new", "court", "yro", "closed", "bail"} - {stage}:
        assert caseload.rows(desk, CaseloadFilter(stage=other)).rows == ()


def test_bail_ends_when_the_court_has_decided(desk: Desk, child: ChildView) -> None:
    hearing(desk, child.id, date(2026, 10, 5), "bail", remand_decision="conditional_bail")
    assert row_of(desk, child.id).stage == "bail"
    add_outcome(desk, child.id, "yro", date(2026, 11, 2), term_years=1)
    assert row_of(desk, child.id).stage == "yro"


def test_what_was_set_by_hand_stands(desk: Desk, child: ChildView) -> None:
    add_outcome(desk, child.id, "yro", date(2026, 11, 2), term_years=1)
    children.change_details(desk, child.id, replace(child.details, stage="licence"))
    assert row_of(desk, child.id).where == "On licence"


# -- next, levels, names -----------------------------------------------------------------------


def test_the_next_event_is_the_soonest_to_come(desk: Desk, child: ChildView) -> None:
    assert (row_of(desk, child.id).next, row_of(desk, child.id).next_on) == ("", None)
    add_outcome(desk, child.id, "yro", date(2026, 1, 5), term_years=1)
    assert row_of(desk, child.id).next == "Order ends 4 Jan"
    hearing(desk, child.id, date(2026, 11, 20), "review")
    hearing(desk, child.id, date(2026, 11, 25), "referral_panel")
    assert row_of(desk, child.id).next == "Panel Wed 25 Nov"
    hearing(desk, child.id, date(2026, 11, 24), "review", hearing_time="10:00")
    row = row_of(desk, child.id)
    assert (row.next, row.next_on) == ("Court Tue 24 Nov, 10:00", date(2026, 11, 24))


def test_levels_are_those_of_the_newest_locked_assessment(desk: Desk, child: ChildView) -> None:
    add_form(desk, child.id, **locked(date(2026, 10, 1), level_serious_harm="low"))
    add_form(
        desk,
        child.id,
        **locked(date(2026, 11, 1), level_serious_harm="high", level_safety="medium"),
    )
    add_form(desk, child.id, state="draft", level_serious_harm="very_high")
    row = row_of(desk, child.id)
    assert (row.serious_harm, row.safety) == ("high", "medium")


def test_the_list_shows_what_a_child_is_called(desk: Desk, add_child: AddChild) -> None:
    add_child(given_name="Taliesin", preferred_name="Tal")
    add_child(given_name="", family_name="Okafor", date_of_birth=None)
    assert [(row.name, row.age) for row in caseload.rows(desk).rows] == [
        ("Tal Fenwick", 15),
        ("Okafor", None),
    ]


# -- attention and due -------------------------------------------------------------------------


def test_nothing_recorded_needs_no_attention(desk: Desk, child: ChildView) -> None:
    assert row_of(desk, child.id).attention == ()
    assert due.of_child(desk, child.id) == ()
    assert caseload.rows(desk, CaseloadFilter(attention=True)).rows == ()


@pytest.mark.parametrize(
    ("day", "pill"),
    [
        (date(2026, 11, 23), Attention("PSR due today", "serious")),
        (date(2026, 11, 24), Attention("PSR due tomorrow", "serious")),
        (date(2026, 11, 26), Attention("PSR due in 3 working days", "attention")),
        (date(2026, 11, 20), Attention("PSR: 3 days late", "serious")),
        (date(2026, 12, 4), None),
    ],
)
def test_a_report_needs_attention_as_its_day_comes_near(
    desk: Desk, child: ChildView, day: date, pill: Attention | None
) -> None:
    court.add_hearing(desk, child.id, replace(SENTENCE, report_requested=True, report_due=day))
    assert row_of(desk, child.id).attention == ((pill,) if pill else ())
    found = caseload.rows(desk, CaseloadFilter(attention=True)).rows
    assert len(found) == (1 if pill else 0)
    late = caseload.rows(desk, CaseloadFilter(late=True)).rows
    assert len(late) == (1 if day < TODAY else 0)


def test_a_report_by_the_rule_is_shown_as_unverified(desk: Desk, child: ChildView) -> None:
    court.add_hearing(desk, child.id, replace(SENTENCE, report_requested=True))
    item = kinds(desk, child.id)["report"]
    assert (item.due, item.rule_id, item.verified) == (
        date(2026, 12, 4),
        "psr_ready_before_hearing",
        False,
    )


def test_a_final_report_is_not_due_any_more(desk: Desk, child: ChildView) -> None:
    held = court.add_hearing(desk, child.id, replace(SENTENCE, report_requested=True))
    with desk.casebook.write() as work:
        work.add(Report(child_id=child.id, hearing_id=held.id, state="draft"))
    assert "report" in kinds(desk, child.id)
    with desk.casebook.write() as work:
        work.add(Report(child_id=child.id, hearing_id=held.id, state="final"))
    assert "report" not in kinds(desk, child.id)


PAST = date(2026, 11, 19)


def past_hearing(desk: Desk, child_id: str, kind: str = "sentence", **more: object) -> str:
    details = HearingDetails(hearing_date=PAST, hearing_type=kind, court="fernbridge_youth", **more)  # type: ignore[arg-type]
    return court.add_hearing(desk, child_id, details).id


def test_a_hearing_that_has_passed_asks_for_its_outcome_until_one_is_recorded(
    desk: Desk, child: ChildView
) -> None:
    theft = court.add_offence(desk, child.id, OffenceDetails(description="Theft")).id
    hearing_id = past_hearing(desk, child.id, offence_ids=(theft,), hearing_time="10:00")
    item = kinds(desk, child.id)["outcome"]
    assert item.text == "Record what was decided: Court Thu 19 Nov, 10:00"
    assert (item.due, item.when, item.urgency) == (date(2026, 11, 20), "3 days late", "attention")
    assert (item.record_type, item.record_id) == ("hearing", hearing_id)
    assert item in due.of_all(desk)
    assert Attention("Outcome not recorded", "attention") in row_of(desk, child.id).attention
    start = court.details_after_hearing(desk, hearing_id)
    assert (start.outcome_date, start.hearing_id, start.offence_ids) == (PAST, hearing_id, (theft,))
    court.add_outcome(desk, child.id, replace(start, disposal="fine"))
    assert "outcome" not in kinds(desk, child.id)
    assert "outcome" not in [item.kind for item in due.of_all(desk)]


def test_a_hearing_of_today_does_not_ask_yet(desk: Desk, child: ChildView) -> None:
    hearing(desk, child.id, TODAY, "sentence")
    assert set(kinds(desk, child.id)) == {"hearing"}


@pytest.mark.parametrize("kind", ["review", "referral_panel"])
def test_a_hearing_that_decides_nothing_asks_for_no_outcome(
    desk: Desk, child: ChildView, kind: str
) -> None:
    past_hearing(desk, child.id, kind)
    assert "outcome" not in kinds(desk, child.id)


def test_a_hearing_that_was_put_off_asks_once_the_next_has_passed(
    desk: Desk, child: ChildView
) -> None:
    hearing(desk, child.id, date(2026, 11, 2), "first", remand_decision="conditional_bail")
    assert "outcome" in kinds(desk, child.id), "nobody knows when the court goes on"
    hearing_id = past_hearing(desk, child.id, "plea")
    assert kinds(desk, child.id)["outcome"].record_id == hearing_id
    court.add_hearing(desk, child.id, SENTENCE)
    assert "outcome" not in kinds(desk, child.id)


def test_bail_that_was_decided_is_what_a_bail_hearing_is_for(desk: Desk, child: ChildView) -> None:
    past_hearing(desk, child.id, "bail", remand_decision="bail_supervision")
    assert "outcome" not in kinds(desk, child.id)


def test_an_outcome_of_other_offences_does_not_answer_for_a_hearing(
    desk: Desk, child: ChildView
) -> None:
    theft, damage = (
        court.add_offence(desk, child.id, OffenceDetails(description=what)).id
        for what in ("Theft", "Damage")
    )
    past_hearing(desk, child.id, offence_ids=(theft,))
    add_outcome(desk, child.id, "fine", PAST, offence_ids=(damage,))
    assert "outcome" in kinds(desk, child.id)
    add_outcome(desk, child.id, "fine", TODAY, offence_ids=(theft, damage))
    assert "outcome" not in kinds(desk, child.id)


def test_an_address_that_nobody_confirmed_is_pointed_at(desk: Desk, child: ChildView) -> None:
    held = people.add_address(desk, child.id, AddressDetails(lines="1 Fictional Row"))
    assert row_of(desk, child.id).attention == (Attention("Address not confirmed", "attention"),)
    people.change_address(desk, held.id, CONFIRMED)
    assert row_of(desk, child.id).attention == ()


def test_an_address_of_the_past_needs_no_check(desk: Desk, child: ChildView) -> None:
    past = AddressDetails(lines="1 Fictional Row", to_date=date(2026, 11, 1))
    people.add_address(desk, child.id, past)
    assert row_of(desk, child.id).attention == ()


def test_a_high_level_is_reviewed_sooner(desk: Desk, add_child: AddChild) -> None:
    calm, high = add_child(given_name="Ivy"), add_child(given_name="Bryn")
    for held, level in ((calm, "medium"), (high, "high")):
        add_outcome(desk, held.id, "yro", date(2026, 9, 1), term_years=1)
        add_form(desk, held.id, **locked(date(2026, 10, 12), level_safety=level))
    assert kinds(desk, calm.id)["review"].due == date(2027, 1, 12)
    item = kinds(desk, high.id)["review"]
    assert (item.due, item.urgency, item.verified) == (TODAY, "serious", False)
    add_form(desk, high.id, state="draft")
    assert "review" not in kinds(desk, high.id)


def test_an_order_wants_an_assessment_until_there_is_one(desk: Desk, child: ChildView) -> None:
    add_outcome(desk, child.id, "yro", date(2026, 11, 9), term_years=1)
    assert kinds(desk, child.id)["assessment"].due == date(2026, 11, 30)
    add_form(desk, child.id, **locked(date(2026, 11, 12)))
    assert "assessment" not in kinds(desk, child.id)


def test_a_disposal_out_of_court_wants_no_order_assessment(desk: Desk, child: ChildView) -> None:
    add_outcome(desk, child.id, "youth_conditional_caution", date(2026, 11, 9), term_months=3)
    assert kinds(desk, child.id) == {}


def test_a_referral_order_wants_its_first_panel(desk: Desk, child: ChildView) -> None:
    add_outcome(desk, child.id, "referral_order", date(2026, 11, 9), term_months=6)
    assert kinds(desk, child.id)["panel"].due == date(2026, 12, 7)
    hearing(desk, child.id, date(2026, 12, 1), "referral_panel")
    assert "panel" not in kinds(desk, child.id)


def test_a_returned_assessment_waits_for_its_author(desk: Desk, child: ChildView) -> None:
    returned = add_form(desk, child.id, **(locked(date(2026, 11, 9)) | {"state": "returned"}))
    draft = add_form(desk, child.id, state="draft", revises_id=returned)
    assert Attention("Returned with directions", "neutral") in row_of(desk, child.id).attention
    assert kinds(desk, child.id)["directions"].record_id == draft
    add_form(desk, child.id, **locked(date(2026, 11, 12)), revises_id=returned)
    assert "directions" not in kinds(desk, child.id)


def test_countersigning_that_is_late_needs_attention(desk: Desk, child: ChildView) -> None:
    form = add_form(desk, child.id, **(locked(date(2026, 11, 9)) | {"state": "submitted"}))
    with desk.casebook.write() as work:
        work.add(Oversight(child_id=child.id, form_record_id=form, due_on=TODAY))
    pill = Attention("Waits to be countersigned", "neutral")
    assert row_of(desk, child.id).attention == (pill,)
    with desk.casebook.write() as work:
        for waiting in work.session.query(Oversight):
            waiting.due_on = TODAY - timedelta(days=1)
    assert row_of(desk, child.id).attention == (replace(pill, kind="attention"),)


def test_what_waits_for_a_manager_can_be_listed_alone(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    hearing(desk, add_child(given_name="Wren").id, TODAY + timedelta(days=1), "sentence")
    form = add_form(desk, child.id, **(locked(date(2026, 11, 9)) | {"state": "submitted"}))
    with desk.casebook.write() as work:
        work.add(Oversight(child_id=child.id, form_record_id=form, due_on=TODAY))
    (row,) = caseload.rows(desk, CaseloadFilter(unsigned=True)).rows
    assert row.child_id == child.id
    assert caseload.rows(desk, CaseloadFilter(late=True)).rows == ()


def test_what_a_child_said_does_not_wait_behind_what_else_has_no_day(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    first = add_child(given_name="Aled", family_name="Abbot").id
    add_form(desk, first, **(locked(date(2026, 11, 9)) | {"state": "returned"}))
    add_form(desk, first, state="draft", revises_id=None)
    form = add_form(desk, child.id, kind="questionnaire", state="submitted")
    with desk.casebook.write() as work:
        work.add(HarmPrompt(child_id=child.id, form_record_id=form, path="x"))
    assert due.of_all(desk)[0].kind == "harm_prompt"


def test_a_sign_of_harm_comes_before_everything(desk: Desk, child: ChildView) -> None:
    court.add_hearing(desk, child.id, replace(SENTENCE, report_requested=True, report_due=TODAY))
    form = add_form(desk, child.id, kind="questionnaire", state="submitted")
    with desk.casebook.write() as work:
        prompt = work.add(HarmPrompt(child_id=child.id, form_record_id=form, path="x"))
    assert row_of(desk, child.id).attention[0] == Attention("Sign of harm", "serious")
    first = due.of_child(desk, child.id)[0]
    assert (first.kind, first.due, first.when, first.record_id) == (
        "harm_prompt",
        None,
        "now",
        prompt.id,
    )
    with desk.casebook.write() as work:
        acted = work.get(HarmPrompt, prompt.id)
        assert acted is not None
        acted.state = "acted"
    assert "harm_prompt" not in kinds(desk, child.id)


def test_a_childs_view_that_was_not_heard_is_pointed_at(desk: Desk, child: ChildView) -> None:
    add_form(desk, child.id, state="draft")
    pill = Attention("Child's view not yet heard", "neutral")
    assert row_of(desk, child.id).attention == (pill,)
    assert len(caseload.rows(desk, CaseloadFilter(attention=True)).rows) == 1
    add_form(desk, child.id, form_id="my_life_now", kind="questionnaire", state="submitted")
    assert row_of(desk, child.id).attention == ()


def test_an_alert_is_looked_at_again_while_it_holds(desk: Desk, child: ChildView) -> None:
    alert = AlertDetails(kind="missing", text="x", review_on=date(2026, 11, 27))
    held = children.add_alert(desk, child.id, alert)
    assert kinds(desk, child.id)["alert_review"].due == date(2026, 11, 27)
    children.change_alert(desk, held.id, replace(alert, to_date=date(2026, 11, 22)))
    assert kinds(desk, child.id) == {}


@pytest.mark.parametrize(
    ("born", "asked"),
    [
        (date(2009, 5, 23), True),  # 17 years 6 months today
        (date(2009, 7, 23), False),
        (date(2008, 11, 24), True),  # 18 tomorrow
        (date(2008, 11, 23), False),  # 18 today
    ],
)
def test_the_move_to_adult_services_is_planned_in_time(
    desk: Desk, add_child: AddChild, born: date, asked: bool
) -> None:
    held = add_child(date_of_birth=born)
    add_outcome(desk, held.id, "yro", date(2026, 11, 2), term_years=1)
    add_form(desk, held.id, **locked(date(2026, 11, 12)))
    assert ("transition" in kinds(desk, held.id)) is asked


def test_what_is_due_for_everyone_is_in_order(desk: Desk, add_child: AddChild) -> None:
    for name, day in (("Ivy", date(2026, 11, 25)), ("Noor", TODAY), ("Sol", date(2026, 12, 30))):
        hearing(desk, add_child(given_name=name).id, day, "review")
    listed = caseload.due(desk)
    assert [(item.child_name, item.due) for item in listed] == [
        ("Noor Fenwick", TODAY),
        ("Ivy Fenwick", date(2026, 11, 25)),
    ]
    counted = caseload.counts(desk)
    assert (counted.children, counted.due_this_week) == (3, 2)


def test_what_waits_is_counted_for_the_one_it_waits_for(staffed: Office, child: ChildView) -> None:
    assert staffed.desk is not None
    ash = staffed.users["Ash Rivers"]
    form = add_form(staffed.desk, child.id, **(locked(TODAY) | {"state": "submitted"}))
    with staffed.desk.casebook.write() as work:
        work.add(Oversight(child_id=child.id, form_record_id=form, requested_by=ash))
    assert caseload.counts(staffed.desk).waiting_for_me == 0
    assert caseload.counts(staffed.as_user("Rowan Okell")).waiting_for_me == 1
    assert caseload.counts(staffed.as_user("Perry Lind")).waiting_for_me == 0


# -- pages -------------------------------------------------------------------------------------


def all_pages(desk: Desk, asked: CaseloadFilter | None = None, limit: int = 3) -> list[str]:
    """The names of every page of the list."""
    found: list[str] = []
    after: Cursor | None = None
    while True:
        page = caseload.rows(desk, asked, after, limit)
        assert len(page.rows) <= limit
        found += [row.name for row in page.rows]
        if page.next is None:
            return found
        assert page.rows
        after = page.next


def test_twelve_children_page_by_page(desk: Desk, add_child: AddChild) -> None:
    families = ["Tiler", "Ashdown", "Hollis", "larkspur", "Ó Cléirigh", "Castell"]
    for family in families:
        for given in ("Wren", "Bryn"):
            add_child(given_name=given, family_name=family)
    ordered = [
        f"{given} {family}"
        for family in ("Ashdown", "Castell", "Hollis", "larkspur", "Ó Cléirigh", "Tiler")
        for given in ("Bryn", "Wren")
    ]
    for limit in (1, 3, 5, 12, 100):
        assert all_pages(desk, limit=limit) == ordered


def test_a_filter_goes_with_the_pages(desk: Desk, add_child: AddChild) -> None:
    for number in range(10):
        held = add_child(given_name=f"Child{number}", family_name="Even" if number % 2 else "Odd")
        if number % 3 == 0:
            add_outcome(desk, held.id, "yro", date(2026, 9, 1), term_years=1)
    on_order = CaseloadFilter(stage="yro")
    assert sorted(all_pages(desk, on_order, limit=2)) == [
        "Child0 Odd",
        "Child3 Even",
        "Child6 Odd",
        "Child9 Even",
    ]
    both = CaseloadFilter(stage="yro", text="even")
    assert all_pages(desk, both, limit=1) == ["Child3 Even", "Child9 Even"]
    assert all_pages(desk, CaseloadFilter(text="child4")) == ["Child4 Odd"]


def test_only_mine(desk: Desk, add_child: AddChild) -> None:
    add_child(given_name="Ivy", allocated_to=desk.actor.id)
    add_child(given_name="Noor")
    assert all_pages(desk, CaseloadFilter(mine=True)) == ["Ivy Fenwick"]


def test_a_merged_child_is_not_listed(desk: Desk, child: ChildView, add_child: AddChild) -> None:
    other = add_child(given_name="Taliesin")
    children.merge(desk, child.id, other.id, "The same child")
    assert all_pages(desk) == ["Tal Fenwick"]
    assert caseload.counts(desk).children == 1


def fill(desk: Desk, families: list[str]) -> None:
    """Put many children straight into the store, which is quicker than one by one."""
    children_of = Child.__table__
    now = desk.clock.now()
    rows = [
        {
            "id": new_id(),
            "service_id": desk.casebook.service_id,
            "created_at": now,
            "changed_at": now,
            "given_name": "Tal",
            "family_name": family,
            "sort_name": f"{family.lower()} tal",
            "languages": [],
        }
        for family in families
    ]
    with desk.casebook.engine.begin() as connection:
        connection.execute(children_of.insert(), rows)


def test_five_thousand_children_are_paged_right_while_others_are_added(
    office: Office, desk: Desk
) -> None:
    """Nobody who was there at the start is skipped or shown twice, whoever comes meanwhile."""
    fill(desk, [f"Family{(number * 7919) % 5000:04}" for number in range(5000)])
    expected = [f"Tal Family{number:04}" for number in range(5000)]
    came, stop = threading.Event(), threading.Event()
    failures: list[Exception] = []

    def come() -> None:
        own = Casebook.open(
            desk.casebook.engine,
            store_id=desk.casebook.store_id,
            actor_id=desk.actor.id,
            clock=office.clock,
            audit_key=change_log.audit_key(desk.data_key),
            backup=lambda: None,
        )
        number = 0
        try:
            while not stop.is_set():
                with own.write() as work:
                    family = f"Family{(number * 4801) % 5000:04}-New"
                    work.add(Child(given_name="Late", family_name=family))
                number += 1
                came.set()
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    newcomer = threading.Thread(target=come)
    newcomer.start()
    try:
        assert came.wait(60)
        found = all_pages(desk, limit=100)
    finally:
        stop.set()
        newcomer.join()
    assert failures == []
    assert len(found) == len(set(found))
    assert [name for name in found if name.startswith("Tal")] == expected
    assert len(all_pages(desk, limit=1000)) == caseload.counts(desk).children > 5000
