"""Several languages on one line, each its own."""

from __future__ import annotations

from app.casework import children
from app.casework.desk import Desk
from app.ui.shell import Shell
from tests.ui.pages.keyboard import press, tab_to, write

LABEL = "Other languages"


def test_each_language_is_kept_by_itself_and_shown_again(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("change_child", child_id=child_id)
    field = tab_to(f"{LABEL} (optional)")
    assert field.text() == ""
    write(f"{LABEL} (optional)", "Polish, Made-up speech")
    press("Save")
    kept = children.open_child(desk, child_id).details.languages
    assert len(kept) == 2
    assert kept[1] == "Made-up speech"
    shell.go("change_child", child_id=child_id)
    assert tab_to(f"{LABEL} (optional)").text() == "Polish, Made-up speech"
