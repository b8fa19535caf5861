"""Who wrote a report, who checked it, and what was said when it was read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from app.reports.content import Block, Fact, Facts, Quotation, Run, SubHeading
from app.reports.material import HeardFacts
from app.reports.parts.part import Draw, Part, in_marks, paragraph
from app.reports.words import listed

_SAID_ON_A_PAGE: Final = 900
"""Letters of comments that stand beside the sign-off on its page."""


class SignedOff(Part):
    """The sign-off."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "sign_off": self._sign_off,
        }

    @property
    def much_was_said(self) -> bool:
        """Whether what was said to the report is more than fits on a page with the sign-off."""
        return sum(len(one.comment) for one in self._material.sign_off.heard) > _SAID_ON_A_PAGE

    def _sign_off(self) -> Iterator[Block]:
        _ = self._say
        sign = self._material.sign_off
        facts = [
            Fact(_("Written by"), self._author()),
            Fact(
                _("Signed"),
                self._day(sign.signed_on) if sign.signed_on else _("Not signed yet"),
            ),
            Fact(_("Checked by"), self._checked()),
            Fact(
                _("Read with {child}").format(child=self._child),
                self._day(sign.read_with_child_on)
                if sign.read_with_child_on
                else _("Not yet read with {child}").format(child=self._child),
            ),
            Fact(
                _("Read with a parent or carer"),
                self._day(sign.read_with_parent_on)
                if sign.read_with_parent_on
                else _("Not yet read with a parent or carer"),
            ),
        ]
        yield Facts(tuple(facts))
        child = [one for one in sign.heard if one.by == "child"]
        parent = [one for one in sign.heard if one.by == "parent"]
        heading = _("What {child} says about this report").format(child=self._child)
        yield from self._heard(child, heading, self._child)
        heading = _("What a parent or carer says about this report")
        yield from self._heard(parent, heading, _("A parent or carer"))

    def _heard(self, heard: Sequence[HeardFacts], heading: str, who: str) -> Iterator[Block]:
        """What one person said to the sections, and their comments as they were said."""
        _ = self._say
        if not heard:
            return
        yield SubHeading(heading)
        told = (
            ("agree", _("{who} agrees with: {parts}.")),
            ("disagree", _("{who} does not agree with: {parts}.")),
            ("could_not_answer", _("{who} could not answer on: {parts}.")),
        )
        for answer, words in told:
            parts = tuple(one.section for one in heard if one.answer == answer)
            if parts:
                named = listed(parts, self._material.language)
                yield paragraph(words.format(who=who, parts=named))
        for one in heard:
            if one.comment:
                by = _("{who}, on “{part}”").format(who=who, part=one.section)
                yield Quotation((Run(in_marks(one.comment), language=one.language),), by)

    def _checked(self) -> str:
        sign = self._material.sign_off
        if not sign.checked_by:
            return self._say("Nobody has checked this report yet")
        if sign.checked_on is None:
            return sign.checked_by
        return self._say("{name}, {day}").format(
            name=sign.checked_by, day=self._day(sign.checked_on)
        )
