"""What is typed on a page that edits a record is there until it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.casework import children, court, people, places
from app.casework.desk import Desk
from app.casework.people import CarerDetails
from app.casework.places import Place
from app.core.errors import KnownError
from app.core.settings import Settings
from app.ui import shell as shell_module
from app.ui.application import register_pages
from app.ui.kit import Dialog
from app.ui.pages import edit_page
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks


@pytest.fixture
def carer_id(desk: Desk, child_id: str) -> str:
    return people.add_carer(desk, child_id, CarerDetails(name="Rowan Fenwick")).id


@pytest.fixture
def locking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The casebook is being locked."""
    monkeypatch.setattr(shell_module.Shell, "ending", True)


def type_in(shell: Shell, field: str, value: Any) -> None:
    """Type `value` into a field of the page that is shown."""
    shell.page.editor.frames[field].editor.edited.emit(value)


def shown(shell: Shell, field: str) -> Any:
    return shell.page.editor._values[field]


def fresh_window(qtbot: QtBot, desk: Desk, place: Place | None) -> Shell:
    fresh = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(fresh)
    qtbot.addWidget(fresh, before_close_func=lambda window: window.leave_for_good())
    fresh.go_to_place(place)
    return fresh


def test_a_lock_keeps_a_new_record_that_was_being_typed(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, locking: None
) -> None:
    shell.go("edit_record", record_type="offence", child_id=child_id)
    type_in(shell, "description", "Took a bicycle")
    place = shell.leave_page()
    assert court.list_offences(desk, child_id) == ()
    places.keep_place(desk, place)
    fresh = fresh_window(qtbot, desk, places.last_place(desk))
    assert shown(fresh, "description") == "Took a bicycle"
    assert fresh.status_bar.saved_label.text() == "Not saved"
    fresh.page.save.click()
    assert [view.details.description for view in court.list_offences(desk, child_id)] == [
        "Took a bicycle"
    ]
    assert fresh.page.name == "child"
    assert places.last_place(desk) == Place("child", child_id=child_id, path="court")


def test_a_lock_keeps_what_can_not_be_read_yet(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, locking: None
) -> None:
    shell.go("change_child", child_id=child_id)
    type_in(shell, "date_of_birth", "31/31/2011")
    type_in(shell, "how_to_speak", "Short sentences")
    fresh = fresh_window(qtbot, desk, shell.leave_page())
    assert shown(fresh, "date_of_birth") == "31/31/2011"
    assert shown(fresh, "how_to_speak") == "Short sentences"
    assert children.open_child(desk, child_id).details.how_to_speak == ""


def test_a_child_that_is_being_added_survives_other_pages_and_another_look(
    shell: Shell, desk: Desk
) -> None:
    shell.go("add_child")
    type_in(shell, "given_name", "Wren")
    shell.go("help")
    shell.go("add_child")
    assert shown(shell, "given_name") == "Wren"
    shell.take_settings(Settings(theme="dark"))
    assert shown(shell, "given_name") == "Wren"
    shell.page.cancel.click()
    shell.go("add_child")
    assert shown(shell, "given_name") is None


def test_a_crash_leads_back_to_what_was_typed(
    qtbot: QtBot,
    shell: Shell,
    desk: Desk,
    child_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edit_page, "KEEP_AFTER_MS", 1)
    shell.go("edit_record", record_type="carer", child_id=child_id)
    type_in(shell, "name", "Rowan")
    qtbot.waitUntil(lambda: places.last_place(desk) is not None)
    fresh = fresh_window(qtbot, desk, places.last_place(desk))
    assert shown(fresh, "name") == "Rowan"


def test_a_save_on_leaving_that_is_refused_is_said_and_nothing_is_lost(
    shell: Shell, desk: Desk, child_id: str, carer_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise KnownError("The disk is full.", "Make room on it.")

    said: list[str] = []
    monkeypatch.setattr(Dialog, "ask", lambda dialog: said.append(dialog.windowTitle()))
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer_id)
    type_in(shell, "phone", "01632 960000")
    with monkeypatch.context() as broken:
        broken.setattr(people.keeping, "change", full)
        shell.go("caseload")
    assert said == ["That did not work"]
    assert shell.status_bar.saved_label.text() == "Not saved"
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer_id)
    assert shown(shell, "phone") == "01632 960000"
    shell.go("caseload")
    (carer,) = people.list_carers(desk, child_id)
    assert carer.details.phone == "01632 960000"
    shell.back()
    assert not shell.page.editor.touched


class LateTasks(InlineTasks):
    """Work that is done when `catch_up` is called, as on a slow disk."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[Any] = []
        self.waiting = False

    def _start(self, job: Any) -> None:
        if self.waiting:
            self.late.append(job)
        else:
            super()._start(job)

    def catch_up(self) -> None:
        self.waiting = False
        while self.late:
            super()._start(self.late.pop(0))


def test_saving_and_leaving_at_once_adds_one_record(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    tasks = shell.tasks = LateTasks()
    shell.go("edit_record", record_type="carer", child_id=child_id)
    type_in(shell, "name", "Rowan Fenwick")
    tasks.waiting = True
    shell.page.save.click()
    shell.go("help")
    tasks.catch_up()
    assert [carer.title for carer in people.list_carers(desk, child_id)] == ["Rowan Fenwick"]
    assert shell.page.name == "help"


def test_nothing_can_be_saved_until_the_record_is_read(
    shell: Shell, desk: Desk, child_id: str, carer_id: str
) -> None:
    other = people.add_carer(desk, child_id, CarerDetails(name="Robin Fenwick")).id
    tasks = shell.tasks = LateTasks()
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer_id)
    tasks.waiting = True
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=other)
    shell.page.save.click()
    tasks.catch_up()
    names = {carer.id: carer.title for carer in people.list_carers(desk, child_id)}
    assert names == {carer_id: "Rowan Fenwick", other: "Robin Fenwick"}
    assert shell.page.save.isEnabled()


def test_an_edit_is_called_unsaved_until_it_is_saved_or_given_up(
    shell: Shell, child_id: str, carer_id: str
) -> None:
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer_id)
    type_in(shell, "phone", "01632 960000")
    assert shell.status_bar.saved_label.text() == "Not saved"
    shell.page.cancel.click()
    assert shell.status_bar.saved_label.text() == ""


def test_save_first_shows_a_child_who_may_be_here_already(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    known = children.open_child(desk, child_id).details
    assert known.date_of_birth is not None
    shell.go("add_child")
    type_in(shell, "given_name", known.given_name)
    type_in(shell, "family_name", known.family_name)
    type_in(shell, "date_of_birth", known.date_of_birth.isoformat())
    page = shell.page
    qtbot.waitUntil(lambda: not page.alike.isHidden())
    page.save.click()
    assert shell.page is page
    page.save.click()
    assert shell.page.name == "child"
    assert shell.page.child_id != child_id


def test_the_keys_beside_an_action_in_the_palette_are_in_the_menu(shell: Shell) -> None:
    (action,) = [one for one in shell.actions() if one.shortcut().toString() == "Ctrl+N"]
    action.trigger()
    assert shell.page.name == "add_child"
