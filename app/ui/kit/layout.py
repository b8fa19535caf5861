"""How a page is laid out: a scrolling column with a header, and the quiet panel on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme
from app.ui.kit.flow import FlowLayout
from app.ui.kit.text import Muted, Small, Title


def space(steps: int) -> int:
    """`steps` of 4 px at 100 %, at the present text size."""
    return theme.current().px(4 * steps)


def clear(layout: QLayout) -> None:
    """Take everything out of `layout` and delete it."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            break
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        inner = item.layout()
        if inner is not None:
            clear(inner)


def beside(main: QWidget | QLayout, panel: QWidget, *, width: int) -> QBoxLayout:
    """`main` with a panel of `width` (pixels at 100 %) at its right; at large text below it."""
    look = theme.current()
    body = QBoxLayout(
        QBoxLayout.Direction.TopToBottom if look.large else QBoxLayout.Direction.LeftToRight
    )
    body.setSpacing(look.px(16))
    if isinstance(main, QWidget):
        body.addWidget(main, 1)
    else:
        body.addLayout(main, 1)
    if not look.large:
        panel.setFixedWidth(look.px(width))
    body.addWidget(panel, 0, Qt.AlignmentFlag.AlignTop)
    return body


class PageHeader(QWidget):
    """The top of a page: where one is (`above`), the title, a line below, and the actions: at the
    right, or at large text on lines of their own.
    """

    def __init__(
        self,
        title: str,
        subtitle: str = "",
        *,
        above: str = "",
        actions: tuple[QWidget, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = Title(title)
        self.subtitle = Muted(subtitle)
        if not subtitle:
            self.subtitle.hide()
        self.above = Small(above)
        if not above:
            self.above.hide()
        words = QVBoxLayout(self)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(theme.current().px(2))
        words.addWidget(self.above)
        row = QHBoxLayout()
        row.setSpacing(space(4))
        row.addWidget(self.title, 1)
        words.addLayout(row)
        words.addWidget(self.subtitle)
        self.actions = QWidget()
        self._action_row: QLayout
        if theme.current().large:
            self._action_row = FlowLayout(self.actions, gap=12)
            words.addSpacing(space(2))
            words.addWidget(self.actions)
        else:
            self._action_row = QHBoxLayout(self.actions)
            self._action_row.setContentsMargins(0, 0, 0, 0)
            self._action_row.setSpacing(space(4))
            row.addWidget(self.actions, 0, Qt.AlignmentFlag.AlignTop)
        for action in actions:
            self.add_action(action)
        self.actions.setVisible(bool(actions))

    def add_action(self, button: QWidget) -> None:
        """Put one more button beside the others."""
        self._action_row.addWidget(button)
        self.actions.setVisible(True)

    def set_words(self, title: str, subtitle: str | None = None, above: str | None = None) -> None:
        """Show other words; those not given stay."""
        self.title.setText(title)
        if subtitle is not None:
            self.subtitle.setText(subtitle)
            self.subtitle.setVisible(bool(subtitle))
        if above is not None:
            self.above.setText(above)
            self.above.setVisible(bool(above))


class ScrollPage(QScrollArea):
    """A page's column: scrolls down, never sideways, and holds what is put into `.column`."""

    def __init__(
        self, parent: QWidget | None = None, *, width: int | None = None, margin: int = 24
    ) -> None:
        super().__init__(parent)
        look = theme.current()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = QWidget()
        self.content.setObjectName("pageContent")
        outer = QHBoxLayout(self.content)
        outer.setContentsMargins(look.px(margin), look.px(20), look.px(margin), look.px(margin))
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(look.px(16))
        if width is not None:
            inside.setMaximumWidth(look.text_px(width))
            inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            outer.addWidget(inside, 100)
            outer.addStretch(1)
        else:
            outer.addWidget(inside)
        self.setWidget(self.content)
        self.viewport().setAutoFillBackground(False)
        self.content.setAutoFillBackground(False)

    def add(self, thing: QWidget | QLayout, stretch: int = 0) -> None:
        """Put `thing` at the end of the column."""
        if isinstance(thing, QWidget):
            self.column.addWidget(thing, stretch)
        else:
            self.column.addLayout(thing, stretch)

    def end(self) -> None:
        """Push everything up: nothing comes after."""
        self.column.addStretch(1)


class ScrollColumn(QScrollArea):
    """A column that scrolls where it is given less room than it needs. Tab passes the area by.

    Attributes:
        column: What it shows, one below the other.
    """

    def __init__(self, *, margins: tuple[int, int, int, int], spacing: int) -> None:
        super().__init__()
        look = theme.current()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(*map(look.px, margins))
        self.column.setSpacing(look.px(spacing))
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)


class SidePanel(QFrame):
    """The quiet panel on the right: sources, history, guidance. What is put into `.column`."""

    def __init__(self, name: str, parent: QWidget | None = None, *, width: int = 260) -> None:
        super().__init__(parent)
        look = theme.current()
        self.setObjectName("sidePanel")
        self.setAccessibleName(name)
        self.setFixedWidth(look.px(width))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = ScrollColumn(margins=(16, 16, 16, 16), spacing=8)
        self.column = area.column
        outer.addWidget(area)
