"""Custody mode in the window: the switch, the banner, and the statement for the gate."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QStandardPaths, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.core.i18n import _
from app.ui import theme
from app.ui.gate import words_of
from app.ui.kit.buttons import LinkButton, PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import Dialog, Message
from app.ui.kit.fields import ErrorSummary, FieldFrame, PathEdit
from app.ui.kit.flow import FlowLayout
from app.ui.kit.text import Body, Small, Strong
from app.ui.role_words import ROLE_WORDS

if TYPE_CHECKING:
    from app.ui.shell import Shell


class CustodySwitch(SecondaryButton):
    """On or off, in the top bar. Switching off is asked about: a network may be near."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(_("Custody mode"), self._asked)
        self._shell = shell
        self.setCheckable(True)

    def show_state(self, on: bool) -> None:
        """Say whether it is on."""
        with QSignalBlocker(self):
            self.setChecked(on)
        words = _("Custody mode is on") if on else _("Custody mode is off")
        self.setAccessibleDescription(words)
        self.setToolTip(words)

    def _asked(self) -> None:
        # Only what the casebook says counts; it is shown once it says so.
        on = self.isChecked()
        self.show_state(not on)
        self._shell.custody.ask(on)


class Custody:
    """Switches custody mode for one window."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    @property
    def on(self) -> bool:
        """Whether it is on."""
        status = self._shell.sync.status
        return status is not None and status.in_custody

    def toggle(self) -> None:
        """Switch it over."""
        self.ask(not self.on)

    def ask(self, on: bool) -> None:
        """Switch it; off only after a question."""
        if on:
            self._switch(True)
            return
        Message(
            _("Switch custody mode off?"),
            _("Waymark may use the network again from then on. Do this outside only."),
            self._shell,
            confirm=_("Switch it off"),
            on_confirm=partial(self._switch, False),
        ).ask()

    def _switch(self, on: bool) -> None:
        desk, shell = self._shell.desk, self._shell
        if on:
            shell.sync.cancel()

        def switch() -> None:
            from app.casework import custody

            custody.switch(desk, on)

        shell.tasks.run(switch, lambda _done: shell.sync.look(), owner=shell)

    def write_statement(self) -> None:
        """Ask where the statement for the gate goes."""
        StatementDialog(self._shell).ask()


class CustodyBanner(QFrame):
    """Says above every page that custody mode is on."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        look = theme.current()
        self.setObjectName("custodyBanner")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(16), look.px(6), look.px(16), look.px(6))
        row.setSpacing(look.px(16))
        words = QVBoxLayout()
        words.setSpacing(0)
        self.main = Strong()
        self.more = Small()
        words.addWidget(self.main)
        words.addWidget(self.more)
        row.addLayout(words, 1)
        links = FlowLayout(gap=12)
        for text, do in (
            (_("Statement for the gate"), shell.custody.write_statement),
            (_("Switch it off"), partial(shell.custody.ask, False)),
        ):
            links.addWidget(LinkButton(text, do))
        row.addLayout(links)

    def say(self, *, stopping: bool) -> None:
        """Show what holds; `stopping`: a request is still on its way out."""
        self.main.setText(
            _("No recording. The network is being stopped.")
            if stopping
            else _("No recording. No network.")
        )
        self.more.setText(_("Custody mode is on until you switch it off."))
        self.setAccessibleName(self.main.text())


class StatementDialog(Dialog):
    """Writes the statement for the gate to a file that can be printed."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(_("Statement for the gate"), shell, width=520)
        self._shell = shell
        self.column.addWidget(
            Body(
                _(
                    "One page that says what this laptop does and does not do in custody mode, for "
                    "staff at the gate and at reception. Save it, then print it. It says nothing "
                    "of any child."
                )
            )
        )
        self.summary = ErrorSummary()
        self.column.addWidget(self.summary)
        documents = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DocumentsLocation
        )
        self.file = PathEdit("save")
        day = shell.desk.clock.today()
        name = _("Laptop statement {day}").format(day=day.isoformat())
        self.file.setText(str(Path(documents) / f"{name}.pdf"))
        self.file_field = FieldFrame(_("Save as"), self.file)
        self.column.addWidget(self.file_field)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(_("Save"), self._go)
        self.add_button(self.go)
        self.go.setFocus()

    def _go(self) -> None:
        file, desk = self.file.text().strip(), self._shell.desk
        if not file:
            self._failed_with(_("Say where the file goes."))
            return
        role = _(ROLE_WORDS.get(desk.actor.role, desk.actor.role))
        holder = _("{name}, {role}").format(name=desk.actor.name, role=role)

        def save() -> None:
            from app.casework import custody

            custody.save_statement(desk, holder, Path(file))

        self.go.setEnabled(False)
        self._shell.tasks.run(save, self._done, self._failed, owner=self)

    def _done(self, _nothing: object) -> None:
        self.accept()
        name = Path(self.file.text()).name
        self._shell.notify(_("Saved as {file}.").format(file=name))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self._failed_with(words_of(error))

    def _failed_with(self, words: str) -> None:
        self.file_field.set_error(words)
        self.summary.show_errors([(words, self.file_field)])
