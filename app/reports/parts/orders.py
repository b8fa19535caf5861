"""What reports on an order tell: the order, what was kept to, and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.reports.content import Block, Fact, Facts, Table
from app.reports.material import ContactFacts
from app.reports.parts.part import Draw, Part, paragraph


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
