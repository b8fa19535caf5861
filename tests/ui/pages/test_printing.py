"""What is printed is in the log first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.casework import report_export
from app.casework.report_views import ReportView
from app.core.errors import KnownError
from app.ui.kit import Dialog
from app.ui.pages.report import ReportPage
from app.ui.shell import Shell


def test_nothing_is_printed_that_can_not_be_logged(
    shell: Shell, child_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ReportPage(shell)
    page.report = ReportView(
        id="r1",
        child_id=child_id,
        child_name="Tal Fenwick",
        title="Pre-sentence report",
        subtitle="",
        reference="WM-2026-1",
        state="draft",
        state_text="Draft",
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        basis="",
        content_hash="",
        editable=True,
    )
    done: list[str] = []
    monkeypatch.setattr(page, "_paint", lambda _printer: done.append("painted"))
    monkeypatch.setattr(Dialog, "ask", lambda _dialog: done.append("refused"))

    def full(*_args: object, **_more: object) -> None:
        raise KnownError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(report_export, "note_print", full)
        page._note_and_paint(None, "The court")
    assert done == ["refused"]
    monkeypatch.setattr(report_export, "note_print", lambda *_args, **_more: done.append("logged"))
    page._note_and_paint(None, "The court")
    assert done == ["refused", "logged", "painted"]
