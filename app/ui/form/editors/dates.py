"""Days and times, typed as people write them, with a calendar for those who want one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QDate, QLocale, Qt, Slot
from PySide6.QtWidgets import (
    QCalendarWidget,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
    QWidgetAction,
)

from app.core.clock import Clock
from app.core.i18n import _
from app.forms.schema import Question
from app.ui.form.editors.base import Editor
from app.ui.form.editors.texts import LineEditor, make_as_wide_as
from app.ui.form.typed import date_as_typed, read_date, read_time
from app.ui.kit import SecondaryButton


class CalendarButton(SecondaryButton):
    """A button that opens a calendar below it."""

    def __init__(self, line: QLineEdit, clock: Clock, parent: QWidget) -> None:
        super().__init__(_("Calendar"), self._open, parent)
        self._line = line
        self._clock = clock
        self._language = "en"
        self._menu: QMenu | None = None
        self._calendar: QCalendarWidget | None = None

    def show_language(self, language: str) -> None:
        """Show the words of this button and of the calendar in `language`."""
        self._language = language
        self.setText(_("Calendar"))

    def _open(self) -> None:
        if self._menu is None:
            self._menu = QMenu(self)
            self._calendar = QCalendarWidget(self._menu)
            self._calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
            self._calendar.setAccessibleName(_("Calendar"))
            self._calendar.setVerticalHeaderFormat(
                QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader
            )
            action = QWidgetAction(self._menu)
            action.setDefaultWidget(self._calendar)
            self._menu.addAction(action)
            self._calendar.activated.connect(self._chosen)
            self._calendar.clicked.connect(self._chosen)
        welsh = QLocale(QLocale.Language.Welsh, QLocale.Country.UnitedKingdom)
        english = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
        self._calendar.setLocale(welsh if self._language == "cy" else english)
        day = read_date(self._line.text(), self._clock.today()) or self._clock.today()
        self._calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
        self._calendar.setFocus()

    @Slot(QDate)
    def _chosen(self, day: QDate) -> None:
        self._menu.close()
        self._line.setText(f"{day.day()}/{day.month()}/{day.year()}")
        self._line.textEdited.emit(self._line.text())
        self._line.setFocus()


class DateEditor(LineEditor):
    """A day, typed."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.button = CalendarButton(self.line, clock, self)
        self.layout().insertWidget(1, self.button)

    def show_language(self, language: str) -> None:
        """Override Editor.show_language."""
        self.button.show_language(language)

    def _read(self, text: str) -> Any:
        if not text.strip():
            return None
        day = read_date(text, self.clock.today())
        return text if day is None else day.isoformat()

    def _text_of(self, value: Any) -> str:
        return "" if value is None else date_as_typed(str(value))


class TimeEditor(LineEditor):
    """A time of day, typed."""

    def _read(self, text: str) -> Any:
        if not text.strip():
            return None
        found = read_time(text)
        return text if found is None else found.strftime("%H:%M")

    def _text_of(self, value: Any) -> str:
        found = read_time(str(value)) if value is not None else None
        return found.strftime("%H:%M") if found else str(value or "")


class DateTimeEditor(Editor):
    """A day and a time of day, typed side by side."""

    undoes_itself = True

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.day = QLineEdit(self)
        self.time = QLineEdit(self)
        self.button = CalendarButton(self.day, clock, self)
        self._time_label = QLabel(self)
        self._time_label.setBuddy(self.time)
        make_as_wide_as(self.day, 14)
        make_as_wide_as(self.time, 8)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.day, self.button, self._time_label, self.time):
            row.addWidget(widget)
        row.addStretch(1)
        self.day.textEdited.connect(self._typed)
        self.time.textEdited.connect(self._typed)
        self._watch(self.day, self.time)

    def show_language(self, language: str) -> None:
        """Override Editor.show_language."""
        self._time_label.setText(_("Time"))
        self.time.setAccessibleName(_("Time"))
        self.button.show_language(language)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        if self._value() == value:
            return
        day, _between, time = str(value or "").partition("T")
        if not time and value and read_date(day, self.clock.today()) is None:
            day, _between, time = str(value).rpartition(" ")
        self.day.setText(date_as_typed(day))
        found = read_time(time)
        self.time.setText(found.strftime("%H:%M") if found else time)

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.day

    def _value(self) -> str | None:
        day, time = self.day.text().strip(), self.time.text().strip()
        if not day and not time:
            return None
        read_day, read_hour = read_date(day, self.clock.today()), read_time(time)
        if read_day is None or read_hour is None:
            return f"{day} {time}"
        return f"{read_day.isoformat()}T{read_hour.strftime('%H:%M')}"

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self.edited.emit(self._value())
