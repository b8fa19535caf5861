"""A child's name stands where it is needed: in no title of a window, in no find of another's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.casework import children, court, form_records, people
from app.casework.children import ChildDetails
from app.casework.court import OffenceDetails
from app.casework.desk import Desk
from app.casework.people import CarerDetails
from app.ui.palette import Palette
from app.ui.shell import Shell


@pytest.mark.parametrize(
    ("page", "args", "title"),
    [
        ("child", {"tab": "court"}, "Court and orders - Waymark"),
        ("change_child", {}, "Change details - Waymark"),
        ("edit_record", {"record_type": "offence"}, "Add an offence - Waymark"),
        ("merge", {}, "Same child recorded twice? - Waymark"),
    ],
)
def test_no_title_of_the_window_names_a_child(
    shell: Shell, child_id: str, page: str, args: dict[str, Any], title: str
) -> None:
    shell.go(page, child_id=child_id, **args)
    assert shell.windowTitle() == title


def test_the_title_of_a_form_names_the_form_and_its_errors(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    record_id = form_records.start(desk, child_id, "assessment").record_id
    shell.go("form", record_id=record_id, child_id=child_id)
    assert shell.windowTitle() == "Assessment - Waymark"
    shell.page.check_button.click()
    assert shell.windowTitle() == "Error: Assessment - Waymark"


def test_nothing_of_another_child_is_told_by_what_was_found(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    other = children.add_child(
        desk,
        ChildDetails(given_name="Wren", family_name="Hollis", date_of_birth=date(2010, 3, 4)),
    ).id
    court.add_offence(desk, other, OffenceDetails(description="Took a lantern"))
    people.add_carer(desk, other, CarerDetails(name="Lantern Hollis"))
    shell.go("child", child_id=child_id)
    palette = Palette(shell, "lantern")
    qtbot.addWidget(palette)
    palette._ask()
    said = [
        palette.model.data(palette.model.index(row, 0), Qt.ItemDataRole.DisplayRole)
        for row in range(palette.model.rowCount())
    ]
    assert sorted(said) == [
        "W. H., The record of another child is open, Offence",
        "W. H., The record of another child is open, Person",
    ]
    shell.go("child", child_id=other)
    palette._ask()
    assert "Wren Hollis" in palette.model.finds[0].title
