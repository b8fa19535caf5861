"""Whatever is typed or pasted stays, and a sentence says what to do about it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.casework import form_records
from app.forms.texts import LONGEST, fault_of, keepable
from app.ui.form.controller import SaveState
from app.ui.form.form_page import FormPage
from tests.ui.window import Place

FORM = "every_question"
RICH = "<p>He said: <b>no</b></p><ul><li>one</li><li>two</li></ul>"


@pytest.fixture
def record_id(place: Place) -> str:
    return form_records.start(place.desk, place.child_id, FORM).record_id


@pytest.fixture
def page(place: Place, record_id: str) -> FormPage:
    return place.shell.go("form", record_id=record_id, child_id=place.child_id)


def paste(*, html: str = "", text: str = "") -> None:
    """Put something on the clipboard and paste it where the keyboard is."""
    data = QMimeData()
    if html:
        data.setHtml(html)
    if text:
        data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    focus = QGuiApplication.focusObject()
    QTest.keyClick(focus, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def kept(place: Place, record_id: str) -> dict[str, Any]:
    return dict(form_records.open_form(place.desk, record_id).document)


def test_of_rich_text_the_words_are_kept(page: FormPage) -> None:
    page.view.focus_question("story")
    paste(html=RICH)
    assert page.controller.sheet.value("story") == "He said: no\none\ntwo"
    page.view.focus_question("nickname")
    paste(html=RICH)
    assert page.controller.sheet.value("nickname") == "He said: no one two"
    assert page.view.fields["story"].editor.box.toPlainText() == "He said: no\none\ntwo"


def test_a_note_of_a_million_letters_is_kept_and_said_to_be_too_long(
    place: Place, page: FormPage, record_id: str
) -> None:
    note = "word " * 200_000
    page.view.focus_question("story")
    paste(text=note)
    page.view.focus_question("nickname")
    field = page.view.fields["story"]
    assert field.editor.box.toPlainText() == note
    assert field.frame.error.text() == (
        "This is 1,000,000 characters long, and an answer holds 50,000. Shorten it, or put the "
        "rest in a document."
    )
    page.controller.flush()
    assert kept(place, record_id)["story"]["value"] == note
    box = field.editor.box
    assert box.height() < 1000 and box.verticalScrollBar().maximum() >= 0


def test_a_line_takes_all_that_is_pasted(page: FormPage) -> None:
    page.view.focus_question("nickname")
    paste(text="x" * 60_000)
    assert len(page.controller.sheet.value("nickname")) == 60_000
    assert page.controller.sheet.problem("nickname").text.startswith("This is 60,000 characters")


def test_what_can_not_be_seen_is_pointed_out_where_it_is(
    place: Place, page: FormPage, record_id: str
) -> None:
    page.view.focus_question("story")
    paste(text="Nan was there.\x07 Then\n\tdad.")
    page.view.focus_question("nickname")
    assert page.view.fields["story"].frame.error.text() == (
        "There is a character that can’t be seen or printed after “Nan was there.”. Delete it "
        "there."
    )
    page.controller.flush()
    assert kept(place, record_id)["story"]["value"] == "Nan was there.\x07 Then\n\tdad."


def test_half_a_character_holds_back_its_own_answer_alone(
    place: Place, page: FormPage, record_id: str
) -> None:
    page.controller.set_answer("story", "Smile \ud83d")
    page.controller.set_answer("nickname", "Tal")
    page.controller.flush()
    assert kept(place, record_id)["nickname"]["value"] == "Tal"
    assert "story" not in kept(place, record_id)
    assert page.controller.save_state is SaveState.FAILED
    assert page.trouble.isVisible()
    assert "Half a character can’t be kept: What happened?" in page.trouble.text.text()
    problem = page.controller.sheet.problem("story")
    assert problem.text.startswith("There is half a character after “Smile”.")
    assert page.controller.sheet.value("story") == "Smile \ud83d"
    page.controller.set_answer("story", "Smile")
    page.controller.flush()
    assert page.controller.save_state is SaveState.SAVED
    assert kept(place, record_id)["story"]["value"] == "Smile"


@pytest.mark.parametrize("text", ["", "Plain words", "Two\nlines\tand a tab", "Ŵŷ café 👩‍👧 “so”"])
def test_ordinary_texts_have_no_fault(text: str) -> None:
    assert fault_of(text) == ""
    assert keepable({"value": text})


def test_the_longest_text_is_not_too_long() -> None:
    assert fault_of("x" * LONGEST) == ""
    assert fault_of("x" * (LONGEST + 1)) != ""
    assert not keepable({"value": ["fine", "\udfff"]})
