"""The window one works in: bars, rail, pages, menus, shortcuts.

How a package of pages joins in: a function `register(shell)` in its `__init__` that calls
`shell.register("caseload", CaseloadPage, rail=N_("Caseload"), order=10)`. The factory is called
with the shell when the page is first gone to. Names of pages that others rely on: `caseload`,
`child` (child_id, tab), `form` (record_id, child_id, path, cursor), `report` (report_id, child_id),
`waiting`, `child_mode`, `settings`, `help`, `problem_report`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import shiboken6
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAction,
    QCloseEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.core import i18n, log
from app.core.clock import local
from app.core.errors import BugError, KnownError
from app.core.i18n import LANGUAGES, N_, _, language
from app.core.settings import Settings
from app.ui import theme
from app.ui.kit.blocks import Banner, BusyOverlay
from app.ui.kit.buttons import Button, LinkButton
from app.ui.kit.dialogs import HOLDS_WORDS, Message
from app.ui.kit.fields import bring_into_view
from app.ui.kit.focus import FocusRing
from app.ui.kit.layout import clear
from app.ui.kit.text import Heading, Muted, Small, Strong
from app.ui.page import Page
from app.ui.sync_lane import SyncLane
from app.ui.sync_strip import SyncStrip
from app.ui.tasks import Job, Tasks, places_of

if TYPE_CHECKING:
    from app.casework.aside import Unkept
    from app.casework.casebooks import Place
    from app.casework.desk import Desk
    from app.casework.search import Hit
    from app.casework.sync_deeds import Result
    from app.ui.application import Application

TextEdits = (QLineEdit, QPlainTextEdit, QTextEdit)
KEEP_WORDS_AFTER_MS: Final = 1500
TAKE_IN_AGAIN_MS: Final = 1000
Subject = tuple[str | None, ...]
"""What something is typed for: a kind of thing and the ids that tell which."""
TEXT_SIZES: Final = (100, 110, 125, 150, 175, 200)
ROLE_WORDS: Final = {
    "practitioner": N_("practitioner"),
    "manager": N_("manager"),
    "administrator": N_("administrator"),
    "reader": N_("reader"),
}


def next_text_size(size: int, step: int) -> int:
    """The text size one step up (1) or down (-1) from `size`, in percent; 0 is back to normal."""
    if step == 0:
        return TEXT_SIZES[0]
    at = min(range(len(TEXT_SIZES)), key=lambda number: abs(TEXT_SIZES[number] - size))
    return TEXT_SIZES[max(0, min(len(TEXT_SIZES) - 1, at + step))]


@dataclass(frozen=True)
class Registered:
    """A kind of page: how it is made and where it stands on the rail (`rail` untranslated)."""

    name: str
    factory: Callable[[Shell], Page]
    rail: str | None
    order: int


@dataclass(frozen=True)
class Deed:
    """Something that can be done from anywhere, found by Ctrl+K. `label` untranslated."""

    label: str
    do: Callable[[], object]
    keys: str = ""


@dataclass(frozen=True)
class Strip:
    """One thing said above every page, until the person closes it."""

    text: str
    tone: str
    action: str
    do: Callable[[], object] | None


class FindButton(Button):
    """The place in the top bar that opens the palette. Says as much as there is room for."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Override QWidget::resizeEvent."""
        super().resizeEvent(event)
        options = (_("Find a child, form, date or action"), _("Find anything"), _("Find"))
        room = self.width() - theme.current().px(30) - theme.current().text_px(64)
        metrics = self.fontMetrics()
        fitting = (text for text in options if metrics.horizontalAdvance(text) <= room)
        text = next(fitting, options[-1])
        if text != self.text():
            self.setText(text)

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint: the shortest words need the least room."""
        look = theme.current()
        return QSize(look.text_px(150), super().minimumSizeHint().height())


class RailNumber(QLabel):
    """How many there are at a place on the rail."""


class RailButton(Button):
    """One place on the rail, with a number where one is known."""

    def __init__(self, text: str, on_click: Callable[[], object]) -> None:
        super().__init__(text, on_click)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        row = QHBoxLayout(self)
        look = theme.current()
        row.setContentsMargins(0, 0, look.px(12), 0)
        row.addStretch(1)
        self.number = RailNumber()
        self.number.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(self.number)

    def set_number(self, number: int | None, *, urgent: bool = False) -> None:
        """Show `number`, in the colour of what is urgent where it is; None shows nothing."""
        self.number.setText("" if number is None else str(number))
        self.setAccessibleDescription("" if number is None else str(number))
        self.number.setProperty("urgent", urgent)
        self.number.style().unpolish(self.number)
        self.number.style().polish(self.number)


class KeyHint(QLabel):
    """The keys of an action, beside it."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class PrivacyCover(QFrame):
    """What is seen while the screen is covered: nothing of anybody."""

    def __init__(self, uncover: Callable[[], object]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(theme.current().px(12))
        column.addStretch(1)
        heading = Heading(_("The screen is covered"))
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(heading)
        words = Muted(_("Nothing is lost. The casebook is still unlocked."))
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(words)
        self.button = _with_keys(Button(_("Show the screen again"), uncover), "F9")
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class Shell(QMainWindow):
    """The window of an open casebook.

    Signals:
        lock_asked: The casebook is to be locked (reason: asked, idle, suspend, screen).
        quit_asked: The window is to be closed for good.
        settings_asked: The settings are to be these from now on.
        was_saved: What was typed is saved.
    """

    lock_asked = Signal(str)
    quit_asked = Signal()
    settings_asked = Signal(object)
    was_saved = Signal()

    def __init__(self, desk: Desk, tasks: Tasks, settings: Settings) -> None:
        super().__init__()
        self.desk = desk
        self.tasks = tasks
        self.settings = settings
        self._registered: dict[str, Registered] = {}
        self._deeds: list[Deed] = []
        self._strips: list[Strip] = []
        self.program: Application | None = None
        self._pages: dict[str, Page] = {}
        self._numbers: dict[str, tuple[int | None, bool]] = {}
        self._history: list[tuple[str, dict[str, Any]]] = []
        self.unsaved: dict[Subject, dict[str, Any]] = {}
        """What was typed and is not saved, by what it was typed for; kept in the casebook too."""
        self._page: Page | None = None
        self._saved_at: datetime | None = None
        # When something was last saved before the program ended without being closed.
        self.ended_at: datetime | None = None
        self._covered_dialogs: list[QWidget] = []
        self._covered_place: Place | None = None
        self._note_words_later = QTimer(self)
        self._note_words_later.setSingleShot(True)
        self._note_words_later.setInterval(KEEP_WORDS_AFTER_MS)
        self._note_words_later.timeout.connect(self._note_words)
        self._full_screen_before: Qt.WindowState | None = None
        self._leaving_for_good = False
        self.sync = SyncLane(self)
        self.setWindowTitle("Waymark")
        self.setMinimumSize(640, 480)
        self.resize(1366, 768)
        self._stack_of_all = QStackedWidget()
        self.setCentralWidget(self._stack_of_all)
        self.ring = FocusRing(self)
        self.busy = BusyOverlay(self)
        tasks.busy.connect(self._busy)
        tasks.progressed.connect(self._progressed)
        tasks.unhandled.connect(self.show_error)
        self._build()
        self.sync.status_changed.connect(self._say_synced)
        self.sync.moved.connect(self._say_synced)
        self.sync.synced.connect(self._take_in)
        QTimer.singleShot(0, self.sync, self.sync.look)

    # ---- what pages use -------------------------------------------------------------------

    def register(
        self,
        name: str,
        factory: Callable[[Shell], Page],
        *,
        rail: str | None = None,
        order: int = 100,
    ) -> None:
        """Make a kind of page known; with `rail` (untranslated words) it stands on the rail."""
        self._registered[name] = Registered(name, factory, rail, order)
        self._fill_rail()
        self._fill_places_menu()

    def register_deed(self, label: str, do: Callable[[], object], keys: str = "") -> None:
        """Let Ctrl+K find an action by its untranslated words."""
        self._deeds = [deed for deed in self._deeds if deed.label != label]
        self._deeds.append(Deed(label, do, keys))
        self._fill_places_menu()

    def has(self, name: str) -> bool:
        """Whether there is a page of this name."""
        return name in self._registered

    def go(self, page_name: str, **args: Any) -> Page:
        """Show the page `page_name`, entered with `args`. Going back leads here again, unless this
        page stands alone: nobody goes back to a child's screen by a key.
        """
        if self._page is not None and self._page.chrome:
            self._history.append((self._page.name, dict(self._page.args)))
            del self._history[:-50]
        return self._show(page_name, args)

    def back(self) -> None:
        """Show the page before this one."""
        if self._history:
            name, args = self._history.pop()
            self._show(name, args)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that were made so far."""
        return tuple(self._pages.values())

    @property
    def can_go_back(self) -> bool:
        """Whether there is a page before this one."""
        return bool(self._history)

    def set_number(self, page_name: str, number: int | None, *, urgent: bool = False) -> None:
        """Show a number beside a place on the rail."""
        self._numbers[page_name] = (number, urgent)
        button = self._rail_buttons.get(page_name)
        if button is not None:
            button.set_number(number, urgent=urgent)

    def saved(self, at: datetime) -> None:
        """Say in the status bar that everything typed was saved here at `at`."""
        self._saved_at = at
        self._say_saved()
        self.was_saved.emit()

    def saving(self) -> None:
        """Say that something typed is not saved yet."""
        self._say(_("Saving"), "muted")

    def not_saved(self) -> None:
        """Say that something typed could not be saved. The page says why."""
        self._say(_("Not saved"), "attention")

    def nothing_unsaved(self) -> None:
        """Say again when something was saved last: what was typed since is not wanted."""
        self._say_saved()

    def keep_words(self, subject: Subject, **fields: Any) -> None:
        """Hold what is typed for `subject` until it is saved: over a lock and a crash too."""
        if self.unsaved.get(subject) != fields:
            self.unsaved[subject] = fields
            self._note_words_later.start()

    def kept_words(self, subject: Subject) -> dict[str, Any]:
        """What was typed for `subject` and is not saved; empty where nothing was."""
        return self.unsaved.get(subject, {})

    def forget_words(self, subject: Subject) -> None:
        """What was typed for `subject` is saved, or not wanted."""
        if self.unsaved.pop(subject, None) is not None:
            self._note_words_later.start()

    def with_words(self, place: Place) -> Place:
        """`place` with everything that was typed and is not saved."""
        words = tuple([list(subject), fields] for subject, fields in self.unsaved.items())
        return replace(place, words=words)

    @Slot()
    def _note_words(self) -> None:
        place, desk = self._place_now(), self.desk
        if place is None or self.ending:
            return
        from app.casework import casebooks

        self.tasks.run(
            lambda: casebooks.keep_place(desk, place), None, self._words_not_noted, owner=self
        )

    def _words_not_noted(self, error: Exception) -> None:
        # They are still held here, and a lock keeps them in one way or another.
        log.ui.warning("unsaved words: %s", places_of(error))
        self.not_saved()

    def add_strip(
        self,
        text: str,
        tone: str = "accent",
        action: str = "",
        do: Callable[[], object] | None = None,
    ) -> None:
        """Say one thing above every page until it is closed; `action` (untranslated) does `do`."""
        self._strips.append(Strip(text, tone, action, do))
        self._fill_strips()

    def notify(self, text: str) -> None:
        """Say one thing in the status bar, and aloud to a screen reader."""
        self.note_label.setText(text)
        self.note_label.setAccessibleName(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self.note_label, QAccessible.Event.Alert))
        self._note_timer.start(12_000)

    def report_problem(self, what: str = "") -> None:
        """Show the problem report; `what`: the kind of fault."""
        if self.has("problem_report"):
            self.go("problem_report", **({"what": what} if what else {}))

    @Slot(object)
    def show_error(self, error: Exception) -> None:
        """Say what went wrong, and what can be done."""
        if isinstance(error, KnownError):
            Message(_("That did not work"), error.user_text, self, hint=error.hint).ask()
            return
        log.ui.error("shown to the person: %s", places_of(error))
        if not self.has("problem_report"):
            # A fault before the pages are there: there is no report to lead to yet.
            Message(
                _("Something went wrong in Waymark"),
                _("What you saved before is safe. Close Waymark and open it again."),
                self,
            ).ask()
            return
        Message(
            _("Something went wrong in Waymark"),
            _("What you saved before is safe. This is a fault in the program, not in your work."),
            self,
            hint=_("A problem report helps to mend it. You see it before it is saved."),
            confirm=_("Write a problem report"),
            on_confirm=lambda: self.report_problem(type(error).__name__),
            cancel=_("Close"),
        ).ask()

    def shown_name(self, child_id: str, name: str) -> str:
        """`name`, or only its initials while the record of another child is open."""
        open_child = self._page.child_id if self._page is not None else None
        if open_child is None or open_child == child_id:
            return name
        return " ".join(f"{part[0]}." for part in name.split() if part)

    def change_settings(self, **changes: Any) -> None:
        """Keep these settings and dress the window by them."""
        self.settings_asked.emit(replace(self.settings, **changes))

    def take_settings(self, settings: Settings) -> None:
        """The settings are these now; the window is drawn anew where they change how it looks."""
        before, self.settings = self.settings, settings
        seen = (before.theme, before.text_size, before.language)
        if seen != (settings.theme, settings.text_size, settings.language):
            self.rebuild()

    def lock(self) -> None:
        """Lock the casebook now."""
        self.lock_asked.emit("asked")

    def open_palette(self, text: str = "") -> None:
        """Find a child, a form, a page, an action or a setting."""
        if not self.chrome_shown or self.covered:
            return
        from app.ui.palette import Palette

        Palette(self, text).ask()

    def open_hit(self, hit: Hit) -> None:
        """Show what the search found."""
        tabs = {"hearing": "court", "offence": "court", "person": "people", "due": "glance"}
        if hit.kind == "form" and self.has("form"):
            self.go("form", record_id=hit.record_id, child_id=hit.child_id)
        elif hit.kind == "report" and self.has("report"):
            self.go("report", report_id=hit.record_id, child_id=hit.child_id)
        elif hit.kind in tabs:
            self.go("child", child_id=hit.child_id, tab=tabs[hit.kind])
        else:
            self.go("child", child_id=hit.child_id)

    # ---- what the program uses ------------------------------------------------------------

    @property
    def registered(self) -> tuple[Registered, ...]:
        """All kinds of pages, in the order of the rail."""
        return tuple(sorted(self._registered.values(), key=lambda one: (one.order, one.name)))

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What can be done from anywhere, the menus' actions included."""
        return (*self._menu_deeds(), *self._deeds)

    def leave_page(self) -> Place | None:
        """Put what is unsaved on the database thread, and say where the person is.

        Never fails: a lock must not be kept open by a fault of a page.
        """
        page = self._page
        if page is None:
            return None
        try:
            page.leaving()
        except Exception as error:  # noqa: BLE001 - lock wins over any fault of a page
            log.ui.error("leaving %s: %s", page.name, places_of(error))
        return self._place_now()

    def _place_now(self) -> Place | None:
        """Where the person is, with what they typed and did not save. Never fails."""
        page = self._page
        if page is None:
            return None
        place = self._covered_place if self.covered else self._place_of(page)
        if place is None:
            from app.casework.casebooks import Place as MadePlace

            known = ("child_id", "record_id", "path", "cursor")
            place = MadePlace(page.name, **{k: page.args[k] for k in known if page.args.get(k)})
        return self.with_words(place)

    @staticmethod
    def _place_of(page: Page) -> Place | None:
        try:
            return page.place()
        except Exception as error:  # noqa: BLE001 - lock wins over any fault of a page
            log.ui.error("the place on %s: %s", page.name, places_of(error))
            return None

    def save_again(self) -> None:
        """Try once more to save answers that are not in the casebook, on whatever page."""
        for page in self._pages.values():
            if page.unkept():
                page.leaving()

    def unkept(self) -> tuple[Unkept, ...]:
        """Answers on any page that are not known to be in the casebook."""
        return tuple(one for page in self._pages.values() for one in page.unkept())

    def go_to_place(self, place: Place | None, otherwise: str = "caseload") -> None:
        """Come back to where the person was, with what they had typed and not saved."""
        for subject, fields in place.words if place is not None else ():
            self.unsaved.setdefault(tuple(subject), dict(fields))
        if place is None or not self.has(place.page):
            if self.has(otherwise):
                self.go(otherwise)
            return
        args = {
            "child_id": place.child_id,
            "record_id": place.record_id,
            "path": place.path,
            "cursor": place.cursor,
        }
        if place.page != otherwise and self.has(otherwise):
            self._history.append((otherwise, {}))
        try:
            self._show(place.page, {key: value for key, value in args.items() if value is not None})
        except Exception as error:  # noqa: BLE001 - where one was last must keep nobody out
            log.ui.error("coming back to %s: %s", place.page, places_of(error))
            self._page = None
            self._history.clear()
            if self.has(otherwise):
                self.go(otherwise)

    def rebuild(self) -> None:
        """Draw everything anew, in another language, theme or text size, at the same place."""
        focus = self.focusWidget()
        spoken = (type(focus).__name__, focus.accessibleName()) if focus is not None else None
        covered = self.covered
        if covered:
            self.toggle_cover()
        place = self.leave_page()
        self._close_word_dialogs()
        page, self._page = self._page, None
        for old in self._pages.values():
            old.hide()
            old.deleteLater()
        self._pages = {}
        if page is not None and not page.chrome:
            # The window is the worker's, whatever language the child has on their own page.
            i18n.set_language(self.settings.language)
        self._build()
        if page is not None:
            args = dict(page.args)
            if place is not None and place.page == page.name:
                found = {"path": place.path, "cursor": place.cursor}
                args.update({key: value for key, value in found.items() if value is not None})
            self._show(page.name, args)
        if spoken is not None and spoken[1]:
            for widget in self.findChildren(QWidget):
                # What is on its way out is hidden already, and may have the same name.
                if widget.isVisible() and (
                    (type(widget).__name__, widget.accessibleName()) == spoken
                ):
                    widget.setFocus()
                    break
        if covered:
            self.toggle_cover()

    def _close_word_dialogs(self) -> None:
        """Close dialogs whose words are held here: their page is made anew and opens them again."""
        for widget in QApplication.topLevelWidgets():
            if widget.property(HOLDS_WORDS) and widget.parentWidget() is self:
                widget.hide()
                widget.deleteLater()

    def close_dialogs(self) -> None:
        """Close everything that stands over the window, without asking."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self and widget.isVisible():
                widget.hide()
                widget.deleteLater()

    def leave_for_good(self) -> None:
        """Let the window close without asking again."""
        self._leaving_for_good = True

    @property
    def covered(self) -> bool:
        """Whether the privacy cover is over the window."""
        return self._stack_of_all.currentWidget() is self._cover

    def toggle_cover(self) -> None:
        """Cover the screen, or show it again."""
        if self.covered:
            self._stack_of_all.setCurrentWidget(self._work)
            self.menuBar().setVisible(self.chrome_shown)
            for dialog in self._covered_dialogs:
                dialog.show()
            self._covered_dialogs = []
            self._show_title()
            self._covered_place = None
            if self._focus_before is not None and isValid(self._focus_before):
                self._focus_before.setFocus()
            return
        self._focus_before = self.focusWidget()
        # Now: the cover takes the keyboard away from the question.
        self._covered_place = self._place_of(self._page) if self._page is not None else None
        self._covered_dialogs = [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget is not self and widget.isVisible() and widget.isWindow()
        ]
        for dialog in self._covered_dialogs:
            dialog.hide()
        self.menuBar().hide()
        self._stack_of_all.setCurrentWidget(self._cover)
        self.setWindowTitle("Waymark")
        self._cover.button.setFocus()

    @property
    def ending(self) -> bool:
        """Whether the casebook is being locked or the program is on its way out."""
        return self.program is not None and self.program.ending

    @property
    def chrome_shown(self) -> bool:
        """Whether bars, rail and menus are there; they are not in child mode."""
        return self._page is None or self._page.chrome

    def closeEvent(self, event: QCloseEvent) -> None:
        """Override QWidget::closeEvent: save first; the program closes the window itself."""
        if self._leaving_for_good:
            event.accept()
            return
        event.ignore()
        if self._page is None or self._page.may_leave():
            self.quit_asked.emit()

    # ---- pages ----------------------------------------------------------------------------

    def _show(self, name: str, args: dict[str, Any]) -> Page:
        kind = self._registered.get(name)
        if kind is None:
            raise BugError(f"there is no page named {name}")
        if self._page is not None and self._page.name != name and not self._page.may_leave():
            return self._page
        if self._page is not None:
            self._page.leaving()
        page = self._pages.get(name)
        if page is None:
            page = kind.factory(self)
            page.name = name
            page.title_changed.connect(self._title_changed)
            self._pages[name] = page
            self.stack.addWidget(page)
        page.args = dict(args)
        self._page = page
        self.stack.setCurrentWidget(page)
        self._show_chrome(page.chrome)
        self.rail.setVisible(page.chrome and page.rail)
        page.entered(self.desk, page.args)
        self._show_title()
        for rail_name, button in self._rail_buttons.items():
            button.setChecked(rail_name == name)
        if name not in self._rail_buttons:
            self._uncheck_rail()
        self.back_action.setEnabled(page.chrome and bool(self._history))
        first = page.focus_first()
        if first is not None and first.isVisibleTo(page) and first.isEnabled():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not page.isAncestorOf(self.focusWidget() or self):
            self._focus_first_in(page)
        return page

    def _focus_first_in(self, page: Page) -> None:
        for widget in self._tab_chain():
            if page.isAncestorOf(widget):
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        # Nothing on the page takes the keyboard: it stays beside the page's name on the rail.
        button = self._rail_buttons.get(page.name)
        if button is not None and button.isVisibleTo(self):
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tab_chain(self) -> list[QWidget]:
        """What Tab leads to, in the order of the window: top, strips, rail, page, status.

        Qt's own order is that of making, and pages are made last.
        """
        regions = [self.top_bar, self.demo_banner, self.rail, self.stack, self.status_bar]
        found: list[tuple[int, int, QWidget]] = []
        step = self.nextInFocusChain()
        while step is not None and step is not self:
            if (
                step.focusPolicy() & Qt.FocusPolicy.TabFocus
                and step.focusProxy() is None
                and step.isEnabled()
                and step.isVisibleTo(self)
            ):
                region = next((at for at, part in enumerate(regions) if part.isAncestorOf(step)), 1)
                found.append((region, len(found), step))
            step = step.nextInFocusChain()
        return [widget for _region, _at, widget in sorted(found, key=lambda one: one[:2])]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Override QWidget::focusNextPrevChild: Tab goes through the window as one reads it."""
        chain = self._tab_chain()
        # While a dialog closes the window isn't the active one, and still knows its own.
        here = QApplication.focusWidget() or self.focusWidget()
        if not chain or here is None or self.covered:
            return super().focusNextPrevChild(forward)
        page = self._page
        of_page = page is not None and (page.isAncestorOf(here) or self.busy.isAncestorOf(here))
        if page is not None and of_page and not _takes_keys(here):
            # Nobody pressed Tab: what had the keyboard went away, as when a page is drawn anew.
            self._hold_keyboard(page, here)
            return True
        step = 1 if forward else -1
        at = chain.index(here) if here in chain else (-1 if forward else 0)
        target = chain[(at + step) % len(chain)]
        bring_into_view(target)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        target.setFocus(reason)
        return True

    def changeEvent(self, event: QEvent) -> None:
        """Override QWidget::changeEvent: a page drawn anew under a dialog keeps the keyboard."""
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            here, page = self.focusWidget(), self._page
            if page is not None and not self.covered and (here is None or not _takes_keys(here)):
                self._hold_keyboard(page, here or page)
        super().changeEvent(event)

    def _hold_keyboard(self, page: Page, gone: QWidget) -> None:
        """Keep the keyboard on the page until it is drawn, then find a place for it there."""
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, lambda: self._keep_keyboard(page, gone))

    def _keep_keyboard(self, page: Page, gone: QWidget) -> None:
        """Give the keyboard to what comes after `gone` on the page, else to the page's first."""
        now = self.focusWidget()
        if page is not self._page or (now is not page and page.isAncestorOf(now or self)):
            return
        on_page = [widget for widget in self._tab_chain() if page.isAncestorOf(widget)]
        there = shiboken6.isValid(gone) and page.isAncestorOf(gone)
        step = gone.nextInFocusChain() if there else None
        while step is not None and step is not gone and step not in on_page:
            step = step.nextInFocusChain()
        if step is not None and step is not gone:
            step.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        first = page.focus_first()
        if first is not None and first.isVisibleTo(page) and first.isEnabled():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus_first_in(page)

    def _uncheck_rail(self) -> None:
        for button in self._rail_buttons.values():
            button.setAutoExclusive(False)
            button.setChecked(False)
            button.setAutoExclusive(True)

    @Slot(str)
    def _title_changed(self, _title: str) -> None:
        if self.sender() is self._page:
            self._show_title()

    def _show_title(self) -> None:
        title = self._page.window_title if self._page is not None else ""
        self.setWindowTitle(f"{title} - Waymark" if title and not self.covered else "Waymark")

    def _show_chrome(self, shown: bool) -> None:
        for part in (self.top_bar, self.rail, self.status_bar, self.menuBar()):
            part.setVisible(shown)
        self.demo_banner.setVisible(shown and self.desk.demo)
        if not shown:
            self.sync.cancel()
        for banner in self._strip_banners:
            banner.setVisible(shown)
        for action in self._chrome_actions:
            action.setEnabled(shown)
        if not shown and self._full_screen_before is None:
            self._full_screen_before = self.windowState()
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)
        elif shown and self._full_screen_before is not None:
            self.setWindowState(self._full_screen_before)
            self._full_screen_before = None

    # ---- building -------------------------------------------------------------------------

    def _build(self) -> None:
        while self._stack_of_all.count():
            old = self._stack_of_all.widget(0)
            self._stack_of_all.removeWidget(old)
            old.deleteLater()
        self._focus_before: QWidget | None = None
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.timeout.connect(self._forget_note)
        self._work = QWidget()
        column = QVBoxLayout(self._work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top_bar = self._make_top_bar()
        column.addWidget(self.top_bar)
        self.demo_banner = self._make_demo_banner()
        self.demo_banner.setVisible(self.desk.demo)
        column.addWidget(self.demo_banner)
        self._strip_column = QVBoxLayout()
        self._strip_column.setSpacing(0)
        column.addLayout(self._strip_column)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.rail = self._make_rail()
        middle.addWidget(self.rail)
        self.stack = QStackedWidget()
        middle.addWidget(self.stack, 1)
        column.addLayout(middle, 1)
        self.status_bar = self._make_status_bar()
        column.addWidget(self.status_bar)
        self._cover = PrivacyCover(self.toggle_cover)
        self._stack_of_all.addWidget(self._work)
        self._stack_of_all.addWidget(self._cover)
        self._make_menus()
        self._fill_rail()
        self._fill_strips()
        self._say_saved()
        self._say_synced()
        self.ring.raise_()

    def _make_rail(self) -> QFrame:
        look = theme.current()
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setAccessibleName(_("Places"))
        rail.setFixedWidth(look.px(200))
        self._rail_buttons: dict[str, RailButton] = {}
        rail_outer = QVBoxLayout(rail)
        rail_outer.setContentsMargins(0, 0, 0, 0)
        rail_area = QScrollArea()
        rail_area.setWidgetResizable(True)
        rail_area.setFrameShape(QFrame.Shape.NoFrame)
        rail_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._rail_column = QVBoxLayout(inside)
        self._rail_column.setContentsMargins(look.px(8), look.px(12), look.px(8), look.px(12))
        self._rail_column.setSpacing(look.px(4))
        rail_area.setWidget(inside)
        rail_area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        rail_outer.addWidget(rail_area)
        return rail

    def _make_top_bar(self) -> QFrame:
        look = theme.current()
        bar = QFrame()
        bar.setObjectName("topBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look.px(16), look.px(6), look.px(16), look.px(7))
        row.setSpacing(look.px(16))
        brand = QLabel("Waymark")
        brand.setObjectName("brand")
        brand.setFixedWidth(max(look.px(184), brand.sizeHint().width()))
        row.addWidget(brand)
        self.find_button = FindButton(_("Find a child, form, date or action"), self.open_palette)
        _with_keys(self.find_button, "Ctrl+K")
        self.find_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.find_button.setMaximumWidth(look.text_px(364))
        row.addWidget(self.find_button, 100)
        row.addStretch(1)
        role = _(ROLE_WORDS.get(self.desk.actor.role, self.desk.actor.role))
        who = Small(_("{name}, {role}").format(name=self.desk.actor.name, role=role))
        who.one_line()
        self.who_label = who
        row.addWidget(who)
        self.lock_button = _with_keys(Button(_("Lock"), self.lock), "Ctrl+L")
        row.addWidget(self.lock_button)
        return bar

    def _make_demo_banner(self) -> QFrame:
        look = theme.current()
        bar = QFrame()
        bar.setObjectName("demoBanner")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look.px(16), look.px(4), look.px(16), look.px(4))
        words = Small(
            _("Demonstration casebook: every child in it is invented. Put nothing real in here.")
        )
        palette = words.palette()
        palette.setColor(words.foregroundRole(), look.color("attention"))
        words.setPalette(palette)
        words.setObjectName("demoWords")
        row.addWidget(words, 1)
        return bar

    def _fill_strips(self) -> None:
        clear(self._strip_column)
        self._strip_banners: list[Banner] = []
        for strip in self._strips:
            actions: tuple[QWidget, ...] = ()
            if strip.action and strip.do is not None:
                actions = (LinkButton(_(strip.action), strip.do),)
            close = LinkButton(_("Close"), partial(self._close_strip, strip))
            banner = Banner(strip.text, strip.tone, actions=(*actions, close))
            banner.setObjectName("strip")
            self._strip_column.addWidget(banner)
            self._strip_banners.append(banner)

    def close_strips(self, action: str) -> None:
        """Close what was said above the pages with this action."""
        self._strips = [strip for strip in self._strips if strip.action != action]
        self._fill_strips()

    def _close_strip(self, strip: Strip) -> None:
        self._strips = [other for other in self._strips if other is not strip]
        self._fill_strips()

    def _make_status_bar(self) -> QFrame:
        look = theme.current()
        bar = QFrame()
        bar.setObjectName("statusBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look.px(16), look.px(2), look.px(16), look.px(2))
        row.setSpacing(look.px(20))
        self.saved_label = Strong().one_line()
        self.saved_label.setObjectName("savedLabel")
        self.note_label = Small()
        self.sync_strip = SyncStrip(self)
        row.addWidget(self.saved_label)
        row.addWidget(self.sync_strip)
        row.addWidget(self.note_label, 1)
        self.network_label = Small().one_line()
        row.addWidget(self.network_label)
        languages = QHBoxLayout()
        languages.setSpacing(look.px(6))
        self.language_buttons: dict[str, LinkButton] = {}
        for code, words in LANGUAGES.items():
            if self.language_buttons:
                languages.addWidget(Small("|").one_line())
            button = LinkButton(words, self._language_setter(code), small=True)
            button.setCheckable(True)
            button.setChecked(code == language())
            self.language_buttons[code] = button
            languages.addWidget(button)
        row.addLayout(languages)
        return bar

    def _language_setter(self, code: str) -> Callable[[], object]:
        def choose() -> None:
            with QSignalBlocker(self):
                for other, button in self.language_buttons.items():
                    button.setChecked(other == code)
            if code != language():
                self.change_settings(language=code)

        return choose

    def _fill_rail(self) -> None:
        while self._rail_column.count():
            item = self._rail_column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                # Hidden at once: deleting waits for the event loop, drawing does not.
                widget.hide()
                widget.deleteLater()
        self._rail_buttons = {}
        for kind in self.registered:
            if kind.rail is None:
                continue
            button = RailButton(_(kind.rail), self._goer(kind.name))
            button.setChecked(self._page is not None and self._page.name == kind.name)
            number, urgent = self._numbers.get(kind.name, (None, False))
            button.set_number(number, urgent=urgent)
            self._rail_buttons[kind.name] = button
            self._rail_column.addWidget(button)
        self._rail_column.addStretch(1)

    def _goer(self, name: str) -> Callable[[], object]:
        def go() -> None:
            self.go(name)

        return go

    # ---- menus ----------------------------------------------------------------------------

    def _make_menus(self) -> None:
        bar = self.menuBar()
        bar.clear()
        for action in self.actions():
            self.removeAction(action)
            action.deleteLater()
        self._chrome_actions: list[QAction] = []
        file_menu = bar.addMenu(_("&File"))
        self._file_menu = file_menu
        self._backups_action = self._act(
            file_menu, _("Backups"), "", lambda: self.go("settings", part="backups")
        )
        file_menu.addSeparator()
        self._act(file_menu, _("Lock"), "Ctrl+L", self.lock, always=True)
        self._act(file_menu, _("Quit"), "Ctrl+Q", self.close)
        edit = bar.addMenu(_("&Edit"))
        self.undo_action = self._act(edit, _("Undo"), "Ctrl+Z", lambda: self._edit("undo"))
        self.redo_action = self._act(edit, _("Redo"), "Ctrl+Shift+Z", lambda: self._edit("redo"))
        edit.addSeparator()
        self._act(edit, _("Cut"), "Ctrl+X", lambda: self._edit("cut"))
        self._act(edit, _("Copy"), "Ctrl+C", lambda: self._edit("copy"))
        self._act(edit, _("Paste"), "Ctrl+V", lambda: self._edit("paste"))
        self._act(edit, _("Select all"), "Ctrl+A", lambda: self._edit("selectAll"))
        edit.addSeparator()
        self._act(edit, _("Find anything"), "Ctrl+K", self.open_palette)
        self._act(edit, _("Search this page"), "Ctrl+F", self._search_page)
        edit.aboutToShow.connect(self._edit_menu_opens)
        edit.aboutToHide.connect(self._edit_menu_closes)
        self.edit_menu = edit
        view = bar.addMenu(_("&View"))
        self._places_menu = view
        self.back_action = self._act(view, _("Back"), "Alt+Left", self.back)
        self.back_action.setEnabled(bool(self._history))
        self._places_end = view.addSeparator()
        self._act(view, _("Larger text"), "Ctrl++", lambda: self._step_text(1))
        self._act(view, _("Smaller text"), "Ctrl+-", lambda: self._step_text(-1))
        self._act(view, _("Normal text"), "Ctrl+0", lambda: self._step_text(0))
        view.addSeparator()
        self._act(view, _("Cover the screen"), "F9", self.toggle_cover, always=True)
        help_menu = bar.addMenu(_("&Help"))
        self._act(help_menu, _("Help"), "F1", lambda: self.go("help"))
        self._act(help_menu, _("Keyboard"), "", lambda: self.go("help", part="keyboard"))
        self._act(help_menu, _("Report a problem"), "", self.report_problem)
        self._act(help_menu, _("About Waymark"), "", lambda: self.go("help", part="about"))
        self._place_actions: list[QAction] = []
        self._fill_places_menu()

    def _act(
        self,
        menu: QMenu,
        text: str,
        keys: str,
        do: Callable[[], object],
        *,
        always: bool = False,
    ) -> QAction:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: do())
        menu.addAction(action)
        # Also on the window, so that the keys work while the menu bar is hidden.
        self.addAction(action)
        if not always:
            self._chrome_actions.append(action)
        return action

    def _fill_places_menu(self) -> None:
        for action in self._place_actions:
            self._places_menu.removeAction(action)
            self._file_menu.removeAction(action)
            self.removeAction(action)
            if action in self._chrome_actions:
                self._chrome_actions.remove(action)
            action.deleteLater()
        self._place_actions = []
        places = [kind for kind in self.registered if kind.rail is not None]
        for number, kind in enumerate(places, start=1):
            action = QAction(_(kind.rail or ""), self)
            if number <= 9:
                action.setShortcut(QKeySequence(f"Alt+{number}"))
            action.triggered.connect(lambda _checked=False, name=kind.name: self.go(name))
            self._places_menu.insertAction(self._places_end, action)
            self._take_action(action)
        for deed in self._deeds:
            if deed.keys:
                action = QAction(_(deed.label), self)
                action.setShortcut(QKeySequence(deed.keys))
                action.triggered.connect(lambda _checked=False, do=deed.do: do())
                self._file_menu.insertAction(self._backups_action, action)
                self._take_action(action)

    def _take_action(self, action: QAction) -> None:
        """Let the keys of `action` work on every page with a menu."""
        self.addAction(action)
        self._chrome_actions.append(action)
        self._place_actions.append(action)

    def _menu_deeds(self) -> tuple[Deed, ...]:
        return (
            Deed(N_("Lock"), self.lock, "Ctrl+L"),
            Deed(N_("Cover the screen"), self.toggle_cover, "F9"),
            Deed(N_("Larger text"), lambda: self._step_text(1), "Ctrl++"),
            Deed(N_("Smaller text"), lambda: self._step_text(-1), "Ctrl+-"),
            Deed(N_("Light theme"), lambda: self.change_settings(theme="light")),
            Deed(N_("Dark theme"), lambda: self.change_settings(theme="dark")),
            Deed(N_("High contrast theme"), lambda: self.change_settings(theme="contrast")),
            Deed(N_("Show in Welsh"), lambda: self.change_settings(language="cy")),
            Deed(N_("Show in English"), lambda: self.change_settings(language="en")),
            Deed(N_("Settings"), lambda: self.go("settings")),
            Deed(N_("Change passphrase"), lambda: self.go("settings", part="passphrase")),
            Deed(N_("Backups"), lambda: self.go("settings", part="backups")),
            Deed(N_("Help"), lambda: self.go("help"), "F1"),
            Deed(N_("Report a problem"), self.report_problem),
            Deed(N_("Quit"), self.close, "Ctrl+Q"),
        )

    def _edit(self, what: str) -> None:
        field = QApplication.focusWidget()
        if isinstance(field, TextEdits):
            getattr(field, what)()
        elif what == "undo" and self._page is not None:
            self._page.undo()

    def _edit_menu_opens(self) -> None:
        field = QApplication.focusWidget()
        document = field.document() if isinstance(field, QPlainTextEdit | QTextEdit) else None
        line = field if isinstance(field, QLineEdit) else None
        self.undo_action.setEnabled(
            bool(document and document.isUndoAvailable())
            or bool(line and line.isUndoAvailable())
            or (not isinstance(field, TextEdits) and self._page is not None and self._page.can_undo)
        )
        self.redo_action.setEnabled(
            bool(document and document.isRedoAvailable()) or bool(line and line.isRedoAvailable())
        )

    def _edit_menu_closes(self) -> None:
        # An action that is greyed out takes no keys either, whatever has the keyboard by then.
        self.undo_action.setEnabled(True)
        self.redo_action.setEnabled(True)

    def _search_page(self) -> None:
        if self._page is None or not self._page.focus_search():
            self.open_palette()

    def _step_text(self, step: int) -> None:
        size = next_text_size(self.settings.text_size, step)
        if size != self.settings.text_size:
            self.change_settings(text_size=size)

    # ---- status ---------------------------------------------------------------------------

    def _say_saved(self) -> None:
        if self._saved_at is None:
            self._say("", "")
            return
        self._say(_("Saved here {time}").format(time=local(self._saved_at).strftime("%H:%M")), "")

    def _say(self, words: str, tone: str) -> None:
        """Show what is saved; only what is saved is green."""
        self.saved_label.setText(words)
        self.saved_label.setVisible(bool(words))
        if self.saved_label.property("tone") != tone:
            self.saved_label.setProperty("tone", tone)
            style = self.saved_label.style()
            style.unpolish(self.saved_label)
            style.polish(self.saved_label)

    @Slot()
    def _say_synced(self) -> None:
        """Say where syncing stands: in the status bar, and as a number on the rail."""
        self.sync_strip.show_lane(self.sync)
        status = self.sync.status
        self.network_label.setText(_("No network") if self.sync.offline else "")
        if status is not None:
            number = status.needs or status.waiting or None
            self.set_number("sync", number, urgent=bool(status.needs))

    @Slot(object)
    def _take_in(self, result: Result) -> None:
        """Others' work arrived: show it where it stands, without moving who is typing."""
        if not result.changed and not result.let_go:
            return
        page = self._page
        if page is None or self.ending:
            return
        if QApplication.activeModalWidget() is not None:
            # Not under a question that somebody is answering.
            QTimer.singleShot(TAKE_IN_AGAIN_MS, self, partial(self._take_in, result))
            return
        if page.child_id is not None and page.child_id in result.let_go:
            self.go("caseload")
            return
        page.others_wrote({record_id for _type, record_id in result.changed})

    def enter_again(self) -> None:
        """Read the page anew at the same place; what is typed in it is saved first."""
        page, place = self._page, self.leave_page()
        if page is None:
            return
        args = dict(page.args)
        if place is not None and place.page == page.name:
            found = {"path": place.path, "cursor": place.cursor}
            args.update({key: value for key, value in found.items() if value is not None})
        self._show(page.name, args)

    def _forget_note(self) -> None:
        self.note_label.setText("")

    @Slot(object)
    def _busy(self, job: Job | None) -> None:
        if job is None:
            self.busy.end()
        else:
            self.busy.begin(job.busy_text or "", job.cancel if job.cancellable else None)

    @Slot(int, int, str)
    def _progressed(self, done: int, total: int, text: str) -> None:
        self.busy.progress(done, total, text)


def _with_keys(button: Button, keys: str) -> Button:
    """Show the keys of an action at the right end of its button, and make room for them."""
    look = theme.current()
    hint = KeyHint(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
    row = QHBoxLayout(button)
    row.setContentsMargins(0, 0, look.px(10), 0)
    row.addStretch(1)
    row.addWidget(hint, 0, Qt.AlignmentFlag.AlignVCenter)
    hint.ensurePolished()
    room = hint.sizeHint().width() + look.px(20)
    button.setObjectName("keyed")
    button.setStyleSheet(f"#keyed {{ padding-right: {room}px; }}")
    return button


def _takes_keys(widget: QWidget) -> bool:
    """Whether the keyboard can stay there."""
    return widget.isVisible() and widget.isEnabled()
