"""Where things are for children: stage, what is next, what is due and what needs attention.

Read for many children in a fixed number of queries, so that a page of the caseload costs the same
whoever is on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session, aliased

from app.casework import chronology, dates, permission, reference
from app.casework.levels import Kind, Level, level_of
from app.core.i18n import _
from app.forms.schema import ASSESSING
from app.models.queries.caseload import LOCKED
from app.models.records import (
    Address,
    Alert,
    Child,
    ChronologyEntry,
    FormRecord,
    HarmPrompt,
    Hearing,
    Outcome,
    Oversight,
    Panel,
    Report,
    Task,
    User,
)

SOON: Final = 5
"""Working days ahead from which something that is due needs attention."""

# Before what is due, in a pill that says by when it is.
DUE: Final = "due:"

# Groups of outcomes that a court makes and the service supervises.
COURT_ORDERS: Final = frozenset({"first_tier", "community", "custody"})

# A referral order that has run for longer has had its first panel, whether it was noted or not.
FIRST_PANEL_ASKED: Final = timedelta(days=60)

# How long after an out-of-court decision without an end date the work is taken to go on.
OUT_OF_COURT_LASTS: Final = timedelta(days=120)


class ChildFacts(NamedTuple):
    """What is needed of the child's own row."""

    child_id: str
    given_name: str
    family_name: str
    preferred_name: str
    date_of_birth: date | None
    stage: str
    allocated_to: str | None

    @property
    def called(self) -> str:
        """What the child is called."""
        return self.preferred_name or self.given_name or self.family_name

    @property
    def name(self) -> str:
        """The name for lists: what the child is called, and the family name."""
        if not (self.preferred_name or self.given_name):
            return self.family_name
        return f"{self.called} {self.family_name}".strip()


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


@dataclass(frozen=True)
class Pill:
    """Something that needs attention: a few words, and the kind that colours them."""

    text: str
    kind: Kind


@dataclass(frozen=True)
class Standing:
    """Where things are for one child.

    Attributes:
        stage: Code of list `stages`. where: in words.
        next: What is next, in words; next_on: its day.
        due: What is due, the soonest first. pills: what needs attention, the most serious first.
        reoffending, serious_harm, safety: From the newest locked assessment.
    """

    stage: str
    where: str
    next: str
    next_on: date | None
    due: tuple[Due, ...]
    pills: tuple[Pill, ...]
    reoffending: Level | None
    serious_harm: Level | None
    safety: Level | None


@dataclass
class _Held:
    """The records of one child that say where things are."""

    hearings: list[Row[Any]] = field(default_factory=list)
    outcomes: list[Row[Any]] = field(default_factory=list)
    forms: list[Row[Any]] = field(default_factory=list)
    waiting: list[Row[Any]] = field(default_factory=list)
    prompts: list[Row[Any]] = field(default_factory=list)
    alerts: list[Row[Any]] = field(default_factory=list)
    addresses: list[Row[Any]] = field(default_factory=list)
    reports: list[Row[Any]] = field(default_factory=list)
    events: list[Row[Any]] = field(default_factory=list)
    tasks: list[Row[Any]] = field(default_factory=list)
    panels: list[Row[Any]] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)


def facts(session: Session, child_ids: Collection[str]) -> dict[str, ChildFacts]:
    """The facts of these children, by id."""
    rows = session.execute(
        select(
            Child.id,
            Child.given_name,
            Child.family_name,
            Child.preferred_name,
            Child.date_of_birth,
            Child.stage,
            Child.allocated_to,
        ).where(Child.id.in_(child_ids), Child.removed_at.is_(None), Child.merged_into.is_(None))
    )
    return {row.id: ChildFacts(*row) for row in rows}


