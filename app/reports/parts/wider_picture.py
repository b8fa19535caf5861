"""The wider picture, in the reports that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.reports.content import Block
from app.reports.disproportionality import disproportionality
from app.reports.parts.part import Draw, Part


class WiderPicture(Part):
    """What figures say of groups of children."""

    def drawn(self) -> Mapping[str, Draw]:
        return {"disproportionality": self._figures}

    def _figures(self) -> Iterable[Block]:
        return disproportionality(
            self._material.figures,
            self._child,
            self._material.language,
            self._material.ethnic_group,
            written_out=self._material.figures_written_out,
        )
