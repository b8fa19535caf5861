"""A copy of a form by the keyboard: to whom, the child's own, and who may not pass one on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.casework import casebook_users, consents, demo, form_records, history, questionnaires
from app.casework.consents import ConsentDetails
from app.casework.desk import Desk
from app.ui.kit import Banner, SecondaryButton, Strong
from app.ui.shell import Shell
from tests.made_once import PASSPHRASE
from tests.ui.pages.keyboard import dialog, no_dialog, open_dialogs, press, write
from tests.ui.pages.people import window_on

COPY = "Save a copy as PDF"


@pytest.fixture
def questionnaire(desk: Desk, child_id: str) -> str:
    """Tal's answers, given back."""
    handover = questionnaires.hand_over(desk, child_id, "my_life_now")
    demo.fill_in(desk, handover.record_id, {"good_at": "Fixing bikes."}, by="child")
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    return handover.record_id


@pytest.fixture
def forms(shell: Shell, child_id: str, questionnaire: str) -> Shell:
    """The window at Tal's forms."""
    shell.go("child", child_id=child_id, tab="forms")
    return shell


def pages(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


def test_a_copy_says_to_whom_and_nothing_is_written_before(
    forms: Shell, desk: Desk, child_id: str, tmp_path: Path
) -> None:
    file = tmp_path / "copy.pdf"
    press(COPY)
    write("File", str(file))
    press("Export")
    assert dialog().recipient_field.error.text() == "Say who gets this copy."
    assert not file.exists()
    write("Who gets it", "Fernbridge Youth Court")
    press("Export")
    assert no_dialog() and "Fixing bikes." not in pages(file)
    assert file.name in forms.status_bar.note_label.text()
    (told,) = [e for e in history.changes(desk, child_id).entries if e.kind == "disclosure"]
    assert "Fernbridge Youth Court" in told.what


def test_the_childs_own_copy_holds_what_the_child_answered(forms: Shell, tmp_path: Path) -> None:
    file = tmp_path / "copy.pdf"
    press(COPY)
    dialog().own_copy.click()
    assert dialog().own_copy.text() == "It is Tal’s own copy"
    write("Who gets it", "Tal")
    write("File", str(file))
    press("Export")
    assert "Fixing bikes." in pages(file)


def test_what_is_not_to_be_shared_is_seen_before_anything_is_passed_on(
    forms: Shell, desk: Desk, child_id: str
) -> None:
    details = ConsentDetails(about="health", shared_with="Fernbank School", decision="refused")
    consents.add_consent(desk, child_id, details)
    press(COPY)
    shown = [banner.text.text() for banner in dialog().findChildren(Banner)]
    assert shown == ["Health, with Fernbank School: Said no"]


def test_words_that_a_lock_closed_stand_in_the_dialog_again(forms: Shell, child_id: str) -> None:
    press(COPY)
    write("Who gets it", "Fernbridge")
    dialog().own_copy.click()
    forms.close_dialogs()
    assert no_dialog()
    forms.go("child", child_id=child_id, tab="forms")
    assert dialog().recipient.text() == "Fernbridge" and dialog().own_copy.isChecked()
    press("Cancel")
    assert no_dialog()
    forms.go("child", child_id=child_id, tab="forms")
    assert no_dialog()


def test_a_reader_is_told_why_no_copy_can_be_passed_on(
    qtbot: QtBot, desk: Desk, child_id: str
) -> None:
    form_records.start(desk, child_id, "assessment")
    perry = casebook_users.admit(desk, "Perry Lind", "reader", PASSPHRASE)
    reader = replace(desk.actor, id=perry.id, name=perry.name, role="reader")
    shell = window_on(qtbot, replace(desk, actor=reader))
    shell.go("child", child_id=child_id, tab="forms")
    (button,) = [b for b in shell.findChildren(SecondaryButton) if b.text() == COPY]
    assert not button.isEnabled()
    assert "not pass on copies" in button.accessibleDescription()
    assert open_dialogs() == []


def test_a_no_stands_in_the_glance_and_in_the_list(shell: Shell, desk: Desk, child_id: str) -> None:
    shell.go("edit_record", record_type="consent", child_id=child_id)
    editor = shell.page.editor
    for name, value in (("about", "health"), ("shared_with", "Fernbank School")):
        editor.frames[name].editor.edited.emit(value)
    shell.page.save.click()
    assert editor.frames["decision"].error.text() == "Choose what was decided."
    editor.frames["decision"].editor.edited.emit("refused")
    shell.page.save.click()
    assert shell.page.name == "child"
    words = [label.text() for label in shell.page.findChildren(Strong)]
    assert "Health, with Fernbank School: Said no" in words
    shell.go("child", child_id=child_id, tab="glance")
    QApplication.processEvents()
    shown = [b.text.text() for b in shell.page.findChildren(Banner) if b.isVisible()]
    assert "Health, with Fernbank School: Said no" in shown
