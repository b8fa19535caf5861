"""A button that shows the keys of its action."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel

from app.ui import theme
from app.ui.kit.buttons import Button


class KeyHint(QLabel):
    """The keys of an action, beside it."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def with_keys(button: Button, keys: str) -> Button:
    """Show the keys of an action at the right end of its button, and make room for them."""
    look = theme.current()
    hint = KeyHint(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
    row = QHBoxLayout(button)
    row.setContentsMargins(0, 0, look.px(10), 0)
    row.addStretch(1)
    row.addWidget(hint, 0, Qt.AlignmentFlag.AlignVCenter)
    hint.ensurePolished()
    room = hint.sizeHint().width() + look.px(20)
    button.setObjectName("keyed")
    button.setStyleSheet(f"#keyed {{ padding-right: {room}px; }}")
    return button
