"""Writing a report in the window: what is typed is kept, where it comes from stands beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.casework import (
    children,
    disproportionality,
    report_writing,
    service_figures,
)
from app.casework.desk import Desk
from app.core.errors import KnownError
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, focused, press, tab_to
from tests.ui.pages.test_figures_page import FIGURES


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


def beside(name: str) -> None:
    """Go from the text to what stands beside it."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_F6)
    tab_to(name)


@pytest.fixture
def page(shell: Shell, child_id: str, report_id: str) -> Shell:
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.offence")
    return shell


def texts(desk: Desk, report_id: str, section: str = "psr.offence") -> list[str]:
    return [one.text for one in report_writing.passages(desk, report_id) if one.section == section]


def test_what_is_typed_is_saved_by_itself_and_stands_on_the_pages(
    qtbot: QtBot, page: Shell, desk: Desk, report_id: str
) -> None:
    field = tab_to("Paragraph 2")
    field.setPlainText("Tal kept watch while two others took the bicycle.")
    qtbot.waitUntil(
        lambda: "Tal kept watch while two others took the bicycle." in texts(desk, report_id)
    )
    press("See the pages")
    assert page.page.name == "report"
    press("Write")
    assert page.page.name == "report_write"
    assert tab_to("Paragraph 2").toPlainText().startswith("Tal kept watch")


