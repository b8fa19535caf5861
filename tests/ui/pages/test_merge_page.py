"""Joining two records by the keyboard, and leaving them apart."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from app.casework import caseload, children
from app.casework.caseload import CaseloadFilter
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, no_dialog, press, tab_to, write

WHY = "The same date of birth and the same Nan"


@pytest.fixture
def twice(desk: Desk, child_id: str) -> str:
    """A second record of Tal Fenwick, under a slip of the pen."""
    details = ChildDetails(given_name="Tal", family_name="Fenwik", date_of_birth=date(2011, 7, 3))
    return children.add_child(desk, details, reason="Not sure yet").id


@pytest.fixture
def another(desk: Desk, twice: str) -> str:
    """A child who is somebody else."""
    details = ChildDetails(
        given_name="Moth", family_name="Larkspur", date_of_birth=date(2009, 1, 9)
    )
    return children.add_child(desk, details).id


def names(desk: Desk) -> set[str]:
    return {row.name for row in caseload.rows(desk, CaseloadFilter(), limit=50).rows}


def said(shell: Shell) -> list[str]:
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


def test_the_likely_record_is_joined_by_the_keyboard(
    shell: Shell, desk: Desk, child_id: str, twice: str
) -> None:
    shell.go("merge", child_id=child_id)
    assert shell.focusWidget() is tab_to("Find the other record by name")
    press("Join with this record")
    press("Join the records")
    assert dialog().field.error.text() == "Say why, in a few words."
    assert names(desk) == {"Tal Fenwick", "Tal Fenwik"}
    write("How do you know that it is the same child?", WHY)
    press("Join the records")
    assert no_dialog()
    assert names(desk) == {"Tal Fenwick"}
    assert (shell.page.name, shell.page.child_id) == ("child", child_id)
    assert f"Reason: {WHY}" in said(shell)


def test_leaving_it_changes_nothing_and_the_keyboard_stays(
    shell: Shell, desk: Desk, child_id: str, twice: str
) -> None:
    shell.go("merge", child_id=child_id)
    press("Join with this record")
    write("How do you know that it is the same child?", WHY)
    press("Cancel")
    assert names(desk) == {"Tal Fenwick", "Tal Fenwik"}
    assert shell.focusWidget() is tab_to("Join with this record")


def test_another_record_is_found_by_name(
    shell: Shell, desk: Desk, child_id: str, another: str
) -> None:
    shell.go("merge", child_id=child_id)
    assert "Moth Larkspur" not in said(shell)
    write("Find the other record by name", "moth")
    press("Find")
    assert "Moth Larkspur" in said(shell)
    assert "Tal Fenwick" not in said(shell)[1:]
    field = tab_to("Find the other record by name", back=True)
    assert isinstance(field, QLineEdit)
    write("Find the other record by name", "nobody of that name")
    press("Find")
    assert "No other record looks like this child." in said(shell)


def test_a_record_that_somebody_joined_meanwhile_is_refused_in_words(
    shell: Shell, desk: Desk, child_id: str, twice: str, another: str
) -> None:
    shell.go("merge", child_id=child_id)
    press("Join with this record")
    write("How do you know that it is the same child?", WHY)
    children.merge(desk, another, twice, "By a colleague, meanwhile")
    press("Join the records")
    assert dialog().windowTitle() == "That did not work"
    press("Close")
    assert names(desk) == {"Tal Fenwick", "Moth Larkspur"}
    assert shell.page.name == "merge"
