"""Reports to courts and panels: what they are told about a child, under the headings they expect.

The order of headings follows youth justice guidance on reports: front sheet, sources, offence
analysis, the child, risk to the community, conclusion and proposal, sign-off. Every heading holds
sentences; where the record is silent, a sentence says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Final, Literal

from app.core.clock import age_on
from app.forms.sentences import Sentence
from app.reports.content import (
    Block,
    Bullets,
    Chart,
    ChartPoint,
    ChartRow,
    Fact,
    Facts,
    Level,
    LevelLine,
    Notice,
    Paragraph,
    Quotation,
    Report,
    Run,
    Section,
    SubHeading,
    Table,
)
from app.reports.disproportionality import disproportionality
from app.reports.kinds import SAID, ReportKind, kind
from app.reports.material import (
    JUDGED,
    ContactFacts,
    HeardFacts,
    HearingFacts,
    Judged,
    LevelFacts,
    MissingSource,
    OffenceFacts,
    OutcomeFacts,
    PsrMaterial,
    Source,
)
from app.reports.passages import Passage, Quote, blocks_of
from app.reports.words import Wording, day, listed, wording

__all__ = [
    "PSR",
    "PsrMaterial",
    "first_draft",
    "psr",
    "report_of",
]

PSR: Final = "psr"

Draw = Callable[[], Iterable[Block]]


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
    return Paragraph((Run(text),))


def in_marks(text: str) -> str:
    text = text.strip()
    return text if text.startswith("“") and text.endswith("”") else f"“{text}”"


def inside_sentence(text: str) -> str:
    """A description as it stands inside a sentence: no full stop, no capital that starts one."""
    text = text.strip().rstrip(".")
    if len(text) > 1 and text[0].isupper() and text[1].islower():
        return text[0].lower() + text[1:]
    return text


class FrontSheet(Part):
    """The first page."""

    def subtitle(self) -> str:
        _ = self._say
        court = self._material.court
        name = self._material.child.name
        if self._kind.for_ == "panel":
            return _("About {name}, for the referral order panel").format(name=name)
        if not court.court or self._sentenced:
            return _("About {name}").format(name=name)
        if court.hearing_on is None:
            return _("About {name}, for {court}").format(name=name, court=court.court)
        return _("About {name}, for {court} on {day}").format(
            name=name, court=court.court, day=self._day(court.hearing_on)
        )

    def facts(self) -> Iterator[Fact]:
        _ = self._say
        material = self._material
        child, court, team = material.child, material.court, material.author.team
        yield from self._of_court(_("Court"), court.court)
        if court.hearing_on is not None or self._for_hearing:
            yield Fact(_("Hearing"), self._hearing())
        yield Fact(_("Child"), self._names())
        yield Fact(_("Date of birth"), self._born())
        yield from self._of_court(_("Address"), child.address)
        yield from self._of_court(_("Police number"), child.police_number)
        if child.languages:
            yield Fact(_("Languages"), child.languages)
        if child.interpreter:
            yield Fact(_("Interpreter"), child.interpreter)
        if self._for_hearing:
            yield Fact(_("Bail or remand"), court.remand_status or _("Not recorded"))
        asked = self._asked()
        if asked:
            yield Fact(_("What the court asked for"), asked)
        yield Fact(_("Written by"), self._author())
        yield Fact(
            _("Service"),
            f"{material.service_name}, {team}" if team else material.service_name,
        )
        yield Fact(_("Date of this report"), self._day(material.made_on))

    @property
    def _sentenced(self) -> bool:
        """Whether the hearing that is named is the one at which the order was made, long past."""
        hearing = self._material.court.hearing_on
        return (
            self._kind.for_ == "order" and hearing is not None and hearing < self._material.made_on
        )

    def _of_court(self, label: str, value: str) -> Iterator[Fact]:
        """What a court must find on the front sheet; elsewhere it is left out where unknown."""
        if value or self._for_hearing:
            yield Fact(label, value or self._say("Not recorded"))

    def _names(self) -> str:
        child = self._material.child
        if child.preferred_name and child.preferred_name not in child.name.split():
            return self._say("{name}, known as {preferred}").format(
                name=child.name, preferred=child.preferred_name
            )
        return child.name

    def _born(self) -> str:
        _ = self._say
        born = self._material.child.date_of_birth
        if born is None:
            return _("Not recorded")
        hearing = self._material.court.hearing_on
        if hearing is None:
            return self._day(born)
        return _("{day} (aged {age} at the hearing)").format(
            day=self._day(born), age=age_on(born, hearing)
        )

    def _hearing(self) -> str:
        court = self._material.court
        if court.hearing_on is None:
            return self._say("No date is recorded")
        parts = [self._day(court.hearing_on)]
        if court.hearing_time:
            parts.append(court.hearing_time)
        return ", ".join(parts)

    def _asked(self) -> str:
        _ = self._say
        court = self._material.court
        if not self._for_hearing:
            return ""
        said = [court.asked_for] if court.asked_for else []
        if court.all_options:
            said.append(_("A report on all options: the court has left custody open."))
        if court.dangerousness:
            said.append(_("An assessment of dangerousness."))
        if not said:
            said.extend(self._kind.asked_in(self._material.language))
        if said and court.asked_on is not None:
            said.append(_("Asked for on {day}.").format(day=self._day(court.asked_on)))
        return " ".join(text if text.endswith(".") else f"{text}." for text in said)

    def tables(self) -> Iterator[Block]:
        _ = self._say
        material = self._material
        if material.offences:
            yield Table(
                headers=(_("Offence"), _("Date"), _("Age then"), _("Plea or finding")),
                rows=tuple(self._offence_row(offence) for offence in material.offences),
                caption=_("Offences before the court")
                if self._for_hearing
                else _("Offences that the order was made for"),
                weights=(2.6, 1.9, 1.0, 2.7),
            )
        elif self._for_hearing:
            yield Notice(
                _("The record names no offence for this hearing. The front sheet is not complete.")
            )
        else:
            yield Notice(_("The record does not say which offences the order was made for."))
        if material.hearings:
            yield Table(
                headers=(_("Date"), _("Court"), _("Hearing"), _("What happened")),
                rows=tuple(self._hearing_row(hearing) for hearing in material.hearings),
                caption=_("Hearings so far"),
                weights=(1.7, 2.2, 1.7, 2.6),
            )

    def _offence_row(self, offence: OffenceFacts) -> tuple[str, ...]:
        _ = self._say
        if offence.committed_on is None:
            when = _("Not recorded")
        elif offence.committed_until is None or offence.committed_until == offence.committed_on:
            when = self._day(offence.committed_on)
        else:
            when = _("{first} to {last}").format(
                first=self._day(offence.committed_on), last=self._day(offence.committed_until)
            )
        plea = [text for text in (offence.plea, offence.finding) if text]
        if offence.convicted_on is not None:
            text = _("Convicted on {day}").format(day=self._day(offence.convicted_on))
            age = self._age(offence.convicted_on)
            if age is not None:
                text = _("Convicted on {day}, aged {age}").format(
                    day=self._day(offence.convicted_on), age=age
                )
            plea.append(text)
        age = self._age(offence.committed_on)
        what = offence.description or _("Not described")
        if offence.reference:
            number = _("Police reference: {number}").format(number=offence.reference)
            what = f"{what}\n{number}"
        return (
            what,
            when,
            _("Not known") if age is None else str(age),
            "\n".join(plea) or _("No plea recorded"),
        )

    def _hearing_row(self, hearing: HearingFacts) -> tuple[str, ...]:
        _ = self._say
        return (
            self._day(hearing.held_on) if hearing.held_on else _("Not recorded"),
            hearing.court or _("Not recorded"),
            hearing.kind or _("Not recorded"),
            hearing.result or _("Not recorded"),
        )


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


class Orders(Part):
    """The order and what came of it."""

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "order": self._order,
            "attendance": self._attendance,
            "missed": self._missed,
            "plan": self._plan,
        }

    def _order(self) -> Iterator[Block]:
        _ = self._say
        order = self._material.order
        if order is None:
            yield paragraph(_("The record names no order that this report is about."))
            return
        facts = [
            Fact(_("Order"), order.name),
            Fact(_("Made on"), self._day(order.made_on) if order.made_on else _("Not recorded")),
            Fact(_("Ends on"), self._day(order.ends_on) if order.ends_on else _("Not recorded")),
            Fact(_("Court"), order.court or _("Not recorded")),
        ]
        if order.requirements:
            facts.append(Fact(_("Requirements"), "\n".join(order.requirements)))
        yield Facts(tuple(facts))

    def _attendance(self) -> Iterator[Block]:
        _ = self._say
        contacts = self._material.contacts
        kept = sum(not contact.missed for contact in contacts)
        if not contacts:
            yield paragraph(
                _("The chronology holds no appointment since the order was made.")
                if self._material.order is not None
                else _("The chronology holds no appointment.")
            )
            return
        yield paragraph(
            self._kept(kept, len(contacts)).format(
                child=self._child, kept=kept, count=len(contacts)
            )
        )
        yield Table(
            headers=(_("Date"), _("Appointment"), _("Was it kept?")),
            rows=tuple(
                (self._moment(contact), contact.what, contact.attendance) for contact in contacts
            ),
            weights=(1.7, 2.8, 2.6),
        )

    def _kept(self, kept: int, count: int) -> str:
        _ = self._say
        if count == 1:
            return (
                _("{child} kept the one appointment that there was.")
                if kept
                else _("{child} missed the one appointment that there was.")
            )
        if kept == count:
            return _("{child} kept all {count} appointments.")
        if not kept:
            return _("{child} kept none of {count} appointments.")
        return _("{child} kept {kept} of {count} appointments.")

    def _missed(self) -> Iterator[Block]:
        _ = self._say
        missed = [contact for contact in self._material.contacts if contact.missed]
        if not missed:
            yield paragraph(
                _("The chronology holds no missed appointment since the order was made.")
                if self._material.order is not None
                else _("The chronology holds no missed appointment.")
            )
            return
        yield Table(
            headers=(_("Date"), _("Appointment"), _("Was it kept?"), _("Reason given")),
            rows=tuple(
                (
                    self._moment(contact),
                    contact.what,
                    contact.attendance,
                    contact.why or _("No reason is recorded"),
                )
                for contact in missed
            ),
            caption=_("Appointments that were missed"),
            weights=(1.6, 2.2, 2.0, 2.6),
        )

    def _moment(self, contact: ContactFacts) -> str:
        return ", ".join(text for text in (self._day(contact.on), contact.at) if text)

    def _plan(self) -> Iterator[Block]:
        _ = self._say
        if not self._material.plan:
            yield paragraph(_("No plan has been written yet."))
            return
        yield Table(
            headers=(_("What will be different"), _("By"), _("How far it is")),
            rows=tuple(
                (
                    target.outcome,
                    self._day(target.by) if target.by else _("No date"),
                    target.state or _("Not recorded"),
                )
                for target in self._material.plan
            ),
            caption=_("Targets of the plan"),
            weights=(3.4, 1.7, 1.6),
        )


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


_WORDS_IN_PARAGRAPH: Final = 85
"""A paragraph that has reached this many words is long enough to be read aloud in court."""
_WORDS_IN_LINE: Final = 25
"""Longer quotations stand by themselves."""
_QUOTED: Final = re.compile("“.*”", re.DOTALL)


class FirstDraft(Part):
    """The passages of a report before its author has written in it."""

    def passages(self) -> Iterator[Passage]:
        """The text that the assessment gives, with the parts that are made from the record."""
        for section in self._kind.sections:
            for part in section.parts:
                if part.startswith(SAID):
                    yield from self._said(section.code, part.removeprefix(SAID))
                elif part == "child":
                    yield from self._child_passages(section.code)
                elif part == "strengths":
                    yield from self._strengths(section.code)
                else:
                    yield _made(section.code, part)

    def _said(self, section: str, source: str) -> Iterator[Passage]:
        return self._paragraphs(section, self._of_section(source))

    def _child_passages(self, section: str) -> Iterator[Passage]:
        _ = self._say
        every = self._of_section("psr.child")
        others = [said for said in every if not said.strength]
        yield Passage(section, "heading", _("Strengths"))
        yield from self._strengths(section)
        yield _made(section, "how_to_speak")
        if not any(said.topic for said in others):
            heading = _("{child} now").format(child=self._child)
            yield Passage(section, "heading", heading)
        if others:
            yield from self._paragraphs(section, others, headed=True)
        else:
            yield _made(section, "nothing_of_child")
        yield Passage(section, "heading", _("Earlier outcomes"))
        yield _made(section, "outcomes")

    def _strengths(self, section: str) -> Iterator[Passage]:
        _ = self._say
        strengths = [said for said in self._of_section("psr.child") if said.strength]
        if strengths:
            yield Passage(
                section,
                "paragraph",
                _("What goes well for {child}, and who and what helps:").format(child=self._child),
            )
            yield from _items(section, strengths)
        else:
            yield _made(section, "no_strengths")

    def _paragraphs(
        self, section: str, every: Sequence[Sentence], *, headed: bool = False
    ) -> Iterator[Passage]:
        """Sentences of one topic together, in paragraphs that can be cited and read aloud."""
        topics: dict[str, list[Sentence]] = {}
        for said in every:
            topics.setdefault(said.topic, []).append(said)
        for topic, sentences in topics.items():
            if headed and topic:
                yield Passage(section, "heading", topic)
            for shape, group in groupby(_rows_together(sentences), key=_shape):
                if shape == "row":
                    yield from _items(section, group)
                elif shape == "alone":
                    for said in group:
                        yield self._quotation(section, said)
                else:
                    yield from _joined(section, tuple(group))

    def _of_section(self, section: str) -> list[Sentence]:
        return sorted(
            (s for s in self._material.said if s.section == section and s.text.strip()),
            key=lambda said: said.order,
        )

    def _quotation(self, section: str, said: Sentence) -> Passage:
        _ = self._say
        by = {
            "child": _("{child}’s own words").format(child=self._child),
            "parent": _("A parent or carer’s own words"),
        }.get(said.said_by, _("As it was said"))
        words = in_marks(said.text)
        quote = Quote(words, said.said_by, said.answer_language, said.path)
        return Passage(section, "quotation", words, None, (quote,), by, (said.path,))


def _row(said: Sentence) -> str:
    """The row of a repeat that the sentence comes from; empty where it comes from none."""
    return said.path.rpartition("/")[0]


def _rows_together(sentences: Sequence[Sentence]) -> list[Sentence]:
    """`sentences` with those of one row next to each other, where the first of them stood."""
    rows: dict[str, list[Sentence]] = {}
    for at, said in enumerate(sentences):
        rows.setdefault(_row(said) or str(at), []).append(said)
    return [said for row in rows.values() for said in row]


def _shape(said: Sentence) -> str:
    if _row(said):
        return "row"
    return "alone" if _stands_alone(said) else "text"


def _made(section: str, code: str) -> Passage:
    """A part that is drawn from the record whenever the pages are made."""
    return Passage(section, "made", code)


def _items(section: str, sentences: Iterable[Sentence]) -> Iterator[Passage]:
    """One item for each row, or for each sentence that comes from none."""
    items: list[list[Sentence]] = []
    before: str | None = None
    for said in sentences:
        row = _row(said)
        if items and row and row == before:
            items[-1].append(said)
        else:
            items.append([said])
        before = row
    for item in items:
        yield _told(section, "bullet", item)


def _joined(section: str, sentences: Sequence[Sentence]) -> Iterator[Passage]:
    """Paragraphs of about the same length, none much longer than can be read aloud."""
    lengths = [len(said.text.split()) for said in sentences]
    share = sum(lengths) / math.ceil(sum(lengths) / _WORDS_IN_PARAGRAPH)
    together: list[Sentence] = []
    words = 0
    for said, length in zip(sentences, lengths, strict=True):
        # Each paragraph is in one language.
        other = bool(together) and said.language != together[-1].language
        if together and (other or words + length / 2 > share):
            yield _told(section, "paragraph", together)
            together, words = [], 0
        together.append(said)
        words += length
    yield _told(section, "paragraph", together)


def _told(
    section: str, kind: Literal["paragraph", "bullet"], sentences: Sequence[Sentence]
) -> Passage:
    """Sentences as one passage, with what somebody said in them held word for word."""
    texts: list[str] = []
    quotes: list[Quote] = []
    for said in sentences:
        runs = tuple(_runs(said))
        texts.append("".join(run.text for run in runs))
        quotes += (
            Quote(run.text, said.said_by, run.language, said.path) for run in runs if run.quote
        )
    return Passage(
        section,
        kind,
        " ".join(texts),
        sentences[0].language,
        tuple(quotes),
        paths=tuple(dict.fromkeys(said.path for said in sentences)),
    )


def _stands_alone(said: Sentence) -> bool:
    return (
        said.quote
        and len(said.text.split()) > _WORDS_IN_LINE
        and (_QUOTED.fullmatch(said.text.strip()) is not None or "“" not in said.text)
    )


def _runs(said: Sentence) -> Iterator[Run]:
    """`said` with the words that somebody spoke set apart from the words about them."""
    text = said.text.strip()
    if not said.quote:
        yield Run(text, language=said.language)
        return
    spoken = _QUOTED.search(text)
    if spoken is None:
        yield Run(in_marks(text), quote=True, language=said.answer_language)
        return
    before, after = text[: spoken.start()], text[spoken.end() :]
    if before:
        yield Run(before, language=said.language)
    yield Run(spoken.group(), quote=True, language=said.answer_language)
    if after:
        yield Run(after, language=said.language)


_PARTS: Final[tuple[type[Part], ...]] = (
    Sources,
    Offences,
    OfTheChild,
    Levels,
    Conclusion,
    Orders,
    EarlierReports,
    SignedOff,
)


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
        for part in _PARTS:
            self._parts.update(part(material, of).drawn())
        self._parts.update(self.drawn())

    def drawn(self) -> Mapping[str, Draw]:
        return {
            "disproportionality": lambda: disproportionality(
                self._material.figures,
                self._child,
                self._material.language,
                self._material.ethnic_group,
            ),
        }

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