def standings(
    session: Session, children: Sequence[ChildFacts], today: date, *, hears: bool
) -> dict[str, Standing]:
    """Where things are for each of these children, by id.

    Args:
        hears: Whether it is for a person who may know of signs of harm in what a child answered.
    """
    held = _read(session, [child.child_id for child in children], hears=hears)
    return {child.child_id: _standing(child, held[child.child_id], today) for child in children}


def _read(session: Session, ids: Collection[str], *, hears: bool) -> Mapping[str, _Held]:
    held: defaultdict[str, _Held] = defaultdict(_Held)

    def gather(name: str, type_: Any, *columns: Any, only: Sequence[Any] = ()) -> None:
        query = select(type_.child_id, type_.id, *columns).where(
            type_.child_id.in_(ids), type_.removed_at.is_(None), *only
        )
        for row in session.execute(query.order_by(type_.id)):
            getattr(held[row.child_id], name).append(row)

    gather(
        "hearings",
        Hearing,
        Hearing.hearing_date,
        Hearing.hearing_time,
        Hearing.hearing_type,
        Hearing.remand_decision,
        Hearing.report_requested,
        Hearing.report_due,
        Hearing.offence_ids,
        only=(Hearing.hearing_date.is_not(None),),
    )
    gather(
        "outcomes",
        Outcome,
        Outcome.outcome_date,
        Outcome.end_date,
        Outcome.disposal,
        Outcome.term_months,
        Outcome.term_years,
        Outcome.establishment,
        Outcome.completed,
        Outcome.hearing_id,
        Outcome.offence_ids,
        only=(Outcome.outcome_date.is_not(None),),
    )
    gather(
        "forms",
        FormRecord,
        FormRecord.kind,
        FormRecord.state,
        FormRecord.due_on,
        FormRecord.submitted_at,
        FormRecord.revises_id,
        FormRecord.created_at,
        FormRecord.level_reoffending,
        FormRecord.level_serious_harm,
        FormRecord.level_safety,
    )
    gather(
        "waiting",
        Oversight,
        Oversight.due_on,
        Oversight.form_record_id,
        only=(Oversight.state == "waiting",),
    )
    if hears:
        gather("prompts", HarmPrompt, HarmPrompt.raised_at, only=(HarmPrompt.state == "open",))
    gather(
        "alerts",
        Alert,
        Alert.kind,
        Alert.review_on,
        Alert.to_date,
        only=(Alert.review_on.is_not(None),),
    )
    gather(
        "addresses",
        Address,
        Address.confirmed,
        Address.to_date,
        Address.created_at,
    )
    newer = aliased(ChronologyEntry)
    gather(
        "events",
        ChronologyEntry,
        ChronologyEntry.kind,
        ChronologyEntry.happened_on,
        ChronologyEntry.created_at,
        only=(
            ChronologyEntry.kind.in_(chronology.prompting_kinds()),
            ChronologyEntry.happened_on.is_not(None),
            ~exists().where(newer.corrects_id == ChronologyEntry.id, newer.removed_at.is_(None)),
        ),
    )
    gather("reports", Report, Report.hearing_id, Report.state, only=(Report.state == "final",))
    closed = select(FormRecord.id).where(FormRecord.kind.in_(permission.READING))
    gather(
        "tasks",
        Task,
        Task.what,
        Task.due_on,
        Task.for_user,
        only=(
            Task.state == "open",
            # What was directed on a form is for those who may open that form.
            *(
                ()
                if hears
                else (Task.form_record_id.not_in(closed) | Task.form_record_id.is_(None),)
            ),
        ),
    )
    gather(
        "panels",
        Panel,
        Panel.due_on,
        Panel.form_record_id,
        Panel.oversight_id,
        only=(Panel.state == "asked",),
    )
    names = _names(session, {task.for_user for each in held.values() for task in each.tasks})
    for each in held.values():
        each.names = names
    return held


def _names(session: Session, user_ids: Collection[str]) -> Mapping[str, str]:
    if not user_ids:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}


