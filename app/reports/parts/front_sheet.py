"""The front sheet: for which court or panel, about whom, by whom, for which offences."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.clock import age_on
from app.reports.content import Block, Fact, Notice, Table
from app.reports.material import HearingFacts, OffenceFacts
from app.reports.parts.part import Part


class FrontSheet(Part):
    """The first page."""

    def subtitle(self) -> str:
        """About whom the report is, and for which court or panel."""
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
        """Its lines, in the order that a court looks for them."""
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
        """The offences, and the hearings so far."""
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
