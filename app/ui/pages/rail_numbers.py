"""The numbers on the rail: counted anew whenever something was done that changes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.casework import caseload

if TYPE_CHECKING:
    from app.casework.caseload import Counts
    from app.ui.page import Page
    from app.ui.shell import Shell


def show_numbers(shell: Shell, counts: Counts) -> None:
    """Show these numbers beside the places that they belong to."""
    shell.set_number("caseload", counts.children)
    shell.set_number("due", counts.due_this_week, urgent=bool(counts.due_this_week))
    shell.set_number("waiting", counts.waiting_for_me or None)


def count_again(page: Page) -> None:
    """Count anew, after something was done on `page`."""
    desk = page.desk
    page.run(lambda: caseload.counts(desk), partial(show_numbers, page.shell))
