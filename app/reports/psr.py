"""Reports to courts and panels: what they are told about a child, under the headings they expect.

The order of headings follows youth justice guidance on reports: front sheet, sources, offence
analysis, the child, risk to the community, conclusion and proposal, sign-off. Every heading holds
sentences; where the record is silent, a sentence says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.reports.content import Block, LevelLine, Paragraph, Report, Section
from app.reports.first_draft import FirstDraft
from app.reports.kinds import ReportKind, kind
from app.reports.material import PsrMaterial
from app.reports.parts.child import OfTheChild
from app.reports.parts.conclusion import Conclusion
from app.reports.parts.earlier_reports import EarlierReports
from app.reports.parts.front_sheet import FrontSheet
from app.reports.parts.levels import Levels
from app.reports.parts.offences import Offences
from app.reports.parts.orders import Orders
from app.reports.parts.part import Draw, Part, paragraph
from app.reports.parts.sign_off import SignedOff
from app.reports.parts.sources import Sources
from app.reports.parts.wider_picture import WiderPicture
from app.reports.passages import Passage, blocks_of

__all__ = [
    "PARTS",
    "PSR",
    "PsrMaterial",
    "first_draft",
    "psr",
    "report_of",
]

PSR: Final = "psr"

PARTS: Final[tuple[type[Part], ...]] = (
    Sources,
    Offences,
    OfTheChild,
    Levels,
    Conclusion,
    Orders,
    EarlierReports,
    SignedOff,
    WiderPicture,
)
"""What draws the parts that the kinds of report name, each of them once."""


def psr(material: PsrMaterial, passages: Sequence[Passage] | None = None) -> Report:
    """The pre-sentence report that `material` makes: `report_of` for the commonest kind."""
    return report_of(kind(PSR), material, passages)


def report_of(
    of: ReportKind, material: PsrMaterial, passages: Sequence[Passage] | None = None
) -> Report:
    """The report of a kind that `material` makes.

    Args:
        passages: Its text as the author wrote it; without, the text that the assessment gives.
    """
    return _Whole(material, of).report(passages)


def first_draft(material: PsrMaterial, of: ReportKind | None = None) -> tuple[Passage, ...]:
    """The text that a report begins with: what the locked assessment says, heading by heading."""
    return tuple(FirstDraft(material, of or kind(PSR)).passages())


class _Whole(Part):
    """A report from its front sheet to its sign-off."""

    def __init__(self, material: PsrMaterial, of: ReportKind) -> None:
        super().__init__(material, of)
        self._front = FrontSheet(material, of)
        self._signed = SignedOff(material, of)
        self._parts: dict[str, Draw] = {}
        for part in PARTS:
            self._parts.update(part(material, of).drawn())

    def report(self, passages: Sequence[Passage] | None) -> Report:
        """The whole report, its paragraphs numbered."""
        _ = self._say
        material = self._material
        written = first_draft(material, self._kind) if passages is None else passages
        named = self._kind.headings(material.language)
        sections = tuple(
            Section(
                str(at),
                heading,
                _numbered(at, self._blocks(code, written)),
                keep_together=at == len(named) and not self._signed.much_was_said,
            )
            for at, (code, heading) in enumerate(named.items(), start=1)
        )
        return Report(
            kind=self._kind.id,
            title=self._kind.named(material.language),
            subtitle=self._front.subtitle(),
            reference=material.reference,
            language=material.language,
            service_name=material.service_name,
            status=material.status,
            made_on=material.made_on,
            front=tuple(self._front.facts()),
            front_blocks=tuple(self._front.tables()),
            sections=sections,
            draft_notice=_(
                "This is a draft. It is not finished, and it must not be given to the panel."
            )
            if self._kind.for_ == "panel"
            else _("This is a draft. It is not finished, and it must not be given to the court."),
            pending=self._pending(),
        )

    def _pending(self) -> str:
        """What every page says where nobody has checked the report yet, and why."""
        if not self._material.pending:
            return ""
        return self._say(
            "Final, quality check pending: nobody else has checked this report yet. {why}"
        ).format(why=self._material.pending)

    def _blocks(self, section: str, written: Sequence[Passage]) -> Iterator[Block]:
        here = [passage for passage in written if passage.section == section]
        silent = None
        if not any(passage.says_something for passage in here):
            silent = self._silent(section)
        drawn = list(blocks_of(here, self._draw))
        if silent is None and not drawn:
            silent = self._say("Nothing has been written here yet.")
        if silent is not None:
            at = 1 if drawn else 0
            if section == "psr.risk":
                at = sum(isinstance(block, LevelLine) for block in drawn) + at
            drawn.insert(at, paragraph(silent))
        yield from drawn

    def _silent(self, section: str) -> str | None:
        """What is said where neither the assessment nor the author has said anything yet."""
        _ = self._say
        if section == "psr.sources" and self._material.sources:
            return None
        return {
            "psr.sources": _(
                "The assessment does not yet say whom the author met or what was read. "
                "Until it does, the court cannot tell what this report rests on."
            ),
            "psr.offence": _(
                "The assessment does not yet explain how this came about, what part "
                "{child} had in it, or how {child} sees it now."
            ).format(child=self._child),
            "psr.risk": _(
                "The assessment says nothing further yet about who could be harmed, in what "
                "circumstances, or what would make it less likely."
            ),
            "psr.conclusion": _(
                "No proposal has been written yet. The court is asked not to rely on this "
                "report until one is."
            ),
        }.get(section)

    def _draw(self, code: str) -> Iterable[Block]:
        """The part of that code, from the record; nothing for one that this program has not."""
        drawing = self._parts.get(code)
        return drawing() if drawing is not None else ()


def _numbered(section: int, blocks: Iterable[Block]) -> tuple[Block, ...]:
    """`blocks` with everything that a court may cite numbered within `section`."""
    made: list[Block] = []
    number = 0
    for block in blocks:
        if isinstance(block, Paragraph | LevelLine) and block.number is None:
            number += 1
            made.append(replace(block, number=f"{section}.{number}"))
        else:
            made.append(block)
    return tuple(made)
