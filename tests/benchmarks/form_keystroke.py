"""One key stroke in a form of 400 questions and 150 expressions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.form.form_page import FormPage
from tests.benchmarks import big_form, windows
from tests.benchmarks.form_open import big_form_window
from tests.benchmarks.measuring import Measured, must_equal

AIM_S = 0.004
STROKES = 200
WORDS = "plain words "


def measure(within: Path) -> Iterator[Measured]:
    """From the key to all that follows from it: answer, relevance, checks, fields drawn anew.

    Typed into questions that expressions of others depend on, so that something follows.
    """
    windows.dressed()
    shell, record_id = big_form_window(within / "form-keystroke")
    shell.go("form", record_id=record_id)
    QApplication.processEvents()
    page = shell.page
    if not isinstance(page, FormPage) or page.controller is None:
        raise SystemExit("the form did not open")
    typed_into = [
        path
        for path, plain in zip(big_form.names(), big_form.plain(), strict=True)
        if plain.kind == "text" and path in page.view.fields and page.view.fields[path].shown
    ]
    strokes: list[float] = []
    for path in typed_into[:10]:
        page.view.focus_question(path)
        target = page.view.fields[path].editor.focus_target()
        text = (WORDS * STROKES)[: STROKES // 10]
        for character in text:
            key = Qt.Key.Key_Space if character == " " else Qt.Key(ord(character.upper()))
            began = time.perf_counter()
            QTest.keyClick(target, key)
            strokes.append(time.perf_counter() - began)
        must_equal(page.controller.sheet.value(path), text)
        QApplication.processEvents()
    took = median(strokes)
    page.controller.flush(leaving=True)
    shell.desk.close()
    yield Measured(
        "form_keystroke",
        took,
        "four milliseconds",
        AIM_S,
        took / AIM_S,
        "<= 1",
        more={"slowest_s": max(strokes)},
    )
