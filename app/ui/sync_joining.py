"""The fields for joining a service's server: its address and a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.core.i18n import _
from app.ui import theme
from app.ui.gate import words_of
from app.ui.kit.buttons import PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import Dialog
from app.ui.kit.fields import ErrorSummary, FieldFrame
from app.ui.kit.text import Body

if TYPE_CHECKING:
    from app.ui.shell import Shell


class CodeFields(QWidget):
    """Address and code, as the administrator gave them."""

    def __init__(self, address: str = "", code: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(16))
        self.address = QLineEdit(address)
        self.address_field = FieldFrame(
            _("Address of the server"), self.address, hint=_("It begins with https://")
        )
        self.code = QLineEdit(code)
        self.code_field = FieldFrame(
            _("Code"), self.code, hint=_("It counts for 15 minutes, and once.")
        )
        column.addWidget(self.address_field)
        column.addWidget(self.code_field)

    def checks(self) -> tuple[tuple[FieldFrame, bool, str], ...]:
        """What has to be there: field, whether it is, and what is said where it isn't."""
        return (
            (
                self.address_field,
                bool(self.address.text().strip()),
                _("Enter the address of the server."),
            ),
            (self.code_field, len(self.code.text().strip()) >= 8, _("Enter the whole code.")),
        )


class JoinDialog(Dialog):
    """Lets an existing casebook join its service's server."""

    def __init__(self, shell: Shell, address: str, joined: Callable[[str], object]) -> None:
        super().__init__(_("Join your service’s server"), shell, width=520)
        self._shell = shell
        self._joined = joined
        self.column.addWidget(
            Body(
                _(
                    "Your administrator gives you the address and a code for your name. Everything "
                    "in this casebook is then sent to the server, encrypted on the way."
                )
            )
        )
        self.summary = ErrorSummary()
        self.column.addWidget(self.summary)
        self.fields = CodeFields(address)
        self.column.addWidget(self.fields)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(_("Join"), self._go)
        self.add_button(self.go)
        for line in (self.fields.address, self.fields.code):
            line.returnPressed.connect(self.go.click)
        (self.fields.code if address else self.fields.address).setFocus()

    def _go(self) -> None:
        errors = []
        for field, good, words in self.fields.checks():
            field.set_error("" if good else words)
            if not good:
                errors.append((words, field))
        self.summary.show_errors(errors)
        if errors:
            return
        desk, lane = self._shell.desk, self._shell.sync
        address, code = self.fields.address.text(), self.fields.code.text()

        def join() -> str:
            from app.casework import sync_deeds

            return sync_deeds.join(desk, address, code)

        self.go.setEnabled(False)
        self.go.setText(_("Joining"))
        lane.tasks.run(join, self._done, self._failed, owner=self)

    def _done(self, service: str) -> None:
        self.accept()
        self._joined(service)

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.go.setText(_("Join"))
        self.fields.code_field.set_error(words_of(error))
        self.summary.show_errors([(words_of(error), self.fields.code_field)])
