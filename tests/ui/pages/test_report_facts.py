"""The facts beside a report: no word is cut, in whatever text size and language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.casework.desk import Desk
from app.casework.report_views import ReportView
from app.core import i18n
from app.core.settings import Settings
from app.ui import theme
from app.ui.accessibility import audit
from app.ui.application import register_pages
from app.ui.pages.report import ReportPage
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks

REPORT = ReportView(
    id="0198c0de-0000-7000-8000-000000000001",
    child_id="0198c0de-0000-7000-8000-000000000002",
    child_name="Tal Fenwick",
    title="Pre-sentence report",
    subtitle="Fictional Youth Court, 24 November 2026",
    reference="WM-2026-8A08E83F",
    state="draft",
    state_text="Draft",
    made_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    basis="Assessment, submitted 8 September 2026 (Countersigned)",
    content_hash="w0m8" * 16,
    editable=True,
)


@pytest.mark.parametrize("size", [100, 110, 125, 150, 200])
def test_no_fact_is_cut(qtbot: QtBot, desk: Desk, dressed: None, size: int) -> None:
    # Its labels are the longer ones.
    i18n.set_language("cy")
    theme.use("light", size)
    shell = Shell(desk, InlineTasks(), Settings(theme="light", text_size=size, language="cy"))
    register_pages(shell)
    qtbot.addWidget(shell, before_close_func=lambda window: window.leave_for_good())
    shell.resize(1366, 768)
    shell.show()
    # Shown as it is, without a report in the casebook: what is looked at is the room for words.
    shell.register("facts", ReportPage)
    page = shell._registered["facts"].factory(shell)
    shell.stack.addWidget(page)
    shell.stack.setCurrentWidget(page)
    page._show(REPORT, b"")
    for _round in range(4):
        QApplication.processEvents()
    assert [(found.rule, found.what) for found in audit(page.facts)] == []
    assert page.facts.width() >= page.facts.minimumSizeHint().width()
    assert page.facts.height() >= page.facts.heightForWidth(page.facts.width())


def test_a_dialog_that_has_room_does_not_scroll(qtbot: QtBot, desk: Desk, dressed: None) -> None:
    from app.casework.aside import Leftover
    from app.ui.leaving import LeavingDialog, LeftoverDialog, Unsaved

    shell = Shell(desk, InlineTasks(), Settings(theme="light"))
    qtbot.addWidget(shell, before_close_func=lambda window: window.leave_for_good())
    shell.resize(1366, 768)
    shell.show()

    def nothing() -> None:
        return None

    leaving = LeavingDialog(
        Unsaved(3, 0, None), shell, try_again=nothing, put_aside=nothing, lose=nothing
    )
    left = LeftoverDialog([Leftover("Assessment", "Who helps?", "Nan")], shell, nothing)
    for dialog in (leaving, left):
        dialog.ask()
        for _round in range(4):
            QApplication.processEvents()
        assert dialog._area.verticalScrollBar().maximum() == 0
        assert audit(dialog) == []
        dialog.reject()
