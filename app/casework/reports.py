"""The pre-sentence report: from a locked assessment and the records to pages for a court."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import (
    court,
    existing_report,
    proposals,
    reference,
    report_checking,
    report_material,
    report_validators,
    report_writing,
)
from app.casework.dates import in_words
from app.casework.disclosure import (
    Exported,
    FileIsThere,
    Pages,
    must_be_free,
    note,
    reference_of,
    to_file,
)
from app.casework.form_records import LOCKED, called, state_words
from app.casework.keeping import consulted
from app.casework.problems import RecordGone
from app.casework.psr_material import gather
from app.casework.report_signing import signed_pages
from app.core import i18n
from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.models.records import Child, FormRecord, Hearing, Report, User
from app.reports.content import Report as Content
from app.reports.content import Status
from app.reports.digest import canonical, content_hash
from app.reports.kinds import ReportKind, kind, kinds
from app.reports.material import HeardFacts, PsrMaterial, SignOff
from app.reports.pdf import render
from app.reports.psr import PSR, first_draft, report_of

if TYPE_CHECKING:
    from app.casework.desk import Desk

ReportState = Literal["draft", "final", "withdrawn", "superseded"]

__all__ = ["Exported", "FileIsThere"]

ADDENDUM: Final = "addendum"
_IN_FILE_NAMES: Final = {"draft": "-draft", "withdrawn": "-withdrawn", "superseded": "-replaced"}
"""What the name of a file says of a report that no court may rely on."""


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


class WelshNotReviewed(KnownError):
    """Nobody has reviewed the Welsh that the report would be in."""

    def __init__(self) -> None:
        super().__init__(
            _("The Welsh of this form was not reviewed yet, so no final report can be made in it."),
            _("Make the report in English, or ask your service to have the Welsh reviewed."),
        )


@dataclass(frozen=True)
class ReportView:
    """A report of a child.

    Attributes:
        title: What it is called. subtitle: for which hearing, in words.
        reference: The service's own; the only thing of it that a file name holds.
        state_text: The state in words.
        basis: The assessment that it rests on, in words.
        content_hash: SHA-256 of what it says, printed on each page.
        editable: Whether it can still be made anew or made final by the person who asks.
    """

    id: str
    child_id: str
    child_name: str
    title: str
    subtitle: str
    reference: str
    state: ReportState
    state_text: str
    made_at: datetime
    basis: str
    content_hash: str
    editable: bool


@dataclass(frozen=True)
class Choice:
    """A locked assessment or a hearing to choose: its id, and what it is in words."""

    id: str
    words: str


@dataclass(frozen=True)
class PsrChoices:
    """What a pre-sentence report can be made from, the likeliest first.

    `why_not` says in words why none can be made yet; empty where one can. `orders` are what a
    report on an order can be about, `existing` the final reports that can be used again.
    """

    assessments: tuple[Choice, ...]
    hearings: tuple[Choice, ...]
    why_not: str
    kinds: tuple[Choice, ...] = ()
    orders: tuple[Choice, ...] = ()
    existing: tuple[Choice, ...] = ()


def psr_choices(desk: Desk, child_id: str) -> PsrChoices:
    """The locked assessments and the hearings that a report on this child can be made from."""
    with desk.casebook.read() as session:
        assessments = tuple(
            Choice(record.id, _assessment_words(desk, record))
            for record in session.scalars(
                select(FormRecord)
                .where(
                    FormRecord.child_id == child_id,
                    FormRecord.kind == "assessment",
                    FormRecord.state.in_(LOCKED),
                    FormRecord.removed_at.is_(None),
                )
                .order_by(FormRecord.submitted_at.desc())
            )
        )
    today = desk.clock.today()
    upcoming = sorted(
        court.list_hearings(desk, child_id),
        key=lambda view: (
            not view.details.report_requested,
            not view.upcoming,
            abs(((view.details.hearing_date or today) - today).days),
        ),
    )
    hearings = tuple(
        Choice(view.id, f"{view.title} {view.detail}".strip() if view.detail else view.title)
        for view in upcoming
    )
    why_not = ""
    if not assessments:
        why_not = _("Submit an assessment first. A report rests on locked answers, never a draft.")
    elif not hearings:
        why_not = _("Add the hearing first, under Court and orders.")
    return PsrChoices(
        assessments,
        hearings,
        why_not,
        kinds=kinds_of_report(),
        orders=tuple(
            Choice(view.id, f"{view.title} {view.detail}".strip())
            for view in court.list_outcomes(desk, child_id)
        ),
        existing=tuple(
            Choice(one.report_id, f"{one.title} {one.reference}, {in_words(one.made_on)}")
            for one in existing_report.views(desk, child_id)
        ),
    )


def kinds_of_report() -> tuple[Choice, ...]:
    """The kinds of report that can be made, by id, in words. An addendum is made from a report."""
    return tuple(
        Choice(one.id, one.named(i18n.language())) for one in kinds().values() if one.id != ADDENDUM
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
        old = _found(session, report_id)
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
        return _view(desk, work.session, kept)


def open_report(desk: Desk, report_id: str) -> ReportView:
    """One report. Outside a visit to the child's record it is logged that it was read.

    Raises:
        RecordGone: It is not in the casebook.
    """
    with desk.casebook.read() as session:
        view = _view(desk, session, _found(session, report_id))
    consulted(desk, Report, report_id, view.child_id)
    return view


def list_reports(desk: Desk, child_id: str) -> tuple[ReportView, ...]:
    """The reports on a child, the newest first."""
    with desk.casebook.read() as session:
        return tuple(
            _view(desk, session, report)
            for report in session.scalars(
                select(Report)
                .where(Report.child_id == child_id, Report.removed_at.is_(None))
                .order_by(Report.id.desc())
            )
        )


def preview(desk: Desk, report_id: str) -> bytes:
    """The pages as they are, as PDF; a draft says on each that it is one.

    The pages of a draft that was written in since, here or on another laptop, are made anew first.
    """
    with desk.casebook.read() as session:
        report = _found(session, report_id)
        stale = report.state == "draft" and (
            report.content_hash == report_writing.STALE
            or report.content_hash != content_hash(_content(desk, session, report, "draft"))
        )
        if stale and not desk.actor.may_write:
            return _made(desk, session, report, "draft")[1]
    if stale:
        make_anew(desk, report_id)
    with desk.casebook.read() as session:
        pdf = _found(session, report_id).pdf
        if pdf is None:
            raise RecordGone
        return pdf


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
        draft = _found(session, report_id)
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


def export(
    desk: Desk,
    report_id: str,
    file: Path,
    *,
    recipient: str,
    reason: str,
    overwrite: bool = False,
    signature_id: str | None = None,
) -> Exported:
    """Write the pages to a file that the person chose, and log to whom they are disclosed.

    The file appears whole or not at all, and never without its entry in the log: that is written
    first. What stood there before stays until then.

    Args:
        signature_id: Of the signed copy that is wanted; None: the pages without a signature.

    Raises:
        NotAllowed: The person may only read.
        FileIsThere: A file of this name exists and was not to be replaced.
        KnownError: It can't be written there (no room, no permission).
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    if not recipient.strip():
        raise KnownError(
            _("Say who gets this report."), _("It is kept in the record of who was given a copy.")
        )
    with desk.casebook.read() as session:
        report = _found(session, report_id)
        pdf = signed_pages(session, signature_id) if signature_id else report.pdf or b""
        pages = Pages(pdf, "report", report.id, report.child_id, report.state)
    return to_file(desk, file, pages, recipient=recipient, reason=reason)


