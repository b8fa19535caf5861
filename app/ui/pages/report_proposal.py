"""Building the proposal of a report: order, requirements, and at once what the rules say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import proposal_words, proposals, reference
from app.casework.places import Place
from app.casework.proposal import REQUIREMENTS, Proposal, Requirement
from app.casework.proposal_rules import remarks
from app.casework.proposals import ProposalView
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import (
    Banner,
    Body,
    Card,
    ChoiceBox,
    FieldFrame,
    Muted,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    button_row,
)
from app.ui.kit.layout import beside, clear
from app.ui.page import Page
from app.ui.pages.proposal_fields import OrderCard, RequirementCard

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

KEEP_AFTER_MS: Final = 1200
PANEL: Final = 340
STEPS: Final = 100
ORDER, MORE = "order", "more"
"""What the keyboard goes to: the order, or what adds a requirement; else the id of one."""

Step = Callable[[], ProposalView]


class ReportProposalPage(Page):
    """The proposal of one report. What is typed is saved within two seconds."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        look = theme.current()
        self.view: ProposalView | None = None
        self.order: OrderCard | None = None
        self.cards: dict[str, RequirementCard] = {}
        self._steps: list[Step] = []
        self._unsaved = False
        self.header = PageHeader("")
        self.write_button = PrimaryButton(_("Write it into the report"), self._write)
        self.text_button = SecondaryButton(_("Back to the text"), self._back)
        self.header.add_action(self.text_button)
        self.header.add_action(self.write_button)
        self.built = QVBoxLayout()
        self.built.setSpacing(look.px(16))
        self.panel = QVBoxLayout()
        self.panel.setSpacing(look.px(12))
        self.panel.setContentsMargins(0, 0, 0, 0)
        self.state = Banner()
        self.court = Card(_("For the court"))
        self.court_words = QVBoxLayout()
        self.court.add(self.court_words)
        self.child = Card(_("In plain words"))
        self.child_words = QVBoxLayout()
        self.child.add(self.child_words)
        for part in (self.state, self.court, self.child):
            self.panel.addWidget(part)
        self.panel.addStretch(1)
        panel = QWidget()
        panel.setLayout(self.panel)
        page = ScrollPage()
        page.add(self.header)
        page.add(beside(self.built, panel, width=PANEL))
        page.end()
        self.outer.addWidget(page)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(KEEP_AFTER_MS)
        self._later.timeout.connect(self._keep)

    # -- coming and going --------------------------------------------------------------------

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id."""
        self.child_id = args.get("child_id")
        report_id = args.get("report_id") or args["record_id"]
        self._steps = []
        self.run(
            lambda: proposals.open_proposal(desk, report_id),
            lambda view: self._show(view, ORDER),
            busy_text=_("Opening the report"),
        )

    def leaving(self) -> None:
        """Override Page.leaving: what is typed goes into the casebook."""
        self._keep()

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.view is None:
            return None
        return Place("report_proposal", child_id=self.view.child_id, record_id=self.view.report_id)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.order.order if self.order is not None else self.text_button

    @property
    def being_typed(self) -> bool:
        """Override Page.being_typed."""
        return self._unsaved

    def others_wrote(self, record_ids: Collection[str]) -> None:
        """Override Page.others_wrote: what is typed here is kept first, then all is read anew."""
        view = self.view
        if view is None:
            return
        ours = {view.report_id, *(one.id for one in view.proposal.requirements)}
        if ours.isdisjoint(record_ids):
            return
        self._keep()
        desk, report_id, focus = self.desk, view.report_id, self._focus()
        self.run(
            lambda: proposals.open_proposal(desk, report_id),
            lambda now: self._show(now, focus),
        )

    def _focus(self) -> str:
        """What the keyboard goes back to once the page was drawn anew."""
        focus = self.window().focusWidget()
        if focus is None:
            return ""
        if self.order is not None and self.order.isAncestorOf(focus):
            return ORDER
        return next((key for key, card in self.cards.items() if card.isAncestorOf(focus)), "")

    @property
    def can_undo(self) -> bool:
        """Override Page.can_undo."""
        return bool(self._steps)

    def undo(self) -> bool:
        """Override Page.undo: take the last change back."""
        self._keep()
        if not self._steps:
            return False
        self._do(self._steps.pop(), lambda _view: ORDER)
        return True

    # -- what is shown -----------------------------------------------------------------------

    def _show(self, view: ProposalView, focus: str = "") -> None:
        self.view = view
        self.title = _("Proposal")
        self.header.set_words(self.title, above=f"{view.child_name} · {view.title}")
        self.write_button.setVisible(view.editable)
        clear(self.built)
        self.cards = {}
        self.order = OrderCard(view.proposal, view.situation, editable=view.editable)
        self.order.changed.connect(self._was_typed)
        self.order.chosen.connect(self._order_chosen)
        self._show_typed(("proposal", view.report_id), self.order)
        self.built.addWidget(self.order)
        if view.proposal.has_requirements:
            self._show_requirements(view)
        self.built.addStretch(1)
        self._say()
        card = self.cards.get(focus)
        wanted: QWidget | None = card.first if card is not None else None
        if focus == ORDER:
            wanted = self.order.order
        elif focus == MORE and view.proposal.has_requirements and view.editable:
            wanted = self.more
        if wanted is not None:
            # Once it is shown: what is drawn anew takes no keyboard before.
            QTimer.singleShot(0, wanted, wanted.setFocus)

    def _show_requirements(self, view: ProposalView) -> None:
        for one in view.proposal.requirements:
            card = RequirementCard(
                one, view.situation, view.called, self.desk.clock.today(), editable=view.editable
            )
            self._show_typed(("requirement", one.id), card)
            card.changed.connect(self._was_typed)
            card.wanted_out.connect(partial(self._remove, one))
            self.cards[one.id] = card
            self.built.addWidget(card)
        if not view.editable:
            return
        more = Card(_("Another requirement"))
        open_then = reference.listing(REQUIREMENTS).choices(view.situation.day)
        self.more = ChoiceBox((entry.label(), entry.code) for entry in open_then)
        more.add(FieldFrame(_("Requirement"), self.more))
        more.add(button_row(SecondaryButton(_("Add it"), self._add)))
        self.built.addWidget(more)

    def _drafted(self) -> Proposal:
        """The proposal as it stands on the page."""
        assert self.view is not None and self.order is not None
        proposal, _good = self.order.read()
        rows = tuple(
            self.cards[one.id].read()[0] if one.id in self.cards else one
            for one in self.view.proposal.requirements
        )
        return replace(proposal, requirements=rows)

    def _say(self) -> None:
        """What the rules say of it, and how it reads."""
        view = self.view
        if view is None or self.order is None:
            return
        proposal = self._drafted()
        said = remarks(proposal, view.situation)
        self.order.remarks.show_remarks([one for one in said if not one.about])
        for key, card in self.cards.items():
            card.remarks.show_remarks([one for one in said if one.about == key])
        blocking = sum(one.blocks for one in said)
        if proposal.entry is None:
            self.state.set_words(_("Choose an order to begin."), "", "accent")
        elif blocking:
            words = ngettext(
                "{count} thing keeps the report from being made final.",
                "{count} things keep the report from being made final.",
                blocking,
            )
            self.state.set_words(words.format(count=blocking), "", "serious")
        elif said:
            words = ngettext("{count} thing to look at.", "{count} things to look at.", len(said))
            self.state.set_words(words.format(count=len(said)), "", "attention")
        else:
            self.state.set_words(
                _("The rules that are held here say nothing against it."), "", "good"
            )
        self._read(proposal)

    def _read(self, proposal: Proposal) -> None:
        assert self.view is not None
        language = self.view.language
        clear(self.court_words)
        clear(self.child_words)
        order = proposal_words.order_for_court(proposal, language)
        lines = [order] if order else []
        lines += [
            f"• {proposal_words.requirement_for_court(one, language)}" for one in proposal.counted
        ]
        for words in lines:
            self.court_words.addWidget(Body(words))
        if not lines:
            self.court_words.addWidget(Muted(_("Nothing is proposed yet.")))
        elif not self.view.in_text or proposal != self.view.proposal:
            self.court_words.addWidget(Muted(_("The report does not say this yet.")))
        else:
            self.court_words.addWidget(Muted(_("The report says this.")))
        for words in proposal_words.for_child(proposal, language):
            self.child_words.addWidget(Body(words))
        self.child.setVisible(bool(lines))

    # -- typing ------------------------------------------------------------------------------

    @Slot()
    def _was_typed(self) -> None:
        self._unsaved = True
        self.shell.saving()
        self._later.start()
        self._say()

    @Slot()
    def _order_chosen(self) -> None:
        self._later.stop()
        self._unsaved = False
        self._keep_rows()
        self._keep_order(lambda view: self._show(view, ORDER))

    @Slot()
    def _keep(self) -> None:
        self._later.stop()
        if not self._unsaved:
            return
        self._unsaved = False
        self._keep_rows()
        self._keep_order(self._kept)

    def _keep_order(self, then: Callable[[ProposalView], object]) -> None:
        view = self.view
        if view is None or self.order is None or not view.editable:
            return
        proposal, good = self.order.read()
        self._hold(("proposal", view.report_id), self.order, good=good)
        before = view.proposal
        if replace(proposal, requirements=()) == replace(before, requirements=()):
            self._say_kept()
            return
        desk, report_id = self.desk, view.report_id
        self.order.held = proposal
        self.view = replace(view, proposal=replace(proposal, requirements=before.requirements))
        self._note(partial(proposals.change_order, desk, report_id, before))
        self.run(partial(proposals.change_order, desk, report_id, proposal), then, self._not_kept)

    def _keep_rows(self) -> None:
        view, desk = self.view, self.desk
        if view is None or not view.editable:
            return
        rows = []
        for before in view.proposal.requirements:
            card = self.cards.get(before.id)
            if card is None:
                rows.append(before)
                continue
            one, good = card.read()
            self._hold(("requirement", before.id), card, good=good)
            rows.append(one)
            card.held = one
            if one != before:
                self._note(partial(proposals.change_requirement, desk, before))
                self.run(
                    partial(proposals.change_requirement, desk, one), self._kept, self._not_kept
                )
        self.view = replace(view, proposal=replace(view.proposal, requirements=tuple(rows)))

    def _hold(
        self, subject: tuple[str, str], card: OrderCard | RequirementCard, *, good: bool
    ) -> None:
        """Hold what stands in a card until it can be kept."""
        if good:
            self.shell.forget_words(subject)
        else:
            self.shell.keep_words(subject, **card.typed())

    def _show_typed(self, subject: tuple[str, str], card: OrderCard | RequirementCard) -> None:
        held = self.shell.kept_words(subject)
        if held:
            card.show_typed(held)
            _read, good = card.read()
            self._hold(subject, card, good=good)

    def _say_kept(self) -> None:
        """Say that all is saved, unless something stands here that can't be."""
        assert self.view is not None
        rows = (("requirement", one.id) for one in self.view.proposal.requirements)
        if any(map(self.shell.kept_words, (("proposal", self.view.report_id), *rows))):
            self.shell.not_saved()
        else:
            self.shell.saved(self.desk.clock.now())

    def _kept(self, view: ProposalView) -> None:
        self._say_kept()
        if self.view is not None and not self._unsaved:
            self.view = view
            self._say()

    def _not_kept(self, error: Exception) -> None:
        self.shell.not_saved()
        self.shell.show_error(error)

    # -- deeds -------------------------------------------------------------------------------

    def _note(self, step: Step) -> None:
        self._steps.append(step)
        del self._steps[:-STEPS]

    def _do(self, deed: Step, focus: Callable[[ProposalView], str] = lambda _view: "") -> None:
        """Do something to the proposal and draw it anew."""

        def done(view: ProposalView) -> None:
            self._show(view, focus(view))
            self._say_kept()

        self.run(deed, done)

    @Slot()
    def _add(self) -> None:
        self._keep()
        view, desk, code = self.view, self.desk, self.more.currentData()
        if view is None:
            return
        held = {one.id for one in view.proposal.requirements}

        def new(now: ProposalView) -> str:
            added = next((one.id for one in now.proposal.requirements if one.id not in held), "")
            if added:
                self._note(partial(proposals.remove_requirement, desk, added))
            return added

        self._do(partial(proposals.add_requirement, desk, view.report_id, code), new)

    def _remove(self, one: Requirement) -> None:
        self._keep()
        desk = self.desk
        self.shell.forget_words(("requirement", one.id))
        self._note(partial(proposals.restore_requirement, desk, one.id))
        self._do(partial(proposals.remove_requirement, desk, one.id), lambda _view: MORE)

    def _write(self) -> None:
        self._keep()
        if self.view is not None:
            self._do(partial(proposals.write_into_report, self.desk, self.view.report_id))

    def _back(self) -> None:
        if self.view is not None:
            self.shell.go(
                "report_write",
                report_id=self.view.report_id,
                child_id=self.view.child_id,
                section=self.view.section,
            )
