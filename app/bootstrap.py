"""The composition root: the only file that knows every layer and puts them together."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from app import __version__
from app.core import log, turns
from app.core import settings as settings_file
from app.core.clock import Clock, SystemClock
from app.core.paths import default_casebook_folder, resource_path
from app.models import hardening

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.ui.application import Application
    from app.ui.gate import Sight

SECONDS_TO_HAND_OVER: Final = 10.0


@dataclass(frozen=True)
class Start:
    """How the program was asked to start.

    Attributes:
        folder: Where the casebook lies; None: where it lay last time.
        demo: Use the demonstration casebook, and make it where there is none.
        user_id: Who is offered first where there are several users.
        window: Size and place of the window, from the process before this one.
        carried: Sealed words that no disk took, from the process before this one.
    """

    folder: Path | None = None
    demo: bool = False
    user_id: str = ""
    window: str = ""
    carried: bytes = field(default=b"", repr=False)


def make_qt(arguments: list[str]) -> QApplication:
    """The one Qt application, not yet dressed."""
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("Waymark")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("waymark")
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(QIcon(str(resource_path("icons", "waymark.svg"))))
    turns.let_the_window_in()
    return app


def open_program(start: Start, clock: Clock | None = None) -> Application:
    """Make the program and show its first window. Qt must be there already.

    Args:
        clock: Where the time comes from; None: the computer's clock.
    """
    from app.ui.application import Application
    from app.ui.outside import Outside

    settings = settings_file.load()
    folder = start.folder
    if folder is None and start.demo:
        folder = default_casebook_folder().with_name("demonstration")
    if folder is None:
        folder = Path(settings.casebook) if settings.casebook else default_casebook_folder()

    def restart(where: Path, user_id: str, window: str, carried: bytes) -> None:
        again = replace(start, folder=where, user_id=user_id, window=window, carried=carried)
        start_fresh_process(again)

    outside = Outside(
        first_sight=first_sight,
        describe=DemoDescriber(start.demo) if start.demo else describe,
        restart=restart,
        end=end_process,
        finish=finish,
        makes_demonstration=start.demo,
    )
    program = Application(
        outside,
        folder=folder,
        settings=settings,
        clock=clock or SystemClock(),
        user_id=start.user_id,
        window=start.window,
        carried=start.carried,
    )
    program.faults.install()
    program.start()
    return program


def run(start: Start) -> int:
    """Run the program until it ends; gives the exit code."""
    # First of all, and so before a key is in memory.
    hardening.harden()
    from PySide6.QtCore import Qt

    app = make_qt([])
    program = open_program(start)
    program.entered.connect(turns.spare_what_is_loaded, Qt.ConnectionType.QueuedConnection)
    log.start()
    code = app.exec()
    program.tasks.close()
    return code


# ---- what can be seen of a casebook from outside -----------------------------------------------


def first_sight(folder: Path) -> Sight | None:
    """What the key file says about itself, read without the layers that open a store.

    Only so that the unlock window is there at once; `describe` looks thoroughly afterwards.
    """
    from app.ui.gate import Holder, Sight

    try:
        content = json.loads((folder / "casebook.keys").read_text("utf-8"))
        holders = tuple(
            Holder(slot["user_id"], slot["user_name"])
            for slot in content["slots"]
            if slot.get("type") == "passphrase"
        )
        demo = bool(content.get("demo", False))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Sight("ready", holders, demo) if holders else None


def describe(folder: Path) -> Sight:
    """What lies in `folder`. Slow the first time: it reads in the layers that open a store."""
    from app.casework import casebooks
    from app.ui.gate import Holder, Sight

    state = casebooks.describe(folder)
    passphrase = ""
    if state.demo:
        from app.casework.demo import DEMO_PASSPHRASE

        passphrase = DEMO_PASSPHRASE
    return Sight(
        kind=state.kind,
        holders=tuple(Holder(holder.user_id, holder.name) for holder in state.holders),
        demo=state.demo,
        wait_seconds=state.wait_seconds,
        message=state.message,
        demo_passphrase=passphrase,
        previous_keys=state.previous_keys,
    )


class DemoDescriber:
    """Describes the demonstration casebook, and makes it first where there is none."""

    def __init__(self, may_make: bool) -> None:
        self._may_make = may_make

    def __call__(self, folder: Path) -> Sight:
        sight = describe(folder)
        if sight.kind == "none" and self._may_make:
            from app.casework import demo

            demo.build(folder, SystemClock())
            sight = describe(folder)
        return sight


# ---- processes ---------------------------------------------------------------------------------


def start_fresh_process(start: Start) -> None:
    """Start the program anew, as a process of its own that outlives this one."""
    import subprocess

    frozen = bool(getattr(sys, "frozen", False))
    command = [sys.executable] if frozen else [sys.executable, "-m", "app"]
    if start.folder is not None:
        command += ["--casebook", str(start.folder)]
    if start.demo:
        command.append("--demo")
    if start.user_id:
        command += ["--user", start.user_id]
    if start.window:
        command += ["--window", start.window]
    if start.carried:
        command.append("--carried")
    detached = getattr(subprocess, "DETACHED_PROCESS", 0)
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    fresh = subprocess.Popen(
        command,
        cwd=None if frozen else Path(__file__).resolve().parents[1],
        stdin=subprocess.PIPE if start.carried else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
        creationflags=detached | group,
        close_fds=True,
    )
    if fresh.stdin is not None:
        _hand_over(fresh.stdin, start.carried)


def _hand_over(pipe: IO[bytes], carried: bytes) -> None:
    """Give the fresh process the sealed words; it reads them first of all."""
    import threading

    def write() -> None:
        try:
            with pipe:
                pipe.write(carried)
        except OSError:
            log.ui.error("the fresh process did not take what could not be saved")

    writing = threading.Thread(target=write, name="handing over", daemon=True)
    writing.start()
    # A process that does not read must not keep the key of this one in memory.
    writing.join(SECONDS_TO_HAND_OVER)


def read_carried() -> bytes:
    """The sealed words that the process before this one gives, see `start_fresh_process`."""
    try:
        with open(0, "rb", closefd=False) as given:
            return given.read()
    except OSError:
        log.ui.error("what could not be saved was announced and did not come")
        return b""


def finish() -> None:
    """End the event loop; what follows it in `run` still happens."""
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.exit(0)


def end_process() -> None:
    """End this process at once, and with it every copy of the key in its memory.

    The store is closed and the log written by now; nothing may wait for windows or threads.
    """
    import logging

    from app.ui import crash_log

    logging.shutdown()
    crash_log.stop()
    os._exit(0)
