"""Choices: radio buttons, check boxes, and for long lists a list that can be narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.core.clock import Clock
from app.core.errors import BugError
from app.core.i18n import _
from app.forms.schema import Question
from app.ui import theme
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.options import CheckOption, RadioOption
from app.ui.kit import Small

MOST_RADIO_BUTTONS: Final = 8
LINES_OF_A_LIST: Final = 7
SHORT_WORDS: Final = 14  # letters: choices this short may stand side by side
NAME_ROLE: Final = Qt.ItemDataRole.UserRole


class _ButtonChoices(Editor):
    """What radio buttons and check boxes share: a group box that carries the question's name."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.box = QGroupBox(self)
        self.box.setFlat(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self._buttons: dict[str, RadioOption | CheckOption] = {}
        self._options: tuple[Option, ...] = ()
        self._unknown: list[str] = []
        across = {"horizontal", "horizontal-compact", "columns-pack"} & question.appearance
        self._across = bool(across)
        self._columns = _columns(question.appearance)
        self._layout = QGridLayout(self.box)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(theme.current().px(16))
        self._layout.setVerticalSpacing(theme.current().px(4))

    @property
    def buttons(self) -> dict[str, RadioOption | CheckOption]:
        """The buttons by the names of their choices."""
        return self._buttons

    def named(self) -> QWidget:
        """Override Editor.named: the group carries the question's name, each button its own."""
        return self.box

    def show_options(self, options: Sequence[Option]) -> None:
        """Override Editor.show_options. Where only words changed, the buttons stay."""
        options = tuple(options)
        if options == self._options:
            return
        if [option.name for option in options] == [option.name for option in self._options]:
            for option in options:
                button = self._buttons[option.name]
                button.setText(option.words.replace("&", "&&"))
                button.setAccessibleName(option.words)
            self._options = options
            return
        chosen = [name for name, button in self._buttons.items() if button.isChecked()]
        for button in self._buttons.values():
            self._layout.removeWidget(button)
            button.removeEventFilter(self)
            button.deleteLater()
        self._options = options
        self._buttons = {}
        for place, option in enumerate(options):
            button = self._make(option)
            button.setChecked(option.name in chosen)
            button.clicked.connect(partial(self._clicked, option.name))
            self._watch(button)
            columns = len(options) + 1 if self._across else self._columns
            self._layout.addWidget(
                button, place // columns, place % columns, Qt.AlignmentFlag.AlignLeft
            )
            self._buttons[option.name] = button
        if self._across:
            self._layout.setColumnStretch(len(options), 1)

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target: the chosen button, else the first."""
        chosen = (button for button in self._buttons.values() if button.isChecked())
        return next(chosen, next(iter(self._buttons.values()), self.box))

    def _make(self, _option: Option) -> RadioOption | CheckOption:
        raise BugError(f"{type(self).__name__} makes no buttons")

    def _clicked(self, _name: str) -> None:
        self.edited.emit(self._value())

    def _value(self) -> Any:
        return None


class RadioEditor(_ButtonChoices):
    """One choice of a few. None is chosen until a person chooses."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self._group = QButtonGroup(self)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        chosen = self._buttons.get(value) if isinstance(value, str) else None
        if chosen is not None:
            chosen.setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def _make(self, option: Option) -> RadioOption:
        button = RadioOption(option.words, self.box)
        self._group.addButton(button)
        return button

    def _value(self) -> str | None:
        chosen = (name for name, button in self._buttons.items() if button.isChecked())
        return next(chosen, None)


class CheckEditor(_ButtonChoices):
    """Any number of choices. A choice that stands alone takes the others away."""

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        names = [value] if isinstance(value, str) else list(value or ())
        for name, button in self._buttons.items():
            button.setChecked(name in names)
        # A choice that a filter hides now stays in the answer until a person changes it.
        self._unknown = [name for name in names if name not in self._buttons]

    def _make(self, option: Option) -> CheckOption:
        return CheckOption(option.words, self.box)

    def _clicked(self, name: str) -> None:
        if self._buttons[name].isChecked():
            alone = {option.name for option in self._options if option.exclusive}
            for other, button in self._buttons.items():
                if other != name and (name in alone or other in alone):
                    button.setChecked(False)
        self.edited.emit(self._value())

    def _value(self) -> list[str] | None:
        return [name for name, button in self._buttons.items() if button.isChecked()] or None


class ListEditor(Editor):
    """One choice of many: a list, and above it a field that narrows the list while one types."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self._options: tuple[Option, ...] = ()
        self._value: str | None = None
        self._filter_label = Small()
        self.filter = QLineEdit(self)
        self.list = Choices(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(4))
        column.addWidget(self._filter_label)
        column.addWidget(self.filter)
        column.addWidget(self.list)
        self.filter.textEdited.connect(self._narrow)
        self.filter.returnPressed.connect(self._choose_only)
        self.filter.installEventFilter(self)
        self.list.itemClicked.connect(self._chosen)
        self.list.itemActivated.connect(self._chosen)
        self.list.currentItemChanged.connect(self._moved)
        self.list.installEventFilter(self)
        self.show_language("")

    def show_language(self, _language: str) -> None:
        """Override Editor.show_language."""
        self._filter_label.setText(_("Type to shorten the list"))
        self.filter.setAccessibleName(_("Type to shorten the list"))

    def show_options(self, options: Sequence[Option]) -> None:
        """Override Editor.show_options."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            self._narrow(self.filter.text())

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        self._value = value if isinstance(value, str) else None
        self._mark()

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.list

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Override Editor.eventFilter."""
        if event.type() == QEvent.Type.KeyPress:
            if watched is self.filter and event.key() == Qt.Key.Key_Down and self.list.count():
                self.list.setFocus()
                self.list.setCurrentRow(max(0, self.list.currentRow()))
                return True
            if watched is self.list and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self._value = None
                self._mark()
                self.edited.emit(None)
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _narrow(self, text: str) -> None:
        wanted = text.casefold().split()
        self.list.blockSignals(True)
        self.list.clear()
        for option in self._options:
            words = option.words.casefold()
            if all(word in words for word in wanted):
                item = QListWidgetItem(option.words, self.list)
                item.setData(NAME_ROLE, option.name)
        self.list.blockSignals(False)
        self._mark()

    def _mark(self) -> None:
        """Let the list show the answer as chosen, where the list shows it at all."""
        self.list.blockSignals(True)
        row = next(
            (row for row in range(self.list.count()) if self._name_of(row) == self._value), -1
        )
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)

    def _name_of(self, row: int) -> str:
        return self.list.item(row).data(NAME_ROLE)

    @Slot()
    def _choose_only(self) -> None:
        if self.list.count() == 1:
            self._take(self._name_of(0))

    @Slot(QListWidgetItem)
    def _chosen(self, item: QListWidgetItem) -> None:
        self._take(item.data(NAME_ROLE))

    @Slot(QListWidgetItem, QListWidgetItem)
    def _moved(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        # As with radio buttons, the arrow keys choose.
        if item is not None and self.list.hasFocus():
            self._take(item.data(NAME_ROLE))

    def _take(self, name: str) -> None:
        if name != self._value:
            self._value = name
            self._mark()
            self.edited.emit(name)


class Choices(QListWidget):
    """A list a few lines high, in lines of the present text size."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        line = self.fontMetrics().lineSpacing() + 2 * theme.current().px(6)
        self.setMinimumHeight(line * LINES_OF_A_LIST)
        self.setMaximumHeight(line * (LINES_OF_A_LIST + 1))


class DropListEditor(Editor):
    """One choice of a closed drop-down list, where a form asks for that (`minimal`)."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.combo = _QuietCombo(self)
        self._options: tuple[Option, ...] = ()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.combo)
        row.addStretch(1)
        self.combo.activated.connect(self._activated)
        self._watch(self.combo)

    def show_language(self, _language: str) -> None:
        """Override Editor.show_language."""
        if self.combo.count():
            self.combo.setItemText(0, _("Nothing chosen"))

    def show_options(self, options: Sequence[Option]) -> None:
        """Override Editor.show_options."""
        if tuple(options) == self._options:
            return
        value = self.combo.currentData()
        self._options = tuple(options)
        self.combo.clear()
        self.combo.addItem(_("Nothing chosen"), None)
        for option in self._options:
            self.combo.addItem(option.words, option.name)
        self.show_value(value)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        self.combo.setCurrentIndex(max(0, self.combo.findData(value)))

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.combo

    @Slot(int)
    def _activated(self, _index: int) -> None:
        self.edited.emit(self.combo.currentData())


class _QuietCombo(QComboBox):
    """A drop-down list that a passing mouse wheel doesn't change."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def wheelEvent(self, event: Any) -> None:
        """Override QComboBox.wheelEvent: the page scrolls, the answer stays."""
        event.ignore()


def _columns(appearance: frozenset[str]) -> int:
    """How many columns a form asks for with `columns-2`, or two for `columns`, else one."""
    for word in appearance:
        if word.startswith("columns-") and word[8:].isdigit():
            return max(1, int(word[8:]))
    return 2 if "columns" in appearance else 1
