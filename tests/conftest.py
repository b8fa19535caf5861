"""What every test shares: no screen, settings of its own, a clock that stands still."""

from __future__ import annotations

import faulthandler
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before anything asks for the keyring; the tests of it bring one of their own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

import pytest

from app.core import i18n
from app.core.clock import FixedClock

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 2 << 30


def _in_memory() -> None:
    """Put what the tests write into memory, where there is room: no disk is waited for.

    What a kill, a full disk or a torn file does to a store is the same there; only a loss of
    power isn't, which no test here can bring about.
    """
    if os.environ.get("TMPDIR") or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY:
        folder = MEMORY / f"waymark-tests-{os.getuid()}"
        folder.mkdir(exist_ok=True)
        # For this process, which may have asked already, and for those that it starts.
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


_in_memory()

# The forms, once read, are some hundred thousand things that live to the end of the run. By the
# interpreter's own thresholds, looking through them for rubbish is a seventh of what the tests do.
gc.set_threshold(50_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run long campaigns in full")


@pytest.fixture
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether campaigns run in full instead of their small fixed count."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(autouse=True)
def no_trace_of_what_takes_its_time(request: pytest.FixtureRequest) -> None:
    """A test with a limit of its own is no failure when it is slower than the others may be."""
    if request.node.get_closest_marker("timeout"):
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def settings_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads or writes the settings, log or keyring of the person who runs it."""
    monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / "settings"))
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, 09:30 in London."""
    return FixedClock(NOW)
