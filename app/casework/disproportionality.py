"""Figures on how decisions fall on children of different ethnic groups, for reports to courts.

They are reference data (`resources/reference/disproportionality.yaml`), each with its source and
day. Where none are held, none are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.casework import reference
from app.core.errors import BugError
from app.core.paths import resource_path
from app.reports.content import Language
from app.reports.relative_rates import GroupCount, RateFigures

FILE: Final = "disproportionality.yaml"
COMPARED_WITH: Final = "white"
"""The group of the ethnicity list that the others are compared with."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Count(_Frozen):
    events: int = Field(ge=0)
    total: int = Field(ge=0)

    @model_validator(mode="after")
    def _no_more_events_than_children(self) -> Self:
        if self.events > self.total:
            raise ValueError("a decision can't fall on more children than there are")
        return self


class Held(_Frozen):
    """Figures on one decision as they are kept, by the groups of the ethnicity list."""

    area: Mapping[Language, str]
    local: bool = False
    period: Mapping[Language, str]
    decision: Mapping[Language, str]
    out_of: Mapping[Language, str]
    source: str = Field(min_length=1)
    as_of: date
    groups: Mapping[str, _Count]

    @model_validator(mode="after")
    def _groups_of_the_list(self) -> Self:
        known = {one.code for one in reference.listing("ethnicity").groups}
        if not {COMPARED_WITH} < set(self.groups) <= known:
            raise ValueError("the groups are those of the list of ethnic groups, White among them")
        return self

    def in_words(self, language: Language) -> RateFigures:
        """The same in the language of a report."""
        listing = reference.listing("ethnicity")

        def said(words: Mapping[Language, str]) -> str:
            return words.get(language) or words["en"]

        return RateFigures(
            area=said(self.area),
            local=self.local,
            period=said(self.period),
            decision=said(self.decision),
            out_of=said(self.out_of),
            groups=tuple(
                GroupCount(
                    listing.group_label(code, language),
                    count.events,
                    count.total,
                    compared_with=code == COMPARED_WITH,
                )
                for code, count in self.groups.items()
            ),
            source=self.source,
            as_of=self.as_of,
        )


class _File(_Frozen):
    source: str
    verified: bool
    welsh_reviewed_by: str | None
    figures: tuple[Held, ...]


@cache
def held() -> tuple[Held, ...]:
    """The figures that are held."""
    try:
        with resource_path(reference.FOLDER, FILE).open(encoding="utf-8") as file:
            return _File.model_validate(yaml.safe_load(file)).figures
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the figures on disproportionality can't be read") from error


def figures(language: Language) -> tuple[RateFigures, ...]:
    """The figures for a report, those of the area of the service first."""
    return tuple(one.in_words(language) for one in sorted(held(), key=lambda one: not one.local))
