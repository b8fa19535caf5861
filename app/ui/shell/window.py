"""The window of an open casebook: its pages, and what every page may ask of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from app.core import i18n, log
from app.core.errors import BugError
from app.core.i18n import _
from app.core.settings import Settings
from app.ui.kit.blocks import BusyOverlay
from app.ui.kit.dialogs import HOLDS_WORDS
from app.ui.kit.focus import FocusRing
from app.ui.page import Page
from app.ui.shell.arrivals import Arrivals
from app.ui.shell.cover import PrivacyCover, Underneath
from app.ui.shell.custody import Custody
from app.ui.shell.errors import show_error
from app.ui.shell.frame import Frame
from app.ui.shell.joined import Deed, Registered
from app.ui.shell.keyboard import Keyboard
from app.ui.shell.menus import Menus
from app.ui.shell.strips import Strip
from app.ui.shell.typed import Subject, Typed
from app.ui.spelling import Speller
from app.ui.sync_lane import SyncLane
from app.ui.tasks import Job, Tasks, places_of

if TYPE_CHECKING:
    from app.casework.aside import Unkept
    from app.casework.desk import Desk
    from app.casework.places import Place
    from app.ui.application import Application


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
        self._page: Page | None = None
        self._saved_at: datetime | None = None
        # When something was last saved before the program ended without being closed.
        self.ended_at: datetime | None = None
        self._underneath: Underneath | None = None
        self.typed = Typed(self._note_words, self)
        self._keyboard = Keyboard(self)
        self._full_screen_before: Qt.WindowState | None = None
        self._leaving_for_good = False
        self.sync = SyncLane(self)
        self.arrivals = Arrivals(self)
        self.custody = Custody(self)
        self.spelling = Speller(self)
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
        self.sync.synced.connect(self.arrivals.take_in)
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
        self._fill_places()

    def register_deed(self, label: str, do: Callable[[], object], keys: str = "") -> None:
        """Let Ctrl+K find an action by its untranslated words."""
        self._deeds = [deed for deed in self._deeds if deed.label != label]
        self._deeds.append(Deed(label, do, keys))
        self._fill_places()

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
        self.rail.set_number(page_name, number, urgent=urgent)

    def saved(self, at: datetime) -> None:
        """Say in the status bar that everything typed was saved here at `at`."""
        self._saved_at = at
        self.status_bar.say_saved(at)
        self.was_saved.emit()

    def saving(self) -> None:
        """Say that something typed is not saved yet."""
        self.status_bar.say(_("Saving"), "muted")

    def not_saved(self) -> None:
        """Say that something typed could not be saved. The page says why."""
        self.status_bar.say(_("Not saved"), "attention")

    def nothing_unsaved(self) -> None:
        """Say again when something was saved last: what was typed since is not wanted."""
        self.status_bar.say_saved(self._saved_at)

    @property
    def unsaved(self) -> dict[Subject, dict[str, Any]]:
        """What was typed and is not saved, by what it was typed for; kept in the casebook too."""
        return self.typed.words

    def keep_words(self, subject: Subject, **fields: Any) -> None:
        """Hold what is typed for `subject` until it is saved: over a lock and a crash too."""
        self.typed.keep(subject, fields)

    def kept_words(self, subject: Subject) -> dict[str, Any]:
        """What was typed for `subject` and is not saved; empty where nothing was."""
        return self.typed.words.get(subject, {})

    def forget_words(self, subject: Subject) -> None:
        """What was typed for `subject` is saved, or not wanted."""
        self.typed.forget(subject)

    def with_words(self, place: Place) -> Place:
        """`place` with everything that was typed and is not saved."""
        return self.typed.with_words(place)

    @Slot()
    def _note_words(self) -> None:
        place, desk = self._place_now(), self.desk
        if place is None or self.ending:
            return
        from app.casework import places

        self.tasks.run(
            lambda: places.keep_place(desk, place), None, self._words_not_noted, owner=self
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
        self.strips.add(Strip(text, tone, action, do))

    def close_strips(self, action: str) -> None:
        """Close what was said above the pages with this action."""
        self.strips.close_action(action)

    def notify(self, text: str) -> None:
        """Say one thing in the status bar, and aloud to a screen reader."""
        self.status_bar.note(text)

    def report_problem(self, what: str = "") -> None:
        """Show the problem report; `what`: the kind of fault."""
        if self.has("problem_report"):
            self.go("problem_report", **({"what": what} if what else {}))

    @Slot(object)
    def show_error(self, error: Exception) -> None:
        """Say what went wrong, and what can be done."""
        show_error(self, error)

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
        elif before.spelling != settings.spelling:
            self.spelling.look_again()

    def lock(self) -> None:
        """Lock the casebook now."""
        self.lock_asked.emit("asked")

    def open_palette(self, text: str = "") -> None:
        """Find a child, a form, a page, an action or a setting."""
        if not self.chrome_shown or self.covered:
            return
        from app.ui.palette import Palette

        Palette(self, text).ask()

    # ---- what the program uses ------------------------------------------------------------

    @property
    def registered(self) -> tuple[Registered, ...]:
        """All kinds of pages, in the order of the rail."""
        return tuple(sorted(self._registered.values(), key=lambda one: (one.order, one.name)))

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What can be done from anywhere, the menus' actions included."""
        return (*self.menus.deeds, *self._deeds)

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
        place = self._underneath.place if self._underneath is not None else self._place_of(page)
        if place is None:
            from app.casework.places import Place as MadePlace

            known = ("child_id", "record_id", "path", "cursor")
            place = MadePlace(page.name, **{k: page.args[k] for k in known if page.args.get(k)})
        return self.typed.with_words(place)

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
        self.typed.take_back(place)
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
        return self._underneath is not None

    def toggle_cover(self) -> None:
        """Cover the screen, or show it again."""
        under = self._underneath
        if under is not None:
            self._underneath = None
            self._stack_of_all.setCurrentWidget(self._work)
            self.menuBar().setVisible(self.chrome_shown)
            under.show_dialogs()
            self._show_title()
            under.give_keyboard_back()
            return
        place = self._place_of(self._page) if self._page is not None else None
        self._underneath = Underneath(self, place)
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
        self.spelling.forget_names()
        self.stack.setCurrentWidget(page)
        self._show_chrome(page.chrome)
        self.rail.setVisible(page.chrome and page.rail)
        page.entered(self.desk, page.args)
        self._show_title()
        self.rail.check(name)
        self.menus.back_action.setEnabled(page.chrome and bool(self._history))
        self._keyboard.enter(page)
        return page

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Override QWidget::focusNextPrevChild: Tab goes through the window as one reads it."""
        return self._keyboard.step(forward) or super().focusNextPrevChild(forward)

    def changeEvent(self, event: QEvent) -> None:
        """Override QWidget::changeEvent: a page drawn anew under a dialog keeps the keyboard."""
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._keyboard.window_activated()
        super().changeEvent(event)

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
        self._say_custody()
        self.strips.setVisible(shown)
        self.menus.enable(shown)
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
        self._work = frame = Frame(self, self._strips)
        self.top_bar, self.status_bar = frame.top_bar, frame.status_bar
        self.demo_banner, self.custody_banner = frame.demo_banner, frame.custody_banner
        self.strips, self.rail, self.stack = frame.strips, frame.rail, frame.stack
        self._cover = PrivacyCover(self.toggle_cover)
        self._stack_of_all.addWidget(self._work)
        self._stack_of_all.addWidget(self._cover)
        self.menus = Menus(self)
        self._fill_rail()
        self._fill_places()
        self.status_bar.say_saved(self._saved_at)
        self._say_synced()
        self.ring.raise_()

    def _fill_rail(self) -> None:
        self.rail.fill(self.registered, self.go)
        self.rail.check(self._page.name if self._page is not None else "")
        for name, (number, urgent) in self._numbers.items():
            self.rail.set_number(name, number, urgent=urgent)

    def _fill_places(self) -> None:
        self.menus.fill_places(self.registered, self._deeds)

    # ---- other work -----------------------------------------------------------------------

    @Slot()
    def _say_synced(self) -> None:
        """Say where syncing stands: in the status bar, and as a number on the rail."""
        self.status_bar.show_lane(self.sync)
        self._say_custody()
        status = self.sync.status
        if status is not None:
            number = status.needs or status.waiting or None
            self.set_number("sync", number, urgent=bool(status.needs))

    def _say_custody(self) -> None:
        on = self.custody.on
        self.top_bar.custody_switch.show_state(on)
        self.custody_banner.say(stopping=self.sync.running)
        self.custody_banner.setVisible(on and self.chrome_shown)

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

    @Slot(object)
    def _busy(self, job: Job | None) -> None:
        if job is None:
            self.busy.end()
        else:
            self.busy.begin(job.busy_text or "", job.cancel if job.cancellable else None)

    @Slot(int, int, str)
    def _progressed(self, done: int, total: int, text: str) -> None:
        self.busy.progress(done, total, text)
