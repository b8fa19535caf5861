"""Sources beside a question: written down by keyboard, shown side by side, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.casework import form_records
from app.forms.statements import statements_of
from app.ui.accessibility import audit
from app.ui.form.form_page import FormPage
from app.ui.kit import LinkButton, SecondaryButton
from tests.ui.window import Place

FORM = "every_question"


@pytest.fixture
def page(place: Place) -> FormPage:
    """A form that was just started, with the keyboard at its first question."""
    record_id = form_records.start(place.desk, place.child_id, FORM).record_id
    return place.shell.go("form", record_id=record_id, child_id=place.child_id)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifier)


def keys(text: str) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, text)


def button(page: FormPage, words: str) -> Any:
    kinds = (SecondaryButton, LinkButton)
    part = page.panel.sources
    return next(b for kind in kinds for b in part.findChildren(kind) if b.accessibleName() == words)


def kept(place: Place, page: FormPage) -> Any:
    page.controller.flush()
    return statements_of(form_records.open_form(place.desk, page.opened.record_id).document)


def test_a_source_is_written_down_by_keyboard_alone(place: Place, page: FormPage) -> None:
    press(Qt.Key.Key_F6)
    form = page.panel.sources.form
    assert QApplication.focusWidget() is form.who
    keys("School")
    press(Qt.Key.Key_Tab)
    keys("Ms Lind")
    press(Qt.Key.Key_Tab)
    keys("10 Nov 26")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Tab)
    keys("Tired and late.")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert page.panel.sources.form is None
    assert QApplication.focusWidget() is page.view.fields["nickname"].editor.line
    (one,) = kept(place, page)
    assert (one.about, one.who, one.name, one.when) == (
        "nickname",
        "school",
        "Ms Lind",
        "2026-11-10",
    )
    assert (one.how, one.words, one.checked, one.differs) == (
        "in_person",
        "Tired and late.",
        True,
        False,
    )
    assert not audit(page.window())


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    place: Place, page: FormPage
) -> None:
    page.panel.sources.add.click()
    form = page.panel.sources.form
    form.words.setPlainText("He was there.")
    button(page, "Done").click()
    assert form.who_field.error.text() == "Say who said this, or remove the source."
    form.who.setCurrentIndex(form.who.findData("police"))
    QTest.keyClicks(form.when, "last week")
    button(page, "Done").click()
    assert form.when_field.error.text() == (
        "Enter the day of what Police said like this: 27/3/2026."
    )
    assert form.when.text() == "last week"
    assert [(one.when, one.words) for one in kept(place, page)] == [("last week", "He was there.")]


def test_one_that_was_never_filled_in_leaves_no_trace(place: Place, page: FormPage) -> None:
    page.panel.sources.add.click()
    button(page, "Done").click()
    assert page.panel.sources.form is None
    assert kept(place, page) == ()


def test_sources_stand_beside_each_other_under_the_answer(page: FormPage) -> None:
    for code, words in (("school", "Always late"), ("child", "On time")):
        page.panel.sources.add.click()
        form = page.panel.sources.form
        form.who.setCurrentIndex(form.who.findData(code))
        form.words.setPlainText(words)
        form.differs.click()
        button(page, "Done").click()
    said = page.view.fields["nickname"].said
    names = [card.accessibleName() for card in said.cards]
    assert names == [
        "School or college (says something else): Always late",
        "Tal (says something else): “On time”",
    ]
    first, second = said.cards
    QApplication.processEvents()
    assert first.y() == second.y() and first.x() < second.x()


def test_a_source_taken_away_comes_back_by_undo(place: Place, page: FormPage) -> None:
    page.panel.sources.add.click()
    form = page.panel.sources.form
    form.who.setCurrentIndex(form.who.findData("health"))
    button(page, "Done").click()
    button(page, "Remove").click()
    assert kept(place, page) == () and page.view.fields["nickname"].said is None
    assert page.undo()
    assert [one.who for one in kept(place, page)] == ["health"]
    assert page.view.fields["nickname"].said is not None


def test_another_question_has_its_own_sources(page: FormPage) -> None:
    page.panel.sources.add.click()
    form = page.panel.sources.form
    form.who.setCurrentIndex(form.who.findData("health"))
    page.view.focus_question("visits")
    assert page.panel.sources.form is None
    assert page.panel.sources.cards == []
    page.view.focus_question("nickname")
    assert len(page.panel.sources.cards) == 1
