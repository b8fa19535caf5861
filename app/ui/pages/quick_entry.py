"""A note of what happened, in the time it takes to hang up the phone: everything by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.casework.chronology import EntryDetails, QuickEntry
from app.casework.problems import Problem
from app.core.clock import Clock
from app.core.i18n import _
from app.ui import theme
from app.ui.form.typed import date_as_typed, read_date, read_time
from app.ui.kit import FieldFrame, PrimaryButton, button_row
from app.ui.kit.spelled import check_spelling

if TYPE_CHECKING:
    from app.ui.shell import Shell

SAVE_KEYS = ("Ctrl+Return", "Ctrl+Enter")
NOTE_LINES = 3


class EntryFields(QWidget):
    """The fields of one entry of the chronology.

    Signals:
        typed: A person changed something.
        wanted: The entry is to be saved: the button or Ctrl+Return.
    """

    typed = Signal()
    wanted = Signal()

    def __init__(self, clock: Clock, save_words: str) -> None:
        super().__init__()
        self._clock = clock
        self._keeps: set[str] = set()
        look = theme.current()
        self.kind = QComboBox()
        self.kind.setMaxVisibleItems(16)
        self.day = QLineEdit()
        self.time = QLineEdit()
        self.who = QLineEdit()
        self.attendance = QComboBox()
        self.why = QLineEdit()
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        check_spelling(self.note)
        self.note.setFixedHeight(self.note.fontMetrics().lineSpacing() * NOTE_LINES + look.px(20))
        self.frames = {
            "kind": FieldFrame(_("What happened"), self.kind),
            "happened_on": FieldFrame(_("Day"), self.day),
            "happened_at": FieldFrame(_("Time"), self.time, optional=True),
            "who": FieldFrame(_("With whom"), self.who, optional=True),
            "attendance": FieldFrame(_("Was it kept?"), self.attendance),
            "missed_why": FieldFrame(_("Why it was missed"), self.why),
            "note": FieldFrame(_("Note"), self.note),
        }
        for box in (self.kind, self.attendance):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(12)
        self.day.setPlaceholderText(_("today, yesterday or 14/11/2026"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(4))
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(12))
        wide = look.scale < 1.5
        places = (
            [(0, 0, 1, 4), (0, 4, 1, 2), (0, 6, 1, 2), (0, 8, 1, 4), (1, 0, 1, 4), (1, 4, 1, 8)]
            if wide
            else [(row, 0, 1, 12) for row in range(6)]
        )
        names = ("kind", "happened_on", "happened_at", "who", "attendance", "missed_why")
        for name, place in zip(names, places, strict=True):
            grid.addWidget(self.frames[name], *place, Qt.AlignmentFlag.AlignTop)
        for number in range(12):
            grid.setColumnStretch(number, 1)
        column.addLayout(grid)
        column.addWidget(self.frames["note"])
        self.save = PrimaryButton(save_words, self.wanted.emit)
        self.save.setToolTip("Ctrl+Return")
        column.addLayout(button_row(self.save))
        for keys in SAVE_KEYS:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save.click)
        self.kind.currentIndexChanged.connect(self._chosen)
        self.attendance.currentIndexChanged.connect(self._chosen)
        for line in (self.day, self.time, self.who, self.why):
            line.textEdited.connect(self._typed)
        self.note.textChanged.connect(self._typed)

    def offer(self, offered: QuickEntry) -> None:
        """What may be chosen, and the names to complete."""
        for box in (self.kind, self.attendance):
            box.blockSignals(True)
            box.clear()
        self.kind.addItem(_("Choose"), "")
        for kind in offered.kinds:
            self.kind.addItem(kind.label, kind.code)
        self._keeps = {kind.code for kind in offered.kinds if kind.keeps}
        self.attendance.addItem(_("Choose"), "")
        for code, label in offered.attendance:
            self.attendance.addItem(label, code)
        for box in (self.kind, self.attendance):
            box.blockSignals(False)
        completer = QCompleter(list(offered.people), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.who.setCompleter(completer)

    def show_entry(self, typed: dict[str, Any]) -> None:
        """Show what was typed before, or the fields of a new entry."""
        self.blockSignals(True)
        self.kind.setCurrentIndex(max(0, self.kind.findData(typed.get("kind", ""))))
        self.attendance.setCurrentIndex(
            max(0, self.attendance.findData(typed.get("attendance", "")))
        )
        self.day.setText(typed.get("happened_on", "") or self._today())
        self.time.setText(typed.get("happened_at", ""))
        self.who.setText(typed.get("who", ""))
        self.why.setText(typed.get("missed_why", ""))
        self.note.setPlainText(typed.get("note", ""))
        self.blockSignals(False)
        self._fit()

    def as_typed(self) -> dict[str, str]:
        """What stands in the fields, as it was typed; empty where nothing was."""
        held = {
            "kind": self.kind.currentData() or "",
            "happened_on": "" if self.day.text() == self._today() else self.day.text(),
            "happened_at": self.time.text(),
            "who": self.who.text(),
            "attendance": self.attendance.currentData() or "",
            "missed_why": self.why.text(),
            "note": self.note.toPlainText(),
        }
        return held if any(held.values()) else {}

    def details(self) -> tuple[EntryDetails | None, tuple[Problem, ...]]:
        """What the fields hold, or None with what can't be read."""
        problems = []
        day = read_date(self.day.text(), self._clock.today())
        if day is None and self.day.text().strip():
            text = _("Enter a day, such as 14/11/2026, today or yesterday.")
            problems.append(Problem("happened_on", text, blocks=True))
        at = read_time(self.time.text()) if self.time.text().strip() else None
        if at is None and self.time.text().strip():
            problems.append(Problem("happened_at", _("Enter a time, such as 14:30."), blocks=True))
        if problems:
            return None, tuple(problems)
        kind = self.kind.currentData() or ""
        keeps = kind in self._keeps
        missed = keeps and self._missed()
        return (
            EntryDetails(
                kind=kind,
                happened_on=day,
                happened_at=at.strftime("%H:%M") if at else "",
                who=self.who.text(),
                attendance=(self.attendance.currentData() or "") if keeps else "",
                missed_why=self.why.text() if missed else "",
                note=self.note.toPlainText(),
            ),
            (),
        )

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Say beside each field what is wrong with it, and go to the first."""
        said = {problem.field: problem.text for problem in reversed(problems)}
        first = None
        for name, frame in self.frames.items():
            frame.set_error(said.get(name, ""))
            if first is None and name in said:
                first = frame
        if first is not None:
            first.focus_editor()

    # -- inside ----------------------------------------------------------------------------

    def _today(self) -> str:
        return date_as_typed(self._clock.today().isoformat())

    def _missed(self) -> bool:
        return str(self.attendance.currentData() or "").startswith("missed")

    def _fit(self) -> None:
        keeps = self.kind.currentData() in self._keeps
        self.frames["attendance"].setVisible(keeps)
        self.frames["missed_why"].setVisible(keeps and self._missed())
        self.frames["note"].set_label(_("Note"), optional=keeps)

    @Slot()
    def _chosen(self, _index: int = 0) -> None:
        self._fit()
        self.typed.emit()

    @Slot()
    def _typed(self, _text: str = "") -> None:
        self.typed.emit()


class QuickEntryForm(EntryFields):
    """The fields for a new entry of a child, whose words the window holds until they are saved.

    Args:
        save: Writes the entry; calls back when it is kept.
    """

    def __init__(
        self,
        shell: Shell,
        clock: Clock,
        child_id: str,
        offered: QuickEntry,
        save: Callable[[EntryDetails], object],
    ) -> None:
        super().__init__(clock, _("Add to the chronology"))
        self._shell = shell
        self._subject = ("chronology_entry", child_id)
        self._save = save
        self.offer(offered)
        self.show_entry(shell.kept_words(self._subject))
        self.typed.connect(self._keep)
        self.wanted.connect(self._send)

    @Slot()
    def _keep(self) -> None:
        typed = self.as_typed()
        if typed:
            self._shell.keep_words(self._subject, **typed)
        else:
            self._shell.forget_words(self._subject)

    @Slot()
    def _send(self) -> None:
        details, problems = self.details()
        self.show_problems(problems)
        if details is None:
            return
        self.save.setEnabled(False)
        self._save(details)

    def kept(self) -> None:
        """The entry is in the casebook: the fields are ready for the next one."""
        self._shell.forget_words(self._subject)
        self.save.setEnabled(True)
        self.show_problems(())
        self.show_entry({})
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def refused(self, problems: tuple[Problem, ...]) -> None:
        """It could not be kept; what was typed stays."""
        self.save.setEnabled(True)
        self.show_problems(problems)
