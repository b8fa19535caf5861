"""Lists and dated rules of the field, read from `resources/reference/`.

Records hold codes; pages show labels in the language of the screen. Every list says where it
comes from, whether that was checked and who reviewed its Welsh.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core import i18n
from app.core.errors import BugError
from app.core.paths import resource_path

FOLDER: Final = "reference"
NO_LISTS: Final = frozenset({"disproportionality", "quality_prompts", "rules", "yjs_areas"})
SHAPE: Final = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=False)

Unit = Literal[
    "working_days", "days", "weeks", "months", "years", "hours", "per_month", "pounds", "count"
]


class Named(BaseModel):
    """A code with its label in English and Welsh. Further columns are read with `column`."""

    model_config = SHAPE

    code: str
    en: str
    cy: str

    def label(self, language: str | None = None) -> str:
        """The label in `language`, or in the language of the screen."""
        return self.cy if (language or i18n.language()) == "cy" else self.en

    def column(self, name: str) -> Any:
        """The value of a further column of the list, or None."""
        return (self.model_extra or {}).get(name)


class Entry(Named):
    """One line of a list. It is offered on days between `effective_from` and `effective_to`."""

    group: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the line may be chosen for something of `day`."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )


class Listing(BaseModel):
    """A list of the field.

    Attributes:
        name: Name of the list and of its file.
        source: Where it comes from. verified: whether the source was read in full.
        editable: Whether a service adds lines of its own, and free text is taken too.
        welsh_reviewed_by: Who reviewed the Welsh; None: it is marked as unreviewed.
    """

    model_config = SHAPE

    name: str
    title: dict[str, str]
    source: str
    verified: bool
    editable: bool = False
    welsh_reviewed_by: str | None = None
    groups: tuple[Named, ...] = ()
    entries: tuple[Entry, ...]

    def entry(self, code: str) -> Entry | None:
        """The line of `code`, or None."""
        return next((entry for entry in self.entries if entry.code == code), None)

    def label(self, code: str, language: str | None = None) -> str:
        """The label of `code`; a code that isn't in the list is free text and stands as it is."""
        entry = self.entry(code)
        return entry.label(language) if entry else code

    def group_label(self, code: str, language: str | None = None) -> str:
        """The label of a group, or an empty text."""
        return next((group.label(language) for group in self.groups if group.code == code), "")

    def choices(self, day: date | None = None) -> tuple[Entry, ...]:
        """The lines that may be chosen for something of `day`; without a day, all of them."""
        return tuple(entry for entry in self.entries if day is None or entry.holds_on(day))

    def words(self, language: str | None = None) -> str:
        """The title of the list."""
        return self.title["cy" if (language or i18n.language()) == "cy" else "en"]


class Rule(BaseModel):
    """A rule of law, guidance or local practice, and the days between which it holds.

    Attributes:
        value: The number. unit: what it counts.
        only: The only values that it allows, where it allows none between them.
        legal_or_local: legal: law or national guidance; local: what a service sets itself.
        verified: False where the source was not read in full: shown so, warns, never blocks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_id: str
    value: int
    unit: Unit
    legal_or_local: Literal["legal", "local"]
    source: str
    effective_from: date
    effective_to: date | None
    verified: bool
    en: str
    cy: str
    only: tuple[int, ...] = ()

    def label(self, language: str | None = None) -> str:
        """What the rule is about, in `language` or the language of the screen."""
        return self.cy if (language or i18n.language()) == "cy" else self.en

    @property
    def binds(self) -> bool:
        """Whether it may keep somebody from something: law, whose source was read in full."""
        return self.verified and self.legal_or_local == "legal"

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on `day`."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )


class YjsArea(BaseModel):
    """A youth justice service: its short name, name, police force and region."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str
    police_force: str
    region: str


def _read(name: str) -> Any:
    with resource_path(FOLDER, f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


@cache
def listing(name: str) -> Listing:
    """The list called `name`, such as `ethnicity` or `outcomes`."""
    try:
        held = _read(name)
        return Listing.model_validate({**held, "name": held["list"]})
    except (OSError, KeyError, yaml.YAMLError, ValidationError) as error:
        raise BugError(f"list {name} can't be read") from error


def label(list_name: str, code: str, language: str | None = None) -> str:
    """The label of `code` in a list; empty for an empty code."""
    return listing(list_name).label(code, language) if code else ""


@cache
def list_names() -> tuple[str, ...]:
    """The names of every list that ships with the program, in order."""
    names = (file.stem for file in resource_path(FOLDER).glob("*.yaml"))
    return tuple(sorted(name for name in names if name not in NO_LISTS))


@cache
def rules() -> tuple[Rule, ...]:
    """Every dated rule."""
    try:
        return tuple(Rule.model_validate(each) for each in _read("rules")["rules"])
    except (OSError, KeyError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the dated rules can't be read") from error


def rule(rule_id: str, day: date) -> Rule | None:
    """The rule that is in force on `day`, or None where none is."""
    return next((each for each in rules() if each.rule_id == rule_id and each.holds_on(day)), None)


@cache
def yjs_areas() -> tuple[YjsArea, ...]:
    """The youth justice services of England and Wales, in order of name."""
    with resource_path(FOLDER, "yjs_areas.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            YjsArea(
                slug=row["yjs_slug"],
                name=row["yjs_name"],
                police_force=row["police_force"],
                region=row["region"],
            )
            for row in csv.DictReader(file)
        )


def area_name(slug: str) -> str:
    """The name of a youth justice service; free text stands as it is."""
    return next((area.name for area in yjs_areas() if area.slug == slug), slug)


def yjs_areas_source() -> str:
    """Where the list of youth justice services comes from."""
    return str(_read("yjs_areas")["source"]).strip()