def test_one_goes_on_to_the_next_section_from_the_end_of_this_one(page: Shell) -> None:
    press("Next: 3 Assessment of the child")
    assert page.page.section == "psr.child"
    assert focused() == "Section"
    field = tab_to("Paragraph 2")
    QTest.keyClick(field, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert (page.page.section, focused()) == ("psr.risk", "Section")
    QTest.keyClick(page.page.sections, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert page.page.section == "psr.child"
    page.page.sections.setCurrentIndex(page.page.sections.count() - 1)
    QApplication.processEvents()
    ways = [one.text() for one in page.page.findChildren(QPushButton) if one.isVisible()]
    assert not any(words.startswith("Next: ") for words in ways)


def test_leaving_the_page_saves_at_once(page: Shell, desk: Desk, report_id: str) -> None:
    tab_to("Paragraph 2").setPlainText("Left in a hurry.")
    page.go("caseload")
    assert "Left in a hurry." in texts(desk, report_id)


def test_the_margin_says_who_said_it_and_when(page: Shell) -> None:
    assert "Choose a passage to see who said it and when." in said(page)
    tab_to("Paragraph 2")
    words = said(page)
    assert "Choose a passage to see who said it and when." not in words
    assert any("?" in text for text in words), "the question that the words answer"


def test_passages_are_added_moved_and_taken_out_by_keyboard(
    qtbot: QtBot, page: Shell, desk: Desk, report_id: str
) -> None:
    before = texts(desk, report_id)
    tab_to("Paragraph 2")
    press("Add below")
    qtbot.waitUntil(lambda: focused() == "Paragraph 3")
    tab_to("Paragraph 3").setPlainText("A new thought.")
    tab_to("Paragraph 3")
    press("Move up")
    assert texts(desk, report_id)[1:3] == ["A new thought.", before[1]]
    qtbot.waitUntil(lambda: focused() == "Paragraph 2")
    press("Take out")
    assert texts(desk, report_id) == before
    press("Put it back")
    assert "A new thought." in texts(desk, report_id)


def test_a_passage_that_is_commented_on_stays_in_sight(
    qtbot: QtBot, page: Shell, desk: Desk, report_id: str
) -> None:
    for number in range(20):
        text = f"Number {number}. " + "Tal likes to be outdoors with the dog. " * (number + 3)
        passage = report_writing.add(desk, report_id, "psr.child", text=text)
    page.go("report_write", report_id=report_id, child_id=page.page.child_id, section="psr.child")
    page.page.edits[passage.id].words.setFocus()
    page.page._was_wanted(passage.id, "comment")
    QTest.keyClicks(dialog().focusWidget(), "Who said so?")
    press("Comment")
    qtbot.waitUntil(lambda: any("Who said so?" in one for one in said(page)))
    words = page.page.edits[passage.id].words
    for _turn in range(10):
        QApplication.processEvents()
    assert words.hasFocus()
    assert not words.visibleRegion().isEmpty()


def test_a_part_that_every_report_has_asks_why(page: Shell, desk: Desk, report_id: str) -> None:
    press("Take out")
    assert dialog().windowTitle() == "Take this part out?"
    press("Take it out")
    dialog().text.setPlainText("The court knows them")
    press("Take it out")
    assert "offences" not in texts(desk, report_id)


def test_words_and_facts_are_placed_from_the_record(
    qtbot: QtBot, page: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    count = len(texts(desk, report_id))
    press("Words that were said")
    press("Place")
    assert len(texts(desk, report_id)) == count + 1
    view = children.open_child(desk, child_id)
    children.change_details(desk, child_id, replace(view.details, school="Fen Academy"))
    tab_to("Paragraph 2").setPlainText("Tal goes to ")
    tab_to("Paragraph 2").moveCursor(tab_to("Paragraph 2").textCursor().MoveOperation.End)
    beside("A fact")
    press("A fact")
    qtbot.waitUntil(lambda: focused() not in ("", "A fact"))
    press("Fen Academy")
    assert "Tal goes to Fen Academy" in texts(desk, report_id)
    children.change_details(desk, child_id, replace(view.details, school="Harbour College"))
    page.go("caseload")
    page.go("report_write", report_id=report_id, child_id=child_id, section="psr.offence")
    tab_to("Paragraph 2")
    assert "The record now says: Harbour College" in said(page)
    beside("Write what it says now")
    press("Write what it says now")
    assert "Tal goes to Harbour College" in texts(desk, report_id)


def test_words_that_can_not_be_saved_stay(
    qtbot: QtBot, page: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_asked: object) -> None:
        raise KnownError("The disk is full.", "Make room, then try again.")

    monkeypatch.setattr(report_writing, "change_text", full)
    tab_to("Paragraph 2").setPlainText("Still here.")
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    press("Close")
    assert page.page.edits and tab_to("Paragraph 2").toPlainText() == "Still here."
    assert page.page.being_typed


def test_words_that_were_said_may_not_be_changed_unseen(qtbot: QtBot, page: Shell) -> None:
    edit = next(one for one in page.page.edits.values() if one.view.quotes)
    edit.words.setPlainText(edit.text().replace("wrong", "right"))
    page.page._keep()
    qtbot.waitUntil(edit.problem.isVisible)
    assert "must stay as they were said" in edit.problem.text()


def test_what_could_be_said_better_stands_below_the_passage_one_is_in(
    qtbot: QtBot, page: Shell
) -> None:
    field = tab_to("Paragraph 2")
    field.setPlainText("😀 Tal said “I am the offender”. So the offender left.")
    qtbot.waitUntil(lambda: any("Words: 10" in text for text in said(page)))
    remark = next(text for text in said(page) if text.startswith("“the offender”:"))
    assert "Write the child’s name" in remark
    assert remark in field.accessibleDescription()
    start, end = field.marks.better[0]
    cursor = field.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
    assert (len(field.marks.better), cursor.selectedText()) == (1, "the offender")
    tab_to("Paragraph 3")
    qtbot.waitUntil(lambda: not any(text.startswith("“the offender”:") for text in said(page)))
    field.setPlainText("Tal left.")
    tab_to("Paragraph 2")
    qtbot.waitUntil(lambda: any("Words: 2" in text for text in said(page)))
    assert field.marks.better == ()


def test_capitals_spelled_out_earlier_in_the_report_are_left_alone(
    qtbot: QtBot, page: Shell
) -> None:
    tab_to("Paragraph 3").setPlainText("The YRO ends.")
    qtbot.waitUntil(lambda: any(text.startswith("“YRO”:") for text in said(page)))
    tab_to("Paragraph 2").setPlainText("A youth rehabilitation order (YRO) was made.")
    tab_to("Paragraph 3")
    qtbot.waitUntil(lambda: any("Words: 3" in text for text in said(page)))
    assert not any(text.startswith("“YRO”:") for text in said(page))


def test_what_was_typed_is_there_when_one_comes_back_to_a_section(page: Shell) -> None:
    tab_to("Paragraph 2").setPlainText("Tal kept watch.")
    sections = page.page.sections
    here = sections.currentIndex()
    sections.setCurrentIndex(here + 1)
    sections.setCurrentIndex(here)
    assert tab_to("Paragraph 2").toPlainText() == "Tal kept watch."


def test_a_few_remarks_are_read_out_and_the_rest_is_counted(qtbot: QtBot, page: Shell) -> None:
    field = tab_to("Paragraph 2")
    field.setPlainText("The offender left. " * 7)
    qtbot.waitUntil(lambda: "More underlined further on: 2" in said(page))
    assert len(field.marks.better) == 7
    assert field.accessibleDescription().count("“The offender”:") == 5


def choose(shell: Shell, words: str) -> None:
    """Click what says `words`: in a long section Tab is many steps."""
    QApplication.processEvents()
    next(
        one
        for one in shell.page.findChildren(QPushButton)
        if one.text() == words and one.isVisible()
    ).click()


def test_below_the_wider_picture_stands_what_changed_since(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    desk.actor = replace(desk.actor, role="manager")
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.child")
    words = " ".join(said(shell))
    assert "England and Wales, 1 April 2024 to 31 March 2025" in words
    assert "Changed since" not in words
    choose(shell, "Figures for reports")
    assert shell.page.name == "figures"
    service_figures.add(desk, FIGURES)
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.child")
    words = " ".join(said(shell))
    assert "Changed since" in words and "12 of 40" in words
    choose(shell, "Write what it says now")
    assert "Changed since" not in " ".join(said(shell))
    (part,) = (
        one
        for one in report_writing.passages(desk, report_id)
        if one.text == disproportionality.PART
    )
    assert any("Northbridge" in fact.label for fact in part.facts)


def test_the_words_of_the_wider_picture_can_be_written_on(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.child")
    choose(shell, "Change its words")
    held = texts(desk, report_id, "psr.child")
    assert any(text.startswith("Every report of this kind") for text in held)
    said(shell)
    shown = [one.text() for one in shell.page.findChildren(QPushButton) if one.isVisible()]
    assert "Change its words" not in shown and "Figures for reports" in shown


def test_a_part_that_was_taken_out_is_named_with_the_reason_and_comes_back(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    (part,) = (
        one
        for one in report_writing.passages(desk, report_id)
        if one.text == disproportionality.PART
    )
    report_writing.remove(desk, part.id, "The court has it already")
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.child")
    words = " ".join(said(shell))
    assert "This report does without: What figures say" in words
    assert "Reason: The court has it already" in words
    choose(shell, "Put it back")
    assert "This report does without" not in " ".join(said(shell))
    assert disproportionality.PART in texts(desk, report_id, "psr.child")
