"""Signing in to the service in the browser: what is said meanwhile, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.core.errors import KnownError
from app.core.i18n import _
from app.ui import theme
from app.ui.gate import words_of
from app.ui.kit.blocks import Banner
from app.ui.kit.buttons import PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import Dialog
from app.ui.kit.fields import FieldFrame
from app.ui.kit.text import Body
from app.ui.tasks import Job, Tasks, Watch

if TYPE_CHECKING:
    from app.ui.shell import Shell

SignIn = Callable[[Callable[[str], object], Callable[[], bool], bool], Any]
"""Signs in: given what shows an address, what asks whether to stop, and whether the person is to
choose an account."""


class SignInPanel(QWidget):
    """One sign-in, tried as often as it takes.

    Args:
        tasks: The thread beside which it runs on one of its own: nothing else may wait for it.
        sign_in: Does it.

    Signals:
        signed_in: It worked: what `sign_in` gave.
        changed: It began, or came to nothing: `running` and `failed` say what holds now.
    """

    signed_in = Signal(object)
    changed = Signal()
    _address_known = Signal(str)

    def __init__(self, tasks: Tasks, sign_in: SignIn) -> None:
        super().__init__()
        self._tasks = tasks
        self._sign_in = sign_in
        self._job: Job | None = None
        self.running = False
        self.failed: Exception | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(12))
        self.words = Body()
        self.fault = Banner(tone="attention")
        self.fault.hide()
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.copy = SecondaryButton(_("Copy the address"), self._copy)
        self.address_field = FieldFrame(
            _("Address of the sign-in"),
            self.address,
            hint=_("If no browser opens, copy this address into a browser on this laptop."),
        )
        self.address_field.hide()
        self.copy.hide()
        for part in (self.words, self.fault, self.address_field):
            column.addWidget(part)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        self._address_known.connect(self._open)
        self._say()

    def begin(self) -> None:
        """Try, or try again; after somebody else signed in, with a choice of accounts."""
        from app.casework.signing_in import WrongPerson

        if self.running:
            return
        anew, show = isinstance(self.failed, WrongPerson), self._address_known.emit
        self.running, self.failed = True, None

        def sign_in(watch: Watch) -> Any:
            return self._sign_in(show, watch.cancelled, anew)

        self._say()
        self.changed.emit()
        lane = self._tasks.beside(self, "sign-in")
        job = lane.run_watched(sign_in, self._done, self._came_to_nothing, owner=self)
        # One question, then the thread ends; where the panel goes first, nobody is waited for.
        lane.close(0)
        self.destroyed.connect(job.cancel)
        # It may be over at once.
        self._job = job if self.running else None

    def stop(self) -> None:
        """Wait for nobody any more."""
        if self._job is not None:
            self._job.cancel()

    @Slot(str)
    def _open(self, address: str) -> None:
        self.address.setText(address)
        self.address.setCursorPosition(0)
        self.address_field.show()
        self.copy.show()
        opened = QDesktopServices.openUrl(QUrl.fromEncoded(address.encode("ascii")))
        self.words.setText(
            _("Sign in in the browser that opens, then come back here. Waymark waits five minutes.")
            if opened
            else _("Waymark waits five minutes for you to sign in.")
        )
        self.fault.setVisible(not opened)
        self.address_field.hint.setVisible(opened)
        if not opened:
            self.fault.set_words(_("The browser did not open. Copy the address below into one."))
            self.copy.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.address.text())
        self.copy.setText(_("Copied"))

    def _say(self) -> None:
        self.words.setText(
            _("Asking your service’s sign-in")
            if self.running
            else _("Your service asks who is at this laptop. You sign in in your browser.")
        )
        self.address_field.hide()
        self.copy.setText(_("Copy the address"))
        self.copy.hide()
        self.fault.setVisible(self.failed is not None)
        if self.failed is not None:
            self.fault.set_words(words_of(self.failed))

    def _done(self, result: Any) -> None:
        self.running, self._job = False, None
        self.signed_in.emit(result)

    def _came_to_nothing(self, error: Exception) -> None:
        self.running, self._job, self.failed = False, None, error
        self._say()
        self.changed.emit()
        if not isinstance(error, KnownError):
            raise error


class SignInDialog(Dialog):
    """Signs the person of the open casebook in, and says who that was."""

    def __init__(self, shell: Shell, done: Callable[[str], object]) -> None:
        super().__init__(_("Sign in to your service"), shell, width=520)
        desk = shell.desk
        self._done = done

        def sign_in(
            show: Callable[[str], object], cancelled: Callable[[], bool], anew: bool
        ) -> str:
            from app.casework import signing_in

            return signing_in.sign_in_here(desk, show, cancelled, anew=anew)

        self.panel = SignInPanel(shell.tasks, sign_in)
        self.panel.signed_in.connect(self._signed_in)
        self.panel.changed.connect(self._changed)
        self.column.addWidget(self.panel)
        self.cancel = SecondaryButton(_("Cancel"), self.reject)
        self.add_button(self.cancel)
        self.go = PrimaryButton(_("Try again"), self.panel.begin)
        self.add_button(self.go)
        self._changed()

    def ask(self) -> None:
        """Override Dialog.ask: the browser opens at once."""
        super().ask()
        self.panel.begin()

    @Slot()
    def _changed(self) -> None:
        self.go.setVisible(not self.panel.running)
        (self.cancel if self.panel.running else self.go).setFocus()

    @Slot(object)
    def _signed_in(self, name: str) -> None:
        self.accept()
        self._done(name)

    def done(self, result: int) -> None:
        """Override QDialog::done: nobody is waited for any more."""
        self.panel.stop()
        super().done(result)
