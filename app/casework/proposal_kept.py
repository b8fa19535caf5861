"""What is kept of the proposal of a report, and how the court reads it today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import proposal_words
from app.casework.keeping import details_of
from app.casework.proposal import Proposal, Requirement
from app.models.records import Report, ReportRequirement

SAID_BY: Final[Mapping[str, str]] = {"report": "proposal", "report_requirement": "conditions"}
"""What a proposal is said by: the order as a whole, and each requirement with its conditions."""


def built(session: Session, report: Report) -> Proposal:
    """The proposal as it was built; nothing where it was not begun."""
    return Proposal(
        order=report.proposal_order or "",
        months=report.proposal_months,
        hours=report.proposal_hours,
        pounds=report.proposal_pounds,
        imprisonable=report.proposal_imprisonable,
        threshold=report.proposal_threshold,
        persistent=report.proposal_persistent,
        requirements=tuple(details_of(record, Requirement) for record in rows(session, report.id)),
    )


def rows(session: Session, report_id: str) -> list[ReportRequirement]:
    """The requirements of a report in their order."""
    return list(
        session.scalars(
            select(ReportRequirement)
            .where(ReportRequirement.report_id == report_id, ReportRequirement.removed_at.is_(None))
            .order_by(ReportRequirement.id)
        )
    )


def said(session: Session, report: Report) -> Iterator[tuple[tuple[str, str], str]]:
    """What the report has to say of its proposal: by record, the words for the court."""
    proposal = built(session, report)
    order = proposal_words.order_for_court(proposal, report.language)
    if order:
        yield ("report", report.id), order
    for one in proposal.counted:
        words = proposal_words.requirement_for_court(one, report.language)
        if words:
            yield ("report_requirement", one.id), words


def words_now(session: Session, record_type: str, record_id: str) -> str:
    """What the court would read today of a part of a proposal; empty where it is none any more."""
    record = session.get(ReportRequirement, record_id) if record_type != "report" else None
    report = session.get(Report, record_id if record is None else record.report_id)
    if report is None or report.proposal_order is None:
        return ""
    return dict(said(session, report)).get((record_type, record_id), "")
