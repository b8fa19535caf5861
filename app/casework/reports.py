"""A report from its first draft to its last state: made, made anew, made final, added to."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from app.casework import proposals, report_material, report_validators, report_writing
from app.casework.disclosure import reference_of
from app.casework.form_records import LOCKED
from app.casework.keeping import present
from app.casework.problems import RecordGone
from app.casework.report_content import content_now, made_now, material_of
from app.casework.report_views import ReportView, view_of
from app.core import i18n
from app.core.errors import KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.models.records import FormRecord, Report
from app.reports.content import Status
from app.reports.digest import canonical, content_hash
from app.reports.kinds import ReportKind, kind
from app.reports.pdf import render
from app.reports.psr import PSR, first_draft, report_of

if TYPE_CHECKING:
    from app.casework.desk import Desk

ADDENDUM: Final = "addendum"


class ReportIsFinal(KnownError):
    """A final report doesn't change any more."""

    def __init__(self) -> None:
        super().__init__(
            _("This report is final, so it can't be changed."),
            _("Make a new report if something has to be said differently."),
        )


class RecordChanged(KnownError):
    """The record is not what the draft says any more."""

    def __init__(self) -> None:
        super().__init__(
            _("The record has changed since this draft was made."),
            _("The draft was made again. Read it once more, then make it final."),
        )


def create_psr(
    desk: Desk,
    child_id: str,
    assessment_id: str,
    hearing_id: str,
    *,
    language: str | None = None,
) -> ReportView:
    """Make a draft of a pre-sentence report: `create` for the commonest kind."""
    return create(desk, child_id, PSR, assessment_id, hearing_id=hearing_id, language=language)


def create(
    desk: Desk,
    child_id: str,
    kind_id: str,
    assessment_id: str,
    *,
    hearing_id: str | None = None,
    order_id: str | None = None,
    existing_id: str | None = None,
    language: str | None = None,
) -> ReportView:
    """Make a draft report from a locked assessment and the records as they are now.

    Args:
        order_id: Of a report on an order: the outcome. existing_id: the report to be used again.

    Raises:
        RecordGone: The assessment or hearing is not in the casebook.
        KnownError: What reports of this kind are about was not chosen.
        WelshNotReviewed: The report was to be in Welsh and nobody has reviewed the form's Welsh.
    """
    of = kind(kind_id)
    if of.for_ == "order" and not order_id:
        raise KnownError(
            _("Choose the order that the report is about."),
            _("It is added under Court and orders."),
        )
    details = {report_material.ORDER: order_id, report_material.EXISTING: existing_id}
    return _begin(
        desk,
        of,
        Report(
            id=new_id(),
            child_id=child_id,
            kind=kind_id,
            language=language or i18n.language(),
            assessment_id=assessment_id,
            hearing_id=hearing_id,
            details={name: value for name, value in details.items() if value} or None,
            made_by=desk.actor.id,
        ),
    )


def create_addendum(desk: Desk, report_id: str) -> ReportView:
    """Make a draft that adds to a final report, which stays as it is.

    Raises:
        KnownError: The report is not final.
    """
    with desk.casebook.read() as session:
        old = present(session, Report, report_id)
        if old.state != "final":
            raise KnownError(
                _("Only a final report that still stands can be added to."),
                _("A draft can simply be changed."),
            )
        new = Report(
            id=new_id(),
            child_id=old.child_id,
            kind=ADDENDUM,
            language=old.language,
            assessment_id=old.assessment_id,
            hearing_id=old.hearing_id,
            addendum_to=old.id,
            made_by=desk.actor.id,
        )
    return _begin(desk, kind(ADDENDUM), new)


def _begin(desk: Desk, of: ReportKind, kept: Report) -> ReportView:
    desk.must_write()
    kept.reference = reference_of(desk, kept.id)
    with desk.casebook.write() as work:
        material = material_of(desk, work.session, kept, "draft")
        report_writing.keep_first_draft(work, kept, first_draft(material, of))
        if of.proposes:
            proposals.begin(desk, work, kept)
        work.flush()
        report = report_of(of, material, report_writing.written(work.session, kept.id))
        pdf = render(report)
        kept.title = report.title
        kept.content = json.loads(canonical(report))
        kept.content_hash = content_hash(report)
        kept.pdf = pdf
        kept.pdf_hash = hashlib.sha256(pdf).hexdigest()
        work.add(kept)
        work.session.flush()
        return view_of(desk, work.session, kept)


