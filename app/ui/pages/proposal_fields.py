"""The fields in which a proposal is built: the order with how much of it, and each requirement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.casework import reference, rule_words
from app.casework.proposal import ORDERS, Proposal, Requirement
from app.casework.proposal_rules import Remark, Situation, limits
from app.casework.proposals import AMOUNTS
from app.core.i18n import N_, _, language
from app.ui import theme
from app.ui.form.editors.options import CheckOption
from app.ui.form.typed import date_as_typed, read_date, read_integer
from app.ui.kit import Banner, Card, ChoiceBox, FieldFrame, FlowLayout, LinkButton
from app.ui.kit.layout import clear

LABELS: Final = {
    "months": N_("Months"),
    "days": N_("Days in all"),
    "hours": N_("Hours in all"),
    "hours_a_day": N_("Hours a day"),
    "hours_a_week": N_("Hours a week"),
    "times_a_month": N_("Times a month"),
    "pounds": N_("Pounds"),
}
NARROW: Final = 150


class NumberField(FieldFrame):
    """A whole number, typed; empty where nothing is said.

    Signals:
        typed: A person changed it.
    """

    typed = Signal()

    def __init__(self, measure: str, value: int | None, hint: str, name: str) -> None:
        self.measure = measure
        self.line = QLineEdit("" if value is None else str(value))
        super().__init__(_(LABELS[measure]), self.line, hint=hint)
        self.setFixedWidth(theme.current().text_px(NARROW))
        self.line.setAccessibleName(f"{name}: {_(LABELS[measure])}" if name else _(LABELS[measure]))
        self.line.textEdited.connect(lambda _text: self.typed.emit())

    def read(self) -> tuple[int | None, bool]:
        """The number, and whether what stands here can be kept."""
        text = self.line.text().strip()
        value = read_integer(text) if text else None
        least, most = AMOUNTS[self.measure]
        good = not text or (value is not None and least <= value <= most)
        self.set_error(
            ""
            if good
            else _("Enter a whole number from {least} to {most}.").format(least=least, most=most)
        )
        return (value if good else None), good


class RemarkLines(QWidget):
    """What the rules say, each remark with its rule."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(theme.current().px(6))
        self._shown: tuple[Remark, ...] = ()
        self.hide()

    def show_remarks(self, remarks: Sequence[Remark]) -> None:
        """Show these and no others."""
        if tuple(remarks) == self._shown:
            return
        self._shown = tuple(remarks)
        clear(self._lines)
        for remark in remarks:
            tone = "serious" if remark.blocks else "attention"
            self._lines.addWidget(Banner(words_of(remark), tone))
        self.setVisible(bool(remarks))


def words_of(remark: Remark) -> str:
    """A remark with the rule that says so, and whether its source was read in full."""
    if remark.rule is None:
        return remark.text
    line = rule_words.line(rule_words.cited(remark.rule), verified=remark.rule.verified)
    return f"{remark.text}\n{line}"


class BuiltCard(Card):
    """A part of a proposal with how much of it.

    Attributes:
        held: What was kept last; stands in for what can't be read.
        numbers: How much, by what it is measured in.

    Signals:
        changed: A person changed something.
    """

    changed = Signal()

    def __init__(self, title: str, held: Proposal | Requirement) -> None:
        super().__init__(title)
        self.held = held
        self.numbers: dict[str, NumberField] = {}

    def read_numbers(self) -> tuple[dict[str, Any], bool]:
        """How much stands here, and whether all of it can be kept."""
        found: dict[str, Any] = {}
        good = True
        for measure, field in self.numbers.items():
            value, fits = field.read()
            found[measure] = value if fits else self.held.amount(measure)
            good = good and fits
        return found, good

    def typed(self) -> dict[str, str]:
        """What stands in the fields, to be held until it can be kept."""
        return {measure: field.line.text() for measure, field in self.numbers.items()}

    def show_typed(self, held: dict[str, Any]) -> None:
        """Show what was typed and could not be kept."""
        for measure, field in self.numbers.items():
            field.line.setText(str(held.get(measure, field.line.text())))


class OrderCard(BuiltCard):
    """The order, how much of it, and what the author judges of the case.

    Signals:
        chosen: Another order was chosen.
    """

    held: Proposal
    chosen = Signal()

    def __init__(self, proposal: Proposal, situation: Situation, *, editable: bool) -> None:
        super().__init__(_("Order"), proposal)
        open_then = reference.listing(ORDERS).choices(situation.day)
        self.order = ChoiceBox(
            [
                (_("Nothing is proposed yet"), ""),
                *((entry.label(), entry.code) for entry in open_then),
            ]
        )
        self.order.setCurrentIndex(max(0, self.order.findData(proposal.order)))
        self.order.setEnabled(editable)
        self.order.activated.connect(lambda _number: self.chosen.emit())
        self.add(FieldFrame(_("What do you propose?"), self.order))
        self.ticks: dict[str, CheckOption] = {}
        entry = proposal.entry
        if entry is not None:
            row = FlowLayout(gap=12)
            for measure in entry.column("asks") or ():
                hint = range_words(*limits(entry, measure, situation))
                field = NumberField(measure, proposal.amount(measure), hint, "")
                field.line.setEnabled(editable)
                field.typed.connect(self.changed)
                self.numbers[measure] = field
                row.addWidget(field)
            self.add(row)
            for name, words in ticks_of(proposal, situation):
                tick = CheckOption(words)
                tick.setChecked(bool(getattr(proposal, name)))
                tick.setEnabled(editable)
                tick.clicked.connect(self.changed)
                self.ticks[name] = tick
                self.add(tick)
        self.remarks = RemarkLines()
        self.add(self.remarks)

    def read(self) -> tuple[Proposal, bool]:
        """The order as it stands here, without requirements, and whether it can be kept."""
        found, good = self.read_numbers()
        found["order"] = self.order.currentData()
        for name, tick in self.ticks.items():
            held = getattr(self.held, name)
            found[name] = tick.isChecked() if tick.isChecked() or held is not None else None
        return replace(self.held, **found), good


