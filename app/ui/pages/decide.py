"""The page a manager decides on: levels with their reasons, what changed, what is not met, then
the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import deciding, oversight, rule_words, tasks
from app.casework.dates import in_words
from app.casework.deciding import LevelLine, ToDecide
from app.casework.oversight import OversightItem, PanelView
from app.casework.places import Place
from app.casework.returned import Proposal
from app.casework.tasks import TaskView
from app.core.clock import local
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import (
    Banner,
    Body,
    Card,
    FlowLayout,
    LevelBadge,
    Muted,
    PageHeader,
    Pill,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Separator,
    Small,
    Strong,
    level_word,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.child_glance import strengths_card
from app.ui.pages.decide_dialogs import AskDialog, Wanted
from app.ui.pages.edit_record import ReasonDialog
from app.ui.pages.rail_numbers import count_again

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

WIDTH: Final = 860
LARGE_TEXT: Final = 1.5
# The page is read in ten minutes: of many changes, and of a long answer, the form shows the rest.
MOST_CHANGES: Final = 20
MOST_LETTERS: Final = 240


class DecidePage(Page):
    """One request: `entered` with its record_id, child_id, and `ask` to begin with a direction for
    the `section` of that name.
    """

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Decide")
        self.seen: ToDecide | None = None
        self.scroll = ScrollPage(width=WIDTH)
        self.outer.addWidget(self.scroll)
        look = theme.current()
        # At large text a foot that stays would take the room that is needed to read.
        self._stays = look.scale < LARGE_TEXT
        self._foot = QWidget()
        self._buttons = FlowLayout(gap=12)
        self._foot.setLayout(self._buttons)
        self.read_form: SecondaryButton | None = None
        if self._stays:
            self._buttons.setContentsMargins(look.px(24), look.px(12), look.px(24), look.px(12))
            self.outer.addWidget(Separator())
            self.outer.addWidget(self._foot)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.child_id = args.get("child_id")
        oversight_id = args["record_id"]
        self.run(lambda: deciding.read(desk, oversight_id), self._show)

    def place(self) -> Place | None:
        """Override Page.place."""
        return Place("decide", child_id=self.child_id, record_id=self.args["record_id"])

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first: never what decides something."""
        return self.read_form

    @property
    def window_title(self) -> str:
        """Override Page.window_title: no name of a child."""
        return _("Decide")

    # -- drawing ---------------------------------------------------------------------------

    def _show(self, seen: ToDecide) -> None:
        self.seen = seen
        self.child_id = seen.item.child_id
        item = seen.item
        if not self._stays:
            self._foot.setParent(self)
        clear(self.scroll.column)
        self.scroll.add(
            PageHeader(
                item.title,
                _("By {author}, submitted {day}").format(
                    author=item.author, day=in_words(local(item.submitted_at).date())
                ),
                above=_("{child} · {form}").format(child=item.child_name, form=_("Oversight")),
            )
        )
        self.scroll.add(_pills(item))
        if seen.why_not:
            self.scroll.add(Banner(self._decided_words(item) or seen.why_not, "accent"))
        for set_aside in item.set_aside:
            self.scroll.add(
                Banner(set_aside, "attention", heading=_("Another decision, which does not count"))
            )
        self.scroll.add(strengths_card(seen.strengths))
        self.scroll.add(self._levels(seen))
        self.scroll.add(self._changed(seen))
        if seen.unmet or not item.decision:
            self.scroll.add(_unmet(seen))
        if seen.one_source:
            self.scroll.add(_listed(_("Whose word it rests on"), seen.one_source))
        if seen.earlier or seen.kept:
            self.scroll.add(self._earlier(seen))
        if seen.panels:
            self.scroll.add(self._panels(seen))
        if seen.may or seen.planned:
            self.scroll.add(self._directions(seen))
        self._show_buttons(seen)
        if not self._stays:
            self.scroll.add(self._foot)
            self._foot.show()
        self.scroll.end()
        self._go_on_writing(seen)

    def _decided_words(self, item: OversightItem) -> str:
        if not item.decision or item.decided_at is None:
            return ""
        said = oversight.decision_words(
            item.decision, item.decided_by, in_words(local(item.decided_at).date())
        )
        return f"{said}: {item.note}" if item.note else said

    def _levels(self, seen: ToDecide) -> Card:
        card = Card(_("The levels, and why"))
        for number, line in enumerate(seen.levels):
            if number:
                card.add(Separator())
            card.add(self._level(seen, line))
        if not seen.levels:
            card.add(Muted(_("This form sets no levels.")))
        return card

    def _level(self, seen: ToDecide, line: LevelLine) -> QWidget:
        block, column = _block()
        head = FlowLayout(gap=10)
        head.addWidget(Strong(line.label).one_line())
        head.addWidget(LevelBadge(line.level, line.label, strong=True))
        if seen.before:
            head.addWidget(
                Muted(
                    _("Before: {level}").format(level=level_word(line.before))
                    if line.before != line.level
                    else _("As before")
                ).one_line()
            )
        column.addLayout(head)
        column.addWidget(Body(line.reasons or _("No reasons are given.")))
        if line.proposal is not None:
            column.addWidget(
                Banner(
                    _("{who} proposes {level}: {reasons}").format(
                        who=line.proposal.by,
                        level=level_word(line.proposal.level),
                        reasons=line.proposal.reasons,
                    ),
                    "attention",
                )
            )
        for words in line.beside:
            column.addWidget(
                Banner(
                    words,
                    "serious",
                    heading=_("Two managers proposed a level at the same time"),
                    actions=(
                        SecondaryButton(_("Choose between them"), lambda: self.shell.go("sync")),
                    ),
                )
            )
        if seen.may:
            row = FlowLayout(gap=10)
            if line.proposal is None:
                propose = SecondaryButton(_("Propose another level"), partial(self._propose, line))
            else:
                propose = SecondaryButton(
                    _("Take the proposal back"), partial(self._unpropose, line)
                )
            propose.setAccessibleDescription(line.label)
            row.addWidget(propose)
            column.addLayout(row)
        return block

    def _changed(self, seen: ToDecide) -> Card:
        card = Card(_("What changed since last time"))
        if not seen.before:
            card.add(Muted(_("This is the first one, so there is nothing to set it beside.")))
            return card
        card.add(
            Muted(_("Beside {before}. {summary}").format(before=seen.before, summary=seen.same))
        )
        for one in seen.changed[:MOST_CHANGES]:
            block, column = _block()
            column.addWidget(
                Small(
                    _("{section} · {question}").format(section=one.section, question=one.question)
                )
            )
            column.addWidget(
                Body(
                    _("{before} → {after}").format(
                        before=_briefly(one.before), after=_briefly(one.after)
                    )
                )
            )
            card.add(block)
        more = len(seen.changed) - MOST_CHANGES
        if more > 0:
            card.add(
                Muted(
                    ngettext(
                        "{count} more change stands in the form, under What changed.",
                        "{count} more changes stand in the form, under What changed.",
                        more,
                    ).format(count=more)
                )
            )
        return card

    def _earlier(self, seen: ToDecide) -> Card:
        card = Card(_("What was asked for last time"))
        for task in seen.earlier:
            head = FlowLayout(gap=8)
            done = task.state == "done"
            head.addWidget(
                Pill(_("Done") if done else _("Not done yet"), "good" if done else "attention")
            )
            if task.section_label:
                head.addWidget(Muted(task.section_label).one_line())
            card.add(head)
            card.add(Body(task.title))
            if task.done_words:
                card.add(Small(task.done_words))
        for proposal in seen.kept:
            card.add(Body(_answer_words(proposal)))
        return card

    def _panels(self, seen: ToDecide) -> Card:
        card = Card(_("Panel"))
        for panel in seen.panels:
            head = FlowLayout(gap=8)
            head.addWidget(Pill(panel.title, "good" if panel.held else "attention"))
            card.add(head)
            card.add(Body(panel.detail))
            if not panel.held and not seen.item.decision and self.desk.actor.may_write:
                row = FlowLayout(gap=10)
                row.addWidget(
                    SecondaryButton(_("Record what it decided"), partial(self._record, panel))
                )
                card.add(row)
        return card

    def _directions(self, seen: ToDecide) -> Card:
        card = Card(_("What you ask for"))
        for task in seen.planned:
            card.add(self._direction(seen, task))
            card.add(Separator())
        if not seen.planned:
            card.add(
                Muted(
                    _(
                        "Write a direction for each section that needs one. Each becomes a task "
                        "of the author when you decide."
                    )
                )
            )
        if seen.needed:
            need = FlowLayout(gap=8)
            need.addWidget(Pill(_("Needed before you countersign"), "serious"))
            card.add(need)
            card.add(Body(seen.needed))
        if seen.may:
            row = FlowLayout(gap=10)
            self.add_direction = SecondaryButton(_("Add a direction"), self._ask_direction)
            row.addWidget(self.add_direction)
            card.add(row)
        return card

    def _direction(self, seen: ToDecide, task: TaskView) -> QWidget:
        block, column = _block()
        column.addWidget(Strong(task.section_label or _("The whole form")))
        column.addWidget(Body(task.title))
        if task.details.due_on is not None:
            column.addWidget(Small(_("by {day}").format(day=in_words(task.details.due_on))))
        if seen.may:
            row = QHBoxLayout()
            remove = SecondaryButton(_("Take out"), partial(self._remove, task))
            remove.setAccessibleDescription(task.title)
            row.addWidget(remove, 0, Qt.AlignmentFlag.AlignLeft)
            row.addStretch(1)
            column.addLayout(row)
        return block

    def _show_buttons(self, seen: ToDecide) -> None:
        clear(self._buttons)
        buttons: list[QWidget] = []
        if seen.may:
            buttons += [
                PrimaryButton(_("Countersign"), self._countersign),
                SecondaryButton(_("Return with directions"), self._return),
                SecondaryButton(_("Ask for a panel"), self._ask_panel),
            ]
        self.read_form = SecondaryButton(_("Read the whole form"), self._read)
        buttons.append(self.read_form)
        for button in buttons:
            self._buttons.addWidget(button)
            button.show()

    # -- deeds -----------------------------------------------------------------------------

    def _read(self) -> None:
        assert self.seen is not None
        item = self.seen.item
        self.shell.go("form", record_id=item.record_id, child_id=item.child_id)

    def _do(self, work: Callable[[], object], subject: tuple[str, ...], *, leave: bool) -> None:
        """Do `work`; its words are held until it is done."""

        def done(_result: object) -> None:
            self.shell.forget_words(subject)
            self.shell.saved(self.desk.clock.now())
            count_again(self)
            if leave:
                self.shell.go("waiting")
            else:
                self.entered(self.desk, self.args)

        self.run(work, done)

    def _subject(self, what: str, more: str = "") -> tuple[str, ...]:
        assert self.seen is not None
        return (what, self.seen.item.id, more) if more else (what, self.seen.item.id)

    def _countersign(self) -> None:
        assert self.seen is not None
        desk, item, subject = self.desk, self.seen.item, self._subject("countersign")
        hint = _("Your reasons stay with the assessment, under your name.")
        if item.high:
            hint = _(
                "A level is High or Very high: a signature alone is not enough. Your reasons stay "
                "with the assessment, under your name."
            )
        ReasonDialog(
            _("Countersign"),
            _("Why you agree"),
            hint,
            _("Countersign"),
            lambda words: self._do(
                lambda: oversight.countersign(desk, item.id, words), subject, leave=True
            ),
            self,
            subject=subject,
        ).ask()

    def _return(self) -> None:
        assert self.seen is not None
        desk, item, subject = self.desk, self.seen.item, self._subject("return")
        said = bool(self.seen.planned) or any(line.proposal for line in self.seen.levels)
        hint = _("{author} sees this at the top of the new version.").format(author=item.author)
        if said:
            hint += " " + _(
                "You may leave it empty: what you ask for section by section goes along."
            )
        AskDialog(
            Wanted(
                title=_("Return with directions"),
                confirm=_("Return"),
                label=_("What is to be done"),
                hint=hint,
                needs_words=not said,
            ),
            self,
            lambda answer: self._do(
                lambda: oversight.return_with_directions(desk, item.id, answer.words),
                subject,
                leave=True,
            ),
            subject=subject,
        ).ask()

    def _ask_panel(self) -> None:
        assert self.seen is not None
        desk, item, subject = self.desk, self.seen.item, self._subject("panel")
        AskDialog(
            Wanted(
                title=_("Ask for a panel"),
                confirm=_("Ask for it"),
                label=_("What it is to look at, and who is needed"),
                hint=_("You decide when what the panel said is recorded."),
                day_label=_("To be held by"),
                day=self.seen.panel_by,
            ),
            self,
            lambda answer: self._do(
                lambda: oversight.ask_for_panel(desk, item.id, answer.words, answer.day),
                subject,
                leave=False,
            ),
            subject=subject,
        ).ask()

    def _ask_direction(self) -> None:
        assert self.seen is not None
        desk, item, subject = self.desk, self.seen.item, self._subject("direction")
        AskDialog(
            Wanted(
                title=_("Add a direction"),
                confirm=_("Add it"),
                label=_("What is to be done"),
                hint=_("{author} sees it at this section.").format(author=item.author),
                choice_label=_("Section"),
                choices=(
                    ("", _("The whole form")),
                    *((one.name, one.label) for one in self.seen.sections),
                ),
                chosen=str(self.args.get("section", "")),
                day_label=_("By when"),
                day=self.seen.direction_by,
            ),
            self,
            lambda said: self._do(
                lambda: oversight.write_direction(desk, item.id, said.choice, said.words, said.day),
                subject,
                leave=False,
            ),
            subject=subject,
        ).ask()

    def _propose(self, line: LevelLine) -> None:
        assert self.seen is not None
        desk, item = self.desk, self.seen.item
        subject = self._subject("propose", line.judgement)
        others = (level for level in line.choices if level != line.level)
        AskDialog(
            Wanted(
                title=_("Propose another level"),
                confirm=_("Propose it"),
                label=_("Why you see it otherwise"),
                hint=_("The author sets the level. Both levels and both reasons stay."),
                choice_label=line.label,
                choices=tuple((level, level_word(level)) for level in others),
            ),
            self,
            lambda said: self._do(
                lambda: oversight.propose_level(
                    desk, item.id, line.judgement, said.choice, said.words
                ),
                subject,
                leave=False,
            ),
            subject=subject,
        ).ask()

    def _unpropose(self, line: LevelLine) -> None:
        assert self.seen is not None
        desk, item = self.desk, self.seen.item
        self._do(
            lambda: oversight.take_back_proposal(desk, item.id, line.judgement),
            self._subject("propose", line.judgement),
            leave=False,
        )

    def _remove(self, task: TaskView) -> None:
        desk, subject = self.desk, ("undirect", task.id)
        ReasonDialog(
            _("Take this direction out?"),
            _("Why is it taken out?"),
            _("It stays in the history, with your reason."),
            _("Take out"),
            lambda words: self._do(
                lambda: tasks.remove_task(desk, task.id, words), subject, leave=False
            ),
            self,
            subject=subject,
        ).ask()

    def _record(self, panel: PanelView) -> None:
        self.shell.go(
            "edit_record", record_type="panel", child_id=panel.child_id, record_id=panel.id
        )

    def _go_on_writing(self, seen: ToDecide) -> None:
        """Open the dialog again that a lock closed, or the one that somebody came for."""
        if not seen.may:
            return
        deeds: list[tuple[tuple[str, ...], Callable[[], None]]] = [
            (self._subject("countersign"), self._countersign),
            (self._subject("return"), self._return),
            (self._subject("panel"), self._ask_panel),
            (self._subject("direction"), self._ask_direction),
            *(
                (self._subject("propose", line.judgement), partial(self._propose, line))
                for line in seen.levels
                if line.proposal is None
            ),
            *((("undirect", task.id), partial(self._remove, task)) for task in seen.planned),
        ]
        go_on = next((do for subject, do in deeds if self.shell.kept_words(subject)), None)
        if go_on is not None:
            go_on()
        elif self.args.pop("ask", None):
            self._ask_direction()


