"""Time as the program sees it: one clock that tests can hold still.

Moments are stored in UTC; days are those of England and Wales, where a court's day begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def today(self) -> date:
        """The present day in England and Wales."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(LONDON).date()


@dataclass
class FixedClock:
    """A clock that stands still until it is moved, for tests and for the demonstration."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.astimezone(LONDON).date()

    def advance(self, by: timedelta) -> None:
        self.moment += by


def local(moment: datetime) -> datetime:
    """`moment` as the clock on the wall shows it in England and Wales."""
    return moment.astimezone(LONDON)


def age_on(born: date, day: date) -> int:
    """Completed years of age on `day`; born on 29 February, one turns on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
