"""A report read back in plain words: with the child, by the child alone, and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget

from app.casework import plain_words, report_checking, report_writing
from app.casework.desk import Desk
from app.core import i18n
from app.ui import theme
from app.ui.accessibility import audit
from app.ui.child_mode.give_back import GiveBackScreen
from app.ui.child_mode.look import TARGET
from app.ui.child_mode.report_alone import PartScreen, ReportAlonePage, ThanksScreen
from app.ui.shell import Shell
from tests.made_once import PASSPHRASE
from tests.reports.reading import text_of
from tests.ui.pages.keyboard import dialog, focused, press, tab_to, write


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


# ---- with the worker -------------------------------------------------------------------------


def test_it_is_read_back_and_what_is_said_goes_into_the_report(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("report", report_id=report_id, child_id=child_id)
    press("Read it back")
    assert shell.page.name == "report_read_back"
    assert "The court must think about what is good for you." in said(shell)
    press("Keep")
    assert "Choose what they said to it." in said(shell)
    answer = tab_to("What they say to it")
    answer.setCurrentIndex(answer.findData("disagree"))
    tongue = tab_to("Language of their words")
    tongue.setCurrentIndex(tongue.findData("cy"))
    write("In their words (optional)", "Wnes i ddim rhedeg.")
    press("Keep")
    (heard,) = report_checking.checking(desk, report_id).read_back
    assert (heard.listener, heard.answer, heard.comment, heard.language) == (
        "child", "disagree", "Wnes i ddim rhedeg.", "cy",
    )  # fmt: skip
    press("Back to the pages")
    assert "“Wnes i ddim rhedeg.”" in said(shell)
    assert "Sources of information · The child" in said(shell), "it says to which part"


def test_words_of_a_reading_back_are_there_again(
    shell: Shell, child_id: str, report_id: str
) -> None:
    shell.go("report_read_back", report_id=report_id, child_id=child_id)
    write("In their words (optional)", "Not said yet")
    shell.go("caseload")
    shell.go("report_read_back", report_id=report_id, child_id=child_id)
    assert tab_to("In their words (optional)").toPlainText() == "Not said yet"


def test_what_nobody_put_in_plain_words_is_said_and_can_be_written_at_once(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("report_read_back", report_id=report_id, child_id=child_id)
    words = said(shell)
    assert "Nobody has put the rest of this part in plain words yet." in words
    court = next(
        one.text
        for one in report_writing.passages(desk, report_id)
        if (one.section, one.kind) == ("psr.offence", "paragraph")
    )
    assert court in words, "the report's own words are shown, as what they are"
    press("Write them now")
    assert shell.page.name == "report_write"
    assert focused() == "In plain words"
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    assert field.visibleRegion().contains(field.cursorRect()), "and one sees where one types"
    cursor = field.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.End)
    field.setTextCursor(cursor)
    for _line in range(6):
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClicks(field, "We met.")
    QApplication.processEvents()
    assert field.visibleRegion().contains(field.cursorRect()), "further down too"
    cursor.movePosition(QTextCursor.MoveOperation.Start)
    field.setTextCursor(cursor)
    at = shell.page.section
    QTest.keyClicks(QApplication.focusWidget(), "We met two times. ")
    shell.go("report_read_back", report_id=report_id, child_id=child_id)
    kept = plain_words.read(desk, report_id).section(at)
    assert kept is not None
    assert kept.written.startswith("We met two times.")
    assert not kept.needs_words


def test_plain_words_begin_from_the_record_and_count_once_they_are_kept(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.conclusion")
    card = shell.page.plain
    assert "The court must think about what is good for you." in card.words.toPlainText()
    assert card.keep.isVisible()
    press("Keep these words")
    assert focused() == "In plain words"
    shell.page.leaving()
    assert not card.keep.isVisible()
    found = plain_words.read(desk, report_id).section("psr.conclusion")
    assert found is not None
    assert "what is good for you" in found.written


def test_hard_words_are_remarked_and_never_stand_in_the_way(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    shell.go("report_write", report_id=report_id, child_id=child_id, section="psr.conclusion")
    hard = "The proportionality of intervention necessitates consideration of the alternatives " * 2
    shell.page.plain.words.setPlainText(f"{hard.strip()}.")
    words = " ".join(said(shell))
    assert "takes a reading age of" in words
    assert "Make two sentences of it." in words
    shell.page.leaving()
    found = plain_words.read(desk, report_id).section("psr.conclusion")
    assert found is not None
    assert found.written == f"{hard.strip()}."


def test_the_childs_copy_is_saved_and_logged(
    shell: Shell, desk: Desk, child_id: str, report_id: str, tmp_path: Path
) -> None:
    shell.go("report_read_back", report_id=report_id, child_id=child_id)
    press("Child’s copy as PDF")
    assert dialog().recipient.text() == "Tal", "the child gets it, unless somebody else is named"
    file = tmp_path / "copy.pdf"
    dialog().file.setText(str(file))
    press("Export")
    assert "What the report says about you" in text_of(file.read_bytes())


# ---- alone -----------------------------------------------------------------------------------


@pytest.fixture
def alone(shell: Shell, child_id: str, report_id: str) -> ReportAlonePage:
    """The report, just handed over to the child."""
    shell.go("report_read_back", report_id=report_id, child_id=child_id)
    press("Let them read it alone")
    page = shell.page
    assert isinstance(page, ReportAlonePage)
    return page


def part(page: ReportAlonePage) -> PartScreen:
    assert isinstance(page.screen_shown, PartScreen)
    return page.screen_shown


def test_a_child_reads_it_alone_part_by_part_and_says_what_is_right(
    shell: Shell, desk: Desk, report_id: str, alone: ReportAlonePage
) -> None:
    words = " ".join(said(shell))
    assert "Hi Tal" in words
    assert "The court reads it." in words
    assert not shell.menuBar().isVisible()
    alone.next.click()
    assert alone.count.text() == "1 of 5"
    alone.next.click()
    assert part(alone).answer == "", "nothing has to be answered, and nothing is chosen"
    part(alone).comment.setPlainText("I did not run.")
    alone.next.click()
    assert "Choose one of these too, so that your words are kept." in said(shell)
    part(alone).cards["disagree"].click()
    alone.next.click()
    alone.back.click()
    assert (part(alone).answer, part(alone).comment.toPlainText()) == ("disagree", "I did not run.")
    (heard,) = report_checking.checking(desk, report_id).read_back
    assert (heard.section, heard.listener, heard.answer, heard.comment) == (
        "psr.offence", "child", "disagree", "I did not run.",
    )  # fmt: skip
    for _part in range(4):
        alone.next.click()
    assert isinstance(alone.screen_shown, ThanksScreen)


def test_only_the_workers_passphrase_leads_back(
    shell: Shell, desk: Desk, report_id: str, alone: ReportAlonePage
) -> None:
    shell.go("caseload")
    assert shell.page is alone
    shell.close()
    assert shell.isVisible()
    alone.next.click()
    part(alone).cards["agree"].click()
    alone.stop.click()
    screen = alone.screen_shown
    assert isinstance(screen, GiveBackScreen)
    screen.line.setText("not the passphrase at all")
    screen.unlock_button.click()
    assert shell.page is alone
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    assert part(alone).answer == "agree", "Esc leads back to the part, not out"
    alone.stop.click()
    alone.screen_shown.line.setText(PASSPHRASE)
    alone.screen_shown.unlock_button.click()
    assert shell.page.name == "report_read_back"
    assert report_checking.checking(desk, report_id).read_back[0].answer == "agree"


def test_a_lock_leads_back_to_the_same_part_and_the_same_reader(
    shell: Shell, child_id: str, report_id: str, alone: ReportAlonePage
) -> None:
    alone._with_reader = False
    shell.go(
        "report_alone", report_id=report_id, child_id=child_id, listener="parent", language="cy"
    )
    alone.next.click()
    alone.next.click()
    assert part(alone).heading.text() == "Beth ddigwyddodd"
    place = alone.place()
    assert place is not None
    alone._with_reader = False
    shell.go("caseload")
    i18n.set_language("en")
    shell.go_to_place(place)
    assert part(alone).heading.text() == "Beth ddigwyddodd"
    assert alone.listener == "parent"


def test_a_parents_answer_stands_beside_the_childs(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    report_checking.note_read_back(desk, report_id, "psr.offence", "child", answer="agree")
    shell.go("report_alone", report_id=report_id, child_id=child_id, listener="parent")
    page = shell.page
    page.next.click()
    page.next.click()
    assert part(page).answer == ""
    part(page).cards["could_not_answer"].click()
    page.next.click()
    heard = report_checking.checking(desk, report_id).read_back
    assert {(one.listener, one.answer) for one in heard} == {
        ("child", "agree"), ("parent", "could_not_answer"),
    }  # fmt: skip


@pytest.mark.parametrize("size", [100, 200])
def test_nothing_of_reading_alone_is_cut_or_hard_to_hit(
    shell: Shell, child_id: str, report_id: str, size: int
) -> None:
    theme.use("light", size)
    shell.rebuild()
    shell.go("report_alone", report_id=report_id, child_id=child_id)
    page = shell.page
    shell.showNormal()
    shell.resize(1366, 768)
    for step in range(7):
        QApplication.processEvents()
        findings = audit(page, least_target=TARGET)
        assert findings == [], (step, findings)
        page.next.click()
    assert isinstance(page.screen_shown, GiveBackScreen)


def test_a_part_is_read_aloud_where_there_is_a_voice(
    shell: Shell, child_id: str, report_id: str, alone: ReportAlonePage
) -> None:
    class Voice:
        said: ClassVar[list[str]] = []

        def say(self, words: str) -> None:
            self.said.append(words)

        def stop(self) -> None:
            self.said.append("")

    assert not alone.read_aloud.isVisible()
    alone._voice = Voice()  # type: ignore[assignment]
    alone.next.click()
    alone.next.click()
    alone.read_aloud.click()
    assert Voice.said[-1].startswith("What happened. ")
    assert "Is this right?" in Voice.said[-1]
    alone.stop.click()
    assert Voice.said[-1] == "", "nothing is read while the worker types"


def test_a_part_longer_than_the_screen_is_turned_by_the_keyboard(
    shell: Shell, desk: Desk, child_id: str, report_id: str
) -> None:
    plain_words.write(desk, report_id, "psr.sources", "en", "\n".join(["We met."] * 60))
    shell.go("report_alone", report_id=report_id, child_id=child_id)
    shell.page.next.click()
    QApplication.processEvents()
    bar = part(shell.page).verticalScrollBar()
    before = bar.value()
    focus = QApplication.focusWidget()
    assert isinstance(focus, QWidget)
    QTest.keyClick(focus, Qt.Key.Key_PageDown)
    assert bar.value() > before
