"""What may be wrong with a form or an expression, in words for whoever wrote the form."""

from __future__ import annotations

from app.core.errors import KnownError
from app.core.i18n import _


class FormError(KnownError):
    """A form cannot be used; the text names the file and the place in it."""

    def __init__(self, file: str, place: str, what: str, hint: str = "") -> None:
        where = f"{file}, {place}" if place else file
        super().__init__(
            _("The form cannot be used. {where}: {what}").format(where=where, what=what), hint
        )
        self.file = file
        self.place = place
        self.what = what


class ExpressionError(KnownError):
    """An expression of a form cannot be used; the text says why."""
