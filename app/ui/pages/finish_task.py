"""Saying that a task is done, from wherever the task is shown."""

from __future__ import annotations

from collections.abc import Callable

from app.casework import tasks
from app.casework.tasks import TaskView
from app.core.i18n import _
from app.ui.page import Page
from app.ui.pages.edit_record import ask_and_do


def finish_task(page: Page, task: TaskView, after: Callable[[], object]) -> None:
    """Ask what was done and mark the task as done, then do `after`."""
    desk = page.desk
    ask_and_do(
        page,
        ("done", task.id),
        _("What was done?"),
        _("What you did"),
        _("Whoever asked for it reads this."),
        _("Save"),
        lambda words: tasks.finish(desk, task.id, words),
        after,
    )
