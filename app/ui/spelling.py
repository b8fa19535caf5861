"""Spelling while one writes: a quiet wave under a word, and other spellings when asked for.

Looking words up has a thread of its own, so that neither the keys nor what is saved wait for it.
A field says by `kit.spelled` that it is checked; it is taken up when the keyboard comes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit, QTextEdit, QWidget

from app.core import i18n, log
from app.core.i18n import _
from app.ui import theme
from app.ui.kit.dialogs import Message
from app.ui.kit.fields import bring_into_view
from app.ui.kit.qt_counts import as_qt_counts
from app.ui.kit.spelled import spelled_in
from app.ui.tasks import Job, places_of

if TYPE_CHECKING:
    from app.casework.report_spelling import ReportWords
    from app.casework.report_validators import Finding
    from app.casework.spelling import Misspelt, Spared
    from app.ui.shell import Shell

LOOK_AFTER_MS: Final = 400
MOST_SHOWN: Final = 500
NEXT_KEYS: Final = "Shift+F7"


@dataclass(frozen=True)
class Mark:
    """A word that no dictionary has, and where it stands now: typing elsewhere moves it along."""

    word: str
    language: str
    cursor: QTextCursor

    @property
    def stands(self) -> bool:
        """Whether it stands there as it was when it was looked up."""
        return self.cursor.selectedText() == self.word


class Speller(QObject):
    """Checks the spelling of what is written in one window."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._tasks = shell.tasks.beside(self, "spelling")
        self._spared: dict[str | None, Spared] = {}
        self._skipped: dict[str, set[str]] = {}
        self._keep: dict[str, Callable[[str], object]] = {}
        self._failed = False
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    @property
    def on(self) -> bool:
        """Whether words are looked up at all."""
        return self._shell.settings.spelling and not self._failed and not self._shell.ending

    @property
    def is_looking(self) -> bool:
        """Whether something is being looked up now."""
        return bool(self._tasks.pending)

    def check(
        self,
        field: QPlainTextEdit,
        language: str,
        text_id: str,
        said: Sequence[str] = (),
        *,
        skipped: Collection[str] = (),
        keep: Callable[[str], object] | None = None,
    ) -> SpelledField:
        """Check a field from now on.

        Args:
            text_id: Of the whole that it is a part of: a word is skipped in all of it.
            said: What somebody said in it, which is left as it was said.
            skipped: Words that were skipped in the whole before.
            keep: Keeps a word that is skipped with the whole; None: it is skipped until a lock.
        """
        self._skipped.setdefault(text_id, set()).update(skipped)
        if keep is not None:
            self._keep[text_id] = keep
        spelled = SpelledField(self, field, language, text_id, said)
        spelled.look()
        return spelled

    def look_again(self) -> None:
        """Look at every field again, as after a change of settings or of names on the record."""
        self._spared.clear()
        for spelled in self._shell.findChildren(SpelledField):
            spelled.look()

    def forget_names(self) -> None:
        """Read the names anew when they are needed next: another page is shown."""
        self._spared.clear()

    def next(self) -> None:
        """Go to the next word that no dictionary has, and offer other spellings of it."""
        root = QApplication.activeModalWidget() or self._shell.page
        if root is None:
            return
        fields = [one for one in root.findChildren(SpelledField) if one.field.isVisibleTo(root)]
        fields.sort(key=lambda one: _place_of(one.field, root))
        here = next((at for at, one in enumerate(fields) if one.field.hasFocus()), 0)
        around = [*fields[here:], *fields[: here + 1]]
        for number, spelled in enumerate(around):
            after = 0
            if number == 0 and spelled.field.hasFocus():
                after = spelled.field.textCursor().selectionEnd()
            mark = spelled.first_from(after)
            if mark is not None:
                spelled.lead_to(mark)
                return
        self._shell.notify(_("No word here is missing from the dictionary."))

    def end(self) -> bool:
        """Stop for good. Whether nothing runs any more; a word that is looked up may be cut off."""
        return self._tasks.close(0.5)

    # ---- for the fields ---------------------------------------------------------------------

    def look_through(self, spelled: SpelledField) -> None:
        """Find what is spelled wrong in a field, away from the keys, and tell it."""
        child_id = self._shell.page.child_id if self._shell.page is not None else None
        spared = self._spared.get(child_id)
        if spared is None:
            desk = self._shell.desk

            def read() -> Spared:
                from app.casework import spared_words

                return spared_words.spared(desk, child_id)

            self._shell.tasks.run(
                read, partial(self._spare, child_id, spelled), self._could_not, owner=spelled
            )
            return
        text, language, said = spelled.text, spelled.language, tuple(spelled.said)
        skipped = frozenset(self._skipped.get(spelled.text_id, ()))

        def find() -> tuple[Misspelt, ...]:
            from app.casework import spelling

            return spelling.misspelt(text, language, said=said, spared=spared, skipped=skipped)

        self._tasks.run(find, partial(spelled.take, text), self._could_not, owner=spelled)

    def suggest(self, mark: Mark, menu: SpellingMenu) -> Job:
        """Find what may have been meant, and tell the menu."""
        word, language = mark.word, mark.language
        child_id = self._shell.page.child_id if self._shell.page is not None else None
        spared = self._spared.get(child_id)

        def find() -> tuple[str, ...]:
            from app.casework import spelling

            return spelling.suggestions(word, language, spared or spelling.NOTHING_SPARED)

        return self._tasks.run(find, menu.offer, self._could_not, owner=menu)

    def check_report(
        self, report_id: str, done: Callable[[Sequence[Finding]], object], owner: QObject
    ) -> None:
        """Find what is spelled wrong in a whole report, heading by heading, away from the keys."""
        if not self.on:
            return
        desk = self._shell.desk

        def read() -> ReportWords:
            from app.casework import report_spelling

            return report_spelling.words_of(desk, report_id)

        def look(words: ReportWords) -> None:
            def find() -> Sequence[Finding]:
                from app.casework import report_spelling

                return report_spelling.findings(words)

            self._tasks.run(find, done, self._could_not, owner=owner)

        self._shell.tasks.run(read, look, owner=owner)

    def skip(self, word: str, spelled: SpelledField) -> None:
        """Let a word stand wherever it stands in the text that the field is a part of."""
        from app.casework import spelling

        self._skipped.setdefault(spelled.text_id, set()).add(spelling.plain(word))
        keep = self._keep.get(spelled.text_id)
        if keep is not None:
            keep(word)
        for one in self._shell.findChildren(SpelledField):
            if one.text_id == spelled.text_id:
                one.look()

    @property
    def may_add(self) -> bool:
        """Whether the person may add words to those of the service."""
        return self._shell.desk.actor.may_write

    def ask_to_add(self, mark: Mark) -> None:
        """Add a word to those of the service; of what may be a name, ask first."""
        add = partial(self._add, mark.word, mark.language)
        if not mark.word[:1].isupper():
            add()
            return
        Message(
            _("Add “{word}” for everybody?").format(word=mark.word),
            _("Everybody in your service sees the words that are added."),
            self._shell,
            hint=_("If it is the name of a child or family, put it on the child’s record instead."),
            confirm=_("Add it"),
            on_confirm=add,
        ).ask()

    def _add(self, word: str, language: str) -> None:
        desk = self._shell.desk

        def add() -> None:
            from app.casework import service_words

            service_words.add(desk, word, language)

        def added(_nothing: None) -> None:
            self._shell.notify(_("“{word}” is a word of your service now.").format(word=word))
            self.look_again()

        self._shell.tasks.run(add, added, owner=self)

    # ---- inside -----------------------------------------------------------------------------

    @Slot(QWidget, QWidget)
    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        page = self._shell.page
        if not isinstance(new, QPlainTextEdit) or page is None or not page.chrome:
            return
        language = spelled_in(new)
        if language is None or new.isReadOnly() or not self.on or not self._is_ours(new):
            return
        if new.findChild(SpelledField) is None:
            text_id = page.args.get("record_id") or page.args.get("report_id") or page.name
            self.check(new, language, str(text_id))

    def _is_ours(self, widget: QWidget) -> bool:
        """Whether it stands in this window or in a dialog over it."""
        step: QWidget | None = widget
        while step is not None and step is not self._shell:
            step = step.parentWidget()
        return step is not None

    def _spare(self, child_id: str | None, spelled: SpelledField, spared: Spared) -> None:
        self._spared[child_id] = spared
        self.look_through(spelled)

    def _could_not(self, error: Exception) -> None:
        """A dictionary that can't be read keeps nobody from writing: it is said once."""
        log.ui.error("spelling: %s", places_of(error))
        if not self._failed:
            self._failed = True
            self._shell.add_strip(
                _("Spelling can’t be checked: the dictionary can’t be read."), "attention"
            )


