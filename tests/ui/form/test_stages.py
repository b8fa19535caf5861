"""A stage carried forward in the real window: confirmed, changed, compared and read afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.casework import assessments, form_records, stages
from app.casework.form_records import AnswerChange
from app.core.clock import FixedClock
from app.core.ids import new_id
from app.core.settings import Settings
from app.forms.loader import FormLibrary
from app.forms.statements import Statement
from app.ui import form
from app.ui.accessibility import audit
from app.ui.form.changes_view import ChangesView
from app.ui.form.check_answers import CheckAnswers
from app.ui.form.form_page import CHANGES, CHECK, FormPage
from app.ui.kit import Body
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.ui.window import Place, Somewhere

FORMS = Path(__file__).parent.parent.parent / "data" / "forms" / "stages"
ROW = "01a20000-0000-7000-8000-000000000001"


@pytest.fixture
def place(qtbot: Any, desk: Any, child_id: str, dressed: None) -> Iterator[Place]:
    """The window on the small assessment of these tests."""
    at_tests = replace(desk, forms=FormLibrary(FORMS))
    shell = Shell(at_tests, InlineTasks(), Settings())
    form.register(shell)
    for name in ("caseload", "child", "waiting"):
        shell.register(name, Somewhere, rail=name)
    shell.resize(1366, 768)
    qtbot.addWidget(shell)
    with qtbot.waitActive(shell):
        shell.show()
    yield Place(shell, at_tests, child_id)
    shell.leave_for_good()
    shell.close()


@pytest.fixture
def page(place: Place, clock: FixedClock) -> FormPage:
    """The stage after the first one, three months later, just opened."""
    first = stages.start(place.desk, place.child_id, "before_sentence").record_id
    said = {"home_good": "Nan lives near", "contact": "Every weekend", "safety_level": "low"}
    changes = [AnswerChange(name, answer(value)) for name, value in said.items()]
    changes.append(AnswerChange(f"people/{ROW}/who", answer("Nan")))
    form_records.save_answers(place.desk, first, changes, leaving=True)
    assessments.submit(place.desk, first)
    clock.advance(timedelta(days=90))
    record = stages.start(place.desk, place.child_id, "start_of_order")
    return place.shell.go("form", record_id=record.record_id, child_id=place.child_id)


def answer(value: object) -> dict[str, object]:
    at = "2026-05-12T09:00:00+00:00"
    return {"value": value, "language": "en", "by": "rowan", "how": "typed", "at": at}


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifier)


def waiting(page: FormPage) -> list[str]:
    return [path.rpartition("/")[2] for path in page.controller.sheet.unconfirmed()]


def test_the_rail_and_the_bar_count_what_is_to_be_confirmed(page: FormPage) -> None:
    assert page.sections.waiting.text() == "4 answers to confirm"
    assert page.sections.buttons["home"].section.state == "2 to confirm"
    assert page.sections.buttons["home"].section.part == 0
    assert "%" not in page.sections.whole.text(), "no number that the section's own would deny"
    assert "2 were carried forward and wait for you to confirm them." in page.panel.section.text()
    assert page.carried_bar.heading.text().startswith("2 answers in this section")
    assert "2 more wait in other sections." in page.carried_bar.text.text()


def test_it_is_confirmed_and_changed_by_keyboard_alone(qtbot: Any, page: FormPage) -> None:
    fields = page.view.fields
    assert QApplication.focusWidget() is fields["home_good"].carried.still_true
    press(Qt.Key.Key_F8)
    assert waiting(page) == ["contact", "who", "safety_level"]
    assert QApplication.focusWidget() is fields["contact"].carried.still_true
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    editor = fields["contact"].editor
    assert QApplication.focusWidget() is editor.line
    QTest.keyClicks(editor.line, "!")
    press(Qt.Key.Key_F7)
    assert page.section == "people_page"
    qtbot.waitUntil(lambda: page.here()[0].endswith("/who"), timeout=2000)
    press(Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert waiting(page) == ["safety_level"]
    press(Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: page.here()[0] == "safety_level", timeout=2000)
    press(Qt.Key.Key_F8)
    assert waiting(page) == []
    changed = page.controller.sheet.answer("contact")
    assert changed.value == "Every weekend!" and not changed.carried
    kept = page.controller.sheet.answer("home_good")
    assert kept.confirmed_by == page.desk.actor.id and kept.by == "rowan"
    page.show_rail()
    assert page.carried_bar.isHidden() and page.sections.waiting.isHidden()


def test_the_keys_go_on_from_the_section_in_hand(qtbot: Any, page: FormPage) -> None:
    page._choose_section("people_page")
    assert page.here()[0].endswith("/who")
    press(Qt.Key.Key_F8)
    assert waiting(page) == ["home_good", "contact", "safety_level"]
    qtbot.waitUntil(lambda: page.here()[0] == "safety_level", timeout=2000)


def test_the_key_for_still_true_passes_over_what_does_not_wait(page: FormPage) -> None:
    page.view.fields["home_good"].carried.change.click()
    QTest.keyClicks(QApplication.focusWidget(), " by")
    before = waiting(page)
    press(Qt.Key.Key_F8)
    assert waiting(page) == before
    assert QApplication.focusWidget() is page.view.fields["contact"].carried.still_true


def test_what_was_opened_to_change_and_left_as_it_was_still_waits(
    qtbot: Any, page: FormPage
) -> None:
    place = page.view.fields["home_good"]
    place.carried.change.click()
    assert place.carried is None
    page.view.focus_question("contact")
    qtbot.waitUntil(lambda: place.carried is not None, timeout=2000)
    assert "home_good" in waiting(page)


def test_a_section_confirmed_at_once_is_taken_back_at_once(page: FormPage) -> None:
    page.carried_bar.all_true.click()
    assert waiting(page) == ["who", "safety_level"]
    assert QApplication.focusWidget() is page.continue_button
    assert page.undo()
    assert waiting(page) == ["home_good", "contact", "who", "safety_level"]
    assert page.view.fields["home_good"].carried is not None


def test_submitting_leads_to_each_answer_that_waits(qtbot: Any, page: FormPage) -> None:
    page.show_section(CHECK)
    assert isinstance(page.view, CheckAnswers)
    page.continue_button.click()
    lines = [line.text() for line in page.summary.lines]
    question = "What is good about home?"
    assert lines[0] == f"Home: {question}: Say whether this is still true, or change it."
    assert len(lines) == 4
    page.summary.lines[1].click()
    assert page.section == "home"
    still_true = page.view.fields["contact"].carried.still_true
    qtbot.waitUntil(lambda: QApplication.focusWidget() is still_true, timeout=2000)


def test_check_answers_confirms_one_after_another(page: FormPage) -> None:
    page.show_section(CHECK)
    links = page.view.still_true
    assert len(links) == 4
    links["home_good"].click()
    assert waiting(page) == ["contact", "who", "safety_level"]
    assert links["home_good"].isHidden()
    assert QApplication.focusWidget() is links["contact"]
    page.undo()
    assert "home_good" in waiting(page)


def test_what_changed_stands_side_by_side_and_goes_to_paper(
    page: FormPage, place: Place, tmp_path: Path
) -> None:
    page.controller.set_answer("contact", "Never")
    page.controller.confirm("home_good")
    page.show_section(CHANGES)
    assert isinstance(page.view, ChangesView)
    words = [label.accessibleName() for label in page.view.findChildren(Body)]
    assert "Contact with dad, then: Every weekend" in words
    assert "Contact with dad, now: Never" in words
    assert not any(word.startswith("What is good about home?, now") for word in words)
    assert list(page.view.links) == ["contact"]
    page.view.links["contact"].click()
    assert page.section == "home"
    assert not audit(page.window())


def test_the_panel_says_what_stood_there_last_time(qtbot: Any, page: FormPage) -> None:
    qtbot.waitUntil(page.panel.last.isVisible, timeout=3000)
    assert page.panel.last_heading.text() == "Last time (23 November 2026)"
    assert page.panel.last.text() == "“Nan lives near”"


def test_a_locked_stage_says_what_was_carried_and_who_confirmed_it(
    page: FormPage, place: Place
) -> None:
    page.controller.confirm_all(page.controller.sheet.unconfirmed())
    page.controller.set_answer("contact", "Never")
    page.show_section(CHECK)
    page.continue_button.click()
    assert not page.controller.editable
    page.show_section("home")
    history = page.view.fields["home_good"].history.text()
    assert history == (
        "Carried forward from 12 May 2026. Confirmed on 21 February 2027 by Ash Rivers."
    )
    assert page.view.fields["contact"].history is None
    assert page.carried_bar.isHidden()


def test_what_another_form_does_not_ask_is_shown_and_stays(page: FormPage, place: Place) -> None:
    place.shell.go("caseload")
    record = stages.start_review(place.desk, place.child_id)
    review = place.shell.go("form", record_id=record.record_id, child_id=place.child_id)
    assert [(one.label, one.words) for one in review.opened.unknown] == [
        ("Contact with dad", "Every weekend"),
        ("Who is it?", "Nan"),
    ]
    review.controller.say(Statement(id=new_id(), about="contact", who="school", words="Seldom"))
    review.show_section(CHECK)
    said = [label.accessibleName() for label in review.view.findChildren(Body)]
    assert "Contact with dad: Every weekend" in said
    shown = [label.text() for label in review.view.findChildren(Body)]
    assert "School or college: Seldom" in shown
