"""The wider picture: what figures say of groups of children, in a report on one child.

It stands in every pre-sentence report, and says in words where no figures are held. It never
argues the case of the child from what is known of a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.reports.content import Block, Language, Paragraph, Run, SubHeading, Table
from app.reports.relative_rates import GroupRate, RateFigures, group_rates
from app.reports.words import Wording, day, wording


def disproportionality(
    figures: Sequence[RateFigures], child: str, language: Language
) -> Iterator[Block]:
    """The paragraph on disproportionality, with a table for each decision that figures are held of.

    Args:
        child: What the child is called.
        language: That of the report.
    """
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
    for one in figures:
        yield from _figures(one, _, language)
    if figures:
        yield _paragraph(
            _(
                "A rate of 2 means that the decision falls twice as often on children of that "
                "group as on the group compared with; 1 means equally often. The true rate lies "
                "between the two figures in brackets in 95 of 100 cases. Where small numbers are "
                "not shown, the cases themselves have to be read."
            )
        )


def _figures(figures: RateFigures, say: Wording, language: Language) -> Iterator[Block]:
    _ = say
    rates = group_rates(figures.groups)
    yield Table(
        headers=(
            _("Ethnic group"),
            _("Number of children"),
            _("Share of all"),
            _("Share of decisions"),
            _("Relative rate"),
        ),
        rows=tuple(_row(one, say) for one in rates),
        caption=_("{decision}, out of {out_of}: {area}, {period}").format(
            decision=figures.decision,
            out_of=figures.out_of,
            area=figures.area,
            period=figures.period,
        ),
        weights=(2.4, 1.9, 1.2, 1.4, 2.4),
    )
    yield _paragraph(
        _("Source: {source}, as of {day}.").format(
            source=figures.source.strip().rstrip("."), day=day(figures.as_of, language)
        )
    )


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
        return _("The others are compared with this group")
    if rate.rate is None:
        return _("Not given")
    words = _("{rate} ({low} to {high})").format(
        rate=f"{rate.rate.value:.2f}", low=f"{rate.rate.low:.2f}", high=f"{rate.rate.high:.2f}"
    )
    return _("{rate}, may be chance").format(rate=words) if rate.rate.may_be_chance else words


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Run(text),))
