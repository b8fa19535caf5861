"""A report as an A4 PDF: calm, tagged, numbered, the same bytes for the same content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from app.core.errors import BugError, KnownError
from app.core.i18n import _ as screen_text
from app.reports import look
from app.reports.boxes import (
    LEVEL_SHIFT,
    Box,
    ChartBand,
    ChartBox,
    Lead,
    LevelBox,
    Mark,
    Panel,
    Row,
    TableBox,
    TextBox,
    paged,
)
from app.reports.content import (
    Block,
    Bullets,
    Chart,
    Facts,
    LevelLine,
    Notice,
    Paragraph,
    Quotation,
    Report,
    Run,
    Section,
    SubHeading,
    Table,
)
from app.reports.digest import content_hash
from app.reports.escape import Drawable, one_line, pieces
from app.reports.fonts import Face, Measure
from app.reports.lines import Line, Strand, broken
from app.reports.look import LARGE, ORDINARY, Type, Types
from app.reports.tagged import Element, Pen, Properties
from app.reports.tongues import by_language
from app.reports.words import wording

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""

BULLET: Final = "•"
_CHART_LABELS: Final = 0.3
"""The share of a chart's width in which its rows are named."""
LEVEL_GAP: Final = 12.0
"""Between what is judged and its level, which stand in line with one another where they can."""
_LEVELS_FROM: Final = 210.0
_BETWEEN: Final = 10.0
"""What stands beside other words at the head or foot of a page keeps so far from them."""
_STAYS_WITH_ITS_NAME: Final = (look.TOP - look.BOTTOM) * 0.4
"""Facts under a heading of their own that are no higher than this stand on one page with it."""
_STAYS_WHOLE: Final = (look.TOP - look.BOTTOM) * 0.2
"""Facts that are no higher than this are never divided."""
_LAYOUT_SHARE: Final = 50
_DRAW_SHARE: Final = 45
_WHOLE: Final = 100


class RenderCancelled(KnownError):
    """Somebody stopped the making of a PDF."""

    def __init__(self) -> None:
        super().__init__(screen_text("The report was not made, because it was stopped."))


