"""What the rules say of a proposal: each remark in a sentence that says why, and by which rule.

All limits are dated data and hold as they were on the day in court, so that an old report is
judged by the law of its day. Code compares and counts. A rule whose source was not read in full
only warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from app.casework import dates, reference
from app.casework.proposal import (
    OF_ORDER,
    OF_REQUIREMENT,
    ORDERS,
    REQUIREMENTS,
    Proposal,
    Requirement,
)
from app.casework.reference import Entry, Rule
from app.core.clock import age_on
from app.core.i18n import N_, _

Check = Literal["proposal", "conditions", "custody"]

GUILTY: Final = frozenset({"guilty"})
INSTEAD_OF_REFERRAL: Final = frozenset(
    {"fine", "reparation_order", "yro", "yro_iss", "yro_fostering"}
)
"""What a court can't choose where it must make a referral order."""

# How much is too little or too much, by what it is measured in.
_LESS: Final[Mapping[str, str]] = {
    "months": N_("{what}: {count} months are less than the rule allows ({least})."),
    "days": N_("{what}: {count} days are less than the rule allows ({least})."),
    "hours": N_("{what}: {count} hours are less than the rule allows ({least})."),
    "hours_a_day": N_("{what}: {count} hours a day are less than the rule allows ({least})."),
}
_MORE: Final[Mapping[str, str]] = {
    "months": N_("{what}: {count} months are more than the rule allows ({most})."),
    "days": N_("{what}: {count} days are more than the rule allows ({most})."),
    "hours": N_("{what}: {count} hours are more than the rule allows ({most})."),
    "hours_a_day": N_("{what}: {count} hours a day are more than the rule allows ({most})."),
    "hours_a_week": N_("{what}: {count} hours a week are more than the rule allows ({most})."),
    "pounds": N_("{what}: £{count} is more than the rule allows (£{most})."),
}
_SAY: Final[Mapping[str, str]] = {
    "months": N_("{what}: say for how many months."),
    "days": N_("{what}: say how many days."),
    "hours": N_("{what}: say how many hours."),
    "hours_a_day": N_("{what}: say how many hours a day."),
    "times_a_month": N_("{what}: say how many times a month."),
    "pounds": N_("{what}: say how much."),
    "what": N_("{what}: say in a few words what it is."),
}


@dataclass(frozen=True)
class Situation:
    """What a proposal is judged beside.

    Attributes:
        day: The day in court, or today; the rules of that day hold.
        pleas: To each of the offences before the court, by the list `pleas`.
        convicted_before: Whether the record holds an earlier outcome of a court.
        all_options: Whether the court has left custody open. dangerousness: whether it asked.
        court: Group of the court (youth, magistrates, crown); empty: not known.
        written: Whether the report is a written pre-sentence report.
    """

    day: date
    born: date | None = None
    pleas: tuple[str, ...] = ()
    convicted_before: bool = False
    all_options: bool = False
    dangerousness: bool = False
    court: str = ""
    written: bool = True

    @property
    def age(self) -> int | None:
        """In whole years on the day in court; None where the date of birth is not known."""
        return None if self.born is None else age_on(self.born, self.day)


