"""How much more often a decision falls on one group of children than on another.

The relative rate index, RRI = (a/A) / (b/B): `a` of `A` children of the group, `b` of `B` of the
group compared with. 1 is parity. Its 95 % interval is Wald's on the logarithm:
SE = sqrt(1/a + 1/b - 1/A - 1/B), exp(ln RRI ± 1.96 SE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log, sqrt
from typing import Final

FEWEST: Final = 6
"""A smaller count is not shown: it could point to a child, and it tells nothing."""
_Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class GroupCount:
    """Children of one group at one decision.

    Attributes:
        group: What it is called.
        events: On how many of them the decision fell. total: how many there were.
        compared_with: Whether this is the group that the others are compared with.
        known: Whether it is a group at all; else it is those who did not say.
        code: What it is called in the record of a child.
    """

    group: str
    events: int
    total: int
    compared_with: bool = False
    known: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class RateFigures:
    """What is known of one decision in one area and period.

    Attributes:
        local: Whether the area is that of the service; else it is the nation.
        period_from, period_to: The first and the last day that is counted.
        decision: Such as “remanded to custody”. out_of: such as “children before a court”.
        as_of: When the source was published or read.
        source_language: That of the source's name, where it is not the report's.
    """

    area: str
    local: bool
    period_from: date
    period_to: date
    decision: str
    out_of: str
    groups: tuple[GroupCount, ...]
    source: str
    as_of: date
    source_language: str | None = None


@dataclass(frozen=True, slots=True)
class RelativeRate:
    """An index with the interval that holds the true one in 95 of 100 cases."""

    value: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        """Whether the interval holds 1, so that there may be no difference at all."""
        return self.low <= 1 <= self.high


@dataclass(frozen=True, slots=True)
class GroupRate:
    """What may be shown of a group: nothing at all where its count is too small.

    Attributes:
        share_of_total, share_of_events: Of all groups together, between 0 and 1.
        rate: None for the group compared with, and where it can't be given.
        known, code: As in `GroupCount`.
    """

    group: str
    shown: bool
    events: int = 0
    total: int = 0
    share_of_total: float = 0.0
    share_of_events: float = 0.0
    compared_with: bool = False
    rate: RelativeRate | None = None
    known: bool = True
    code: str = ""


def relative_rate(a: int, all_a: int, b: int, all_b: int) -> RelativeRate | None:
    """The index of `a` of `all_a` against `b` of `all_b`; None where any of them is nought.

    Raises:
        ValueError: More children had the decision than there were, or a count is below nought.
    """
    if not (0 <= a <= all_a and 0 <= b <= all_b):
        raise ValueError("a decision can't fall on more children than there are")
    if not (a and b):
        return None
    value = (a / all_a) / (b / all_b)
    error = sqrt(1 / a + 1 / b - 1 / all_a - 1 / all_b)
    return RelativeRate(value, exp(log(value) - _Z * error), exp(log(value) + _Z * error))


def group_rates(groups: Sequence[GroupCount]) -> tuple[GroupRate, ...]:
    """What may be shown of each group, in their order."""
    hidden = _hidden(groups)
    everybody = sum(one.total for one in groups)
    every_event = sum(one.events for one in groups)
    white = next((one for one in groups if one.compared_with), None)
    found = []
    for at, one in enumerate(groups):
        if at in hidden:
            found.append(
                GroupRate(
                    one.group,
                    shown=False,
                    compared_with=one.compared_with,
                    known=one.known,
                    code=one.code,
                )
            )
            continue
        rate = None
        comparable = white is not None and groups.index(white) not in hidden
        if white is not None and comparable and one is not white and one.known:
            rate = relative_rate(one.events, one.total, white.events, white.total)
        found.append(
            GroupRate(
                one.group,
                shown=True,
                events=one.events,
                total=one.total,
                share_of_total=one.total / everybody,
                share_of_events=one.events / every_event,
                compared_with=one.compared_with,
                rate=rate,
                known=one.known,
                code=one.code,
            )
        )
    return tuple(found)


def _hidden(groups: Sequence[GroupCount]) -> frozenset[int]:
    """Which groups are not shown. One alone could be worked out from the shares of the others,
    so the next smallest goes with it: one that others are compared with only if no other is left.
    """
    small = {at for at, one in enumerate(groups) if min(one.events, one.total) < FEWEST}
    if len(small) == 1:
        rest = [at for at in range(len(groups)) if at not in small]
        rest.sort(key=lambda at: (groups[at].compared_with, groups[at].events))
        small.update(rest[:1])
    return frozenset(small)
