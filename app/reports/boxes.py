"""What stands on a page, measured before it is drawn: text, panels, levels, tables.

A box knows its height, how little of it may stand at the foot of a page, and how it divides in
two. Positions are in points; `top` is the upper edge of the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Final, Protocol

from app.reports.content import Level
from app.reports.escape import Drawable
from app.reports.lines import Line, Strand, Stretch
from app.reports.look import Type
from app.reports.tagged import Element, Pen

_BASELINE: Final = 0.74
"""Where the baseline lies in the height of a line, from its top."""
_TALL: Final = 8
"""A table row of more lines than this may be divided between two pages."""
_FEW_ROWS: Final = 3
"""A table of this many rows or fewer stays on one page."""


CHART_LEVELS: Final[tuple[Level, ...]] = ("low", "medium", "high", "very_high")
_CHART_STEP: Final = 6.0
"""How much higher in a chart each level stands than the one below it."""
_CHART_CLIMB: Final = _CHART_STEP * (len(CHART_LEVELS) - 1)
_CHART_SHAPE: Final = 4.2
LEVEL_SHIFT: Final = 15.0
"""How far the word of a level stands from where its shape begins."""


class Box(Protocol):
    """Something that takes up height on a page."""

    before: float
    after: float
    keeps_next: bool

    @property
    def height(self) -> float:
        """Points from its upper to its lower edge."""
        ...

    def least(self) -> float:
        """The smallest height in which a start of it may stand at the foot of a page."""
        ...

    def split(self, room: float) -> tuple[Box | None, Box | None]:
        """What fits into `room` points, and the rest; either may be nothing."""
        ...

    def draw(self, pen: Pen, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        ...


@dataclass(frozen=True, slots=True)
class Lead:
    """What hangs to the left of a first line: a paragraph's number, a bullet."""

    x: float
    type_: Type
    text: Drawable
    element: Element


@dataclass(frozen=True, slots=True)
class Mark:
    """The line of the outline that leads to a box."""

    text: Drawable
    depth: int
    element: Element


