"""The service's figures in the window: entered by keyboard, pasted, corrected, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.casework import children, court, places, service_figures
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.ui import shell as shell_module
from app.ui.kit import Table
from app.ui.palette import Palette
from app.ui.shell import Shell
from tests.casework.test_service_figures import NORTHBRIDGE
from tests.ui.pages.keyboard import dialog, press
from tests.ui.pages.test_edit_pages import fresh_window

FIGURES = replace(NORTHBRIDGE, counts={"white": (20, 200), "black": (12, 40)})
TABLE = "Group\tRemanded\tAll\nWhite\t20\t200\nBlack\t12\t40\nTotal\t32\t240\n"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The same desk, with a manager at it."""
    desk.actor = replace(desk.actor, role="manager")
    return desk


def said(shell: Shell) -> str:
    QApplication.processEvents()
    labels = shell.page.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisible())


def editor(shell: Shell) -> Any:
    return shell.page.editor


def fill(shell: Shell) -> None:
    """Everything but the numbers."""
    for name, value in {
        "decision": "remand_custody",
        "out_of": "remand_decisions",
        "area": "Northbridge",
        "period_from": "2025-04-01",
        "period_to": "2026-03-31",
        "source_publisher": "Northbridge Youth Justice Service",
        "source_name": "Annual report, table 4",
        "source_date": "2026-06-30",
    }.items():
        editor(shell).frames[name].editor.edited.emit(value)


def type_numbers(shell: Shell, code: str, events: str, total: str) -> None:
    for cell, text in zip(editor(shell).cells.lines[code], (events, total), strict=True):
        cell.setFocus()
        cell.clear()
        QTest.keyClicks(cell, text)


def test_where_none_are_held_it_says_why_they_matter(shell: Shell) -> None:
    shell.go("figures")
    words = said(shell)
    assert QApplication.focusWidget() is shell.page.enter
    assert "No figures are entered for your area yet" in words
    assert "A court has to see" in words
    assert "table 6.1, as of 29 January 2026." in words
    press("Enter the first figures")
    assert shell.page.name == "edit_figures"


def test_they_are_found_from_the_settings_and_by_a_few_letters(shell: Shell) -> None:
    shell.go("settings", part="figures")
    press("See the figures")
    assert shell.page.name == "figures"
    shell.go("caseload")
    shell.open_palette("figures for")
    palette = QApplication.activeModalWidget()
    assert isinstance(palette, Palette)
    QTest.keyClick(palette, Qt.Key.Key_Return)
    assert shell.page.name == "figures"


def test_figures_are_entered_and_stand_in_the_list(shell: Shell, desk: Desk) -> None:
    shell.go("edit_figures")
    fill(shell)
    assert editor(shell).preview is None
    assert "to see the rates" in said(shell)
    type_numbers(shell, "white", "20", "200")
    type_numbers(shell, "black", "12", "40")
    drawn = editor(shell)
    assert drawn.preview_model.rows[1][4] == "3.00 (1.60 to 5.63)"
    assert "Northbridge, 1 April 2025 to 31 March 2026" in said(shell)
    press("Save")
    assert shell.page.name == "figures"
    (view,) = service_figures.held(desk).own
    assert view.details == FIGURES
    assert view.in_reports


def test_what_can_not_be_right_is_said_beside_it_and_what_was_typed_stays(shell: Shell) -> None:
    shell.go("edit_figures")
    fill(shell)
    type_numbers(shell, "white", "20", "200")
    type_numbers(shell, "black", "12", "many")
    press("Save")
    assert "write two whole numbers" in said(shell)
    type_numbers(shell, "black", "41", "40")
    press("Save")
    words = said(shell)
    assert "more (41) than there were (40)" in words
    assert shell.page.name == "edit_figures"
    assert editor(shell).cells.texts()["black"] == ("41", "40")
    line = editor(shell).summary.lines[0]
    line.click()
    assert QApplication.focusWidget() is editor(shell).cells.lines["black"][0]
    assert "more (41)" in QApplication.focusWidget().accessibleDescription()


def test_return_and_arrows_go_from_group_to_group(shell: Shell) -> None:
    shell.go("edit_figures")
    lines = list(editor(shell).cells.lines.values())
    lines[0][1].setFocus()
    QTest.keyClick(lines[0][1], Qt.Key.Key_Return)
    assert QApplication.focusWidget() is lines[1][1]
    QTest.keyClick(lines[1][1], Qt.Key.Key_Up)
    assert QApplication.focusWidget() is lines[0][1]
    QTest.keyClick(lines[0][1], Qt.Key.Key_Up)
    assert QApplication.focusWidget() is lines[0][1]


