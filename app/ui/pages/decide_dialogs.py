"""What a manager is asked while deciding: a choice, words and a day, held until they are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from app.core.i18n import _
from app.ui.form.typed import date_as_typed, read_date
from app.ui.kit import Dialog, FieldFrame, PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import HOLDS_WORDS
from app.ui.kit.spelled import check_spelling
from app.ui.page import Page

LINES = 6


@dataclass(frozen=True)
class Said:
    """What was filled in: the code of the choice, the words, and the day."""

    choice: str
    words: str
    day: date | None


@dataclass(frozen=True)
class Wanted:
    """What a dialog asks for.

    Attributes:
        title, confirm: Words of the dialog and its button.
        label, hint: Of the words.
        choice_label: Of the choice; empty: there is none. choices: codes and their words.
        chosen: The code that is chosen at first; empty: a person has to choose.
        day_label: Of the day; empty: there is none. day: what stands there at first.
        needs_words: Whether it can't be saved without words.
    """

    title: str
    confirm: str
    label: str
    hint: str
    choice_label: str = ""
    choices: Sequence[tuple[str, str]] = ()
    chosen: str | None = None
    day_label: str = ""
    day: date | None = None
    needs_words: bool = True


class AskDialog(Dialog):
    """Asks for what `wanted` says. What is typed is held by the window until it is forgotten, so
    that neither a lock nor a save that fails loses it.
    """

    def __init__(
        self,
        wanted: Wanted,
        page: Page,
        on_confirm: Callable[[Said], object],
        *,
        subject: tuple[str | None, ...],
    ) -> None:
        super().__init__(wanted.title, page, width=520)
        self.setProperty(HOLDS_WORDS, True)
        self._wanted = wanted
        self._page = page
        self._subject = subject
        self._on_confirm = on_confirm
        held = page.shell.kept_words(subject)
        self.choice = self._chooser(str(held.get("choice", wanted.chosen or "")))
        self.text = QPlainTextEdit(str(held.get("words", "")))
        self.text.setTabChangesFocus(True)
        check_spelling(self.text)
        self.text.setFixedHeight(self.text.fontMetrics().height() * LINES)
        cursor = self.text.textCursor()
        cursor.setPosition(min(int(held.get("cursor", 0)), len(self.text.toPlainText())))
        self.text.setTextCursor(cursor)
        self.text.textChanged.connect(self._typed)
        self.text.cursorPositionChanged.connect(self._typed)
        self.field = FieldFrame(wanted.label, self.text, hint=wanted.hint)
        day = "" if wanted.day is None else date_as_typed(wanted.day.isoformat())
        self.day = QLineEdit(str(held.get("day", day)))
        self.day.textEdited.connect(self._typed)
        if self.choice is not None:
            self.choice_field = FieldFrame(wanted.choice_label, self.choice)
            self.column.addWidget(self.choice_field)
        self.column.addWidget(self.field)
        if wanted.day_label:
            self.day_field = FieldFrame(
                wanted.day_label, self.day, hint=_("For example, {day}").format(day="27/3/2026")
            )
            self.column.addWidget(self.day_field)
        else:
            self.day.hide()
            self.day.setParent(self)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(wanted.confirm, self._go)
        self.add_button(self.go)
        (self.text if self.choice is None or wanted.chosen is not None else self.choice).setFocus()

    def _chooser(self, chosen: str) -> QComboBox | None:
        if not self._wanted.choice_label:
            return None
        made = QComboBox()
        made.setMaxVisibleItems(24)
        if self._wanted.chosen is None:
            made.addItem(_("Choose"), "")
        for code, words in self._wanted.choices:
            made.addItem(words, code)
        made.setCurrentIndex(max(0, made.findData(chosen)))
        made.currentIndexChanged.connect(self._typed)
        return made

    @property
    def _chosen(self) -> str:
        return "" if self.choice is None else str(self.choice.currentData() or "")

    @Slot()
    def _typed(self, _anything: Any = None) -> None:
        words = self.text.toPlainText()
        if words.strip():
            self._page.shell.keep_words(
                self._subject,
                words=words,
                choice=self._chosen,
                day=self.day.text(),
                cursor=self.text.textCursor().position(),
            )
        else:
            self._page.shell.forget_words(self._subject)

    def reject(self) -> None:
        """Override QDialog::reject: the words are not wanted."""
        self._page.shell.forget_words(self._subject)
        super().reject()

    def _go(self) -> None:
        wanted, words = self._wanted, self.text.toPlainText().strip()
        typed = self.day.text().strip()
        day = read_date(typed, self._page.desk.clock.today()) if typed else None
        wrong = []
        if wanted.choice_label and wanted.chosen is None and not self._chosen:
            self.choice_field.set_error(_("Select an answer."))
            wrong.append(self.choice_field)
        elif wanted.choice_label:
            self.choice_field.set_error("")
        self.field.set_error("")
        if not words and wanted.needs_words:
            self.field.set_error(_("Say why, in a few words."))
            wrong.append(self.field)
        if wanted.day_label:
            unread = bool(typed) and day is None
            self.day_field.set_error(_("Enter a real date, like 27/03/2026.") if unread else "")
            if unread:
                wrong.append(self.day_field)
        if wrong:
            wrong[0].focus_editor()
            return
        self.accept()
        self._on_confirm(Said(self._chosen, words, day))
