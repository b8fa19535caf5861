"""What a report can be made from: kinds, locked assessments, hearings, orders, earlier reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.casework import court, existing_report
from app.casework.existing_report import ExistingView
from app.casework.form_records import locked
from app.casework.report_views import assessment_words
from app.casework.reports import ADDENDUM
from app.core import i18n
from app.core.i18n import _
from app.reports.kinds import kinds

if TYPE_CHECKING:
    from app.casework.desk import Desk


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
    existing: tuple[ExistingView, ...] = ()


def psr_choices(desk: Desk, child_id: str) -> PsrChoices:
    """The locked assessments and the hearings that a report on this child can be made from."""
    with desk.casebook.read() as session:
        assessments = tuple(
            Choice(record.id, assessment_words(desk, record))
            for record in session.scalars(locked(child_id, "assessment"))
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
        existing=existing_report.views(desk, child_id),
    )


def kinds_of_report() -> tuple[Choice, ...]:
    """The kinds of report that can be made, by id, in words. An addendum is made from a report."""
    return tuple(
        Choice(one.id, one.named(i18n.language())) for one in kinds().values() if one.id != ADDENDUM
    )
