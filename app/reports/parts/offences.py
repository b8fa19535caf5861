"""The offences that a hearing is about, or that an order was made for, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app.reports.content import Block, Paragraph, Run
from app.reports.material import OffenceFacts
from app.reports.parts.part import Draw, Part, inside_sentence
from app.reports.words import listed


class Offences(Part):
    """The offences."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "offences": self._offences,
        }

    def _offences(self) -> Iterator[Block]:
        material = self._material
        if material.offences:
            named = [self._offence_phrase(offence) for offence in material.offences]
            words = (
                self._say("{child} is before the court for {offences}.")
                if self._for_hearing
                else self._say("The order on {child} was made for {offences}.")
            ).format(child=self._child, offences=listed(named, material.language))
            described = [inside_sentence(offence.description) for offence in material.offences]
            yield Paragraph(tuple(_apart(words, described)))

    def _offence_phrase(self, offence: OffenceFacts) -> str:
        _ = self._say
        what = inside_sentence(offence.description) or _("an offence that is not described")
        age = self._age(offence.committed_on)
        if offence.committed_on is None:
            return _("{offence} (no date is recorded)").format(offence=what)
        when = self._day(offence.committed_on)
        if age is None:
            return _("{offence} on {day}").format(offence=what, day=when)
        return _("{offence} on {day}, when aged {age}").format(offence=what, day=when, age=age)


def _apart(text: str, words: Iterable[str]) -> Iterator[Run]:
    """`text` with words of the record in runs of their own: they may be in another language."""
    rest = text
    for one in words:
        before, found, after = rest.partition(one) if one else (rest, "", "")
        if found:
            yield from (Run(part) for part in (before, found) if part)
            rest = after
    if rest:
        yield Run(rest)
