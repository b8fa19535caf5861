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

# Says "ready" once the field for the passphrase is painted, then ends at once.
WATCH = """
import os
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLineEdit

class Watch(QObject):
    def eventFilter(self, field, event):
        if event.type() == QEvent.Type.Paint and field.isEnabled():
            size = field.window().size()
            print("ready", size.width(), size.height(), flush=True)
            os._exit(0)
        return False

watch = Watch()
"""
PRODUCT = f"""
from app import __main__ as program
from app import bootstrap
open_program = bootstrap.open_program
def watched(start):
    global watch
    opened = open_program(start)
    {WATCH.strip().replace(chr(10), chr(10) + "    ")}
    opened.gate.findChild(QLineEdit).installEventFilter(watch)
    return opened
bootstrap.open_program = watched
program.main()
"""
# What stands in the unlock window, as plainly as PySide6 can show it.
BARE = f"""
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
{WATCH.strip()}
app = QApplication([])
app.setStyle("Fusion")
window = QWidget()
window.resize(1366, 768)
outer = QVBoxLayout(window)
area = QScrollArea()
area.setWidgetResizable(True)
outer.addWidget(area)
holder = QWidget()
column = QVBoxLayout(holder)
column.setAlignment(Qt.AlignmentFlag.AlignCenter)
field = QLineEdit()
field.setEchoMode(QLineEdit.EchoMode.Password)
field.installEventFilter(watch)
for widget in (QLabel("Waymark"), QLabel("Casebook of Ash Rivers"), QLabel("Passphrase"), field):
    column.addWidget(widget)
for words in ("Show", "Unlock", "I can't remember it", "Restore from a backup", "Cymraeg"):
    column.addWidget(QPushButton(words))
area.setWidget(holder)
window.show()
field.setFocus(Qt.FocusReason.OtherFocusReason)
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
        "a process that shows a bare PySide6 window with the same labels, field and buttons",
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
