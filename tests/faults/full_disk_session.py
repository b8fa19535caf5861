"""A session at the program in which the disk is full for a while, in a process of its own.

`full_disk_session.py save|export limit|disk FOLDER DISK`: FOLDER holds the demonstration casebook,
DISK is where a report is exported to. Says what it saw as one JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from app import bootstrap
from app.casework import form_records, report_views, reports
from app.models import kdf
from app.ui.form.form_page import FormPage
from app.ui.pages.report import ReportPage
from tests.faults.whole_session import Session
from tests.vaults import CHEAP

WORDS = "These words stay. " * 6


@contextmanager
def full(disk: Path, *, really: bool, limit: int = 1000) -> Iterator[None]:
    """No room within the block: a full disk, or files that may not grow past `limit` bytes."""
    if really:
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as filling:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        filling.write(bytes(size))
                except OSError:
                    continue
        yield
        filler.unlink()
        return
    import resource

    unlimited = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))


def save(session: Session, disk: Path, *, really: bool) -> dict[str, Any]:
    """Type into a form while there is no room, then make room and go on."""
    shell, desk = session.program.shell, session.desk
    child_id, *_ids = session.a_report()
    record = session.of_casework(lambda: form_records.start(desk, child_id, "resettlement"))
    assert isinstance(record, form_records.OpenForm)
    shell.go("form", record_id=record.record_id)
    session.settle()
    page = shell.page
    assert isinstance(page, FormPage)
    for section in [each.name for each in page.controller.pages()]:
        page.show_section(section)
        texts = [p for p in page.view.questions() if page.view.fields[p].question.type == "text"]
        if texts:
            break
    editor = page.view.fields[texts[0]].editor
    target = editor.focus_target()
    editor.place_cursor(len(shown(target)))
    wanted = shown(target) + WORDS
    seen: dict[str, Any] = {"record_id": record.record_id, "path": texts[0], "text": wanted}
    with full(disk, really=really):
        QTest.keyClicks(target, WORDS)
        session.settle(1500)
        seen["on_screen"] = shown(target) == wanted
        seen["told"] = page.trouble.isVisible()
        seen["status"] = shell.status_bar.saved_label.text()
    page.controller.flush()
    session.settle(300)
    seen["told_afterwards"] = page.trouble.isVisible()
    seen["status_afterwards"] = shell.status_bar.saved_label.text()[:10]
    return seen


def shown(field: Any) -> str:
    """What a text field holds."""
    return str(field.toPlainText() if hasattr(field, "toPlainText") else field.text())


def export(session: Session, disk: Path, *, really: bool) -> dict[str, Any]:
    """Export a report while there is no room, then make room and do it again."""
    shell, desk = session.program.shell, session.desk
    child_id, assessment_id, hearing_id = session.a_report()
    made = session.of_casework(
        lambda: reports.create_psr(desk, child_id, assessment_id, hearing_id)
    )
    assert isinstance(made, report_views.ReportView)
    shell.go("report", report_id=made.id, child_id=child_id)
    session.settle(300)
    page = shell.page
    assert isinstance(page, ReportPage)
    said: list[str] = []
    shell.show_error = lambda error: said.append(getattr(error, "user_text", repr(error)))
    file = disk / "report.pdf"
    with full(disk, really=really):
        page.export_to(file, "Fictional Youth Court", "", overwrite=False)
        session.settle(300)
        left = sorted(path.name for path in disk.iterdir() if "report" in path.name)
    page.export_to(file, "Fictional Youth Court", "", overwrite=False)
    session.settle(300)
    return {"report_id": made.id, "said": said, "left": left, "written": file.stat().st_size}


def main() -> None:
    """The session."""
    what, how, folder, disk = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    bootstrap.start_fresh_process = lambda _start: None
    _qt = bootstrap.make_qt([])
    program = bootstrap.open_program(bootstrap.Start(folder=folder))
    # What goes wrong here is to be seen, not shown in a window that nobody looks at.
    sys.excepthook = sys.__excepthook__
    session = Session(program, "")
    session.unlock()
    seen = {"save": save, "export": export}[what](session, disk, really=how == "disk")
    sys.stdout.write(json.dumps(seen) + "\n")
    sys.stdout.flush()
    program.lock("asked")


if __name__ == "__main__":
    with kdf.floor_lowered_for_tests(CHEAP):
        main()
