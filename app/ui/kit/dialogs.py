"""Windows over a window. None runs a loop of its own, so none can keep the casebook open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.buttons import PrimaryButton, SecondaryButton
from app.ui.kit.focus import FocusRing
from app.ui.kit.text import Body, Muted, Title

HOLDS_WORDS: Final = "holdsWords"
"""The property of a dialog whose words the window holds, so that it can be closed unasked."""


class _Inside(QWidget):
    """What scrolls in a dialog: as high as its words need at the width they have."""

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint: its height would be that at the least width."""
        return QSize(super().minimumSizeHint().width(), 0)


class Dialog(QDialog):
    """A dialog with a title, a column (`.column`) and a row of buttons. Show it with `ask()`.

    The keyboard returns to where it was when the dialog closes.
    """

    def __init__(self, title: str, parent: QWidget, *, width: int = 480) -> None:
        super().__init__(parent.window())
        look = theme.current()
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(look.px(width))
        self._before: QWidget | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, look.px(20), 0, look.px(20))
        outer.setSpacing(look.px(12))
        side = look.px(24)
        # What doesn't fit the screen scrolls; the title and the buttons always stand there.
        head = QVBoxLayout()
        head.setContentsMargins(side, 0, side, 0)
        head.addWidget(Title(title))
        outer.addLayout(head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = _Inside()
        holder = QVBoxLayout(self._inside)
        holder.setContentsMargins(side, look.px(6), side, look.px(6))
        self.column = QVBoxLayout()
        self.column.setSpacing(look.px(12))
        holder.addLayout(self.column)
        holder.addStretch(1)
        self._area.setWidget(self._inside)
        self._inside.installEventFilter(self)
        self._area.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)
        outer.addWidget(self._area, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(side, 0, side, 0)
        self.buttons.setSpacing(look.px(12))
        self.buttons.addStretch(1)
        outer.addLayout(self.buttons)
        self.ring = FocusRing(self)

    def add_button(self, button: QWidget) -> None:
        """Put `button` at the right end of the row."""
        self.buttons.addWidget(button)

    def ask(self) -> None:
        """Show the dialog over its window. Returns at once."""
        self._before = self.parentWidget().focusWidget()
        self.fit()
        self.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Override QObject::eventFilter: grow where the words became more, as with an error."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            before = self.height()
            self.fit(least=before)
            if self.height() > before:
                self._stay_over_window()
        return super().eventFilter(watched, event)

    def _stay_over_window(self) -> None:
        """Move up where the foot of the dialog, its buttons, went below the window behind."""
        behind = self.parentWidget().window().frameGeometry()
        below = self.frameGeometry().bottom() - behind.bottom()
        if below > 0:
            self.move(self.x(), max(behind.top(), self.y() - below))

    def fit(self, *, least: int = 0) -> None:
        """Be as high as the words need or as `least`, and no higher than the window behind."""
        self.ensurePolished()
        behind = self.parentWidget().window().size()
        most = max(behind.width() - theme.current().px(32), self.minimumWidth())
        width = min(max(self.minimumWidth(), self._inside.minimumSizeHint().width()), most)
        layout = self._inside.layout()
        inside = layout.totalHeightForWidth(width)
        if inside < 0:
            inside = layout.sizeHint().height()
        # At this width: a long title may need two lines.
        whole = self.layout().totalHeightForWidth(width)
        if whole < 0:
            whole = self.layout().sizeHint().height()
        around = whole - self._area.sizeHint().height()
        most_high = behind.height() - theme.current().px(32)
        self.resize(width, max(least, min(inside + around, most_high)))

    def done(self, result: int) -> None:
        """Override QDialog::done: give the keyboard back."""
        super().done(result)
        # Not every window manager gives the keyboard back to the window behind by itself.
        self.parentWidget().activateWindow()
        before, self._before = self._before, None
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)


class Message(Dialog):
    """Says something, and asks for one decision where `confirm` is given.

    Args:
        confirm: The words on the button that goes ahead; without it there is only *Close*.
        on_confirm: Called when the person goes ahead.
    """

    def __init__(
        self,
        title: str,
        text: str,
        parent: QWidget,
        *,
        hint: str = "",
        confirm: str = "",
        on_confirm: Callable[[], object] | None = None,
        cancel: str = "",
    ) -> None:
        super().__init__(title, parent)
        self._on_confirm = on_confirm
        self.column.addWidget(Body(text))
        if hint:
            self.column.addWidget(Muted(hint))
        close = SecondaryButton(cancel or (_("Cancel") if confirm else _("Close")), self.reject)
        self.add_button(close)
        if confirm:
            go = PrimaryButton(confirm, self._go)
            self.add_button(go)
            go.setFocus()
        else:
            close.setFocus()

    def _go(self) -> None:
        self.accept()
        if self._on_confirm is not None:
            self._on_confirm()
