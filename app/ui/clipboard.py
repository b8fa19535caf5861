"""Secrets on the clipboard: marked as such, and taken off at the lock."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication


class Clipboard:
    """Knows what this program put on the clipboard."""

    def __init__(self) -> None:
        self._copied = ""

    def copy_secret(self, text: str) -> None:
        """Put a secret on the clipboard, marked as one."""
        self._copied = text
        data = QMimeData()
        data.setText(text)
        data.setData("x-kde-passwordManagerHint", b"secret")
        QGuiApplication.clipboard().setMimeData(data)

    def clear(self) -> None:
        """Take off what is ours: anything copied from this program may name a child."""
        clipboard = QGuiApplication.clipboard()
        # Some platforms don't say whose it is; a secret of ours is known by its words.
        ours = bool(self._copied) and clipboard.text() == self._copied
        if ours or clipboard.ownsClipboard():
            clipboard.clear()
        self._copied = ""
