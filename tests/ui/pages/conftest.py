"""The window with its real pages, over a real encrypted casebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.casework import assessments, court, demo, form_records, reports
from app.casework.desk import Desk
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from tests.casework.sync_desks import caseload_only, central, new_desk
from tests.ui.window import cheap_keys, child_id, desk, dressed

__all__ = ["caseload_only", "central", "cheap_keys", "child_id", "desk", "dressed", "new_desk"]


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


@pytest.fixture
def report_id(desk: Desk, child_id: str) -> str:
    """A draft on Tal, whose assessment is locked and who agreed to be quoted."""
    record = form_records.start(desk, child_id, "assessment")
    answers = {**demo.answers_of({"like": "assessment"}), "quote_agreed": "yes"}
    demo.fill_in(desk, record.record_id, answers, by=desk.actor.id)
    assessments.submit(desk, record.record_id)
    hearing = court.add_hearing(
        desk, child_id, court.HearingDetails(hearing_date=desk.clock.today())
    )
    return reports.create_psr(desk, child_id, record.record_id, hearing.id).id
