"""The pages that the shell shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.i18n import N_

if TYPE_CHECKING:
    from app.ui.shell import Shell


def register(shell: Shell) -> None:
    """Make the pages of children's records known to the window."""
    from app.ui.pages.caseload import CaseloadPage
    from app.ui.pages.child import ChildPage
    from app.ui.pages.decide import DecidePage
    from app.ui.pages.due import DuePage
    from app.ui.pages.edit_child import EditChildPage
    from app.ui.pages.edit_record import EditRecordPage
    from app.ui.pages.figures import FiguresPage
    from app.ui.pages.figures_edit import FiguresEditPage
    from app.ui.pages.merge import MergePage
    from app.ui.pages.report import ReportPage
    from app.ui.pages.report_copies import ReportCopiesPage
    from app.ui.pages.report_proposal import ReportProposalPage
    from app.ui.pages.report_read_back import ReportReadBackPage
    from app.ui.pages.report_write import ReportWritePage
    from app.ui.pages.sync import SyncPage
    from app.ui.pages.waiting import WaitingPage

    shell.register("caseload", CaseloadPage, rail=N_("Caseload"), order=10)
    shell.register("due", DuePage, rail=N_("Due"), order=20)
    shell.register("waiting", WaitingPage, rail=N_("Waiting"), order=30)
    shell.register("decide", DecidePage)
    shell.register("child", ChildPage)
    shell.register("add_child", EditChildPage)
    shell.register("change_child", EditChildPage)
    shell.register("edit_record", EditRecordPage)
    shell.register("merge", MergePage)
    shell.register("report", ReportPage)
    shell.register("report_write", ReportWritePage)
    shell.register("report_copies", ReportCopiesPage)
    shell.register("report_proposal", ReportProposalPage)
    shell.register("report_read_back", ReportReadBackPage)
    shell.register("figures", FiguresPage)
    shell.register("edit_figures", FiguresEditPage)
    shell.register("sync", SyncPage, rail=N_("Sync"), order=800)
    shell.register_deed(N_("Sync now"), lambda: shell.go("sync") and shell.sync.start())
    shell.register_deed(N_("Add a child"), lambda: shell.go("add_child"), "Ctrl+N")
    shell.register_deed(N_("Figures for reports"), lambda: shell.go("figures"))
