"""Reports on their way out: kinds, somebody else's eyes, reading back, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework import (
    casebook_users,
    chronology,
    court,
    history,
    report_checking,
    report_export,
    report_views,
    report_writing,
    reports,
)
from app.casework import waiting as queue
from app.casework.chronology import EntryDetails
from app.casework.desk import Desk, Role
from app.casework.keeping import ReasonMissing
from app.casework.report_checking import NotYourOwn
from app.casework.report_views import ReportView
from app.casework.report_writing import PassageLocked
from app.casework.reports import RecordChanged
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.reports.kinds import kinds
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made, words
from tests.made_once import PASSPHRASE


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    return case(desk, add_child, quote_agreed="yes")


@pytest.fixture
def report(desk: Desk, of: Case) -> ReportView:
    return made(desk, of)


@contextmanager
def colleague(desk: Desk, role: Role = "practitioner") -> Iterator[Desk]:
    """Somebody else at the same casebook; afterwards the author is back."""
    author = desk.casebook.actor_id
    other = casebook_users.admit(desk, f"Robin Okell, {role}", role, PASSPHRASE)
    desk.casebook.actor_id = other.id
    yield replace(desk, actor=replace(desk.actor, id=other.id, name=other.name, role=role))
    desk.casebook.actor_id = author


# ---- kinds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind_id", [one for one in kinds() if one != "addendum"])
def test_every_kind_of_report_begins_with_sentences_under_every_heading(
    desk: Desk, of: Case, kind_id: str
) -> None:
    order = court.add_outcome(
        desk,
        of.child_id,
        court.OutcomeDetails(disposal="referral_order", outcome_date=date(2026, 11, 1)),
    )
    chronology.add_entry(
        desk,
        of.child_id,
        EntryDetails(
            kind="home_visit",
            happened_on=date(2026, 11, 10),
            attendance="missed_accepted",
            missed_why="The bus did not come",
        ),
    )
    view = reports.create(
        desk, of.child_id, kind_id, of.assessment_id, hearing_id=of.hearing_id, order_id=order.id
    )
    kind = kinds()[kind_id]
    assert view.title == kind.title["en"]
    text = words(reports.preview(desk, view.id))
    for heading in kind.headings("en").values():
        assert heading in text
    if kind_id == "breach":
        assert "The bus did not come" in text
    held = report_writing.open_writing(desk, view.id)
    assert [one.code for one in held.sections] == [one.code for one in kind.sections]


def test_every_kind_is_named_in_both_languages() -> None:
    for kind in kinds().values():
        assert set(kind.title) == {"en", "cy"}
        assert all(set(one.heading) == {"en", "cy"} for one in kind.sections)


def test_a_report_on_an_order_needs_the_order(desk: Desk, of: Case) -> None:
    with pytest.raises(KnownError, match="Choose the order"):
        reports.create(desk, of.child_id, "breach", of.assessment_id)


def test_a_report_on_an_order_tells_what_it_was_made_for_and_what_happened_in_that_order(
    desk: Desk, of: Case
) -> None:
    old = court.add_offence(
        desk,
        of.child_id,
        court.OffenceDetails(offence_date=date(2026, 2, 1), description="Broken window"),
    )
    hearing = court.add_hearing(
        desk,
        of.child_id,
        court.HearingDetails(court="Elsewhere Youth Court", hearing_date=date(2026, 3, 5)),
    )
    order = court.add_outcome(
        desk,
        of.child_id,
        court.OutcomeDetails(
            disposal="yro",
            outcome_date=date(2026, 3, 5),
            hearing_id=hearing.id,
            offence_ids=(old.id,),
        ),
    )
    for at in ("15:30", "09:00", "11:15"):
        chronology.add_entry(
            desk,
            of.child_id,
            EntryDetails(
                kind="home_visit",
                happened_on=date(2026, 11, 10),
                happened_at=at,
                attendance="missed_accepted",
                missed_why="Ill",
            ),
        )
    view = reports.create(
        desk, of.child_id, "breach", of.assessment_id, hearing_id=hearing.id, order_id=order.id
    )
    text = words(reports.preview(desk, view.id))
    assert "Offences that the order was made for" in text
    assert "Broken window" in text
    assert "Court Elsewhere Youth Court" in text[text.index("The order") :]
    assert "What the court asked for" not in text
    missed = text[text.index("Appointments that were missed") :]
    assert missed.index("09:00") < missed.index("11:15") < missed.index("15:30")


# ---- somebody else's eyes --------------------------------------------------------------------


def test_a_colleague_comments_and_the_author_deals_with_it_before_it_is_found_fit(
    desk: Desk, report: ReportView
) -> None:
    report_checking.ask(desk, report.id)
    passage = next(
        one for one in report_writing.passages(desk, report.id) if one.kind == "paragraph"
    )
    with colleague(desk) as robin:
        (waiting,) = report_checking.to_check(robin)
        assert (waiting.report_id, waiting.went_out) == (report.id, False)
        assert queue.number(robin) == queue.read(robin).number == 1
        said = report_checking.comment(robin, report.id, "Say who told you.", passage.id)
        with pytest.raises(KnownError, match="Comments are still open"):
            report_checking.find_fit(robin, report.id)
        report_checking.send_back(robin, report.id)
        assert not report_checking.to_check(robin)
    assert report_checking.checking(desk, report.id).open_comments == 1
    report_writing.change_text(desk, passage.id, "His mother told me.")
    report_checking.deal_with(desk, said, "Added")
    report_checking.ask(desk, report.id)
    reports.preview(desk, report.id)
    with colleague(desk, "manager") as robin:
        report_checking.find_fit(robin, report.id)
    now = report_checking.checking(desk, report.id)
    assert now.checked_by.startswith("Robin Okell")
    told = [one for one in history.changes(desk, report.child_id).entries if one.kind == "update"]
    of_report = [one for one in told if one.record_type == "report"]
    fields = [(field.label, field.after) for one in of_report for field in one.fields]
    assert ("Found fit by", now.checked_by) in fields
    assert ("Check asked for by", desk.actor.name) in fields
    for one in of_report:
        assert one.fields or one.what == "Brought up to date: Report", one


def test_nobody_checks_their_own_report(desk: Desk, report: ReportView) -> None:
    report_checking.ask(desk, report.id)
    assert report_checking.to_check(desk) == ()
    for deed in (report_checking.find_fit, report_checking.send_back):
        with pytest.raises(NotYourOwn):
            deed(desk, report.id)


def test_a_report_waits_for_nobody_who_wrote_in_it(desk: Desk, report: ReportView) -> None:
    passage = next(
        one for one in report_writing.passages(desk, report.id) if one.kind == "paragraph"
    )
    with colleague(desk) as robin:
        report_writing.change_text(robin, passage.id, "His mother told me.")
        report_checking.ask(desk, report.id)
        assert report_checking.to_check(robin) == ()
        assert queue.number(robin) == 0
        with pytest.raises(NotYourOwn):
            report_checking.find_fit(robin, report.id)


def test_a_report_is_its_authors_whoever_makes_it_final(desk: Desk, report: ReportView) -> None:
    report_checking.ask(desk, report.id)
    with colleague(desk, "manager") as robin:
        report_checking.find_fit(robin, report.id)
        reports.preview(robin, report.id)  # the pages are seen again, with the check on them
        reports.make_final(robin, report.id, "Read through")
        text = words(reports.preview(robin, report.id))
    assert "Written by Ash Rivers, Practitioner" in text
    assert "Robin Okell, manager, Manager" not in text


def test_what_is_written_after_the_check_has_to_be_checked_again(
    desk: Desk, report: ReportView
) -> None:
    report_checking.ask(desk, report.id)
    with colleague(desk) as robin:
        report_checking.find_fit(robin, report.id)
    passage = next(
        one for one in report_writing.passages(desk, report.id) if one.kind == "paragraph"
    )
    report_writing.change_text(desk, passage.id, "Another thing.")
    assert report_checking.checking(desk, report.id).checked_by == ""


def test_without_anybody_within_reach_every_page_says_so_and_a_manager_hears_of_it(
    desk: Desk, report: ReportView
) -> None:
    with pytest.raises(KnownError, match="Nobody else has checked"):
        reports.make_final(desk, report.id, " ")
    final = reports.make_final(desk, report.id, "A cell, no network, the hearing is at ten")
    assert final.state_text == "Final, quality check pending"
    text = words(reports.preview(desk, report.id))
    assert "the hearing is at ten" in text
    assert text.count("Quality check pending") >= 2, "on every page"
    with colleague(desk) as robin:
        assert report_checking.to_check(robin) == ()
    with colleague(desk, "manager") as robin:
        (waiting,) = report_checking.to_check(robin)
        assert (waiting.went_out, waiting.why) == (
            True,
            "A cell, no network, the hearing is at ten",
        )
        report_checking.find_fit(robin, report.id)
        assert report_checking.to_check(robin) == ()
    assert report_views.open_report(desk, report.id).state_text == "Final"
    assert "Quality check pending" in words(reports.preview(desk, report.id)), "what went out stays"


@pytest.mark.parametrize("kind_id", ["stand_down", "existing"])
def test_what_is_said_on_the_day_needs_no_second_person(desk: Desk, of: Case, kind_id: str) -> None:
    view = reports.create(desk, of.child_id, kind_id, of.assessment_id, hearing_id=of.hearing_id)
    final = reports.make_final(desk, view.id, "Not countersigned yet")
    assert final.state_text == "Final"


# ---- reading back ----------------------------------------------------------------------------


def test_what_the_child_says_goes_into_the_report_as_it_was_said(
    desk: Desk, report: ReportView
) -> None:
    report_checking.note_read_back(
        desk, report.id, "psr.offence", "child", answer="disagree", comment="I did not run."
    )
    report_checking.note_read_back(
        desk, report.id, "psr.offence", "child", answer="agree", comment="I did not run. I walked."
    )
    report_checking.note_read_back(
        desk, report.id, "psr.child", "parent", answer="could_not_answer"
    )
    heard = report_checking.checking(desk, report.id).read_back
    assert [(one.listener, one.answer) for one in heard] == [
        ("child", "agree"), ("parent", "could_not_answer"),
    ]  # fmt: skip
    text = words(reports.preview(desk, report.id))
    assert "I did not run. I walked." in text
    with pytest.raises(KnownError, match="Choose what they said"):
        report_checking.note_read_back(desk, report.id, "psr.risk", "child", answer="")


# ---- what becomes of a final report ----------------------------------------------------------


def test_an_addendum_is_a_new_report_that_names_the_old(desk: Desk, report: ReportView) -> None:
    with pytest.raises(KnownError, match="Only a final report"):
        reports.create_addendum(desk, report.id)
    reports.make_final(desk, report.id, "The hearing is today")
    addendum = reports.create_addendum(desk, report.id)
    assert addendum.id != report.id
    report_writing.add(desk, addendum.id, "addendum.adds", text="Tal has a college place.")
    text = words(reports.preview(desk, addendum.id))
    assert report.reference in text
    assert "Tal has a college place." in text


def test_a_final_report_is_withdrawn_with_a_reason_and_stays_as_it_was(
    desk: Desk, report: ReportView
) -> None:
    with pytest.raises(KnownError, match="Only a final report"):
        report_checking.withdraw(desk, report.id, "Wrong child")
    reports.make_final(desk, report.id, "The hearing is today")
    pages = reports.preview(desk, report.id)
    with pytest.raises(ReasonMissing):
        report_checking.withdraw(desk, report.id, " ")
    report_checking.withdraw(desk, report.id, "Two pages were of another case")
    withdrawn = report_views.open_report(desk, report.id)
    assert withdrawn.state_text == "Withdrawn"
    assert report_export.file_name(withdrawn) == f"{report.reference}-withdrawn.pdf"
    assert reports.preview(desk, report.id) == pages
    for deed in (report_checking.ask, report_checking.find_fit):
        with pytest.raises(PassageLocked):
            deed(desk, report.id)


def test_a_report_is_used_again_only_while_it_is_recent_checked_and_nothing_changed(
    desk: Desk, of: Case, report: ReportView, clock: FixedClock
) -> None:
    report_checking.ask(desk, report.id)
    with colleague(desk) as robin:
        report_checking.find_fit(robin, report.id)
    try:
        reports.make_final(desk, report.id, "Not countersigned yet")
    except RecordChanged:
        reports.make_final(desk, report.id, "Not countersigned yet")

    def used() -> str:
        view = reports.create(
            desk,
            of.child_id,
            "existing",
            of.assessment_id,
            hearing_id=of.hearing_id,
            existing_id=report.id,
        )
        return words(reports.preview(desk, view.id))

    assert "the record shows no significant change" in used()
    clock.advance(timedelta(days=1))
    chronology.add_entry(
        desk,
        of.child_id,
        EntryDetails(kind="arrest", happened_on=clock.today(), note="Arrested in town."),
    )
    text = used()
    assert "What speaks against using it" in text
    assert "New arrest or charge" in text
    clock.advance(timedelta(days=120))
    assert "It was made more than 3 months ago" in used()
