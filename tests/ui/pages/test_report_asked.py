"""A new report in the window: what the hearing asks for, and whether an older one may be used."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QApplication, QComboBox, QLabel

from app.casework import court, reports
from app.casework.desk import Desk
from app.ui.shell import Shell
from tests.ui.pages.keyboard import tab_to
from tests.ui.pages.people import submit_assessment


def said(shell: Shell) -> str:
    QApplication.processEvents()
    shown = (label.text() for label in shell.page.findChildren(QLabel) if label.isVisible())
    return "\n".join(shown)


def box(name: str) -> QComboBox:
    found = tab_to(name)
    assert isinstance(found, QComboBox)
    return found


def test_the_hearing_says_which_report_it_asks_for_and_by_when(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    submit_assessment(desk, child_id)
    day = desk.clock.today() + timedelta(days=20)
    court.add_hearing(desk, child_id, court.HearingDetails(hearing_date=day, report_requested=True))
    breach = court.add_hearing(
        desk,
        child_id,
        court.HearingDetails(hearing_date=day + timedelta(days=9), hearing_type="breach"),
    )
    shell.go("child", child_id=child_id, tab="reports")
    assert "The court asked for a pre-sentence report." in said(shell)
    assert "Due by " in said(shell)
    assert box("Kind of report").currentData() == "psr"
    hearing = box("Hearing it is for")
    hearing.setCurrentIndex(hearing.findData(breach.id))
    assert "A hearing of this kind asks for: Breach report." in said(shell)
    kind = box("Kind of report")
    assert kind.currentData() == "breach"
    # What a person chose stays, whichever hearing it is for.
    kind.setCurrentIndex(kind.findData("psr"))
    kind.activated.emit(kind.currentIndex())
    hearing.setCurrentIndex(0)
    hearing.setCurrentIndex(hearing.findData(breach.id))
    assert kind.currentData() == "psr"


def test_whether_an_older_report_may_be_used_again_is_read_at_a_glance(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    assessment_id = submit_assessment(desk, child_id)
    hearing = court.add_hearing(
        desk, child_id, court.HearingDetails(hearing_date=desk.clock.today())
    )
    shell.go("child", child_id=child_id, tab="reports")
    kind = box("Kind of report")
    kind.setCurrentIndex(kind.findData("existing"))
    assert "so none can be used again" in said(shell)
    made = reports.create_psr(desk, child_id, assessment_id, hearing.id)
    reports.preview(desk, made.id)
    reports.make_final(desk, made.id, "The hearing is today")
    shell.go("child", child_id=child_id, tab="plan")
    shell.go("child", child_id=child_id, tab="reports")
    kind = box("Kind of report")
    kind.setCurrentIndex(kind.findData("existing"))
    text = said(shell)
    assert "1 thing speaks against using it again." in text
    assert "Nobody but its author has checked it." in text
    assert "It was made today. The rule allows 3 months" in text
    assert "Rule: An existing report may be used again" in text
