"""The window with its real pages, over a real encrypted casebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.casework.desk import Desk
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.ui.window import cheap_keys, child_id, desk, dressed

__all__ = ["cheap_keys", "child_id", "desk", "dressed"]


@pytest.fixture
def shell(qtbot: QtBot, desk: Desk, dressed: None) -> Iterator[Shell]:
    """The window, with every page of the program in it."""
    made = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(made)
    made.resize(1366, 768)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    yield made
    made.leave_for_good()
    made.close()
