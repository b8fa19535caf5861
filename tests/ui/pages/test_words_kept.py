"""Words typed in a dialog or beside a sign of harm come back after a lock, and go when saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.casework import (
    assessments,
    casebook_users,
    children,
    demo,
    oversight,
    people,
    places,
    questionnaires,
)
from app.casework import form_records as forms
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.people import CarerDetails
from app.core.errors import KnownError
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.pages.decide_dialogs import AskDialog
from app.ui.pages.edit_record import ReasonDialog
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.made_once import PASSPHRASE

WORDS = "Read in full with Ash, and it rings true."


def window_on(qtbot: QtBot, desk: Desk) -> Shell:
    made = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(made)
    made.resize(1366, 768)
    qtbot.addWidget(made, before_close_func=lambda window: window.leave_for_good())
    with qtbot.waitActive(made):
        made.show()
    return made


def dialog() -> Any:
    found = [
        window
        for window in QApplication.topLevelWidgets()
        if isinstance(window, ReasonDialog | AskDialog) and window.isVisible()
    ]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def after_a_lock(qtbot: QtBot) -> Callable[[Shell], Shell]:
    """The window of a fresh process, over what a lock of this one kept."""

    def lock(shell: Shell) -> Shell:
        place = shell.leave_page()
        assert place is not None
        shell.close_dialogs()
        shell.leave_for_good()
        shell.hide()
        places.keep_place(shell.desk, place)
        fresh = window_on(qtbot, shell.desk)
        fresh.go_to_place(places.last_place(shell.desk))
        QApplication.processEvents()
        return fresh

    return lock


@pytest.fixture
def submitted(desk: Desk, child_id: str) -> Desk:
    """Somebody else's desk, a manager's, where an assessment of Ash Rivers waits."""
    record = forms.start(desk, child_id, "assessment")
    answers = demo.answers_of({"like": "assessment"})
    demo.fill_in(desk, record.record_id, answers, by=desk.actor.id)
    assessments.submit(desk, record.record_id)
    rowan = casebook_users.admit(desk, "Rowan Okell", "manager", PASSPHRASE)
    actor = replace(desk.actor, id=rowan.id, name=rowan.name, role="manager")
    desk.casebook.actor_id = rowan.id
    return replace(desk, actor=actor)


@pytest.mark.parametrize("deed", ["Countersign", "Return with directions"])
def test_why_a_manager_decides_comes_back_after_a_lock(
    qtbot: QtBot, submitted: Desk, after_a_lock: Callable[[Shell], Shell], deed: str
) -> None:
    shell = window_on(qtbot, submitted)
    (item,) = oversight.queue(submitted)
    page = shell.go("decide", record_id=item.id, child_id=item.child_id)
    (page._countersign if deed == "Countersign" else page._return)()
    dialog().text.setPlainText(WORDS)
    cursor = dialog().text.textCursor()
    cursor.setPosition(7)
    dialog().text.setTextCursor(cursor)
    fresh = after_a_lock(shell)
    again = dialog()
    assert again.windowTitle() == deed
    assert again.text.toPlainText() == WORDS
    assert again.text.textCursor().position() == 7
    again.go.click()
    assert oversight.queue(submitted) == ()
    assert fresh.unsaved == {}


def test_words_that_could_not_be_saved_are_there_when_one_tries_again(
    qtbot: QtBot, submitted: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = window_on(qtbot, submitted)
    (item,) = oversight.queue(submitted)
    page = shell.go("decide", record_id=item.id, child_id=item.child_id)

    def refuse(*_asked: object) -> None:
        raise KnownError("There is no room left on the disk.")

    with monkeypatch.context() as full:
        full.setattr(oversight, "countersign", refuse)
        full.setattr(shell, "show_error", lambda _error: None)
        shell.tasks.unhandled.disconnect()
        page._countersign()
        dialog().text.setPlainText(WORDS)
        dialog().go.click()
    page._countersign()
    assert dialog().text.toPlainText() == WORDS
    dialog().reject()
    assert shell.unsaved == {}


def test_why_two_records_are_one_child_comes_back_after_a_lock(
    shell: Shell, desk: Desk, child_id: str, after_a_lock: Callable[[Shell], Shell]
) -> None:
    other = children.add_child(
        desk,
        ChildDetails(given_name="Tal", family_name="Fenwyck", date_of_birth=date(2011, 7, 3)),
        reason="Not sure yet",
    )
    page = shell.go("merge", child_id=child_id)
    page._ask(other.id, other.name)
    dialog().text.setPlainText(WORDS)
    fresh = after_a_lock(shell)
    assert fresh.page.name == "merge"
    assert dialog().text.toPlainText() == WORDS
    dialog().go.click()
    assert children.open_child(desk, other.id).id == child_id
    assert fresh.unsaved == {}


def test_why_a_record_is_taken_out_comes_back_after_a_lock(
    shell: Shell, desk: Desk, child_id: str, after_a_lock: Callable[[Shell], Shell]
) -> None:
    carer = people.add_carer(desk, child_id, CarerDetails(name="Rowan Fenwick"))
    page = shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer.id)
    page._ask_to_remove()
    dialog().text.setPlainText(WORDS)
    fresh = after_a_lock(shell)
    assert fresh.page.name == "edit_record"
    assert dialog().text.toPlainText() == WORDS
    dialog().go.click()
    assert people.list_carers(desk, child_id) == ()
    assert fresh.unsaved == {}


def test_what_was_done_about_a_sign_of_harm_comes_back_after_a_lock(
    shell: Shell, desk: Desk, child_id: str, after_a_lock: Callable[[Shell], Shell]
) -> None:
    handover = questionnaires.hand_over(desk, child_id, "my_life_now")
    demo.fill_in(desk, handover.record_id, {"someone_hurts_me": "yes"}, by="child")
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    page = shell.go("harm_prompts", child_id=child_id)
    page.cards[0].text.setPlainText(WORDS)
    # Elsewhere at the lock: the words are held by the window, not by the page.
    shell.go("help")
    fresh = after_a_lock(shell)
    assert fresh.page.name == "help"
    page = fresh.go("harm_prompts", child_id=child_id)
    assert page.cards[0].text.toPlainText() == WORDS
    page.act(page.cards[0])
    assert [one.what_was_done for one in questionnaires.harm_prompts(desk, child_id)] == [WORDS]
    assert fresh.unsaved == {}


def test_what_was_typed_on_a_page_left_before_the_lock_comes_back_too(
    shell: Shell, desk: Desk, after_a_lock: Callable[[Shell], Shell]
) -> None:
    page = shell.go("add_child")
    line = page.editor.first().findChild(QLineEdit)
    QTest.keyClicks(line, "Tamsin")
    typed = page.editor.typed()
    shell.go("help")
    fresh = after_a_lock(shell)
    assert fresh.page.name == "help"
    page = fresh.go("add_child")
    assert page.editor.typed() == typed


def test_words_are_in_the_casebook_soon_so_that_a_crash_loses_none(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    page = shell.go("harm_prompts", child_id=child_id)
    shell.keep_words(("harm", "one"), words=WORDS)
    assert shell.typed.note_later.isActive()
    shell._note_words()
    place = places.last_place(desk)
    assert place is not None and place.page == page.name
    assert [tuple(subject) for subject, _fields in place.words] == [("harm", "one")]


def test_a_lock_under_the_cover_leads_back_to_the_question_and_its_cursor(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    record = forms.start(desk, child_id, "assessment")
    page = shell.go("form", record_id=record.record_id, child_id=child_id, path="home_good")
    editor = page.view.fields["home_good"].editor
    target = editor.focus_target()
    assert isinstance(target, QPlainTextEdit)
    target.setFocus()
    target.setPlainText("A room of their own")
    editor.place_cursor(6)
    shell.toggle_cover()
    place = shell.leave_page()
    assert place is not None
    assert (place.path, place.cursor) == ("home_good", 6)
    # A change of theme under the cover keeps the cover, and the place.
    shell.rebuild()
    assert shell.covered
    place = shell.leave_page()
    assert place is not None
    assert (place.path, place.cursor) == ("home_good", 6)


def test_the_place_is_that_before_the_cover_took_the_keyboard(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shell.go("help")
    seen = {True: "under the cover", False: "in sight"}
    monkeypatch.setattr(page, "place", lambda: places.Place("help", path=seen[shell.covered]))
    shell.toggle_cover()
    place = shell.leave_page()
    assert place is not None and place.path == "in sight"
