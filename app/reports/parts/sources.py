"""What a report rests on: the assessment, who was spoken to, and what was not available."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.reports.content import Block, Bullets, Run, SubHeading
from app.reports.material import MissingSource, Source
from app.reports.parts.part import Draw, Part, paragraph


class Sources(Part):
    """The assessment and the sources."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "rests_on": lambda: (paragraph(self._rests_on()),),
            "sources": self._sources,
            "missing_sources": self._missing_sources,
        }

    def _sources(self) -> Iterator[Block]:
        sources = self._material.sources
        if sources:
            yield paragraph(self._say("These people and papers were consulted:"))
            yield Bullets(tuple((Run(self._source(source)),) for source in sources))

    def _missing_sources(self) -> Iterator[Block]:
        _ = self._say
        missing = self._material.missing_sources
        yield SubHeading(_("What was not available"))
        if missing:
            yield Bullets(tuple((Run(self._missing(source)),) for source in missing))
        else:
            yield paragraph(
                _(
                    "The record names no source that was asked for and did not answer. "
                    "It does not say whether others were looked for."
                )
            )

    def _rests_on(self) -> str:
        _ = self._say
        assessment = self._material.assessment
        if assessment.finished_on is None:
            first = _("This report rests on an assessment of {child}.").format(child=self._child)
        elif assessment.finished_by:
            first = _(
                "This report rests on the assessment of {child} that {author} finished on {day}."
            ).format(
                child=self._child,
                author=assessment.finished_by,
                day=self._day(assessment.finished_on),
            )
        else:
            first = _("This report rests on the assessment of {child} finished on {day}.").format(
                child=self._child, day=self._day(assessment.finished_on)
            )
        if assessment.countersigned_on is None or not assessment.countersigned_by:
            second = _("A manager has not countersigned the assessment.")
        else:
            second = _("{manager} read and countersigned it on {day}.").format(
                manager=assessment.countersigned_by, day=self._day(assessment.countersigned_on)
            )
        return f"{first} {second}"

    def _source(self, source: Source) -> str:
        if source.when is None:
            return source.what
        return self._say("{what}, {day}").format(what=source.what, day=self._day(source.when))

    def _missing(self, source: MissingSource) -> str:
        why = source.why or self._say("The reason is not recorded.")
        return self._say("{what}: {why}").format(what=source.what, why=why)
