"""The program from start to end: which window is shown, unlocking, locking, quitting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.core import i18n, log
from app.core import settings as settings_file
from app.core.clock import Clock
from app.core.errors import BugError
from app.core.i18n import N_, _
from app.core.settings import Settings
from app.ui import qt_words, theme
from app.ui.carried import Carried
from app.ui.clipboard import Clipboard
from app.ui.ending import Ending
from app.ui.entrance import Entrance
from app.ui.faults import Faults
from app.ui.gate import Gate, Sight
from app.ui.open_marker import OpenMarker, words_for
from app.ui.outside import Outside
from app.ui.tasks import Tasks
from app.ui.text_sizes import next_text_size
from app.ui.window_place import put_window, window_words

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.casework.places import Place
    from app.ui.lock import LockWatch
    from app.ui.shell import Shell

PAGE_PACKAGES: Final = ("app.ui.pages", "app.ui.form", "app.ui.child_mode")


@dataclass(frozen=True)
class Opening:
    """What is found out when a casebook has been unlocked."""

    place: Place | None
    recovery_confirmed: bool
    handover: Any
    numbers: Any
    taken: Any


class Application(QObject):
    """Holds the settings, the database thread and the one window.

    Signals:
        shown: The first window is there. entered: The window over the open casebook is.
    """

    shown = Signal()
    entered = Signal()

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
        self.window = window
        self._watch: LockWatch | None = None
        self.carried = Carried(carried, folder, self.tasks, self)
        self.clipboard = Clipboard()
        self.entrance = Entrance(self)
        self._end = Ending(self)
        self.faults = Faults(self)
        self.faults.raised.connect(self._fault)
        i18n.set_language(settings.language)
        qt_words.speak(settings.language)
        theme.use(settings.theme, settings.text_size)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_look_changed)

    def start(self) -> None:
        """Show the first window."""
        self.entrance.start()

    @property
    def backup_folder(self) -> str:
        """Where backups are looked for first."""
        return self.settings.backup_folder or str(self.folder / "backups")

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

    # ---- the casebook is open -------------------------------------------------------------

    def opened(self, desk: Desk) -> None:
        """The casebook is open: find out where to go, then show the window for it."""
        self.desk = desk
        self.last_user_id = desk.actor.id
        carried = self.carried.sealed

        def find_out() -> Opening:
            from app.casework import casebook_keys, caseload, places, questionnaires
            from app.ui.leaving import take_back

            # First of all: it may say where the person was.
            taken = take_back(desk, carried)
            return Opening(
                places.last_place(desk),
                casebook_keys.recovery_confirmed(desk),
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
        shell.sync.ordered.connect(self._end.obey)
        gate = self.entrance.leave()
        if gate is not None:
            put_window(shell, window_words(gate))
        if not opening.taken.waiting:
            self.carried.drop()
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
        self.marker.put()
        self.watch_over(shell)
        self.entered.emit()

    def watch_over(self, window: QWidget | None) -> None:
        """Lock by itself from now on, for this window."""
        from app.ui.lock import LockWatch

        self.stop_watching()
        if window is None:
            return
        self._watch = LockWatch(self.settings.idle_lock_minutes, self)
        self._watch.due.connect(self.lock)
        self._watch.watch_system(int(window.winId()))

    def stop_watching(self) -> None:
        """Lock by itself no more."""
        if self._watch is not None:
            self._watch.stop()

    @property
    def marker(self) -> OpenMarker:
        """What lies in the folder while the casebook is open."""
        return OpenMarker(self.folder)

    def _say_what_matters(self, shell: Shell, desk: Desk, opening: Opening) -> None:
        left = self.marker.left()
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

    @Slot(int)
    def step_text(self, step: int) -> None:
        """Larger text (1), smaller (-1), or back to normal (0)."""
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

    # ---- the end --------------------------------------------------------------------------

    @property
    def ending(self) -> bool:
        """Whether the casebook is being closed."""
        return self._end.under_way

    @Slot(str)
    def lock(self, reason: str = "asked") -> None:
        """Save, close the casebook, and end this process; a fresh one asks for the passphrase."""
        self._end.lock(reason)

    @Slot()
    def quit(self) -> None:
        """Save, close the casebook and end the program. What can't be saved is asked about."""
        self._end.quit()

    @Slot()
    def _was_saved(self) -> None:
        self.marker.saved()

    # ---- faults ---------------------------------------------------------------------------

    @Slot(object)
    def _fault(self, error: Exception) -> None:
        if self._end.begun:
            return
        if self.shell is not None:
            self.shell.show_error(error)
        elif self.gate is not None and self.gate.card is not None:
            self.gate.card.show_error(error)


def register_pages(shell: Shell) -> None:
    """Let every package of pages join the window."""
    from app.ui import help_page, problem_report, settings_page

    # First what needs no other package: a fault of a page still leads to a problem report.
    for module in (settings_page, help_page, problem_report):
        module.register(shell)
    for package in PAGE_PACKAGES:
        import_module(package).register(shell)
