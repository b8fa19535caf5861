"""Tables: a model over frozen rows and a view with the keyboard of a list.

Rows are of one height, Tab leaves the table, Return opens a row. Cells are words, pills or levels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.ui import theme
from app.ui.kit.levels import level_word, paint_level
from app.ui.kit.pills import draw_pill, pill_height, pill_width

# Pixels at 100 % that a column keeps whose words are shortened.
LEAST_SHORTENED: Final = 120

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Cell:
    """What one cell shows: words, then pills (text, tone), or a level.

    `whole`: all that it stands for, where it shows only the first of it; empty: what it shows.
    """

    text: str = ""
    pills: tuple[tuple[str, str], ...] = ()
    level: str | None = None
    is_level: bool = False
    strong: bool = False
    muted: bool = False
    whole: str = ""

    @property
    def spoken(self) -> str:
        """The cell as one line of text, for those who hear the table and for copying."""
        if self.is_level:
            return level_word(self.level)
        return " ".join(part for part in (self.text, *(text for text, _tone in self.pills)) if part)

    @staticmethod
    def of_level(level: str | None) -> Cell:
        """A cell with a level."""
        return Cell(level=level, is_level=True)


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its title, what a row shows in it, and how much of spare width it takes."""

    title: str
    show: Callable[[Row], Cell | str]
    stretch: int = 0


CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows (any frozen values) under columns."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: list[Row] = []

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as shown."""
        return tuple(self._rows)

    def row(self, number: int) -> Row | None:
        """The row with this number, or None."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows after the others."""
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def cell(self, index: Index) -> Cell:
        """The cell at `index`."""
        row = self.row(index.row())
        if row is None or not 0 <= index.column() < len(self.columns):
            return Cell()
        shown = self.columns[index.column()].show(row)
        return Cell(shown) if isinstance(shown, str) else shown

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Override QAbstractTableModel::rowCount."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Override QAbstractTableModel::columnCount."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Override QAbstractTableModel::data."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index).spoken
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            # The whole of what may be shown shortened.
            cell = self.cell(index)
            return cell.whole or cell.spoken or None
        if role == CELL_ROLE:
            return self.cell(index)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Override QAbstractTableModel::headerData."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.columns[section].title
        return None