class RequirementCard(BuiltCard):
    """One requirement with its conditions.

    Signals:
        wanted_out: It is to be taken out.
    """

    held: Requirement
    wanted_out = Signal()

    def __init__(
        self, one: Requirement, situation: Situation, called: str, today: date, *, editable: bool
    ) -> None:
        entry = one.entry
        name = entry.label() if entry is not None else one.requirement
        super().__init__(name, one)
        self._today = today
        row = FlowLayout(gap=12)
        for measure in (entry.column("asks") if entry is not None else None) or ():
            assert entry is not None
            hint = range_words(*limits(entry, measure, situation)) or _unlimited(entry, measure)
            field = NumberField(measure, one.amount(measure), hint, name)
            field.typed.connect(self.changed)
            self.numbers[measure] = field
            row.addWidget(field)
        self.day = QLineEdit(date_as_typed(one.from_date.isoformat()) if one.from_date else "")
        self.day.textEdited.connect(lambda _text: self.changed.emit())
        self.day_frame = FieldFrame(
            _("Begins on"), self.day, hint=_("Empty: with the order"), optional=True
        )
        self.day.setAccessibleName(f"{name}: {_('Begins on')}")
        self.day_frame.setFixedWidth(theme.current().text_px(190))
        row.addWidget(self.day_frame)
        self.add(row)
        said = (entry.column("what") if entry is not None else None) or {}
        words = str(said.get(language()) or said.get("en") or _("What it is"))
        self.what = QLineEdit(one.what)
        self.what.textEdited.connect(lambda _text: self.changed.emit())
        frame = FieldFrame(words.replace("{child}", called), self.what)
        self.what.setAccessibleName(f"{name}: {words.replace('{child}', called)}")
        self.add(frame)
        self.agreed: CheckOption | None = None
        if entry is not None and entry.column("agreed"):
            self.agreed = CheckOption(_("{child} has said yes to this").format(child=called))
            self.agreed.setChecked(one.agreed)
            self.agreed.setEnabled(editable)
            self.agreed.clicked.connect(self.changed)
            self.add(self.agreed)
        for line in (*(field.line for field in self.numbers.values()), self.day, self.what):
            line.setReadOnly(not editable)
        self.remarks = RemarkLines()
        self.add(self.remarks)
        if editable:
            out = LinkButton(_("Take out"), self.wanted_out.emit, small=True)
            out.setAccessibleDescription(name)
            self.body.addWidget(out, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def first(self) -> QWidget:
        """Where one begins to type."""
        return next((field.line for field in self.numbers.values()), self.what)

    def read(self) -> tuple[Requirement, bool]:
        """The requirement as it stands here, and whether it can be kept."""
        found, good = self.read_numbers()
        found["what"] = self.what.text()
        text = self.day.text().strip()
        day = read_date(text, self._today) if text else None
        wrong = bool(text) and day is None
        self.day_frame.set_error(_("Enter a date, such as 27/3/2026.") if wrong else "")
        found["from_date"] = self.held.from_date if wrong else day
        if self.agreed is not None:
            found["agreed"] = self.agreed.isChecked()
        return replace(self.held, **found), good and not wrong

    def typed(self) -> dict[str, str]:
        """Override BuiltCard.typed."""
        return {**super().typed(), "from_date": self.day.text(), "what": self.what.text()}

    def show_typed(self, held: dict[str, Any]) -> None:
        """Override BuiltCard.show_typed."""
        super().show_typed(held)
        self.day.setText(str(held.get("from_date", self.day.text())))
        self.what.setText(str(held.get("what", self.what.text())))


def _unlimited(entry: reference.Entry, measure: str) -> str:
    """What to type where no rule says how much."""
    if measure in (entry.column("need") or ()):
        return _("has to be said")
    return _("empty: as the order") if measure == "months" else _("empty: as needed")


def ticks_of(proposal: Proposal, situation: Situation) -> Sequence[tuple[str, str]]:
    """What the author judges of the case, where this order asks for it."""
    entry = proposal.entry
    if entry is None:
        return ()
    asked = [("imprisonable", _("The offence can bring custody"))]
    if entry.column("threshold"):
        asked.append(("threshold", _("Custody would otherwise be right")))
    rule = entry.column("persistent_below")
    below = reference.rule(rule, situation.day) if rule else None
    if below is not None and situation.age is not None and situation.age < below.value:
        asked.append(("persistent", _("The court may see persistent offending")))
    return asked


def range_words(least: reference.Rule | None, most: reference.Rule | None) -> str:
    """From how much to how much, in the words of a hint; empty where no rule says so."""
    if most is not None and most.only:
        return ", ".join(map(str, most.only))
    if least is not None and most is not None:
        return _("{least} to {most}").format(least=least.value, most=most.value)
    if most is not None:
        return _("up to {most}").format(most=most.value)
    return _("at least {least}").format(least=least.value) if least is not None else ""
