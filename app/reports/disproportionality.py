"""The wider picture: what figures say of groups of children, in a report on one child.

It stands in every pre-sentence report, and says in words where no figures are held. It never
argues the case of the child from what is known of a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.reports.content import Block, Language, Paragraph, Run, SubHeading, Table
from app.reports.relative_rates import GroupRate, RateFigures, group_rates
from app.reports.words import Wording, day, wording

NOT_STATED: Final = "not_stated"
"""The group of those who did not say; it counts among all, and is compared with none."""


@dataclass(frozen=True, slots=True)
class ChildGroup:
    """The ethnic group that a child is recorded in: its code, empty where none is, and its name."""

    code: str = ""
    name: str = ""


def disproportionality(
    figures: Sequence[RateFigures],
    child: str,
    language: Language,
    group: ChildGroup = ChildGroup(),
    *,
    written_out: bool = False,
) -> Iterator[Block]:
    """The paragraph on disproportionality, with a table for each decision that figures are held of.

    Args:
        child: What the child is called. group: the ethnic group that the child is recorded in.
        language: That of the report.
        written_out: Whether the author wrote the words around the tables.
    """
    if not written_out:
        yield from opening(figures, child, language, group)
    for one in figures:
        yield from _figures(one, child, group, language)
    if not written_out:
        yield from closing(figures, language)


def opening(
    figures: Sequence[RateFigures], child: str, language: Language, group: ChildGroup
) -> Iterator[SubHeading | Paragraph]:
    """What stands before the tables: the heading, why they are there, and what is not held."""
    _ = wording(language)
    yield SubHeading(_("The wider picture"))
    yield _paragraph(
        _(
            "Every report of this kind tells the court what figures say of how decisions fall on "
            "children of different ethnic groups. Figures about groups say nothing about {child}, "
            "and nothing in this report is argued from them."
        ).format(child=child)
    )
    local = any(one.local for one in figures)
    national = any(not one.local for one in figures)
    if not figures:
        yield _paragraph(
            _(
                "No figures are held, neither for the area of this service nor for England and "
                "Wales. So none are given here."
            )
        )
    elif not local:
        yield _paragraph(_("No figures are held for the area of this service."))
    elif not national:
        yield _paragraph(_("No figures are held for England and Wales."))
    if figures and group.code == NOT_STATED:
        yield _paragraph(
            _("{child} has not said an ethnic group, so none is named here.").format(child=child)
        )
    elif figures and not group.code:
        yield _paragraph(
            _(
                "The record does not hold an ethnic group for {child}, so none is named here."
            ).format(child=child)
        )


def closing(figures: Sequence[RateFigures], language: Language) -> Iterator[Paragraph]:
    """What stands after the tables: how to read them."""
    _ = wording(language)
    if figures:
        yield _paragraph(
            _(
                "A rate of 2 means that the decision falls twice as often on children of that "
                "group as on the group compared with; 1 means equally often. The true rate lies "
                "between the two figures in brackets in 95 of 100 cases. Shares are of all those "
                "in the groups named. Where small numbers are not shown, the cases themselves "
                "have to be read."
            )
        )


def caption(figures: RateFigures, language: Language) -> str:
    """Which decision it is, out of what, where and when."""
    _ = wording(language)
    period = _("{first} to {last}").format(
        first=day(figures.period_from, language), last=day(figures.period_to, language)
    )
    return _("{decision}, out of {out_of}: {area}, {period}").format(
        decision=figures.decision, out_of=figures.out_of, area=figures.area, period=period
    )


def headers(language: Language) -> tuple[str, ...]:
    """What stands above the columns of `rows`."""
    _ = wording(language)
    return (
        _("Ethnic group"),
        _("How many"),
        _("Share of all"),
        _("Share of decisions"),
        _("Relative rate"),
    )


def rows(figures: RateFigures, language: Language) -> tuple[tuple[str, ...], ...]:
    """What is told of each group, small numbers left out."""
    say = wording(language)
    return tuple(_row(one, say) for one in group_rates(figures.groups))


def source(figures: RateFigures, language: Language) -> tuple[Run, ...]:
    """Where the figures come from, its name in the language that it is in."""
    _ = wording(language)
    said = _("Source: {source}, as of {day}.").format(source="\0", day=day(figures.as_of, language))
    before, after = said.split("\0")
    own = figures.source_language if figures.source_language != language else None
    return (Run(before), Run(figures.source.strip().rstrip("."), language=own), Run(after))


def of_group(figures: RateFigures, child: str, group: ChildGroup, language: Language) -> str:
    """What the figures say of the group that a child is recorded in; empty where none is."""
    _ = wording(language)
    if not group.code or group.code == NOT_STATED:
        return ""
    rate = next((one for one in group_rates(figures.groups) if one.code == group.code), None)
    if rate is None:
        return _(
            "These figures do not tell of the group that {child} is recorded in: {group}."
        ).format(child=child, group=group.name)
    if not rate.shown:
        said = _("The numbers are too small to be shown.")
    elif rate.compared_with:
        said = _("The other groups are compared with it.")
    elif rate.rate is None:
        said = _("A relative rate can't be given.")
    else:
        said = _(
            "It is {all} of all and {decisions} of the decisions. Its relative rate is {rate}, "
            "from {events} of {total}."
        ).format(
            all=f"{rate.share_of_total:.0%}",
            decisions=f"{rate.share_of_events:.0%}",
            rate=_rate_words(rate, _),
            events=f"{rate.events:,}",
            total=f"{rate.total:,}",
        )
    named = _("The group that {child} is recorded in: {group}.").format(
        child=child, group=group.name
    )
    return f"{named} {said}"


def _figures(
    figures: RateFigures, child: str, group: ChildGroup, language: Language
) -> Iterator[Block]:
    yield Table(
        headers=headers(language),
        rows=rows(figures, language),
        caption=caption(figures, language),
        weights=(2.2, 1.55, 1.1, 1.95, 2.4),
    )
    said = of_group(figures, child, group, language)
    yield Paragraph((*((Run(f"{said} "),) if said else ()), *source(figures, language)))


def _row(rate: GroupRate, say: Wording) -> tuple[str, ...]:
    _ = say
    if not rate.shown:
        hidden = _("Small number")
        return (rate.group, hidden, hidden, hidden, _("Not given"))
    return (
        rate.group,
        _("{events} of {total}").format(events=f"{rate.events:,}", total=f"{rate.total:,}"),
        f"{rate.share_of_total:.0%}",
        f"{rate.share_of_events:.0%}",
        _rate_words(rate, say),
    )


def _rate_words(rate: GroupRate, say: Wording) -> str:
    _ = say
    if rate.compared_with:
        return _("The group compared with")
    if rate.rate is None:
        return _("Not given")
    words = _("{rate} ({low} to {high})").format(
        rate=f"{rate.rate.value:.2f}", low=f"{rate.rate.low:.2f}", high=f"{rate.rate.high:.2f}"
    )
    return _("{rate}, may be chance").format(rate=words) if rate.rate.may_be_chance else words


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Run(text),))
