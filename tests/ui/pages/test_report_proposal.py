"""Building a proposal in the window: by keyboard, judged at once, saved, taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit

from app.casework import court, proposals, report_writing, reports
from app.casework.desk import Desk
from app.ui.pages.report_proposal import ReportProposalPage
from app.ui.shell import Shell
from tests.ui.pages.keyboard import focused, press, tab_to
from tests.ui.pages.people import submit_assessment


def said(shell: Shell) -> str:
    QApplication.processEvents()
    shown = (label.text() for label in shell.page.findChildren(QLabel) if label.isVisible())
    return "\n".join(shown)


@pytest.fixture
def report_id(shell: Shell, desk: Desk, child_id: str) -> str:
    """A draft on Tal, for whom a referral order of six months is proposed, on its own page."""
    assessment_id = submit_assessment(desk, child_id)
    hearing = court.add_hearing(
        desk, child_id, court.HearingDetails(hearing_date=desk.clock.today())
    )
    made = reports.create_psr(desk, child_id, assessment_id, hearing.id).id
    shell.go("report_write", report_id=made, child_id=child_id)
    press("Build the proposal")
    assert isinstance(shell.page, ReportProposalPage)
    return made


def choose(name: str, code: str) -> None:
    box = tab_to(name)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(code))
    box.activated.emit(box.currentIndex())
    QApplication.processEvents()


def type_into(name: str, text: str) -> QLineEdit:
    line = tab_to(name)
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, text)
    return line


def test_a_proposal_is_built_by_keyboard_and_judged_at_once(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    assert focused() == "What do you propose?"
    assert "The proposal is a referral order. The length proposed is 6 months." in said(shell)
    assert "The report says this." in said(shell)
    type_into("Months", "13")
    assert "Referral order: 13 months are more than the rule allows (12)." in said(shell)
    assert "Rule: Longest referral order" in said(shell)
    assert "(check this rule)" in said(shell)
    choose("What do you propose?", "yro")
    assert focused() == "What do you propose?", "the keyboard stays where it was"
    assert "This order has at least one requirement. Add one." in said(shell)
    choose("Requirement", "curfew")
    press("Add it")
    assert focused() == "Curfew: Hours a day"
    type_into("Curfew: Hours a day", "21")
    type_into("Curfew: Months", "3")
    type_into("Curfew: Where, and between which times", "At home")
    assert "Curfew: 21 hours a day are more than the rule allows (20)." in said(shell)
    type_into("Curfew: Hours a day", "10")
    assert "more than the rule allows (20)" not in said(shell)
    assert "You stay at home for some hours. It is 10 hours each day." in said(shell)
    press("Write it into the report")
    assert "The report says this." in said(shell)
    held = proposals.open_proposal(desk, report_id).proposal
    assert (held.order, held.months, held.requirements[0].hours_a_day) == ("yro", 13, 10)
    words = [one.text for one in report_writing.passages(desk, report_id)]
    assert "Curfew: 10 hours a day, for 3 months. At home." in words
    press("Back to the text")
    assert shell.page.name == "report_write"


def test_what_was_changed_is_taken_back(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    choose("What do you propose?", "yro")
    choose("Requirement", "supervision")
    press("Add it")
    press("Take out")
    assert proposals.open_proposal(desk, report_id).proposal.requirements == ()
    assert focused() == "Requirement"
    assert shell.page.can_undo
    shell.page.undo()
    (one,) = proposals.open_proposal(desk, report_id).proposal.requirements
    assert one.requirement == "supervision"
    shell.page.undo()
    shell.page.undo()
    held = proposals.open_proposal(desk, report_id).proposal
    assert (held.order, held.requirements) == ("referral_order", ())
    assert not shell.page.can_undo


def test_what_cannot_be_read_stays_and_is_kept_until_it_can(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    choose("What do you propose?", "yro")
    choose("Requirement", "activity")
    press("Add it")
    type_into("Activity: Days in all", "lots")
    assert "Enter a whole number from 1 to 366." in said(shell)
    day = type_into("Activity: Begins on", "soon")
    assert "Enter a date, such as 27/3/2026." in said(shell)
    QTest.keyClick(day, Qt.Key.Key_Tab)
    shell.go("child", child_id=child_id)
    shell.go("report_proposal", report_id=report_id, child_id=child_id)
    texts = [line.text() for line in shell.page.findChildren(QLineEdit)]
    assert "lots" in texts and "soon" in texts
    assert proposals.open_proposal(desk, report_id).proposal.requirements[0].days is None


def test_an_amount_of_the_order_that_cannot_be_read_stays_and_nothing_says_it_is_saved(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    type_into("Months", "eight")
    shell.go("child", child_id=child_id)
    assert shell.status_bar.saved_label.text() == "Not saved"
    shell.go("report_proposal", report_id=report_id, child_id=child_id)
    assert "eight" in [line.text() for line in shell.page.findChildren(QLineEdit)]
    assert "Enter a whole number from 1 to 1200." in said(shell)
    assert proposals.open_proposal(desk, report_id).proposal.months == 6
    type_into("Months", "8")
    shell.page.leaving()
    QApplication.processEvents()
    assert shell.status_bar.saved_label.text() != "Not saved"
    assert shell.kept_words(("proposal", report_id)) == {}
    assert proposals.open_proposal(desk, report_id).proposal.months == 8


def test_what_was_kept_stays_where_something_else_cannot_be_read(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    choose("What do you propose?", "yro")
    choose("Requirement", "activity")
    press("Add it")
    type_into("Activity: Days in all", "20")
    shell.page.leaving()
    type_into("Activity: Days in all", "2o")
    type_into("Activity: Which activity, and where", "The boat yard")
    shell.page.leaving()
    (held,) = proposals.open_proposal(desk, report_id).proposal.requirements
    assert (held.days, held.what) == (20, "The boat yard")


def test_others_work_is_shown_and_the_keyboard_stays(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    choose("What do you propose?", "yro")
    choose("Requirement", "activity")
    press("Add it")
    page = shell.page
    assert isinstance(page, ReportProposalPage) and page.view is not None
    (one,) = page.view.proposal.requirements
    type_into("Activity: Days in all", "20")
    proposals.add_requirement(desk, report_id, "curfew")
    page.others_wrote(["another record"])
    assert len(page.cards) == 1
    page.others_wrote([report_id])
    QApplication.processEvents()
    assert len(page.cards) == 2
    assert focused() == "Activity: Days in all"
    held = proposals.open_proposal(desk, report_id).proposal.requirements
    assert {row.requirement: row.days for row in held} == {"activity": 20, "curfew": None}
    assert one.id in page.cards


def test_a_final_report_shows_what_it_proposed(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    reports.preview(desk, report_id)
    reports.make_final(desk, report_id, "The hearing is today")
    shell.go("report_proposal", report_id=report_id, child_id=child_id)
    assert "The proposal is a referral order." in said(shell)
    assert isinstance(shell.page, ReportProposalPage)
    assert not shell.page.write_button.isVisible()
    assert shell.page.order is not None and not shell.page.order.order.isEnabled()
