"""The chronology on a child's record: a call noted by keyboard alone, filtered, corrected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from app.casework import chronology, timeline
from app.casework.chronology import EntryDetails
from app.casework.desk import Desk
from app.core.errors import KnownError
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, focused, press, tab_to
from tests.ui.pages.people import tab_of


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


def keys(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


def call(shell: Shell, child_id: str) -> None:
    """Open the fields of a new entry from the record, and note a call."""
    shell.go("child", child_id=child_id)
    QTest.keyClick(shell.page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert focused() == "What happened"
    keys("Ph")
    tab_to("With whom (optional)")
    keys("Marn")
    tab_to("Note")
    keys("Evenings are best.")


def test_a_call_is_noted_by_the_keyboard_alone(shell: Shell, desk: Desk, child_id: str) -> None:
    call(shell, child_id)
    QTest.keyClick(
        QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    (moment,) = timeline.timeline(desk, child_id).moments
    assert (moment.title, moment.detail, moment.note) == (
        "Phone call", "Marn", "Evenings are best.",
    )  # fmt: skip
    assert "Evenings are best." in said(shell)
    # Ready for the next one.
    assert focused() == "What happened"
    box = QApplication.focusWidget()
    assert isinstance(box, QComboBox)
    assert box.currentData() == ""


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("child", child_id=child_id, tab="chronology")
    tab_to("Day").setText("next Tuesday")
    tab_to("Note")
    keys("Rang about the bus.")
    press("Add to the chronology")
    assert "Enter a day, such as 14/11/2026, today or yesterday." in said(shell)
    assert focused() == "Day"
    tab_to("Day").setText("yesterday")
    press("Add to the chronology")
    assert "Choose what happened." in said(shell)
    assert not timeline.timeline(desk, child_id).moments
    form = tab_of(shell, "chronology").form
    assert form.note.toPlainText() == "Rang about the bus."


def test_what_was_typed_is_there_again_after_one_was_elsewhere(shell: Shell, child_id: str) -> None:
    call(shell, child_id)
    shell.go("caseload")
    shell.go("child", child_id=child_id, tab="chronology")
    form = tab_of(shell, "chronology").form
    assert form.note.toPlainText() == "Evenings are best."
    assert form.who.text() == "Marn"


def test_an_entry_that_can_not_be_kept_stays_in_its_fields(
    shell: Shell, child_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_asked: object) -> None:
        raise KnownError("The disk is full.", "Make room, then try again.")

    call(shell, child_id)
    monkeypatch.setattr(chronology, "add_entry", full)
    press("Add to the chronology")
    assert dialog().windowTitle() == "That did not work"
    press("Close")
    assert tab_of(shell, "chronology").form.note.toPlainText() == "Evenings are best."


def test_a_visit_says_whether_it_was_kept_and_a_missed_one_why(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("child", child_id=child_id, tab="chronology")
    box = tab_to("What happened")
    box.setCurrentIndex(box.findData("home_visit"))
    kept = tab_to("Was it kept?")
    kept.setCurrentIndex(kept.findData("missed_accepted"))
    tab_to("Why it was missed")
    keys("The bus did not come.")
    press("Add to the chronology")
    (moment,) = timeline.timeline(desk, child_id).moments
    assert moment.pills[0][0] == "Missed, reason accepted"
    assert moment.detail == "The bus did not come."


def test_filters_show_one_group(shell: Shell, desk: Desk, child_id: str) -> None:
    for kind in ("phone_call", "good_news"):
        details = EntryDetails(kind=kind, happened_on=desk.clock.today(), note=f"Of {kind}")
        chronology.add_entry(desk, child_id, details)
    shell.go("child", child_id=child_id, tab="chronology")
    assert {"Of phone_call", "Of good_news"} <= set(said(shell))
    press("Events")
    assert "Of good_news" in said(shell)
    assert "Of phone_call" not in said(shell)
    press("Plan")
    assert "Nothing of this kind is recorded." in said(shell)


def test_an_entry_is_corrected_with_a_reason_and_the_one_before_stays(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    details = EntryDetails(
        kind="phone_call", happened_on=desk.clock.today(), note="Mornings are best."
    )
    chronology.add_entry(desk, child_id, details)
    shell.go("child", child_id=child_id, tab="chronology")
    press("Correct")
    asked = dialog()
    asked.fields.note.setPlainText("Evenings are best.")
    press("Correct it")
    assert asked.why.error.text() == "Say why, in a few words."
    asked.reason.setText("I had misheard")
    press("Correct it")
    words = said(shell)
    assert {"Mornings are best.", "Evenings are best."} <= set(words)
    assert any(text.startswith("Corrected by Ash Rivers") for text in words)