def note_print(desk: Desk, report_id: str, *, recipient: str, reason: str) -> None:
    """Log that the pages were printed, and for whom.

    Raises:
        NotAllowed: The person may only read.
    """
    desk.must_disclose()
    with desk.casebook.write(reason.strip() or None) as work:
        report = _found(work.session, report_id)
        pages = Pages(report.pdf or b"", "report", report.id, report.child_id, report.state)
        note(desk, work, "print", pages, report.pdf_hash, recipient=recipient, why=reason)


def file_name(report: ReportView) -> str:
    """The name to offer for the file: the reference, nothing of the child."""
    return f"{report.reference}{_IN_FILE_NAMES.get(report.state, '')}.pdf"


# ---- inside -------------------------------------------------------------------------------


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


def _content(desk: Desk, session: Session, kept: Report, status: Status) -> Content:
    """A report as it is written, with what it takes from the record as that is now."""
    return report_of(
        kind(kept.kind),
        material_of(desk, session, kept, status),
        report_writing.written(session, kept.id),
    )


def _made(desk: Desk, session: Session, kept: Report, status: Status) -> tuple[Content, bytes]:
    """The same, and its pages."""
    content = _content(desk, session, kept, status)
    return content, render(content)


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
        kept = _found(work.session, report_id)
        _must_be_draft(kept)
        content, pdf = _made(desk, work.session, kept, "draft")
        changed = only_if_hash is not None and content_hash(content) != only_if_hash
        if status == "final" and not changed:
            kept.pending_reason = pending
            content, pdf = _made(desk, work.session, kept, "final")
            report_writing.note_sealed(work.session, kept, desk.actor.id)
            kept.finalised_at = desk.clock.now()
            kept.finalised_by = desk.actor.id
            kept.state = "final"
        kept.content = json.loads(canonical(content))
        kept.content_hash = content_hash(content)
        kept.pdf = pdf
        kept.pdf_hash = hashlib.sha256(pdf).hexdigest()
        work.session.flush()
        view = _view(desk, work.session, kept)
    if changed:
        raise RecordChanged
    return view


