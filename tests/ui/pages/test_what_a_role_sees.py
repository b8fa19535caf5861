"""What each page offers to whom, and the numbers that go with what is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.casework import form_records, questionnaires
from app.casework.desk import Actor, Desk, Role
from app.casework.form_records import AnswerChange
from app.core.ids import new_id
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.kit import Dialog
from app.ui.pages.edit_record import ReasonDialog
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.made_once import PASSPHRASE

WindowFor = Callable[[Role], AbstractContextManager[Shell]]


@pytest.fixture
def window_for(qtbot: QtBot, desk: Desk, dressed: None) -> WindowFor:
    """The window as a colleague of another role has it."""

    @contextmanager
    def made(role: Role) -> Iterator[Shell]:
        actor = Actor(desk.actor.id if role == "practitioner" else new_id(), "Perry Lind", role)
        shell = Shell(replace(desk, actor=actor), InlineTasks(), Settings(theme="light"))
        register_pages(shell)
        shell.resize(1366, 768)
        qtbot.addWidget(shell)
        with qtbot.waitActive(shell):
            shell.show()
        yield shell
        shell.leave_for_good()
        shell.close()

    return made


def words(widget: QWidget) -> str:
    QApplication.processEvents()
    labels = (label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))
    return "\n".join(label.text() for label in labels)


def buttons(widget: QWidget, text: str) -> list[QPushButton]:
    QApplication.processEvents()
    return [
        button
        for button in widget.findChildren(QPushButton)
        if button.text() == text and button.isVisibleTo(widget)
    ]


@pytest.fixture
def record_id(desk: Desk, child_id: str) -> str:
    """A questionnaire of Tal's that is not finished, with a sign of harm in it."""
    handover = questionnaires.hand_over(desk, child_id, "my_life_now")
    answer = {"value": "yes", "language": "en", "by": "child"}
    form_records.save_answers(
        desk, handover.record_id, [AnswerChange("someone_hurts_me", answer)], leaving=True
    )
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=False)
    return handover.record_id


def test_an_unfinished_questionnaire_says_whose_it_is_to_change(
    shell: Shell, child_id: str, record_id: str
) -> None:
    shell.go("form", record_id=record_id, child_id=child_id)
    assert "Only Tal changes these answers" in words(shell.page)
    assert "any more" not in words(shell.page)


def test_a_colleague_who_may_not_read_a_questionnaire_is_told_why(
    window_for: WindowFor, child_id: str, record_id: str
) -> None:
    for role in ("reader", "administrator"):
        with window_for(role) as shell:
            shell.go("child", child_id=child_id, tab="forms")
            page = shell.page
            assert "Only a practitioner or a manager can read" in words(page)
            assert [button.isEnabled() for button in buttons(page, "Read")] == [False]
            shell.go("waiting")
            assert "First said" not in words(shell.page) and "Yes" not in words(shell.page)


def test_the_numbers_on_the_rail_follow_what_was_done(
    shell: Shell, desk: Desk, child_id: str, record_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.go("caseload")
    assert shell._numbers["waiting"][0] == 1
    due = shell._numbers["due"][0]
    shell.go("waiting")
    assert "“Yes”" in words(shell.page)
    assert shell._numbers["waiting"][0] == 1

    def answer(dialog: Dialog) -> None:
        assert isinstance(dialog, ReasonDialog)
        dialog.text.setPlainText("Rang the safeguarding lead.")
        dialog.go.click()

    monkeypatch.setattr(Dialog, "ask", answer)
    (act,) = buttons(shell.page, "Write what was done")
    act.click()
    assert "Nothing waits for you." in words(shell.page)
    assert shell._numbers["waiting"][0] is None
    assert shell._numbers["due"][0] == due - 1


def test_where_nobody_is_yet_a_child_is_added_from_one_place(shell: Shell, desk: Desk) -> None:
    shell.go("caseload")
    assert len(buttons(shell.page, "Add a child")) == 1


def test_with_children_too(shell: Shell, child_id: str) -> None:
    shell.go("caseload")
    assert len(buttons(shell.page, "Add a child")) == 1
    shell.page.search.setText("zzz")
    shell.page._ask()
    assert len(buttons(shell.page, "Add a child")) == 1


def test_a_reader_adds_nobody(window_for: WindowFor) -> None:
    with window_for("reader") as shell:
        shell.go("caseload")
        assert buttons(shell.page, "Add a child") == []
        assert "not change it" in words(shell.page)
