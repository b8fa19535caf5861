"""A report that was made before: whether it can be used again, or what is added to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.reports.content import Block, Bullets, Fact, Facts, Run
from app.reports.parts.part import Draw, Part, inside_sentence, paragraph


class EarlierReports(Part):
    """The report that is used again or added to."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "existing": self._existing,
            "changed_since": self._changed_since,
            "added_to": self._added_to,
        }

    def _existing(self) -> Iterator[Block]:
        _ = self._say
        held = self._material.existing
        if held is None:
            yield paragraph(_("The record does not hold the report that is to be used."))
            return
        yield Facts(
            (
                Fact(_("Report"), held.title),
                Fact(_("Reference"), held.reference),
                Fact(_("Made on"), self._day(held.made_on)),
                Fact(_("Checked by"), held.checked_by or _("Nobody has checked it")),
            )
        )
        if held.against:
            yield paragraph(_("What speaks against using it:"))
            yield Bullets(tuple((Run(line),) for line in held.against))
        else:
            yield paragraph(
                _("It is recent enough, was checked, and the record shows no significant change.")
            )

    def _changed_since(self) -> Iterator[Block]:
        _ = self._say
        held = self._material.existing
        if held is None:
            yield paragraph(_("The record cannot be compared with a report that it does not hold."))
            return
        if not held.changes:
            yield paragraph(_("The record shows no change since that report was made."))
            return
        yield paragraph(_("Since that report was made, the record shows:"))
        yield Bullets(tuple((Run(line),) for line in held.changes))

    def _added_to(self) -> Iterator[Block]:
        _ = self._say
        held = self._material.existing
        if held is None:
            yield paragraph(_("The record does not hold the report that this one adds to."))
            return
        yield paragraph(
            _("This adds to the {title} {reference} of {day}, which stays as it is.").format(
                title=inside_sentence(held.title),
                reference=held.reference,
                day=self._day(held.made_on),
            )
        )
