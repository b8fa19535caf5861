"""Reads what a lost laptop sealed before its casebook went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.i18n import _
from app.ui.gate import words_of
from app.ui.kit.blocks import Card, KeyFacts
from app.ui.kit.buttons import PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import Dialog
from app.ui.kit.fields import ErrorSummary, FieldFrame, PassphraseEdit, PathEdit
from app.ui.kit.text import Body, Small, Strong

if TYPE_CHECKING:
    from app.casework.laptops import Laptop
    from app.casework.rescued import RescuedRow
    from app.ui.shell import Shell


class RescuedDialog(Dialog):
    """Asks for the file and the service's key, then tells what was written."""

    def __init__(self, shell: Shell, laptop: Laptop) -> None:
        super().__init__(_("Work that was rescued"), shell, width=560)
        self._shell, self._laptop = shell, laptop
        self.intro = Body(
            _(
                "What the laptop could not send lies sealed in the file rescue.sealed, where its "
                "casebook was. The key of your service opens it."
            )
        )
        self.summary = ErrorSummary()
        self.file, self.key = PathEdit("open"), PathEdit("open")
        self.secret = PassphraseEdit()
        self.file_field = FieldFrame(_("File of the laptop"), self.file)
        self.key_field = FieldFrame(_("Key file of the service"), self.key)
        self.secret_field = FieldFrame(_("Passphrase of the key file"), self.secret)
        self._asked = (
            self.intro, self.summary, self.file_field, self.key_field, self.secret_field,
        )  # fmt: skip
        for part in self._asked:
            self.column.addWidget(part)
        self.cancel = SecondaryButton(_("Cancel"), self.reject)
        self.add_button(self.cancel)
        self.go = PrimaryButton(_("Read it"), self._go)
        self.add_button(self.go)

    def _go(self) -> None:
        checks = (
            (self.file_field, self.file.text(), _("Choose the file that the laptop made.")),
            (self.key_field, self.key.text(), _("Choose the key file.")),
            (self.secret_field, self.secret.text(), _("Enter the passphrase of the key file.")),
        )
        for field, given, words in checks:
            field.set_error("" if given.strip() else words)
        missing = [(words, field) for field, given, words in checks if not given.strip()]
        self.summary.show_errors(missing)
        if missing:
            return
        desk, laptop_id, secret = self._shell.desk, self._laptop.id, self.secret.text()
        file, key = Path(self.file.text()), Path(self.key.text())

        def read() -> tuple[RescuedRow, ...]:
            from app.casework import rescued

            return rescued.read(desk, file, key, secret, laptop_id)

        self.go.setEnabled(False)
        self._shell.tasks.run(read, self._show, self._failed, owner=self)

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.summary.show_errors([(words_of(error), None)])
        self.fit()

    def _show(self, rows: tuple[RescuedRow, ...]) -> None:
        for part in (*self._asked, self.go):
            part.hide()
        self.column.addWidget(
            Body(
                _(
                    "Nothing of this is in the records yet. Give it to the person who works with "
                    "the child now, who writes what still holds."
                )
            )
        )
        for row in rows:
            card = Card()
            name = row.child_name
            card.add(
                Strong(_("{what}: {child}").format(what=row.what, child=name) if name else row.what)
            )
            card.add(Small(_("Changed {when}").format(when=row.changed)))
            card.add(KeyFacts(row.written))
            self.column.addWidget(card)
        if not rows:
            self.column.addWidget(Strong(_("Nothing was written that is not in the records.")))
        self.cancel.setText(_("Close"))
        self.cancel.setFocus()
        self.fit()
