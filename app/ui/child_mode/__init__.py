"""The child's own screen: one question at a time, large and calm, left only by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.shell import Shell


def register(shell: Shell) -> None:
    """Make the pages `child_mode`, `report_alone` and `harm_prompts` known to the window."""
    from app.ui.child_mode.harm_page import HarmPage
    from app.ui.child_mode.page import ChildModePage
    from app.ui.child_mode.report_alone import ReportAlonePage

    shell.register("child_mode", ChildModePage)
    shell.register("report_alone", ReportAlonePage)
    shell.register("harm_prompts", HarmPage)
