"""The forms of a casebook: those that ship with the program, and those that the service added."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Final, Protocol

from app.core import log
from app.core.i18n import _
from app.forms.errors import FormError
from app.forms.kept import form_of
from app.forms.loader import FormLibrary
from app.forms.schema import Form
from app.forms.service_rules import faults


class AddedForms(Protocol):
    """Where the forms of the service are kept."""

    def newest(self) -> Mapping[str, int]:
        """The newest version in use of each form, by its id."""

    def document(self, form_id: str, version: int) -> object | None:
        """One version as it is kept, in use or not; None where there is none."""


class CasebookForms(FormLibrary):
    """Built-in forms first; a form of the service never stands in for one of them.

    What was added is looked up each time it is asked for, since a sync may bring in more. A
    version never changes, so it is read once.
    """

    def __init__(self, built_in: FormLibrary, added: AddedForms) -> None:
        self._built_in: Final = built_in
        self._added: Final = added
        self._at_hand: Final[dict[tuple[str, int], Form]] = {}
        self._reading: Final = Lock()

    def form(self, form_id: str, version: int | None = None) -> Form:
        """Override FormLibrary.form."""
        if self._built_in.has(form_id):
            return self._built_in.form(form_id, version)
        if version is None:
            version = self._added.newest().get(form_id)
            if version is None:
                raise FormError(form_id, "", _("There is no form of this name."))
        with self._reading:
            known = self._at_hand.get((form_id, version))
            if known is None:
                known = self._taken_out(form_id, version)
                self._at_hand[form_id, version] = known
            return known

    def has(self, form_id: str) -> bool:
        """Override FormLibrary.has: whether it can be started."""
        return self._built_in.has(form_id) or form_id in self._added.newest()

    def moves_drafts_on(self, form_id: str) -> bool:
        """Override FormLibrary.moves_drafts_on: nobody writes upgrades for a service's forms, so
        each record of one stays with the version that it was begun in."""
        return self._built_in.has(form_id)

    def forms(self) -> tuple[Form, ...]:
        """Override FormLibrary.forms: those of the service follow, without any that is unsound."""
        found = list(self._built_in.forms())
        for form_id, version in sorted(self._added.newest().items()):
            if self._built_in.has(form_id):
                continue
            try:
                found.append(self.form(form_id, version))
            except FormError:
                # One that another laptop sent unsound must not keep the others from being used;
                # the list of forms in the settings says which one it is.
                log.forms.warning("a form of the service can't be used")
        return tuple(found)

    def _taken_out(self, form_id: str, version: int) -> Form:
        document = self._added.document(form_id, version)
        if document is None:
            raise FormError(
                form_id, "", _("Version {version} of it is not here.").format(version=version)
            )
        form = form_of(document, named=form_id)
        if (form.id, form.version) != (form_id, version):
            raise FormError(form_id, "id", _("It is kept under another name or version."))
        for place, text in faults(form):
            raise FormError(form_id, place, text)
        return form
