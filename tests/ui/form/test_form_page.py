"""A form filled in for a child, in the real window over a real encrypted casebook."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QRadioButton, QWidget

from app.casework import caseload, form_records
from app.core import i18n
from app.core.errors import KnownError
from app.ui import theme
from app.ui.accessibility import audit
from app.ui.form.check_answers import CheckAnswers
from app.ui.form.controller import SaveState
from app.ui.form.form_page import CHECK, FormPage
from app.ui.form.page_view import PageView
from tests.ui.window import Place

FORM = "every_question"


@pytest.fixture
def record_id(place: Place) -> str:
    """A form that was just started for the child."""
    return form_records.start(place.desk, place.child_id, FORM).record_id


@pytest.fixture
def page(place: Place, record_id: str) -> FormPage:
    """The form, open in the window."""
    return place.shell.go("form", record_id=record_id, child_id=place.child_id)


def kept(place: Place, record_id: str) -> dict[str, Any]:
    """The values in the casebook."""
    document = form_records.open_form(place.desk, record_id).document
    return {name: entry["value"] for name, entry in document.items() if "value" in entry}


def keys(text: str) -> None:
    """Type where the keyboard is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, text)


def press(key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key where the keyboard is."""
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, held)


def fill_in(page: FormPage) -> None:
    """Answer what is needed."""
    page.controller.set_answer("nickname", "Tal")


def test_the_first_question_has_the_keyboard(page: FormPage) -> None:
    assert QApplication.focusWidget() is page.view.fields["nickname"].editor.line
    assert page.title == "One of everything, Tal Fenwick"
    assert not page.shell.rail.isVisible()
    assert page.sections.isVisible()


def test_typing_reaches_the_casebook_by_itself(
    qtbot: Any, place: Place, page: FormPage, record_id: str
) -> None:
    keys("Tal")
    assert page.controller.save_state is SaveState.WAITING
    qtbot.waitUntil(lambda: page.controller.save_state is SaveState.SAVED, timeout=3000)
    assert kept(place, record_id)["nickname"] == "Tal"
    assert "09:30" in place.shell.status_bar.saved_label.text()


def test_leaving_saves_what_is_wrong_too(place: Place, page: FormPage, record_id: str) -> None:
    page.view.focus_question("visits")
    keys("many")
    place.shell.go("caseload")
    assert kept(place, record_id)["visits"] == "many"


def test_a_save_that_fails_is_said_and_made_good(
    qtbot: Any,
    place: Place,
    page: FormPage,
    record_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise KnownError("The disk is full.", "Make room on it.")

    with monkeypatch.context() as broken:
        broken.setattr(form_records, "save_answers", full)
        keys("Tal")
        page.controller.flush()
    assert page.trouble.isVisible()
    assert "The disk is full." in page.trouble.text.text()
    assert place.shell.status_bar.saved_label.text() == "Not saved"
    assert page.view.fields["nickname"].editor.line.text() == "Tal"
    assert kept(place, record_id) == {}
    next(
        button
        for button in page.trouble.findChildren(QWidget)
        if button.accessibleName() == "Try again"
    ).click()
    assert not page.trouble.isVisible()
    assert kept(place, record_id)["nickname"] == "Tal"


def test_continue_points_out_what_is_missing_once_and_then_goes_on(page: FormPage) -> None:
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.section == "words"
    assert page.summary.isVisible()
    assert QApplication.focusWidget() is page.summary
    assert page.summary.lines[0].text() == "Say what Tal is called."
    assert page.title.startswith("Error: ")
    page.summary.lines[0].click()
    assert QApplication.focusWidget() is page.view.fields["nickname"].editor.line
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.section == "picking"
    assert not page.summary.isVisible()
    assert not page.title.startswith("Error: ")


def test_an_error_of_another_section_leads_there(qtbot: Any, page: FormPage) -> None:
    page.controller.set_answer("turns_to", "yes")
    page.check_button.click()
    lines = [line.text() for line in page.summary.lines]
    assert lines == [
        "Say what Tal is called.",
        "Choices: Who is it?: Enter an answer.",
    ]
    page.summary.lines[1].click()
    assert page.section == "picking"
    qtbot.waitUntil(
        lambda: QApplication.focusWidget() is page.view.fields["who"].editor.line, timeout=2000
    )
    assert page.view.fields["who"].frame.error.text() == "Enter an answer."


def test_sections_are_gone_through_by_key_and_by_the_rail(page: FormPage) -> None:
    press(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert page.section == "picking"
    press(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert page.section == "home"
    press(Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert page.section == "picking"
    page.sections.buttons["home"].click()
    assert page.section == "home"
    assert page.sections.buttons["home"].isChecked()


def test_the_rail_says_how_far_each_section_is(qtbot: Any, page: FormPage) -> None:
    def state(name: str) -> str:
        return page.sections.buttons[name].section.state

    assert state("words") == ""
    for path, value in (
        ("nickname", "Tal"),
        ("story", "x"),
        ("visits", 60),
        ("distance", "1"),
        ("met_on", "2026-01-01"),
        ("met_at", "10:00"),
    ):
        page.controller.set_answer(path, value)
    qtbot.waitUntil(lambda: state("words") == "85%")
    page.controller.set_answer("next_at", "2026-12-01T09:00")
    qtbot.waitUntil(lambda: state("words") == "to check")
    page.controller.set_answer("visits", 6)
    qtbot.waitUntil(lambda: state("words") == "done")
    assert "extra" not in page.sections.buttons
    page.controller.set_answer("visits", 16)
    qtbot.waitUntil(lambda: "extra" in page.sections.buttons)


def test_all_answers_on_one_page_lead_back_to_their_questions(qtbot: Any, page: FormPage) -> None:
    fill_in(page)
    page.show_section(CHECK)
    assert isinstance(page.view, CheckAnswers)
    assert page.continue_button.text() == "Submit"
    page.view.links["turns_to"].click()
    assert page.section == "picking"
    qtbot.waitUntil(
        lambda: page.view.fields["turns_to"].isAncestorOf(QApplication.focusWidget()), timeout=2000
    )


def test_submit_is_refused_with_links_while_something_is_missing(page: FormPage) -> None:
    page.show_section(CHECK)
    page.continue_button.click()
    assert page.opened.state == "draft"
    assert "Say what Tal is called." in page.summary.lines[0].text()
    page.summary.lines[0].click()
    assert page.section == "words"


def test_a_submitted_form_is_locked_and_can_be_read(
    place: Place, page: FormPage, record_id: str
) -> None:
    fill_in(page)
    page.show_section(CHECK)
    page.continue_button.click()
    assert page.opened.state == "submitted"
    assert page.state_banner.isVisible()
    assert not page.controller.editable
    assert not page.check_button.isVisible()
    assert page.view.fields["nickname"].editor.words.text() == "Tal"
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.section == "picking"
    page.show_section(CHECK)
    assert not page.continue_button.isVisible()
    assert page.view.links == {}


def test_a_submitted_form_says_what_comes_next_and_leads_there(
    place: Place, page: FormPage
) -> None:
    fill_in(page)
    assert page.next_steps == []
    page.show_section(CHECK)
    page.continue_button.click()
    assert "waits for a manager" in page.state_banner.text.text()
    assert [button.text() for button in page.next_steps] == ["See what waits", "Make a report"]
    assert all(button.isVisible() for button in page.next_steps)
    # What can be done next has the keyboard.
    assert page.window().focusWidget() is page.next_steps[0]
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert place.shell.page.name == "child"
    assert place.shell.page.args == {"child_id": place.child_id, "tab": "reports"}


def test_coming_back_leads_to_the_same_question_and_cursor(
    place: Place, page: FormPage, record_id: str
) -> None:
    page.view.focus_question("story")
    keys("One two three")
    page.view.fields["story"].editor.place_cursor(4)
    where = page.place()
    assert (where.path, where.cursor) == ("story", 4)
    place.shell.go("caseload")
    place.shell.go_to_place(where)
    box = page.view.fields["story"].editor.box
    assert QApplication.focusWidget() is box
    assert box.textCursor().position() == 4
    assert box.toPlainText() == "One two three"


def test_a_switch_of_language_keeps_place_and_words(place: Place, page: FormPage) -> None:
    page.view.focus_question("story")
    keys("Hanner gair")
    i18n.set_language("cy")
    place.shell.rebuild()
    again = place.shell.page
    assert again is not page
    assert again.controller.language == "cy"
    story = again.view.fields["story"]
    assert story.frame.label.text() == "Beth ddigwyddodd?"
    assert story.editor.box.toPlainText() == "Hanner gair"
    assert QApplication.focusWidget() is story.editor.box
    assert again.welsh_banner.isVisible()


def test_what_was_kept_is_said_after_the_program_had_stopped(place: Place, record_id: str) -> None:
    place.shell.ended_at = place.desk.clock.now() + timedelta(seconds=1)
    page = place.shell.go("form", record_id=record_id, child_id=place.child_id)
    assert page.recovered.isVisible()
    assert page.recovered.text.text() == "What you typed until 09:30 was kept."
    place.shell.ended_at -= timedelta(hours=1)
    page = place.shell.go("form", record_id=record_id, child_id=place.child_id)
    assert not page.recovered.isVisible()


def test_undo_brings_back_a_removed_row_from_anywhere(place: Place, page: FormPage) -> None:
    page.show_section("home")
    page.view.repeats["people"].add.click()
    (row,) = page.view.repeats["people"].rows
    keys("Kit")
    page.view.repeats["people"].rows[row].remove.click()
    page.show_section("picking")
    place.shell.menus.undo_action.trigger()
    assert page.section == "home"
    assert page.view.fields[f"people/{row}/name"].editor.line.text() == "Kit"


def undo_by_keys() -> None:
    press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def radio(page: FormPage, words: str) -> QRadioButton:
    return next(
        each
        for each in page.view.fields["turns_to"].findChildren(QRadioButton)
        if each.text() == words
    )


def test_the_keys_for_undo_take_back_typing_where_one_types(page: FormPage) -> None:
    keys("Tal")
    undo_by_keys()
    assert page.view.fields["nickname"].editor.line.text() == ""
    answer = page.controller.sheet.answer("nickname")
    assert answer is None or answer.empty


def test_the_keys_for_undo_bring_back_a_choice(page: FormPage) -> None:
    page.show_section("picking")
    radio(page, "Yes").click()
    radio(page, "No").click()
    radio(page, "No").setFocus()
    undo_by_keys()
    assert page.controller.sheet.value("turns_to") == "yes"
    assert radio(page, "Yes").isChecked() and not radio(page, "No").isChecked()
    undo_by_keys()
    assert page.controller.sheet.value("turns_to") is None
    assert not radio(page, "Yes").isChecked()


def test_the_keys_for_undo_bring_back_a_removed_row(page: FormPage) -> None:
    page.show_section("home")
    repeat = page.view.repeats["people"]
    repeat.add.click()
    (row,) = repeat.rows
    keys("Kit")
    repeat.rows[row].remove.click()
    assert page.controller.sheet.rows("people") == ()
    undo_by_keys()
    assert page.controller.sheet.value(f"people/{row}/name") == "Kit"


def test_the_menu_offers_undo_where_there_is_a_step_and_then_lets_the_keys_be(
    place: Place, page: FormPage
) -> None:
    undo, menu = place.shell.menus.undo_action, place.shell.menus.edit_menu
    page.show_section("picking")
    radio(page, "Yes").setFocus()
    menu.aboutToShow.emit()
    assert not undo.isEnabled()
    menu.aboutToHide.emit()
    radio(page, "Yes").click()
    menu.aboutToShow.emit()
    assert undo.isEnabled()
    menu.aboutToHide.emit()
    undo_by_keys()
    assert page.controller.sheet.value("turns_to") is None


def test_the_panel_helps_with_the_question_that_has_the_keyboard(page: FormPage) -> None:
    assert page.panel.guidance.text() == "Ask before you write."
    keys("Tal")
    assert page.panel.said.text == "Ash Rivers"
    page.view.focus_question("turns_to") or page.view.focus_question("visits")
    assert not page.panel.guidance.isVisible()
    page.view.focus_question("nickname")
    page.panel.clear.click()
    assert page.controller.sheet.answer("nickname") is None
    assert page.view.fields["nickname"].editor.line.text() == ""


def test_the_panel_shows_what_stood_there_before(qtbot: Any, page: FormPage) -> None:
    for words in ("Nan", "Nan and Kit"):
        page.controller.set_answer("nickname", words)
        page.controller.flush(leaving=True)
    page.view.focus_question("story")
    page.view.focus_question("nickname")
    qtbot.waitUntil(page.panel.before.isVisible, timeout=3000)
    assert page.panel.before.text() == ("“Nan”\nChanged 23 November 2026 at 09:30 by Ash Rivers")
    page.view.focus_question("story")
    assert not page.panel.before.isVisible()


def test_a_form_can_be_completed_by_keyboard_alone(
    place: Place, page: FormPage, record_id: str
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    keys("Tal")
    press(Qt.Key.Key_Tab)
    keys("It rained.")
    press(Qt.Key.Key_Tab)
    keys("3")
    press(Qt.Key.Key_Return, control)
    assert page.section == "picking"
    press(Qt.Key.Key_Space)
    assert page.controller.sheet.value("turns_to") == "yes"
    press(Qt.Key.Key_Down)
    assert page.controller.sheet.value("turns_to") == "no"
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert page.controller.sheet.value("helpers") == ["nan"]
    for section in ("home", CHECK):
        press(Qt.Key.Key_Return, control)
        assert page.section == section
    assert QApplication.focusWidget() is page.continue_button
    press(Qt.Key.Key_Space)
    assert page.opened.state == "submitted"
    assert kept(place, record_id)["story"] == "It rained."


def test_submitting_counts_what_stands_on_the_rail_anew(place: Place, page: FormPage) -> None:
    fill_in(page)
    place.shell.set_number("caseload", None)
    page.show_section(CHECK)
    page.continue_button.click()
    assert page.opened.state == "submitted"
    assert place.shell._numbers["caseload"] == (1, False)
    counted = caseload.counts(place.desk)
    assert place.shell._numbers["due"] == (counted.due_this_week, bool(counted.due_this_week))


@pytest.mark.parametrize("size", [100, 200])
def test_nothing_on_the_page_is_cut_off_or_without_a_name(
    qtbot: Any, place: Place, record_id: str, size: int
) -> None:
    theme.use("light", size)
    place.shell.rebuild()
    page = place.shell.go("form", record_id=record_id, child_id=place.child_id)
    page.check_button.click()
    QApplication.processEvents()
    qtbot.wait(50)
    findings = audit(page)
    assert findings == [], findings
    assert page.middle.horizontalScrollBar().maximum() == 0
    page.show_section(CHECK)
    QApplication.processEvents()
    assert audit(page) == []
    assert page.middle.horizontalScrollBar().maximum() == 0
    assert isinstance(page, FormPage)
    assert not isinstance(page.view, PageView)