class _CellDelegate(QStyledItemDelegate):
    """Paints cells: the whole row is one thing, so no cell has a focus mark of its own."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Override QStyledItemDelegate::paint."""
        cell: Cell | None = index.data(CELL_ROLE)
        if cell is None:
            return
        look = theme.current()
        view = self.parent()
        chosen = isinstance(view, QTableView) and view.currentIndex().row() == index.row()
        area = QRectF(option.rect)
        if chosen:
            painter.fillRect(area, look.color("accent_soft"))
        painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.color("hair"))
        inside = area.adjusted(look.px(12), 0, -look.px(2), -1)
        ink = look.color("muted" if cell.muted else "ink")
        if cell.is_level:
            paint_level(painter, inside, cell.level, ink)
            return
        x = inside.x()
        if cell.text:
            font = look.font("body", 600 if cell.strong else 400)
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(ink)
            room = inside.right() - x
            words = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                inside, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words
            )
            x += metrics.horizontalAdvance(words) + look.px(8)
        height = pill_height()
        top = inside.center().y() - height / 2
        for text, tone in cell.pills:
            width = min(float(pill_width(text)), inside.right() - x)
            if width < height:
                break
            draw_pill(painter, QRectF(x, top, width, height), text, tone)
            x += width + look.px(6)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Override QStyledItemDelegate::sizeHint."""
        cell: Cell | None = index.data(CELL_ROLE)
        look = theme.current()
        if cell is None:
            return QSize(0, row_height())
        metrics = QFontMetricsF(look.font("body", 600 if cell.strong else 400))
        if cell.is_level:
            width = metrics.horizontalAdvance(level_word(cell.level)) + metrics.height()
        else:
            width = metrics.horizontalAdvance(cell.text) if cell.text else 0.0
            width += sum(pill_width(text) + look.px(6) for text, _tone in cell.pills)
            if cell.text and cell.pills:
                width += look.px(8)
        return QSize(int(width) + look.px(12) + look.px(2) + 2, row_height())


def _squeezed(
    widths: list[int], excess: int, stretches: list[int], least: Sequence[int]
) -> list[int]:
    """`widths` made narrower by `excess` in all, the widest of the stretching ones first, none
    below its `least`; as they are where that is not enough.
    """
    narrowed = list(widths)
    for _pixel in range(max(0, excess)):
        may_give = [at for at, width in enumerate(narrowed) if stretches[at] and width > least[at]]
        if not may_give:
            return widths
        narrowed[max(may_give, key=lambda at: narrowed[at])] -= 1
    return narrowed


def row_height() -> int:
    """The height of every row of a table, in pixels."""
    look = theme.current()
    return int(QFontMetricsF(look.font()).height() + look.px(20))


class Table(QTableView):
    """A table one reads and opens rows of. `name` says what it lists.

    With `all_rows` it is as high as its rows, for a short table on a page that scrolls. With
    `shortens` long words end in dots wherever the last column would be out of sight otherwise.

    Signals:
        opened: The number of the row that was opened by Return or a double click.
        near_end: The person has come near the last row; more may be fetched.
    """

    opened = Signal(int)
    near_end = Signal()

    def __init__(
        self,
        model: TableModel[Any],
        name: str,
        parent: QWidget | None = None,
        *,
        all_rows: bool = False,
        shortens: bool = False,
    ) -> None:
        super().__init__(parent)
        self._all_rows = all_rows
        self._shortens = shortens
        self.setAccessibleName(name)
        self.setModel(model)
        model.setParent(self)
        self.setItemDelegate(_CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(row_height())
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setMinimumSectionSize(theme.current().px(48))
        across.setStretchLastSection(True)
        model.modelReset.connect(self.fit_columns)
        model.rowsInserted.connect(self._grown)
        self.doubleClicked.connect(self._open_index)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.watch().changed.connect(self._dress)
        self.fit_columns()

    @property
    def shown_model(self) -> TableModel[Any]:
        """The model behind the table."""
        model = self.model()
        assert isinstance(model, TableModel)
        return model

    def current_row(self) -> Any:
        """The row the keyboard is on (the value given to the model), or None."""
        return self.shown_model.row(self.currentIndex().row())

    def height_of(self, rows: int) -> int:
        """How high the table is, in pixels, when it shows `rows` rows under its titles."""
        return self.horizontalHeader().sizeHint().height() + rows * row_height() + 2

    def fit_columns(self) -> None:
        """Give each column the width of its words; spare width goes to those that ask for it."""
        model = self.shown_model
        delegate = self.itemDelegate()
        option = QStyleOptionViewItem()
        header = self.horizontalHeader()
        widths = []
        for number in range(model.columnCount()):
            width = header.sectionSizeHint(number)
            for row in range(min(model.rowCount(), 60)):
                width = max(width, delegate.sizeHint(option, model.index(row, number)).width())
            widths.append(min(width, theme.current().text_px(360)))
        spare = self.viewport().width() - sum(widths)
        stretches = [column.stretch for column in model.columns]
        if self._shortens:
            least = [theme.current().text_px(LEAST_SHORTENED)] * len(widths)
            widths = _squeezed(widths, -spare, stretches, least)
        elif -spare < self.viewport().width() // 10:
            # A little is taken from long words: a few pixels are not worth scrolling for.
            least = [width * 3 // 4 for width in widths]
            widths = _squeezed(widths, -spare, stretches, least)
        shares = sum(column.stretch for column in model.columns)
        if spare > 0 and shares:
            widths = [
                width + spare * column.stretch // shares
                for width, column in zip(widths, model.columns, strict=True)
            ]
        for number, width in enumerate(widths):
            self.setColumnWidth(number, width)
        if self._all_rows:
            high = header.sizeHint().height() + row_height() * model.rowCount() + 2
            if spare < 0:
                high += self.horizontalScrollBar().sizeHint().height()
            self.setFixedHeight(high)

    def resizeEvent(self, event: Any) -> None:
        """Override QTableView::resizeEvent."""
        super().resizeEvent(event)
        self.fit_columns()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Override QTableView::focusInEvent: the keyboard starts on the first row."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.shown_model.rowCount():
            self.setCurrentIndex(self.shown_model.index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QTableView::keyPressEvent: Return and Enter open the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_index(self.currentIndex())
            return
        super().keyPressEvent(event)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Override QAbstractItemView::currentChanged: the whole row is drawn as chosen."""
        super().currentChanged(current, previous)
        self.viewport().update()

    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.row())

    def _grown(self) -> None:
        self.viewport().update()

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() and value >= bar.maximum() - row_height() * 10:
            self.near_end.emit()

    def _dress(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height())
        self.fit_columns()
