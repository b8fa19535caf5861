"""Time as the program sees it: one clock that tests can hold still.

Moments are stored in UTC; days are those of England and Wales, where a court's day begins.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# A clock drifts, and is put right by a little whenever there is a network: no leap below this.
ALLOWANCE: Final = timedelta(minutes=5)


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def today(self) -> date:
        """The present day in England and Wales."""
        ...

    def elapsed(self) -> float:
        """Seconds on a count that nobody can set, and that runs on while the laptop sleeps. Only
        what lies between two of them means something."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(LONDON).date()

    def elapsed(self) -> float:
        if sys.platform == "win32":
            return time.monotonic()
        counted = time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC
        return time.clock_gettime(counted)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved, for tests and for the demonstration.

    Attributes:
        leapt: By how much it was set ahead without that time having passed.
    """

    moment: datetime
    leapt: timedelta = timedelta()

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.astimezone(LONDON).date()

    def elapsed(self) -> float:
        return (self.moment - self.leapt).timestamp()

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by

    def set_by(self, by: timedelta) -> None:
        """Set it ahead, or back, without any time passing."""
        self.moment += by
        self.leapt += by


class Reading(NamedTuple):
    """What a clock showed, and its count that nobody can set, at one moment."""

    moment: datetime
    elapsed: float


class Leap(NamedTuple):
    """A clock that was set: what it would have shown (or showed last), and what it showed."""

    was: datetime
    shown: datetime


def reading(clock: Clock) -> Reading:
    """What a clock shows now."""
    return Reading(clock.now(), clock.elapsed())


def leap(before: Reading | None, now: Reading, last: datetime | None) -> Leap | None:
    """Whether a clock was set, by more than `ALLOWANCE`, since something was last written.

    Within one run of the program a leap is known in both directions. Between two runs only a
    clock that stands before what was written last is known to be wrong: nobody can tell a year
    ahead from a year in a drawer.

    Args:
        before: What the clock showed at the last writing of this run; None: there was none.
        last: When something was last written, whoever ran then; None: nothing was.
    """
    if before is not None:
        due = before.moment + timedelta(seconds=now.elapsed - before.elapsed)
        return Leap(due, now.moment) if abs(now.moment - due) > ALLOWANCE else None
    if last is not None and now.moment < last - ALLOWANCE:
        return Leap(last, now.moment)
    return None


def local(moment: datetime) -> datetime:
    """`moment` as the clock on the wall shows it in England and Wales."""
    return moment.astimezone(LONDON)


def age_on(born: date, day: date) -> int:
    """Completed years of age on `day`; born on 29 February, one turns on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
