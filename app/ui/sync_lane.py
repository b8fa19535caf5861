"""Syncing while the window stays free: when it runs, how far it is, how it ends.

It runs on a thread of its own beside the database's, with its own connection. It never runs while
the casebook is locked (this process has ended then), nor while the laptop is with a child: the
child's questions must stay as they are, and nothing of other children may come up beside them.
Where no network may be used, as in custody, nothing runs until somebody says otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.ui.tasks import Job, Tasks, Watch, places_of

if TYPE_CHECKING:
    from app.casework.sync_deeds import Result, Step
    from app.casework.syncing import Status
    from app.ui.shell import Shell

# Several saves at once are counted once.
COUNT_AFTER_MS: Final = 400
# The first sync waits until the window has been drawn and read.
FIRST_AFTER_MS: Final = 4000
SECONDS_TO_STOP: Final = 5.0


class SyncLane(QObject):
    """Runs syncs for one window.

    Attributes:
        running: Whether a sync runs now.
        status: Where the laptop stands; None until it was asked for the first time.
        step: How far the sync is that runs now; None: none runs.
        error: Why the last sync came to nothing; None where it didn't.
        clock_words: That the clock of this laptop isn't the server's, as the last sync saw it.

    Signals:
        status_changed: `status` is another one.
        moved: A sync began, came further or ended.
        synced: A sync came to its end: what it did.
        ordered: The service took this laptop out of use: the error that says so.
    """

    status_changed = Signal()
    moved = Signal()
    synced = Signal(object)
    ordered = Signal(object)
    _stepped = Signal(object)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._tasks = shell.tasks.beside(self, "sync")
        self.status: Status | None = None
        self.step: Step | None = None
        self.error: Exception | None = None
        self.clock_words = ""
        self._failures = 0
        self.running = False
        self._job: Job | None = None
        self._asked = False
        self._ended = False
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(COUNT_AFTER_MS)
        self._count.timeout.connect(self.look)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._by_itself)
        self._stepped.connect(self._take_step)
        shell.was_saved.connect(self._count.start)

    @property
    def tasks(self) -> Tasks:
        """The thread of syncing, for other questions to the server."""
        return self._tasks

    @property
    def offline(self) -> bool:
        """Whether the last sync found no server."""
        from app.casework.sync_deeds import Offline

        return isinstance(self.error, Offline)

    # ---- where it stands --------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """Ask the casebook where this laptop stands."""
        if self._ended or self._shell.ending:
            return
        desk = self._shell.desk

        def read() -> Status:
            from app.casework import syncing

            return syncing.status(desk)

        self._shell.tasks.run(read, self._took, self._not_told, owner=self)

    def _took(self, status: Status) -> None:
        before, self.status = self.status, status
        if before is None or not self._next.isActive():
            self._plan(first=before is None)
        elif status.waiting > before.waiting:
            self._plan()
        if status != before:
            self.status_changed.emit()

    def _not_told(self, error: Exception) -> None:
        log.ui.warning("where syncing stands: %s", places_of(error))

    # ---- running ----------------------------------------------------------------------------

    def why_not(self) -> str:
        """Why no sync may run now, in words; empty where one may."""
        status = self.status
        if status is None or not status.joined:
            return _("This laptop has not joined a server.")
        if status.join_again:
            return _("This laptop has to join the server again first.")
        if status.in_custody:
            return _("No network is used: custody mode is on.")
        if status.must_sign_in:
            return _("You have to sign in to your service first.")
        return ""

    def start(self, *, asked: bool = True) -> bool:
        """Sync now; whether it began.

        Args:
            asked: A person asked for it, and is told how it went.
        """
        free = self._shell.chrome_shown and not self._shell.ending and not self._ended
        if self.running or not free or self.why_not():
            return False
        from app.casework import sync_deeds

        desk = self._shell.desk
        self._asked = asked
        self._next.stop()

        def sync(watch: Watch) -> Result:
            return sync_deeds.sync_now(desk, self._stepped.emit, watch.cancelled)

        self.step = sync_deeds.Step(_("Asking the server"), 0, 0)
        self.running = True
        self.moved.emit()
        job = self._tasks.run_watched(sync, self._done, self._failed, owner=self)
        # It may be over at once.
        self._job = job if self.running else None
        return True

    def begin_anew(self, otherwise: Callable[[], object] | None = None) -> None:
        """The laptop joined a server, or the person signed in: what went wrong before is no more.

        Args:
            otherwise: Done where no sync may run yet.
        """
        self.error, self._failures = None, 0
        desk = self._shell.desk

        def read() -> Status:
            from app.casework import syncing

            return syncing.status(desk)

        def begin(status: Status) -> None:
            self._took(status)
            if not self.start() and otherwise is not None:
                otherwise()

        self._shell.tasks.run(read, begin, owner=self)

    def cancel(self) -> None:
        """Ask the sync that runs to stop at its next request."""
        if self._job is not None:
            self._job.cancel()

    def end(self, seconds: float = SECONDS_TO_STOP) -> bool:
        """Stop for good, before the casebook is closed. Whether nothing runs any more.

        A request that is under way is not waited for longer than `seconds`: what a sync writes
        it writes in whole transactions, so it may be cut off anywhere.
        """
        self._ended = True
        self._next.stop()
        self._count.stop()
        self.cancel()
        deadline = time.monotonic() + seconds
        while self._tasks.pending and time.monotonic() < deadline:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 50)
        return self._tasks.close(0.5)

    @Slot()
    def _by_itself(self) -> None:
        status = self.status
        if status is None or not status.automatic or not status.joined:
            return
        from app.ui.sync_network import Network

        network = Network()
        page = self._shell.page
        held = (
            network.missing()
            or (network.metered() and not status.on_metered)
            # What others wrote must not come in under what is being typed.
            or (page is not None and page.being_typed)
        )
        if held or not self.start(asked=False):
            self._plan()

    def _plan(self, *, first: bool = False) -> None:
        """Set when the next sync begins by itself."""
        from app.casework import sync_deeds

        status = self.status
        if status is None or not status.joined or not status.automatic or self._ended:
            self._next.stop()
            return
        seconds = sync_deeds.seconds_to_next(waiting=bool(status.waiting), failures=self._failures)
        milliseconds = FIRST_AFTER_MS if first else int(seconds * 1000)
        if not self._next.isActive() or milliseconds < self._next.remainingTime():
            self._next.start(milliseconds)

    @Slot(object)
    def _take_step(self, step: Step) -> None:
        if self.running:
            self.step = step
            self.moved.emit()

    def _over(self, error: Exception | None) -> None:
        self.running, self._job, self.step, self.error = False, None, None, error
        self._failures = 0 if error is None else self._failures + 1
        self._next.stop()
        self.moved.emit()
        self.look()

    def _done(self, result: Result) -> None:
        asked = self._asked
        self.clock_words = result.clock_words
        self._over(None)
        self.synced.emit(result)
        if asked or result.let_go:
            self._shell.notify(result.words)

    def _failed(self, error: Exception) -> None:
        from app.casework.sync_deeds import Cancelled, Ordered

        asked = self._asked
        self._over(error)
        if isinstance(error, Ordered):
            self.ordered.emit(error)
        elif not isinstance(error, KnownError):
            log.ui.error("sync: %s", places_of(error))
            if asked:
                self._shell.show_error(error)
        elif asked and not isinstance(error, Cancelled):
            self._shell.notify(error.user_text)