def _standing(child: ChildFacts, held: _Held, today: date) -> Standing:
    stage, where = _where(child, held, today)
    due = tuple(sorted(_due(child, held, stage, today), key=_soonest))
    reoffending, serious_harm, safety = _judged(held)
    next_text, next_on = _next(held, due, today)
    return Standing(
        stage=stage,
        where=where,
        next=next_text,
        next_on=next_on,
        due=due,
        pills=_pills(held, due, today),
        reoffending=level_of(reoffending),
        serious_harm=level_of(serious_harm),
        safety=level_of(safety),
    )


def _soonest(item: Due) -> tuple[date, str]:
    return (item.due or date.min, item.kind)


# -- where -------------------------------------------------------------------------------------

# Of several things that go on at once, the one named first is where things are.
_ORDER: Final = (
    "custody",
    "dto",
    "remand_custody",
    "before_sentence",
    "remand",
    "bail",
    "court",
    "yro",
    "referral_order",
    "reparation_order",
    "out_of_court",
)


def end_of(outcome: Any) -> date | None:
    """The last day of an order: as recorded, or worked out from its length; None: not known."""
    if outcome.end_date is not None:
        day: date = outcome.end_date
        return day
    months = (outcome.term_months or 0) + 12 * (outcome.term_years or 0)
    if months and outcome.outcome_date is not None:
        return dates.add_months(outcome.outcome_date, months) - timedelta(days=1)
    return None


def runs(outcome: Any, today: date) -> bool:
    """Whether an outcome is an order that runs today."""
    entry = reference.listing("outcomes").entry(outcome.disposal)
    if entry is None or not entry.column("runs") or outcome.completed not in ("", "running"):
        return False
    end = end_of(outcome)
    return outcome.outcome_date <= today and (end is None or end >= today)


def _where(child: ChildFacts, held: _Held, today: date) -> tuple[str, str]:
    if child.stage:
        return child.stage, _stage_words(child.stage, held, today)
    going_on = set(_orders(held, today)) | set(_before_court(held, today))
    for stage in _ORDER:
        if stage in going_on:
            return stage, _stage_words(stage, held, today)
    stage = "closed" if held.outcomes or held.hearings else "new"
    if _undecided(held, today):
        # What the court said is still to be recorded: nobody's work ends by a day going past.
        stage = "court"
    return stage, reference.label("stages", stage)


def _orders(held: _Held, today: date) -> list[str]:
    found = []
    for outcome in held.outcomes:
        entry = reference.listing("outcomes").entry(outcome.disposal)
        stage = entry.column("stage") if entry else None
        if not stage:
            continue
        if runs(outcome, today) or (
            stage == "out_of_court"
            and not outcome.completed
            and outcome.outcome_date <= today <= outcome.outcome_date + OUT_OF_COURT_LASTS
        ):
            found.append(str(stage))
    return found


def _before_court(held: _Held, today: date) -> list[str]:
    found = []
    decided = max((o.outcome_date for o in held.outcomes), default=date.min)
    past = [h for h in held.hearings if h.hearing_date <= today and h.hearing_date > decided]
    remands = [h for h in sorted(past, key=_by_day) if h.remand_decision]
    if remands:
        entry = reference.listing("remand_decisions").entry(remands[-1].remand_decision)
        if entry and entry.column("stage"):
            found.append(str(entry.column("stage")))
    for hearing in held.hearings:
        kind = reference.listing("hearing_types").entry(hearing.hearing_type)
        if hearing.report_requested and hearing.hearing_date >= today:
            found.append("before_sentence")
        elif hearing.hearing_date >= today and kind and kind.column("out_of_court"):
            found.append("out_of_court")
        elif hearing.hearing_date >= today and kind and kind.column("before_sentence"):
            found.append("court")
    return found


