"""Submitting the form that is open, and what is shown afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.casework import assessments, form_records
from app.casework.assessments import SubmitRefused, Submitted
from app.casework.form_records import OpenForm
from app.core.errors import KnownError
from app.core.i18n import _
from app.ui.pages.rail_numbers import count_again

if TYPE_CHECKING:
    from app.ui.form.form_page import FormPage


class Submitting:
    """Submits the form of a page once, however often it is asked to."""

    def __init__(self, page: FormPage) -> None:
        self._page = page
        self._under_way = False

    def form_opened(self) -> None:
        """Another form is open, or the same one anew."""
        self._under_way = False

    def submit(self) -> None:
        """Save what is typed, then submit; what stands in the way is shown on the page."""
        if self._under_way:
            return
        self._under_way = True
        self._page.continue_button.setEnabled(False)
        self._page.controller.flush(leaving=True)
        desk, record_id = self._page.desk, self._page.opened.record_id
        self._page.run(
            lambda: assessments.submit(desk, record_id),
            self._submitted,
            self._not_submitted,
            busy_text=_("Submitting"),
        )

    def _submitted(self, submitted: Submitted) -> None:
        self._page.shell.saved(submitted.at)
        self._page.shell.notify(_("Submitted and locked."))
        self._page.args = {**self._page.args, "path": ""}
        desk, record_id = self._page.desk, submitted.record_id
        self._page.run(lambda: form_records.open_form(desk, record_id), self._locked)
        count_again(self._page)

    def _locked(self, opened: OpenForm) -> None:
        self._page.show_opened(opened)
        if self._page.next_steps:
            self._page.next_steps[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_submitted(self, error: Exception) -> None:
        self._under_way = False
        self._page.continue_button.setEnabled(True)
        if isinstance(error, SubmitRefused):
            self._page.show_problems(error.problems)
        elif isinstance(error, KnownError):
            lines = [(error.user_text, None)] + ([(error.hint, None)] if error.hint else [])
            self._page.summary.show_errors(lines)
        else:
            self._page.shell.show_error(error)
