"""The program from start to end: which window is shown, unlocking, locking, quitting."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEventLoop, QMimeData, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app.core import i18n, log
from app.core import settings as settings_file
from app.core.clock import Clock
from app.core.errors import BugError, KnownError
from app.core.i18n import N_, _
from app.core.settings import Settings
from app.ui import qt_words, theme
from app.ui.gate import Gate, Sight
from app.ui.open_marker import OpenMarker, words_for
from app.ui.tasks import Tasks, places_of
from app.ui.unlock import FolderCard, RecoverCard, RestoreCard, TroubleCard, UnlockCard, WaitCard

if TYPE_CHECKING:
    from app.casework.casebooks import Place
    from app.casework.desk import Desk
    from app.ui.leaving import Unsaved
    from app.ui.lock import LockWatch
    from app.ui.shell import Shell

PAGE_PACKAGES: Final = ("app.ui.pages", "app.ui.form", "app.ui.child_mode")
SECONDS_TO_SAVE: Final = 20.0
PAUSES_BEFORE_SAVING_AGAIN: Final = (0.3, 1.0)
CARRY_MS: Final = 10_000


@dataclass(frozen=True)
class Outside:
    """What the program needs from outside its windows. `bootstrap` gives it.

    Attributes:
        first_sight: What can be told of a folder at once, without reading the store; None: nothing.
        describe: The same, thoroughly; slow the first time, so it runs on the database thread.
        restart: Start a fresh process on the casebook in this folder, for this user, in a window
            like this one, and give it sealed words that no disk took (empty: there are none).
        end: End this process now. Never returns.
        finish: End the event loop, so that the process comes to its end in order.
        makes_demonstration: Whether `describe` makes the demonstration where there is none.
    """

    first_sight: Callable[[Path], Sight | None]
    describe: Callable[[Path], Sight]
    restart: Callable[[Path, str, str, bytes], None]
    end: Callable[[], None]
    finish: Callable[[], None]
    makes_demonstration: bool = False


@dataclass(frozen=True)
class Opening:
    """What is found out when a casebook has been unlocked."""

    place: Place | None
    recovery_confirmed: bool
    handover: Any
    numbers: Any
    taken: Any


class Faults(QObject):
    """Errors that nobody caught, from any thread, brought to the GUI thread."""

    raised = Signal(object)

    def install(self) -> None:
        """Hear of every error that would otherwise end the program or go unseen."""
        import threading

        def hook(_kind: Any, error: BaseException, _trace: Any) -> None:
            log.ui.error("uncaught: %s", places_of(error))
            if isinstance(error, Exception):
                self.raised.emit(error)

        sys.excepthook = hook
        threading.excepthook = lambda told: hook(
            told.exc_type, told.exc_value or RuntimeError(), told.exc_traceback
        )


class Application(QObject):
    """Holds the settings, the database thread and the one window."""

    shown = Signal()

    def __init__(
        self,
        outside: Outside,
        *,
        folder: Path,
        settings: Settings,
        clock: Clock,
        user_id: str = "",
        window: str = "",
        tasks: Tasks | None = None,
        carried: bytes = b"",
    ) -> None:
        super().__init__()
        self.outside = outside
        self.folder = folder
        self.settings = settings
        self.clock = clock
        self.tasks = tasks or Tasks(self)
        self.last_user_id = user_id
        self.sight = Sight("ready")
        self.gate: Gate | None = None
        self.shell: Shell | None = None
        self.desk: Desk | None = None
        self._window = window
        self._watch: LockWatch | None = None
        self._ending = False
        self._saving_first = False
        self._lock_due = ""
        # Sealed words that no disk took at the last lock.
        self.carried = carried
        self._carry_on = QTimer(self)
        self._carry_on.setInterval(CARRY_MS)
        self._carry_on.timeout.connect(self._put_down)
        self._copied = ""
        self.faults = Faults(self)
        self.faults.raised.connect(self._fault)
        i18n.set_language(settings.language)
        qt_words.speak(settings.language)
        theme.use(settings.theme, settings.text_size)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_look_changed)

    # ---- before the casebook is open ------------------------------------------------------

    def start(self) -> None:
        """Show the first window."""
        sight = self.outside.first_sight(self.folder)
        if sight is not None:
            self.sight = sight
            self.show_unlock()
        else:
            self._show(lambda: WaitCard(self))
        # The thorough look comes after the first picture: it reads in half of the program.
        QTimer.singleShot(0, self, self.look_again)
        if self.carried:
            self._put_down()
            self._carry_on.start()

    @Slot()
    def _put_down(self) -> None:
        """Write the sealed words that this process was given to a disk that takes them."""
        folder, carried = self.folder, self.carried

        def put_down() -> None:
            from app.casework import aside

            aside.keep(folder, carried)

        def done(_nothing: None) -> None:
            self._carry_on.stop()
            self.carried = b""

        if carried and self.tasks.pending <= 1:
            self.tasks.run(put_down, done, lambda _error: None, owner=self)

    @property
    def waiting_words(self) -> str:
        """What is said while nothing can be asked yet."""
        if self.outside.makes_demonstration:
            return _("Making the demonstration casebook. This takes a moment.")
        return _("Looking for your casebook.")

    @property
    def backup_folder(self) -> str:
        """Where backups are looked for first."""
        return self.settings.backup_folder or str(self.folder / "backups")

    @Slot()
    def look_again(self) -> None:
        """Find out what lies in the folder and show the card for it."""
        folder = self.folder
        self.tasks.run(lambda: self.outside.describe(folder), self._seen, self._unseen, owner=self)

    def use_folder(self, folder: Path) -> None:
        """Look for a casebook in another folder."""
        self.folder = folder
        self.look_again()

    def _seen(self, sight: Sight) -> None:
        if self.desk is not None:
            return
        self.sight = sight
        card = self.gate.card if self.gate is not None else None
        if sight.kind == "ready":
            if isinstance(card, UnlockCard):
                card.take(sight)
            else:
                self.show_unlock()
        elif sight.kind == "none":
            self.show_setup()
        else:
            self._show(lambda: TroubleCard(self))

    def _unseen(self, error: Exception) -> None:
        from app.ui.gate import words_of

        self.sight = Sight("damaged", message=words_of(error))
        self._show(lambda: TroubleCard(self))

    def _show(self, make: Callable[[], Any]) -> None:
        if self.gate is None:
            self.gate = Gate()
            self.gate.closing.connect(self._gate_closed)
            self.gate.text_size_asked.connect(self._text_size_asked)
            self.tasks.busy.connect(self._busy)
            self.tasks.progressed.connect(self.gate.busy.progress)
            self._restore_window(self.gate)
            self.gate.show_card(make)
            self.gate.show()
            self.gate.activateWindow()
            self.shown.emit()
        else:
            self.gate.show_card(make)

    def show_unlock(self) -> None:
        """Show the card that asks for the passphrase."""
        self._show(lambda: UnlockCard(self))

    def show_recover(self) -> None:
        """Show the card for those who can't remember their passphrase."""
        self._show(lambda: RecoverCard(self))

    def show_restore(self) -> None:
        """Show the card that restores a backup."""
        self._show(lambda: RestoreCard(self))

    def show_folder(self) -> None:
        """Show the card that chooses another folder."""
        self._show(lambda: FolderCard(self))

    def show_setup(self) -> None:
        """Show the wizard that makes a casebook."""
        from app.ui.setup import SetupCard

        self._show(lambda: SetupCard(self))

    def show_recovery_code(self, desk: Desk, code: str) -> None:
        """Show a new recovery code, to be confirmed."""
        from app.ui.setup import RecoveryCard

        self.desk = desk
        self._show(lambda: RecoveryCard(self, desk, code))
        # The code would stand on the screen of a laptop that nobody is at. Locking loses nothing:
        # another code can be made from within.
        self._start_watch(self.gate)

    def unlock(
        self,
        user_id: str,
        passphrase: str,
        done: Callable[[Desk], object],
        failed: Callable[[Exception], object],
        *,
        owner: QObject,
    ) -> None:
        """Open the casebook with a passphrase."""
        folder, clock = self.folder, self.clock
        chosen = user_id or (self.sight.holders[0].user_id if self.sight.holders else "")

        def open_it() -> Desk:
            from app.casework import casebooks

            who = chosen or casebooks.describe(folder).holders[0].user_id
            return casebooks.unlock(folder, who, passphrase, clock)

        self.tasks.run(open_it, done, failed, owner=owner)

    @Slot()
    def _gate_closed(self) -> None:
        if self.shell is None:
            self.quit()

    # ---- the casebook is open -------------------------------------------------------------

    def opened(self, desk: Desk) -> None:
        """The casebook is open: find out where to go, then show the window for it."""
        self.desk = desk
        self.last_user_id = desk.actor.id
        carried = self.carried

        def find_out() -> Opening:
            from app.casework import casebooks, caseload, questionnaires
            from app.ui.leaving import take_back

            # First of all: it may say where the person was.
            taken = take_back(desk, carried)
            return Opening(
                casebooks.last_place(desk),
                casebooks.recovery_confirmed(desk),
                questionnaires.current_handover(desk),
                caseload.counts(desk),
                taken,
            )

        self.tasks.run(find_out, self._enter, self._fault, owner=self)

    def _enter(self, opening: Opening) -> None:
        from app.ui.leaving import say_what_came_back
        from app.ui.shell import Shell

        desk = self.desk
        if desk is None:
            raise BugError("no casebook is open")
        if self.settings.casebook != str(self.folder) and not desk.demo:
            self._keep(replace(self.settings, casebook=str(self.folder)))
        shell = Shell(desk, self.tasks, self.settings)
        self.shell = shell
        shell.program = self
        register_pages(shell)
        shell.lock_asked.connect(self.lock)
        shell.quit_asked.connect(self.quit)
        shell.settings_asked.connect(self.take_settings)
        shell.was_saved.connect(self._was_saved)
        shell.sync.ordered.connect(self._obey)
        gate, self.gate = self.gate, None
        if gate is not None:
            put_window(shell, window_words(gate))
            self.tasks.busy.disconnect(self._busy)
        if not opening.taken.waiting:
            self._carry_on.stop()
            self.carried = b""
        numbers = opening.numbers
        shell.set_number("caseload", numbers.children)
        shell.set_number("due", numbers.due_this_week, urgent=bool(numbers.due_this_week))
        shell.set_number("waiting", numbers.waiting_for_me or None)
        self._say_what_matters(shell, desk, opening)
        say_what_came_back(shell, opening.taken)
        if opening.handover is not None and shell.has("child_mode"):
            shell.go("child_mode", handover_id=opening.handover.id)
        else:
            shell.go_to_place(opening.place)
        shell.show()
        shell.raise_()
        shell.activateWindow()
        if gate is not None:
            gate.hide()
            gate.deleteLater()
        self._marker.put()
        self._start_watch(shell)

    def _start_watch(self, window: QWidget | None) -> None:
        """Lock by itself from now on, for this window."""
        from app.ui.lock import LockWatch

        if self._watch is not None:
            self._watch.stop()
        if window is None:
            return
        self._watch = LockWatch(self.settings.idle_lock_minutes, self)
        self._watch.due.connect(self.lock)
        self._watch.watch_system(int(window.winId()))

    def _say_what_matters(self, shell: Shell, desk: Desk, opening: Opening) -> None:
        left = self._marker.left()
        if left is not None:
            if left.saved:
                shell.ended_at = left.at
            shell.add_strip(
                words_for(left, self.clock.today()),
                "attention",
                N_("Report a problem"),
                shell.report_problem,
            )
        if not opening.recovery_confirmed and not desk.demo:
            shell.add_strip(
                _("Your recovery code is not confirmed yet. Do that before you add a child."),
                "attention",
                N_("Confirm the code"),
                lambda: shell.go("settings", part="recovery"),
            )
        for notice in getattr(desk, "notices", ()):
            shell.add_strip(notice, "serious")

    # ---- settings -------------------------------------------------------------------------

    @Slot(object)
    def take_settings(self, settings: Settings) -> None:
        """These are the settings from now on."""
        self._keep(settings)
        i18n.set_language(settings.language)
        qt_words.speak(settings.language)
        theme.use(settings.theme, settings.text_size)
        if self._watch is not None:
            self._watch.minutes = settings.idle_lock_minutes
        if self.shell is not None:
            self.shell.take_settings(settings)
        elif self.gate is not None:
            self.gate.renew()

    def set_language(self, code: str) -> None:
        """Show everything in this language."""
        self.take_settings(replace(self.settings, language=code))

    def _text_size_asked(self, step: int) -> None:
        from app.ui.text_sizes import next_text_size

        size = next_text_size(self.settings.text_size, step)
        if size != self.settings.text_size:
            self.take_settings(replace(self.settings, text_size=size))

    def _keep(self, settings: Settings) -> None:
        self.settings = settings
        try:
            settings_file.save(settings)
        except OSError as error:
            # Comforts only: the program works on with them until it ends.
            log.ui.warning("settings not saved: %s", type(error).__name__)

    @Slot()
    def _system_look_changed(self) -> None:
        if self.settings.theme != "system":
            return
        theme.use("system", self.settings.text_size)
        if self.shell is not None:
            self.shell.rebuild()
        elif self.gate is not None:
            self.gate.renew()

    def copy_secret(self, text: str) -> None:
        """Put a secret on the clipboard, marked as one; it is taken off at the lock."""
        self._copied = text
        data = QMimeData()
        data.setText(text)
        data.setData("x-kde-passwordManagerHint", b"secret")
        QGuiApplication.clipboard().setMimeData(data)

    # ---- the end --------------------------------------------------------------------------

    @property
    def ending(self) -> bool:
        """Whether the casebook is being closed."""
        return self._ending or self._saving_first

    @Slot(str)
    def lock(self, reason: str = "asked") -> None:
        """Save, close the casebook, and end this process; a fresh one asks for the passphrase.

        Nothing on the screen can hold it up: dialogs are closed without asking. What the disk
        does not take is sealed and kept elsewhere until the next unlock, see `aside`.
        """
        if self._ending or self.desk is None:
            return
        if self._saving_first:
            # Sleep is told once: it must not be missed because somebody was just quitting.
            self._lock_due = reason
            return
        log.ui.info("lock: %s", reason)
        window = self._window_state()
        carried = self._leave()
        self.outside.restart(self.folder, self.last_user_id, window, carried)
        self.outside.end()

    @Slot()
    def quit(self) -> None:
        """Save, close the casebook and end the program. What can't be saved is asked about."""
        if self._ending or self._saving_first:
            return
        if self.desk is None and self.carried:
            self._ask_about_carried()
            return
        unsaved = self._save_first()
        if self._lock_due:
            self.lock(self._lock_due)
            return
        if unsaved.count:
            self._ask_about(unsaved)
            return
        self._finish()

    def _finish(self) -> None:
        # Everything typed is saved by now; a place that no disk takes is not worth a window.
        self._leave()
        self.outside.finish()

    def _save_first(self) -> Unsaved:
        """Save what can be saved while the window is still there; say what can't."""
        from app.ui.leaving import Unsaved

        shell, desk = self.shell, self.desk
        if shell is None or desk is None:
            return Unsaved(0, 0)
        errors: list[Exception] = []
        self._saving_first = True
        try:
            place = shell.leave_page()
            self._wait_until(time.monotonic() + SECONDS_TO_SAVE)
            if place is not None and place.words:

                def keep() -> None:
                    from app.casework import casebooks

                    casebooks.keep_place(desk, place)

                self.tasks.run(keep, None, errors.append, owner=self)
                self._wait_until(time.monotonic() + SECONDS_TO_SAVE)
        finally:
            self._saving_first = False
        unkept = shell.unkept()
        errors += [error for page in shell.pages if (error := page.save_error()) is not None]
        return Unsaved(
            sum(len(one.changes) for one in unkept),
            len(place.words) if errors and place is not None else 0,
            errors[0] if errors else None,
        )

    def _ask_about(self, unsaved: Unsaved) -> None:
        from app.ui.leaving import LeavingDialog

        assert self.shell is not None
        LeavingDialog(
            unsaved,
            self.shell,
            try_again=self.quit,
            put_aside=self._put_aside_and_close,
            lose=self._lose_and_close,
        ).ask()

    def _put_aside_and_close(self) -> None:
        """Close only when the words are on a disk: somebody is there to be told otherwise."""
        from app.casework import aside

        assert self.shell is not None and self.desk is not None
        try:
            aside.keep(self.folder, self._sealed(self.shell.leave_page()))
        except KnownError as error:
            self.shell.show_error(error)
            return
        self._leave(put_aside=False)
        self.outside.finish()

    def _lose_and_close(self) -> None:
        log.ui.warning("closed without saving, as asked")
        self._leave(put_aside=False)
        self.outside.finish()

    def _ask_about_carried(self) -> None:
        """Quit from the unlock window of a process that holds words no disk took."""
        from app.casework import aside
        from app.ui.kit.dialogs import Message

        try:
            aside.keep(self.folder, self.carried)
        except KnownError as error:
            assert self.gate is not None
            self.gate.stays = True
            Message(
                _("Not everything is saved"),
                _(
                    "This window holds answers that could not be saved before the casebook was "
                    "locked. Make room on the disk, then unlock the casebook."
                ),
                self.gate,
                hint=error.user_text,
                confirm=_("Close and lose them"),
                on_confirm=self._lose_carried,
                cancel=_("Go back"),
            ).ask()
            return
        self._lose_carried()

    def _lose_carried(self) -> None:
        self.carried = b""
        self._finish()

    def _leave(self, *, put_aside: bool = True) -> bytes:
        """Close the casebook. Gives sealed words that could neither be saved nor put on a disk."""
        self._ending = True
        if self._watch is not None:
            self._watch.stop()
        place: Place | None = None
        shell, desk = self.shell, self.desk
        if shell is not None:
            # The place first: the cover takes the keyboard away from the question.
            place = shell.leave_page()
            if not shell.covered:
                shell.toggle_cover()
            shell.close_dialogs()
            self.tasks.cancel_all()
            shell.sync.cancel()
        deadline = time.monotonic() + SECONDS_TO_SAVE
        self._wait_until(deadline)
        if shell is not None and put_aside:
            self._save_again(shell, deadline)
        if shell is not None and not shell.sync.end():
            log.ui.warning("a request to the server was still under way at the end")
        failed: list[Exception] = []
        if desk is not None:

            def close() -> None:
                from app.casework import casebooks

                casebooks.lock(desk, place)

            self.tasks.run(close, None, failed.append, owner=self)
            self._wait_until(deadline + SECONDS_TO_SAVE / 2)
        carried = b""
        if shell is not None and put_aside and (shell.unkept() or failed or self.tasks.pending):
            carried = self._put_aside(place)
        for error in failed:
            log.ui.error("the casebook was not closed in order: %s", places_of(error))
        if not self.tasks.close(SECONDS_TO_SAVE / 4):
            log.ui.error("work was still going on at the end")
        self.desk = None
        self._clear_clipboard()
        self._marker.take()
        if shell is not None:
            shell.leave_for_good()
            shell.hide()
        return carried

    @Slot(object)
    def _obey(self, ordered: Exception) -> None:
        """Remove the casebook, as its service ordered: now, whatever stands on the screen."""
        shell, desk = self.shell, self.desk
        if self._ending or shell is None or desk is None or not isinstance(ordered, KnownError):
            return
        self._ending = True
        log.ui.warning("the service took this laptop out of use")
        if self._watch is not None:
            self._watch.stop()
        if not shell.covered:
            shell.toggle_cover()
        shell.close_dialogs()
        self.tasks.cancel_all()
        self._wait_until(time.monotonic() + SECONDS_TO_SAVE / 4)
        shell.sync.end()
        failed: list[Exception] = []

        def obey() -> None:
            from app.casework import sync_deeds

            sync_deeds.obey(desk, ordered)

        self.tasks.run(obey, None, failed.append, owner=self)
        self._wait_until(time.monotonic() + SECONDS_TO_SAVE)
        self._clear_clipboard()
        self._marker.take()
        self.desk = None
        self.sight = Sight("damaged", message=_words_of_order(ordered, failed))
        shell.leave_for_good()
        shell.hide()
        self.shell = None
        # The window that is left holds nothing of anybody, and can be closed.
        self._ending = False
        from app.ui.sync_ordered import OrderedCard

        self._show(lambda: OrderedCard(self))

    def _save_again(self, shell: Shell, deadline: float) -> None:
        """Give the disk another moment for what it did not take."""
        for pause in PAUSES_BEFORE_SAVING_AGAIN:
            if not shell.unkept() or time.monotonic() > deadline:
                return
            loop = QEventLoop()
            QTimer.singleShot(int(pause * 1000), loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            shell.save_again()
            self._wait_until(deadline)

    def _sealed(self, place: Place | None) -> bytes:
        from app.casework import aside

        assert self.shell is not None and self.desk is not None
        return aside.seal(self.desk, self.shell.unkept(), place)

    def _put_aside(self, place: Place | None) -> bytes:
        """Seal what is not saved and put it on a disk; where none takes it, give it back."""
        from app.casework import aside

        data = self._sealed(place)
        try:
            aside.keep(self.folder, data)
        except KnownError:
            log.ui.error("no disk takes what could not be saved: the next process holds it")
            return data
        return b""

    def _wait_until(self, deadline: float) -> None:
        """Let the work that was asked for finish, with what follows from it."""
        while self.tasks.pending and time.monotonic() < deadline:
            QApplication.processEvents(
                QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
                | QEventLoop.ProcessEventsFlag.WaitForMoreEvents,
                50,
            )

    def _clear_clipboard(self) -> None:
        clipboard = QGuiApplication.clipboard()
        # Some platforms don't say whose it is; a secret of ours is known by its words.
        ours = bool(self._copied) and clipboard.text() == self._copied
        if ours or clipboard.ownsClipboard():
            clipboard.clear()
        self._copied = ""

    def _window_state(self) -> str:
        window = self.shell or self.gate
        if window is None:
            return ""
        return window_words(window)

    def _restore_window(self, gate: Gate) -> None:
        if self._window:
            put_window(gate, self._window)

    @property
    def _marker(self) -> OpenMarker:
        return OpenMarker(self.folder)

    @Slot()
    def _was_saved(self) -> None:
        self._marker.saved()

    # ---- faults ---------------------------------------------------------------------------

    @Slot(object)
    def _fault(self, error: Exception) -> None:
        if self._ending:
            return
        if self.shell is not None:
            self.shell.show_error(error)
        elif self.gate is not None and self.gate.card is not None:
            self.gate.card.show_error(error)

    @Slot(object)
    def _busy(self, job: Any) -> None:
        if self.gate is not None:
            self.gate.show_busy(job)


def _words_of_order(ordered: KnownError, failed: list[Exception]) -> str:
    """What became of an order of the service."""
    from app.ui.gate import words_of

    return words_of(failed[0]) if failed else words_of(ordered)


def window_words(window: QWidget) -> str:
    """Place and size of a window as words of the command line: `1366x768+10+20`, with `m`
    at the end where it fills the screen.
    """
    box = window.normalGeometry() if window.isMaximized() else window.geometry()
    words = f"{box.width()}x{box.height()}+{box.x()}+{box.y()}"
    return f"{words}m" if window.isMaximized() else words


def put_window(window: QWidget, words: str) -> None:
    """Give a window the place and size that `window_words` said, where there is a screen there."""
    found = re.fullmatch(r"(\d+)x(\d+)\+(-?\d+)\+(-?\d+)(m?)", words)
    if found is None:
        return
    width, height, x, y = (int(number) for number in found.groups()[:4])
    window.resize(width, height)
    if any(screen.geometry().contains(x, y) for screen in QGuiApplication.screens()):
        window.setGeometry(x, y, width, height)
    if found.group(5):
        window.setWindowState(Qt.WindowState.WindowMaximized)


def register_pages(shell: Shell) -> None:
    """Let every package of pages join the window."""
    from app.ui import help_page, problem_report, settings_page

    # First what needs no other package: a fault of a page still leads to a problem report.
    for module in (settings_page, help_page, problem_report):
        module.register(shell)
    for package in PAGE_PACKAGES:
        import_module(package).register(shell)
