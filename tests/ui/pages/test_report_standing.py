"""A final report in the window: a newer one takes its place, and who was given a copy is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.casework import court, report_checking, report_export, report_standing, reports
from app.casework.desk import Desk
from app.ui.pages import report_copies
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, no_dialog, press
from tests.ui.pages.people import submit_assessment


def said(shell: Shell) -> str:
    QApplication.processEvents()
    shown = (label.text() for label in shell.page.findChildren(QLabel) if label.isVisible())
    return "\n".join(shown)


@pytest.fixture
def both(desk: Desk, child_id: str) -> tuple[str, str]:
    """Two final reports on Tal: the older and the newer one."""
    assessment_id = submit_assessment(desk, child_id)
    hearing = court.add_hearing(
        desk, child_id, court.HearingDetails(hearing_date=desk.clock.today())
    )
    found = []
    for _each in range(2):
        made = reports.create_psr(desk, child_id, assessment_id, hearing.id)
        reports.preview(desk, made.id)
        reports.make_final(desk, made.id, "The hearing is today")
        found.append(made.id)
    return found[0], found[1]


def test_a_newer_report_takes_the_place_of_an_older_one(
    shell: Shell, desk: Desk, child_id: str, both: tuple[str, str]
) -> None:
    old, _new = both
    shell.go("report", report_id=old, child_id=child_id)
    press("A newer report replaces it")
    press("Replace it")
    assert dialog().field.has_error, "a reason is asked for, and the dialog stays"
    dialog().text.setPlainText("The plea changed on the day.")
    press("Replace it")
    assert no_dialog()
    text = said(shell)
    assert "A newer report took its place on" in text
    assert "The plea changed on the day." in text
    press("Open")
    assert shell.page.name == "report"
    assert "It has the place of:" in said(shell)
    assert report_standing.standing(desk, old).replaced_by is not None


def test_what_was_typed_is_there_again_after_a_lock(
    shell: Shell, desk: Desk, child_id: str, both: tuple[str, str]
) -> None:
    shell.go("report", report_id=both[0], child_id=child_id)
    press("A newer report replaces it")
    dialog().text.setPlainText("The plea")
    shell.keep_words(("supersede", both[0]), words="The plea", newer=both[1])
    dialog().done(0)
    shell.keep_words(("supersede", both[0]), words="The plea", newer=both[1])
    shell.go("child", child_id=child_id)
    shell.go("report", report_id=both[0], child_id=child_id)
    assert dialog().text.toPlainText() == "The plea"
    press("Cancel")
    assert shell.kept_words(("supersede", both[0])) == {}


def test_a_withdrawn_report_says_why(
    shell: Shell, desk: Desk, child_id: str, both: tuple[str, str]
) -> None:
    report_checking.withdraw(desk, both[0], "Two pages were of another case")
    shell.go("report", report_id=both[0], child_id=child_id)
    text = said(shell)
    assert "It was withdrawn on" in text and "Two pages were of another case" in text


def test_who_was_given_a_copy_is_read_and_printed(
    shell: Shell,
    desk: Desk,
    child_id: str,
    both: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell.go("report", report_id=both[1], child_id=child_id)
    assert "No copy of it was given to anybody." in said(shell)
    report_export.export(
        desk, both[1], tmp_path / "a.pdf", recipient="The youth court", reason="The hearing"
    )
    shell.go("child", child_id=child_id)
    shell.go("report", report_id=both[1], child_id=child_id)
    assert "1 copy was given." in said(shell)
    press("See who was given a copy")
    text = said(shell)
    assert "The youth court" in text and "Exported as a file" in text and "The hearing" in text
    painted: list[int] = []
    monkeypatch.setattr(report_copies, "choose_printer", lambda _window, _name, then: then(None))
    monkeypatch.setattr(
        report_copies, "paint", lambda document, _printer: painted.append(document.pageCount())
    )
    press("Print")
    dialog().text.setPlainText("The auditor")
    press("Print")
    assert painted == [1]
    assert [one.to for one in report_standing.copies(desk, both[1])] == [
        "The auditor",
        "The youth court",
    ]
    assert "The auditor" in said(shell)
    press("Back to the pages")
    assert shell.page.name == "report"
