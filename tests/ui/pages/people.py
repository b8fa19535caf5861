"""Whose desk a page of oversight is tried at: the author's and a manager's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pytestqt.qtbot import QtBot

from app.casework import assessments, casebook_users, demo, form_records
from app.casework.desk import Desk
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.pages.child import TABS
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.made_once import PASSPHRASE

MANAGER = "Rowan Okell"


def submit_assessment(desk: Desk, child_id: str) -> str:
    """Fill in an assessment as in the demonstration and submit it; gives its id."""
    record = form_records.start(desk, child_id, "assessment")
    answers = demo.answers_of({"like": "assessment"})
    demo.fill_in(desk, record.record_id, answers, by=desk.actor.id)
    return assessments.submit(desk, record.record_id).record_id


@contextmanager
def manager_at(desk: Desk) -> Iterator[Desk]:
    """A manager at the same casebook; afterwards the author is back."""
    author = desk.casebook.actor_id
    rowan = casebook_users.admit(desk, MANAGER, "manager", PASSPHRASE)
    desk.casebook.actor_id = rowan.id
    yield replace(desk, actor=replace(desk.actor, id=rowan.id, name=rowan.name, role="manager"))
    desk.casebook.actor_id = author


def window_on(qtbot: QtBot, desk: Desk) -> Shell:
    """The window with every page of the program, at this desk."""
    made = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(made)
    made.resize(1366, 768)
    qtbot.addWidget(made, before_close_func=lambda window: window.leave_for_good())
    with qtbot.waitActive(made):
        made.show()
    return made


def tab_of(shell: Shell, name: str) -> Any:
    """The tab of that name on the child's record that is open."""
    names = [each for each, _label, _factory in TABS]
    return shell.page.tabs[names.index(name)]
