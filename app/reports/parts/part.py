"""What the parts of a report have in common, and words that several of them need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from app.core.clock import age_on
from app.reports.content import Block, Paragraph, Run
from app.reports.kinds import ReportKind
from app.reports.material import PsrMaterial
from app.reports.words import Wording, day, wording

Draw = Callable[[], Iterable[Block]]
"""Draws one part: the blocks that stand on the page for it."""


class Part:
    """What tells one side of a report from the record, in the report's language."""

    def __init__(self, material: PsrMaterial, of: ReportKind) -> None:
        self._material = material
        self._kind = of
        self._say: Wording = wording(material.language)
        self._child = material.child.preferred_name or material.child.name

    def drawn(self) -> Mapping[str, Draw]:
        """What it draws, by the code under which the kinds of report name it."""
        return {}

    @property
    def _for_hearing(self) -> bool:
        return self._kind.for_ == "hearing"

    def _author(self) -> str:
        author = self._material.author
        return ", ".join(text for text in (author.name, author.role) if text)

    def _day(self, when: date) -> str:
        return day(when, self._material.language)

    def _age(self, when: date | None) -> int | None:
        born = self._material.child.date_of_birth
        return None if born is None or when is None else age_on(born, when)


def paragraph(text: str) -> Paragraph:
    """Words of the program as a paragraph, which gets its number where it stands."""
    return Paragraph((Run(text),))


def in_marks(text: str) -> str:
    """Somebody's own words between quotation marks, where they don't bring their own."""
    text = text.strip()
    return text if text.startswith("“") and text.endswith("”") else f"“{text}”"


def inside_sentence(text: str) -> str:
    """A description as it stands inside a sentence: no full stop, no capital that starts one."""
    text = text.strip().rstrip(".")
    if len(text) > 1 and text[0].isupper() and text[1].islower():
        return text[0].lower() + text[1:]
    return text
