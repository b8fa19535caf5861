"""The plan: *our plan* for those who work on it, *my plan* as the child has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from app.casework import consents, permission, plan, reference
from app.casework.children import ChildView
from app.casework.dates import in_words
from app.casework.disclosure import Exported
from app.casework.plan import PlanView, Target
from app.casework.problems import DetailsRefused, Problem
from app.core.i18n import _
from app.ui.form.typed import date_as_typed, read_date
from app.ui.kit import (
    Body,
    Card,
    Dialog,
    EmptyState,
    FieldFrame,
    FlowLayout,
    Heading,
    KeyFacts,
    Muted,
    Pill,
    PrimaryButton,
    SecondaryButton,
    Separator,
    Small,
    Strong,
    button_row,
)
from app.ui.kit.dialogs import HOLDS_WORDS
from app.ui.kit.spelled import check_spelling
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.pass_on import PassOnDialog, write_file
from app.ui.pages.tones import tone_of

if TYPE_CHECKING:
    from app.ui.pages.child import ChildPage

MOST_PROGRESS: Final = 3
"""Lines of progress below a target; the chronology has all of them."""


class PlanTab(ChildTab):
    """The plan of a child."""

    def __init__(self, page: ChildPage) -> None:
        super().__init__(page)
        self.mine = False

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        self._view = view
        desk = self.page.desk
        self.page.run(lambda: plan.plan_of(desk, view.id), self._show)

    def _show(self, found: PlanView | None) -> None:
        self.empty()
        if found is None:
            self._say_empty()
            return
        self._plan = found
        self._head(found)
        if self.mine:
            self._my_plan(found)
        else:
            self._our_plan(found)
        self.end()
        shell = self.page.shell
        held = next((t for t in found.targets if shell.kept_words(_progress_of(t))), None)
        if held is not None:
            self._ask_progress(held)
        elif shell.kept_words(_copy_of(found)):
            self._ask_to_whom()

    def _say_empty(self) -> None:
        self.add(
            EmptyState(
                _("There is no plan yet"),
                _("It grows out of the assessment: a few targets, small enough to keep."),
                PrimaryButton(
                    _("Go to the assessment"),
                    lambda: self.page.start_form("assessment", "assessment"),
                )
                if self._view.editable
                else None,
            )
        )
        self.end()

    def _head(self, found: PlanView) -> None:
        row = FlowLayout(gap=8)
        self.ours_button = SecondaryButton(_("Our plan"), lambda: self._turn(mine=False))
        self.mine_button = SecondaryButton(_("My plan"), lambda: self._turn(mine=True))
        for button, on in ((self.ours_button, not self.mine), (self.mine_button, self.mine)):
            button.setCheckable(True)
            button.setChecked(on)
            row.addWidget(button)
        desk = self.page.desk
        why_not = "" if desk.actor.may_disclose else permission.refusal("disclose").user_text
        self.copy = SecondaryButton(_("Save My plan as PDF"), self._ask_to_whom)
        self.copy.setEnabled(not why_not)
        self.copy.setToolTip(why_not)
        row.addWidget(self.copy)
        self.add(row)
        said = _("From “{form}”.").format(form=found.title)
        if found.draft:
            said += " " + _("It is a draft: not agreed yet.")
        if found.review_on is not None:
            said += " " + _("To be looked at again on {day}.").format(day=in_words(found.review_on))
        self.add(Muted(said))

    def _turn(self, *, mine: bool) -> None:
        self.mine = mine
        self._show(self._plan)
        button = self.mine_button if mine else self.ours_button
        # Once it is shown: what is drawn anew takes no keyboard before.
        QTimer.singleShot(0, button, button.setFocus)

    # -- our plan --------------------------------------------------------------------------

    def _our_plan(self, found: PlanView) -> None:
        for number, target in enumerate(found.targets, start=1):
            self.add(self._target(number, target))
        if found.tailored:
            self._words(_("How the work is shaped to fit"), (found.tailored,))
        self._words(_("What else keeps people safe for now"), found.controls)
        if found.victim_safety:
            self._words(_("Safety of those who were harmed"), (found.victim_safety,))
        if found.if_thens:
            card = Card(_("If things change"))
            for number, one in enumerate(found.if_thens):
                if number:
                    card.add(Separator())
                facts = KeyFacts()
                facts.add(_("If"), one.if_this)
                facts.add(_("Then"), one.then_that)
                facts.add(_("Who, how soon"), " · ".join(w for w in (one.who, one.how_soon) if w))
                card.add(facts)
            self.add(card)

    def _target(self, number: int, target: Target) -> Card:
        card = Card()
        card.add(Heading(f"{number}. {target.outcome}"))
        if target.state_text:
            state = FlowLayout(gap=8)
            state.addWidget(Pill(target.state_text, tone_of(target.kind)))
            if target.late:
                state.addWidget(Pill(target.late, "attention"))
            card.add(state)
        if target.wants:
            card.add(_said(target.wants))
        facts = KeyFacts()
        for label, value in (
            (_("Steps"), target.steps),
            (_("Who"), target.who),
            (_("By"), in_words(target.by) if target.by else ""),
            (_("When in the plan"), target.order),
            (_("Helps with"), target.factor),
        ):
            if value:
                facts.add(label, value)
        card.add(facts)
        for moment in target.progress[:MOST_PROGRESS]:
            if moment.corrected:
                continue
            line = FlowLayout(gap=8)
            line.addWidget(Small(" · ".join(p for p in (moment.when, moment.by) if p)).one_line())
            for text, kind in moment.pills:
                line.addWidget(Pill(text, tone_of(kind)))
            card.add(line)
            if moment.note:
                card.add(Body(moment.note))
        if self._view.editable:
            note = SecondaryButton(_("Note progress"), lambda: self._ask_progress(target))
            note.setAccessibleDescription(target.outcome)
            card.add(button_row(note))
        return card

    def _words(self, title: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        card = Card(title)
        for line in lines:
            card.add(Body(line))
        self.add(card)

    # -- my plan ---------------------------------------------------------------------------

    def _my_plan(self, found: PlanView) -> None:
        if found.wants:
            card = Card(_("What {child} wants").format(child=found.called))
            card.add(_said(found.wants))
            self.add(card)
        for number, target in enumerate(found.targets, start=1):
            card = Card()
            words = f"“{target.wants}”" if target.wants else target.outcome
            card.add(Heading(f"{number}. {words}"))
            if target.ended:
                state = FlowLayout(gap=8)
                state.addWidget(Pill(target.state_text, tone_of(target.kind)))
                card.add(state)
            facts = KeyFacts()
            for label, value in (
                (_("What I will do"), target.will),
                (_("Who helps me"), target.helpers),
                (_("By"), in_words(target.by) if target.by else ""),
            ):
                if value:
                    facts.add(label, value)
            card.add(facts)
            if not target.wants:
                card.add(
                    Muted(
                        _("{child} has not put this in their own words yet.").format(
                            child=found.called
                        )
                    )
                )
            self.add(card)

    # -- progress --------------------------------------------------------------------------

    def _ask_progress(self, target: Target) -> None:
        ProgressDialog(self, target).ask()

    def note(self, dialog: ProgressDialog, given: dict[str, Any]) -> None:
        """Write what the dialog holds."""
        desk, child_id, target_id = self.page.desk, self._view.id, dialog.target.id

        def failed(error: Exception) -> None:
            if isinstance(error, DetailsRefused):
                dialog.show_problems(error.problems)
            else:
                self.page.shell.show_error(error)

        def noted(_entry_id: str) -> None:
            dialog.accept()
            self.page.shell.saved(self.page.desk.clock.now())
            self.load(self._view)

        self.page.run(lambda: plan.note_progress(desk, child_id, target_id, **given), noted, failed)

    # -- a copy ----------------------------------------------------------------------------

    def _ask_to_whom(self) -> None:
        desk, child_id = self.page.desk, self._view.id
        self.page.run(
            lambda: (plan.file_name(desk, child_id), consents.withheld(desk, child_id)),
            lambda found: self._ask(*found),
        )

    def _ask(self, file_name: str, not_to_share: tuple[str, ...]) -> None:
        dialog = PassOnDialog(
            _("Save My plan as PDF"),
            self.page,
            subject=_copy_of(self._plan),
            file_name=file_name,
            nobody=_("Say who gets this copy."),
            on_go=self._write,
            not_to_share=not_to_share,
        )
        if not dialog.recipient.text():
            dialog.recipient.setText(self._plan.called)
        dialog.ask()

    def _write(self, dialog: PassOnDialog, file: Path) -> None:
        desk, child_id = self.page.desk, self._view.id
        recipient, reason = dialog.recipient.text().strip(), dialog.reason.text()
        write_file(
            self.page,
            lambda replace: plan.export_my_plan(
                desk, child_id, file, recipient=recipient, reason=reason, overwrite=replace
            ),
            self._written,
            busy_text=_("Writing the copy"),
        )

    def _written(self, done: Exported) -> None:
        self.page.shell.forget_words(_copy_of(self._plan))
        self.page.shell.notify(
            _("Saved as {name}. Who got it is in the history.").format(name=done.file.name)
        )


class ProgressDialog(Dialog):
    """How far a target is: words, a day and a note, held by the window until they are saved."""

    def __init__(self, tab: PlanTab, target: Target) -> None:
        super().__init__(_("Note progress"), tab.page, width=560)
        self.setProperty(HOLDS_WORDS, True)
        self.tab, self.target = tab, target
        self._shell, self._clock = tab.page.shell, tab.page.desk.clock
        self.column.addWidget(Strong(target.outcome))
        self.state = QComboBox()
        for entry in reference.listing("target_progress").entries:
            self.state.addItem(entry.label(), entry.code)
        self.day = QLineEdit()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        check_spelling(self.text)
        self.text.setMaximumHeight(self.text.fontMetrics().height() * 5)
        self.frames = {
            "progress": FieldFrame(_("How far the target is"), self.state),
            "happened_on": FieldFrame(_("Day"), self.day),
            "note": FieldFrame(_("What was done, and what helped"), self.text),
        }
        for frame in self.frames.values():
            self.column.addWidget(frame)
        held = self._shell.kept_words(_progress_of(target))
        self.state.setCurrentIndex(
            max(0, self.state.findData(held.get("progress") or target.state))
        )
        today = date_as_typed(self._clock.today().isoformat())
        self.day.setText(str(held.get("day") or today))
        self.text.setPlainText(str(held.get("note", "")))
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(_("Save"), self._go)
        self.add_button(self.go)
        self.text.textChanged.connect(self._typed)
        self.day.textEdited.connect(self._typed)
        self.state.setFocus()

    def reject(self) -> None:
        """Override QDialog::reject: the words are not wanted."""
        self._shell.forget_words(_progress_of(self.target))
        super().reject()

    def accept(self) -> None:
        """Override QDialog::accept: the words are in the casebook."""
        self._shell.forget_words(_progress_of(self.target))
        super().accept()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say beside each field what is wrong with it."""
        said = {problem.field: problem.text for problem in problems}
        for name, frame in self.frames.items():
            frame.set_error(said.get(name, ""))
        first = next((self.frames[p.field] for p in problems if p.field in self.frames), None)
        if first is not None:
            first.focus_editor()

    def _typed(self, _text: str = "") -> None:
        self._shell.keep_words(
            _progress_of(self.target),
            progress=self.state.currentData(),
            day=self.day.text(),
            note=self.text.toPlainText(),
        )

    def _go(self) -> None:
        day = read_date(self.day.text(), self._clock.today())
        if day is None:
            text = _("Enter a day, such as 14/11/2026, today or yesterday.")
            self.show_problems((Problem("happened_on", text, blocks=True),))
            return
        self.tab.note(
            self,
            {"progress": self.state.currentData(), "note": self.text.toPlainText(), "day": day},
        )


def _said(words: str) -> Body:
    """The child's own words."""
    body = Body(f"“{words}”")
    font = body.font()
    font.setItalic(True)
    body.setFont(font)
    return body


def _progress_of(target: Target) -> tuple[str, str]:
    return ("progress", target.id)


def _copy_of(found: PlanView) -> tuple[str, str]:
    return ("my_plan", found.record_id)
