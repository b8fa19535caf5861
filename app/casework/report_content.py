"""What a report says now: its passages, and what it takes from the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.casework import proposals, report_checking, report_material, report_writing
from app.casework.psr_material import gather
from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import FormRecord, Report, User
from app.reports.content import Report as Content
from app.reports.content import Status
from app.reports.kinds import kind
from app.reports.material import HeardFacts, PsrMaterial, SignOff
from app.reports.pdf import render
from app.reports.psr import report_of

if TYPE_CHECKING:
    from app.casework.desk import Desk


class WelshNotReviewed(KnownError):
    """Nobody has reviewed the Welsh that the report would be in."""

    def __init__(self) -> None:
        super().__init__(
            _("The Welsh of this form was not reviewed yet, so no final report can be made in it."),
            _("Make the report in English, or ask your service to have the Welsh reviewed."),
        )


def material_of(
    desk: Desk, session: Session, kept: Report, status: Status, language: str | None = None
) -> PsrMaterial:
    """What a report is made from, within a session.

    Args:
        language: Without, that of the report.

    Raises:
        RecordGone: What it rests on is not in the casebook.
        WelshNotReviewed: It is to be final in Welsh, and nobody has reviewed the form's Welsh.
    """
    assert kept.assessment_id is not None
    language = language or kept.language
    if language != "en":
        record = session.get(FormRecord, kept.assessment_id)
        if record is not None:
            form = desk.forms.form(record.form_id, record.form_version)
            if status == "final" and not form.welsh_reviewed_by:
                raise WelshNotReviewed
    material = gather(
        desk,
        session,
        child_id=kept.child_id,
        assessment_id=kept.assessment_id,
        hearing_id=kept.hearing_id,
        reference_number=kept.reference,
        status=status,
        language=language,
        made_on=desk.clock.today(),
        written_by=kept.made_by,
    )
    with_kind = report_material.with_kind(
        desk,
        session,
        material,
        kept.child_id,
        kept.details or {},
        assessment_id=kept.assessment_id,
        report_id=kept.id,
        addendum_to=kept.addendum_to,
        pending=(kept.pending_reason or "") if status == "final" else "",
    )
    return replace(
        with_kind,
        proposed=proposals.told_to_child(desk, session, kept, language),
        sign_off=_sign_off(session, kept, material.sign_off, language),
    )


def _sign_off(session: Session, kept: Report, found: SignOff, language: str) -> SignOff:
    """Who checked the report and what was said when it was read back."""
    stands = report_writing.is_checked(session, kept)
    checker = session.get(User, kept.checked_by) if stands and kept.checked_by else None
    heard = report_checking.read_back_of(session, kept)
    headings = kind(kept.kind).headings(language)

    def on(listener: str) -> date | None:
        return max(
            (one.read_on for one in heard if one.listener == listener and one.read_on), default=None
        )

    return replace(
        found,
        checked_by="" if checker is None else checker.name,
        checked_on=local(kept.checked_at).date() if stands and kept.checked_at else None,
        read_with_child_on=on("child"),
        read_with_parent_on=on("parent"),
        heard=tuple(
            HeardFacts(
                by="parent" if one.listener == "parent" else "child",
                section=headings[one.section],
                answer=one.answer,
                comment=one.comment,
                language=one.language or None,
            )
            for one in heard
        ),
    )


def content_now(desk: Desk, session: Session, kept: Report, status: Status) -> Content:
    """A report as it is written, with what it takes from the record as that is now."""
    return report_of(
        kind(kept.kind),
        material_of(desk, session, kept, status),
        report_writing.written(session, kept.id),
    )


def made_now(desk: Desk, session: Session, kept: Report, status: Status) -> tuple[Content, bytes]:
    """A report as it is written now, and its pages."""
    content = content_now(desk, session, kept, status)
    return content, render(content)
