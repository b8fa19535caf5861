"""Days: working days of England and Wales, dated rules, and dates said in words.

The bank holidays are those of the `holidays` package; they are the same in England and in Wales.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

import holidays

from app.casework.reference import Rule
from app.core.clock import local
from app.core.i18n import _, ngettext

SATURDAY: Final = 5


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=[year]))


def is_working_day(day: date) -> bool:
    """Whether `day` is neither a weekend day nor a bank holiday of England and Wales."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The working day that is `count` working days after `day` (before it, where negative)."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`; negative where `end` is
    earlier."""
    if end < start:
        return -working_days_between(end, start)
    return sum(
        is_working_day(start + timedelta(days=count)) for count in range(1, (end - start).days + 1)
    )


def working_day_on_or_before(day: date) -> date:
    """`day` itself, or the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def local_day(moment: datetime) -> date:
    """The day in England and Wales on which a moment falls."""
    return local(moment).date()


def time_of_day(moment: datetime) -> str:
    """The time on the wall in England and Wales: "09:30". In the hour that comes twice, when
    summer time ends, it says which of the two is meant: "01:30 GMT"."""
    here = local(moment)
    twice = here.utcoffset() != here.replace(fold=1 - here.fold).utcoffset()
    return f"{here:%H:%M} {here.tzname()}" if twice else f"{here:%H:%M}"


def day_and_time(moment: datetime) -> str:
    """A moment in words: "Monday 23 November 2026 at 09:30", in the clock time of the wall."""
    return _("{day} at {time}").format(day=in_words(local_day(moment)), time=time_of_day(moment))


def add_months(day: date, months: int) -> date:
    """`day` some months later; the last day of a shorter month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after(rule: Rule, day: date) -> date:
    """The day by which `rule` wants something done that starts to run on `day`."""
    return _moved(rule, day, 1)


def ahead(rule: Rule, day: date) -> date:
    """The day by which `rule` wants something done before `day`; a working day."""
    return working_day_on_or_before(_moved(rule, day, -1))


def _moved(rule: Rule, day: date, sign: int) -> date:
    amount = sign * rule.value
    match rule.unit:
        case "working_days":
            return add_working_days(day, amount)
        case "days":
            return day + timedelta(days=amount)
        case "weeks":
            return day + timedelta(weeks=amount)
        case "months":
            return add_months(day, amount)
        case "years":
            return add_months(day, 12 * amount)
        case _:
            raise ValueError(f"rule {rule.rule_id} doesn't count time")


def weekday(day: date) -> str:
    """The short name of the day of the week."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))[day.weekday()]


def month(day: date) -> str:
    """The name of the month."""
    return (
        _("January"),
        _("February"),
        _("March"),
        _("April"),
        _("May"),
        _("June"),
        _("July"),
        _("August"),
        _("September"),
        _("October"),
        _("November"),
        _("December"),
    )[day.month - 1]


def month_short(day: date) -> str:
    """The short name of the month."""
    return (
        _("Jan"),
        _("Feb"),
        _("Mar"),
        _("Apr"),
        _("May"),
        _("Jun"),
        _("Jul"),
        _("Aug"),
        _("Sep"),
        _("Oct"),
        _("Nov"),
        _("Dec"),
    )[day.month - 1]


def in_words(day: date) -> str:
    """A day as in "24 November 2026"."""
    return _("{day} {month} {year}").format(day=day.day, month=month(day), year=day.year)


def shortly(day: date, today: date) -> str:
    """A day for a list: "Tue 24 Nov" close by, "24 Nov 2025" further away."""
    if abs((day - today).days) <= 7:
        return _("{weekday} {day} {month}").format(
            weekday=weekday(day), day=day.day, month=month_short(day)
        )
    if abs((day - today).days) < 200:
        return _("{day} {month}").format(day=day.day, month=month_short(day))
    return _("{day} {month} {year}").format(day=day.day, month=month_short(day), year=day.year)


def how_soon(day: date | None, today: date) -> str:
    """How soon something is due: "today", "tomorrow", "in 4 working days", "3 days late"."""
    if day is None:
        return _("now")
    if day < today:
        late = (today - day).days
        return ngettext("{count} day late", "{count} days late", late).format(count=late)
    if day == today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    count = working_days_between(today, day)
    if count <= 10:
        return ngettext("in {count} working day", "in {count} working days", count).format(
            count=count
        )
    return shortly(day, today)


def late(day: date | None, today: date, *, ended: bool = False) -> str:
    """How late something is, such as "3 days late"; empty where it isn't, or where it has ended."""
    return how_soon(day, today) if day is not None and day < today and not ended else ""


def age_in_words(born: date, today: date) -> str:
    """Such as "15 years 4 months"; a child of less than a year has months alone."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    years, rest = divmod(max(months, 0), 12)
    said = []
    if years:
        said.append(ngettext("{count} year", "{count} years", years).format(count=years))
    if rest or not years:
        said.append(ngettext("{count} month", "{count} months", rest).format(count=rest))
    return " ".join(said)
