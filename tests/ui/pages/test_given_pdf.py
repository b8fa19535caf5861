"""A PDF that somebody brings is checked by the keyboard, and leads to the report that it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel

from app.casework import report_export
from app.casework.desk import Desk
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, press, write


def told() -> str:
    return " ".join(label.text() for label in dialog().findChildren(QLabel))


def test_a_file_that_was_brought_is_told_apart_and_leads_to_its_report(
    shell: Shell,
    desk: Desk,
    child_id: str,
    report_id: str,
    tmp_path: Path,
) -> None:
    ours, other = tmp_path / "ours.pdf", tmp_path / "other.pdf"
    report_export.export(desk, report_id, ours, recipient="Fernbridge court", reason="")
    other.write_bytes(b"%PDF-1.7 from elsewhere")
    shell.go("child", child_id=child_id, tab="reports")
    press("Check a PDF")
    press("Check")
    assert dialog().file_field.error.text() == "Say which file."
    write("File", str(other))
    press("Check")
    assert "Not known" in told()
    press("Close")
    press("Check a PDF")
    write("File", str(ours))
    press("Check")
    assert "Unchanged, but a draft" in told()
    assert "to Fernbridge court, by" in told()
    press("Open the report")
    assert shell.page.report.id == report_id
