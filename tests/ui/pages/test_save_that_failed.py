"""What could not be saved of a form is saved later, whatever is opened in the meantime."""

from __future__ import annotations

from typing import Any

import pytest

from app.casework import form_records
from app.casework.desk import Desk
from app.core.errors import KnownError
from app.ui.form.form_page import FormPage
from app.ui.shell import Shell


def text_question(page: FormPage) -> str:
    """The path of a question that is answered in words."""
    sheet = page.controller.sheet
    return next(path for path in sheet.paths() if sheet.question(path).type == "text")


def full(*_args: Any, **_more: Any) -> None:
    """What a save does on a full disk."""
    raise KnownError("The disk is full.", "Make room on it.")


def test_an_answer_that_could_not_be_saved_outlives_another_form(
    shell: Shell, desk: Desk, child_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = form_records.start(desk, child_id, "assessment").record_id
    other = form_records.start(desk, child_id, "resettlement").record_id
    page = shell.go("form", record_id=first, child_id=child_id)
    path = text_question(page)
    with monkeypatch.context() as broken:
        broken.setattr(form_records, "save_answers", full)
        page.controller.set_answer(path, "What Tal said")
        shell.go("form", record_id=other, child_id=child_id)
        assert shell.status_bar.saved_label.text() == "Not saved"
    assert path not in form_records.open_form(desk, first).document
    shell.go("form", record_id=first, child_id=child_id)
    assert form_records.open_form(desk, first).document[path]["value"] == "What Tal said"
    assert page.controller.sheet.value(path) == "What Tal said"
    assert page.late.controllers == []


def test_what_was_not_saved_is_tried_again_at_a_lock(
    shell: Shell, desk: Desk, child_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = form_records.start(desk, child_id, "assessment").record_id
    other = form_records.start(desk, child_id, "resettlement").record_id
    page = shell.go("form", record_id=first, child_id=child_id)
    path = text_question(page)
    with monkeypatch.context() as broken:
        broken.setattr(form_records, "save_answers", full)
        page.controller.set_answer(path, "What Tal said")
        shell.go("form", record_id=other, child_id=child_id)
    shell.leave_page()
    assert form_records.open_form(desk, first).document[path]["value"] == "What Tal said"
