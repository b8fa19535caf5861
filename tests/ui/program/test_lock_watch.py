"""When the casebook is to be locked by itself, and what a crash leaves behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.ui import crash_log, lock
from app.ui.lock import LockWatch


class Time:
    """Two clocks that a test sets."""

    def __init__(self) -> None:
        self.wall = 1_000_000.0
        self.steady = 500.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_by(self, seconds: float, *, asleep: bool = False) -> None:
        self.wall += seconds
        if not asleep:
            self.steady += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(lock, "time", made)
    return made


@pytest.fixture
def watch(qapp: object, time: Time) -> LockWatch:
    made = LockWatch(5)
    made._timer.stop()
    return made


def reasons(watch: LockWatch) -> list[str]:
    heard: list[str] = []
    watch.due.connect(heard.append)
    return heard


def test_it_is_due_when_nobody_touched_anything_for_the_minutes_set(
    watch: LockWatch, time: Time
) -> None:
    heard = reasons(watch)
    time.pass_by(299)
    watch.tick()
    assert heard == []
    time.pass_by(1)
    watch.tick()
    assert heard == ["idle"]


def test_a_key_in_any_window_starts_the_minutes_again(
    qtbot: QtBot, watch: LockWatch, time: Time
) -> None:
    heard = reasons(watch)
    line = QLineEdit()
    qtbot.addWidget(line)
    with qtbot.waitActive(line):
        line.show()
    time.pass_by(200)
    watch.tick()
    qtbot.keyClick(line.windowHandle(), Qt.Key.Key_A)
    time.pass_by(200)
    watch.tick()
    assert heard == []
    time.pass_by(100)
    watch.tick()
    assert heard == ["idle"]


def test_it_is_due_after_the_laptop_slept(watch: LockWatch, time: Time) -> None:
    heard = reasons(watch)
    time.pass_by(5)
    watch.tick()
    time.pass_by(3600, asleep=True)
    watch.tick()
    assert heard == ["suspend"]


def test_other_minutes_count_at_once(watch: LockWatch, time: Time) -> None:
    heard = reasons(watch)
    watch.minutes = 1
    time.pass_by(61)
    watch.tick()
    assert heard == ["idle"]


def test_the_system_is_heard(watch: LockWatch) -> None:
    heard = reasons(watch)
    watch._sleeps(False)
    watch._saver_changes(False)
    assert heard == []
    watch._sleeps(True)
    watch._screen_locks()
    watch._saver_changes(True)
    assert heard == ["suspend", "screen", "screen"]


def test_a_crash_leaves_stacks_that_the_next_start_finds(tmp_path: Path) -> None:
    code = (
        "import faulthandler, sys\n"
        "from pathlib import Path\n"
        "from app.ui import crash_log\n"
        "crash_log.start(Path(sys.argv[1]))\n"
        "def a_function_that_crashes():\n"
        "    secret = 'Zephyrine Quillfeather'\n"
        "    faulthandler._sigsegv()\n"
        "a_function_that_crashes()\n"
    )
    crashed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).resolve().parents[3],
        check=False,
        stderr=subprocess.DEVNULL,
    )
    assert crashed.returncode != 0
    crash_log.start(tmp_path)
    crash_log.stop()
    told = crash_log.last(tmp_path)
    assert "a_function_that_crashes" in told
    assert "Zephyrine" not in told


def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from app.ui import crash_log\n"
        "crash_log.start(Path(sys.argv[1]))\n"
        "crash_log.stop()\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).resolve().parents[3],
        check=True,
    )
    assert crash_log.last(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
