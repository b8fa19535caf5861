"""The window one works in: bars, rail, pages, menus, shortcuts.

How a package of pages joins in: a function `register(shell)` in its `__init__` that calls
`shell.register("caseload", CaseloadPage, rail=N_("Caseload"), order=10)`. The factory is called
with the shell when the page is first gone to. Names of pages that others rely on: `caseload`,
`child` (child_id, tab), `form` (record_id, child_id, path, cursor), `report` (report_id, child_id),
`waiting`, `child_mode`, `settings`, `help`, `problem_report`.
"""

from __future__ import annotations

from app.ui.shell.window import Shell

__all__ = ["Shell"]
