"""A report by the keyboard: looked at, exported, refused, replaced, made final."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.casework import court, report_views, reports
from app.casework.court import HearingDetails
from app.casework.desk import Desk
from app.casework.report_views import ReportView
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, focused, no_dialog, open_dialogs, press, tab_to, write
from tests.ui.pages.people import submit_assessment

READ = "Read through with Tal"


@pytest.fixture
def report(desk: Desk, child_id: str) -> ReportView:
    """A draft for a hearing in three weeks."""
    assessment_id = submit_assessment(desk, child_id)
    on = desk.clock.today() + timedelta(days=21)
    hearing = court.add_hearing(desk, child_id, HearingDetails(hearing_date=on))
    return reports.create_psr(desk, child_id, assessment_id, hearing.id)


@pytest.fixture
def opened(shell: Shell, report: ReportView) -> Shell:
    """The window with that report in it."""
    shell.go("report", report_id=report.id, child_id=report.child_id)
    return shell


def pages(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


def fill_in(file: Path, recipient: str = "Fernbridge Youth Court") -> None:
    write("Who gets it", recipient)
    write("File", str(file))


def test_every_page_of_the_draft_is_shown(opened: Shell, desk: Desk, report: ReportView) -> None:
    page = opened.page
    document = pypdfium2.PdfDocument(reports.preview(desk, report.id))
    assert page.document.pageCount() == len(document) > 1
    document.close()
    assert page.view.hasFocus()
    assert page.state.text == "Draft"


def test_an_export_says_to_whom_and_nothing_is_written_before(
    opened: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "report.pdf"
    press("Export as PDF")
    fill_in(file, recipient=" ")
    press("Export")
    assert dialog().recipient_field.error.text() == "Say who gets this report."
    assert not file.exists()
    write("Who gets it", "Fernbridge Youth Court")
    press("Export")
    assert no_dialog()
    assert "DRAFT" in pages(file)
    assert file.name in opened.status_bar.note_label.text()


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(
    opened: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(b"somebody else's")
    press("Export as PDF")
    fill_in(file)
    press("Export")
    assert dialog().windowTitle() == "Replace the file?"
    press("Cancel")
    assert file.read_bytes() == b"somebody else's"
    press("Export as PDF")
    fill_in(file)
    press("Export")
    press("Replace")
    assert no_dialog()
    assert file.read_bytes().startswith(b"%PDF")


def test_a_place_that_takes_no_file_is_said(opened: Shell, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "report.pdf"
    press("Export as PDF")
    fill_in(nowhere)
    press("Export")
    assert dialog().windowTitle() == "That did not work"
    press("Close")
    assert not nowhere.parent.exists()
    assert "Exported" not in opened.status_bar.note_label.text()


def test_escape_leaves_the_export_alone(opened: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    press("Export as PDF")
    fill_in(file)
    QTest.keyClick(dialog().focusWidget(), Qt.Key.Key_Escape)
    assert no_dialog()
    assert not file.exists()
    assert opened.focusWidget() is tab_to("Export as PDF")


def test_a_final_report_can_not_be_changed_any_more(
    opened: Shell, desk: Desk, report: ReportView, tmp_path: Path
) -> None:
    press("Make final")
    press("Make final")
    assert dialog().field.error.text() == "Say why, in a few words."
    write("Why it can be given to the court now", READ)
    press("Make final")
    assert no_dialog()
    assert report_views.open_report(desk, report.id).state == "final"
    page = opened.page
    assert page.state.text == "Final, quality check pending"
    assert page.report is not None
    assert not page.report.stands, "and it isn't shown as if all were well"
    assert not page.final.isVisible()
    assert not page.anew.isVisible()
    assert focused() == "Export as PDF"
    file = tmp_path / "final.pdf"
    press("Export as PDF")
    fill_in(file)
    press("Export")
    assert "DRAFT" not in pages(file)


def test_a_record_that_changed_is_shown_before_it_becomes_final(
    opened: Shell, desk: Desk, report: ReportView
) -> None:
    press("Make final")
    write("Why it can be given to the court now", READ)
    hearing = court.list_hearings(desk, report.child_id)[0]
    details = hearing.details
    later = (details.hearing_date or desk.clock.today()) + timedelta(days=1)
    court.change_hearing(desk, hearing.id, HearingDetails(hearing_date=later))
    before = report.content_hash
    press("Make final")
    # Nothing stands over the message that says why.
    assert [window.windowTitle() for window in open_dialogs()] == ["That did not work"]
    press("Close")
    assert no_dialog()
    now = report_views.open_report(desk, report.id)
    assert now.state == "draft"
    assert now.content_hash != before
    assert opened.page.report.content_hash == now.content_hash
    # The reason that was given is not lost.
    press("Make final")
    assert dialog().text.toPlainText() == READ
    press("Make final")
    assert report_views.open_report(desk, report.id).state == "final"