@dataclass(slots=True)
class TextBox:
    """Lines of one leading, such as a paragraph or a heading."""

    lines: tuple[Line, ...]
    leading: float
    x: float
    before: float = 0.0
    after: float = 0.0
    keeps_next: bool = False
    lead: Lead | None = None
    mark: Mark | None = None

    @property
    def height(self) -> float:
        return len(self.lines) * self.leading

    def least(self) -> float:
        lines = len(self.lines)
        return (lines if lines < 4 else 2) * self.leading

    def split(self, room: float) -> tuple[Box | None, Box | None]:
        lines = len(self.lines)
        fit = min(int((room + 0.01) // self.leading), lines)
        if fit == lines:
            return self, None
        fit = min(fit, lines - 2)
        if fit < 2:
            return None, self
        return (
            replace(self, lines=self.lines[:fit], after=0.0, keeps_next=False),
            replace(self, lines=self.lines[fit:], before=0.0, lead=None, mark=None),
        )

    def draw(self, pen: Pen, top: float) -> None:
        if self.mark is not None:
            pen.bookmark(self.mark.text, self.mark.depth, self.mark.element)
        draw_lines(pen, self.lines, self.x, top, self.leading, lead=self.lead)


@dataclass(slots=True)
class Panel:
    """Text on a soft ground with a bar at its left edge."""

    inside: TextBox
    left: float
    right: float
    ground: str
    bar: str
    before: float = 0.0
    after: float = 0.0
    keeps_next: bool = False
    padding: float = 8.0

    @property
    def height(self) -> float:
        return self.inside.height + 2 * self.padding

    def least(self) -> float:
        return self.inside.least() + 2 * self.padding

    def split(self, room: float) -> tuple[Box | None, Box | None]:
        head, tail = self.inside.split(room - 2 * self.padding)
        if tail is None:
            return self, None
        if not isinstance(head, TextBox) or not isinstance(tail, TextBox):
            return None, self
        return (
            replace(self, inside=head, after=0.0, keeps_next=False),
            replace(self, inside=tail, before=0.0),
        )

    def draw(self, pen: Pen, top: float) -> None:
        height = self.height
        with pen.artefact():
            pen.ground(self.left, top - height, self.right - self.left, height, self.ground)
            pen.ground(self.left, top - height, 2.6, height, self.bar)
        self.inside.draw(pen, top - self.padding)


@dataclass(slots=True)
class LevelBox:
    """A judgement: what is judged, beside the shape of the level and its word."""

    label: tuple[Line, ...]
    word: Line
    level: Level | None
    leading: float
    left: float
    word_x: float
    right: float
    before: float = 0.0
    after: float = 0.0
    keeps_next: bool = False

    @property
    def height(self) -> float:
        return max(1, len(self.label)) * self.leading + 7.0

    def least(self) -> float:
        return self.height

    def split(self, room: float) -> tuple[Box | None, Box | None]:
        return (self, None) if self.height <= room + 0.01 else (None, self)

    def draw(self, pen: Pen, top: float) -> None:
        with pen.artefact():
            pen.rule(self.left, top, self.right, "line")
            if self.level is not None:
                middle = top - 7.0 - self.leading * _BASELINE + 3.9
                draw_shape(pen, self.level, self.word_x + 5.0, middle, 4.6)
        shift = LEVEL_SHIFT if self.level is not None else 0.0
        draw_stretches(
            pen,
            [
                *_placed(self.label, self.left, top - 7.0, self.leading),
                *_placed((self.word,), self.word_x + shift, top - 7.0, self.leading),
            ],
        )


@dataclass(slots=True)
class Row:
    """One row of a table: the lines of each cell."""

    cells: tuple[tuple[Line, ...], ...]

    @property
    def lines(self) -> int:
        return max((len(cell) for cell in self.cells), default=0)


@dataclass(slots=True)
class TableBox:
    """Rows between rules; the head is drawn again, as an artefact, wherever the table goes on."""

    rows: tuple[Row, ...]
    columns: tuple[float, ...]
    """The x of each column's text."""
    left: float
    right: float
    leading: float
    head: Row | None = None
    before: float = 0.0
    after: float = 0.0
    keeps_next: bool = False
    continued: bool = False
    padding: float = 4.6
    whole: bool = False
    """All rows on one page, where one page can hold them."""

    def _row_height(self, row: Row) -> float:
        return row.lines * self.leading + 2 * self.padding

    @property
    def _head_height(self) -> float:
        return self._row_height(self.head) if self.head is not None else 0.0

    @property
    def height(self) -> float:
        return self._head_height + sum(self._row_height(row) for row in self.rows)

    def least(self) -> float:
        if self.whole:
            return self.height
        # No row stands alone at the foot of a page, nor the last one at the top of the next.
        together = self.rows[: len(self.rows) if len(self.rows) <= _FEW_ROWS else 2]
        if any(row.lines > _TALL for row in together):
            together = self.rows[:1]
        return self._head_height + sum(
            min(row.lines, _TALL) * self.leading + 2 * self.padding for row in together
        )

    def split(self, room: float) -> tuple[Box | None, Box | None]:
        used = self._head_height
        for at, row in enumerate(self.rows):
            height = self._row_height(row)
            if used + height <= room + 0.01:
                used += height
                continue
            fit = int((room - used - 2 * self.padding) // self.leading)
            if row.lines > _TALL and fit >= _TALL // 2:
                fit = min(fit, row.lines - 2)
                return (
                    self._part((*self.rows[:at], Row(tuple(c[:fit] for c in row.cells)))),
                    self._rest((Row(tuple(c[fit:] for c in row.cells)), *self.rows[at + 1 :])),
                )
            if at == 0:
                return None, self
            if at == len(self.rows) - 1 and at >= _FEW_ROWS:
                at -= 1  # noqa: PLW2901 - the last row takes another with it
            return self._part(self.rows[:at]), self._rest(self.rows[at:])
        return self, None

    def _part(self, rows: tuple[Row, ...]) -> TableBox:
        return replace(self, rows=rows, after=0.0, keeps_next=False)

    def _rest(self, rows: tuple[Row, ...]) -> TableBox:
        return replace(self, rows=rows, before=0.0, continued=True)

    def draw(self, pen: Pen, top: float) -> None:
        tops = [top]
        for row in ((self.head,) if self.head is not None else ()) + self.rows:
            tops.append(tops[-1] - self._row_height(row))
        with pen.artefact():
            if self.head is not None:
                height = tops[0] - tops[1]
                pen.ground(self.left, tops[1], self.right - self.left, height, "ground")
            for at, y in enumerate(tops):
                edge = at in (0, len(tops) - 1)
                pen.rule(self.left, y, self.right, "line" if edge else "hair")
        if self.head is not None:
            self._draw_row(pen, self.head, tops.pop(0), repeated=self.continued)
        for row, row_top in zip(self.rows, tops, strict=False):
            self._draw_row(pen, row, row_top)

    def _draw_row(self, pen: Pen, row: Row, top: float, *, repeated: bool = False) -> None:
        for x, cell in zip(self.columns, row.cells, strict=True):
            placed = _placed(cell, x, top - self.padding, self.leading)
            if not repeated:
                draw_stretches(pen, placed)
                continue
            with pen.artefact():
                for item in placed:
                    pen.text(item.stretch.strand.type_, [(item.x, item.y, item.stretch.text)])


@dataclass(slots=True)
class ChartBand:
    """One row of a chart: its name, and the level and words of each time."""

    label: tuple[Line, ...]
    levels: tuple[Level | None, ...]
    words: tuple[tuple[Line, ...], ...]


@dataclass(slots=True)
class ChartBox:
    """Levels over time: a band for each thing judged, in which the shapes rise with the level."""

    figure: Element
    times: tuple[tuple[Line, ...], ...]
    bands: tuple[ChartBand, ...]
    left: float
    plot: float
    """Where the columns begin; what is left of it names the bands."""
    right: float
    leading: float
    label_leading: float
    before: float = 0.0
    after: float = 0.0
    keeps_next: bool = False
    padding: float = 5.0

    @property
    def height(self) -> float:
        return self._head_height + sum(self._band_height(band) for band in self.bands)

    def least(self) -> float:
        return self.height

    def split(self, room: float) -> tuple[Box | None, Box | None]:
        return (self, None) if self.height <= room + 0.01 else (None, self)

    @property
    def _head_height(self) -> float:
        return max(len(time) for time in self.times) * self.leading + 2 * self.padding

    def _band_height(self, band: ChartBand) -> float:
        words = max(len(lines) for lines in band.words) * self.leading
        drawn = _CHART_CLIMB + 2 * _CHART_SHAPE + 3.0 + words
        return max(drawn, len(band.label) * self.label_leading) + 2 * self.padding

    def draw(self, pen: Pen, top: float) -> None:
        self.figure.bounds = (self.left, top - self.height, self.right, top)
        with pen.content(self.figure):
            y = top - self._head_height
            pen.ground(self.left, y, self.right - self.left, self._head_height, "ground")
            pen.rule(self.left, top, self.right, "line")
            self._write(pen, self.times, top - self.padding)
            for at, band in enumerate(self.bands):
                pen.rule(self.left, y, self.right, "hair" if at else "line")
                self._draw_band(pen, band, y - self.padding)
                y -= self._band_height(band)
            pen.rule(self.left, y, self.right, "line")

    def _draw_band(self, pen: Pen, band: ChartBand, top: float) -> None:
        _write(pen, _placed(band.label, self.left + 8, top, self.label_leading))
        pitch = (self.right - self.plot) / len(band.levels)
        floor = top - _CHART_CLIMB - _CHART_SHAPE
        points = [
            (self.plot + pitch * (at + 0.5), floor + _CHART_STEP * CHART_LEVELS.index(level), level)
            for at, level in enumerate(band.levels)
            if level is not None
        ]
        for (x, y, _level), (to_x, to_y, _next) in pairwise(points):
            pen.stroke((x, y), (to_x, to_y), "muted")
        for x, y, level in points:
            draw_shape(pen, level, x, y, _CHART_SHAPE)
        self._write(pen, band.words, floor - _CHART_SHAPE - 3.0)

    def _write(self, pen: Pen, columns: Sequence[tuple[Line, ...]], top: float) -> None:
        pitch = (self.right - self.plot) / len(columns)
        for at, lines in enumerate(columns):
            _write(pen, _placed(lines, self.plot + pitch * at, top, self.leading))


def _write(pen: Pen, placed: Iterable[Placed]) -> None:
    """Draw words inside what is content already."""
    for item in placed:
        pen.text(item.stretch.strand.type_, [(item.x, item.y, item.stretch.text)])


@dataclass(frozen=True, slots=True)
class Placed:
    """A stretch and its baseline's place on the page."""

    x: float
    y: float
    stretch: Stretch


def _placed(lines: Sequence[Line], x: float, top: float, leading: float) -> list[Placed]:
    first = top - leading * _BASELINE
    return [
        Placed(x + stretch.x, first - at * leading, stretch)
        for at, line in enumerate(lines)
        for stretch in line
    ]


def draw_lines(
    pen: Pen,
    lines: Sequence[Line],
    x: float,
    top: float,
    leading: float,
    *,
    lead: Lead | None = None,
) -> None:
    """Draw `lines` from `top` down, with what hangs to the left of the first."""
    placed = _placed(lines, x, top, leading)
    if lead is not None:
        strand = Strand(lead.text, lead.type_, lead.element)
        hung = Stretch(strand, 0.0, 0.0, lead.text)
        placed.insert(0, Placed(lead.x, top - leading * _BASELINE, hung))
    draw_stretches(pen, placed)


def draw_stretches(pen: Pen, placed: Sequence[Placed]) -> None:
    """Draw stretches in reading order: the grounds first, then each element's words."""
    grounds = [item for item in placed if item.stretch.strand.ground is not None]
    if grounds:
        with pen.artefact():
            for item in grounds:
                strand = item.stretch.strand
                size = strand.type_.size
                pen.ground(
                    item.x - 1.6,
                    item.y - size * 0.32,
                    item.stretch.width + 3.2,
                    size * 1.32,
                    strand.ground or "",
                    corner=2.0,
                )
    for element, belonging in groupby(placed, key=_element):
        with pen.content(element):
            for type_, alike in groupby(belonging, key=_type):
                pen.text(type_, [(item.x, item.y, item.stretch.text) for item in alike])


def _element(item: Placed) -> Element:
    return item.stretch.strand.element


def _type(item: Placed) -> Type:
    return item.stretch.strand.type_


def draw_shape(pen: Pen, level: Level, x: float, y: float, size: float) -> None:
    """Draw the shape of a level around `(x, y)`: disc, triangle, diamond, square."""
    if level == "low":
        pen.disc(x, y, size, "ink")
    elif level == "medium":
        pen.shape([(x - size, y - size * 0.85), (x + size, y - size * 0.85), (x, y + size)], "ink")
    elif level == "high":
        wide = size * 1.15
        pen.shape([(x - wide, y), (x, y + wide), (x + wide, y), (x, y - wide)], "ink")
    else:
        side = size * 0.9
        pen.shape(
            [
                (x - side, y - side),
                (x + side, y - side),
                (x + side, y + side),
                (x - side, y + side),
            ],
            "ink",
        )


@dataclass(slots=True)
class Page:
    """The boxes of one page, each with its upper edge."""

    placed: list[tuple[float, Box]] = field(default_factory=list)


def paged(boxes: Iterable[Box], top: float, bottom: float) -> list[Page]:
    """`boxes` on pages between `top` and `bottom`.

    What keeps with the next stays with a start of it; a page is never left with one line of a
    paragraph.
    """
    height = top - bottom
    queue = list(boxes)
    queue.reverse()
    pages = [Page()]
    y = top
    after = 0.0
    while queue:
        box = queue.pop()
        page = pages[-1]
        fresh = not page.placed
        gap = 0.0 if fresh else max(after, box.before)
        room = y - gap - bottom
        if not fresh and _needed(box, queue, height) > room + 0.01:
            queue.append(box)
            pages.append(Page())
            y, after = top, 0.0
            continue
        head, tail = box.split(room) if box.height > room + 0.01 else (box, None)
        if head is None:
            if fresh:
                head, tail = box, None
            else:
                queue.append(box)
                pages.append(Page())
                y, after = top, 0.0
                continue
        page.placed.append((y - gap, head))
        y -= gap + head.height
        after = head.after
        if tail is not None:
            queue.append(tail)
            pages.append(Page())
            y, after = top, 0.0
    return pages


def _needed(box: Box, waiting: Sequence[Box], most: float) -> float:
    """The height that `box`, and what it keeps with, must find on this page."""
    needed = 0.0
    pair = 0.0
    at = len(waiting) - 1
    while box.keeps_next and at >= 0:
        following = waiting[at]
        gap = max(box.after, following.before)
        if not pair:
            pair = box.height + gap + following.least()
        needed += box.height + gap
        box = following
        at -= 1
        if needed > most:
            return pair
    needed += box.least()
    return needed if needed <= most or not pair else pair
