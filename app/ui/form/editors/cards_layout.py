"""Cards side by side, on a new line where the room ends, all of one line equally high."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QLayoutItem, QWidget

from app.ui.kit.flow import FlowLayout


class CardsLayout(FlowLayout):
    """Cards in reading order; each line of them is as high as its highest card."""

    def __init__(
        self, parent: QWidget | None = None, *, spacing: int = 8, centred: bool = False
    ) -> None:
        super().__init__(parent)
        self._centred = centred
        self.setSpacing(spacing)

    def sizeHint(self) -> QSize:
        """Override QLayout.sizeHint: everything on one line."""
        shown = [item.sizeHint() for item in self._alive() if not item.isEmpty()]
        gaps = self.spacing() * max(0, len(shown) - 1)
        return QSize(
            sum(size.width() for size in shown) + gaps,
            max((size.height() for size in shown), default=0),
        )

    def minimumSize(self) -> QSize:
        """Override QLayout.minimumSize: the widest widget alone on its line."""
        shown = [item.minimumSize() for item in self._alive() if not item.isEmpty()]
        return QSize(
            max((size.width() for size in shown), default=0),
            max((size.height() for size in shown), default=0),
        )

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Override FlowLayout._place: the cards of a line are equally high."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        used = 0
        for item in self._alive():
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(rect.width(), 1), 1 << 24))
            if lines[-1] and used + size.width() > rect.width():
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + self.spacing()
        top = rect.top()
        for line in lines:
            height = max((self._height(item, size) for item, size in line), default=0)
            width = sum(size.width() for _item, size in line) + self.spacing() * (len(line) - 1)
            left = rect.left() + (max(0, rect.width() - width) // 2 if self._centred else 0)
            for item, size in line:
                if move:
                    item.setGeometry(QRect(QPoint(left, top), QSize(size.width(), height)))
                left += size.width() + self.spacing()
            top += height + self.spacing()
        return max(0, top - rect.top() - self.spacing())

    def _height(self, item: QLayoutItem, size: QSize) -> int:
        return item.heightForWidth(size.width()) if item.hasHeightForWidth() else size.height()
