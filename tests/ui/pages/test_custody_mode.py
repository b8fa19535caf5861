"""Custody mode in the window: one switch, a banner over every page, a page for the gate."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.casework.desk import Desk
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.ui.pages.keyboard import dialog, no_dialog, press


def test_one_press_switches_it_on_and_a_question_off_again(shell: Shell) -> None:
    shell.go("caseload")
    switch = shell.top_bar.custody_switch
    assert (switch.isChecked(), shell.custody_banner.isVisible()) == (False, False)
    press("Custody mode")
    assert switch.isChecked()
    assert switch.accessibleDescription() == "Custody mode is on"
    assert shell.custody_banner.isVisible()
    press("Switch it off")
    press("Cancel")
    assert shell.custody.on
    press("Custody mode")
    press("Switch it off")
    assert no_dialog()
    assert (switch.isChecked(), shell.custody_banner.isVisible()) == (False, False)


def test_it_outlives_the_window_and_a_change_of_language(
    qtbot: QtBot, shell: Shell, desk: Desk
) -> None:
    press("Custody mode")
    shell.take_settings(Settings(theme="light", text_size=125))
    assert shell.custody_banner.isVisible()
    assert shell.top_bar.custody_switch.isChecked()
    later = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(later)
    qtbot.addWidget(later)
    later.show()
    later.go("caseload")
    qtbot.waitUntil(later.custody_banner.isVisible)
    later.leave_for_good()


def test_a_page_for_the_gate_is_saved_and_nothing_is_written_over(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "statement.pdf"
    press("Custody mode")
    press("Statement for the gate")
    line = dialog().findChild(QLineEdit)
    line.setText("")
    press("Save")
    assert "Say where the file goes." in [one.text() for one in dialog().findChildren(QLabel)]
    line.setText(str(file))
    press("Save")
    assert no_dialog()
    assert shell.status_bar.note_label.text() == "Saved as statement.pdf."
    pdf = pypdfium2.PdfDocument(file.read_bytes())
    assert len(pdf) == 1
    pdf.close()
    press("Statement for the gate")
    dialog().findChild(QLineEdit).setText(str(file))
    press("Save")
    said = [one.text() for one in dialog().findChildren(QLabel)]
    assert any(words.startswith("There is a file of this name already.") for words in said)
    dialog().reject()
