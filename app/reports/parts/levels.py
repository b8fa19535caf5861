"""The levels that the assessment sets, with their reasons, and how they went over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from app.reports.content import Block, Chart, ChartPoint, ChartRow, Level, LevelLine, Run
from app.reports.material import JUDGED, Judged, LevelFacts
from app.reports.parts.part import Draw, Part, paragraph

_TIMES_IN_CHART: Final = 3
"""So many assessments stand beside each other and can be read, in large print too."""


class Levels(Part):
    """The levels."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "levels": self._levels,
            "levels_over_time": self._levels_over_time,
            "dangerousness": self._dangerousness,
        }

    def _levels(self) -> Iterator[Block]:
        _ = self._say
        assessor = self._material.assessment.assessor
        if assessor:
            words = _(
                "Levels run from low through medium and high to very high. Each is the judgement "
                "of {assessor}, who made the assessment, with the reasons beside it."
            ).format(assessor=assessor)
        else:
            words = _(
                "Levels run from low through medium and high to very high. Each is the author’s "
                "own judgement, with the reasons beside it."
            )
        yield paragraph(words)
        held = {facts.judged: facts for facts in self._material.levels}
        for judged in JUDGED:
            yield self._level(held.get(judged, LevelFacts(judged, None)))

    def _dangerousness(self) -> Iterator[Block]:
        if self._material.court.dangerousness:
            yield paragraph(
                self._say(
                    "The court asked for an assessment of dangerousness. That is for the court "
                    "to decide; the levels and reasons above are offered to help with it."
                )
            )

    def _levels_over_time(self) -> Iterator[Block]:
        _ = self._say
        held = self._material.levels_over_time[-_TIMES_IN_CHART:]
        if len(held) < 2:
            return
        labels = self._judged_words()
        times = tuple(self._day(one.on) for one in held)
        rows = []
        sentences = []
        for judged in JUDGED:
            levels: list[Level | None] = [getattr(one, judged) for one in held]
            words = [self._level_word(level) if level else _("Not judged") for level in levels]
            rows.append(ChartRow(labels[judged], tuple(map(ChartPoint, levels, words))))
            told = [
                _("{level} on {day}").format(level=word, day=time)
                for word, time in zip(words, times, strict=True)
            ]
            sentences.append(f"{labels[judged]}: {', '.join(told)}.")
        yield Chart(
            _("The levels of one assessment after another"),
            times,
            tuple(rows),
            " ".join(sentences),
        )

    def _judged_words(self) -> dict[Judged, str]:
        _ = self._say
        return {
            "reoffending": _("Likelihood of reoffending"),
            "serious_harm": _("Serious harm to others"),
            "safety_wellbeing": _("{child}’s safety and wellbeing").format(child=self._child),
        }

    def _level_word(self, level: Level | None) -> str:
        _ = self._say
        words: dict[Level | None, str] = {
            "low": _("Low"),
            "medium": _("Medium"),
            "high": _("High"),
            "very_high": _("Very high"),
        }
        return words.get(level) or _("Not judged yet")

    def _level(self, facts: LevelFacts) -> LevelLine:
        _ = self._say
        word = self._level_word(facts.level)
        if facts.level is None:
            reason = facts.reason or _(
                "The assessment sets no level, so none can be given to the court."
            )
        else:
            reason = facts.reason or _("The assessment gives no reasons for this level.")
        return LevelLine(self._judged_words()[facts.judged], facts.level, word, (Run(reason),))