def _block() -> tuple[QWidget, QVBoxLayout]:
    block = QWidget()
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.current().px(6))
    return block, column


def _briefly(words: str) -> str:
    if not words:
        return _("nothing")
    return words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1].rstrip() + "…"


def _pills(item: OversightItem) -> FlowLayout:
    row = FlowLayout(gap=8)
    for pill in pills_of(item):
        row.addWidget(pill)
    return row


def pills_of(item: OversightItem) -> list[Pill]:
    """For how long a request has waited, until when, and what stands with it."""
    found = []
    if item.age:
        found.append(Pill(_("Waiting {age}").format(age=item.age), "plain"))
    if item.due is not None and not item.decision:
        words = _("Overdue since {day}") if item.late else _("Due {day}")
        said = rule_words.marked(words.format(day=in_words(item.due)), verified=item.verified)
        pill = Pill(said, "serious" if item.late else "attention")
        if not item.verified:
            pill.setToolTip(rule_words.meaning())
            pill.setAccessibleDescription(rule_words.meaning())
        found.append(pill)
    if item.high:
        found.append(Pill(_("A level is High or Very high"), "serious"))
    if item.panel:
        found.append(Pill(item.panel, "accent"))
    return found


def _unmet(seen: ToDecide) -> Card:
    if not seen.unmet:
        card = Card(_("Good practice"))
        card.add(Muted(_("Everything that was looked for is there.")))
        return card
    return _listed(_("Good practice not met yet"), seen.unmet)


def _listed(heading: str, lines: tuple[str, ...]) -> Card:
    card = Card(heading)
    for line in lines:
        card.add(Body(_("• {line}").format(line=line)))
    return card


def _answer_words(proposal: Proposal) -> str:
    words = {
        True: _("{label}: {proposed} was proposed and taken up: {reasons}"),
        False: _("{label}: {proposed} was proposed; the author kept {own}: {reasons}"),
        None: _("{label}: {proposed} was proposed and not answered."),
    }
    return words[proposal.accepted].format(
        label=proposal.label,
        proposed=level_word(proposal.level),
        own=level_word(proposal.authors),
        reasons=proposal.answer,
    )
