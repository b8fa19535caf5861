"""What the record holds of the child: how to speak with them, and earlier outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.reports.content import Block, SubHeading, Table
from app.reports.material import OutcomeFacts
from app.reports.parts.part import Draw, Part, paragraph


class OfTheChild(Part):
    """The child, beside what the assessment says."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "no_strengths": self._no_strengths,
            "how_to_speak": self._how_to_speak,
            "nothing_of_child": self._nothing_of_child,
            "outcomes": self._outcomes,
        }

    def _no_strengths(self) -> Iterator[Block]:
        yield paragraph(
            self._say(
                "The assessment names no strength yet. That says what has been asked so far, "
                "not what {child} can do."
            ).format(child=self._child)
        )

    def _how_to_speak(self) -> Iterator[Block]:
        words = self._material.child.how_to_speak
        if words:
            yield SubHeading(self._say("How to speak with {child}").format(child=self._child))
            yield paragraph(words)

    def _nothing_of_child(self) -> Iterator[Block]:
        yield paragraph(
            self._say(
                "The assessment does not yet describe {child}’s home, family, health, "
                "learning or friends."
            ).format(child=self._child)
        )

    def _outcomes(self) -> Iterator[Block]:
        _ = self._say
        outcomes = self._material.earlier_outcomes
        if not outcomes:
            yield paragraph(
                _("The record holds no earlier outcome for {child}, in court or out of it.").format(
                    child=self._child
                )
            )
            return
        yield paragraph(
            _("The record holds one earlier outcome for {child}:").format(child=self._child)
            if len(outcomes) == 1
            else _("The record holds {count} earlier outcomes for {child}:").format(
                count=len(outcomes), child=self._child
            )
        )
        yield Table(
            headers=(
                _("Date"),
                _("Outcome"),
                _("For"),
                _("How {child} did").format(child=self._child),
            ),
            rows=tuple(self._outcome_row(outcome) for outcome in outcomes),
            weights=(1.7, 2.2, 2.3, 2.3),
        )

    def _outcome_row(self, outcome: OutcomeFacts) -> tuple[str, ...]:
        _ = self._say
        when = self._day(outcome.given_on) if outcome.given_on else _("Not recorded")
        age = self._age(outcome.given_on)
        if age is not None:
            when = _("{day}, aged {age}").format(day=when, age=age)
        what = outcome.outcome or _("Not recorded")
        if outcome.given_by:
            what = f"{what}\n{outcome.given_by}"
        return (
            when,
            what,
            outcome.offences or _("Not recorded"),
            outcome.response or _("Not recorded"),
        )