def _undecided(held: _Held, today: date) -> bool:
    """Whether a court heard the case before today, and no outcome since is recorded."""
    decided = max((outcome.outcome_date for outcome in held.outcomes), default=date.min)
    for hearing in held.hearings:
        kind = reference.listing("hearing_types").entry(hearing.hearing_type)
        before_court = hearing.report_requested or (kind and kind.column("before_sentence"))
        if before_court and decided < hearing.hearing_date <= today:
            return True
    return False


def _stage_words(stage: str, held: _Held, today: date) -> str:
    words = reference.label("stages", stage)
    if stage in ("dto", "custody"):
        places = [
            reference.label("establishments", outcome.establishment)
            for outcome in held.outcomes
            if outcome.establishment and runs(outcome, today)
        ]
        if places:
            return _("In custody: {place}").format(place=places[-1])
    return words


def _by_day(hearing: Any) -> tuple[date, str]:
    return (hearing.hearing_date, hearing.hearing_time)


# -- next --------------------------------------------------------------------------------------


def _next(held: _Held, due: Sequence[Due], today: date) -> tuple[str, date | None]:
    coming: list[tuple[date, str]] = []
    to_come = sorted((h for h in held.hearings if h.hearing_date >= today), key=_by_day)
    if to_come:
        coming.append((to_come[0].hearing_date, hearing_words(to_come[0], today)))
    for item in due:
        if item.due and item.due >= today and item.kind in ("review", "form"):
            coming.append(
                (
                    item.due,
                    _("{what} {day}").format(what=item.text, day=dates.shortly(item.due, today)),
                )
            )
    for outcome in held.outcomes:
        end = end_of(outcome)
        if end and runs(outcome, today):
            coming.append((end, _("Order ends {day}").format(day=dates.shortly(end, today))))
    if not coming:
        return "", None
    day, words = min(coming)
    return words, day


def hearing_words(hearing: Any, today: date) -> str:
    """Such as "Court Tue 24 Nov, 10:00" or "Panel Wed 25 Nov"."""
    panel = hearing.hearing_type in ("panel", "referral_panel")
    word = _("Panel") if panel else _("Court")
    when = dates.shortly(hearing.hearing_date, today)
    if hearing.hearing_time:
        return _("{what} {day}, {time}").format(what=word, day=when, time=hearing.hearing_time)
    return _("{what} {day}").format(what=word, day=when)


# -- due ---------------------------------------------------------------------------------------


def report_due(hearing: Any) -> tuple[date | None, str | None]:
    """The day a report is due for a hearing, with the rule that says so where the court didn't."""
    if not hearing.report_requested or hearing.hearing_date is None:
        return None, None
    if hearing.report_due is not None:
        return hearing.report_due, None
    rule = reference.rule("psr_ready_before_hearing", hearing.hearing_date)
    if rule is None:
        return hearing.hearing_date, None
    return dates.ahead(rule, hearing.hearing_date), rule.rule_id


def _due(child: ChildFacts, held: _Held, stage: str, today: date) -> list[Due]:
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


def _due_harm(held: _Held) -> list[Due]:
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


def _due_in_court(held: _Held, today: date) -> list[Due]:
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


def _due_outcomes(held: _Held, today: date) -> list[Due]:
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
        if hearing.hearing_date < today and _decides(hearing) and not _followed(hearing, held)
    ]


def _decides(hearing: Any) -> bool:
    """Whether a hearing ends in an outcome or in another hearing; one of no kind may."""
    kind = reference.listing("hearing_types").entry(hearing.hearing_type)
    return kind is None or bool(kind.column("decides"))


def _followed(hearing: Any, held: _Held) -> bool:
    """Whether the record says how it went on: an outcome, or the next hearing of the same case."""
    if hearing.hearing_type == "bail" and hearing.remand_decision:
        return True
    return any(
        outcome.hearing_id == hearing.id
        or (outcome.outcome_date >= hearing.hearing_date and _same_case(outcome, hearing))
        for outcome in held.outcomes
    ) or any(
        later.hearing_date > hearing.hearing_date and _decides(later) and _same_case(later, hearing)
        for later in held.hearings
    )


