"""A paper copy of a form that was filled in: for the child to keep, or for others.

What a child or a parent said goes no further than they were told. Their own copy holds what the
person who makes it may read; a copy for anybody else only what they were told that a court can
read, and, of their own words, what they said yes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.casework import form_records, permission, sources
from app.casework.dates import local_day
from app.casework.disclosure import Exported, Pages, must_be_free, reference_of, to_file
from app.casework.form_records import found, sheet_of, state_words
from app.casework.problems import RecordGone
from app.casework.stage_changes import (
    Comparison,
    Since,
    comparisons,
    summary_of,
    unconfirmed_of,
)
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.forms.schema import OWN_VIEWS, Form
from app.forms.sheet import Sheet
from app.models.records import Child, FormRecord, Service
from app.reports.changes_print import ChangedAnswer, ChangesCopy, changes_copy
from app.reports.form_print import FormCopy, form_copy
from app.reports.pdf import render

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.casework.desk import Desk


PARENT_AGREED: Final = "parent_quote_agreed"
"""The question that asks a parent or carer for leave, in the form of their own words."""


@dataclass(frozen=True)
class CopyFor:
    """Who gets a copy, and why. `own`: it is theirs, whose words it holds."""

    recipient: str
    reason: str = ""
    own: bool = False


def export(
    desk: Desk, record_id: str, file: Path, for_whom: CopyFor, *, overwrite: bool = False
) -> Exported:
    """Write a form with its answers to a file, and log to whom it is disclosed.

    Raises:
        NotAllowed: The person may only read, or may not read what a child answered.
        FileIsThere: A file of this name exists and was not to be replaced.
        RecordGone: The form is not in the casebook.
        KnownError: Nobody is named who gets it, or it can't be written there.
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    _must_name(for_whom)
    number = reference_of(desk, record_id)
    with desk.casebook.read() as session:
        pages = _pages(desk, session, found(session, record_id), number, for_whom)
    return to_file(desk, file, pages, recipient=for_whom.recipient, reason=for_whom.reason)


def export_changes(
    desk: Desk,
    record_id: str,
    since: Since,
    file: Path,
    for_whom: CopyFor,
    *,
    overwrite: bool = False,
) -> Exported:
    """Write to a file what changed since the last stage or revision, and log who gets it.

    Raises:
        NotAllowed: The person may only read.
        FileIsThere: A file of this name exists and was not to be replaced.
        RecordGone: The form, or the earlier snapshot, is not in the casebook.
        KnownError: Nobody is named who gets it, or it can't be written there.
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    _must_name(for_whom)
    number = reference_of(desk, record_id)
    compared = next((one for one in comparisons(desk, record_id) if one.since == since), None)
    if compared is None:
        raise RecordGone
    with desk.casebook.read() as session:
        pages = _changes(desk, session, found(session, record_id), number, compared)
    return to_file(desk, file, pages, recipient=for_whom.recipient, reason=for_whom.reason)


def file_name(desk: Desk, record_id: str) -> str:
    """The name to offer for the file: a reference, nothing of the child."""
    return f"{reference_of(desk, record_id)}.pdf"


def _must_name(for_whom: CopyFor) -> None:
    if not for_whom.recipient.strip():
        raise KnownError(
            _("Say who gets this copy."), _("It is kept in the record of who was given a copy.")
        )


def _changes(
    desk: Desk, session: Session, record: FormRecord, number: str, compared: Comparison
) -> Pages:
    child, service = (
        session.get_one(Child, record.child_id),
        session.get(Service, desk.casebook.service_id),
    )
    copy = ChangesCopy(
        reference=number,
        service_name=service.name if service is not None else "",
        child_name=f"{form_records.called(child)} {child.family_name}".strip(),
        made_on=desk.clock.today(),
        language=language(),
        status="draft" if record.state == "draft" else "final",
        earlier=compared.title,
        earlier_on=compared.day,
        later=compared.now,
        summary=summary_of(compared),
        unconfirmed=unconfirmed_of(compared),
    )
    changed = [
        ChangedAnswer(
            section=one.section,
            question=one.question,
            before=one.before,
            after=one.after,
            who=one.who,
            when=None if one.when is None else local_day(one.when),
        )
        for one in compared.differences
    ]
    pdf = render(changes_copy(changed, copy))
    return Pages(pdf, "form_record", record.id, record.child_id, record.state)


def _pages(
    desk: Desk, session: Session, record: FormRecord, number: str, for_whom: CopyFor
) -> Pages:
    if not permission.reads_form(desk.actor.role, record.kind):
        raise permission.refusal_of_form(record.kind)
    child, service = (
        session.get_one(Child, record.child_id),
        session.get(Service, desk.casebook.service_id),
    )
    whole = sheet_of(desk, session, record)
    form = whole.form
    left_out = _Leaving(form, desk.actor.role, own=for_whom.own, agreed=_parent_agreed(whole))
    sheet = sheet_of(
        desk, session, record, keeps=left_out.keeps, tongue=_tongue(form, record.state == "draft")
    )
    name = f"{form_records.called(child)} {child.family_name}".strip()
    copy = FormCopy(
        reference=number,
        service_name=service.name if service is not None else "",
        child_name=name,
        made_on=desk.clock.today(),
        status="draft" if record.state == "draft" else "final",
        state=state_words(record.state, record.kind) if sheet.language == language() else "",
        marking="" if for_whom.own else None,
    )
    pdf = render(
        form_copy(
            sheet,
            copy,
            only_answered=for_whom.own,
            kept_back=frozenset(left_out.names),
            names=form_records.names(session),
            unknown=form_records.unknown(desk, session, record, sheet.language),
            said=sources.said_lines(sheet, sheet.language, form_records.called(child)),
        )
    )
    return Pages(pdf, "form_record", record.id, record.child_id, record.state)


def _tongue(form: Form, draft: bool) -> str:
    """The language of the screen; Welsh that nobody has reviewed stays out of what is finished."""
    tongue = language()
    if tongue not in form.languages or (
        tongue == "cy" and not draft and not form.welsh_reviewed_by
    ):
        return form.default_language
    return tongue


class _Leaving:
    """Which answers a copy holds; `names` gathers the questions whose answers stay here."""

    def __init__(self, form: Form, role: permission.Role, *, own: bool, agreed: bool) -> None:
        self._form, self._role, self._own, self._agreed = form, role, own, agreed
        self.names: set[str] = set()

    def keeps(self, name: str, answer: Mapping[str, Any]) -> bool:
        """Whether this answer goes into the copy."""
        kept = self._goes(name, answer)
        if not kept:
            self.names.add(name)
        return kept

    def _goes(self, name: str, answer: Mapping[str, Any]) -> bool:
        if self._form.kind not in OWN_VIEWS:
            return True
        if not permission.reads_answer(self._role, self._form, name):
            return False
        if self._own:
            return True
        try:
            question = self._form.question(name)
        except KeyError:
            return False
        if question.said_by == "practitioner":
            return True
        said_yes = answer.get("may_quote") is True or not question.ask_to_quote
        if question.said_by == "parent":
            said_yes = self._agreed
        return "court" in question.readers and said_yes


def _parent_agreed(sheet: Sheet) -> bool:
    """Whether the parent or carer said yes to what they said being passed on."""
    return sheet.has(PARENT_AGREED) and sheet.value(PARENT_AGREED) == "yes"
