"""Ctrl+K: finds children, forms, places, actions and settings by a few letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit.focus import FocusRing
from app.ui.kit.text import Muted

if TYPE_CHECKING:
    from app.casework.search import Hit
    from app.ui.shell import Shell

Index = QModelIndex | QPersistentModelIndex
WAIT_MS = 120
MOST = 20


@dataclass(frozen=True)
class Find:
    """One line of the palette: what it is, its name, something to tell it apart, what it does."""

    kind: str
    title: str
    detail: str
    do: Callable[[], object]


def kind_words(kind: str) -> str:
    """What a kind of find is called."""
    return {
        "child": _("Child"),
        "form": _("Form"),
        "hearing": _("Hearing"),
        "offence": _("Offence"),
        "report": _("Report"),
        "person": _("Person"),
        "due": _("Due"),
        "place": _("Place"),
        "action": _("Action"),
    }[kind]


def matches(text: str, words: str) -> bool:
    """Whether every word of `text` begins a word of `words`."""
    starts = words.casefold().split()
    return all(any(start.startswith(part) for start in starts) for part in text.casefold().split())


def day_meant(text: str, today: date) -> date | None:
    """The day that somebody looks for; without a year, the nearest one of that name."""
    from app.ui.form.typed import read_date

    whole = read_date(text, today)
    if whole is not None:
        return whole
    years = (today.year - 1, today.year, today.year + 1)
    days = [day for year in years if (day := read_date(f"{text} {year}", today)) is not None]
    return min(days, key=lambda day: abs(day - today), default=None)


class _Finds(QAbstractListModel):
    """The lines under the search."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.finds: list[Find] = []

    def show(self, finds: list[Find]) -> None:
        self.beginResetModel()
        self.finds = finds
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Override QAbstractListModel::rowCount."""
        return 0 if parent.isValid() else len(self.finds)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Override QAbstractListModel::data."""
        if not 0 <= index.row() < len(self.finds):
            return None
        find = self.finds[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            parts = (find.title, find.detail, kind_words(find.kind))
            return ", ".join(part for part in parts if part)
        return None


class _FindDelegate(QStyledItemDelegate):
    """Title and detail at the left, what it is at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Override QStyledItemDelegate::paint."""
        model = index.model()
        if not isinstance(model, _Finds):
            return
        find = model.finds[index.row()]
        look = theme.current()
        view = self.parent()
        area = QRectF(option.rect)
        if isinstance(view, QListView) and view.currentIndex().row() == index.row():
            painter.fillRect(area, look.color("accent_soft"))
        inside = area.adjusted(look.px(16), 0, -look.px(16), 0)
        small, strong = look.font("small"), look.font("body", 600)
        kind = kind_words(find.kind)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(small)
        painter.setPen(look.color("muted"))
        painter.drawText(inside, middle | int(Qt.AlignmentFlag.AlignRight), kind)
        inside.setRight(inside.right() - QFontMetricsF(small).horizontalAdvance(kind) - look.px(16))
        metrics = QFontMetricsF(strong)
        painter.setFont(strong)
        painter.setPen(look.color("ink"))
        title = metrics.elidedText(find.title, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, middle, title)
        inside.setLeft(inside.left() + metrics.horizontalAdvance(title) + look.px(10))
        painter.setFont(small)
        painter.setPen(look.color("muted"))
        detail = QFontMetricsF(small).elidedText(
            find.detail, Qt.TextElideMode.ElideRight, inside.width()
        )
        painter.drawText(inside, middle, detail)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Override QStyledItemDelegate::sizeHint."""
        look = theme.current()
        return QSize(100, int(QFontMetricsF(look.font()).height() + look.px(16)))


class Palette(QDialog):
    """The search and what it finds. Arrow keys choose, Return opens, Escape closes."""

    def __init__(self, shell: Shell, text: str = "") -> None:
        super().__init__(shell)
        look = theme.current()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Find anything"))
        self.setAccessibleName(_("Find anything"))
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.shell = shell
        self._asked = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(12), look.px(12), look.px(12), look.px(12))
        column.setSpacing(look.px(8))
        self.line = QLineEdit(text)
        self.line.setAccessibleName(_("Find a child, form, date or action"))
        self.line.setPlaceholderText(_("Find a child, form, date or action"))
        self.line.installEventFilter(self)
        self.model = _Finds(self)
        self.list = QListView()
        self.list.setAccessibleName(_("What was found"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_FindDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setTabKeyNavigation(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.activated.connect(self._open)
        self.list.clicked.connect(self._open)
        self.said = Muted()
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.said)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._ask)
        self.line.textChanged.connect(self._typed)
        self.ring = FocusRing(self)
        self._show(self._own(text))
        self._typed(text)

    def ask(self) -> None:
        """Show the palette over its window."""
        look = theme.current()
        window = self.shell
        width = min(look.text_px(620), window.width() - look.px(48))
        height = min(look.px(460), window.height() - look.px(120))
        corner = window.mapToGlobal(QPoint((window.width() - width) // 2, look.px(64)))
        self.setGeometry(corner.x(), corner.y(), width, height)
        self.open()
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Override QObject::eventFilter: arrow keys move in the list while one types."""
        arrows = (Qt.Key.Key_Down, Qt.Key.Key_Up)
        if (
            watched is self.line
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in arrows
        ):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._choose(self.list.currentIndex().row() + step)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QDialog::keyPressEvent: Return opens the line that is chosen."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.list.currentIndex())
            return
        super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        if text.strip():
            self._timer.start()
        else:
            self._timer.stop()
            self._show(self._own(""))

    def _ask(self) -> None:
        text = self.line.text().strip()
        self._asked = text
        desk = self.shell.desk

        def find() -> tuple[Hit, ...]:
            from app.casework import search

            day = day_meant(text, desk.clock.today())
            on_day = search.on_day(desk, day, MOST) if day is not None else ()
            return (*on_day, *search.find(desk, text, MOST))[:MOST]

        self.shell.tasks.run(find, self._found, owner=self)

    def _found(self, hits: tuple[Hit, ...]) -> None:
        if self.line.text().strip() != self._asked:
            return
        finds = [
            Find(
                hit.kind,
                hit.title
                if self._may_tell(hit)
                else self.shell.shown_name(hit.child_id, hit.child_name),
                hit.detail if self._may_tell(hit) else _("The record of another child is open"),
                self._opener(hit),
            )
            for hit in hits
        ]
        self._show([*finds, *self._own(self._asked)])

    def _may_tell(self, hit: Hit) -> bool:
        page = self.shell.page
        open_child = page.child_id if page is not None else None
        return open_child in (None, hit.child_id)

    def _opener(self, hit: Hit) -> Callable[[], object]:
        return lambda: open_hit(self.shell, hit)

    def _own(self, text: str) -> list[Find]:
        places = [
            Find("place", _(kind.rail), "", self._goer(kind.name))
            for kind in self.shell.registered
            if kind.rail is not None
        ]
        deeds = [Find("action", _(deed.label), deed.keys, deed.do) for deed in self.shell.deeds]
        return [find for find in (*places, *deeds) if matches(text, find.title)]

    def _goer(self, name: str) -> Callable[[], object]:
        return lambda: self.shell.go(name)

    def _show(self, finds: list[Find]) -> None:
        self.model.show(finds)
        self._choose(0)
        if finds:
            self.said.setText(
                ngettext("{count} found", "{count} found", len(finds)).format(count=len(finds))
            )
        else:
            self.said.setText(_("Nothing was found. Try fewer letters, or a date as 24 Nov."))

    def _choose(self, row: int) -> None:
        count = self.model.rowCount()
        if count:
            self.list.setCurrentIndex(self.model.index(row % count, 0))

    def _open(self, index: Index) -> None:
        if not index.isValid():
            return
        find = self.model.finds[index.row()]
        self.accept()
        find.do()

    def done(self, result: int) -> None:
        """Override QDialog::done: the keyboard goes back to the window."""
        super().done(result)
        self.shell.activateWindow()


def open_hit(shell: Shell, hit: Hit) -> None:
    """Show what the search found."""
    tabs = {"hearing": "court", "offence": "court", "person": "people", "due": "glance"}
    if hit.kind == "form" and shell.has("form"):
        shell.go("form", record_id=hit.record_id, child_id=hit.child_id)
    elif hit.kind == "report" and shell.has("report"):
        shell.go("report", report_id=hit.record_id, child_id=hit.child_id)
    elif hit.kind in tabs:
        shell.go("child", child_id=hit.child_id, tab=tabs[hit.kind])
    else:
        shell.go("child", child_id=hit.child_id)
