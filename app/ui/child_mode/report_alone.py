"""A report read alone: the laptop is with the child or a parent, one part of the report at a time.

Nothing else of the casebook can be reached from here, and only the worker's passphrase leads back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QButtonGroup,
    QHBoxLayout,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.casework import passphrase, plain_words, report_checking
from app.casework.places import Place
from app.casework.plain_words import PlainReport, PlainSection
from app.core import i18n
from app.core.errors import KnownError
from app.core.i18n import _
from app.core.paths import resource_path
from app.ui import theme
from app.ui.child_mode import speech
from app.ui.child_mode.editors import SIZE
from app.ui.child_mode.give_back import GiveBackScreen
from app.ui.child_mode.look import style
from app.ui.child_mode.screens import BigButton, BigWords, Centred, ProgressLine
from app.ui.child_mode.speech import Voice
from app.ui.form.editors.cards_layout import CardsLayout
from app.ui.form.editors.pictures import ChoiceCard
from app.ui.form.tab_order import order_tabs, tab_stops
from app.ui.kit import Body, ErrorText
from app.ui.page import Page

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

LINES: Final = 3
PARENT: Final = "parent"


class OpeningScreen(Centred):
    """What this is, what becomes of what one says to it, and that stopping is fine."""

    def __init__(self, called: str) -> None:
        super().__init__()
        self.column.setSpacing(theme.current().px(12))
        hello = BigWords(_("Hi {child}").format(child=called), size="child_question", weight=700)
        self.column.addWidget(hello if called else BigWords(_("Hello"), weight=700))
        for line in (
            _("This is what the report for the court says, in plain words."),
            _("You see one part at a time. You can say if it is right."),
            _("What you write goes into the report just as you write it. The court reads it."),
            _("If you or someone else may get hurt, we have to tell people who can help."),
            _("You can leave out any part. You can stop at any time. That is fine."),
        ):
            self.column.addWidget(BigWords(line))
        self.finish()


class PartScreen(Centred):
    """One part of the report, and what the reader says to it. Nothing is chosen at first.

    Signals:
        said: An answer was chosen, or words were typed.
    """

    said = Signal()

    def __init__(
        self, section: PlainSection, answer: str, comment: str, read_button: QWidget | None
    ) -> None:
        super().__init__()
        look = theme.current()
        self.section = section
        self.column.setSpacing(look.px(14))
        head = QHBoxLayout()
        head.setSpacing(look.px(18))
        if read_button is not None:
            head.addWidget(read_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.heading = BigWords(section.heading, size="child_question", weight=700)
        head.addWidget(self.heading, 1)
        self.column.addLayout(head)
        for words in section.sentences:
            self.column.addWidget(BigWords(words))
        if section.needs_words:
            self.column.addWidget(
                BigWords(_("The report says more here. Ask your worker to tell you."))
            )
        elif not section.sentences:
            self.column.addWidget(BigWords(_("There is nothing in this part yet.")))
        self.question = BigWords(_("Is this right?"), weight=600)
        self.column.addWidget(self.question)
        self.problem = ErrorText()
        self.problem.setStyleSheet(f"font-size: {look.points(SIZE):g}pt;")
        self.problem.hide()
        self.column.addWidget(self.problem)
        self.cards = self._answers(answer)
        label = BigWords(_("Do you want to say something?"), weight=600)
        self.column.addWidget(label)
        self.comment = QPlainTextEdit()
        self.comment.setAccessibleName(label.text())
        self.comment.setTabChangesFocus(True)
        self.comment.setFont(look.font(SIZE))
        self.comment.setFixedHeight(self.comment.fontMetrics().lineSpacing() * LINES + look.px(24))
        self.comment.setPlainText(comment)
        self.comment.textChanged.connect(self.said)
        self.column.addWidget(self.comment)
        self.finish()

    def _answers(self, answer: str) -> dict[str, ChoiceCard]:
        box = QWidget()
        box.setAccessibleName(self.question.text())
        flow = CardsLayout(box, spacing=theme.current().px(16))
        self._group = QButtonGroup(self)
        cards = {}
        for code, words in (
            ("agree", _("Yes, it is right")),
            ("disagree", _("No, it is not right")),
            ("could_not_answer", _("I can’t say")),
        ):
            card = ChoiceCard(words, size=SIZE, parent=box)
            card.setChecked(code == answer)
            card.clicked.connect(lambda _on: self.said.emit())
            self._group.addButton(card)
            flow.addWidget(card)
            cards[code] = card
        self.column.addWidget(box)
        return cards

    @property
    def answer(self) -> str:
        """What was chosen; empty: nothing."""
        return next((code for code, card in self.cards.items() if card.isChecked()), "")

    def spoken(self) -> str:
        """Everything that is to be read aloud."""
        choices = [f"{card.text()}." for card in self.cards.values()]
        return " ".join(
            (f"{self.heading.text()}.", *self.section.sentences, self.question.text(), *choices)
        )

    def show_problem(self, text: str) -> None:
        """Say what is missing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


