"""A session that is locked or left while the disk is full, in a process of its own.

`full_disk_lock.py lock|quit limit|disk FOLDER DISK`: FOLDER holds the demonstration casebook. Says
what it saw as one JSON object.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app import bootstrap
from app.casework import form_records
from app.models import kdf
from app.ui.form.form_page import FormPage
from app.ui.leaving import LeavingDialog
from tests.faults.full_disk_session import WORDS, full, shown
from tests.faults.whole_session import Session
from tests.vaults import CHEAP


def type_words(session: Session) -> tuple[dict[str, Any], Any]:
    """Open a form at its first text and give what is to be typed there."""
    child_id, *_ids = session.a_report()
    record = session.of_casework(lambda: form_records.start(session.desk, child_id, "resettlement"))
    assert isinstance(record, form_records.OpenForm)
    session.program.shell.go("form", record_id=record.record_id)
    session.settle()
    page = session.program.shell.page
    assert isinstance(page, FormPage)
    for section in [each.name for each in page.controller.pages()]:
        page.show_section(section)
        texts = [p for p in page.view.questions() if page.view.fields[p].question.type == "text"]
        if texts:
            break
    editor = page.view.fields[texts[0]].editor
    target = editor.focus_target()
    session.settle()
    target.setFocus()
    editor.place_cursor(len(shown(target)))
    seen = {"record_id": record.record_id, "path": texts[0], "text": shown(target) + WORDS}
    return seen, target


def main() -> None:
    """The session."""
    what, how, folder, disk = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    fresh: list[bootstrap.Start] = []
    bootstrap.start_fresh_process = fresh.append
    _qt = bootstrap.make_qt([])
    program = bootstrap.open_program(bootstrap.Start(folder=folder))
    sys.excepthook = sys.__excepthook__
    session = Session(program, "")
    session.unlock()
    seen, target = type_words(session)
    finished: list[bool] = []

    def say() -> None:
        seen["carried"] = fresh[0].carried.hex() if fresh else ""
        seen["finished"] = bool(finished)
        seen["put_aside"] = sorted(path.name for path in folder.glob("casebook.aside-*"))
        sys.stdout.write(json.dumps(seen) + "\n")
        sys.stdout.flush()

    program.outside = program.outside.__class__(
        **{
            **program.outside.__dict__,
            "end": lambda: None,
            "finish": lambda: finished.append(True),
        }
    )
    with full(disk, really=how == "disk", limit=16):
        QTest.keyClicks(target, WORDS)
        if what == "lock":
            program.lock("idle")
        else:
            program.shell.close()
            session.settle()
            dialog = next(
                window
                for window in QApplication.topLevelWidgets()
                if isinstance(window, LeavingDialog)
            )
            seen["asked"] = [button.text() for button in dialog.findChildren(QPushButton)]
            seen["open"] = program.desk is not None and program.shell.isVisible()
            seen["on_screen"] = shown(target) == seen["text"]
            named = {button.text(): button for button in dialog.findChildren(QPushButton)}
            if what == "quit":
                named["Keep them encrypted and close"].click()
            else:
                named["Go back"].click()
                session.settle()
    if what == "stay":
        # There is room again: the same window closes as ever.
        program.shell.close()
        session.settle()
    say()
    bootstrap.end_process()


if __name__ == "__main__":
    with kdf.floor_lowered_for_tests(CHEAP):
        main()
