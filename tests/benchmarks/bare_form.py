"""The widgets of a form and nothing else: labels, fields and buttons in a scrolling column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
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
