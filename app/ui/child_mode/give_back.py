"""Taking the laptop back: the worker's passphrase, and no other way."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.child_mode.screens import BigButton, BigWords, Centred
from app.ui.kit import FieldFrame, PassphraseEdit


class GiveBackScreen(Centred):
    """Asks the worker for the passphrase. The child can always go back to the questions.

    Args:
        back: What the way back is called, where it doesn't lead to questions.

    Signals:
        unlock: the worker has typed a passphrase; carries it.
        go_on: back to the questions.
    """

    unlock = Signal(str)
    go_on = Signal()

    def __init__(self, worker: str, back: str = "") -> None:
        super().__init__()
        look = theme.current()
        self._wait = 0
        self._said = ""
        self.heading = BigWords(
            _("Give the laptop to your worker"), size="child_question", weight=700
        )
        self.column.addWidget(self.heading)
        self.column.addWidget(BigWords(_("Everything you said is kept. Stopping is fine.")))
        self.line = PassphraseEdit()
        self.frame = FieldFrame(_("Passphrase of {worker}").format(worker=worker), self.line)
        self.frame.setMaximumWidth(look.text_px(420))
        self.column.addWidget(self.frame)
        self.go_on_button = BigButton(back or _("Back to the questions"))
        self.unlock_button = BigButton(_("Take the laptop back"), main=True)
        row = QHBoxLayout()
        row.setSpacing(look.px(20))
        row.addWidget(self.go_on_button)
        row.addWidget(self.unlock_button)
        row.addStretch(1)
        self.column.addLayout(row)
        self.finish()
        self.go_on_button.clicked.connect(self._go_on)
        self.unlock_button.clicked.connect(self._unlock)
        self.line.returnPressed.connect(self._unlock)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._second)

    def refuse(self, text: str, *, wait_seconds: int = 0) -> None:
        """Say that the passphrase was not right, and wait before it can be tried again."""
        self._said = text
        self._wait = wait_seconds
        self.line.clear()
        self._show_wait()
        if wait_seconds:
            self._timer.start()
        else:
            self.line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QWidget.keyPressEvent: Esc leads back to the questions, never out."""
        if event.key() == Qt.Key.Key_Escape:
            self.go_on.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _go_on(self) -> None:
        self.line.clear()
        self.go_on.emit()

    @Slot()
    def _unlock(self) -> None:
        if self._wait or not self.unlock_button.isEnabled():
            return
        if not self.line.text():
            self.frame.set_error(_("Type the passphrase."))
            return
        self.unlock_button.setEnabled(False)
        self.unlock.emit(self.line.text())

    @Slot()
    def _second(self) -> None:
        self._wait = max(0, self._wait - 1)
        if not self._wait:
            self._timer.stop()
        self._show_wait()

    def _show_wait(self) -> None:
        self.unlock_button.setEnabled(not self._wait)
        words = self._said
        if self._wait:
            again = ngettext(
                "You can try again in {count} second.",
                "You can try again in {count} seconds.",
                self._wait,
            ).format(count=self._wait)
            words = f"{words} {again}"
        self.frame.set_error(words)
