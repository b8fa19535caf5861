"""One process of the program, with the tour's hands and eyes on its windows.

`python -m tests.tour.session NAME DIR WORK`. It ends as the program ends: by quitting, or by a
lock, which ends the process there and then.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app import bootstrap
from app.core import log
from app.core.clock import SystemClock
from tests.tour.driver import Driver
from tests.tour.script import DAYS_ON, LAPTOPS, steps_of
from tests.tour.telling import KEPT_FILE, STEPS_FILE, Tour

RESTART_FILE: Final = "restart.json"


class DaysOn(SystemClock):
    """The clock of a computer some days from now; the calendar of a laptop, not the program's."""

    def __init__(self, days: int) -> None:
        self._on = timedelta(days=days)

    def now(self) -> datetime:
        return super().now() + self._on


def main(name: str, folder: Path, work: Path, *, hasty: bool = False) -> int:
    """Start the program as it would be started now, and do the steps called `name`.

    Args:
        hasty: As a `Driver` is.
    """
    log.start()
    restart = work / RESTART_FILE
    start = _start(work / LAPTOPS.get(name, "casebook"), restart)
    restart.unlink(missing_ok=True)

    def note_fresh_start(again: bootstrap.Start) -> None:
        # The tour starts the fresh process itself, to have its hands on the windows of that one.
        told = {**asdict(again), "folder": str(again.folder), "carried": again.carried.hex()}
        restart.write_text(json.dumps(told), "utf-8")

    bootstrap.start_fresh_process = note_fresh_start
    qt = bootstrap.make_qt([])
    clock = DaysOn(DAYS_ON.get(name, 0))
    program = bootstrap.open_program(start, clock)

    def at_rest() -> bool:
        syncing = program.shell is not None and program.shell.sync.tasks.pending
        return not program.tasks.pending and not syncing

    kept = work / KEPT_FILE
    tour = Tour(
        Driver(folder, _pictures_so_far(work) + 1, at_rest=at_rest, hasty=hasty),
        folder,
        work,
        clock.today(),
        json.loads(kept.read_text("utf-8")) if kept.exists() else {},
    )
    try:
        done = tour.run(steps_of(name))
    except Exception:
        # The program's own hook keeps errors from the screen: say it here.
        traceback.print_exc()
        raise
    program.quit()
    qt.processEvents()
    return 0 if done else 1


def _start(casebook: Path, restart: Path) -> bootstrap.Start:
    """How the program is started: as the process before this one asked, if one did and it was on
    the same laptop.
    """
    told = json.loads(restart.read_text("utf-8")) if restart.exists() else {}
    if told.get("folder") == str(casebook):
        carried = bytes.fromhex(told["carried"])
        return bootstrap.Start(**{**told, "folder": Path(told["folder"]), "carried": carried})
    return bootstrap.Start(folder=casebook)


def _pictures_so_far(work: Path) -> int:
    file = work / STEPS_FILE
    if not file.exists():
        return 0
    lines = file.read_text("utf-8").splitlines()
    return sum(len(json.loads(line)["pictures"]) for line in lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
