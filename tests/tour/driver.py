"""A pair of hands and eyes for the real windows.

Hands: key presses and the mouse on the window itself, so that Qt delivers them as it would to a
person: to what has the keyboard, to what lies uppermost, and to nothing behind a dialog. Eyes:
what the window shows, and the names that a screen reader is told. Nothing of the program is called.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent, QPainter, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QTableView,
    QWidget,
)

Kind = TypeVar("Kind", bound=QWidget)
Found = TypeVar("Found")

PATIENCE_SECONDS: Final = 20.0
STEP_MS: Final = 5
LONGEST_STEP_MS: Final = 80
# Longer than the program waits for more letters before it looks anything up.
LONG_ENOUGH_MS: Final = 250
ROOM_OF_ARROWS: Final = 120
LONG_WORDS: Final = 30
CONTROL: Final = Qt.KeyboardModifier.ControlModifier
ALT: Final = Qt.KeyboardModifier.AltModifier
SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
NO_KEY: Final = Qt.KeyboardModifier.NoModifier
FIELDS: Final = (QLineEdit, QPlainTextEdit, QGroupBox, QComboBox, QListWidget, QAbstractButton)


class TourFailed(Exception):
    """Something that a practitioner would need was not there, or was not as it should be."""


class Gone(TourFailed):
    """What was to be clicked on is no longer there: the page was drawn anew meanwhile."""


class Driver:
    """Acts on the windows of this process and reads from them.

    Attributes:
        pictures: The folder that screenshots go to.
        asserted: What was seen to be so since the step began, in words.
        taken: The names of the screenshots taken since the step began.

    Args:
        at_rest: Whether the program has nothing left to do. A person sees that and waits; it
            decides nothing else here.
        hasty: Paste long words instead of typing them, and take one picture of each step.
    """

    def __init__(
        self,
        pictures: Path,
        first_picture: int = 1,
        *,
        at_rest: Callable[[], bool],
        hasty: bool = False,
    ) -> None:
        self.pictures = pictures
        self._at_rest = at_rest
        self._hasty = hasty
        self.next_picture = first_picture
        self.asserted: list[str] = []
        self.taken: list[str] = []

    # ---- eyes -----------------------------------------------------------------------------

    def window(self) -> QWidget:
        """The window that takes keys and clicks now: whatever was opened last over the main one."""
        over = self.windows_over()
        return over[-1] if over else self.main_window()

    def windows_over(self) -> list[QWidget]:
        """Every window to be seen beside the main one, the one that takes the keys last."""
        main = self.main_window()
        over = [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible()
            and widget is not main
            and widget.windowType() != Qt.WindowType.ToolTip
        ]
        for on_top in (QApplication.activeModalWidget(), QApplication.activePopupWidget()):
            if on_top in over:
                over.remove(on_top)
                over.append(on_top)
        return over

    def main_window(self) -> QWidget:
        """The window itself, below any dialog."""
        shown = [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible()
            and widget.windowType() == Qt.WindowType.Window
            and widget.parentWidget() is None
        ]
        if len(shown) != 1:
            raise TourFailed(f"one window should be there, and there are {len(shown)}")
        return shown[0]

    def widgets(self, kind: type[Kind], within: QWidget | None = None) -> list[Kind]:
        """All widgets of a kind that can be seen, from the top of the window to its end."""
        return in_order(self._seen(kind, within))

    def _seen(self, kind: type[Kind], within: QWidget | None = None) -> list[Kind]:
        """All widgets of a kind that can be seen, in no order: ordering them takes time."""
        root = within if within is not None else self.window()
        if not shiboken6.isValid(root):
            raise Gone("what was looked into went away")
        return [widget for widget in root.findChildren(kind) if widget.isVisible()]

    def words(self, within: QWidget | None = None) -> list[str]:
        """Everything there is to read in the window, scrolled out of view or not."""
        return [text for widget in self.widgets(QWidget, within) for text in words_of(widget)]

    def shows(self, text: str, within: QWidget | None = None) -> bool:
        """Whether `text` can be read somewhere in the window."""
        return any(
            text in words for widget in self._seen(QWidget, within) for words in words_of(widget)
        )

    def wait_for(self, text: str) -> None:
        """Wait until `text` can be read in the window."""
        self.until(lambda: self.shows(text), f"the words “{text}”")

    def field(self, name: str, within: QWidget | None = None) -> Any:
        """The field that a screen reader calls `name`."""

        def look() -> QWidget | None:
            called = [field for field in self._fields_seen(within) if spoken(field) == name]
            return next(iter(in_order(called)), None)

        return self.until(look, f"a field called “{name}”")

    def fields(self, within: QWidget | None = None) -> Iterator[QWidget]:
        """Every field in the window that can be used, from the top to the end."""
        yield from in_order([field for field in self._fields_seen(within) if spoken(field)])

    def _fields_seen(self, within: QWidget | None) -> list[QWidget]:
        """Every field that can be used, in no order."""
        return [field for kind in FIELDS for field in self._seen(kind, within) if field.isEnabled()]

    def button(
        self, name: str, *, beside: str = "", exactly: str = "", within: QWidget | None = None
    ) -> Any:
        """The button called `name`, described or followed by the words `beside` where given, or
        described as `exactly` these.
        """

        def look() -> QAbstractButton | None:
            called = [
                button
                for button in self._seen(QAbstractButton, within)
                if spoken(button) == name and button.isEnabled()
            ]
            ordered = in_order(called)
            if exactly:
                return next((one for one in ordered if described(one) == exactly), None)
            return next((button for button in ordered if beside in described(button)), None)

        of = beside or exactly
        what = f"a button called “{name}”" + (f" for “{of}”" if of else "")
        return self.until(look, what)

    def until(
        self, look: Callable[[], Found], what: str, seconds: float = PATIENCE_SECONDS
    ) -> Found:
        """Wait until `look` gives something, and give it."""
        deadline = time.monotonic() + seconds
        step = STEP_MS
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > deadline:
                raise TourFailed(f"waited for {what}; there was: {self._what_is_there()}")
            self.pause(step)
            # Looking is work too, and takes its time from what is waited for.
            step = min(step * 2, LONGEST_STEP_MS)

    def pause(self, milliseconds: int = STEP_MS) -> None:
        """Let the program work for a moment."""
        end = time.monotonic() + milliseconds / 1000
        while True:
            QCoreApplication.processEvents()
            QCoreApplication.sendPostedEvents()
            left = end - time.monotonic()
            if left <= 0:
                return
            # A sleep of Python's, not of Qt's: the other threads of the program go on meanwhile.
            time.sleep(min(left, STEP_MS / 1000))

    def expect(self, so: bool, what: str) -> None:
        """Note that `what` is so; a step fails where it is not."""
        if not so:
            raise TourFailed(f"not so: {what}; there was: {self._what_is_there()}")
        self.asserted.append(what)

    def expect_words(self, *texts: str) -> None:
        """Wait until each of these can be read, and note it."""
        for text in texts:
            self.wait_for(text)
            self.asserted.append(f"the screen says “{text}”")

    def rest(self, seconds: float = 60.0) -> None:
        """Wait until the program has nothing left to do."""
        self.until(self._at_rest, "the program to come to rest", seconds)

    def picture(self, name: str) -> None:
        """Keep what the window shows, dialogs over it included, as `NN-name.png`."""
        if self._hasty and self.taken:
            return
        self.until(self._at_rest, "the program to come to rest")
        self.pause(60)
        main = self.main_window()
        image = main.grab()
        dialog = self.window()
        if dialog is not main:
            paint_over(image, dialog, main)
        file = f"{self.next_picture:02d}-{name}.png"
        if not image.save(str(self.pictures / file)):
            raise TourFailed(f"the picture {file} could not be written")
        self.next_picture += 1
        self.taken.append(file)

    def _what_is_there(self) -> str:
        try:
            title = self.window().windowTitle()
            focus = QApplication.focusWidget()
            here = "nothing" if focus is None else f"{type(focus).__name__} {spoken(focus)}"
            return f"window “{title}”, keyboard in {here}: " + " | ".join(self.words())[:600]
        except (TourFailed, RuntimeError) as error:
            # The latter where a list or dialog goes away while it is read.
            return str(error)

    # ---- hands ----------------------------------------------------------------------------

    def keyboard_in(self, name: str) -> None:
        """Wait until the keyboard is in what a screen reader calls `name`, and note it."""
        self.until(
            lambda: (focus := QApplication.focusWidget()) is not None and spoken(focus) == name,
            f"the keyboard in “{name}”",
        )
        self.asserted.append(f"the keyboard is in “{name}”")

    def press(self, *keys: Qt.Key, with_keys: Qt.KeyboardModifier = NO_KEY) -> None:
        """Press keys one after the other on the window that has the keyboard."""
        for key in keys:
            window = QGuiApplication.focusWindow() or self.window().windowHandle()
            QTest.keyClick(window, key, with_keys)

    def go_back(self) -> None:
        """Go back to the page before this one, by the keyboard."""
        self.press(Qt.Key.Key_Left, with_keys=ALT)

    def expect_no_effect(
        self, key: Qt.Key, what: str, with_keys: Qt.KeyboardModifier = CONTROL
    ) -> None:
        """Press a key that must do nothing here, and wait long enough for it to have done it."""
        before = self._in_sight()
        self.press(key, with_keys=with_keys)
        self.until(self._at_rest, "the program to come to rest")
        self.pause(LONG_ENOUGH_MS)
        self.expect(self._in_sight() == before, what)

    def _in_sight(self) -> tuple[list[str], list[str]]:
        over = [f"{type(window).__name__} {window.windowTitle()}" for window in self.windows_over()]
        return self.words(), over

    def type(self, text: str) -> None:
        """Type `text` where the keyboard is."""
        for letter in text.replace("’", "'"):
            if letter == "\n":
                self.press(Qt.Key.Key_Return)
            elif letter.isascii():
                window = QGuiApplication.focusWindow() or self.window().windowHandle()
                QTest.keyClick(window, letter)
            else:
                self._type_composed(letter)

    def _type_composed(self, letter: str) -> None:
        """Type a letter that the keyboard makes of two keys, such as ŵ."""
        focus = QGuiApplication.focusObject()
        if focus is None:
            raise TourFailed("nothing has the keyboard")
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(focus, QKeyEvent(kind, 0, NO_KEY, letter))

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Scroll to a widget and click on it, once nothing lies over it and the page is at rest.

        Raises:
            Gone: The widget was taken away meanwhile.
        """
        name = spoken(widget) or type(widget).__name__
        try:
            self._click(widget, at, name)
        except RuntimeError as error:
            # So Qt for Python tells of a widget that was deleted while the page was waited for.
            raise Gone(f"“{name}” went away") from error

    def _click(self, widget: QWidget, at: QPoint | None, name: str) -> None:
        last: list[QPoint] = []
        why_not: list[str] = []

        def spot_on_top() -> QPoint | None:
            if not shiboken6.isValid(widget) or not widget.isVisible():
                raise Gone(f"“{name}” went away")
            self.scroll_to(widget)
            window = widget.window()
            spot = widget.mapTo(window, at if at is not None else middle_of(widget))
            hit = window.childAt(spot)
            fits = hit is widget or (hit is not None and widget.isAncestorOf(hit))
            rests = last == [spot]
            # Only a page at rest counts: what was just loaded is laid out in the next moment.
            last[:] = [spot] if self._at_rest() else []
            why_not[:] = [
                words
                for words, so in (
                    (f"{type(hit).__name__} lies there", fits),
                    ("the page moves", rests),
                    ("the program is at work", self._at_rest()),
                    ("it is grey", widget.isEnabled()),
                )
                if not so
            ]
            return None if why_not else spot

        try:
            spot = self.until(spot_on_top, f"“{name}” to be uppermost and usable", seconds=10)
        except Gone:
            raise
        except TourFailed as error:
            raise TourFailed(f"{', '.join(why_not)}: {error}") from error
        window = widget.window()
        QTest.mouseMove(window.windowHandle(), spot)
        QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, NO_KEY, spot)
        self.pause(1)

    def push(
        self, name: str, *, beside: str = "", exactly: str = "", within: QWidget | None = None
    ) -> None:
        """Click on the button called `name`, as `button` finds it."""
        self._found_anew(
            lambda: self.click(self.button(name, beside=beside, exactly=exactly, within=within))
        )

    def _found_anew(self, do: Callable[[], None]) -> None:
        """Do something with a widget; once more, found anew, where the page was just drawn anew."""
        for _again in range(5):
            try:
                return do()
            except Gone:
                self.pause(STEP_MS)
        return do()

    def fill(self, name: str, text: str, within: QWidget | None = None) -> None:
        """Type `text` into the field called `name`, in place of what is there."""
        self._found_anew(lambda: self.fill_field(self.field(name, within), text))

    def fill_field(self, field: QWidget, text: str) -> None:
        """Click into a text field and type."""
        self.click(field)
        self.until(field.hasFocus, f"the keyboard in “{spoken(field)}”")
        if text_of(field):
            self.press(Qt.Key.Key_A, with_keys=CONTROL)
            self.press(Qt.Key.Key_Delete)
        if self._hasty and len(text) > LONG_WORDS:
            QGuiApplication.clipboard().setText(text)
            self.press(Qt.Key.Key_V, with_keys=CONTROL)
        else:
            self.type(text)
        if QApplication.activePopupWidget() is not None:
            # What the field offered to complete the words with is closed, as it stands in the way.
            self.press(Qt.Key.Key_Escape)

    def choose(self, name: str, choice: str, within: QWidget | None = None) -> None:
        """Choose `choice` in the field called `name`, whatever kind of choice it is."""
        self._found_anew(lambda: self.choose_in(self.field(name, within), choice))

    def choose_in(self, field: QWidget, choice: str) -> None:
        """Choose one of several: a button of a group, a line of a list, an entry of a box."""
        if isinstance(field, QComboBox):
            self._choose_entry(field, choice)
        elif isinstance(field, QListWidget):
            self._choose_line(field, choice)
        else:
            button = self.button(choice, within=field)
            if not button.isChecked():
                self.click(button)

    def _choose_entry(self, box: QComboBox, choice: str) -> None:
        at = self.until(lambda: box.findText(choice) + 1, f"“{choice}” in the list “{spoken(box)}”")
        self.click(box)
        self.until(box.view().isVisible, f"the list “{spoken(box)}” to open")
        self.press(Qt.Key.Key_Home, *([Qt.Key.Key_Down] * (at - 1)), Qt.Key.Key_Return)
        self.until(lambda: box.currentText() == choice, f"“{choice}” to be chosen")

    def _choose_line(self, view: QListWidget, choice: str) -> None:
        lines = [view.item(row).text() for row in range(view.count())]
        if choice not in lines:
            raise TourFailed(f"“{choice}” is not in the list “{spoken(view)}”")
        self.click(view.viewport(), self._spot_of(view, view.item(lines.index(choice))))
        self.until(
            lambda: view.currentItem() is not None and view.currentItem().text() == choice,
            f"“{choice}” to be chosen",
        )

    def _spot_of(self, view: QListWidget, item: Any) -> QPoint:
        """Where a line of a list is, scrolled to with the wheel."""
        self.scroll_to(view)
        for _turn in range(60):
            area = view.visualItemRect(item)
            if view.viewport().rect().contains(area.center()):
                return area.center()
            down = area.center().y() > view.viewport().rect().center().y()
            self.wheel(view.viewport(), 60 if down else -60)
        raise TourFailed(f"“{item.text()}” does not come into view")

    def tick(self, field: QWidget, choices: list[str]) -> None:
        """Tick exactly these choices of a group."""
        for choice in choices:
            button = self.button(choice, within=field)
            if not button.isChecked():
                self.click(button)

    def open_row(self, table_name: str, text: str) -> None:
        """Open the row of a table that shows `text`: a click, then Return."""

        def look() -> tuple[QTableView, int] | None:
            # Only at rest: what is still being read may put the rows in another order.
            for table in self.widgets(QTableView) if self._at_rest() else ():
                for row in range(table.model().rowCount()):
                    if spoken(table) == table_name and text in " ".join(row_words(table, row)):
                        return table, row
            return None

        table, row = self.until(look, f"a row with “{text}” in the table “{table_name}”")
        spot = table.visualRect(table.model().index(row, 0)).center()
        self.click(table.viewport(), spot)
        chosen = " ".join(row_words(table, table.currentIndex().row()))
        if text not in chosen:
            raise TourFailed(f"the row with “{text}” was clicked on, and “{chosen}” is chosen")
        self.press(Qt.Key.Key_Return)

    def open_tab(self, name: str) -> None:
        """Click on a tab."""

        def look() -> tuple[QTabBar, int] | None:
            for bar in self.widgets(QTabBar):
                for number in range(bar.count()):
                    if bar.tabText(number) == name:
                        return bar, number
            return None

        bar, number = self.until(look, f"a tab called “{name}”")
        if bar.tabRect(number).right() < bar.width() - ROOM_OF_ARROWS:
            self.click(bar, bar.tabRect(number).center())
            return
        # Out of sight, or under the arrows that scroll the tabs.
        self.click(bar, bar.tabRect(bar.currentIndex()).center())
        on = number - bar.currentIndex()
        self.press(*[Qt.Key.Key_Right if on > 0 else Qt.Key.Key_Left] * abs(on))

    def scroll_to(self, widget: QWidget) -> None:
        """Turn the wheel until the middle of a widget can be seen."""
        for area in scroll_areas(widget):
            port = area.viewport()
            for _turn in range(200):
                spot = QRect(widget.mapTo(port, QPoint(0, 0)), widget.size())
                room = port.rect()
                tall = spot.height() > room.height() - 20
                if tall and room.contains(QPoint(room.center().x(), spot.top() + 8)):
                    break
                if not tall and spot.top() >= 4 and spot.bottom() <= room.height() - 4:
                    break
                want = spot.top() - 40 if tall else spot.center().y() - room.center().y()
                before = area.verticalScrollBar().value()
                self.wheel(port, want)
                if area.verticalScrollBar().value() == before:
                    break

    def wheel(self, port: QWidget, pixels: int) -> None:
        """Turn the wheel over `port` by about so many pixels; more than nothing moves down."""
        middle = QPointF(port.rect().center())
        turn = QPoint(0, -2 * pixels if abs(pixels) > 4 else (-16 if pixels > 0 else 16))
        event = QWheelEvent(
            middle,
            QPointF(port.mapToGlobal(port.rect().center())),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            NO_KEY,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QCoreApplication.sendEvent(port, event)
        self.pause(1)


# ---- reading single widgets ------------------------------------------------------------------


def spoken(widget: QWidget) -> str:
    """What a screen reader calls `widget`."""
    if isinstance(widget, QAbstractButton):
        return widget.accessibleName() or widget.text().replace("&&", "&")
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox):
        told = QAccessible.queryAccessibleInterface(widget)
        return told.text(QAccessible.Text.Name) if told is not None else ""
    return ""


