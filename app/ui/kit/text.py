"""Words on a page, by weight: title, heading, strong, body, muted, small, error.

All are labels that wrap and can't be mistaken for markup: what people typed is shown as typed.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def in_groups(digits: str) -> str:
    """Digits as people compare them: in groups that can break across lines."""
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


class Body(QLabel):
    """Plain words that wrap."""

    wraps = True

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(self.wraps)
        if self.wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)

    def one_line(self) -> Body:
        """Keep these words on one line (for short words in a row of others). Gives itself."""
        self.setWordWrap(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return self


class Title(Body):
    """The one title of a page."""


class Heading(Body):
    """The heading of a card or a part of a page."""


class Strong(Body):
    """Words that matter most in a row of others."""


class Muted(Body):
    """Secondary words: a hint, a place, a time."""


class Small(Body):
    """Small secondary words."""


class ErrorText(Body):
    """What is wrong with one field."""
