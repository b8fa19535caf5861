"""Likelihood and impact as a table: by keyboard, for screen readers, and never the level itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.casework import demo, form_records, reference
from app.core.settings import Settings
from app.forms import matrix
from app.forms.sheet import MISSING
from app.ui import form
from app.ui.accessibility import audit
from app.ui.form.form_page import FormPage
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.ui.window import Place, Somewhere


@pytest.fixture
def place(qtbot: Any, desk: Any, child_id: str, dressed: None) -> Iterator[Place]:
    """The window on the forms that ship with the program."""
    shell = Shell(desk, InlineTasks(), Settings())
    form.register(shell)
    for name in ("caseload", "child"):
        shell.register(name, Somewhere, rail=name)
    shell.resize(1366, 768)
    qtbot.addWidget(shell)
    with qtbot.waitActive(shell):
        shell.show()
    yield Place(shell, desk, child_id)
    shell.leave_for_good()
    shell.close()


@pytest.fixture
def page(place: Place) -> FormPage:
    """An assessment filled in, at its judgement of safety: possible, some harm, medium."""
    record_id = form_records.start(place.desk, place.child_id, "assessment").record_id
    answers = demo.answers_of({"like": "assessment"})
    demo.fill_in(place.desk, record_id, answers, by=place.desk.actor.id)
    opened = place.shell.go("form", record_id=record_id, child_id=place.child_id)
    opened.show_section("safety")
    return opened


def test_the_keyboard_chooses_a_field_and_both_questions_have_it(
    page: FormPage, qtbot: QtBot
) -> None:
    place = page.view.fields["safety_points_to"]
    table = place.editor.table
    page.view.focus_question("safety_points_to")
    assert table.hasFocus()
    assert table.accessibleName() == "Where likelihood and impact point"
    assert table.accessibleDescription() == "Possible, Some harm, soon put right: Medium, chosen"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(table, key)
    assert table.accessibleDescription() == "Likely, Serious harm: High"
    assert page.controller.sheet.value("safety_likelihood") == "possible"
    QTest.keyClick(table, Qt.Key.Key_Space)
    sheet = page.controller.sheet
    assert (sheet.value("safety_likelihood"), sheet.value("safety_impact")) == ("likely", "serious")
    assert page.view.fields["safety_likelihood"].editor.buttons["likely"].isChecked()
    QApplication.processEvents()
    assert place.editor.words.text() == "They point to: High. You decide the level."
    # The panel beside it says more now, and is laid out after the next turn of the loop.
    qtbot.waitUntil(lambda: not audit(page.window()))


def test_the_table_follows_the_questions(page: FormPage) -> None:
    table = page.view.fields["safety_points_to"].editor.table
    page.controller.set_answer("safety_impact", "serious")
    assert table.here == ("possible", "serious")
    page.controller.set_answer("safety_impact", None)
    assert page.view.fields["safety_points_to"].editor.words.text().startswith("Answer both")
    assert page.controller.sheet.value("safety_points_to") is None


def test_the_level_stays_and_both_are_kept_with_the_reason(page: FormPage) -> None:
    sheet = page.controller.sheet
    assert not sheet.is_relevant("safety_differs_why")
    page.controller.set_answer("safety_impact", "grave")
    assert (sheet.value("safety_points_to"), sheet.value("safety_level")) == ("high", "medium")
    problem = sheet.problem("safety_differs_why")
    assert problem.kind == MISSING
    assert problem.text.startswith("Say why your level is not the one")
    page.controller.set_answer("safety_differs_why", "Her aunt is with her every day.")
    assert sheet.problem("safety_differs_why") is None
    document = sheet.document()
    assert document["safety_points_to"]["by"] == "form"
    assert document["safety_level"]["value"] == "medium"
    assert sheet.shown("safety_points_to") == "High"


def test_what_is_locked_is_shown_and_cannot_be_chosen(place: Place, page: FormPage) -> None:
    page.controller.editable = False
    page.show_section("harm")
    page.show_section("safety")
    table = page.view.fields["safety_points_to"].editor.table
    assert table.focusPolicy() == Qt.FocusPolicy.NoFocus
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=table.field(0, 0).center().toPoint())
    assert page.controller.sheet.value("safety_likelihood") == "possible"


def test_the_table_has_a_level_for_every_pair_and_never_falls() -> None:
    listed = reference.listing("judgement_matrix")
    assert not listed.verified
    order = ["low", "medium", "high", "very_high"]
    rows = [[order.index(level) for level in row.values()] for row in matrix.table().values()]
    assert [len(row) for row in rows] == [4, 4, 4, 4]
    assert all(row == sorted(row) for row in rows)
    assert all(list(column) == sorted(column) for column in zip(*rows, strict=True))
    assert matrix.level("rubbish", "grave") == ""
