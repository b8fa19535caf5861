"""The one form view: any `Form` in, widgets out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.shell import Shell


def register(shell: Shell) -> None:
    """Make the page `form` known to the window."""
    from app.ui.form.form_page import FormPage

    shell.register("form", FormPage)
