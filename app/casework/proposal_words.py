"""A proposal in words: for the court in the report's language, for the child in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.casework.proposal import OF_ORDER, OF_REQUIREMENT, Proposal, Requirement
from app.casework.reference import Entry
from app.core.i18n import N_
from app.reports.content import Language
from app.reports.words import Wording, day, wording

# For the court: how much of an order, and of a requirement.
_ORDER: Final = {
    "months": (
        N_("The length proposed is one month."),
        N_("The length proposed is {count} months."),
    ),
    "hours": (N_("One hour is proposed."), N_("{count} hours are proposed.")),
    "pounds": (N_("The amount proposed is £{count}."), N_("The amount proposed is £{count}.")),
}
_REQUIREMENT: Final = {
    "months": (N_("for one month"), N_("for {count} months")),
    "days": (N_("one day in all"), N_("{count} days in all")),
    "hours": (N_("one hour in all"), N_("{count} hours in all")),
    "hours_a_day": (N_("one hour a day"), N_("{count} hours a day")),
    "hours_a_week": (N_("one hour a week"), N_("{count} hours a week")),
    "times_a_month": (N_("once a month"), N_("{count} times a month")),
}
# For the child.
_CHILD: Final = {
    "months": (N_("It goes on for one month."), N_("It goes on for {count} months.")),
    "days": (N_("It is one day in all."), N_("It is {count} days in all.")),
    "hours": (N_("It is one hour in all."), N_("It is {count} hours in all.")),
    "hours_a_day": (N_("It is one hour each day."), N_("It is {count} hours each day.")),
    "hours_a_week": (N_("It is one hour each week."), N_("It is {count} hours each week.")),
    "times_a_month": (N_("It is once a month."), N_("It is {count} times a month.")),
    "pounds": (N_("It is £{count}."), N_("It is £{count}.")),
}


def order_for_court(proposal: Proposal, language: Language) -> str:
    """The order and its length, as the court reads it; empty where nothing is proposed."""
    if proposal.entry is None:
        return ""
    say = wording(language)
    said = [_of(proposal.entry, "court", language)]
    said += _counted(proposal, OF_ORDER, _ORDER, say, proposal.entry)
    if proposal.counted:
        said.append(say(N_("These requirements would apply:")))
    return " ".join(said)


def requirement_for_court(one: Requirement, language: Language) -> str:
    """One requirement and its conditions, as an item of a list."""
    if one.entry is None:
        return ""
    say = wording(language)
    said = list(_counted(one, OF_REQUIREMENT, _REQUIREMENT, say, one.entry))
    if one.from_date is not None:
        said.append(say(N_("from {day}")).format(day=day(one.from_date, language)))
    words = one.entry.label(language)
    if said:
        words = say(N_("{what}: {conditions}")).format(what=words, conditions=", ".join(said))
    return f"{words}. {_ended(one.what)}" if one.what.strip() else words


def for_child(proposal: Proposal, language: Language) -> tuple[str, ...]:
    """What is proposed, said to the child in plain words, a paragraph for each part of it."""
    if proposal.entry is None:
        return ()
    rules = (requirement_for_child(one, language) for one in proposal.counted)
    return (order_for_child(proposal, language), *filter(None, rules))


def order_for_child(proposal: Proposal, language: Language) -> str:
    """What the order would mean, said to the child."""
    if proposal.entry is None:
        return ""
    say = wording(language)
    said = [_of(proposal.entry, "child", language)]
    said += _counted(proposal, OF_ORDER, _CHILD, say, proposal.entry)
    said.append(say(N_("The court decides. It may choose something else.")))
    if proposal.counted:
        said.append(say(N_("These would be the rules:")))
    return " ".join(said)


def requirement_for_child(one: Requirement, language: Language) -> str:
    """What a requirement would mean, said to the child: short sentences."""
    if one.entry is None:
        return ""
    say = wording(language)
    said = [_of(one.entry, "child", language)]
    said += _counted(one, OF_REQUIREMENT, _CHILD, say, one.entry)
    if one.from_date is not None:
        said.append(say(N_("It starts on {day}.")).format(day=day(one.from_date, language)))
    if one.what.strip():
        said.append(say(N_("This is what it says: {what}")).format(what=_ended(one.what)))
    return " ".join(said)


def _of(entry: Entry, column: str, language: Language) -> str:
    words: dict[str, str] = entry.column(column) or {}
    return words.get(language) or words.get("en", "")


def _counted(
    holder: Proposal | Requirement,
    measures: tuple[str, ...],
    words: dict[str, tuple[str, str]],
    say: Wording,
    entry: Entry,
) -> Iterator[str]:
    """How much, by each measure that this order or requirement has."""
    for measure in entry.column("asks") or ():
        count = holder.amount(measure) if measure in measures else None
        if count is not None:
            one, several = words[measure]
            yield say(one if count == 1 else several).format(count=count)


def _ended(words: str) -> str:
    words = words.strip()
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
