"""When the casebook is to be locked: nobody is there, the laptop sleeps, the screen is locked.

What a lock does stands in `Application.lock`. Each watch here may be missing on a computer; the
idle watch never is.
"""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any, Final

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication

from app.core import log

TICK_SECONDS: Final = 5
# The wall clock runs on while the laptop sleeps, the other one may not: this apart means it slept.
SLEPT_SECONDS: Final = 30
_INPUT: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class LockWatch(QObject):
    """Gives `due` with a reason (idle, suspend, screen) when the casebook should be locked."""

    due = Signal(str)

    def __init__(self, minutes: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.minutes = minutes
        self._touched = time.monotonic()
        self._seen_wall = time.time()
        self._seen_steady = time.monotonic()
        self._windows: list[QWindow] = []
        self._native: _WindowsSession | None = None
        app = QGuiApplication.instance()
        if isinstance(app, QApplication):
            app.focusWindowChanged.connect(self._watch_window)
            self._watch_window(app.focusWindow())
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_SECONDS * 1000)
        self._timer.timeout.connect(self.tick)
        self._timer.start()

    def watch_system(self, window_id: int) -> None:
        """Also hear from the system: sleep and the lock of the screen."""
        if sys.platform == "win32":
            self._native = _WindowsSession(self, window_id)
        elif sys.platform.startswith("linux"):
            self._listen_to_linux()

    def stop(self) -> None:
        """Hear nothing any more."""
        self._timer.stop()
        if self._native is not None:
            self._native.stop()
            self._native = None

    def touched(self) -> None:
        """Somebody is there."""
        self._touched = time.monotonic()

    @Slot()
    def tick(self) -> None:
        """See whether it is time."""
        wall, steady = time.time(), time.monotonic()
        slept = (wall - self._seen_wall) - (steady - self._seen_steady) > SLEPT_SECONDS
        self._seen_wall, self._seen_steady = wall, steady
        if slept:
            self.due.emit("suspend")
        elif steady - self._touched >= self.minutes * 60:
            self.due.emit("idle")

    @Slot(QWindow)
    def _watch_window(self, window: QWindow | None) -> None:
        # On windows, not on the application: a filter there would see every event of every widget.
        if window is not None and window not in self._windows:
            window.installEventFilter(self)
            window.destroyed.connect(self._window_gone)
            self._windows.append(window)
            self.touched()

    @Slot()
    def _window_gone(self) -> None:
        gone = self.sender()
        # Python may have taken this object apart before Qt has: then it watches nothing any more.
        watched = vars(self).get("_windows", [])
        self._windows = [window for window in watched if window is not gone]

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Override QObject::eventFilter: note that somebody is there."""
        if event.type() in _INPUT:
            self._touched = time.monotonic()
        return False

    # ---- Linux ----------------------------------------------------------------------------

    def _listen_to_linux(self) -> None:
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:
            log.ui.info("no message bus: sleep is noticed afterwards")
            return
        system = QDBusConnection.systemBus()
        login = "org.freedesktop.login1"
        manager = "/org/freedesktop/login1"
        system.connect(
            login, manager, f"{login}.Manager", "PrepareForSleep", self, SLOT("_sleeps(bool)")
        )
        system.connect(login, "", f"{login}.Session", "Lock", self, SLOT("_screen_locks()"))
        session = QDBusConnection.sessionBus()
        for saver in ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"):
            session.connect("", "", saver, "ActiveChanged", self, SLOT("_saver_changes(bool)"))

    @Slot(bool)
    def _sleeps(self, begins: bool) -> None:
        if begins:
            self.due.emit("suspend")

    @Slot()
    def _screen_locks(self) -> None:
        self.due.emit("screen")

    @Slot(bool)
    def _saver_changes(self, active: bool) -> None:
        if active:
            self.due.emit("screen")


class _WindowsSession(QAbstractNativeEventFilter):
    """Windows' own messages about the session and about power."""

    POWER: Final = 0x0218
    SESSION: Final = 0x02B1
    SUSPEND: Final = 0x0004
    SESSION_LOCK: Final = 0x7
    CONSOLE_DISCONNECT: Final = 0x2
    REMOTE_DISCONNECT: Final = 0x4

    def __init__(self, watch: LockWatch, window_id: int) -> None:
        super().__init__()
        self._watch = watch
        self._window_id = window_id
        libraries: Any = ctypes
        self._libraries = libraries
        libraries.windll.wtsapi32.WTSRegisterSessionNotification(window_id, 0)
        # Without this, Windows 11 tells windows nothing about sleep on laptops that doze.
        self._power = libraries.windll.user32.RegisterSuspendResumeNotification(window_id, 0)
        app = QGuiApplication.instance()
        if app is not None:
            app.installNativeEventFilter(self)

    def stop(self) -> None:
        """Unregister."""
        app = QGuiApplication.instance()
        if app is not None:
            app.removeNativeEventFilter(self)
        self._libraries.windll.wtsapi32.WTSUnRegisterSessionNotification(self._window_id)
        if self._power:
            self._libraries.windll.user32.UnregisterSuspendResumeNotification(self._power)

    def nativeEventFilter(self, kind: Any, message: Any) -> tuple[bool, int]:
        """Override QAbstractNativeEventFilter::nativeEventFilter."""
        if kind == b"windows_generic_MSG":
            from ctypes import wintypes

            told = wintypes.MSG.from_address(int(message))
            if told.message == self.POWER and told.wParam == self.SUSPEND:
                self._watch.due.emit("suspend")
            elif told.message == self.SESSION and told.wParam in (
                self.SESSION_LOCK,
                self.CONSOLE_DISCONNECT,
                self.REMOTE_DISCONNECT,
            ):
                self._watch.due.emit("screen")
        return False, 0
