"""What went wrong, said to the person: what the world did, and what is a fault of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.ui.kit.dialogs import Message
from app.ui.tasks import places_of

if TYPE_CHECKING:
    from app.ui.shell.window import Shell


def show_error(shell: Shell, error: Exception) -> None:
    """Say what went wrong, and what can be done."""
    if isinstance(error, KnownError):
        Message(_("That did not work"), error.user_text, shell, hint=error.hint).ask()
        return
    log.ui.error("shown to the person: %s", places_of(error))
    if not shell.has("problem_report"):
        # A fault before the pages are there: there is no report to lead to yet.
        Message(
            _("Something went wrong in Waymark"),
            _("What you saved before is safe. Close Waymark and open it again."),
            shell,
        ).ask()
        return
    Message(
        _("Something went wrong in Waymark"),
        _("What you saved before is safe. This is a fault in the program, not in your work."),
        shell,
        hint=_("A problem report helps to mend it. You see it before it is saved."),
        confirm=_("Write a problem report"),
        on_confirm=lambda: shell.report_problem(type(error).__name__),
        cancel=_("Close"),
    ).ask()
