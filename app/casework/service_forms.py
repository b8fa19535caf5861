"""A service's own forms: brought in from a spreadsheet, offered, and no longer offered.

A form is a record of the service, so it travels to the other laptops like any record. What a
version asks never changes: a newer one stands beside it, and whatever was filled in keeps the
version it was begun with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from app.casework import permission
from app.casework.problems import RecordGone
from app.core.i18n import N_, _, language
from app.forms.errors import FormError
from app.forms.kept import document_of
from app.forms.schema import Form
from app.models.records import ServiceForm, User

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.casebook import Casebook

KIND_WORDS: Final[Mapping[str, str]] = {
    "questionnaire": N_("Questionnaire for the child"),
    "resettlement": N_("Plan that the worker fills in"),
}


@dataclass(frozen=True)
class ServiceFormView:
    """One version of a form of the service.

    Attributes:
        version_text: Such as "Version 2".
        kind_text: What kind of form it is, in words.
        offered: Whether a new record can be begun with it: in use, and the newest in use.
        in_use: Whether it was not taken out of use.
        added_by: The name of who added it.
        problem: Why it can't be used, in words; empty where it can.
    """

    id: str
    form_id: str
    title: str
    version: int
    version_text: str
    kind_text: str
    offered: bool
    in_use: bool
    added_at: datetime
    added_by: str
    problem: str


class StoredForms:
    """The forms of the service as the casebook keeps them, see `app.forms.library`."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook = casebook

    def newest(self) -> Mapping[str, int]:
        """The newest version in use of each form, by its id."""
        with self._casebook.read() as session:
            rows = session.execute(
                select(ServiceForm.form_id, func.max(ServiceForm.form_version))
                .where(ServiceForm.removed_at.is_(None))
                .group_by(ServiceForm.form_id)
            )
            return {row[0]: row[1] for row in rows}

    def document(self, form_id: str, version: int) -> object | None:
        """One version as it is kept, in use or not. Of two, the one that was added first."""
        with self._casebook.read() as session:
            return session.scalars(
                select(ServiceForm.document)
                .where(ServiceForm.form_id == form_id, ServiceForm.form_version == version)
                .order_by(ServiceForm.created_at, ServiceForm.id)
            ).first()


def may_manage(desk: Desk) -> bool:
    """Whether the person may bring in forms and take them out of use."""
    return permission.allows(desk.actor.role, "manage_forms")


def listed(desk: Desk) -> tuple[ServiceFormView, ...]:
    """Every form of the service in every version, the newest version of each first."""
    with desk.casebook.read() as session:
        rows = session.execute(
            select(ServiceForm, User.name)
            .join(User, User.id == ServiceForm.added_by, isouter=True)
            .order_by(ServiceForm.form_id, ServiceForm.form_version.desc(), ServiceForm.created_at)
        ).all()
        return tuple(_view(desk, record, name or "") for record, name in rows)


def add(desk: Desk, file: Path) -> ServiceFormView:
    """Add the form that the spreadsheet `file` (`.xlsx` or `.md`) describes.

    Raises:
        SpreadsheetRefused: It has mistakes, each told with its sheet and row; nothing is added.
        NotAllowed: The person is neither a manager nor an administrator.
    """
    # Imported here: reading spreadsheets takes libraries that nothing else needs.
    from app.forms.intake import read_spreadsheet

    permission.must(desk.actor.role, "manage_forms")
    form = read_spreadsheet(
        file,
        before=lambda form_id: _before(desk, form_id),
        of_program=desk.forms.moves_drafts_on,
    )
    with desk.casebook.write() as work:
        record = work.add(
            ServiceForm(
                form_id=form.id,
                form_version=form.version,
                kind=form.kind,
                title=form.title.text("en"),
                document=document_of(form),
                source_name=file.name,
                added_by=desk.actor.id,
            )
        )
    return _view(desk, record, desk.actor.name)


def stop_offering(desk: Desk, service_form_id: str) -> None:
    """Take one version out of use: it is begun no more, and what was filled in stays."""
    _set_in_use(desk, service_form_id, in_use=False)


def offer_again(desk: Desk, service_form_id: str) -> None:
    """Take one version into use again."""
    _set_in_use(desk, service_form_id, in_use=True)


def _set_in_use(desk: Desk, service_form_id: str, *, in_use: bool) -> None:
    permission.must(desk.actor.role, "manage_forms")
    with desk.casebook.write() as work:
        record = work.get(ServiceForm, service_form_id)
        if record is None:
            raise RecordGone
        if in_use:
            work.restore(record)
        else:
            work.remove(record)


def _before(desk: Desk, form_id: str) -> Form | None:
    """The newest version of a form that is there already, in use or not."""
    with desk.casebook.read() as session:
        version = session.scalar(
            select(func.max(ServiceForm.form_version)).where(ServiceForm.form_id == form_id)
        )
    if version is not None or desk.forms.has(form_id):
        return desk.forms.form(form_id, version)
    return None


def _view(desk: Desk, record: ServiceForm, added_by: str) -> ServiceFormView:
    title, problem = record.title, ""
    try:
        title = desk.forms.form(record.form_id, record.form_version).title.text(language())
    except FormError as error:
        problem = error.user_text
    in_use = record.removed_at is None
    newest = StoredForms(desk.casebook).newest().get(record.form_id)
    return ServiceFormView(
        id=record.id,
        form_id=record.form_id,
        title=title,
        version=record.form_version,
        version_text=_("Version {version}").format(version=record.form_version),
        kind_text=_(KIND_WORDS[record.kind]) if record.kind in KIND_WORDS else record.kind,
        offered=in_use and newest == record.form_version and not problem,
        in_use=in_use,
        added_at=record.created_at,
        added_by=added_by,
        problem=problem,
    )
