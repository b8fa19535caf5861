"""Opening a form of 400 questions beside building as many bare widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from app.casework import children, form_records
from app.casework.children import ChildDetails
from app.ui.form.form_page import FormPage
from app.ui.shell import Shell
from tests.benchmarks import bare_form, big_form, stores, windows
from tests.benchmarks.measuring import Measured, side_by_side, timed


def measure(within: Path) -> Iterator[Measured]:
    """From the wish to open the form to its first page, painted.

    The program draws one topic at a time: forty of the questions. `page_bare_s` is the time that
    the bare widgets of those forty take.
    """
    windows.dressed()
    shell, record_id = big_form_window(within / "form-open")
    questions, options = big_form.plain(), [name.capitalize() for name in big_form.CHOICES]
    areas: list[QScrollArea] = []

    def subject() -> list[str]:
        shell.go("form", record_id=record_id)
        QApplication.processEvents()
        page = shell.page
        if not isinstance(page, FormPage) or page.controller is None:
            raise SystemExit("the form did not open")
        sheet = page.controller.sheet
        return [sheet.label(path) for path in sheet.paths()]

    def baseline() -> list[str]:
        area = bare_form.shown(questions, options)
        areas.append(area)
        return [label.text() for label in area.findChildren(QLabel)]

    def between() -> None:
        while areas:
            areas.pop().deleteLater()
        shell.go("caseload")
        QApplication.processEvents()

    took, bare = side_by_side(subject, baseline, rounds=9, between=between)
    pages = []
    for _ in range(9):
        between()
        seconds, area = timed(lambda: bare_form.shown(questions[: big_form.ON_A_PAGE], options))
        areas.append(area)
        pages.append(seconds)
    shell.desk.close()
    yield Measured(
        "form_open",
        took,
        "a window of as many bare labels, fields and buttons",
        bare,
        took / bare,
        "<= 1.5",
        more={"page_bare_s": median(pages)},
    )


def big_form_window(folder: Path) -> tuple[Shell, str]:
    """A window on a casebook whose one child has the form, and the id of that form."""
    big_form.write(folder / "forms")
    desk = stores.new_desk(folder / "casebook")
    child = children.add_child(desk, ChildDetails(given_name="Tal", family_name="Fenwick"))
    shell = windows.window(desk, forms=folder / "forms")
    form = form_records.start(shell.desk, child.id, big_form.FORM_ID)
    return shell, form.record_id
