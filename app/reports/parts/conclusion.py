"""What stands beside a proposal whatever it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.reports.content import Block
from app.reports.parts.part import Draw, Part, paragraph


class Conclusion(Part):
    """The aim of youth justice, and that custody is open."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "aim": self._aim,
            "all_options": self._all_options,
        }

    def _aim(self) -> Iterator[Block]:
        yield paragraph(
            self._say(
                "The main aim of youth justice is to prevent offending by children, and the "
                "court must have regard to the welfare of {child}."
            ).format(child=self._child)
        )

    def _all_options(self) -> Iterator[Block]:
        if self._material.court.all_options:
            yield paragraph(
                self._say(
                    "The court has left custody open, so that the proposal above has to be read "
                    "beside what custody would mean for {child}."
                ).format(child=self._child)
            )
