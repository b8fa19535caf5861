"""Handing the laptop over from a child's record, and what is left behind afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.casework import form_records, questionnaires
from app.casework.desk import Actor, Desk
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.child_mode import page as child_mode_page
from app.ui.kit import Dialog
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.made_once import PASSPHRASE

FORM = "my_life_now"


@pytest.fixture(autouse=True)
def no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_mode_page, "voice_for", lambda _language, parent=None: None)


def test_going_back_afterwards_never_hands_over_again(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("child", child_id=child_id)
    shell.page.start_form(FORM, "questionnaire")
    assert shell.page.name == "child_mode"
    assert not shell.menus.back_action.isEnabled()
    shell.page._give_back(PASSPHRASE)
    assert shell.page.name == "child"
    while shell.can_go_back:
        shell.back()
        assert shell.page.name != "child_mode"
    assert questionnaires.current_handover(desk) is None
    assert len(form_records.list_forms(desk, child_id)) == 1


def test_a_reader_is_told_and_stays_in_the_record(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = replace(desk, actor=Actor(desk.actor.id, desk.actor.name, "reader"))
    shell = Shell(reader, InlineTasks(), Settings(theme="light"))
    register_pages(shell)
    qtbot.addWidget(shell, before_close_func=lambda window: window.leave_for_good())
    said: list[str] = []
    monkeypatch.setattr(Dialog, "ask", lambda dialog: said.append(dialog.windowTitle()))
    locked: list[str] = []
    shell.lock_asked.connect(locked.append)
    shell.go("child", child_id=child_id)
    assert shell.page.questionnaire.isHidden()
    assert shell.page.assessment.isHidden()
    shell.page.start_form(FORM, "questionnaire")
    qtbot.waitUntil(lambda: shell.page.name == "child")
    assert locked == []
    assert said == ["That did not work"]
