"""Where a window stands on the screen and how large it is, handed from one process to the next."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def window_words(window: QWidget) -> str:
    """Place and size of a window as words of the command line: `1366x768+10+20`, with `m`
    at the end where it fills the screen.
    """
    box = window.normalGeometry() if window.isMaximized() else window.geometry()
    words = f"{box.width()}x{box.height()}+{box.x()}+{box.y()}"
    return f"{words}m" if window.isMaximized() else words


def put_window(window: QWidget, words: str) -> None:
    """Give a window the place and size that `window_words` said, where there is a screen there."""
    found = re.fullmatch(r"(\d+)x(\d+)\+(-?\d+)\+(-?\d+)(m?)", words)
    if found is None:
        return
    width, height, x, y = (int(number) for number in found.groups()[:4])
    window.resize(width, height)
    if any(screen.geometry().contains(x, y) for screen in QGuiApplication.screens()):
        window.setGeometry(x, y, width, height)
    if found.group(5):
        window.setWindowState(Qt.WindowState.WindowMaximized)
