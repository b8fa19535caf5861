"""A lock leads back to the page that was left, whatever page it was."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.casework import people, places, reports
from app.casework.desk import Desk
from app.casework.people import CarerDetails
from app.casework.places import Place
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks


@pytest.fixture
def carer_id(desk: Desk, child_id: str) -> str:
    return people.add_carer(desk, child_id, CarerDetails(name="Rowan Fenwick")).id


def after_a_lock(qtbot: QtBot, shell: Shell, desk: Desk) -> Shell:
    """The window that a fresh process shows, over what the lock kept."""
    place = shell.leave_page()
    assert place is not None
    places.keep_place(desk, place)
    fresh = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(fresh)
    qtbot.addWidget(fresh, before_close_func=lambda window: window.leave_for_good())
    fresh.go_to_place(places.last_place(desk))
    return fresh


@pytest.mark.parametrize(
    ("page", "args"),
    [
        ("caseload", {}),
        ("due", {}),
        ("waiting", {}),
        ("child", {"tab": "court"}),
        ("add_child", {"child_id": None}),
        ("change_child", {}),
        ("edit_record", {"record_type": "offence"}),
        ("merge", {}),
        ("harm_prompts", {}),
        ("settings", {}),
        ("help", {}),
        ("problem_report", {}),
    ],
)
def test_every_page_is_come_back_to(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, page: str, args: dict[str, Any]
) -> None:
    shell.go(page, **{"child_id": child_id, **args})
    fresh = after_a_lock(qtbot, shell, desk)
    assert fresh.page is not None
    assert fresh.page.name == page
    assert fresh.page.child_id == shell.page.child_id
    assert fresh.windowTitle() == shell.windowTitle()


def test_the_tab_of_a_record_is_come_back_to(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("child", child_id=child_id, tab="people")
    fresh = after_a_lock(qtbot, shell, desk)
    assert fresh.page.bar.currentIndex() == shell.page.bar.currentIndex() != 0


def test_what_was_looked_for_to_join_two_records_is_come_back_to(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("merge", child_id=child_id)
    shell.page.search.setText("Fenwi")
    fresh = after_a_lock(qtbot, shell, desk)
    assert fresh.page.search.text() == "Fenwi"
    shell.go("merge", child_id=child_id)
    assert shell.page.search.text() == ""


def test_the_record_that_was_edited_is_come_back_to(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, carer_id: str
) -> None:
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer_id)
    fresh = after_a_lock(qtbot, shell, desk)
    assert fresh.page.subject == shell.page.subject
    assert fresh.page.editor.details()[0].name == "Rowan Fenwick"


def test_a_report_is_come_back_to(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, child_id: str
) -> None:
    asked: list[str] = []

    def looked_at(_desk: Desk, report_id: str) -> None:
        asked.append(report_id)
        raise reports.RecordGone

    monkeypatch.setattr(reports, "preview", looked_at)
    shell.go_to_place(Place("report", child_id=child_id, record_id="a report"))
    assert asked == ["a report"]
    assert shell.page.name == "report"


def test_a_place_that_no_page_understands_keeps_nobody_out(shell: Shell, child_id: str) -> None:
    shell.go_to_place(Place("edit_record", child_id=child_id, path="not what it was"))
    assert shell.page.name == "caseload"
    assert not shell.can_go_back
