"""A lock in the middle of a form leads back to the question and the cursor in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.casework import form_records
from app.casework.desk import Desk
from tests.made_once import PASSPHRASE
from tests.ui.program.conftest import Seat, sit

__all__ = ["sit"]


def unlocked(seat: Seat) -> Seat:
    seat.type("Passphrase", PASSPHRASE)
    seat.press("Unlock")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    return seat


@pytest.mark.parametrize("by", ["idle", "the button"])
def test_a_lock_leads_back_to_the_question_and_the_cursor(
    desk: Desk, child_id: str, sit: Callable[..., Seat], tmp_path: Path, by: str
) -> None:
    desk.close()
    folder = tmp_path / "casebook"
    seat = unlocked(sit(folder))
    shell = seat.program.shell
    record_id = form_records.start(seat.program.desk, child_id, "assessment").record_id
    shell.go("form", record_id=record_id, child_id=child_id, path="home_good")
    seat.settle()
    page = shell.page
    # The first questions are chosen, not written.
    path = "home_good"
    field = page.view.fields[path]
    page.view.focus_question(path)
    QTest.keyClicks(shell.focusWidget(), "Two words")
    field.editor.place_cursor(3)
    if by == "idle":
        seat.program.lock("idle")
    else:
        # A mouse takes the keyboard along to the button.
        shell.top_bar.lock_button.setFocus(Qt.FocusReason.MouseFocusReason)
        shell.top_bar.lock_button.click()
    assert seat.ended == [True]

    again = unlocked(sit(folder)).program.shell.page
    assert again.name == "form"
    assert (again.args["path"], again.args["cursor"]) == (path, 3)
    assert again.view.fields[path].editor.cursor() == 3
