"""A form that a service wrote in a spreadsheet, looked through before it is taken in.

It is held to every rule that the built-in forms are held to, and to those of `service_rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.core.errors import KnownError
from app.core.i18n import _
from app.forms.errors import FormError
from app.forms.lint import lint, lint_versions
from app.forms.schema import Form
from app.forms.service_rules import Found, faults
from app.forms.xlsform import read_xlsform

SHOWN: Final = 20
"""Mistakes that are told at once; more would not be read."""


class SpreadsheetRefused(KnownError):
    """A spreadsheet can't be taken in; nothing was.

    Attributes:
        findings: What is wrong, each with its sheet and row, in words.
    """

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__(
            _("The form was not added, because its spreadsheet has mistakes."),
            _("Mend them in the spreadsheet, save it and choose it again."),
        )
        self.findings = findings


def read_spreadsheet(
    path: Path,
    *,
    before: Callable[[str], Form | None],
    of_program: Callable[[str], bool] = lambda _form_id: False,
) -> Form:
    """The form that the spreadsheet at `path` holds, sound in every way.

    Args:
        before: Gives the newest version of a form that is there already, by its id.
        of_program: Whether an id is that of a form that ships with the program.

    Raises:
        SpreadsheetRefused: Something is wrong; every mistake names its sheet and row.
    """
    try:
        read = read_xlsform(path)
    except FormError as error:
        raise SpreadsheetRefused((_told_by_builder(error),)) from error
    found = [(finding.place, finding.text) for finding in lint(read.form)]
    found.extend(faults(read.form))
    older = before(read.form.id)
    if older is not None:
        found.extend(_against(older, read.form, of_program=of_program(read.form.id)))
    findings = [_told(read.where(place), _with_name(place, text)) for place, text in found]
    if len(findings) > SHOWN:
        more = _("And {count} more.").format(count=len(findings) - SHOWN)
        findings = [*findings[:SHOWN], more]
    if findings:
        raise SpreadsheetRefused(tuple(findings))
    return read.form


def _against(older: Form, newer: Form, *, of_program: bool) -> Found:
    if of_program:
        yield (
            "settings",
            _("“{name}” is a form of the program. Give yours another form_id.").format(
                name=newer.id
            ),
        )
        return
    if newer.version <= older.version:
        yield (
            "settings",
            _("Version {version} of this form is here already. Give it a higher version.").format(
                version=older.version
            ),
        )
        return
    if newer.kind != older.kind:
        yield "settings", _("The kind of a form never changes.")
    for finding in lint_versions(older, newer):
        yield finding.place, finding.text


def _with_name(place: str, text: str) -> str:
    """`text` with the name of the question or column, which a row alone doesn't give."""
    return f"{place}: {text}" if place not in ("kind", "survey", "settings") else text


def _told_by_builder(error: FormError) -> str:
    """The builder names the part of the form and then, in brackets, its sheet and row."""
    part, _bracket, where = error.place.removesuffix(")").rpartition(" (")
    return _told(where, f"{part}: {error.what}" if part else error.what)


def _told(where: str, what: str) -> str:
    if not where:
        return what
    return _("{where}: {what}").format(where=where[:1].upper() + where[1:], what=what)
