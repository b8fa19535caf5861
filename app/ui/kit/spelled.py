"""Which fields hold words whose spelling is checked while they are typed."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QPlainTextEdit

SPELLED_IN: Final = "spelledIn"
OF_THE_SCREEN: Final = ""


def check_spelling(field: QPlainTextEdit, language: str = OF_THE_SCREEN) -> None:
    """Let the spelling of what is typed here be checked, in `language` or that of the screen.

    Nothing is checked where a child answers, nor in a field that holds what somebody said.
    """
    field.setProperty(SPELLED_IN, language)


def spelled_in(field: QPlainTextEdit) -> str | None:
    """The language that is checked there; None: nothing is."""
    language = field.property(SPELLED_IN)
    return language if isinstance(language, str) else None