def described(widget: QWidget) -> str:
    """What a screen reader adds to the name: the description, or what stands on the same card."""
    if widget.accessibleDescription():
        return widget.accessibleDescription()
    card = widget.parentWidget()
    return " ".join(label.text() for label in card.findChildren(QLabel)) if card else ""


def text_of(field: QWidget) -> str:
    """What is written in a text field."""
    if isinstance(field, QLineEdit):
        return field.text()
    return field.toPlainText() if isinstance(field, QPlainTextEdit) else ""


def cells(view: QAbstractItemView) -> list[str]:
    """What a table or list shows, row by row."""
    if isinstance(view, QTableView):
        rows = range(view.model().rowCount())
        return [" · ".join(row_words(view, row)) for row in rows]
    if isinstance(view, QListView):
        model = view.model()
        return [str(model.index(row, 0).data() or "") for row in range(model.rowCount())]
    return []


def row_words(table: QTableView, row: int) -> list[str]:
    """What one row of a table says, as a screen reader is told."""
    model = table.model()
    told = []
    for column in range(model.columnCount()):
        index = model.index(row, column)
        words = index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data()
        told.append(str(words or ""))
    return told


def words_of(widget: QWidget) -> list[str]:
    """What there is to read on a widget itself."""
    found: list[str] = []
    if isinstance(widget, QLabel | QAbstractButton):
        found.append(widget.text().replace("&&", "&"))
    elif isinstance(widget, QLineEdit):
        found.append(widget.text())
    elif isinstance(widget, QPlainTextEdit):
        found.append(widget.toPlainText())
    elif isinstance(widget, QComboBox):
        found.append(widget.currentText())
    elif isinstance(widget, QTabBar):
        found.extend(widget.tabText(number) for number in range(widget.count()))
    elif isinstance(widget, QAbstractItemView):
        found.extend(cells(widget))
    elif widget.accessibleName() and not widget.findChildren(QWidget):
        found.append(widget.accessibleName())  # words that a widget paints by itself
    return [text for text in found if text]


