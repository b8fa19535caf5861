"""Tab goes down a page in reading order, also to what came onto it later."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_stops(*widgets: QWidget) -> list[QWidget]:
    """What Tab leads to in each of `widgets`, in the order in which the parts were made."""
    stops = []
    for widget in widgets:
        stops += [
            part
            for part in (widget, *widget.findChildren(QWidget))
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus
            and part.focusProxy() is None
            # The list that drops down from a field is a window of its own.
            and part.window() is widget.window()
        ]
    return stops


def order_tabs(stops: Iterable[QWidget]) -> None:
    """Let Tab go through `stops` in this order."""
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)
