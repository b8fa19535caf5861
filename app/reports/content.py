"""What a report says, before anybody draws it: frozen values without a trace of layout.

A `Report` is the thing that is hashed, sealed and drawn. It is made from locked answers and
records by `app.reports.psr` and its like, and it knows neither a form nor a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = str
Status = Literal["draft", "final"]
Level = Literal["low", "medium", "high", "very_high"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one voice. `quote` marks somebody's own words; `language` differs from the report's
    where the passage does."""

    text: str
    quote: bool = False
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph. `number` is what a court cites ("2.1"); `source` is where it comes from, for
    screens: it is not drawn."""

    runs: tuple[Run, ...]
    number: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody's own words standing by themselves, and who said them; empty where what stands
    above says so already."""

    runs: tuple[Run, ...]
    said_by: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list in which order says nothing."""

    items: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headers. `weights` share out the width; equal where none are given."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a front sheet."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values side by side; `label_share` is the labels' part of the width."""

    facts: tuple[Fact, ...]
    label_share: float = 0.31


@dataclass(frozen=True, slots=True)
class SubHeading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A judgement: a word with its shape, and why. `level` is None where none was given, and
    `word` then says so. `number` is that of the reasons."""

    label: str
    level: Level | None
    word: str
    reason: tuple[Run, ...]
    number: str | None = None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A level at one time, with its word; None and its word where none was given then."""

    level: Level | None
    word: str


@dataclass(frozen=True, slots=True)
class ChartRow:
    """What was judged, and a point for each time."""

    label: str
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Levels over time, drawn. `times` are the columns in words, the oldest first; `instead` says
    all of it in sentences to whoever does not see the drawing."""

    caption: str
    times: tuple[str, ...]
    rows: tuple[ChartRow, ...]
    instead: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must not miss, set apart from the text."""

    text: str


Block = Paragraph | Quotation | Bullets | Table | Facts | SubHeading | LevelLine | Chart | Notice


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered heading and what stands under it, which is never nothing."""

    number: str
    heading: str
    blocks: tuple[Block, ...]
    keep_together: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes:
        kind: What sort of report, as a code (`psr`).
        title: Its name on the first page and in the file's properties: nobody's name is in it.
        subtitle: One line under the title; may name the child.
        reference: The service's own reference, shown on each page and in the properties.
        front: The front sheet.
        front_blocks: What stands below the front sheet, before the first section.
        made_on: The date the report bears; the only date in the file.
        draft_notice: What a draft says of itself on its first page.
        marking: How the paper must be handled, at the foot of each page; None for
            “Official: sensitive”.
        pending: What every page says of a check that is still to come; empty where none is.
    """

    kind: str
    title: str
    subtitle: str
    reference: str
    language: Language
    service_name: str
    status: Status
    made_on: date
    front: tuple[Fact, ...]
    sections: tuple[Section, ...]
    front_blocks: tuple[Block, ...] = ()
    draft_notice: str = ""
    marking: str | None = None
    pending: str = ""