def preview(desk: Desk, report_id: str) -> bytes:
    """The pages as they are, as PDF; a draft says on each that it is one.

    The pages of a draft that was written in since, here or on another laptop, are made anew first.
    While its assessment is with its author again, or its hearing was taken out, there is nothing to
    make them from: they stay.
    """
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        stale = _can_be_made(session, report) and _says_another_thing(desk, session, report)
        if stale and not desk.actor.may_write:
            return made_now(desk, session, report, "draft")[1]
    if stale:
        make_anew(desk, report_id)
    with desk.casebook.read() as session:
        pdf = present(session, Report, report_id).pdf
        if pdf is None:
            raise RecordGone
        return pdf


def _says_another_thing(desk: Desk, session: Session, report: Report) -> bool:
    """Whether the pages of a draft would be others now."""
    try:
        now = content_hash(content_now(desk, session, report, "draft"))
    except RecordGone:
        # What it rests on was taken out or moved since; making it anew says so.
        return False
    return report.content_hash != now


def _can_be_made(session: Session, report: Report) -> bool:
    """Whether the pages of a report can be made anew: a draft, from a locked assessment."""
    rests_on = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    return report.state == "draft" and rests_on is not None and rests_on.state in LOCKED


def make_anew(desk: Desk, report_id: str) -> ReportView:
    """Make a draft again from the records as they are now.

    Raises:
        ReportIsFinal: It doesn't change any more.
    """
    return _rewrite(desk, report_id, "draft", only_if_hash=None)


def make_final(desk: Desk, report_id: str, reason: str) -> ReportView:
    """Make the report final: its content and pages are sealed and never change again.

    Args:
        reason: Needed where no manager has countersigned the assessment, or nobody else has
            checked the report; then every page says that the check is still to come.

    Raises:
        ReportIsFinal: It is final already.
        RecordChanged: The record is not what the draft says any more; the draft was made anew.
        NotReady: Something in it does not hold. KnownError: A reason is needed.
    """
    desk.must_write()
    with desk.casebook.read() as session:
        draft = present(session, Report, report_id)
        _must_be_draft(draft)
        assessment = session.get(FormRecord, draft.assessment_id)
        held = draft.content_hash
        unchecked = kind(draft.kind).second_person and not report_writing.is_checked(session, draft)
    report_validators.must_be_ready(desk, report_id)
    if unchecked and not reason.strip():
        raise KnownError(
            _("Nobody else has checked this report, so say why it can't wait."),
            _("It then says on every page that the check is still to come."),
        )
    if (assessment is None or assessment.state != "countersigned") and not reason.strip():
        raise KnownError(
            _("No manager has countersigned the assessment, so say why the report can't wait."),
            _("Your reason is kept with the report."),
        )
    return _rewrite(
        desk,
        report_id,
        "final",
        only_if_hash=held,
        reason=reason.strip() or None,
        pending=reason.strip() if unchecked else None,
    )


def _rewrite(
    desk: Desk,
    report_id: str,
    status: Status,
    *,
    only_if_hash: str | None,
    reason: str | None = None,
    pending: str | None = None,
) -> ReportView:
    desk.must_write()
    changed = False
    with desk.casebook.write(reason) as work:
        kept = present(work.session, Report, report_id)
        _must_be_draft(kept)
        content, pdf = made_now(desk, work.session, kept, "draft")
        changed = only_if_hash is not None and content_hash(content) != only_if_hash
        if status == "final" and not changed:
            kept.pending_reason = pending
            content, pdf = made_now(desk, work.session, kept, "final")
            report_writing.note_sealed(work.session, kept, desk.actor.id)
            kept.finalised_at = desk.clock.now()
            kept.finalised_by = desk.actor.id
            kept.state = "final"
        kept.content = json.loads(canonical(content))
        kept.content_hash = content_hash(content)
        kept.pdf = pdf
        kept.pdf_hash = hashlib.sha256(pdf).hexdigest()
        work.session.flush()
        view = view_of(desk, work.session, kept)
    if changed:
        raise RecordChanged
    return view


def _must_be_draft(report: Report) -> None:
    if report.state != "draft":
        raise ReportIsFinal
