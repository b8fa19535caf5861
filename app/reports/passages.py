"""The text of a report as its author writes it: passages, each of which knows where it comes from.

A passage is a paragraph, a heading, an item of a list, somebody's own words standing by
themselves, or a part that is drawn from the record whenever the pages are made (levels, earlier
outcomes, the sign-off). What somebody said is held beside the text word for word, so that it is
marked as theirs, and so that a word changed within it is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, get_args

from app.reports.content import Block, Bullets, Language, Paragraph, Quotation, Run, SubHeading

PassageKind = Literal["paragraph", "quotation", "bullet", "heading", "made"]
KINDS: Final[tuple[PassageKind, ...]] = get_args(PassageKind)

Draw = Callable[[str], Iterable[Block]]
"""What stands on the page for a part that is made from the record, by its code."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words inside a passage.

    Attributes:
        words: As they stand in the passage, quotation marks included.
        said_by: child, parent or practitioner. language: the one that they were said in.
        path: The question that they answer.
        form_record_id: The form that the answer stands in; empty where that is the assessment
            that the report rests on.
    """

    words: str
    said_by: str
    language: Language | None = None
    path: str = ""
    form_record_id: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage.

    Attributes:
        section: Code of the section that it stands in.
        text: The words; of a part that is made from the record its code.
        language: Of the words, where it is not that of the report.
        said_by: Of a quotation that stands by itself: who said it, in words.
        paths: The questions whose answers it tells.
        id: Of the record that holds it; empty where none does yet.
    """

    section: str
    kind: PassageKind
    text: str
    language: Language | None = None
    quotes: tuple[Quote, ...] = ()
    said_by: str = ""
    paths: tuple[str, ...] = ()
    id: str = ""

    @property
    def says_something(self) -> bool:
        """Whether it holds words of the author or of somebody who was heard."""
        return self.kind not in ("heading", "made") and bool(self.text.strip())


def blocks_of(passages: Sequence[Passage], draw: Draw) -> Iterator[Block]:
    """Passages as blocks of a page, in their order. What says nothing is left out."""
    for is_list, together in groupby(passages, key=lambda passage: passage.kind == "bullet"):
        if is_list:
            items = tuple(tuple(runs_of(each)) for each in together if each.text.strip())
            if items:
                yield Bullets(items)
            continue
        for passage in together:
            yield from _block(passage, draw)


def _block(passage: Passage, draw: Draw) -> Iterator[Block]:
    if passage.kind == "made":
        yield from draw(passage.text)
    elif not passage.text.strip():
        return
    elif passage.kind == "heading":
        yield SubHeading(passage.text)
    elif passage.kind == "quotation":
        language = passage.quotes[0].language if passage.quotes else passage.language
        runs = (Run(passage.text, language=language),)
        yield Quotation(runs, passage.said_by, source=" ".join(passage.paths))
    else:
        yield Paragraph(tuple(runs_of(passage)), source=" ".join(passage.paths) or None)


def runs_of(passage: Passage) -> Iterator[Run]:
    """The words of a passage with those that somebody said set apart."""
    rest = passage.text
    for quote in passage.quotes:
        at = rest.find(quote.words)
        if at < 0 or not quote.words:
            continue
        if at:
            yield Run(rest[:at], language=passage.language)
        yield Run(quote.words, quote=True, language=quote.language)
        rest = rest[at + len(quote.words) :]
    if rest:
        yield Run(rest, language=passage.language)


def changed_quotes(passage: Passage) -> tuple[Quote, ...]:
    """What somebody said and the passage no longer says word for word."""
    found: list[Quote] = []
    rest = passage.text
    for quote in passage.quotes:
        at = rest.find(quote.words)
        if at < 0:
            found.append(quote)
        else:
            rest = rest[at + len(quote.words) :]
    return tuple(found)
