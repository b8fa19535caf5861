"""The longest time that the window doesn't answer while it saves, searches, spells and exports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from app.casework import casebooks, demo, form_records, report_choices, reports
from app.casework.caseload import rows
from app.casework.desk import Desk
from app.core.clock import SystemClock
from app.ui.form.form_page import FormPage
from app.ui.kit.spelled import spelled_in
from app.ui.pages.report import ReportPage
from app.ui.palette import Palette
from app.ui.shell import Shell
from app.ui.spelling import LOOK_AFTER_MS, SpelledField
from app.ui.tasks import Tasks
from tests.benchmarks import stores, windows
from tests.benchmarks.measuring import Measured

BEAT_MS = 5
BETWEEN_KEYS_MS = 40
MISSPELT = ("refered", "definately", "ymddygyad", "plentinn", "safegaurding")


class Heartbeat(QObject):
    """Beats every five milliseconds and keeps the longest time between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def start(self) -> None:
        """Count from now on."""
        self.longest = 0.0
        self._last = time.perf_counter()

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last - BEAT_MS / 1000)
        self._last = now


def measure(within: Path) -> Iterator[Measured]:
    """In a casebook of 100,000 children, with the work on the program's own database thread."""
    windows.dressed()
    desk = busy_desk(within / "busy")
    child_id = rows(desk, limit=1).rows[0].child_id
    record_id = form_records.start(desk, child_id, "assessment").record_id
    report_id = a_report(desk)
    tasks = Tasks()
    shell = windows.window(desk, tasks)
    settle(tasks)
    heart = Heartbeat()
    stalls = {
        "idle_s": during(heart, lambda: wait(2000)),
        "autosave_s": during(heart, typing(shell, tasks, record_id)),
        "spelling_s": during(heart, spelling(shell, tasks, record_id)),
        "search_s": during(heart, searching(shell, tasks)),
        "export_s": during(heart, exporting(shell, tasks, report_id, within / "exported.pdf")),
    }
    if not (within / "exported.pdf").read_bytes().startswith(b"%PDF"):
        raise SystemExit("nothing was exported")
    shell.spelling.end()
    tasks.run(desk.close, owner=None)
    tasks.close()
    idle = stalls.pop("idle_s")
    longest = max(stalls.values())
    yield Measured(
        "event_loop_stall",
        longest,
        "one second; idle_s is the same window with nothing to do",
        1.0,
        longest,
        "<= 0.05",
        more={"idle_s": idle, **stalls},
    )


def busy_desk(folder: Path) -> Desk:
    """The demonstration casebook with a hundred thousand children more."""
    demo.build(folder, SystemClock())
    user_id = casebooks.describe(folder).holders[0].user_id
    desk = casebooks.unlock(folder, user_id, demo.DEMO_PASSPHRASE, SystemClock())
    stores.fill(desk, stores.MANY)
    return desk


def a_report(desk: Desk) -> str:
    """The id of a report, made from the first assessment of the demonstration that allows one."""
    after = None
    while True:
        page = rows(desk, after=after)
        for row in page.rows:
            choices = report_choices.psr_choices(desk, row.child_id)
            if choices.assessments and choices.hearings:
                assessment, hearing = choices.assessments[0], choices.hearings[0]
                made = reports.create_psr(desk, row.child_id, assessment.id, hearing.id)
                return made.id
        if page.next is None:
            raise SystemExit("no child of the demonstration can have a report")
        after = page.next


# ---- what goes on ------------------------------------------------------------------------------


def during(heart: Heartbeat, work: Callable[[], object]) -> float:
    """The longest stall while `work` goes on, in seconds."""
    heart.start()
    work()
    wait(50)
    return heart.longest


def typing(shell: Shell, tasks: Tasks, record_id: str) -> Callable[[], None]:
    """Typing into a form for some ten seconds, which saves itself all along."""
    shell.go("form", record_id=record_id)
    settle(tasks)
    page = shell.page
    if not isinstance(page, FormPage) or page.view is None:
        raise SystemExit("the form did not open")
    path = next(
        path
        for name in (page.name for page in page.controller.pages())
        for path in text_questions(page, name)
    )
    target = page.view.fields[path].editor.focus_target()
    target.setFocus()

    def work() -> None:
        for character in stores.text_of(1)[:240]:
            QTest.keyClick(target, character)
            wait(BETWEEN_KEYS_MS)
        settle(tasks)

    return work


def spelling(shell: Shell, tasks: Tasks, record_id: str) -> Callable[[], None]:
    """Typing misspelt words with a pause after each, while the dictionaries are read and words
    looked up, and asking for other spellings of each.
    """
    shell.go("form", record_id=record_id)
    settle(tasks)
    page = shell.page
    if not isinstance(page, FormPage) or page.view is None:
        raise SystemExit("the form did not open")
    field = next(
        box
        for name in (page.name for page in page.controller.pages())
        for path in text_questions(page, name)
        for box in page.view.fields[path].editor.findChildren(QPlainTextEdit)
        if spelled_in(box) is not None
    )
    field.setFocus()
    field.clear()

    def looked_up() -> None:
        wait(LOOK_AFTER_MS + BETWEEN_KEYS_MS)
        while shell.spelling.is_looking or tasks.pending:
            wait(BEAT_MS)

    def work() -> None:
        for word in MISSPELT:
            QTest.keyClicks(field, f"{word} ")
            looked_up()
        for word in MISSPELT:
            QTest.keyClick(field, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
            looked_up()
            menu = field.findChild(SpelledField).menu
            if menu is None or word not in menu.accessibleName():
                raise SystemExit(f"{word} was not found")
            menu.close()
        settle(tasks)

    return work


def text_questions(page: FormPage, section: str) -> Iterator[str]:
    """The paths of the questions of a section that are answered in words."""
    page.show_section(section)
    for path in page.view.questions():
        if page.view.fields[path].question.type == "text":
            yield path


def searching(shell: Shell, tasks: Tasks) -> Callable[[], None]:
    """Finding children and words letter by letter, as in the palette that Ctrl+K opens."""

    def work() -> None:
        palette = Palette(shell, "")
        palette.ask()
        line = palette.findChild(QLineEdit)
        for number in range(0, stores.MANY, 20_000):
            for character in stores.family_name(number):
                QTest.keyClick(line, character)
                wait(2 * BETWEEN_KEYS_MS)
            wait(200)
            settle(tasks)
            line.clear()
        palette.reject()
        settle(tasks)

    return work


def exporting(shell: Shell, tasks: Tasks, report_id: str, file: Path) -> Callable[[], None]:
    """Making a report again from the record, showing its pages and exporting it."""
    shell.go("report", report_id=report_id)
    settle(tasks)
    page = shell.page
    if not isinstance(page, ReportPage):
        raise SystemExit("the report did not open")

    def work() -> None:
        for _ in range(5):
            page._make_anew()
            settle(tasks)
            page.export_to(file, "Fictional Youth Court", "", overwrite=True)
            settle(tasks)

    return work


def wait(milliseconds: int) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(tasks: Tasks) -> None:
    """Let the event loop run until all work is done and told."""
    while tasks.pending:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, BEAT_MS)
    wait(2 * BETWEEN_KEYS_MS)