def _must_be_draft(report: Report) -> None:
    if report.state != "draft":
        raise ReportIsFinal


def _found(session: Session, report_id: str) -> Report:
    report = session.get(Report, report_id)
    if report is None or report.removed_at is not None:
        raise RecordGone
    return report


def state_words_of(session: Session, report: Report) -> str:
    """The state of a report in words."""
    if report.state == "final" and report.pending_reason and report.checked_at is None:
        return _("Final, quality check pending")
    if report.state == "draft" and report.check_asked_at is not None:
        fit = report_writing.is_checked(session, report)
        return _("Found fit") if fit else _("With a colleague to check")
    return {
        "final": _("Final"),
        "withdrawn": _("Withdrawn"),
        "superseded": _("Replaced by a newer report"),
    }.get(report.state, _("Draft"))


def _assessment_words(desk: Desk, record: FormRecord) -> str:
    form = desk.forms.form(record.form_id, record.form_version)
    when = record.submitted_at or record.changed_at
    return _("{form}, submitted {day} ({state})").format(
        form=form.title.text(i18n.language()),
        day=in_words(local(when).date()),
        state=state_words(record.state, record.kind),
    )


def _view(desk: Desk, session: Session, report: Report) -> ReportView:
    child = session.get(Child, report.child_id)
    hearing = session.get(Hearing, report.hearing_id) if report.hearing_id else None
    assessment = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    if child is None:
        raise RecordGone
    subtitle = ""
    if hearing is not None and hearing.hearing_date is not None:
        subtitle = ", ".join(
            part
            for part in (
                reference.label("courts", hearing.court) if hearing.court else "",
                in_words(hearing.hearing_date),
                hearing.hearing_time,
            )
            if part
        )
    return ReportView(
        id=report.id,
        child_id=report.child_id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        title=kind(report.kind).named(i18n.language()),
        subtitle=subtitle,
        reference=report.reference,
        state=cast("ReportState", report.state),
        state_text=state_words_of(session, report),
        made_at=report.changed_at,
        basis="" if assessment is None else _assessment_words(desk, assessment),
        content_hash=report.content_hash,
        editable=report.state == "draft" and desk.actor.may_write,
    )
