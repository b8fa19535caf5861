"""A PDF that somebody brings: whether it is one of ours, and who was given it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.casework.provenance import Provenance, provenance
from app.core.i18n import _
from app.ui.kit import Dialog, FieldFrame, Message, Muted, PrimaryButton, SecondaryButton
from app.ui.kit.fields import PathEdit

if TYPE_CHECKING:
    from app.ui.page import Page


class GivenPdfDialog(Dialog):
    """Asks for the file; what Waymark can tell of it comes in a message."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("Is this PDF one of ours?"), page, width=560)
        self._page = page
        self.file = PathEdit("open", _("PDF files (*.pdf)"))
        self.file_field = FieldFrame(_("File"), self.file)
        self.column.addWidget(
            Muted(_("Choose the file as it was given to you. It is read and not kept."))
        )
        self.column.addWidget(self.file_field)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.add_button(PrimaryButton(_("Check"), self._go))
        self.file.setFocus()

    def _go(self) -> None:
        file = self.file.text()
        self.file_field.set_error("" if file else _("Say which file."))
        if not file:
            self.file.setFocus()
            return
        self.accept()
        page, desk = self._page, self._page.desk
        page.run(
            lambda: provenance(desk, Path(file)),
            lambda found: _tell(page, found),
            busy_text=_("Checking the file"),
        )


def _tell(page: Page, found: Provenance) -> None:
    leads = found.report_id is not None
    Message(
        _("Is this PDF one of ours?"),
        found.words,
        page,
        hint="\n\n".join(line for line in (found.advice, *found.signatures, *found.copies) if line),
        confirm=_("Open the report") if leads else "",
        on_confirm=lambda: page.shell.go(
            "report", report_id=found.report_id, child_id=found.child_id
        ),
        cancel=_("Close"),
    ).ask()
