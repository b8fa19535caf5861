"""Resident memory of the program at work in a casebook of 100,000 children."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
from PySide6.QtWidgets import QApplication

from app.casework import search
from tests.benchmarks import stores, windows
from tests.benchmarks.measuring import Measured

MIB = 1024 * 1024
BARE = """
import psutil
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
label = QLabel("Waymark")
label.resize(1366, 768)
label.show()
app.processEvents()
print(psutil.Process().memory_info().rss)
"""


def measure(within: Path) -> Iterator[Measured]:
    """In MiB: unlocked, the caseload on the screen, ten searches done."""
    bare = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True)
    folder = stores.casebook(within, stores.MANY)
    windows.dressed()
    desk = stores.open_desk(folder)
    shell = windows.window(desk)
    shell.go("caseload")
    for number in range(0, stores.MANY, stores.MANY // 10):
        search.find(desk, stores.family_name(number))
        QApplication.processEvents()
    used = psutil.Process().memory_info().rss
    desk.close()
    nothing = int(bare.stdout)
    yield Measured(
        "memory_100k",
        None,
        "a bare PySide6 window",
        None,
        used / nothing,
        "reported",
        more={"subject_mib": used / MIB, "baseline_mib": nothing / MIB},
    )