def _same_case(one: Any, other: Any) -> bool:
    """Whether two are about the same offences, as far as offences are named for both."""
    return not (one.offence_ids and other.offence_ids) or not set(one.offence_ids).isdisjoint(
        other.offence_ids
    )


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


def _due_oversight(held: _Held, today: date) -> list[Due]:
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


def _due_tasks(held: _Held, today: date) -> list[Due]:
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


def _locked(held: _Held) -> list[Any]:
    """What was submitted and still counts, the newest last."""
    locked = [form for form in held.forms if form.state in LOCKED and form.submitted_at]
    return sorted(locked, key=lambda form: (form.submitted_at, form.id))


def _newest_locked(held: _Held, kinds: Collection[str]) -> Any | None:
    return next((form for form in reversed(_locked(held)) if form.kind in kinds), None)


def _judged(held: _Held) -> tuple[str, str, str]:
    """The newest of each judgement: a form that says nothing of one leaves it as it was."""
    reoffending = serious_harm = safety = ""
    for form in _locked(held):
        reoffending = form.level_reoffending or reoffending
        serious_harm = form.level_serious_harm or serious_harm
        safety = form.level_safety or safety
    return reoffending, serious_harm, safety


def _returned(held: _Held) -> list[Any]:
    """Forms that a manager returned and whose new version is not submitted yet."""
    answered = {f.revises_id for f in held.forms if f.revises_id and f.state in LOCKED}
    return [f for f in held.forms if f.state == "returned" and f.id not in answered]


def _due_assessments(held: _Held, stage: str, today: date) -> list[Due]:
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
    newest = _newest_locked(held, ASSESSING)
    if newest is not None and stage not in ("closed", "new"):
        since = dates.local_day(newest.submitted_at)
        high = {"high", "very_high"} & {newest.level_serious_harm, newest.level_safety}
        rule = reference.rule("review_interval_high" if high else "review_interval", since)
        redone = any(f.kind in ASSESSING and f.state == "draft" for f in held.forms)
        if rule is not None and not redone:
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


def _due_after_events(held: _Held, today: date) -> list[Due]:
    """A review that something which happened since the newest assessment asks for."""
    newest = _newest_locked(held, ASSESSING)
    redone = any(f.kind in ASSESSING and f.state == "draft" for f in held.forms)
    if newest is None or redone:
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


def _due_plans(held: _Held, today: date) -> list[Due]:
    """What an order starts: an assessment, and the first panel of a referral order."""
    found = []
    newest = _newest_locked(held, {"assessment"})
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


def _due_alerts(held: _Held, today: date) -> list[Due]:
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


def _due_addresses(held: _Held, today: date) -> list[Due]:
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


# -- attention ---------------------------------------------------------------------------------


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


_WEIGHT: Final[Mapping[Kind, int]] = {"serious": 0, "attention": 1, "neutral": 2, "good": 3}


def _pills(held: _Held, due: Sequence[Due], today: date) -> tuple[Pill, ...]:
    found = []
    for item in due:
        kind = urgency(item, today)
        if item.kind == "address":
            found.append(Pill(item.pill, "attention"))
        elif item.kind == "directions":
            found.append(Pill(item.pill, "neutral"))
        elif item.kind == "countersign":
            late = item.due is not None and item.due < today
            found.append(Pill(item.pill, "attention" if late else "neutral"))
        elif item.pill and kind != "neutral":
            found.append(Pill(item.pill, kind))
    assessing = any(f.kind in ASSESSING and f.state == "draft" for f in held.forms)
    heard = any(f.kind == "questionnaire" and f.state != "draft" for f in held.forms)
    if assessing and not heard:
        found.append(Pill(_("Child's view not yet heard"), "neutral"))
    return tuple(sorted(dict.fromkeys(found), key=lambda pill: _WEIGHT[pill.kind]))
