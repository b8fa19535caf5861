"""The text that a report begins with: what the locked assessment says, in paragraphs and lists."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Literal

from app.forms.sentences import Sentence
from app.reports.content import Run
from app.reports.kinds import SAID
from app.reports.parts.part import Part, in_marks
from app.reports.passages import Passage, Quote

_WORDS_IN_PARAGRAPH: Final = 85
"""A paragraph that has reached this many words is long enough to be read aloud in court."""
_WORDS_IN_LINE: Final = 25
"""Longer quotations stand by themselves."""
_QUOTED: Final = re.compile("“.*”", re.DOTALL)


class FirstDraft(Part):
    """The passages of a report before its author has written in it."""

    def passages(self) -> Iterator[Passage]:
        """The text that the assessment gives, with the parts that are made from the record."""
        for section in self._kind.sections:
            for part in section.parts:
                if part.startswith(SAID):
                    yield from self._said(section.code, part.removeprefix(SAID))
                elif part == "child":
                    yield from self._child_passages(section.code)
                elif part == "strengths":
                    yield from self._strengths(section.code)
                else:
                    yield _made(section.code, part)

    def _said(self, section: str, source: str) -> Iterator[Passage]:
        return self._paragraphs(section, self._of_section(source))

    def _child_passages(self, section: str) -> Iterator[Passage]:
        _ = self._say
        every = self._of_section("psr.child")
        others = [said for said in every if not said.strength]
        yield Passage(section, "heading", _("Strengths"))
        yield from self._strengths(section)
        yield _made(section, "how_to_speak")
        if not any(said.topic for said in others):
            heading = _("{child} now").format(child=self._child)
            yield Passage(section, "heading", heading)
        if others:
            yield from self._paragraphs(section, others, headed=True)
        else:
            yield _made(section, "nothing_of_child")
        yield Passage(section, "heading", _("Earlier outcomes"))
        yield _made(section, "outcomes")

    def _strengths(self, section: str) -> Iterator[Passage]:
        _ = self._say
        strengths = [said for said in self._of_section("psr.child") if said.strength]
        if strengths:
            yield Passage(
                section,
                "paragraph",
                _("What goes well for {child}, and who and what helps:").format(child=self._child),
            )
            yield from _items(section, strengths)
        else:
            yield _made(section, "no_strengths")

    def _paragraphs(
        self, section: str, every: Sequence[Sentence], *, headed: bool = False
    ) -> Iterator[Passage]:
        """Sentences of one topic together, in paragraphs that can be cited and read aloud."""
        topics: dict[str, list[Sentence]] = {}
        for said in every:
            topics.setdefault(said.topic, []).append(said)
        for topic, sentences in topics.items():
            if headed and topic:
                yield Passage(section, "heading", topic)
            for shape, group in groupby(_rows_together(sentences), key=_shape):
                if shape == "row":
                    yield from _items(section, group)
                elif shape == "alone":
                    for said in group:
                        yield self._quotation(section, said)
                else:
                    yield from _joined(section, tuple(group))

    def _of_section(self, section: str) -> list[Sentence]:
        return sorted(
            (s for s in self._material.said if s.section == section and s.text.strip()),
            key=lambda said: said.order,
        )

    def _quotation(self, section: str, said: Sentence) -> Passage:
        _ = self._say
        by = {
            "child": _("{child}’s own words").format(child=self._child),
            "parent": _("A parent or carer’s own words"),
        }.get(said.said_by, _("As it was said"))
        words = in_marks(said.text)
        quote = Quote(words, said.said_by, said.answer_language, said.path)
        return Passage(section, "quotation", words, None, (quote,), by, (said.path,))


def _row(said: Sentence) -> str:
    """The row of a repeat that the sentence comes from; empty where it comes from none."""
    return said.path.rpartition("/")[0]


def _rows_together(sentences: Sequence[Sentence]) -> list[Sentence]:
    """`sentences` with those of one row next to each other, where the first of them stood."""
    rows: dict[str, list[Sentence]] = {}
    for at, said in enumerate(sentences):
        rows.setdefault(_row(said) or str(at), []).append(said)
    return [said for row in rows.values() for said in row]


def _shape(said: Sentence) -> str:
    if _row(said):
        return "row"
    return "alone" if _stands_alone(said) else "text"


def _made(section: str, code: str) -> Passage:
    """A part that is drawn from the record whenever the pages are made."""
    return Passage(section, "made", code)


def _items(section: str, sentences: Iterable[Sentence]) -> Iterator[Passage]:
    """One item for each row, or for each sentence that comes from none."""
    items: list[list[Sentence]] = []
    before: str | None = None
    for said in sentences:
        row = _row(said)
        if items and row and row == before:
            items[-1].append(said)
        else:
            items.append([said])
        before = row
    for item in items:
        yield _told(section, "bullet", item)


def _joined(section: str, sentences: Sequence[Sentence]) -> Iterator[Passage]:
    """Paragraphs of about the same length, none much longer than can be read aloud."""
    lengths = [len(said.text.split()) for said in sentences]
    share = sum(lengths) / math.ceil(sum(lengths) / _WORDS_IN_PARAGRAPH)
    together: list[Sentence] = []
    words = 0
    for said, length in zip(sentences, lengths, strict=True):
        # Each paragraph is in one language.
        other = bool(together) and said.language != together[-1].language
        if together and (other or words + length / 2 > share):
            yield _told(section, "paragraph", together)
            together, words = [], 0
        together.append(said)
        words += length
    yield _told(section, "paragraph", together)


def _told(
    section: str, kind: Literal["paragraph", "bullet"], sentences: Sequence[Sentence]
) -> Passage:
    """Sentences as one passage, with what somebody said in them held word for word."""
    texts: list[str] = []
    quotes: list[Quote] = []
    for said in sentences:
        runs = tuple(_runs(said))
        texts.append("".join(run.text for run in runs))
        quotes += (
            Quote(run.text, said.said_by, run.language, said.path) for run in runs if run.quote
        )
    return Passage(
        section,
        kind,
        " ".join(texts),
        sentences[0].language,
        tuple(quotes),
        paths=tuple(dict.fromkeys(said.path for said in sentences)),
    )


def _stands_alone(said: Sentence) -> bool:
    return (
        said.quote
        and len(said.text.split()) > _WORDS_IN_LINE
        and (_QUOTED.fullmatch(said.text.strip()) is not None or "“" not in said.text)
    )


def _runs(said: Sentence) -> Iterator[Run]:
    """`said` with the words that somebody spoke set apart from the words about them."""
    text = said.text.strip()
    if not said.quote:
        yield Run(text, language=said.language)
        return
    spoken = _QUOTED.search(text)
    if spoken is None:
        yield Run(in_marks(text), quote=True, language=said.answer_language)
        return
    before, after = text[: spoken.start()], text[spoken.end() :]
    if before:
        yield Run(before, language=said.language)
    yield Run(spoken.group(), quote=True, language=said.answer_language)
    if after:
        yield Run(after, language=said.language)
