"""Which kind of report a hearing asks for, by when and by which rule, in the screen's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from app.casework import dates, hearings, reference
from app.casework.keeping import of_child
from app.casework.reference import Rule
from app.core.i18n import _, language
from app.models.records import Hearing, Outcome
from app.reports.kinds import kind

if TYPE_CHECKING:
    from app.casework.desk import Desk

WRITTEN: Final = "psr"
ON_THE_DAY: Final = "stand_down"
FOR_PANEL: Final = "referral_panel"
FIRST_PANEL_OF: Final = "referral_order"


@dataclass(frozen=True)
class Asked:
    """What a hearing asks for.

    Attributes:
        kind: Id of the kind of report; empty: the record does not say that it asks for one.
        why: Why that kind, in a sentence each, with its rule where one says so.
        due: The day by which it has to be there; None: not known. due_words: that in a sentence.
        due_rule: The rule that the day comes from; None: the court named it, or nobody did.
        late: Whether that day has passed.
    """

    kind: str
    why: tuple[tuple[str, Rule | None], ...]
    due: date | None
    due_words: str
    due_rule: Rule | None
    late: bool


def for_hearings(desk: Desk, child_id: str) -> Mapping[str, Asked]:
    """What each hearing of a child asks for, by its id."""
    with desk.casebook.read() as session:
        return {
            hearing.id: asked(session, hearing, desk.clock.today())
            for hearing in of_child(session, Hearing, child_id)
        }


def asked(session: Session, hearing: Hearing, today: date) -> Asked:
    """What one hearing asks for."""
    wanted, why = _kind(hearing, today)
    panel = _panel_by(session, hearing) if wanted == FOR_PANEL else None
    if panel is not None:
        why.append(panel)
    due, rule = _due(hearing, wanted)
    return Asked(
        kind=wanted,
        why=tuple(why),
        due=due,
        due_words=_due_words(due, rule, today),
        due_rule=rule,
        late=due is not None and due < today,
    )


def _kind(hearing: Hearing, today: date) -> tuple[str, list[tuple[str, Rule | None]]]:
    day = hearing.hearing_date or today
    of = reference.listing("hearing_types").entry(hearing.hearing_type)
    usual = str(of.column("report") or "") if of is not None else ""
    if usual and kind(usual).for_ != "hearing":
        named = kind(usual).named(language())
        return usual, [(_("A hearing of this kind asks for: {report}.").format(report=named), None)]
    return _before_sentence(hearing, usual, day, today)


def _before_sentence(
    hearing: Hearing, usual: str, day: date, today: date
) -> tuple[str, list[tuple[str, Rule | None]]]:
    custody = reference.rule("custody_needs_written_report", day)
    needed = reference.rule("report_before_sentence", day)
    if hearing.all_options:
        text = _("The court has left custody open, so the report is a written one that covers it.")
        return WRITTEN, [(text, custody)]
    if hearing.report_requested:
        if day == today:
            text = _("The court asked for a report, and the hearing is today.")
            return ON_THE_DAY, [(text, None)]
        return WRITTEN, [(_("The court asked for a pre-sentence report."), None)]
    if usual:
        text = _(
            "The record does not say that the court asked for a report. A referral order, a youth "
            "rehabilitation order and custody need one first."
        )
        return "", [(text, needed)]
    return "", [(_("The record does not say that the court asked for a report."), None)]


def _due(hearing: Hearing, wanted: str) -> tuple[date | None, Rule | None]:
    day = hearing.hearing_date
    if wanted == FOR_PANEL:
        return day, None
    due, rule_id = hearings.report_due(hearing)
    if due is None and wanted and day is not None:
        rule = reference.rule("psr_ready_before_hearing", day)
        return (day, None) if rule is None else (dates.ahead(rule, day), rule)
    return due, reference.rule(rule_id, day) if rule_id and day is not None else None


def _panel_by(session: Session, hearing: Hearing) -> tuple[str, Rule | None] | None:
    """By when the first panel of the newest referral order is to meet."""
    made = [
        one.outcome_date
        for one in of_child(session, Outcome, hearing.child_id)
        if one.disposal == FIRST_PANEL_OF and one.outcome_date is not None
    ]
    rule = reference.rule("referral_initial_panel", max(made)) if made else None
    if rule is None:
        return None
    text = _("The first panel of the referral order meets by {day}.")
    return text.format(day=dates.in_words(dates.after(rule, max(made)))), rule


def _due_words(due: date | None, rule: Rule | None, today: date) -> str:
    if due is None:
        return ""
    day, soon = dates.in_words(due), dates.how_soon(due, today)
    if rule is not None:
        return _("Due by {day}, {soon}.").format(day=day, soon=soon)
    return _("Due on {day}, {soon}.").format(day=day, soon=soon)