@dataclass(frozen=True)
class Remark:
    """Something that the rules say of a proposal.

    Attributes:
        text: What and why, and what to do.
        rule: The dated rule that says so; None: it follows from what a proposal is.
        about: The id of the requirement; empty: the order.
        stops: Whether the report can't be made final like this, rule or no rule.
    """

    check: Check
    text: str
    rule: Rule | None = None
    about: str = ""
    stops: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it keeps the report from being made final: never by an unverified rule."""
        return self.stops or (self.rule is not None and self.rule.binds)


def remarks(proposal: Proposal, situation: Situation) -> tuple[Remark, ...]:
    """Everything that the rules say, what blocks first. Empty where nothing is proposed."""
    if proposal.entry is None:
        return ()
    found = [*_of_order(proposal, proposal.entry, situation), *_custody(proposal, situation)]
    for requirement in proposal.counted:
        if requirement.entry is not None:
            found += _of_requirement(proposal, requirement, requirement.entry, situation)
    found += _together(proposal, situation)
    return tuple(sorted(found, key=lambda remark: not remark.blocks))


# ---- the order -------------------------------------------------------------------------------


def _of_order(proposal: Proposal, entry: Entry, at: Situation) -> Iterator[Remark]:
    yield from _amounts(entry, OF_ORDER, proposal, at)
    for measure in entry.column("asks") or ():
        if proposal.amount(measure) is None:
            yield Remark("conditions", _(_SAY[measure]).format(what=entry.label()))
    youngest = _rule(entry.column("youngest"), at)
    if youngest is not None and at.age is not None and at.age < youngest.value:
        text = _("{order} is not open below the age of {age}.")
        text = text.format(order=entry.label(), age=youngest.value)
        yield Remark("proposal", text, youngest)
    persistent = _rule(entry.column("persistent_below"), at)
    young = persistent is not None and at.age is not None and at.age < persistent.value
    if persistent is not None and young and not proposal.persistent:
        text = _(
            "Below the age of {age} this order needs offending that is persistent. Say why the "
            "court may see it, and tick it, or propose another order."
        )
        yield Remark("proposal", text.format(age=persistent.value), persistent)
    threshold = _rule(entry.column("threshold"), at)
    if threshold is not None and not (proposal.imprisonable and proposal.threshold):
        text = _(
            "This order is open only where the offence can bring custody, and custody would "
            "otherwise be right. Tick both where that is so, and say why."
        )
        yield Remark("proposal", text, threshold)
    dangerous = _rule(entry.column("dangerous"), at)
    if dangerous is not None and not at.dangerousness:
        text = _("This needs the court’s finding on dangerousness, and it has not asked for one.")
        yield Remark("proposal", text, dangerous)
    fixed = _rule(entry.column("fixed"), at)
    if fixed is not None:
        text = _("This sentence is fixed by law: the report helps with its length alone.")
        yield Remark("proposal", text, fixed)
    yield from _referral(proposal, at)


def _referral(proposal: Proposal, at: Situation) -> Iterator[Remark]:
    guilty = sum(plea in GUILTY for plea in at.pleas)
    if proposal.order == "referral_order":
        needed = reference.rule("referral_order_guilty_pleas", at.day)
        if needed is not None and at.pleas and guilty < needed.value:
            text = _("A referral order needs a guilty plea, and the record holds none.")
            yield Remark("proposal", text, needed)
        court = reference.rule("referral_order_court", at.day)
        if court is not None and at.court == "crown":
            text = _("A youth court or another magistrates’ court makes a referral order.")
            yield Remark("proposal", text, court)
    must = reference.rule("referral_order_compulsory", at.day)
    first = bool(at.pleas) and guilty == len(at.pleas) and not at.convicted_before
    asked = proposal.imprisonable and proposal.order in INSTEAD_OF_REFERRAL and at.court != "crown"
    if must is not None and first and asked:
        text = _(
            "On a first conviction, with a guilty plea to an offence that can bring custody, the "
            "court must make a referral order unless it discharges the child or orders custody. "
            "Propose a referral order, or say why this case is another."
        )
        yield Remark("proposal", text, must)


def _custody(proposal: Proposal, at: Situation) -> Iterator[Remark]:
    if not proposal.custody or proposal.entry is None:
        return
    if not at.all_options:
        text = _("Custody is proposed, but the court has not asked for all options.")
        yield Remark("custody", text, stops=True)
    written = reference.rule("custody_needs_written_report", at.day)
    if written is not None and not at.written:
        text = _("Where custody is proposed, the report is a written pre-sentence report.")
        yield Remark("custody", text, written)
    crown = reference.rule("long_detention_crown_court", at.day)
    if proposal.entry.column("crown_court") and crown is not None and at.court not in ("", "crown"):
        text = _("Only the Crown Court orders this, and the hearing is at another court.")
        yield Remark("custody", text, crown)


# ---- one requirement -------------------------------------------------------------------------


def _of_requirement(
    proposal: Proposal, one: Requirement, entry: Entry, at: Situation
) -> Iterator[Remark]:
    yield from _amounts(entry, OF_REQUIREMENT, one, at, about=one.id)
    name = entry.label()
    for measure in entry.column("need") or ():
        value = one.what.strip() if measure == "what" else one.amount(measure)
        if not value:
            yield Remark("conditions", _(_SAY[measure]).format(what=name), about=one.id)
    youngest = _rule(entry.column("youngest"), at)
    if youngest is not None and at.age is not None and at.age < youngest.value:
        text = _("{what} is not open below the age of {age}. Choose another requirement.")
        yield Remark("proposal", text.format(what=name, age=youngest.value), youngest, one.id)
    yield from _beside_others(proposal, one, entry, at)
    agreed = _rule(entry.column("agreed"), at)
    if agreed is not None and not one.agreed:
        text = _("{what} needs that the child agrees. Ask, and tick it when they have said yes.")
        yield Remark("proposal", text.format(what=name), agreed, one.id)
    restricted = _rule(entry.column("restricted"), at)
    if restricted is not None and not one.what.strip():
        text = _("{what} is open in few cases. Say why it is here.")
        yield Remark("proposal", text.format(what=name), restricted, one.id)
    yield from _ends(proposal, one, entry, at)


def _beside_others(
    proposal: Proposal, one: Requirement, entry: Entry, at: Situation
) -> Iterator[Remark]:
    held = {other.requirement for other in proposal.counted}
    rule = _rule(entry.column("needs_rule"), at)
    needs = entry.column("needs")
    if rule is not None and needs and needs not in held:
        text = _("{what} stands only beside {other}. Add that, or take this out.").format(
            what=entry.label(), other=_named(needs)
        )
        yield Remark("proposal", text, rule, one.id)
    one_of = entry.column("needs_one_of") or ()
    if rule is not None and one_of and not held.intersection(one_of):
        text = _("{what} watches over another requirement, and none that it can stands here.")
        yield Remark("proposal", text.format(what=entry.label()), rule, one.id)
    only_in, only = entry.column("only_in") or (), _rule(entry.column("only_rule"), at)
    if only is not None and proposal.order not in only_in:
        orders = ", ".join(reference.label(ORDERS, code) for code in only_in)
        text = _("{what} stands only in this order: {orders}. Propose that, or take this out.")
        yield Remark("proposal", text.format(what=entry.label(), orders=orders), only, one.id)


def _ends(proposal: Proposal, one: Requirement, entry: Entry, at: Situation) -> Iterator[Remark]:
    within = reference.rule("requirement_within_order", at.day)
    start = one.from_date or at.day
    if one.from_date is not None and one.from_date < at.day:
        text = _("{what} would begin before the order is made. Check the day.")
        yield Remark("conditions", text.format(what=entry.label()), about=one.id)
    if within is not None and proposal.months and (one.months or one.from_date):
        last_of_order = last_day(at.day, proposal.months)
        last = last_day(start, one.months) if one.months else start
        if last > last_of_order:
            text = _("{what} would go on after the order ends ({day}).").format(
                what=entry.label(), day=dates.in_words(last_of_order)
            )
            yield Remark("proposal", text, within, one.id)
    ends = _rule(entry.column("ends_by"), at)
    if ends is not None and one.months and at.born is not None:
        birthday = dates.add_months(at.born, 12 * ends.value)
        if last_day(start, one.months) >= birthday:
            text = _("{what} ends by the age of {age}, which the child is on {day}.").format(
                what=entry.label(), age=ends.value, day=dates.in_words(birthday)
            )
            yield Remark("proposal", text, ends, one.id)


def last_day(start: date, months: int) -> date:
    """The last day of something that begins on `start` and goes on for calendar months."""
    return dates.add_months(start, months) - timedelta(days=1)


# ---- all of it together ----------------------------------------------------------------------


def _together(proposal: Proposal, at: Situation) -> Iterator[Remark]:
    entry = proposal.entry
    if entry is None:
        return
    held = [one.requirement for one in proposal.counted]
    least = reference.rule("yro_requirements_min", at.day)
    if proposal.has_requirements and least is not None and len(held) < least.value:
        text = _("This order has at least one requirement. Add one.")
        yield Remark("proposal", text, least)
    parts = _rule(entry.column("parts"), at)
    missing = [code for code in entry.column("consists_of") or () if code not in held]
    if parts is not None and held and missing:
        text = _("This order is made of certain requirements. Still missing: {missing}.").format(
            missing=", ".join(_named(code) for code in missing)
        )
        yield Remark("proposal", text, parts)
    if proposal.requirements and not proposal.has_requirements:
        text = _(
            "Requirements stand only in a youth rehabilitation order. They are left out of this "
            "proposal."
        )
        yield Remark("conditions", text)
    seen: set[tuple[str, str]] = set()
    for one in proposal.counted:
        same = (one.requirement, one.what.strip())
        if same in seen:
            text = _("{what} stands twice. Say in words how they differ, or take one out.")
            yield Remark("conditions", text.format(what=_named(one.requirement)), about=one.id)
        seen.add(same)


# ---- limits ----------------------------------------------------------------------------------


def _amounts(
    entry: Entry,
    measures: Sequence[str],
    holder: Proposal | Requirement,
    at: Situation,
    *,
    about: str = "",
) -> Iterator[Remark]:
    for measure in measures:
        count = holder.amount(measure)
        if count is None:
            continue
        least, most = limits(entry, measure, at)
        given = {"what": entry.label(), "count": count}
        if least is not None and count < least.value:
            text = _(_LESS[measure]).format(least=least.value, **given)
            yield Remark("proposal", text, least, about)
        if most is not None and count > most.value:
            text = _(_MORE[measure]).format(most=most.value, **given)
            yield Remark("proposal", text, most, about)
        elif most is not None and most.only and count not in most.only:
            text = _("{what}: on that day only these lengths were open: {lengths} months.").format(
                what=entry.label(), lengths=", ".join(map(str, most.only))
            )
            yield Remark("proposal", text, most, about)


def limits(entry: Entry, measure: str, at: Situation) -> tuple[Rule | None, Rule | None]:
    """The rules of the smallest and of the largest amount that hold for this child on that day."""
    return (
        _limit((entry.column("least") or {}).get(measure), at),
        _limit((entry.column("most") or {}).get(measure), at),
    )


def _limit(named: Any, at: Situation) -> Rule | None:
    """The rule that a limit names: by itself, or the first whose age fits."""
    if not isinstance(named, list):
        return _rule(named, at)
    for step in named:
        below = _rule(step.get("below"), at)
        if below is None or (at.age is not None and at.age < below.value):
            return _rule(step.get("rule"), at)
    return None


def _rule(rule_id: str | None, at: Situation) -> Rule | None:
    return reference.rule(rule_id, at.day) if rule_id else None


def _named(code: str) -> str:
    return reference.label(REQUIREMENTS, code)