def in_order(widgets: list[Kind]) -> list[Kind]:
    """Widgets as they stand in their window, from the top to the end."""
    return sorted(widgets, key=lambda widget: place_of(widget).toTuple()[::-1])


def place_of(widget: QWidget) -> QPoint:
    """Where a widget lies in its window."""
    return widget.mapTo(widget.window(), QPoint(0, 0))


def middle_of(widget: QWidget) -> QPoint:
    """The middle of what can be seen of a widget."""
    area = widget.visibleRegion().boundingRect()
    return (area if not area.isEmpty() else widget.rect()).center()


def scroll_areas(widget: QWidget) -> list[QScrollArea]:
    """The areas that a widget scrolls in, the outermost last."""
    found = []
    step = widget.parentWidget()
    while step is not None:
        if isinstance(step, QScrollArea):
            found.append(step)
        step = step.parentWidget()
    return found


def paint_over(image: QPixmap, dialog: QWidget, main: QWidget) -> None:
    """Paint a dialog where it stands over the window, with what lies behind it a little darker."""
    painter = QPainter(image)
    painter.setOpacity(0.35)
    painter.fillRect(image.rect(), Qt.GlobalColor.black)
    painter.setOpacity(1.0)
    painter.drawPixmap(dialog.geometry().topLeft() - main.geometry().topLeft(), dialog.grab())
    painter.end()
