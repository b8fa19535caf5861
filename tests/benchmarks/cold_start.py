"""From nothing to the unlock window, beside a bare PySide6 window with one field."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import stores
from tests.benchmarks.measuring import Measured, side_by_side

ROOT = Path(__file__).resolve().parents[2]

# Says "ready" once the window is painted and its field can be typed into, then ends at once.
WATCH = """
import os
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLineEdit

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QLineEdit):
            if watched.isVisible() and watched.isEnabled():
                size = watched.window().size()
                print("ready", size.width(), size.height(), flush=True)
                os._exit(0)
        return False

watch = Watch()
"""
PRODUCT = f"""
from app import __main__ as program
from app import bootstrap
make_qt = bootstrap.make_qt
def watched(arguments):
    {WATCH.strip().replace(chr(10), chr(10) + "    ")}
    app = make_qt(arguments)
    watched.watch = watch
    app.installEventFilter(watch)
    return app
bootstrap.make_qt = watched
program.main()
"""
BARE = f"""
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
{WATCH.strip()}
app = QApplication([])
app.setStyle("Fusion")
app.installEventFilter(watch)
window = QWidget()
window.resize(1366, 768)
column = QVBoxLayout(window)
for widget in (QLabel("Passphrase"), QLineEdit(), QPushButton("Unlock")):
    column.addWidget(widget)
window.show()
app.exec()
"""


def measure(within: Path) -> Iterator[Measured]:
    """The time of a process from its start to the first picture with a field to type into."""
    folder = within / "to-start"
    stores.new_desk(folder).close()
    compiled = within / "compiled"
    subject, baseline = side_by_side(
        lambda: until_ready(PRODUCT, compiled, "--casebook", str(folder)),
        lambda: until_ready(BARE, compiled),
        rounds=11,
    )
    yield Measured(
        "cold_start",
        subject,
        "a process that shows a PySide6 window with a label, a field and a button",
        baseline,
        subject / baseline,
        "<= 1.6",
    )


def until_ready(code: str, compiled: Path, *arguments: str) -> list[str]:
    """Run a process until its window is there; gives what it said.

    Args:
        compiled: Where Python keeps what it compiled, as an installed program has it.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode or not done.stdout.startswith("ready"):
        raise SystemExit(done.stderr or "the window never came")
    return done.stdout.split()
