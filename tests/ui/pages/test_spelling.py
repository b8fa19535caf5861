"""Spelling in the window: a wave under a word, other spellings by mouse and keys, and no stall."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QTextCharFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.casework import (
    children,
    dictionaries,
    form_records,
    people,
    report_writing,
)
from app.casework.desk import Desk
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.kit.spelled import spelled_in
from app.ui.pages.details import DetailsEditor
from app.ui.pages.edit_record import ReasonDialog
from app.ui.service_words_card import ServiceWordsCard
from app.ui.shell import Shell
from app.ui.spelling import SpelledField
from app.ui.tasks import Tasks
from tests.ui.pages.keyboard import dialog, press, tab_to
from tests.ui.pages.people import manager_at, window_on

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


@pytest.fixture
def page(shell: Shell, child_id: str, report_id: str) -> Shell:
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.offence")
    return shell


def underlined(field: QPlainTextEdit) -> list[str]:
    """The words with a wave, as they stand in the field."""
    for one in field.extraSelections():
        wave = QTextCharFormat.UnderlineStyle.WaveUnderline
        assert one.format.underlineStyle() == wave
    return [one.cursor.selectedText() for one in field.extraSelections()]


def typed(qtbot: QtBot, name: str, text: str) -> Any:
    """Type a whole text into a field, and wait until it was looked up."""
    field = tab_to(name)
    field.setPlainText(text)
    spelled = spelled_of(field)
    with qtbot.waitSignal(spelled.looked):
        QTest.keyClick(field, Qt.Key.Key_End, CONTROL)
    return field


def spelled_of(field: QPlainTextEdit) -> SpelledField:
    spelled = field.findChild(SpelledField)
    assert spelled is not None
    return spelled


def offered(field: QPlainTextEdit) -> dict[str, QAction]:
    menu = spelled_of(field).menu
    assert menu is not None
    return {action.text(): action for action in menu.actions() if action.text()}


def test_words_that_no_dictionary_has_get_a_wave_at_their_very_place(
    qtbot: QtBot, page: Shell
) -> None:
    field = typed(qtbot, "Paragraph 2", "Tal 😀 was refered 🚲🚲, and “dunno wot” definately.")
    assert underlined(field) == ["refered", "definately"]
    # Typing before them moves them along.
    QTest.keyClick(field, Qt.Key.Key_Home, CONTROL)
    QTest.keyClicks(field, "So ")
    assert underlined(field) == ["refered", "definately"]
    assert any("Not in the dictionary: refered, definately." in words for words in said(page))
    assert "Not in the dictionary: refered" in field.accessibleDescription()


def test_a_word_is_no_mistake_while_it_is_typed(qtbot: QtBot, page: Shell) -> None:
    field = typed(qtbot, "Paragraph 2", "Tal was ")
    with qtbot.waitSignal(spelled_of(field).looked):
        QTest.keyClicks(field, "refe")
    assert not underlined(field)
    QTest.keyClick(field, Qt.Key.Key_Home)
    assert underlined(field) == ["refe"]


def test_another_spelling_is_chosen_by_keys_and_taken_back(
    qtbot: QtBot, page: Shell, desk: Desk, report_id: str
) -> None:
    field = typed(qtbot, "Paragraph 2", "😀 He was refered to us.")
    place = field.toPlainText().index("refered") + 2
    cursor = field.textCursor()
    cursor.setPosition(place)
    field.setTextCursor(cursor)
    QTest.keyClick(field, Qt.Key.Key_F10, SHIFT)
    assert spelled_of(field).menu.accessibleName() == "“refered” is not in the dictionary"
    spelled_of(field).menu.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert spelled_of(field).menu is None
    QTest.keyClick(field, Qt.Key.Key_Menu)
    offered(field)["referred"].trigger()
    assert field.toPlainText() == "😀 He was referred to us."
    assert not underlined(field)
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert field.toPlainText() == "😀 He was refered to us."
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL | SHIFT)
    qtbot.waitUntil(
        lambda: (
            "😀 He was referred to us."
            in [one.text for one in report_writing.passages(desk, report_id)]
        )
    )


def test_the_mouse_opens_the_same_menu_on_such_a_word_alone(qtbot: QtBot, page: Shell) -> None:
    field = typed(qtbot, "Paragraph 2", "refered to us")
    reason = QContextMenuEvent.Reason.Mouse

    def click(position: int) -> bool:
        cursor = field.textCursor()
        cursor.setPosition(position)
        place = field.cursorRect(cursor).center()
        event = QContextMenuEvent(reason, place, field.viewport().mapToGlobal(place))
        return spelled_of(field).eventFilter(field.viewport(), event)

    assert click(3)
    assert "referred" in offered(field)
    spelled_of(field).menu.close()
    # Elsewhere the field shows its own menu.
    assert not click(12)


def test_a_skipped_word_stands_in_the_whole_text_and_stays_skipped(
    qtbot: QtBot, page: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    first = typed(qtbot, "Paragraph 2", "A wibblet there.")
    second = typed(qtbot, "Paragraph 3", "Another wibblet, definately.")
    spelled_of(second).open_menu(second.toPlainText().index("wibblet"), QPoint())
    offered(second)["Skip in this text"].trigger()
    assert not underlined(first)
    assert underlined(second) == ["definately"]
    # It is kept with the report, which says so before it goes out.
    assert report_writing.open_writing(desk, report_id).skipped == {"wibblet"}
    page.go("caseload")
    other = window_on(qtbot, desk)
    other.go("report", report_id=report_id, child_id=child_id)
    assert [words for words in said(other) if words.startswith("Not in the dictionary:")] == [
        "Not in the dictionary: definately. Look at the spelling, under Write."
    ]


def test_a_word_is_added_for_the_service_and_taken_away_by_a_manager(
    qtbot: QtBot, page: Shell, desk: Desk
) -> None:
    field = typed(qtbot, "Paragraph 2", "A wibblet at Ockwellby.")
    assert underlined(field) == ["wibblet", "Ockwellby"]
    spelled_of(field).open_menu(field.toPlainText().index("wibblet"), QPoint())
    offered(field)["Add to the words of your service"].trigger()
    assert underlined(field) == ["Ockwellby"]
    # What may be a name is asked about first.
    spelled_of(field).open_menu(field.toPlainText().index("Ockwellby"), QPoint())
    offered(field)["Add to the words of your service"].trigger()
    assert underlined(field) == ["Ockwellby"]
    press("Add it")
    assert not underlined(field)

    shell_words = page.go("settings", part="words").findChild(ServiceWordsCard)
    assert [row.word for row in shell_words.model.rows] == ["Ockwellby", "wibblet"]
    assert not shell_words.take_away.isVisible()
    with manager_at(desk) as theirs:
        window = window_on(qtbot, theirs)
        window.go("settings", part="words")
        table = tab_to("Words of your service")
        QTest.keyClick(table, Qt.Key.Key_Down)
        press("Take the chosen word away")
        words = window.page.findChild(ServiceWordsCard)
        assert len(words.model.rows) == 1


def test_keys_lead_from_word_to_word_and_offer_other_spellings(qtbot: QtBot, page: Shell) -> None:
    first = typed(qtbot, "Paragraph 2", "He was refered to the servise.")
    second = typed(qtbot, "Paragraph 3", "He was definately there.")
    tab_to("Paragraph 2", back=True)
    QTest.keyClick(first, Qt.Key.Key_Home, CONTROL)
    met = []
    field = first
    for _step in range(4):
        QTest.keyClick(field, Qt.Key.Key_F7, SHIFT)
        field = first if first.hasFocus() else second
        met.append(field.textCursor().selectedText())
        assert spelled_of(field).menu.isVisible()
        spelled_of(field).menu.close()
    assert met == ["refered", "servise", "definately", "refered"]


def test_what_the_child_said_is_neither_marked_nor_offered(qtbot: QtBot, page: Shell) -> None:
    quotations = [
        one
        for one in page.page.edits.values()
        if one.view.kind == "quotation" and one.words is not None
    ]
    for one in quotations:
        assert one.words.findChild(SpelledField) is None
    said_in = next(one for one in page.page.edits.values() if one.view.quotes and one.spelled)
    assert not said_in.spelled.words
    assert said_in.spelled.said


def test_each_passage_is_checked_in_its_language(
    qtbot: QtBot, page: Shell, desk: Desk, report_id: str
) -> None:
    field = typed(qtbot, "Paragraph 2", "Mae’r plentyn yno, ond mae ymddygyad yn well.")
    assert underlined(field) == ["ymddygyad"]
    spelled_of(field).open_menu(field.toPlainText().index("ymddygyad"), QPoint())
    assert "ymddygiad" in offered(field)


def test_it_can_be_switched_off_and_on(qtbot: QtBot, page: Shell) -> None:
    field = typed(qtbot, "Paragraph 2", "He was refered.")
    page.take_settings(Settings(theme="light", spelling=False))
    assert not underlined(field)
    page.take_settings(Settings(theme="light", spelling=True))
    assert underlined(field) == ["refered"]


def test_a_report_says_what_is_misspelt_under_each_heading_before_it_goes_out(
    qtbot: QtBot, page: Shell, desk: Desk, report_id: str
) -> None:
    typed(qtbot, "Paragraph 2", "He was refered, definately.")
    press("See the pages")
    words = said(page)
    finding = "Not in the dictionary: refered, definately. Look at the spelling, under Write."
    assert finding in words
    assert words[words.index(finding) - 1] == "Offence analysis"
    press("Write there")
    assert page.page.name == "report_write"
    assert page.page.section == "psr.offence"


def test_a_form_checks_what_a_worker_writes_and_not_what_the_child_said(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    record_id = form_records.start(desk, child_id, "assessment").record_id
    shell.go("form", record_id=record_id, child_id=child_id, path="home_good")
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    with qtbot.waitSignal(spelled_of(field).looked):
        QTest.keyClicks(field, "He is definately safe. ")
    assert underlined(field) == ["definately"]
    QTest.keyClick(field, Qt.Key.Key_F7, SHIFT)
    assert "definitely" in offered(field)
    shell.go("form", record_id=record_id, child_id=child_id, path="hopes")
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    assert field.findChild(SpelledField) is None


def test_a_reason_in_a_dialog_is_checked_too(qtbot: QtBot, page: Shell) -> None:
    tab_to("Paragraph 2")
    press("Comment")
    box = dialog()
    assert isinstance(box, ReasonDialog)
    with qtbot.waitSignal(spelled_of(box.text).looked):
        QTest.keyClicks(box.text, "Say wich day. ")
    assert underlined(box.text) == ["wich"]
    QTest.keyClick(box.text, Qt.Key.Key_F7, SHIFT)
    assert "which" in offered(box.text)
    spelled_of(box.text).menu.close()
    box.reject()


def test_plain_words_are_checked_in_the_language_that_they_are_for(
    qtbot: QtBot, page: Shell
) -> None:
    card = page.page.plain
    assert typed(qtbot, "In plain words", "You was refered here.") is card.words
    assert underlined(card.words) == ["refered"]
    with qtbot.waitSignal(spelled_of(card.words).looked):
        card.languages.setCurrentIndex(card.languages.findData("cy"))
        card.words.setPlainText("Mae ymddygyad da gen ti.")
    assert underlined(card.words) == ["ymddygyad"]


def test_the_details_of_a_record_are_checked_but_what_is_a_name_or_was_said(
    qtbot: QtBot, desk: Desk, dressed: None
) -> None:
    made = DetailsEditor("child", children.ChildDetails(), clock=desk.clock)
    qtbot.addWidget(made)
    checked = {name for name, frame in made.frames.items() if _is_checked(frame.editor)}
    assert {"how_to_speak", "disability_note"} <= checked
    assert "ethnicity_own_words" not in checked
    addresses = DetailsEditor("address", people.AddressDetails(), clock=desk.clock)
    qtbot.addWidget(addresses)
    assert {name for name, frame in addresses.frames.items() if _is_checked(frame.editor)} == {
        "note"
    }


def _is_checked(editor: QWidget) -> bool:
    return any(spelled_in(box) is not None for box in editor.findChildren(QPlainTextEdit))


def test_the_window_looks_nothing_up_itself_and_nothing_twice(
    qtbot: QtBot,
    desk: Desk,
    child_id: str,
    report_id: str,
    dressed: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    english = dictionaries.dictionary("en")
    asked: list[str] = []
    threads: set[int] = set()
    lookup, suggest = english._hunspell.lookup, english._hunspell.suggest

    def noted_lookup(word: str) -> bool:
        asked.append(word)
        threads.add(threading.get_ident())
        return bool(lookup(word))

    def noted_suggest(word: str) -> Any:
        threads.add(threading.get_ident())
        return suggest(word)

    monkeypatch.setattr(english._hunspell, "lookup", noted_lookup)
    monkeypatch.setattr(english._hunspell, "suggest", noted_suggest)
    english._known.clear()
    tasks = Tasks()
    shell = Shell(desk, tasks, Settings(theme="light"))
    register_pages(shell)
    qtbot.addWidget(shell)
    with qtbot.waitActive(shell):
        shell.show()
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.offence")
    qtbot.waitUntil(lambda: shell.page.writing is not None)
    field = typed(qtbot, "Paragraph 2", "He was refered to us.")
    spelled_of(field).open_menu(field.toPlainText().index("refered"), QPoint())
    qtbot.waitUntil(lambda: "referred" in offered(field))
    spelled_of(field).menu.close()
    with qtbot.waitSignal(spelled_of(field).looked):
        QTest.keyClicks(field, " And again he was. ")
    assert asked.count("refered") == 1
    assert threads
    assert threading.get_ident() not in threads
    shell.leave_for_good()
    shell.close()
    assert shell.spelling.end()
    shell.sync.end()
    assert tasks.close()