class SpelledField(QObject):
    """A field whose spelling is checked.

    Attributes:
        field: The field. language: of its words.
        text_id: Of the whole that it is a part of.
        said: What somebody said in it.

    Signals:
        looked: Its words were looked up; `words` says what was found.
    """

    looked = Signal()

    def __init__(
        self,
        speller: Speller,
        field: QPlainTextEdit,
        language: str,
        text_id: str,
        said: Sequence[str] = (),
    ) -> None:
        super().__init__(field)
        self._speller = speller
        self.field = field
        self._language = language
        self.text_id = text_id
        self.said = said
        self._menu: SpellingMenu | None = None
        self._found: list[Mark] = []
        self._typed_at: int | None = None
        self._looked_at = field.toPlainText()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_AFTER_MS)
        self._later.timeout.connect(self.look)
        # Of the document: a field that is filled by the program keeps its own signals back.
        field.document().contentsChanged.connect(self._text_changed)
        field.cursorPositionChanged.connect(self._cursor_moved)
        field.installEventFilter(self)
        field.viewport().installEventFilter(self)

    @property
    def language(self) -> str:
        """The language that is checked."""
        return (spelled_in(self.field) or self._language) or i18n.language()

    @property
    def menu(self) -> SpellingMenu | None:
        """The menu of a word; None once it is closed."""
        menu = self._menu
        return menu if menu is not None and shiboken6.isValid(menu) else None

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.field.toPlainText()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that no dictionary has, in their order, each once."""
        return tuple(dict.fromkeys(mark.word for mark in self._found if mark.stands))

    @Slot()
    def look(self) -> None:
        """Look the words up now."""
        self._later.stop()
        self._looked_at = self.text
        if self._speller.on and not self.field.isReadOnly():
            self._speller.look_through(self)
        elif self._found:
            self._show([])

    def take(self, text: str, found: Sequence[Misspelt]) -> None:
        """Show what was found in `text`, unless other words were typed meanwhile."""
        if text != self.text:
            return
        spans = as_qt_counts(text, ((one.start, one.end) for one in found[:MOST_SHOWN]))
        marked = []
        for one, (start, end) in zip(found, spans, strict=False):
            cursor = QTextCursor(self.field.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            marked.append(Mark(one.word, one.language, cursor))
        self._show(marked)

    def at(self, position: int) -> Mark | None:
        """The word that no dictionary has at a place of the document."""
        for mark in self._found:
            start, end = mark.cursor.selectionStart(), mark.cursor.selectionEnd()
            if start <= position <= end and mark.stands:
                return mark
        return None

    def first_from(self, position: int) -> Mark | None:
        """The first such word that begins at this place or behind it."""
        found = (
            mark for mark in self._found if mark.cursor.selectionStart() >= position and mark.stands
        )
        return min(found, key=lambda mark: mark.cursor.selectionStart(), default=None)

    def lead_to(self, mark: Mark) -> None:
        """Choose a word and offer other spellings."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.setTextCursor(mark.cursor)
        self.field.ensureCursorVisible()
        bring_into_view(self.field)
        self.open_menu(mark.cursor.selectionEnd(), self._below_cursor())

    def open_menu(self, position: int, where: QPoint) -> bool:
        """Offer other spellings of the word at a place. Whether one is wrong there."""
        mark = self.at(position)
        if mark is None:
            return False
        self._typed_at = None
        self._menu = SpellingMenu(self._speller, self, mark)
        self._menu.popup(where)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Override QObject::eventFilter: the keys and the menu of a word."""
        kind = event.type()
        if kind == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            if event.reason() == QContextMenuEvent.Reason.Keyboard:
                return self._menu_by_key()
            place = self.field.cursorForPosition(
                self.field.viewport().mapFromGlobal(event.globalPos())
            )
            return self.open_menu(place.position(), event.globalPos())
        if watched is not self.field or not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.ShortcutOverride and _is_next(event):
            # Dialogs have no menu that would hold these keys.
            event.accept()
            return True
        if kind == QEvent.Type.KeyPress and _is_next(event):
            self._speller.next()
            return True
        return kind == QEvent.Type.KeyPress and _is_menu(event) and self._menu_by_key()

    # ---- inside -----------------------------------------------------------------------------

    def _menu_by_key(self) -> bool:
        menu = self.menu
        if menu is not None and menu.isVisible():
            return True
        return self.open_menu(self.field.textCursor().position(), self._below_cursor())

    def _below_cursor(self) -> QPoint:
        return self.field.viewport().mapToGlobal(self.field.cursorRect().bottomLeft())

    @Slot()
    def _text_changed(self) -> None:
        if self.text != self._looked_at:
            self._typed_at = self.field.textCursor().position()
            self._later.start()

    @Slot()
    def _cursor_moved(self) -> None:
        if self._typed_at is not None and self.field.textCursor().position() != self._typed_at:
            self._typed_at = None
            self._draw()

    def _show(self, found: list[Mark]) -> None:
        self._found = found
        self._draw()
        self.looked.emit()

    def _draw(self) -> None:
        line = QTextCharFormat()
        line.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        line.setUnderlineColor(theme.current().color("serious"))
        shown = []
        for mark in self._found:
            # A word that is still being typed is no mistake yet.
            typed = self._typed_at == mark.cursor.selectionEnd() and self.field.hasFocus()
            if not typed and mark.stands:
                selection = QTextEdit.ExtraSelection()
                selection.cursor = mark.cursor
                selection.format = line
                shown.append(selection)
        self.field.setExtraSelections(shown)


class SpellingMenu(QMenu):
    """What can be done about one word: other spellings come as they are found."""

    def __init__(self, speller: Speller, spelled: SpelledField, mark: Mark) -> None:
        super().__init__(spelled.field)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._spelled, self._mark = spelled, mark
        what = _("“{word}” is not in the dictionary").format(word=mark.word)
        self.setAccessibleName(what)
        title = self.addAction(_as_shown(what))
        title.setEnabled(False)
        self._waiting = self.addAction(_("Looking for other spellings"))
        self._waiting.setEnabled(False)
        self.addSeparator()
        skip = self.addAction(_("Skip in this text"))
        skip.triggered.connect(lambda _on=False: speller.skip(mark.word, spelled))
        if speller.may_add:
            more = self.addAction(_("Add to the words of your service"))
            more.triggered.connect(lambda _on=False: speller.ask_to_add(mark))
        self.addSeparator()
        usual = spelled.field.createStandardContextMenu()
        # Its window flags too: else it would be drawn within this one.
        usual.setParent(self, usual.windowFlags())
        usual.setTitle(_("&Edit"))
        self.addMenu(usual)
        self._job = speller.suggest(mark, self)
        self.aboutToHide.connect(self._job.cancel)

    def offer(self, spellings: Sequence[str]) -> None:
        """Show other spellings, the likeliest first and chosen."""
        if not spellings:
            self._waiting.setText(_("No other spelling found"))
            return
        first: QAction | None = None
        for spelling in spellings:
            action = QAction(_as_shown(spelling), self)
            action.setData(spelling)
            action.triggered.connect(partial(self._write, spelling))
            self.insertAction(self._waiting, action)
            first = first or action
        self.removeAction(self._waiting)
        self._stay_on_the_screen()
        if self.activeAction() is None and first is not None:
            self.setActiveAction(first)

    def _stay_on_the_screen(self) -> None:
        """Move up where it has grown beyond the lower edge."""
        self.adjustSize()
        beyond = self.geometry().bottom() - self.screen().availableGeometry().bottom()
        if beyond > 0:
            self.move(self.x(), max(self.screen().availableGeometry().top(), self.y() - beyond))

    def _write(self, spelling: str, _on: bool = False) -> None:
        """Put a word in the place of the one that is wrong: one step that can be taken back."""
        if not self._mark.stands:
            return
        cursor = QTextCursor(self._mark.cursor)
        cursor.insertText(spelling)
        self._spelled.field.setTextCursor(cursor)
        self._spelled.look()


def _as_shown(words: str) -> str:
    """In a menu, a single & would underline the letter behind it."""
    return words.replace("&", "&&")


def _is_next(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_F7 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier


def _is_menu(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Menu or (
        event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    )


def _place_of(field: QWidget, root: QWidget) -> tuple[int, int]:
    place = field.mapTo(root, QPoint(0, 0))
    return place.y(), place.x()
