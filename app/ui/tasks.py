"""Work off the GUI thread: one database thread, and answers that come back on the GUI thread.

All work on the casebook runs one after the other on one thread, in the order it was asked for, so
a save that was asked for before a lock is done before the lock. Callbacks run on the GUI thread,
and only while their owner lives. Syncing alone has a thread beside it, with a connection of its
own, because it waits for a network.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _

T = TypeVar("T")


class Cancelled(KnownError):
    """The person stopped the work. Nothing is said about it."""


class Watch:
    """What long work tells of itself, and is told. Made for every job; used by those that want it.

    It can be called as casework's `progress(done, total)`: False means that the person wants the
    work to stop.
    """

    def __init__(self, report: Callable[[int, int, str], None]) -> None:
        self._report = report
        self._cancelled = threading.Event()

    def __call__(self, done: int, total: int, text: str = "") -> bool:
        """Say that `done` of `total` is done. Whether to go on."""
        self._report(done, total, text)
        return not self.cancelled()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._cancelled.is_set()

    def stop_if_cancelled(self) -> None:
        """Raise `Cancelled` where the person asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled(_("You stopped this."))


@dataclass(eq=False)
class Job:
    """One piece of work: what to do, whom to tell."""

    op: Callable[[Watch], Any]
    done: Callable[[Any], object] | None
    failed: Callable[[Exception], object] | None
    owner: QObject | None
    busy_text: str | None
    cancellable: bool
    watch: Watch = field(default_factory=lambda: Watch(lambda _done, _total, _text: None))
    result: Any = None
    error: Exception | None = None

    def cancel(self) -> None:
        """Ask the work to stop."""
        self.watch.cancel()

    @property
    def owner_lives(self) -> bool:
        """Whether there is still somebody to tell."""
        return self.owner is None or shiboken6.isValid(self.owner)


class Tasks(QObject):
    """One thread for work: the database's, or that of syncing.

    Signals:
        busy: Long work started or ended: the Job that has a `busy_text`, or None.
        progressed: How far it is: done, total, words.
        unhandled: An error that no `failed` took; the shell shows it.
        idle: Nothing is left to do.
    """

    busy = Signal(object)
    progressed = Signal(int, int, str)
    unhandled = Signal(object)
    idle = Signal()
    _finished = Signal(object)
    _stepped = Signal(object, int, int, str)

    BUSY_AFTER_MS = 350

    def __init__(self, parent: QObject | None = None, *, name: str = "database") -> None:
        super().__init__(parent)
        self._name = name
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._open: list[Job] = []
        self._thread: threading.Thread | None = None
        self._closed = False
        self._shown: Job | None = None
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._stepped.connect(self._step, Qt.ConnectionType.QueuedConnection)

    def beside(self, parent: QObject, name: str) -> Tasks:
        """Another thread of the same kind, for work that must not hold this one up."""
        return type(self)(parent, name=name)

    @property
    def pending(self) -> int:
        """How many jobs have not been delivered yet."""
        return len(self._open)

    def run(
        self,
        op: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        *,
        owner: QObject | None,
        busy_text: str | None = None,
        cancellable: bool = False,
    ) -> Job:
        """Do `op()` on the database thread, then `done(result)` or `failed(error)` on this one.

        Args:
            owner: Callbacks are dropped once this object is gone; None: always called.
            busy_text: What is being done; shown over the window when it takes a moment.
            cancellable: Whether a Cancel button is shown; use `run_watched` to make it work.
        """
        return self.run_watched(
            lambda _watch: op(),
            done,
            failed,
            owner=owner,
            busy_text=busy_text,
            cancellable=cancellable,
        )

    def run_watched(
        self,
        op: Callable[[Watch], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        *,
        owner: QObject | None,
        busy_text: str | None = None,
        cancellable: bool = True,
    ) -> Job:
        """As `run`, for long work: `op(watch)` gives `watch` to casework as its `progress`."""
        job = Job(op, done, failed, owner, busy_text, cancellable)
        job.watch = Watch(lambda at, total, text: self._stepped.emit(job, at, total, text))
        if self._closed:
            log.ui.warning("work was asked for after the end")
            return job
        self._open.append(job)
        self._start(job)
        if busy_text:
            QTimer.singleShot(self.BUSY_AFTER_MS, self, self._show_busy)
        return job

    def cancel_all(self) -> None:
        """Ask all long work that can be stopped to stop."""
        for job in self._open:
            if job.cancellable:
                job.cancel()

    def close(self, seconds: float = 30.0) -> bool:
        """Finish what was asked for and end the thread. Whether it ended in time."""
        self._closed = True
        if self._thread is None:
            return True
        self._queue.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _start(self, job: Job) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._queue.put(job)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            perform(job)
            if shiboken6.isValid(self):
                self._finished.emit(job)

    @Slot(object)
    def _deliver(self, job: Job) -> None:
        if job in self._open:
            self._open.remove(job)
        if self._shown is job:
            self._shown = None
            self.busy.emit(None)
        if job.owner_lives:
            self._tell(job)
        if not self._open:
            self.idle.emit()

    def _tell(self, job: Job) -> None:
        if job.error is None:
            if job.done is not None:
                job.done(job.result)
        elif job.failed is not None:
            job.failed(job.error)
        elif not job.watch.cancelled():
            self.unhandled.emit(job.error)

    @Slot(object, int, int, str)
    def _step(self, job: Job, done: int, total: int, text: str) -> None:
        if job is self._shown:
            self.progressed.emit(done, total, text)

    @Slot()
    def _show_busy(self) -> None:
        if self._shown is None:
            self._shown = next((job for job in self._open if job.busy_text), None)
            if self._shown is not None:
                self.busy.emit(self._shown)


class InlineTasks(Tasks):
    """The same, at once and on the calling thread: for tests of pages."""

    def _start(self, job: Job) -> None:
        perform(job)
        self._deliver(job)


def perform(job: Job) -> None:
    """Do the work of `job` and keep its result or its error in it."""
    try:
        job.watch.stop_if_cancelled()
        job.result = job.op(job.watch)
    except Exception as error:  # noqa: BLE001 - every failure is handed to whoever asked
        job.error = error
        if not isinstance(error, KnownError):
            log.ui.error("work failed: %s", places_of(error))


def places_of(error: BaseException) -> str:
    """The type of `error` and where it came from; never its text, which may hold an answer."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {where}"