def render(
    report: Report,
    *,
    large: bool = False,
    types: Types | None = None,
    fingerprint: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> bytes:
    """`report` as the bytes of a PDF 1.7 file that claims PDF/UA-1 and PDF/A-2a.

    Args:
        report: What it says. The same report always gives the same bytes.
        large: Set it in large print.
        types: Sizes of its own, in place of either.
        fingerprint: Whether the SHA-256 of its content stands at the foot of each page, for
            whoever compares a paper with the record. To a child it would be noise.
        progress: Called now and then with parts done and parts in all.
        cancelled: Asked now and then; once it says yes, nothing more is made.

    Raises:
        RenderCancelled: `cancelled` said yes.
    """
    watch = _Watch(progress, cancelled)
    title = one_line(f"{report.title} {report.reference}")
    pen = Pen(Properties(title=title, language=report.language, made_on=report.made_on))
    root = Element("Document")
    setter = Setter(report, root, types or (LARGE if large else ORDINARY))
    boxes: list[Box] = []
    parts = 1 + len(report.sections)
    boxes.extend(setter.front())
    watch.tell(_LAYOUT_SHARE // parts)
    for done, section in enumerate(report.sections, start=2):
        for block_boxes in setter.section(section):
            watch.look()
            boxes.extend(block_boxes)
        watch.tell(_LAYOUT_SHARE * done // parts)
    pages = paged(boxes, look.TOP, look.BOTTOM)
    furniture = _Furniture(report, len(pages), fingerprint=fingerprint)
    for number, page in enumerate(pages, start=1):
        watch.look()
        if number > 1:
            pen.next_page()
        furniture.draw_head(pen)
        for top, box in page.placed:
            box.draw(pen, top)
        furniture.draw_foot(pen, number)
        watch.tell(_LAYOUT_SHARE + _DRAW_SHARE * number // len(pages))
    watch.look()
    made = pen.finished(root)
    watch.tell(_WHOLE)
    return made


class _Watch:
    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self._progress = progress
        self._cancelled = cancelled

    def look(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise RenderCancelled

    def tell(self, done: int) -> None:
        self.look()
        if self._progress is not None:
            self._progress(done, _WHOLE)


class Setter:
    """Sets blocks as boxes and gives each its place in the structure."""

    def __init__(self, report: Report, root: Element, types: Types) -> None:
        self._report = report
        self._types = types
        self._root = root
        self._measure = Measure()
        self._say = wording(report.language)

    def front(self) -> Iterable[Box]:
        """The title, what state the report is in, and the front sheet."""
        report = self._report
        heading = Element("H1", self._root)
        yield self._text(
            self._strands((Run(report.title),), self._types.title, heading),
            self._types.title,
            after=2,
        )
        if report.subtitle:
            below = Element("P", self._root)
            strands = self._strands((Run(report.subtitle),), self._types.subtitle, below)
            yield self._text(strands, self._types.subtitle, after=14)
        if report.status == "draft":
            text = report.draft_notice or self._say("This is a draft. It is not finished.")
            yield from self._notice(Notice(text), self._root)
        if report.pending:
            yield from self._notice(Notice(report.pending), self._root)
        if report.front:
            yield from self._facts(Facts(report.front), self._root)
        for block in report.front_blocks:
            yield from self._block(block, self._root)

    def section(self, section: Section) -> Iterable[Sequence[Box]]:
        """The heading of `section` with its first block, then each further block."""
        sect = Element("Sect", self._root)
        boxes: list[Box] = [self._section_heading(section, sect)]
        above: Box = boxes[0]
        named = False
        for at, block in enumerate(section.blocks):
            made = list(self._block(block, sect))
            if isinstance(block, Facts):
                most = _STAYS_WITH_ITS_NAME if named else _STAYS_WHOLE
                for box in made:
                    if isinstance(box, TableBox) and box.height <= most:
                        box.whole = True
            if isinstance(block, Quotation) and not block.said_by:
                # The question that the words answer stands above them.
                above.keeps_next = True
            named = isinstance(block, SubHeading)
            boxes.extend(made)
            above = made[-1]
            if section.keep_together:
                for box in boxes[: None if at < len(section.blocks) - 1 else -1]:
                    box.keeps_next = True
                for box in boxes:
                    if isinstance(box, TableBox):
                        box.whole = True
            yield boxes
            boxes = []
        if boxes:
            raise BugError("a section of a report has a heading and nothing under it")

    def _block(  # noqa: PLR0911 - one way out for each kind of block
        self, block: Block, parent: Element
    ) -> Iterable[Box]:
        match block:
            case Paragraph():
                return self._paragraph(block, parent)
            case Quotation():
                return self._quotation(block, parent)
            case Bullets():
                return self._bullets(block, parent)
            case Table():
                return self._table(block, parent)
            case Facts():
                return self._facts(block, parent)
            case SubHeading():
                return (self._subheading(block, parent),)
            case LevelLine():
                return self._level(block, parent)
            case Chart():
                return self._chart(block, parent)
            case Notice():
                return self._notice(block, parent)

    def _paragraph(self, block: Paragraph, parent: Element) -> Iterable[Box]:
        element = Element("P", parent)
        strands = self._strands(block.runs, self._types.body, element)
        lead = self._number(block.number, element)
        box = self._text(strands, self._types.body, x=look.LEFT + look.GUTTER, after=8, lead=lead)
        # What ends in a colon leads to what follows.
        box.keeps_next = bool(block.runs) and block.runs[-1].text.endswith(":")
        yield box

    def _number(self, number: str | None, element: Element) -> Lead | None:
        if number is None:
            return None
        return Lead(look.LEFT, self._types.number, Drawable(one_line(number) + " "), element)

    def _quotation(self, block: Quotation, parent: Element) -> Iterable[Box]:
        outer = Element("BlockQuote", parent)
        element = Element("P", outer)
        left = look.LEFT + look.GUTTER
        strands = [
            replace(strand, ground=None) if strand.ground == "accent_soft" else strand
            for strand in self._strands(
                tuple(replace(run, quote=False) for run in block.runs), self._types.body, element
            )
        ]
        lines = broken(strands, look.RIGHT - left - 24, self._measure)
        inside = TextBox(lines, self._types.body.leading, left + 12)
        panel = Panel(inside, left, look.RIGHT, "accent_soft", "accent", before=2, after=10)
        yield panel
        if not block.said_by:
            return
        panel.after, panel.keeps_next = 3, True
        by = Element("P", parent)
        speaker = self._strands((Run(block.said_by),), self._types.speaker, by)
        yield self._text(speaker, self._types.speaker, x=left, after=10)

    def _bullets(self, block: Bullets, parent: Element) -> Iterable[Box]:
        list_ = Element("L", parent)
        left = look.LEFT + look.GUTTER
        for at, item in enumerate(block.items):
            entry = Element("LI", list_)
            label = Element("Lbl", entry)
            body = Element("LBody", entry)
            lead = Lead(left + 2, self._types.body, Drawable(one_line(BULLET) + " "), label)
            strands = self._strands(item, self._types.body, body)
            after = 8.0 if at == len(block.items) - 1 else 3.0
            box = self._text(strands, self._types.body, x=left + 15, after=after, lead=lead)
            # Neither the first nor the last item stands alone on a page.
            box.keeps_next = len(block.items) > 1 and at in (0, len(block.items) - 2)
            yield box

    def _facts(self, block: Facts, parent: Element) -> Iterable[Box]:
        table = Element("Table", parent)
        left = self._left(parent)
        split = left + (look.RIGHT - left) * block.label_share
        columns = (left + 8, split)
        widths = (split - left - 18, look.RIGHT - split - 8)
        rows = []
        for fact in block.facts:
            row = Element("TR", table)
            label = Element("TH", row, scope="Row")
            value = Element("TD", row)
            rows.append(
                Row(
                    (
                        self._cell(fact.label, self._types.cell_head, label, widths[0]),
                        self._cell(fact.value, self._types.cell, value, widths[1]),
                    )
                )
            )
        yield TableBox(
            tuple(rows), columns, left, look.RIGHT, self._types.cell.leading, before=4, after=14
        )

    def _table(self, block: Table, parent: Element) -> Iterable[Box]:
        table = Element("Table", parent)
        left = self._left(parent)
        if block.caption:
            caption = Element("Caption", table)
            strands = self._strands((Run(block.caption),), self._types.caption, caption)
            yield self._text(
                strands, self._types.caption, x=left, before=12, after=5, keeps_next=True
            )
        columns, widths = self._columns(block, left)
        head_element = Element("TR", table)
        head = Row(
            tuple(
                self._cell(
                    text, self._types.cell_head, Element("TH", head_element, scope="Column"), width
                )
                for text, width in zip(block.headers, widths, strict=True)
            )
        )
        rows = []
        for texts in block.rows:
            element = Element("TR", table)
            rows.append(
                Row(
                    tuple(
                        self._cell(text, self._types.cell, Element("TD", element), width)
                        for text, width in zip(texts, widths, strict=True)
                    )
                )
            )
        yield TableBox(
            tuple(rows),
            columns,
            left,
            look.RIGHT,
            self._types.cell.leading,
            head=head,
            before=4,
            after=14,
        )

    def _columns(self, block: Table, left: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The x of each column's text, and how wide the text may be."""
        weights = block.weights or (1.0,) * len(block.headers)
        whole = look.RIGHT - left
        edges = [left]
        for weight in weights:
            edges.append(edges[-1] + whole * weight / sum(weights))
        starts = tuple(edge + 8 for edge in edges[:-1])
        widths = tuple(end - start - 14 for start, end in pairwise(edges))
        return starts, widths

    def _level(self, block: LevelLine, parent: Element) -> Iterable[Box]:
        element = Element("P", parent)
        left = look.LEFT + look.GUTTER
        label = self._strands((Run(f"{block.label}:"),), self._types.subheading, element)
        word = self._strands((Run(block.word),), self._types.level, element)
        word_line = self._one_line(word)
        room = look.RIGHT - left - LEVEL_GAP - LEVEL_SHIFT - _line_width(word_line)
        label_lines = _ending_in_space(broken(label, room, self._measure))
        widest = max(map(_line_width, label_lines), default=0.0)
        yield LevelBox(
            label_lines,
            word_line,
            block.level,
            self._types.level.leading,
            left,
            left + max(_LEVELS_FROM, widest + LEVEL_GAP),
            look.RIGHT,
            before=8,
            after=3,
            keeps_next=bool(block.reason),
        )
        if block.reason:
            reason = Element("P", parent)
            yield self._text(
                self._strands(block.reason, self._types.body, reason),
                self._types.body,
                x=left,
                after=12,
                lead=self._number(block.number, reason),
            )

    def _chart(self, block: Chart, parent: Element) -> Iterable[Box]:
        caption = Element("P", parent)
        left = self._left(parent)
        strands = self._strands((Run(block.caption),), self._types.caption, caption)
        yield self._text(strands, self._types.caption, x=left, before=12, after=5, keeps_next=True)
        figure = Element("Figure", parent, alternative=one_line(block.instead))
        plot = left + (look.RIGHT - left) * _CHART_LABELS
        pitch = (look.RIGHT - plot) / len(block.times)
        wide = plot - left - 18

        word = replace(self._types.speaker, colour="ink")

        def centred(text: str) -> tuple[Line, ...]:
            lines = self._cell(text, word, figure, pitch - 6)
            return tuple(_centred(line, pitch) for line in lines)

        yield ChartBox(
            figure,
            tuple(centred(time) for time in block.times),
            tuple(
                ChartBand(
                    self._cell(row.label, self._types.cell_head, figure, wide),
                    tuple(point.level for point in row.points),
                    tuple(centred(point.word) for point in row.points),
                )
                for row in block.rows
            ),
            left,
            plot,
            look.RIGHT,
            word.leading,
            self._types.cell_head.leading,
            after=14,
        )

    def _notice(self, block: Notice, parent: Element) -> Iterable[Box]:
        element = Element("P", parent)
        strands = self._strands((Run(block.text),), self._types.cell_head, element)
        left = self._left(parent)
        lines = broken(strands, look.RIGHT - left - 24, self._measure)
        inside = TextBox(lines, self._types.cell_head.leading, left + 12)
        yield Panel(
            inside, left, look.RIGHT, "attention_soft", "attention_mark", before=4, after=12
        )

    def _section_heading(self, section: Section, parent: Element) -> TextBox:
        element = Element("H2", parent)
        x, lead = look.LEFT, None
        if section.number:
            x += look.GUTTER
            number = Drawable(one_line(section.number) + " ")
            lead = Lead(look.LEFT, self._types.heading, number, element)
        strands = self._strands((Run(section.heading),), self._types.heading, element)
        box = self._text(
            strands, self._types.heading, x=x, before=26, after=8, keeps_next=True, lead=lead
        )
        box.mark = Mark(one_line(f"{section.number} {section.heading}"), 0, element)
        return box

    def _subheading(self, block: SubHeading, parent: Element) -> TextBox:
        element = Element("H3", parent)
        strands = self._strands((Run(block.text),), self._types.subheading, element)
        box = self._text(
            strands,
            self._types.subheading,
            x=self._left(parent),
            before=14,
            after=4,
            keeps_next=True,
        )
        box.mark = Mark(one_line(block.text), 1, element)
        return box

    def _left(self, parent: Element) -> float:
        """Where blocks begin: inside a section, in line with its paragraphs."""
        return look.LEFT if parent is self._root else look.LEFT + look.GUTTER

    def _text(
        self,
        strands: Sequence[Strand],
        type_: Type,
        *,
        x: float = look.LEFT,
        before: float = 0.0,
        after: float = 0.0,
        keeps_next: bool = False,
        lead: Lead | None = None,
    ) -> TextBox:
        lines = broken(strands, look.RIGHT - x, self._measure)
        return TextBox(lines, type_.leading, x, before, after, keeps_next, lead)

    def _cell(self, text: str, type_: Type, element: Element, width: float) -> tuple[Line, ...]:
        return broken(self._strands((Run(text),), type_, element), width, self._measure)

    def _one_line(self, strands: Sequence[Strand]) -> Line:
        lines = broken(strands, look.PAGE_WIDTH, self._measure)
        return lines[0] if lines else ()

    def _strands(self, runs: Iterable[Run], type_: Type, element: Element) -> list[Strand]:
        made: list[Strand] = []
        for run in self._in_its_language(runs):
            owner = element
            other = run.language if run.language != self._report.language else None
            if run.quote or other is not None:
                tag = "Quote" if run.quote else "Span"
                owner = Element(tag, element, language=other, inline=True)
            ground = "accent_soft" if run.quote else None
            for piece in pieces(run.text):
                if piece.mark:
                    made.append(Strand(piece.text, _mark_type(type_), owner, "hair"))
                else:
                    made.append(Strand(piece.text, type_, owner, ground))
        return made

    def _in_its_language(self, runs: Iterable[Run]) -> Iterator[Run]:
        """The runs, each in one language: where none is named, the words themselves tell."""
        for run in runs:
            if run.language not in (None, self._report.language) or (run.quote and run.language):
                yield run
                continue
            for text, language in by_language(run.text, self._report.language):
                yield replace(run, text=text, language=language)


@lru_cache(maxsize=16)
def _mark_type(type_: Type) -> Type:
    return replace(type_, size=type_.size * look.MARK_SCALE, colour="muted")


def _centred(line: Line, width: float) -> Line:
    shift = (width - _line_width(line)) / 2
    return tuple(replace(stretch, x=stretch.x + shift) for stretch in line)


def _ending_in_space(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """`lines` so that whoever reads the text does not run what follows into their last word."""
    *before, (*stretches, last) = lines
    return (*before, (*stretches, replace(last, text=Drawable(f"{last.text} "))))


def _line_width(line: Line) -> float:
    return line[-1].x + line[-1].width if line else 0.0


class _Furniture:
    """What repeats on each page: whose report it is, which one, what it says, how secret it is."""

    def __init__(self, report: Report, pages: int, *, fingerprint: bool) -> None:
        say = wording(report.language)
        self._measure = Measure()
        self._service = one_line(report.service_name)
        self._reference = one_line(report.reference)
        marking = say("Official: sensitive") if report.marking is None else report.marking
        self._marking = one_line(marking)
        self._page = say("Page {page} of {pages}")
        self._pages = pages
        digest = say("SHA-256 of the content: {digest}").format(digest=content_hash(report))
        self._hash = one_line(digest) if fingerprint else None
        self._draft = one_line(say("DRAFT")) if report.status == "draft" else None
        self._running = (
            one_line(say("Draft of {reference}").format(reference=report.reference))
            if report.status == "draft"
            else self._reference
        )
        self._pending = one_line(say("Quality check pending")) if report.pending else None

    def draw_head(self, pen: Pen) -> None:
        """Draw what lies behind and above the text."""
        if self._draft is not None:
            with pen.artefact("Watermark"):
                pen.slanted(self._draft, Face.BOLD, 150, look.WATERMARK, 38)
        with pen.artefact("Header"):
            y = look.PAGE_HEIGHT - 48
            self._spread(
                pen,
                y,
                (look.RUNNING_STRONG, self._service),
                (look.RUNNING_STRONG, self._pending),
                (look.RUNNING, self._running),
            )
            pen.rule(look.LEFT, y - 8, look.RIGHT, "ink", 0.9)

    def draw_foot(self, pen: Pen, number: int) -> None:
        """Draw what stands below the text of page `number`, which counts from 1."""
        with pen.artefact("Footer"):
            y = 52
            pen.rule(look.LEFT, y + 14, look.RIGHT, "line")
            words = one_line(self._page.format(page=number, pages=self._pages))
            self._spread(
                pen,
                y,
                (look.RUNNING, self._marking),
                (look.RUNNING, words),
                (look.RUNNING, self._reference),
            )
            if self._hash is not None:
                pen.text(look.FINGERPRINT, [(look.LEFT, y - 13, self._hash)])

    def _spread(
        self,
        pen: Pen,
        y: float,
        left: tuple[Type, Drawable],
        middle: tuple[Type, Drawable | None],
        right: tuple[Type, Drawable],
    ) -> None:
        """Draw words at the left edge, in the middle and at the right edge, cut where they meet."""
        whole = look.RIGHT - look.LEFT
        wide = self._width(middle[0], middle[1]) if middle[1] else 0.0
        from_, to = look.LEFT + (whole - wide) / 2, look.LEFT + (whole + wide) / 2
        room = look.RIGHT - to - _BETWEEN
        type_, words = right[0], self._cut(*right, room)
        start = look.RIGHT - self._width(type_, words)
        room = (from_ if wide else start) - look.LEFT - _BETWEEN
        pen.text(left[0], [(look.LEFT, y, self._cut(*left, room))])
        if middle[1]:
            pen.text(middle[0], [(from_, y, middle[1])])
        pen.text(type_, [(start, y, words)])

    def _width(self, type_: Type, words: str) -> float:
        return self._measure.width(words, type_.face, type_.size)

    def _cut(self, type_: Type, words: Drawable, room: float) -> Drawable:
        if self._width(type_, words) <= room:
            return words
        room -= self._width(type_, "…")
        count = self._measure.fitting(words, type_.face, type_.size, room)
        return Drawable(f"{words[:count].rstrip()}…")
