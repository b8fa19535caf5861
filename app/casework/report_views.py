"""Reports as screens show them: what each is, for which hearing, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import reference, report_writing
from app.casework.dates import in_words
from app.casework.form_records import called, state_words
from app.casework.keeping import consulted, present
from app.casework.problems import RecordGone
from app.core import i18n
from app.core.clock import local
from app.core.i18n import _
from app.models.records import Child, FormRecord, Hearing, Report
from app.reports.kinds import kind

if TYPE_CHECKING:
    from app.casework.desk import Desk

ReportState = Literal["draft", "final", "withdrawn", "superseded"]


@dataclass(frozen=True)
class ReportView:
    """A report of a child.

    Attributes:
        title: What it is called. subtitle: for which hearing, in words.
        reference: The service's own; the only thing of it that a file name holds.
        state_text: The state in words. pending: it is final and nobody else has checked it yet.
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
    pending: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is final, and nothing is still to come."""
        return self.state == "final" and not self.pending


def open_report(desk: Desk, report_id: str) -> ReportView:
    """One report. Outside a visit to the child's record it is logged that it was read.

    Raises:
        RecordGone: It is not in the casebook.
    """
    with desk.casebook.read() as session:
        view = view_of(desk, session, present(session, Report, report_id))
    consulted(desk, Report, report_id, view.child_id)
    return view


def list_reports(desk: Desk, child_id: str) -> tuple[ReportView, ...]:
    """The reports on a child, the newest first."""
    with desk.casebook.read() as session:
        return tuple(
            view_of(desk, session, report)
            for report in session.scalars(
                select(Report)
                .where(Report.child_id == child_id, Report.removed_at.is_(None))
                .order_by(Report.id.desc())
            )
        )


def _is_pending(report: Report) -> bool:
    """Whether it went out and nobody else has checked it yet, though somebody has to."""
    return bool(report.state == "final" and report.pending_reason and report.checked_at is None)


def state_words_of(session: Session, report: Report) -> str:
    """The state of a report in words."""
    if _is_pending(report):
        return _("Final, quality check pending")
    if report.state == "draft" and report.check_asked_at is not None:
        fit = report_writing.is_checked(session, report)
        return _("Found fit") if fit else _("With a colleague to check")
    return {
        "final": _("Final"),
        "withdrawn": _("Withdrawn"),
        "superseded": _("Replaced by a newer report"),
    }.get(report.state, _("Draft"))


def assessment_words(desk: Desk, record: FormRecord) -> str:
    """An assessment as what a report rests on: its form, its day and how far it is."""
    form = desk.forms.form(record.form_id, record.form_version)
    when = record.submitted_at or record.changed_at
    return _("{form}, submitted {day} ({state})").format(
        form=form.title.text(i18n.language()),
        day=in_words(local(when).date()),
        state=state_words(record.state, record.kind),
    )


def view_of(desk: Desk, session: Session, report: Report) -> ReportView:
    """A report as screens show it, within a session. Raises `RecordGone` without its child."""
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
        basis="" if assessment is None else assessment_words(desk, assessment),
        content_hash=report.content_hash,
        editable=report.state == "draft" and desk.actor.may_write,
        pending=_is_pending(report),
    )
