"""Figures on how decisions fall on children of different ethnic groups, for reports to courts.

The national ones are reference data (`resources/reference/disproportionality.yaml`), each with its
source and day; those of its own area a service enters itself, see `app.casework.service_figures`.
Where none are held, none are given.

A report holds the figures that it was begun with: one that is corrected later is pointed out, as
every other fact is, and stands in the report once its author takes it up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import reference
from app.core.errors import BugError
from app.core.i18n import language as screen_language
from app.core.paths import resource_path
from app.models.records import Child, DecisionFigures, ReportPassage
from app.reports.content import Language
from app.reports.disproportionality import NOT_STATED, ChildGroup, caption, rows, source
from app.reports.relative_rates import GroupCount, RateFigures

FILE: Final = "disproportionality.yaml"
COMPARED_WITH: Final = "white"
"""The group of the ethnicity list that the others are compared with."""
PART: Final = "disproportionality"
"""The part of a report that gives the figures."""
KEPT: Final = "figures"
"""Under this name a passage holds the figures that it gives."""
WRITTEN_OUT: Final = "written_out"
"""Under this name a passage holds whether the words around its figures are passages by now."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Count(_Frozen):
    """Of how many in a group, on how many the decision fell."""

    events: int = Field(ge=0)
    total: int = Field(ge=0)

    @model_validator(mode="after")
    def _no_more_events_than_children(self) -> Self:
        if self.events > self.total:
            raise ValueError("a decision can't fall on more children than there are")
        return self


class Held(_Frozen):
    """Figures on one decision as they are kept, by the groups of the ethnicity list.

    Attributes:
        key: Of national figures their name, of the service's own the id of the record.
        local: Whether they are the service's own.
        period_from, period_to: The first and the last day that is counted.
        decision: List `decision_points`. out_of: list `decision_bases`.
        source_language: That of the source's name; None: that of whoever reads it.
    """

    key: str = Field(min_length=1)
    area: Mapping[Language, str]
    local: bool = False
    period_from: date
    period_to: date
    decision: str
    out_of: str
    source: str = Field(min_length=1)
    source_language: Language | None = None
    as_of: date
    groups: Mapping[str, Count]

    @model_validator(mode="after")
    def _of_the_lists(self) -> Self:
        known = {one.code for one in reference.listing("ethnicity").groups}
        if not {COMPARED_WITH} < set(self.groups) <= known:
            raise ValueError("the groups are those of the list of ethnic groups, White among them")
        if self.period_to < self.period_from:
            raise ValueError("a period ends after it begins")
        return self

    def in_words(self, language: Language) -> RateFigures:
        """The same in the language of a report."""
        listing = reference.listing("ethnicity")
        return RateFigures(
            area=self.area.get(language) or self.area["en"],
            local=self.local,
            period_from=self.period_from,
            period_to=self.period_to,
            decision=reference.label("decision_points", self.decision, language),
            out_of=reference.label("decision_bases", self.out_of, language),
            groups=tuple(
                GroupCount(
                    listing.group_label(group.code, language),
                    self.groups[group.code].events,
                    self.groups[group.code].total,
                    compared_with=group.code == COMPARED_WITH,
                    known=group.code != NOT_STATED,
                    code=group.code,
                )
                for group in listing.groups
                if group.code in self.groups
            ),
            source=self.source,
            source_language=self.source_language,
            as_of=self.as_of,
        )


class _File(_Frozen):
    source: str
    verified: bool
    welsh_reviewed_by: str | None
    figures: tuple[Held, ...]

    @model_validator(mode="after")
    def _in_the_lists(self) -> Self:
        for one in self.figures:
            for name, code in (("decision_points", one.decision), ("decision_bases", one.out_of)):
                if reference.listing(name).entry(code) is None:
                    raise ValueError(f"{code} is not in the list {name}")
        return self


