"""Starting a stage of assessment: the one that fits now first, the others a press away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import rule_words
from app.casework.dates import in_words
from app.casework.stages import Offered, StageOffer
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import Body, Card, FlowLayout, LinkButton, Muted, Pill, SecondaryButton, Strong

Start = Callable[[str, str], object]


class StagesCard(Card):
    """The stages that can start, what is carried forward, and when each would be due.

    Args:
        start: Called with the code of the stage and the id of the form.
    """

    def __init__(self, offered: Offered, start: Start, parent: QWidget | None = None) -> None:
        super().__init__(_("Start a stage of assessment"), parent)
        self._start = start
        self.buttons: dict[tuple[str, str], SecondaryButton] = {}
        earlier = offered.earlier
        if earlier is None:
            self.add(Muted(_("This is the first one, so it starts empty.")))
        else:
            carried = ngettext(
                "{count} answer is carried forward from {form}, {day}. You confirm or change it.",
                "{count} answers are carried forward from {form}, {day}. You confirm or change "
                "each of them.",
                earlier.answers,
            ).format(count=earlier.answers, form=earlier.title, day=in_words(earlier.day))
            self.add(Muted(carried))
        fitting = [one for one in offered.stages if one.suggested]
        rest = [one for one in offered.stages if not one.suggested]
        self.add(self._list(fitting))
        self.others = self._list(rest)
        self.others.hide()  # never shown by hand: without a parent it would be a window
        self.more = LinkButton(_("Another stage"), self._show_others, small=True)
        self.add(self.more)
        if not rest:
            self.more.hide()
        self.add(self.others)

    def _show_others(self) -> None:
        self.more.hide()
        self.others.show()
        first = next(iter(self.others.findChildren(SecondaryButton)), None)
        if first is not None:
            first.setFocus()

    def _list(self, offers: Sequence[StageOffer]) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(12))
        for offer in offers:
            column.addLayout(self._line(offer))
        return box

    def _line(self, offer: StageOffer) -> QVBoxLayout:
        look = theme.current()
        line = QVBoxLayout()
        line.setSpacing(look.px(4))
        head = FlowLayout()
        head.addWidget(Strong(offer.words).one_line())
        if offer.suggested:
            head.addWidget(Pill(_("fits where things are now"), "accent"))
        line.addLayout(head)
        if offer.due is not None:
            due = _("Due by {day}: {rule}.").format(day=in_words(offer.due), rule=offer.rule)
            if not offer.verified:
                due = " ".join((due, rule_words.meaning()))
            line.addWidget(Body(due))
        row = FlowLayout(gap=12)
        for form in offer.forms:
            words = _("Go on: {form}") if form.draft_id else _("Start: {form}")
            button = SecondaryButton(
                words.format(form=form.title),
                lambda form=form: self._start(offer.code, form.form_id),
            )
            button.setAccessibleDescription(offer.words)
            row.addWidget(button)
            self.buttons[offer.code, form.form_id] = button
        line.addLayout(row)
        return line
