"""The kinds of report, read from `resources/reports/kinds.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import BugError
from app.core.paths import resource_path
from app.reports.content import Language

SAID: Final = "said "
"""Before the section of the assessment whose sentences a part of a report is."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SectionKind(_Frozen):
    """A section: its code, its heading, and what it begins with, part by part."""

    code: str
    heading: Mapping[Language, str]
    parts: tuple[str, ...] = ()


class ReportKind(_Frozen):
    """A kind of report.

    Attributes:
        second_person: Whether somebody else has to find it fit before it goes out.
        proposes: Whether it ends in a proposal of a sentence.
        for_: What it is made for: a hearing, a panel or an order.
        asked: What a court that got it asked for, where the record says nothing more.
    """

    id: str
    title: Mapping[Language, str]
    second_person: bool
    proposes: bool
    for_: Literal["hearing", "panel", "order"] = Field(alias="for")
    asked: Mapping[Language, str] = {}
    sections: tuple[SectionKind, ...]

    def named(self, language: Language) -> str:
        """What it is called."""
        return self.title.get(language) or self.title["en"]

    def asked_in(self, language: Language) -> tuple[str, ...]:
        """What the court asked for by asking for this kind, in words; nothing for others."""
        words = self.asked.get(language) or self.asked.get("en")
        return (words,) if words else ()

    def headings(self, language: Language) -> dict[str, str]:
        """What each section is called, by its code, in their order."""
        return {one.code: one.heading.get(language) or one.heading["en"] for one in self.sections}


def kind(kind_id: str) -> ReportKind:
    """The kind of that id. Raises `BugError` where there is none."""
    found = kinds().get(kind_id)
    if found is None:
        raise BugError(f"no kind of report is called {kind_id}")
    return found


@cache
def kinds() -> Mapping[str, ReportKind]:
    """Every kind of report by its id."""
    try:
        with resource_path("reports", "kinds.yaml").open(encoding="utf-8") as file:
            held = yaml.safe_load(file)["kinds"]
        return {one["id"]: ReportKind.model_validate(one) for one in held}
    except (OSError, KeyError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the kinds of report can't be read") from error
