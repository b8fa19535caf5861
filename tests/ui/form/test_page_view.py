"""A page of a form: drawn in every form, size and language; after a change only what it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.core.clock import FixedClock
from app.core.paths import resource_path
from app.forms.loader import load_form
from app.forms.schema import Form
from app.forms.sheet import Sheet
from app.ui import theme
from app.ui.accessibility import audit, spoken_name
from app.ui.form.controller import FormController
from app.ui.form.editors.base import Editor
from app.ui.form.page_view import PageView
from app.ui.kit import ScrollPage
from tests.unit.answering import answered

HERE = Path(__file__).parent
FORM_FILES = sorted(
    [
        *resource_path("forms").glob("*.yaml"),
        *(HERE.parents[1] / "data" / "forms").glob("*.yaml"),
        *HERE.glob("*.yaml"),
    ]
)
EVERY = load_form(HERE / "every_question.yaml")

Show = Callable[..., PageView]


def kept(_changes: Any, *, leaving: bool, done: Any, failed: Any) -> None:
    """Nothing is kept: these tests look at what is drawn."""


@pytest.fixture
def controller_of(clock: FixedClock, dressed: None) -> Callable[..., FormController]:
    def make(form: Form, document: dict[str, Any] | None = None, **how: Any) -> FormController:
        language = how.pop("language", "en")
        context = {"child": "Tal", "age": "15"}
        sheet = Sheet(form, document, clock=clock, context=context, language=language)
        return FormController(sheet, by="ash", keep=kept, clock=clock, **how)

    return make


@pytest.fixture
def show(qtbot: Any, controller_of: Callable[..., FormController]) -> Show:
    def make(name: str, controller: FormController | None = None) -> PageView:
        controller = controller or controller_of(EVERY)
        page = next(page for page in controller.form.pages if page.name == name)
        view = PageView(controller, page)
        area = ScrollPage()
        area.add(view)
        area.end()
        area.resize(820, 700)
        qtbot.addWidget(area)
        with qtbot.waitActive(area):
            area.show()
        view.area = area
        return view

    return make


@pytest.mark.parametrize("file", FORM_FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize(("language", "size"), [("en", 100), ("cy", 200)])
def test_every_page_of_every_form_can_be_drawn(
    qtbot: Any,
    controller_of: Callable[..., FormController],
    clock: FixedClock,
    file: Path,
    language: str,
    size: int,
) -> None:
    """With so much answered that nearly all of it is asked; the order of Tab is audited too."""
    theme.use("light", size)
    form = load_form(file)
    filled = answered(form, 1, clock=clock).document()
    controller = controller_of(form, filled, language=language)
    area = ScrollPage()
    # What is left for the questions in a window of 1366 x 768 beside the sections.
    area.resize(1366 - theme.current().px(236), 520)
    qtbot.addWidget(area)
    area.show()
    for page in controller.pages():
        view = PageView(controller, page)
        area.add(view)
        view.show()
        QApplication.processEvents()
        findings = audit(view)
        assert not findings, f"{file.stem}/{page.name}: {findings[0]}"
        assert area.horizontalScrollBar().maximum() == 0, page.name
        area.column.removeWidget(view)
        view.deleteLater()


def test_only_what_is_asked_is_drawn_and_a_hidden_answer_comes_back(show: Show) -> None:
    view = show("picking")
    who = view.fields["who"]
    assert who.editor is None
    view.fields["turns_to"].editor.buttons["yes"].click()
    assert who.isVisible()
    QTest.keyClicks(who.editor.focus_target(), "Coach Dee")
    view.fields["turns_to"].editor.buttons["no"].click()
    assert who.editor is None
    assert not who.isVisible()
    assert view.controller.sheet.value("who") == "Coach Dee"
    view.fields["turns_to"].editor.buttons["yes"].click()
    assert who.editor.line.text() == "Coach Dee"


def test_a_change_leaves_the_other_editors_as_they_are(show: Show) -> None:
    view = show("picking")
    before = {path: place.editor for path, place in view.fields.items() if path != "who"}
    view.fields["turns_to"].editor.buttons["yes"].click()
    after = {path: place.editor for path, place in view.fields.items() if path != "who"}
    assert after == before


def test_names_for_screen_readers_are_the_visible_labels(show: Show) -> None:
    view = show("words")
    for path in view.questions():
        place = view.fields[path]
        shown = place.frame.label.text()
        assert shown == view.controller.sheet.label(path)
        assert spoken_name(place.editor.named()) == shown
    view = show("picking")
    group = view.fields["turns_to"].editor
    assert spoken_name(group.named()) == "Is there someone Tal turns to?"
    assert [spoken_name(button) for button in group.buttons.values()] == ["Yes", "No"]


@pytest.mark.parametrize(
    ("path", "typed", "stored"),
    [
        ("nickname", "Tal", "Tal"),
        ("story", "Two lines", "Two lines"),
        ("visits", "1,2", "1,2"),
        ("visits", "12", 12),
        ("distance", "3.5", "3.5"),
        ("distance", "far", "far"),
        ("met_on", "3 apr 2026", "2026-04-03"),
        ("met_on", "31/2/2026", "31/2/2026"),
        ("met_at", "2.30pm", "14:30"),
        ("met_at", "noonish", "noonish"),
    ],
)
def test_what_is_typed_is_taken_as_a_value_or_kept_as_text(
    show: Show, path: str, typed: str, stored: object
) -> None:
    view = show("words")
    view.focus_question(path)
    QTest.keyClicks(QApplication.focusWidget(), typed)
    assert view.controller.sheet.value(path) == stored
    field = view.fields[path].editor.focus_target()
    text = field.toPlainText() if path == "story" else field.text()
    assert text == typed


def test_a_mistake_is_explained_once_its_field_is_left_and_the_text_stays(show: Show) -> None:
    view = show("words")
    view.focus_question("visits")
    QTest.keyClicks(QApplication.focusWidget(), "60")
    assert view.fields["visits"].frame.error.text() == ""
    view.focus_question("distance")
    assert view.fields["visits"].frame.error.text() == "Visits go from 0 to 50."
    line = view.fields["visits"].editor.line
    assert line.text() == "60"
    assert "Visits go from 0 to 50." in line.accessibleDescription()
    line.setText("6")
    line.textEdited.emit("6")
    assert view.fields["visits"].frame.error.text() == ""


def test_a_gap_is_pointed_out_only_when_the_page_is_checked(show: Show) -> None:
    view = show("words")
    view.focus_question("nickname")
    view.focus_question("story")
    assert view.fields["nickname"].frame.error.text() == ""
    view.check()
    assert view.fields["nickname"].frame.error.text() == "Say what Tal is called."


def test_a_day_and_a_time_side_by_side_make_one_answer(show: Show) -> None:
    view = show("words")
    editor = view.fields["next_at"].editor
    QTest.keyClicks(editor.day, "1/12/2026")
    assert view.controller.sheet.problem("next_at") is not None
    QTest.keyClicks(editor.time, "9.15am")
    assert view.controller.sheet.value("next_at") == "2026-12-01T09:15"
    assert view.controller.sheet.problem("next_at") is None


def test_the_calendar_puts_its_day_into_the_field(show: Show) -> None:
    view = show("words")
    editor = view.fields["met_on"].editor
    editor.button.click()
    calendar = editor.button._calendar
    assert calendar.isVisible()
    assert calendar.firstDayOfWeek() == Qt.DayOfWeek.Monday
    calendar.clicked.emit(calendar.selectedDate().addDays(1))
    assert view.controller.sheet.value("met_on") == "2026-11-24"
    assert editor.line.text() == "24/11/2026"
    assert not calendar.isVisible()


def test_a_choice_that_stands_alone_takes_the_others_away(show: Show) -> None:
    view = show("picking")
    buttons = view.fields["helpers"].editor.buttons
    buttons["nan"].click()
    buttons["coach"].click()
    assert view.controller.sheet.value("helpers") == ["nan", "coach"]
    buttons["nobody"].click()
    assert view.controller.sheet.value("helpers") == ["nobody"]
    buttons["teacher"].click()
    assert view.controller.sheet.value("helpers") == ["teacher"]
    assert not buttons["nobody"].isChecked()


def test_a_radio_choice_can_be_taken_back(show: Show) -> None:
    view = show("picking")
    editor = view.fields["turns_to"].editor
    assert not any(button.isChecked() for button in editor.buttons.values())
    editor.buttons["yes"].click()
    QTest.keyClick(editor.buttons["yes"], Qt.Key.Key_Delete)
    assert view.controller.sheet.answer("turns_to") is None
    assert not any(button.isChecked() for button in editor.buttons.values())


def test_choices_follow_an_earlier_answer(show: Show) -> None:
    view = show("picking")
    region, town = view.fields["region"].editor, view.fields["town"].editor
    assert list(town.buttons) == []
    region.combo.setCurrentIndex(1)
    region.combo.activated.emit(1)
    assert list(town.buttons) == ["harlow", "mossby"]
    town.buttons["mossby"].click()
    region.combo.activated.emit(region.combo.setCurrentIndex(2) or 2)
    assert list(town.buttons) == ["eastley"]
    assert view.controller.sheet.value("town") == "mossby"
    assert view.controller.sheet.problem("town") is not None


def test_a_wheel_over_a_list_that_drops_down_changes_nothing(show: Show) -> None:
    view = show("picking")
    combo = view.fields["region"].editor.combo
    combo.setFocus()
    at = QPointF(combo.rect().center())
    wheel = QWheelEvent(
        at,
        combo.mapToGlobal(at),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(combo, wheel)
    assert combo.currentIndex() == 0


def test_a_long_list_is_shortened_by_typing(show: Show) -> None:
    view = show("picking")
    editor = view.fields["food"].editor
    assert editor.list.count() == 9
    QTest.keyClicks(editor.filter, "cream")
    assert [editor.list.item(0).text()] == ["Ice cream"]
    QTest.keyClick(editor.filter, Qt.Key.Key_Return)
    assert view.controller.sheet.value("food") == "a9"
    editor.filter.clear()
    editor.filter.textEdited.emit("")
    assert editor.list.currentItem().text() == "Ice cream"
    editor.list.setFocus()
    QTest.keyClick(editor.list, Qt.Key.Key_Up)
    assert view.controller.sheet.value("food") == "a8"


def test_things_are_put_in_order_with_buttons(show: Show) -> None:
    view = show("picking")
    editor = view.fields["order"].editor
    assert view.controller.sheet.answer("order") is None
    assert editor.keep.isVisible()
    editor.list.setCurrentRow(3)
    editor.up.click()
    assert view.controller.sheet.value("order") == ["none", "some", "most", "much"]
    assert editor.list.currentRow() == 2
    assert not editor.keep.isVisible()


def test_the_order_as_it_stands_can_be_agreed_to(show: Show) -> None:
    view = show("picking")
    view.fields["order"].editor.keep.click()
    assert view.controller.sheet.value("order") == ["none", "some", "much", "most"]


def test_amounts_are_radio_buttons_with_words(show: Show) -> None:
    view = show("picking")
    cards = view.fields["worry"].editor.cards
    assert [card.text() for card in cards.values()] == [
        "Not at all",
        "A bit",
        "Quite a lot",
        "A lot",
    ]
    cards["much"].click()
    assert view.controller.sheet.value("worry") == "much"


def test_rows_come_go_come_back_and_move(show: Show) -> None:
    view = show("home")
    repeat = view.repeats["people"]
    repeat.add.click()
    (first,) = repeat.rows
    QTest.keyClicks(QApplication.focusWidget(), "Kit")
    assert view.controller.sheet.value(f"people/{first}/name") == "Kit"
    assert repeat.rows[first].name.text() == "Kit"
    repeat.add.click()
    second = list(repeat.rows)[1]
    repeat.rows[first].down.click()
    assert view.controller.sheet.rows("people") == (second, first)
    assert list(repeat.rows) == [second, first]
    repeat.rows[first].remove.click()
    assert list(repeat.rows) == [second]
    assert repeat.removed.isVisible()
    assert f"people/{first}/name" not in view.fields
    assert "Kit" in repeat.removed.text.text()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert list(repeat.rows) == [second, first]
    assert view.fields[f"people/{first}/name"].editor.line.text() == "Kit"
    assert not repeat.removed.isVisible()


def test_a_question_inside_a_row_follows_its_own_row(show: Show) -> None:
    view = show("home")
    repeat = view.repeats["people"]
    repeat.add.click()
    repeat.add.click()
    first, second = repeat.rows
    view.fields[f"people/{first}/safe"].editor.buttons["no"].click()
    assert view.fields[f"people/{first}/why_not"].shown
    assert not view.fields[f"people/{second}/why_not"].shown


def test_another_language_keeps_what_is_typed_and_the_keyboard(show: Show) -> None:
    view = show("words")
    view.focus_question("nickname")
    QTest.keyClicks(QApplication.focusWidget(), "Tal")
    focused = QApplication.focusWidget()
    view.controller.set_language("cy")
    assert view.fields["nickname"].frame.label.text() == "Beth yw’r enw?"
    assert view.fields["nickname"].editor.line.text() == "Tal"
    assert QApplication.focusWidget() is focused
    assert spoken_name(focused) == "Beth yw’r enw?"


def test_a_carried_answer_is_confirmed_or_changed_where_it_is(
    show: Show, controller_of: Callable[..., FormController]
) -> None:
    document = {
        name: {"value": value, "by": "rowan", "at": "2026-05-12T09:00:00+00:00", "carried": True}
        for name, value in (("nickname", "Tal"), ("visits", 3))
    }
    view = show("words", controller_of(EVERY, document))
    nickname, visits = view.fields["nickname"], view.fields["visits"]
    assert nickname.carried is not None
    assert nickname.carried.answer.text() == "Tal"
    assert nickname.carried.origin.text() == "From 12 May 2026"
    nickname.carried.still_true.click()
    answer = view.controller.sheet.answer("nickname")
    assert answer.confirmed_by == "ash"
    assert answer.value == "Tal"
    assert nickname.editor.line.text() == "Tal"
    visits.carried.change.click()
    assert QApplication.focusWidget() is visits.editor.line
    assert visits.editor.line.text() == "3"
    QTest.keyClicks(visits.editor.line, "0")
    assert view.controller.sheet.value("visits") == 30
    assert not view.controller.sheet.answer("visits").carried


def test_a_locked_form_shows_answers_and_takes_none(
    show: Show, controller_of: Callable[..., FormController]
) -> None:
    document = {"turns_to": {"value": "yes"}, "helpers": {"value": ["nan", "coach"]}}
    view = show("picking", controller_of(EVERY, document, editable=False))
    assert view.fields["turns_to"].editor.words.text() == "Yes"
    assert view.fields["helpers"].editor.words.text() == "Nan, A coach"
    taking = [
        widget
        for widget in view.findChildren(QWidget)
        if isinstance(widget, Editor) and widget.isVisible() and not hasattr(widget, "words")
    ]
    assert taking == []


def test_text_that_does_not_fit_its_box_makes_the_box_grow(qtbot: Any, show: Show) -> None:
    view = show("words")
    box = view.fields["story"].editor.box
    QApplication.processEvents()
    before = box.height()
    box.setPlainText("\n".join(f"Line {number}" for number in range(12)))
    qtbot.waitUntil(lambda: box.height() > before and not box.verticalScrollBar().maximum())


def test_words_with_an_ampersand_are_shown_as_they_are(
    show: Show, controller_of: Callable[..., FormController]
) -> None:
    controller = controller_of(EVERY)
    controller.sheet.context["child"] = "R & B"
    view = show("picking", controller)
    assert view.fields["turns_to"].frame.label.text() == "Is there someone R & B turns to?"
