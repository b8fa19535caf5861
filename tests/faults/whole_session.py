"""A whole session at the program, in a process of its own, with one name in all of it.

`whole_session.py FOLDER NAME PDF`: unlocks the demonstration casebook in FOLDER, gives a child the
name NAME, types it into a form, looks for it, has it in a report, exports that to PDF, shows a
problem report, and locks. It says `open` and waits for a line before the lock, so that somebody
can look at the files in between.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app import bootstrap
from app.casework import demo, form_records, report_choices, report_views, reports
from app.casework.caseload import rows
from app.casework.desk import Desk
from app.core import log
from app.models import kdf
from app.ui import crash_log
from app.ui.application import Application
from app.ui.form.form_page import FormPage
from app.ui.pages.edit_child import EditChildPage
from app.ui.pages.report import ReportPage
from app.ui.palette import Palette
from tests.vaults import CHEAP


class Session:
    """Somebody at work, who types."""

    def __init__(self, program: Application, name: str) -> None:
        self.program = program
        self.name = name

    @property
    def desk(self) -> Desk:
        """The open casebook."""
        assert self.program.desk is not None
        return self.program.desk

    def settle(self, milliseconds: int = 50) -> None:
        """Let the program finish what it does."""
        loop = QEventLoop()
        while True:
            QTimer.singleShot(milliseconds, loop.quit)
            loop.exec()
            if not self.program.tasks.pending:
                return

    def of_casework(self, work: Callable[[], object]) -> object:
        """Do something that needs no screen, on the database thread."""
        given: list[object] = []
        self.program.tasks.run(work, given.append, owner=None)
        self.settle()
        return given[0]

    def unlock(self) -> None:
        """Type the passphrase."""
        self.settle()
        assert self.program.gate is not None
        line = self.program.gate.card.first()
        QTest.keyClicks(line, demo.DEMO_PASSPHRASE)
        QTest.keyClick(line, Qt.Key.Key_Return)
        while self.program.shell is None:
            self.settle()
        self.settle()

    def a_report(self) -> tuple[str, str, str]:
        """Ids of a child with a locked assessment and a hearing, and of both."""
        for row in rows(self.desk).rows:
            choices = report_choices.psr_choices(self.desk, row.child_id)
            if choices.assessments and choices.hearings:
                return row.child_id, choices.assessments[0].id, choices.hearings[0].id
        raise SystemExit("no child of the demonstration can have a report")

    def rename(self, child_id: str) -> None:
        """Give the child the name, by typing it into the page of details."""
        shell = self.program.shell
        shell.go("change_child", child_id=child_id)
        self.settle()
        page = shell.page
        assert isinstance(page, EditChildPage)
        for label in ("Given name", "Family name", "Likes to be called (optional)"):
            line = self.named(page, QLineEdit, label)
            line.selectAll()
            QTest.keyClicks(line, self.name)
        self.settle(500)
        page.save.click()
        self.settle()
        assert not isinstance(shell.page, EditChildPage), "the details were not taken"

    def fill_in(self, record_id: str) -> None:
        """Type the name into a question of a form, and leave the page."""
        shell = self.program.shell
        shell.go("form", record_id=record_id)
        self.settle()
        page = shell.page
        assert isinstance(page, FormPage)
        for section in [page.name for page in page.controller.pages()]:
            page.show_section(section)
            texts = [
                p for p in page.view.questions() if page.view.fields[p].question.type == "text"
            ]
            if texts:
                target = page.view.fields[texts[0]].editor.focus_target()
                QTest.keyClicks(target, f"{self.name} said so. ")
                self.settle(700)
                break
        shell.go("caseload")
        self.settle()

    def look_for_it(self) -> None:
        """Type the name into the search that Ctrl+K opens, and into that of the caseload."""
        palette = Palette(self.program.shell, "")
        palette.ask()
        QTest.keyClicks(palette.line, self.name)
        self.settle(300)
        assert any(self.name in find.title for find in palette.model.finds)
        palette.reject()
        page = self.program.shell.page
        assert page.focus_search()
        QTest.keyClicks(page.window().focusWidget(), self.name)
        self.settle(500)

    def report(self, child_id: str, assessment_id: str, hearing_id: str, file: Path) -> None:
        """Make a report, look at its pages and export it."""
        desk = self.desk
        made = self.of_casework(
            lambda: reports.create_psr(desk, child_id, assessment_id, hearing_id)
        )
        assert isinstance(made, report_views.ReportView)
        shell = self.program.shell
        shell.go("report", report_id=made.id, child_id=child_id)
        self.settle(300)
        page = shell.page
        assert isinstance(page, ReportPage)
        page.grab()
        page.export_to(file, "Fictional Youth Court", f"Asked for {self.name}", overwrite=False)
        self.settle()

    def problem_report(self) -> None:
        """Show what a problem report would say."""
        self.program.shell.go("problem_report")
        self.settle()

    @staticmethod
    def named(within: QWidget, kind: type[QLineEdit], label: str) -> QLineEdit:
        """The field of that name."""
        found = {line.accessibleName(): line for line in within.findChildren(kind)}
        if label not in found:
            raise SystemExit(f"no field {label}; there are {sorted(found)}")
        return found[label]


def main() -> None:
    """The session."""
    folder, name, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    bootstrap.start_fresh_process = lambda _start: None
    crash_log.start()
    app = bootstrap.make_qt([])
    program = bootstrap.open_program(bootstrap.Start(folder=folder))
    log.start()
    # What goes wrong here is to be seen, not shown in a window that nobody looks at.
    sys.excepthook = sys.__excepthook__
    session = Session(program, name)
    session.unlock()
    child_id, assessment_id, hearing_id = session.a_report()
    session.rename(child_id)
    desk = session.desk
    started = session.of_casework(lambda: form_records.start(desk, child_id, "resettlement"))
    assert isinstance(started, form_records.OpenForm)
    session.fill_in(started.record_id)
    session.look_for_it()
    session.report(child_id, assessment_id, hearing_id, file)
    session.problem_report()
    log.ui.error("a fault: %s", "only to have the log written to")
    sys.stdout.write("open\n")
    sys.stdout.flush()
    sys.stdin.readline()
    session.fill_in(started.record_id)
    program.lock("asked")
    app.exit(1)


if __name__ == "__main__":
    with kdf.floor_lowered_for_tests(CHEAP):
        main()
