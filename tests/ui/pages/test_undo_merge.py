"""A merge is undone from the history of the record that was kept."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QApplication, QPushButton

from app.casework import children, people, places
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.people import CarerDetails
from app.ui.pages.edit_record import ReasonDialog
from app.ui.shell import Shell


def undo_buttons(shell: Shell) -> list[QPushButton]:
    QApplication.processEvents()
    return [
        button
        for button in shell.page.findChildren(QPushButton)
        if button.text() == "Undo this merge" and button.isVisible()
    ]


def dialog() -> ReasonDialog:
    (found,) = [
        window
        for window in QApplication.topLevelWidgets()
        if isinstance(window, ReasonDialog) and window.isVisible()
    ]
    return found


def test_a_merge_is_undone_with_a_reason_and_everything_goes_back(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    other = children.add_child(
        desk,
        ChildDetails(given_name="Tal", family_name="Fenwyck", date_of_birth=date(2011, 7, 4)),
        reason="Not sure yet",
    )
    carer = people.add_carer(desk, other.id, CarerDetails(name="Rowan Fenwyck"))
    children.merge(desk, child_id, other.id, "The same address")
    shell.go("child", child_id=child_id, tab="history")
    (undo,) = undo_buttons(shell)
    undo.click()
    dialog().go.click()
    assert dialog().field.error.text() == "Say why, in a few words."
    dialog().text.setPlainText("They are cousins")
    # A lock before the reason is given: the page opens the dialog again.
    place = shell.leave_page()
    assert place is not None and place.words
    places.keep_place(desk, place)
    dialog().hide()
    shell.unsaved.clear()
    shell.go_to_place(places.last_place(desk))
    again = dialog()
    assert again.text.toPlainText() == "They are cousins"
    again.go.click()
    assert shell.page.name == "child"
    assert shell.page.child_id == other.id
    assert [one.id for one in people.list_carers(desk, other.id)] == [carer.id]
    assert people.list_carers(desk, child_id) == ()
    assert shell.unsaved == {}
    shell.go("child", child_id=child_id, tab="history")
    assert undo_buttons(shell) == []


def test_only_the_last_of_two_merges_of_one_record_can_be_undone(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    other = children.add_child(
        desk,
        ChildDetails(given_name="Tal", family_name="Fenwyck", date_of_birth=date(2011, 7, 4)),
        reason="Not sure yet",
    )
    children.merge(desk, child_id, other.id, "The same address")
    children.undo_merge(desk, other.id, "They are cousins")
    children.merge(desk, child_id, other.id, "Their parent said so")
    shell.go("child", child_id=child_id, tab="history")
    assert len(undo_buttons(shell)) == 1
