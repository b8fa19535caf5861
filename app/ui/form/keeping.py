"""Answers on their way from a form on the screen to the casebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QObject

from app.casework import form_records
from app.casework.form_records import AnswerChange, Saved
from app.ui.form.controller import Keep
from app.ui.page import Page


def keeper(page: Page, record_id: str, controller: Callable[[], QObject | None]) -> Keep:
    """What keeps the answers of one form record that `page` shows.

    Args:
        controller: Gives the form's controller, which hears how it went as long as it lives.
    """

    def keep(
        changes: Sequence[AnswerChange],
        *,
        leaving: bool,
        done: Callable[[datetime], None],
        failed: Callable[[Exception], None],
    ) -> None:
        desk = page.desk

        def kept(saved: Saved) -> None:
            done(saved.at)

        page.tasks.run(
            lambda: form_records.save_answers(desk, record_id, changes, leaving=leaving),
            kept,
            failed,
            owner=controller(),
        )

    return keep