class ThanksScreen(Centred):
    """The reader has come to the end."""

    def __init__(self) -> None:
        super().__init__()
        self.column.addWidget(
            BigWords(_("That was all. Thank you."), size="child_question", weight=700)
        )
        self.column.addWidget(BigWords(_("You can go back and change what you said.")))
        self.column.addWidget(BigWords(_("When you are done, give the laptop to your worker.")))
        self.finish()


class ReportAlonePage(Page):
    """Full screen, one part at a time; left with the worker's passphrase alone."""

    chrome = False
    rail = False

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.setObjectName("childMode")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(style())
        self.report: PlainReport | None = None
        self.listener = "child"
        self.at = -1
        self.screen_shown: QWidget | None = None
        self.find_voice: Callable[[str], Voice | None] = lambda code: speech.voice_for(code, self)
        self._voice: Voice | None = None
        self._with_reader = False
        self._said: dict[str, tuple[str, str]] = {}
        self._build()

    # -- coming and going ------------------------------------------------------------------

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id, listener and
        language (after a lock all in path).
        """
        self.title = ""
        self._with_reader = True
        QGuiApplication.clipboard().clear()
        report_id = args.get("report_id") or args["record_id"]
        listener, language, at = ((args.get("path") or "") + "//").split("/")[:3]
        self.listener = args.get("listener") or listener or "child"
        tongue = args.get("language") or language or None
        self.at = int(at) if at else -1
        self.run(lambda: plain_words.read(desk, report_id, tongue), self._opened, self._not_opened)

    def leaving(self) -> None:
        """Override Page.leaving: what was said to this part is kept."""
        if self._voice is not None:
            self._voice.stop()
        if isinstance(self.screen_shown, PartScreen) and self.screen_shown.answer:
            self._keep(self.screen_shown)

    def may_leave(self) -> bool:
        """Override Page.may_leave: not while the laptop is with the reader."""
        return not self._with_reader

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.report is None or not self._with_reader:
            return None
        return Place(
            "report_alone",
            child_id=self.report.child_id,
            record_id=self.report.report_id,
            path=f"{self.listener}/{self.report.language}/{self.at if self.at >= 0 else ''}",
        )

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.next

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QWidget.keyPressEvent: Page Up and Page Down turn a part that is long."""
        turns = {
            Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
            Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
        }
        turn = turns.get(Qt.Key(event.key()))
        if turn is not None and isinstance(self.screen_shown, Centred):
            self.screen_shown.verticalScrollBar().triggerAction(turn)
            return
        super().keyPressEvent(event)

    # -- building --------------------------------------------------------------------------

    def _build(self) -> None:
        look = theme.current()
        self.count = Body()
        self.count.setObjectName("count")
        self.line = ProgressLine()
        self.stop = BigButton()
        self.stop.setProperty("place", "top")
        self.stop.clicked.connect(self._stop)
        top = QHBoxLayout()
        top.setSpacing(look.px(20))
        top.addWidget(self.count)
        top.addWidget(self.line)
        top.addStretch(1)
        top.addWidget(self.stop)
        self.read_aloud = QToolButton(self)
        self.read_aloud.setObjectName("readAloud")
        self.read_aloud.setIcon(QIcon(str(resource_path("icons", look.name, "speaker.svg"))))
        self.read_aloud.setIconSize(QSize(look.px(24), look.px(24)))
        self.read_aloud.clicked.connect(self._read)
        self.read_aloud.hide()
        self._middle = QVBoxLayout()
        self.trouble = Body()
        self.trouble.setObjectName("trouble")
        self.trouble.hide()
        self.back = BigButton()
        self.back.clicked.connect(self._back)
        self.next = BigButton(main=True)
        self.next.clicked.connect(self._next)
        bottom = QHBoxLayout()
        bottom.addWidget(self.back)
        bottom.addStretch(1)
        bottom.addWidget(self.next)
        side = look.px(32)
        self.outer.setContentsMargins(side, look.px(20), side, look.px(20))
        self.outer.setSpacing(look.px(8))
        self.outer.addLayout(top)
        self.outer.addLayout(self._middle, 1)
        self.outer.addWidget(self.trouble)
        self.outer.addLayout(bottom)

    def _opened(self, report: PlainReport) -> None:
        if not report.answers:
            self._with_reader = False
            QTimer.singleShot(0, self, self._to_the_worker)
            return
        self.report = report
        self._said = {
            section.code: (heard.answer, heard.comment)
            for section in report.sections
            for heard in section.heard
            if heard.listener == self.listener
        }
        i18n.set_language(report.language)
        self.stop.setText(_("Stop"))
        self.back.setText(_("Back"))
        self.read_aloud.setAccessibleName(_("Read aloud"))
        self.read_aloud.setToolTip(_("Read aloud"))
        self._voice = self.find_voice(report.language)
        self.at = min(self.at, len(report.sections))
        self._show_step()

    def _not_opened(self, error: Exception) -> None:
        """The report can't be read: back to unlock, and nothing is shown meanwhile."""
        self.shell.show_error(error)
        self.shell.lock()

    # -- going through the parts -----------------------------------------------------------

    def _show_step(self) -> None:
        report = self.report
        assert report is not None
        screen: QWidget
        if self.at < 0:
            screen = OpeningScreen("" if self.listener == PARENT else report.called)
        elif self.at >= len(report.sections):
            screen = ThanksScreen()
        else:
            section = report.sections[self.at]
            answer, comment = self._said.get(section.code, ("", ""))
            held = self.shell.kept_words(self._subject(section))
            screen = PartScreen(
                section,
                str(held.get("answer", answer)),
                str(held.get("comment", comment)),
                self.read_aloud if self._voice is not None else None,
            )
            screen.said.connect(self._was_said)
        self._swap(screen)
        self._show_frame()
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _subject(self, section: PlainSection) -> tuple[str, str, str, str]:
        assert self.report is not None
        return ("read_back", self.report.report_id, section.code, self.listener)

    def _swap(self, screen: QWidget) -> None:
        old, self.screen_shown = self.screen_shown, screen
        self.read_aloud.setVisible(False)
        if old is not None:
            if old.isAncestorOf(self.read_aloud):
                self.read_aloud.setParent(self)
            self._middle.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._middle.addWidget(screen)
        screen.show()
        if screen.isAncestorOf(self.read_aloud):
            self.read_aloud.setVisible(True)
        order_tabs((self.stop, *tab_stops(screen), self.back, self.next))

    def _show_frame(self) -> None:
        assert self.report is not None
        of = len(self.report.sections)
        giving_back = isinstance(self.screen_shown, GiveBackScreen)
        on_part = isinstance(self.screen_shown, PartScreen)
        self.count.setText(_("{here} of {of}").format(here=self.at + 1, of=of) if on_part else "")
        self.line.setVisible(on_part)
        self.line.show_part((self.at + 1) / of if of else 0.0)
        self.stop.setVisible(not giving_back and self.at < of)
        self.back.setVisible(not giving_back and self.at >= 0)
        self.next.setVisible(not giving_back)
        self.next.setText(
            _("Start") if self.at < 0 else _("Give the laptop back") if self.at >= of else _("Next")
        )

    @Slot()
    def _was_said(self) -> None:
        screen = self.screen_shown
        if isinstance(screen, PartScreen) and self.report is not None:
            screen.show_problem("")
            self.shell.keep_words(
                self._subject(screen.section),
                answer=screen.answer,
                comment=screen.comment.toPlainText(),
                language=self.report.language,
            )

    @Slot()
    def _next(self) -> None:
        if self.report is None:
            return
        if self.at >= len(self.report.sections):
            self._stop()
            return
        if not self._part_done():
            return
        self.at += 1
        self._show_step()

    @Slot()
    def _back(self) -> None:
        if self.report is not None and self._part_done():
            self.at -= 1
            self._show_step()

    def _part_done(self) -> bool:
        """Keep what was said to the present part. Words alone don't say whether it is right."""
        screen = self.screen_shown
        if not isinstance(screen, PartScreen):
            return True
        if screen.answer:
            self._keep(screen)
        elif screen.comment.toPlainText().strip():
            screen.show_problem(_("Choose one of these too, so that your words are kept."))
            next(iter(screen.cards.values())).setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        return True

    def _keep(self, screen: PartScreen) -> None:
        assert self.report is not None
        section, answer, comment = screen.section, screen.answer, screen.comment.toPlainText()
        if self._said.get(section.code) == (answer, comment.strip()):
            return
        self._said[section.code] = (answer, comment.strip())
        desk, report_id, listener = self.desk, self.report.report_id, self.listener
        language, subject = self.report.language, self._subject(section)

        def kept(_id: str) -> None:
            self.shell.forget_words(subject)
            self.trouble.hide()

        def not_kept(_error: Exception) -> None:
            self._said.pop(section.code, None)
            self.trouble.setText(_("Your last answer is not saved yet. Please tell your worker."))
            self.trouble.show()

        self.run(
            lambda: report_checking.note_read_back(
                desk,
                report_id,
                section.code,
                listener,
                answer=answer,
                comment=comment,
                language=language,
            ),
            kept,
            not_kept,
        )

    @Slot()
    def _read(self) -> None:
        if self._voice is not None and isinstance(self.screen_shown, PartScreen):
            self._voice.say(self.screen_shown.spoken())

    # -- giving back -----------------------------------------------------------------------

    @Slot()
    def _stop(self) -> None:
        if self._voice is not None:
            self._voice.stop()
        if isinstance(self.screen_shown, PartScreen) and self.screen_shown.answer:
            self._keep(self.screen_shown)
        screen = GiveBackScreen(self.desk.actor.name, _("Back to the report"))
        screen.go_on.connect(self._show_step)
        screen.unlock.connect(self._give_back)
        self._swap(screen)
        self._show_frame()
        screen.line.setFocus()

    @Slot(str)
    def _give_back(self, words: str) -> None:
        desk = self.desk
        self.run(
            lambda: passphrase.confirm_passphrase(desk, words), self._given_back, self._not_back
        )

    def _given_back(self, _none: object) -> None:
        self._with_reader = False
        i18n.set_language(self.shell.settings.language)
        self._to_the_worker()

    def _to_the_worker(self) -> None:
        about = {"report_id": self.args.get("report_id") or self.args.get("record_id")}
        self.shell.go("report_read_back", child_id=self.args.get("child_id"), **about)

    def _not_back(self, error: Exception) -> None:
        screen = self.screen_shown
        if not isinstance(screen, GiveBackScreen):
            return
        if isinstance(error, KnownError):
            screen.refuse(
                " ".join(filter(None, (error.user_text, error.hint))),
                wait_seconds=int(getattr(error, "wait_seconds", 0)),
            )
        else:
            screen.refuse(_("That did not work. Try again."))
