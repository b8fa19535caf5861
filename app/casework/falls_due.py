"""What falls due for a child, by dated rules and working days, and how urgent each thing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from app.casework import chronology, dates, reference
from app.casework.hearings import decides, hearing_words, is_followed, report_due
from app.casework.held_records import ChildFacts, Held, is_assessing, newest_locked
from app.casework.levels import Kind
from app.casework.orders import COURT_ORDERS, runs
from app.core.i18n import _
from app.forms.schema import ASSESSING
from app.models.queries.caseload import LOCKED

SOON: Final = 5
"""Working days ahead from which something that is due needs attention."""

# Before what is due, in a pill that says by when it is.
DUE: Final = "due:"

# A referral order that has run for longer has had its first panel, whether it was noted or not.
FIRST_PANEL_ASKED: Final = timedelta(days=60)


@dataclass(frozen=True)
class Due:
    """One thing that is due for a child, before it is put into a list; see `due.DueItem`."""

    kind: str
    text: str
    pill: str
    due: date | None
    record_type: str = ""
    record_id: str = ""
    rule_id: str | None = None
    verified: bool = True


def falls_due(child: ChildFacts, held: Held, stage: str, today: date) -> list[Due]:
    """Everything that is due for a child at that stage, in no order."""
    return [
        *_due_harm(held),
        *_due_in_court(held, today),
        *_due_outcomes(held, today),
        *_due_oversight(held, today),
        *_due_tasks(held, today),
        *_due_assessments(held, stage, today),
        *_due_after_events(held, today),
        *_due_plans(held, today),
        *_due_alerts(held, today),
        *_due_addresses(held, today),
        *_due_transition(child, stage, today),
    ]


def _due_harm(held: Held) -> list[Due]:
    return [
        Due(
            "harm_prompt",
            _("Act on what the child said"),
            _("Sign of harm"),
            None,
            "harm_prompt",
            prompt.id,
        )
        for prompt in held.prompts
    ]


def _due_in_court(held: Held, today: date) -> list[Due]:
    found = []
    reported = {report.hearing_id for report in held.reports}
    for hearing in held.hearings:
        if hearing.hearing_date < today:
            continue
        if hearing.hearing_date <= today + timedelta(days=14):
            found.append(
                Due(
                    "hearing",
                    hearing_words(hearing, today),
                    "",
                    hearing.hearing_date,
                    "hearing",
                    hearing.id,
                )
            )
        day, rule_id = report_due(hearing)
        if day is not None and hearing.id not in reported:
            found.append(
                _by_rule(
                    "report",
                    _("Pre-sentence report"),
                    DUE + _("PSR"),
                    day,
                    rule=reference.rule(rule_id, hearing.hearing_date) if rule_id else None,
                    record=("hearing", hearing.id),
                    today=today,
                )
            )
    return found


def _due_outcomes(held: Held, today: date) -> list[Due]:
    """What a court or panel decided on a day that is past, as long as nobody has recorded it."""
    return [
        Due(
            "outcome",
            _("Record what was decided: {hearing}").format(hearing=hearing_words(hearing, today)),
            _("Outcome not recorded"),
            dates.add_working_days(hearing.hearing_date, 1),
            "hearing",
            hearing.id,
        )
        for hearing in held.hearings
        if hearing.hearing_date < today and decides(hearing) and not is_followed(hearing, held)
    ]


def _how_due(pill: str, day: date, today: date) -> str:
    """The words of a pill: by when, where it begins with `DUE`."""
    if not pill.startswith(DUE):
        return pill
    what, when = pill.removeprefix(DUE), dates.how_soon(day, today)
    return (_("{what}: {when}") if day < today else _("{what} due {when}")).format(
        what=what, when=when
    )


def _by_rule(
    kind: str,
    text: str,
    pill: str,
    day: date,
    *,
    rule: reference.Rule | None,
    record: tuple[str, str],
    today: date,
) -> Due:
    return Due(
        kind,
        text,
        _how_due(pill, day, today),
        day,
        record[0],
        record[1],
        rule.rule_id if rule else None,
        rule.verified if rule else True,
    )


def _due_oversight(held: Held, today: date) -> list[Due]:
    rule = reference.rule("countersign_window", today)
    verified = rule is not None and rule.verified
    found = [
        Due(
            "countersign",
            _("Countersigning"),
            _("Waits to be countersigned"),
            row.due_on,
            "form_record",
            row.form_record_id,
            "countersign_window",
            verified,
        )
        for row in held.waiting
    ]
    waits = {row.id for row in held.waiting}
    for panel in held.panels:
        # A panel on what was decided or taken back meanwhile is nobody's to hold any more.
        if panel.oversight_id in waits:
            rule = reference.rule("panel_window", today)
            found.append(
                Due(
                    "panel_meeting",
                    _("Panel on the assessment"),
                    _how_due(DUE + _("Panel"), panel.due_on, today) if panel.due_on else _("Panel"),
                    panel.due_on,
                    "form_record",
                    panel.form_record_id or "",
                    "panel_window",
                    rule is not None and rule.verified,
                )
            )
    return found


def _due_tasks(held: Held, today: date) -> list[Due]:
    return [
        Due(
            "task",
            _("{name}: {what}").format(name=held.names[task.for_user], what=task.what)
            if task.for_user in held.names
            else task.what,
            _how_due(DUE + _("Task"), task.due_on, today) if task.due_on else _("Task"),
            task.due_on,
            "task",
            task.id,
        )
        for task in held.tasks
    ]


def _returned(held: Held) -> list[Any]:
    """Forms that a manager returned and whose new version is not submitted yet."""
    answered = {f.revises_id for f in held.forms if f.revises_id and f.state in LOCKED}
    return [f for f in held.forms if f.state == "returned" and f.id not in answered]


def _due_assessments(held: Held, stage: str, today: date) -> list[Due]:
    found = []
    for form in _returned(held):
        drafts = [f.id for f in held.forms if f.revises_id == form.id and f.state == "draft"]
        found.append(
            Due(
                "directions",
                _("Assessment returned with directions"),
                _("Returned with directions"),
                None,
                "form_record",
                drafts[-1] if drafts else form.id,
            )
        )
    for form in held.forms:
        if form.state == "draft" and form.due_on:
            pill = _how_due(DUE + _("Form"), form.due_on, today)
            found.append(Due("form", _("Form"), pill, form.due_on, "form_record", form.id))
    newest = newest_locked(held, ASSESSING)
    if newest is not None and stage not in ("closed", "new"):
        since = dates.local_day(newest.submitted_at)
        high = {"high", "very_high"} & {newest.level_serious_harm, newest.level_safety}
        rule = reference.rule("review_interval_high" if high else "review_interval", since)
        if rule is not None and not is_assessing(held):
            found.append(
                _by_rule(
                    "review",
                    _("Review"),
                    DUE + _("Review"),
                    dates.after(rule, since),
                    rule=rule,
                    record=("form_record", newest.id),
                    today=today,
                )
            )
    return found


def _due_after_events(held: Held, today: date) -> list[Due]:
    """A review that something which happened since the newest assessment asks for."""
    newest = newest_locked(held, ASSESSING)
    if newest is None or is_assessing(held):
        return []
    since = [event for event in held.events if event.created_at > newest.submitted_at]
    if not since:
        return []
    event = max(since, key=lambda one: (one.happened_on, one.id))
    what = reference.label(chronology.KINDS, event.kind)
    return [
        Due(
            "event_review",
            _("Review after: {event}, {day}").format(
                event=what, day=dates.shortly(event.happened_on, today)
            ),
            _("Review after: {event}").format(event=what),
            None,
            "form_record",
            newest.id,
        )
    ]


def _due_plans(held: Held, today: date) -> list[Due]:
    """What an order starts: an assessment, and the first panel of a referral order."""
    found = []
    newest = newest_locked(held, {"assessment"})
    for outcome in held.outcomes:
        entry = reference.listing("outcomes").entry(outcome.disposal)
        supervised = entry is not None and entry.column("stage") and entry.group in COURT_ORDERS
        if not supervised or not runs(outcome, today):
            continue
        made = outcome.outcome_date
        rule = reference.rule("assessment_after_order", made)
        assessed = newest is not None and dates.local_day(newest.submitted_at) >= made
        if rule is not None and not assessed:
            found.append(
                _by_rule(
                    "assessment",
                    _("Assessment and plan after the order"),
                    DUE + _("Assessment"),
                    dates.after(rule, made),
                    rule=rule,
                    record=("outcome", outcome.id),
                    today=today,
                )
            )
        panels = [
            h
            for h in held.hearings
            if h.hearing_type == "referral_panel" and h.hearing_date >= made
        ]
        first = reference.rule("referral_initial_panel", made)
        lately = made > today - FIRST_PANEL_ASKED
        if outcome.disposal == "referral_order" and first and lately and not panels:
            found.append(
                _by_rule(
                    "panel",
                    _("First panel of the referral order"),
                    DUE + _("First panel"),
                    dates.after(first, made),
                    rule=first,
                    record=("outcome", outcome.id),
                    today=today,
                )
            )
    return found


def _due_alerts(held: Held, today: date) -> list[Due]:
    found = []
    for alert in held.alerts:
        if alert.to_date and alert.to_date < today:
            continue
        if alert.review_on <= today + timedelta(days=14):
            kind = reference.label("alert_kinds", alert.kind)
            found.append(
                Due(
                    "alert_review",
                    _("Look at the alert again: {alert}").format(alert=kind),
                    _("Alert to look at"),
                    alert.review_on,
                    "alert",
                    alert.id,
                )
            )
    return found


def _due_addresses(held: Held, today: date) -> list[Due]:
    found = []
    for address in held.addresses:
        if address.confirmed or (address.to_date and address.to_date < today):
            continue
        since = dates.local_day(address.created_at)
        rule = reference.rule("address_confirm", since)
        if rule is not None:
            found.append(
                _by_rule(
                    "address",
                    _("Check the address"),
                    _("Address not confirmed"),
                    dates.after(rule, since),
                    rule=rule,
                    record=("address", address.id),
                    today=today,
                )
            )
    return found


def _due_transition(child: ChildFacts, stage: str, today: date) -> list[Due]:
    if child.date_of_birth is None or stage in ("closed", "new"):
        return []
    rule = reference.rule("transition_age", today)
    if rule is None:
        return []
    day = dates.after(rule, child.date_of_birth)
    grown_up = dates.add_months(child.date_of_birth, 12 * 18)
    if not day - timedelta(days=14) <= today < grown_up:
        return []
    return [
        _by_rule(
            "transition",
            _("Plan the move to adult services"),
            _("Plan the move to adult services"),
            day,
            rule=rule,
            record=("child", child.child_id),
            today=today,
        )
    ]


def urgency(item: Due, today: date) -> Kind:
    """serious: late, due by tomorrow or a sign of harm; attention: within five working days."""
    if item.kind == "harm_prompt":
        return "serious"
    if item.due is None:
        return "attention"
    if item.kind in ("outcome", "address", "transition", "alert_review"):
        return "attention" if item.due <= dates.add_working_days(today, SOON) else "neutral"
    if item.due <= dates.add_working_days(today, 1):
        return "serious"
    return "attention" if item.due <= dates.add_working_days(today, SOON) else "neutral"
