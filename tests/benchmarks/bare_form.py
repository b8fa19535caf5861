"""The widgets of a form and nothing else: labels, fields and buttons in a scrolling column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)


def shown(questions: Sequence[tuple[str, str, int]], options: Sequence[str]) -> QScrollArea:
    """A window with these questions (words, kind, lines), painted."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.resize(1366, 768)
    inside = QWidget()
    column = QVBoxLayout(inside)
    for words, kind, lines in questions:
        column.addWidget(_question(words, kind, lines, options))
    area.setWidget(inside)
    area.show()
    QApplication.processEvents()
    return area


def _question(words: str, kind: str, lines: int, options: Sequence[str]) -> QWidget:
    frame = QWidget()
    column = QVBoxLayout(frame)
    label = QLabel(words)
    label.setWordWrap(True)
    column.addWidget(label)
    if kind == "select_one":
        group = QButtonGroup(frame)
        for option in options:
            button = QRadioButton(option)
            group.addButton(button)
            column.addWidget(button)
        return frame
    field: QWidget = QPlainTextEdit() if lines > 1 else QLineEdit()
    field.setAccessibleName(words)
    column.addWidget(field)
    return frame


class Filled(NamedTuple):
    """A question with its answer as somebody sees it: options by name, and what is chosen."""

    words: str
    kind: str
    lines: int
    options: tuple[tuple[str, str], ...]
    value: tuple[str, ...]


def filled(questions: Sequence[Filled]) -> QScrollArea:
    """A window with these questions and their answers, painted."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.resize(1366, 768)
    inside = QWidget()
    column = QVBoxLayout(inside)
    for question in questions:
        column.addWidget(_answered(question))
    area.setWidget(inside)
    area.show()
    QApplication.processEvents()
    return area


def _answered(question: Filled) -> QWidget:
    frame = QWidget()
    column = QVBoxLayout(frame)
    label = QLabel(question.words)
    label.setWordWrap(True)
    column.addWidget(label)
    if question.options:
        group = QButtonGroup(frame)
        group.setExclusive(question.kind == "select_one")
        for name, words in question.options:
            button = QRadioButton(words) if question.kind == "select_one" else QCheckBox(words)
            button.setChecked(name in question.value)
            group.addButton(button)
            column.addWidget(button)
        return frame
    text = question.value[0] if question.value else ""
    field: QWidget = QPlainTextEdit(text) if question.lines > 1 else QLineEdit(text)
    field.setAccessibleName(question.words)
    column.addWidget(field)
    return frame