@cache
def file() -> _File:
    """The national figures with what is known of where they come from."""
    try:
        with resource_path(reference.FOLDER, FILE).open(encoding="utf-8") as opened:
            held = yaml.safe_load(opened)
        figures = [{"source_language": "en", **one} for one in held["figures"]]
        return _File.model_validate({**held, "figures": figures})
    except (OSError, KeyError, TypeError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the figures on disproportionality can't be read") from error


def national() -> tuple[Held, ...]:
    """The figures for England and Wales that are held."""
    return file().figures


def held_of(record: DecisionFigures) -> Held | None:
    """What a record of the service says; None where that makes no sense.

    The screen refuses such a record; two that were merged, or a newer program, may leave one.
    """
    named = (record.source_publisher.strip(), record.source_name.strip())
    try:
        return Held.model_validate(
            {
                "key": record.id,
                "area": {"en": record.area, "cy": record.area_welsh or record.area},
                "local": True,
                "period_from": record.period_from,
                "period_to": record.period_to,
                "decision": record.decision,
                "out_of": record.out_of,
                "source": ", ".join(part for part in named if part),
                "as_of": record.source_date,
                "groups": record.counts,
            }
        )
    except ValidationError:
        return None


def of_service(session: Session) -> tuple[Held, ...]:
    """The service's own figures that stand in reports: the newest period of each kind."""
    records = session.scalars(
        select(DecisionFigures)
        .where(DecisionFigures.removed_at.is_(None))
        .order_by(DecisionFigures.id)
    )
    every = [held for record in records if (held := held_of(record)) is not None]
    newest: dict[tuple[str, str, str], Held] = {}
    for one in sorted(every, key=lambda one: (one.period_to, one.period_from)):
        newest[one.area["en"].casefold(), one.decision, one.out_of] = one
    return tuple(newest.values())


def current(session: Session) -> tuple[Held, ...]:
    """What a report that is begun now gives: the service's own first, in the order of the list."""

    def place(one: Held) -> tuple[bool, int, str, str]:
        return (not one.local, place_of(one.decision), one.area["en"].casefold(), one.key)

    return tuple(sorted((*of_service(session), *national()), key=place))


def place_of(decision: str) -> int:
    """Where a decision stands in the list `decision_points`; after all of them where it is none."""
    order = [entry.code for entry in reference.listing("decision_points").entries]
    return order.index(decision) if decision in order else len(order)


def kept(session: Session) -> dict[str, Any]:
    """The figures of today, as the passage of a report holds them from now on."""
    return {KEPT: [one.model_dump(mode="json") for one in current(session)]}


def facts_of(session: Session, kind: str, text: str) -> dict[str, Any]:
    """The facts that a passage holds from its first day: of the wider picture its figures."""
    return kept(session) if kind == "made" and text == PART else {}


def kept_in(passage: ReportPassage) -> tuple[Held, ...] | None:
    """The figures that a passage gives; None where it was begun before passages held them."""
    given = passage.facts.get(KEPT)
    if not isinstance(given, list):
        return None
    try:
        return tuple(Held.model_validate(one) for one in given)
    except ValidationError:
        return None


def given_in(
    session: Session, passage: ReportPassage | None, language: Language
) -> tuple[RateFigures, ...]:
    """The figures that a passage gives, or else those of today."""
    given = None if passage is None else kept_in(passage)
    return tuple(one.in_words(language) for one in (current(session) if given is None else given))


def written_out(passage: ReportPassage | None) -> bool:
    """Whether the author of a report wrote the words around its figures."""
    return passage is not None and bool(passage.facts.get(WRITTEN_OUT))


def passage_of(session: Session, report_id: str) -> ReportPassage | None:
    """The passage of a report that gives its figures; None where it has none."""
    return session.scalars(
        select(ReportPassage)
        .where(
            ReportPassage.report_id == report_id,
            ReportPassage.kind == "made",
            ReportPassage.text == PART,
            ReportPassage.removed_at.is_(None),
        )
        .order_by(ReportPassage.place, ReportPassage.id)
    ).first()


@dataclass(frozen=True)
class Change:
    """One decision of a passage: what the report says of it, and what it would say now.

    Attributes:
        what: The decision, out of what, where and when.
        then, now: What differs, as far as a court reads it; both empty where nothing does.
    """

    what: str
    then: str
    now: str


def changes(session: Session, passage: ReportPassage) -> Iterator[Change]:
    """Each decision of a passage, those first that the report gives."""
    now = {one.key: one for one in current(session)}
    given = kept_in(passage)
    then = now if given is None else {one.key: one for one in given}
    for key in (*then, *(key for key in now if key not in then)):
        one = then.get(key) or now[key]
        before, after = _told(then.get(key)), _told(now.get(key))
        yield Change(
            caption(one.in_words(screen_language()), screen_language()),
            "; ".join(part for part in before if part not in after),
            "; ".join(part for part in after if part not in before),
        )


def _told(one: Held | None) -> tuple[str, ...]:
    """What a report tells of figures, part by part."""
    if one is None:
        return ()
    figures = one.in_words(screen_language())
    lines = (f"{row[0]}: {row[1]}" for row in rows(figures, screen_language()))
    told = "".join(run.text for run in source(figures, screen_language()))
    return (caption(figures, screen_language()), *lines, told)


def group_of(session: Session, child_id: str, language: Language) -> ChildGroup:
    """The group that the child is recorded in, as the child says it; none where nothing is."""
    child, listing = session.get(Child, child_id), reference.listing("ethnicity")
    entry = listing.entry(child.ethnicity) if child is not None else None
    code = (entry.group or "") if entry is not None else ""
    return ChildGroup(code, listing.group_label(code, language))