def test_a_table_is_pasted_whole(shell: Shell) -> None:
    shell.go("edit_figures")
    QGuiApplication.clipboard().setText(TABLE)
    cell = editor(shell).cells.lines["white"][0]
    cell.setFocus()
    QTest.keyClick(cell, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert editor(shell).cells.texts() == {"white": ("20", "200"), "black": ("12", "40")}
    QGuiApplication.clipboard().setText("nothing of the kind")
    press("Paste a table")
    assert "This is not a table that can be read." in said(shell)
    assert editor(shell).cells.texts()["black"] == ("12", "40")


def test_numbers_that_were_typed_come_back_after_a_lock(
    qtbot: QtBot, shell: Shell, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell_module.Shell, "ending", True)
    shell.go("edit_figures")
    fill(shell)
    type_numbers(shell, "black", "12", "4")
    place = shell.leave_page()
    assert service_figures.held(desk).own == ()
    places.keep_place(desk, place)
    fresh = fresh_window(qtbot, desk, places.last_place(desk))
    assert fresh.page.name == "edit_figures"
    assert editor(fresh).cells.texts()["black"] == ("12", "4")
    assert editor(fresh)._values["area"] == "Northbridge"


def test_figures_are_corrected_taken_back_and_put_back(shell: Shell, desk: Desk) -> None:
    service_figures.add(desk, FIGURES)
    shell.go("figures")
    press("Change")
    assert editor(shell).cells.texts()["black"] == ("12", "40")
    type_numbers(shell, "black", "9", "40")
    press("Save")
    assert service_figures.held(desk).own[0].details.counts["black"] == (9, 40)
    press("Take back")
    dialog().text.setPlainText("Counted twice")
    press("Take them back")
    assert service_figures.held(desk).own == ()
    assert "No figures are entered" in said(shell)
    back = [one for one in shell.findChildren(QPushButton) if one.text() == "Put them back"]
    back[0].click()
    assert len(service_figures.held(desk).own) == 1
    assert "Entered by Ash Rivers" in said(shell)
    tables = [table for table in shell.page.findChildren(Table) if table.isVisible()]
    assert any("Northbridge" in table.accessibleName() for table in tables)


@pytest.mark.parametrize("role", ["practitioner", "reader"])
def test_others_read_them(shell: Shell, desk: Desk, role: Any) -> None:
    service_figures.add(desk, FIGURES)
    desk.actor = replace(desk.actor, role=role)
    shell.go("figures")
    words = said(shell)
    assert "A manager or an administrator can change these." in words
    shown = [one.text() for one in shell.page.findChildren(QPushButton) if one.isVisible()]
    assert not {"Change", "Take back", "Enter figures"} & set(shown)


def test_what_the_casebook_holds_is_looked_at_before_it_is_entered(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("figures")
    assert "No decision of these months is recorded here." in said(shell)
    day = desk.clock.today() - timedelta(days=60)
    for ethnicity in ("white_british", "black_african"):
        child = children.add_child(
            desk, ChildDetails(given_name="Wren", family_name=ethnicity, ethnicity=ethnicity)
        )
        for code in ("fine", *["dto"] * 6):
            details = court.OutcomeDetails(disposal=code, outcome_date=day)
            court.add_outcome(desk, child.id, details)
    shell.go("figures")
    words = said(shell)
    assert "in the records on this laptop, which are of 3 children" in words
    assert "Sentenced to custody, out of children sentenced" in words
    assert "out of children sentenced: too few to compare, 14 decisions in all." in words
    buttons = [
        one
        for one in shell.page.findChildren(QPushButton)
        if one.text() == "Look at it and enter it" and "custody" in one.accessibleDescription()
    ]
    buttons[0].click()
    assert shell.page.name == "edit_figures"
    counts = {"white": (6, 7), "black": (6, 7)}
    assert editor(shell).cells.texts() == {
        code: (str(events), str(total)) for code, (events, total) in counts.items()
    }
    assert editor(shell)._values["decision"] == "custodial_sentence"
    editor(shell).frames["area"].editor.edited.emit("Northbridge")
    press("Save")
    (view,) = service_figures.held(desk).own
    assert view.details.counts == counts
    assert "Counted from the casebook" in view.details.source_name
