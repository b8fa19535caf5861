"""What stands on the Sync page: two answers side by side, what was refused, what is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from app.casework.sync_conflicts import ConflictView, Side
from app.casework.syncing import AsideRow, DiffersRow, NoticeView, RefusedRow, StopView
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import (
    Body,
    Card,
    Dialog,
    FieldFrame,
    FlowLayout,
    Heading,
    KeyFacts,
    LevelBadge,
    Muted,
    Pill,
    PrimaryButton,
    SecondaryButton,
    Small,
    Strong,
)
from app.ui.kit.dialogs import HOLDS_WORDS

if TYPE_CHECKING:
    from app.ui.shell import Shell


class AttentionCard(Card):
    """A card with a thick edge: something that needs a person. `tone` is attention or serious."""

    def __init__(self, heading: str, pill: str, tone: str = "attention") -> None:
        super().__init__()
        self.setProperty("edge", tone)
        self.setAccessibleName(heading)
        row = QHBoxLayout()
        row.setSpacing(theme.current().px(12))
        self.heading = Heading(heading)
        row.addWidget(self.heading, 1)
        self.pill = Pill(pill, tone)
        row.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignTop)
        self.add(row)


def buttons(*made: QWidget) -> FlowLayout:
    """Buttons side by side, in as many lines as they need."""
    flow = FlowLayout(gap=12)
    for button in made:
        flow.addWidget(button)
    return flow


class ConflictCard(AttentionCard):
    """Two people's answers to one question, and what stood there before.

    Args:
        decides: Whether the person may decide. keep: called with True for mine, False for theirs.
        anew: Asks for another answer.
    """

    def __init__(
        self,
        found: ConflictView,
        child_name: str,
        *,
        decides: bool,
        keep: Callable[[bool], object],
        anew: Callable[[], object],
    ) -> None:
        heading = _("Two people changed the same answer")
        if child_name:
            heading = _("Two people changed the same answer about {child}").format(child=child_name)
        super().__init__(heading, _("waiting") if found.answered else _("needs you"))
        self.add(Muted(_about(found)))
        if found.kept_back:
            self.add(Body(_("You may not read these answers, so somebody else has to decide.")))
            return
        decides = decides and not found.answered and not found.why_not
        sides = (
            (_("Before"), found.base, None),
            (_mine_words(found), found.mine, True),
            (_by(found.theirs), found.theirs, False),
        )
        grid = QGridLayout()
        grid.setSpacing(theme.current().px(12))
        stacked = theme.current().large
        for place, (title, side, mine) in enumerate(sides):
            part = self._side(found, title, side)
            if mine is not None and decides and (side.counts or not found.closed):
                part.add(buttons(self._keep_button(found, mine=mine, keep=keep)))
            part.set_chosen(side.counts)
            grid.addWidget(part, place if stacked else 0, 0 if stacked else place)
            grid.setColumnStretch(0 if stacked else place, 1)
        self.add(grid)
        if found.why_not:
            self.add(Muted(found.why_not))
        if found.answered:
            self.add(Body(_("Decided here. The server is told with the next sync.")))
        elif decides and found.new_answer is not None:
            self.anew = SecondaryButton(_("Write a new answer with reasons"), anew)
            self.add(buttons(self.anew))

    @staticmethod
    def _side(found: ConflictView, title: str, side: Side) -> Card:
        part = Card()
        part.add(Small(title))
        if side.level is not None:
            part.add(LevelBadge(side.level, found.label, strong=True))
            if side.reasons:
                part.add(Body(side.reasons))
        elif side.text:
            part.add(Strong(side.text))
        else:
            part.add(Muted(_("No answer")))
        if side.counts and not found.answered:
            flow = FlowLayout(gap=6)
            flow.addWidget(Pill(_("counts until somebody decides"), "plain"))
            part.add(flow)
        return part

    @staticmethod
    def _keep_button(found: ConflictView, *, mine: bool, keep: Callable[[bool], object]) -> QWidget:
        side = found.mine if mine else found.theirs
        if mine and found.here:
            return PrimaryButton(_("Keep mine"), partial(keep, True))
        if not mine and found.here:
            return SecondaryButton(_("Keep theirs"), partial(keep, False))
        return SecondaryButton(
            _("Keep the answer of {name}").format(name=side.who), partial(keep, mine)
        )


def _about(found: ConflictView) -> str:
    said = _("{record} · {question}.").format(record=found.record, question=found.label)
    if found.closed:
        return said + " " + _("The form is submitted, so what counts now stays.")
    if found.mine.level is not None and found.theirs.level is not None:
        return said + " " + _("Until you decide, both are shown and the more severe counts.")
    return said + " " + _("Until you decide, both are shown.")


def _mine_words(found: ConflictView) -> str:
    if found.here:
        return _("You · {when}").format(when=found.mine.when) if found.mine.when else _("You")
    return _by(found.mine)


def _by(side: Side) -> str:
    return _("{name} · {when}").format(name=side.who, when=side.when) if side.when else side.who


class NewAnswerDialog(Dialog):
    """Asks for another answer, with reasons. What is typed is held until it is saved."""

    def __init__(
        self, shell: Shell, found: ConflictView, done: Callable[[str, str], object]
    ) -> None:
        super().__init__(_("Write a new answer"), shell, width=520)
        self.setProperty(HOLDS_WORDS, True)
        self._shell = shell
        self._done = done
        self._subject = subject_of(found)
        held = shell.kept_words(self._subject)
        self.column.addWidget(Body(found.label))
        choices = found.new_answer.choices if found.new_answer is not None else ()
        self.choice: QComboBox | None = None
        self.text: QPlainTextEdit | None = None
        if choices:
            self.choice = QComboBox()
            self.choice.addItem(_("Choose"), "")
            for code, words in choices:
                self.choice.addItem(words, code)
            self.choice.setCurrentIndex(max(0, self.choice.findData(held.get("answer", ""))))
            self.choice.currentIndexChanged.connect(self._typed)
            self.answer_field = FieldFrame(_("New answer"), self.choice)
        else:
            self.text = self._lines(str(held.get("answer", "")))
            self.answer_field = FieldFrame(_("New answer"), self.text)
        self.why = self._lines(str(held.get("words", "")))
        self.why_field = FieldFrame(
            _("Why"), self.why, hint=_("Your reasons stay with the answer, under your name.")
        )
        self.column.addWidget(self.answer_field)
        self.column.addWidget(self.why_field)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(_("Save the new answer"), self._go)
        self.add_button(self.go)
        (self.choice or self.text or self.why).setFocus()

    def _lines(self, text: str) -> QPlainTextEdit:
        made = QPlainTextEdit(text)
        made.setTabChangesFocus(True)
        made.setMaximumHeight(made.fontMetrics().height() * 5)
        made.textChanged.connect(self._typed)
        return made

    def _answer(self) -> str:
        if self.choice is not None:
            return str(self.choice.currentData() or "")
        return self.text.toPlainText() if self.text is not None else ""

    def _typed(self) -> None:
        self._shell.keep_words(self._subject, answer=self._answer(), words=self.why.toPlainText())

    def reject(self) -> None:
        """Override QDialog::reject: the words are not wanted."""
        self._shell.forget_words(self._subject)
        super().reject()

    def _go(self) -> None:
        answer, why = self._answer().strip(), self.why.toPlainText().strip()
        self.answer_field.set_error("" if answer else _("Give the new answer."))
        self.why_field.set_error("" if why else _("Say why, in a few words."))
        if answer and why:
            self.accept()
            self._done(answer, why)


def subject_of(found: ConflictView) -> tuple[str | None, ...]:
    """What words typed for another answer are held under."""
    return ("conflict", found.id)


class RefusedCard(AttentionCard):
    """Work that the server refused: why, what can be done, and what was written."""

    def __init__(
        self,
        row: RefusedRow,
        child_name: str,
        *,
        decides: bool,
        again: Callable[[], object],
        give_up: Callable[[], object],
        show: Callable[[], object],
    ) -> None:
        heading = row.what
        if child_name:
            heading = _("{what}: {child}").format(what=row.what, child=child_name)
        super().__init__(heading, _("needs you"), "serious")
        self.add(Strong(_("Refused: {why}").format(why=row.why)))
        self.add(Body(row.advice))
        others = row.together - 1
        if others > 0:
            self.add(
                Muted(
                    ngettext(
                        "{count} piece of work was refused together with it.",
                        "{count} pieces of work were refused together with it.",
                        others,
                    ).format(count=others)
                )
            )
        self.add(Small(_("Changed {when}").format(when=row.changed)))
        made: list[QWidget] = []
        if decides and row.can_send_again:
            made.append(SecondaryButton(_("Send again"), again))
        if row.written:
            made.append(SecondaryButton(_("What was written"), show))
        if decides:
            made.append(SecondaryButton(_("Let the server’s version count"), give_up))
        self.add(buttons(*made))


class WrittenDialog(Dialog):
    """What was written in refused work, to be read and copied."""

    def __init__(self, shell: Shell, row: RefusedRow) -> None:
        super().__init__(_("What was written"), shell, width=560)
        facts = KeyFacts(row.written)
        for words in facts.findChildren(Body):
            words.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.column.addWidget(facts)
        close = SecondaryButton(_("Close"), self.reject)
        self.add_button(close)
        close.setFocus()


class AsideCard(AttentionCard):
    """A change from the server that was put aside, while the rest went on."""

    def __init__(
        self,
        row: AsideRow,
        child_name: str,
        *,
        again: Callable[[], object],
        save: Callable[[], object] | None,
    ) -> None:
        heading = row.what
        if child_name:
            heading = _("{what}: {child}").format(what=row.what, child=child_name)
        super().__init__(heading, _("put aside"), "attention")
        self.add(Strong(row.why))
        self.add(Body(row.advice))
        self.add(Small(_("Came {when}").format(when=row.came)))
        made: list[QWidget] = [SecondaryButton(_("Try again"), again)]
        if save is not None:
            made.append(SecondaryButton(_("Save as a file"), save))
        self.add(buttons(*made))


class StopCard(AttentionCard):
    """Syncing waits until somebody has answered. Nothing was sent or taken away since."""

    def __init__(self, stop: StopView, *, decides: bool, go_on: Callable[[], object]) -> None:
        super().__init__(stop.text, _("needs you"), "serious")
        if stop.about:
            self.add(Strong(stop.about))
        self.add(Body(stop.advice))
        if decides:
            self.add(buttons(SecondaryButton(stop.yes, go_on)))


class DiffersCard(AttentionCard):
    """What isn't here what it is at the server, though it was read once more."""

    def __init__(
        self,
        row: DiffersRow,
        *,
        again: Callable[[], object] | None,
        open_child: Callable[[], object] | None,
    ) -> None:
        super().__init__(row.text, _("needs you"), "serious")
        self.add(Body(row.advice))
        self.add(Small(_("Since {when}").format(when=row.since)))
        made: list[QWidget] = []
        if again is not None:
            made.append(SecondaryButton(_("Compare again"), again))
        if open_child is not None:
            made.append(SecondaryButton(_("Open the record"), open_child))
        self.add(buttons(*made))


class NoticeCard(Card):
    """Something to be read."""

    def __init__(
        self,
        notice: NoticeView,
        *,
        read: Callable[[], object],
        open_child: Callable[[], object] | None,
        look_at_both: Callable[[], object] | None,
        take_along: Callable[[], object] | None,
    ) -> None:
        super().__init__()
        self.add(Strong(notice.text))
        self.add(Small(notice.at))
        made: list[QWidget] = []
        if look_at_both is not None:
            made.append(SecondaryButton(_("Look at both"), look_at_both))
        if take_along is not None:
            made.append(SecondaryButton(_("Take both along"), take_along))
        if open_child is not None:
            made.append(SecondaryButton(_("Open the record"), open_child))
        made.append(SecondaryButton(_("I have read this"), read))
        self.add(buttons(*made))
