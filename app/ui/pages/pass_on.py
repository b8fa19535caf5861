"""Passing pages on as a file: to whom, why and where it goes, for reports and forms alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit

from app.casework.disclosure import Exported, FileIsThere
from app.core.i18n import _
from app.ui.kit import Banner, Dialog, FieldFrame, Message, PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import HOLDS_WORDS

if TYPE_CHECKING:
    from app.ui.page import Page


class PassOnDialog(Dialog):
    """To whom, why, and where the file goes.

    What is typed is held by the window until `Shell.forget_words`, so that neither a lock nor a
    save that fails loses it.

    Args:
        subject: What the words are for.
        file_name: The name to offer.
        nobody: What is said where nobody is named who gets it.
        on_go: Called with the file, who gets it and why.
        not_to_share: What somebody said no to, to be seen before anything is passed on.
        own_copy: What ticking that it is the child's own copy is called; empty: not asked.
        copies: Which copies there are, by id, in words, the likeliest first; `copy_id` says which
            was chosen. None: there is only one.
    """

    def __init__(
        self,
        title: str,
        page: Page,
        *,
        subject: tuple[str | None, ...],
        file_name: str,
        nobody: str,
        on_go: Callable[[PassOnDialog, Path], object],
        not_to_share: Sequence[str] = (),
        own_copy: str = "",
        copies: Sequence[tuple[str | None, str]] = (),
    ) -> None:
        super().__init__(title, page, width=560)
        self._title, self._shell, self._subject = title, page.shell, subject
        self._nobody, self._on_go = nobody, on_go
        self.recipient = QLineEdit()
        self.recipient_field = FieldFrame(
            _("Who gets it"), self.recipient, hint=_("For example, the youth court.")
        )
        self.reason = QLineEdit()
        self.reason_field = FieldFrame(_("Why"), self.reason, optional=True)
        self.own_copy = QCheckBox(own_copy, self)
        self.own_copy.setHidden(not own_copy)
        self.which = QComboBox()
        for copy_id, words in copies:
            self.which.addItem(words, copy_id)
        self.file = QLineEdit(str(Path.home() / file_name))
        self.setProperty(HOLDS_WORDS, True)
        held = page.shell.kept_words(subject)
        self.recipient.setText(str(held.get("recipient", "")))
        self.reason.setText(str(held.get("reason", "")))
        self.own_copy.setChecked(bool(held.get("own_copy", False)))
        self.which.setCurrentIndex(max(0, self.which.findData(held.get("copy_id"))) if held else 0)
        for line in (self.recipient, self.reason):
            line.textChanged.connect(self._typed)
        self.which.currentIndexChanged.connect(self._typed)
        self.own_copy.toggled.connect(self._typed)
        self.file_field = FieldFrame(
            _("File"),
            self.file,
            hint=_("The file is not encrypted. Keep it only where it is safe."),
        )
        if not_to_share:
            self.column.addWidget(
                Banner("\n".join(not_to_share), "attention", heading=_("Not to be shared"))
            )
        if own_copy:
            self.column.addWidget(self.own_copy)
        if copies:
            self.column.addWidget(FieldFrame(_("Which copy"), self.which))
        else:
            self.which.setParent(self)
            self.which.hide()
        self.column.addWidget(self.recipient_field)
        self.column.addWidget(self.reason_field)
        self.column.addWidget(self.file_field)
        row = QHBoxLayout()
        row.addWidget(SecondaryButton(_("Choose a place"), self._choose))
        row.addStretch(1)
        self.column.addLayout(row)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.add_button(PrimaryButton(_("Export"), self._go))
        self.recipient.setFocus()

    @property
    def copy_id(self) -> str | None:
        """The id of the copy that is wanted."""
        return self.which.currentData()

    @Slot()
    def _typed(self) -> None:
        recipient, reason = self.recipient.text(), self.reason.text()
        if recipient.strip() or reason.strip():
            self._shell.keep_words(
                self._subject,
                recipient=recipient,
                reason=reason,
                own_copy=self.own_copy.isChecked(),
                copy_id=self.copy_id,
            )
        else:
            self._shell.forget_words(self._subject)

    def reject(self) -> None:
        """Override QDialog::reject: the words are not wanted."""
        self._shell.forget_words(self._subject)
        super().reject()

    def _choose(self) -> None:
        chooser = QFileDialog(self, self._title, self.file.text())
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("pdf")
        chooser.setNameFilter(_("PDF files (*.pdf)"))
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite, True)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self.file.setText)
        chooser.open()

    def _go(self) -> None:
        recipient, file = self.recipient.text().strip(), self.file.text().strip()
        self.recipient_field.set_error("" if recipient else self._nobody)
        self.file_field.set_error("" if file else _("Say where the file goes."))
        if not recipient:
            self.recipient.setFocus()
            return
        if not file:
            self.file.setFocus()
            return
        self.accept()
        self._on_go(self, Path(file))


def write_file(
    page: Page,
    export: Callable[[bool], Exported],
    done: Callable[[Exported], object],
    *,
    busy_text: str,
    overwrite: bool = False,
) -> None:
    """Have a file written, and ask where one is there already.

    Args:
        export: Writes it; whether a file that is there may be replaced.
    """

    def replaced() -> None:
        write_file(page, export, done, busy_text=busy_text, overwrite=True)

    def failed(error: Exception) -> None:
        if isinstance(error, FileIsThere):
            Message(
                _("Replace the file?"),
                error.user_text,
                page,
                confirm=_("Replace"),
                on_confirm=replaced,
            ).ask()
        else:
            page.shell.show_error(error)

    page.run(lambda: export(overwrite), done, failed, busy_text=busy_text)
