"""Opening the largest form, filled with what was carried forward, beside bare widgets of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from app.casework import assessments, children, demo, form_records, stages
from app.casework.children import ChildDetails
from app.forms.loader import FormLibrary
from app.forms.schema import ASSESSING, Form
from app.forms.sheet import Sheet
from app.ui.form.form_page import FormPage
from tests.benchmarks import bare_form, stores, windows
from tests.benchmarks.bare_form import Filled
from tests.benchmarks.measuring import Measured, must_equal, side_by_side


def measure(within: Path) -> Iterator[Measured]:
    """From the wish to open the stage to its first section, painted, every answer unconfirmed."""
    windows.dressed()
    largest = max(
        (form for form in FormLibrary.built_in().forms() if form.kind in ASSESSING), key=_size
    )
    must_equal(largest.id, "assessment")
    desk = stores.new_desk(within / "stage-open")
    child = children.add_child(desk, ChildDetails(given_name="Tal", family_name="Fenwick"))
    first = stages.start(desk, child.id, "before_sentence").record_id
    demo.fill_in(desk, first, demo.answers_of({"like": "assessment"}), by=desk.actor.id)
    assessments.submit(desk, first)
    record_id = stages.start(desk, child.id, "start_of_order", largest.id).record_id
    shell = windows.window(desk)
    opened = form_records.open_form(desk, record_id)
    sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
    questions = list(_plainly(sheet))
    areas: list[QScrollArea] = []

    def subject() -> list[str]:
        shell.go("form", record_id=record_id)
        QApplication.processEvents()
        page = shell.page
        if not isinstance(page, FormPage) or page.controller is None:
            raise SystemExit("the form did not open")
        shown = page.controller.sheet
        if not shown.unconfirmed():
            raise SystemExit("nothing was carried forward")
        return [shown.label(path) for path in _asked(shown)]

    def baseline() -> list[str]:
        area = bare_form.filled(questions)
        areas.append(area)
        return [label.text() for label in area.findChildren(QLabel)]

    def between() -> None:
        while areas:
            areas.pop().deleteLater()
        shell.go("caseload")
        QApplication.processEvents()

    took, bare = side_by_side(subject, baseline, rounds=9, between=between)
    shell.desk.close()
    yield Measured(
        "stage_open",
        took,
        "a window of as many bare labels, fields and buttons, filled",
        bare,
        took / bare,
        "<= 1.5",
        more={"questions": len(questions)},
    )


def _size(form: Form) -> int:
    return sum(1 for _question in form.questions())


def _asked(sheet: Sheet) -> list[str]:
    return [path for path in sheet.paths() if sheet.is_relevant(path) and sheet.question(path).asks]


def _plainly(sheet: Sheet) -> Iterator[Filled]:
    """Every question that is asked now, as plain data."""
    for path in _asked(sheet):
        question = sheet.question(path)
        value = sheet.value(path)
        yield Filled(
            words=sheet.label(path),
            kind=question.type,
            lines=3 if "multiline" in question.appearance else 1,
            options=tuple(
                (choice.name, sheet.choice_label(path, choice.name))
                for choice in sheet.choices(path)
                if question.list_name is not None
            ),
            value=tuple(value) if isinstance(value, list) else (str(value or ""),),
        )
