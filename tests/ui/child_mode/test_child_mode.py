"""The laptop in a child's hands: calm, in their language, and no way out but the worker's."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.casework import form_records, questionnaires
from app.casework.questionnaires import PromptView
from app.core import i18n
from app.core.errors import KnownError
from app.ui import theme
from app.ui.accessibility import audit, spoken_name
from app.ui.child_mode.give_back import GiveBackScreen
from app.ui.child_mode.harm_page import HarmPage
from app.ui.child_mode.look import TARGET
from app.ui.child_mode.page import ChildModePage
from app.ui.child_mode.screens import EndScreen, QuestionScreen, QuoteScreen, StartScreen
from app.ui.kit.spelled import check_spelling, spelled_in
from app.ui.spelling import LOOK_AFTER_MS, SpelledField
from tests.made_once import PASSPHRASE
from tests.ui.window import Place

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def page(place: Place) -> ChildModePage:
    """A questionnaire, just handed over to Tal."""
    return place.shell.go("child_mode", child_id=place.child_id, form_id="my_day")


def at(page: ChildModePage, path: str) -> QuestionScreen:
    """Go to the question at `path`."""
    page.session.begin(path)
    page._show_step()
    assert isinstance(page.screen_shown, QuestionScreen)
    return page.screen_shown


def kept(page: ChildModePage) -> dict[str, Any]:
    """What the casebook holds of the questionnaire."""
    page.controller.flush()
    return dict(form_records.open_form(page.desk, page.opened.record_id).document)


def give_back(page: ChildModePage, passphrase: str = PASSPHRASE) -> None:
    """Stop, and type a passphrase."""
    page.stop.click()
    page.screen_shown.line.setText(passphrase)
    page.screen_shown.unlock_button.click()


def test_a_child_is_shown_no_spelling(page: ChildModePage, qtbot: QtBot) -> None:
    screen = at(page, "best")
    field = screen.findChild(QPlainTextEdit)
    assert field is not None
    assert spelled_in(field) is None
    # Not even in a field that asks for it.
    field.clearFocus()
    check_spelling(field, "en")
    field.setFocus()
    QTest.keyClicks(field, "I luv my dogg ")
    qtbot.wait(LOOK_AFTER_MS + 100)
    assert not page.shell.findChildren(SpelledField)
    assert not field.extraSelections()


def test_the_start_says_who_reads_and_that_stopping_is_fine(page: ChildModePage) -> None:
    assert isinstance(page.screen_shown, StartScreen)
    words = " ".join(
        label.text() for label in page.screen_shown.findChildren(QWidget) if hasattr(label, "text")
    )
    assert "This is about your day." in words
    assert "Your worker and your worker’s manager can read your answers." in words
    assert "get hurt" in words
    assert "You can stop at any time." in words
    assert not any(card.isChecked() for card in page.screen_shown.cards.values())
    assert page.shell.isFullScreen()
    assert not page.shell.menuBar().isVisible()


def test_help_by_the_worker_is_noted_with_every_answer(page: ChildModePage) -> None:
    page.screen_shown.cards["typed_for_me"].click()
    page.next.click()
    QTest.keyClicks(QApplication.focusWidget(), "Football")
    answer = kept(page)["best"]
    assert answer["how"] == "typed_for_me"
    assert answer["by"] == "child"


def test_one_question_with_amounts_and_nothing_chosen(page: ChildModePage) -> None:
    screen = at(page, "worry")
    assert screen.question.text() == "How much do you worry?"
    assert page.count.text() == "2 of 3"
    cards = screen.editor.cards
    assert not any(card.isChecked() for card in cards.values())
    assert [float(card._amount) for card in cards.values()] == [0, 1 / 3, 2 / 3, 1]
    assert [spoken_name(card) for card in cards.values()] == [
        "Not at all",
        "A bit",
        "Quite a lot",
        "A lot",
    ]
    cards["a_bit"].click()
    assert kept(page)["worry"]["value"] == "a_bit"


def test_three_ways_not_to_answer_go_on_and_are_kept(page: ChildModePage) -> None:
    for path, how in (("best", "dont_understand"), ("worry", "rather_not_say"), ("likes", "skip")):
        screen = at(page, path)
        screen.ways_out[how].click()
        assert kept(page)[path]["refused"] == how
    assert isinstance(page.screen_shown, EndScreen)
    page.back.click()
    assert page.screen_shown.ways_out["skip"].isChecked()


def test_several_can_be_chosen_and_one_stands_alone(page: ChildModePage) -> None:
    cards = at(page, "likes").editor.cards
    cards["sport"].click()
    cards["music"].click()
    assert kept(page)["likes"]["value"] == ["sport", "music"]
    cards["nothing"].click()
    assert kept(page)["likes"]["value"] == ["nothing"]
    assert not cards["sport"].isChecked()


def test_own_words_are_followed_by_the_question_about_the_court(page: ChildModePage) -> None:
    at(page, "best")
    QTest.keyClicks(QApplication.focusWidget(), "Football")
    page.next.click()
    screen = page.screen_shown
    assert isinstance(screen, QuoteScreen)
    assert screen.question.text() == "Can the court be told this in your words?"
    assert not screen.yes.isChecked()
    assert not screen.no.isChecked()
    screen.no.click()
    assert kept(page)["best"]["may_quote"] is False
    page.next.click()
    assert page.session.step.path == "worry"


def test_who_may_read_is_said_for_each_question(page: ChildModePage) -> None:
    at(page, "best")
    assert page.readers.text() == (
        "Your worker and your worker’s manager can read this. The court only if you say yes. "
        "If someone may get hurt, we have to act."
    )
    page.controller.set_answer("worry", "a_lot")
    at(page, "worry_about")
    assert page.readers.text().startswith("Your worker can read this. If")


def test_the_language_changes_in_the_middle_of_an_answer(page: ChildModePage) -> None:
    screen = at(page, "best")
    QTest.keyClicks(QApplication.focusWidget(), "Pel")
    page.languages["cy"].click()
    assert screen.question.text() == "Beth yw’r rhan orau?"
    assert screen.editor.focus_target().toPlainText() == "Pel"
    assert spoken_name(screen.editor.named()) == "Beth yw’r rhan orau?"
    cards = at(page, "worry").editor.cards
    assert cards["a_lot"].text() == "Llawer iawn"
    page.languages["en"].click()
    assert cards["a_lot"].text() == "A lot"


def test_what_does_not_fit_is_said_once_and_never_stops_a_child(page: ChildModePage) -> None:
    screen = at(page, "best")
    QTest.keyClicks(QApplication.focusWidget(), "x" * 51)
    page.next.click()
    assert screen.problem.text() == "Use fewer words."
    page.next.click()
    assert isinstance(page.screen_shown, QuoteScreen)
    assert kept(page)["best"]["value"] == "x" * 51


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F4, ALT),
        (Qt.Key.Key_F10, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, ALT),
        (Qt.Key.Key_1, ALT),
        (Qt.Key.Key_2, ALT),
        (Qt.Key.Key_K, CONTROL),
        (Qt.Key.Key_F, CONTROL),
        (Qt.Key.Key_Q, CONTROL),
        (Qt.Key.Key_W, CONTROL),
        (Qt.Key.Key_PageDown, CONTROL),
        (Qt.Key.Key_Plus, CONTROL),
    ],
)
def test_no_key_leads_to_the_record(
    qtbot: Any, place: Place, page: ChildModePage, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    asked: list[object] = []
    place.shell.quit_asked.connect(lambda: asked.append("quit"))
    at(page, "worry")
    QTest.keyClick(place.shell.focusWidget(), key, modifiers)
    QTest.keyClick(place.shell, key, modifiers)
    assert place.shell.page is page
    assert page.isVisible()
    assert asked == []
    others = [
        window
        for window in QApplication.topLevelWidgets()
        if window.isVisible() and window is not place.shell
    ]
    assert others == []


def test_closing_going_elsewhere_and_the_palette_are_refused(
    place: Place, page: ChildModePage
) -> None:
    asked: list[object] = []
    place.shell.quit_asked.connect(lambda: asked.append("quit"))
    place.shell.close()
    place.shell.go("caseload")
    place.shell.back()
    place.shell.open_palette()
    assert asked == []
    assert place.shell.isVisible()
    assert place.shell.page is page


def test_locking_is_always_possible_and_saves_first(place: Place, page: ChildModePage) -> None:
    asked: list[str] = []
    place.shell.lock_asked.connect(asked.append)
    at(page, "best")
    QTest.keyClicks(QApplication.focusWidget(), "Foot")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_L, CONTROL)
    assert asked == ["asked"]
    assert place.shell.page is page
    where = place.shell.leave_page()
    assert where.page == "child_mode"
    assert where.path == "best"
    document = form_records.open_form(place.desk, page.opened.record_id).document
    assert document["best"]["value"] == "Foot"


def test_a_restart_leads_back_to_the_question(place: Place, page: ChildModePage) -> None:
    at(page, "worry").editor.cards["a_bit"].click()
    page.next.click()
    place.shell.leave_page()
    i18n.set_language("en")
    page.handover = None
    page._looking = False
    place.shell.go("caseload")
    handover = questionnaires.current_handover(place.desk)
    again = place.shell.go("child_mode", handover_id=handover.id)
    assert again.session.step.path == "likes"
    again.back.click()
    assert again.screen_shown.editor.cards["a_bit"].isChecked()
    assert not again.may_leave()


def test_a_wrong_passphrase_keeps_the_laptop_with_the_child(
    place: Place, page: ChildModePage
) -> None:
    at(page, "worry")
    give_back(page, "not the passphrase at all")
    assert place.shell.page is page
    screen = page.screen_shown
    assert isinstance(screen, GiveBackScreen)
    assert screen.frame.has_error
    assert screen.line.text() == ""
    assert questionnaires.current_handover(place.desk) is not None
    assert not page.may_leave()


def test_the_child_can_go_on_after_stop(page: ChildModePage) -> None:
    at(page, "worry")
    page.stop.click()
    assert isinstance(page.screen_shown, GiveBackScreen)
    QTest.keyClick(page.screen_shown, Qt.Key.Key_Escape)
    assert isinstance(page.screen_shown, QuestionScreen)
    assert page.screen_shown.path == "worry"


def test_waiting_after_wrong_tries_is_counted_down_and_cannot_be_skipped(
    qtbot: Any, page: ChildModePage
) -> None:
    page.stop.click()
    screen = page.screen_shown
    tried: list[str] = []
    screen.unlock.connect(tried.append)
    screen.refuse("That passphrase is not right.", wait_seconds=2)
    assert not screen.unlock_button.isEnabled()
    assert "2 seconds" in screen.frame.error.text()
    screen.line.setText(PASSPHRASE)
    QTest.keyClick(screen.line, Qt.Key.Key_Return)
    assert tried == []
    qtbot.waitUntil(screen.unlock_button.isEnabled, timeout=5000)


def test_the_passphrase_leads_to_the_record_in_the_workers_language(
    place: Place, page: ChildModePage
) -> None:
    at(page, "worry").editor.cards["a_bit"].click()
    page.languages["cy"].click()
    give_back(page)
    assert place.shell.page.name == "child"
    assert i18n.language() == "en"
    assert place.shell.menuBar().isVisible()
    assert questionnaires.current_handover(place.desk) is None
    assert form_records.open_form(place.desk, page.opened.record_id).state == "draft"
    place.shell.back()
    place.shell.go("caseload")
    assert place.shell.page.name == "caseload"


def test_a_finished_questionnaire_is_locked_when_it_is_given_back(
    place: Place, page: ChildModePage
) -> None:
    at(page, "likes").editor.cards["sport"].click()
    page.next.click()
    assert isinstance(page.screen_shown, EndScreen)
    page.next.click()
    page.screen_shown.line.setText(PASSPHRASE)
    QTest.keyClick(page.screen_shown.line, Qt.Key.Key_Return)
    assert place.shell.page.name == "child"
    assert form_records.open_form(place.desk, page.opened.record_id).state == "submitted"


def test_a_sign_of_harm_is_shown_at_once_and_what_was_done_is_noted(
    place: Place, page: ChildModePage
) -> None:
    at(page, "worry").editor.cards["a_lot"].click()
    give_back(page)
    harm = place.shell.page
    assert isinstance(harm, HarmPage)
    assert harm.steps.isVisible()
    (card,) = harm.cards
    assert card.accessibleName() == "How much do you worry?"
    harm.act(card)
    assert card.frame.has_error
    card.text.setPlainText("Talked with Tal, told Rowan.")
    harm.act(card)
    (prompt,) = questionnaires.harm_prompts(place.desk, place.child_id)
    assert prompt.what_was_done == "Talked with Tal, told Rowan."
    assert not harm.steps.isVisible()
    harm.done.click()
    assert place.shell.page.name == "child"


def words_shown(page: QWidget) -> list[str]:
    """Every word that stands in the window, but for the number of the question."""
    QApplication.processEvents()
    return [
        widget.text()
        for widget in page.window().findChildren(QWidget)
        if isinstance(widget, QLabel | QAbstractButton)
        and widget.isVisible()
        and widget.text()
        and widget is not getattr(page, "count", None)
    ]


def test_a_yes_that_was_changed_shows_both_to_the_worker_and_nothing_to_the_child(
    place: Place, page: ChildModePage
) -> None:
    cards = at(page, "worry").editor.cards
    cards["a_bit"].click()
    page.controller.flush()
    before = words_shown(page)
    cards["a_lot"].click()
    page.controller.flush()
    assert len(questionnaires.harm_prompts(place.desk, place.child_id)) == 1
    assert words_shown(page) == before
    cards["not_at_all"].click()
    page.controller.flush()
    assert words_shown(page) == before
    give_back(page)
    harm = place.shell.page
    assert isinstance(harm, HarmPage)
    assert "First said “A lot”, later changed to “Not at all”." in words_shown(harm)


def held(place: Place, page: ChildModePage, path: str) -> Any:
    """What the casebook holds of an answer, without anything being sent there first."""
    document = form_records.open_form(place.desk, page.opened.record_id).document
    return document.get(path, {}).get("value")


def prompt_on(place: Place, path: str) -> PromptView:
    (prompt,) = (
        each
        for each in questionnaires.harm_prompts(place.desk, place.child_id)
        if each.path == path
    )
    return prompt


def test_a_sign_of_harm_that_stood_there_for_a_moment_is_kept(
    place: Place, page: ChildModePage
) -> None:
    cards = at(page, "worry").editor.cards
    cards["a_lot"].click()
    assert held(place, page, "worry") == "a_lot"
    cards["not_at_all"].click()
    (prompt,) = questionnaires.harm_prompts(place.desk, place.child_id)
    assert prompt.said == "First said “A lot”, later changed to “Not at all”."


def test_words_that_are_a_sign_of_harm_are_kept_before_they_are_deleted(
    place: Place, page: ChildModePage
) -> None:
    page.controller.set_answer("worry", "a_lot")
    at(page, "worry_about")
    line = QApplication.focusWidget()
    QTest.keyClicks(line, "my hand")
    QTest.keyClick(line, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(line, Qt.Key.Key_Delete)
    page.controller.flush()
    prompt = prompt_on(place, "worry_about")
    assert (prompt.answer, prompt.changed, prompt.later) == ("my hand", True, "")


def test_a_sign_of_harm_is_kept_before_the_child_says_nothing_instead(
    place: Place, page: ChildModePage
) -> None:
    page.controller.set_answer("worry", "a_lot")
    at(page, "worry_about")
    QTest.keyClicks(QApplication.focusWidget(), "my hand")
    page.screen_shown.ways_out["rather_not_say"].click()
    prompt = prompt_on(place, "worry_about")
    assert (prompt.answer, prompt.changed) == ("my hand", True)


def test_an_answer_that_cannot_be_saved_is_said_in_plain_words(
    page: ChildModePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise KnownError("The disk is full.", "Make room on it.")

    screen = at(page, "worry")
    with monkeypatch.context() as broken:
        broken.setattr(form_records, "save_answers", full)
        screen.editor.cards["a_bit"].click()
        page.controller.flush()
        assert page.trouble.text() == (
            "Your last answer is not saved yet. Please tell your worker."
        )
    page.controller.flush()
    assert not page.trouble.isVisible()
    assert kept(page)["worry"]["value"] == "a_bit"


def test_what_the_worker_copied_is_not_there_to_be_pasted(place: Place) -> None:
    QGuiApplication.clipboard().setText("another child")
    place.shell.go("child_mode", child_id=place.child_id, form_id="my_day")
    assert QGuiApplication.clipboard().text() == ""


def test_reading_aloud_is_offered_only_where_there_is_a_voice(page: ChildModePage) -> None:
    class Voice:
        def __init__(self) -> None:
            self.said: list[str] = []

        def say(self, words: str) -> None:
            self.said.append(words)

        def stop(self) -> None:
            self.said.append("")

    at(page, "worry")
    assert not page.read_aloud.isVisible()
    voice = Voice()
    page.find_voice = lambda language: voice if language == "en" else None
    page._show_language()
    at(page, "worry")
    assert page.read_aloud.isVisible()
    page.read_aloud.click()
    assert voice.said[-1].startswith("How much do you worry?")
    assert "A lot" in voice.said[-1]
    page.languages["cy"].click()
    at(page, "worry")
    assert not page.read_aloud.isVisible()


def test_a_questionnaire_can_be_answered_by_keyboard_alone(
    place: Place, page: ChildModePage
) -> None:
    def press(key: Qt.Key) -> None:
        QTest.keyClick(QApplication.focusWidget(), key)

    assert QApplication.focusWidget() is page.next
    press(Qt.Key.Key_Space)
    QTest.keyClicks(QApplication.focusWidget(), "Football")
    while QApplication.focusWidget() is not page.next:
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Space)
    assert page.controller.sheet.answer("best").may_quote is True
    while QApplication.focusWidget() is not page.next:
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Space)
    assert page.controller.sheet.value("worry") == "not_at_all"


@pytest.mark.parametrize("size", [100, 200])
def test_every_screen_is_large_enough_and_nothing_is_cut_off(
    qtbot: Any, place: Place, size: int
) -> None:
    theme.use("light", size)
    place.shell.rebuild()
    page = place.shell.go("child_mode", child_id=place.child_id, form_id="my_day")
    place.shell.showNormal()
    place.shell.resize(1366, 768)
    for screen in ("start", "best", "worry", "likes", "quote", "end", "give_back"):
        if screen in ("best", "worry", "likes"):
            at(page, screen)
        elif screen == "quote":
            page.controller.set_answer("best", "Football")
            at(page, "best")
            page.next.click()
        elif screen == "end":
            at(page, "likes")
            page.next.click()
        elif screen == "give_back":
            page.next.click()
        qtbot.wait(30)
        least = TARGET if screen != "give_back" else 24
        findings = audit(page, least_target=least)
        assert findings == [], (screen, findings)
        assert page.width() <= 1366
