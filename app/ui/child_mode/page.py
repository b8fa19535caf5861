"""Child mode: the laptop is in a child's hands, and stays there until the worker takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.casework import form_records, questionnaires
from app.casework.aside import Unkept
from app.casework.form_records import OpenForm
from app.casework.places import Place
from app.casework.questionnaires import HandoverView, PromptView
from app.core import i18n
from app.core.errors import KnownError
from app.core.i18n import LANGUAGES, _
from app.core.paths import resource_path
from app.forms.sheet import Sheet
from app.ui import theme
from app.ui.child_mode.give_back import GiveBackScreen
from app.ui.child_mode.look import style
from app.ui.child_mode.screens import (
    BigButton,
    EndScreen,
    ProgressLine,
    QuestionScreen,
    QuoteScreen,
    StartScreen,
)
from app.ui.child_mode.session import At, ChildSession
from app.ui.child_mode.speech import Voice, voice_for
from app.ui.form.controller import FormController, SaveState, unkept_of
from app.ui.form.keeping import keeper
from app.ui.form.tab_order import order_tabs, tab_stops
from app.ui.kit import Body
from app.ui.page import Page
from app.ui.pages.rail_numbers import count_again

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

BY_THE_CHILD: Final = "child"


class ChildModePage(Page):
    """Full screen, one question at a time. `entered` with nothing (the handover that is open), or
    with child_id and form_id to hand the laptop over.

    Closing the window, Esc, the palette, the menus and other pages are all out of reach; Ctrl+L
    locks, and unlocking comes back here. Only the worker's passphrase leads to the record.
    """

    chrome = False
    rail = False

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.setObjectName("childMode")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.handover: HandoverView | None = None
        self.opened: OpenForm | None = None
        self.controller: FormController | None = None
        self.session: ChildSession | None = None
        self.screen_shown: QWidget | None = None
        self.find_voice: Callable[[str], Voice | None] = partial(voice_for, parent=self)
        self._voice: Voice | None = None
        self._looking = False
        self._warned_path = ""
        self._way = ""
        self._build()

    # -- coming and going ------------------------------------------------------------------

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.title = ""
        self._looking = True
        # What the worker copied before is none of the child's business.
        QGuiApplication.clipboard().clear()
        child_id, form_id = args.get("child_id"), args.get("form_id")

        def open_it() -> tuple[HandoverView, OpenForm] | KnownError | None:
            handover = questionnaires.current_handover(desk)
            if handover is None and child_id and form_id:
                try:
                    handover = questionnaires.hand_over(desk, child_id, form_id)
                except KnownError as refused:
                    return refused
            if handover is None:
                return None
            return handover, form_records.open_form(desk, handover.record_id, for_child=True)

        self.run(open_it, self._opened, self._not_opened)

    def leaving(self) -> None:
        """Override Page.leaving: everything typed goes to the database thread now."""
        if self.controller is not None and self.handover is not None:
            self.controller.flush(leaving=True)

    def unkept(self) -> tuple[Unkept, ...]:
        """Override Page.unkept: what the child said."""
        return unkept_of(() if self.controller is None else (self.controller,))

    def may_leave(self) -> bool:
        """Override Page.may_leave: not while the laptop is with the child."""
        return self.handover is None and not self._looking

    def save_error(self) -> KnownError | None:
        """Override Page.save_error."""
        return None if self.controller is None else self.controller.save_error

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.opened is None or self.session is None:
            return None
        return Place(
            "child_mode",
            child_id=self.opened.child_id,
            record_id=self.opened.record_id,
            path=self.session.step.path,
        )

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self._focus_here()

    # -- building --------------------------------------------------------------------------

    def _build(self) -> None:
        look = theme.current()
        self.setStyleSheet(style())
        self.count = QLabel()
        self.count.setObjectName("count")
        self.line = ProgressLine()
        self.languages: dict[str, BigButton] = {}
        self.stop = BigButton()
        self.stop.setProperty("place", "top")
        self.stop.clicked.connect(self._stop)
        top = QHBoxLayout()
        top.setSpacing(look.px(20))
        top.addWidget(self.count)
        top.addWidget(self.line)
        top.addStretch(1)
        for code in LANGUAGES:
            button = BigButton(LANGUAGES[code])
            button.setCheckable(True)
            button.setProperty("place", "top")
            button.clicked.connect(partial(self._choose_language, code))
            self.languages[code] = button
            top.addWidget(button)
        top.addWidget(self.stop)
        self.read_aloud = self._read_button()
        self._middle = QVBoxLayout()
        self.trouble = Body()
        self.trouble.setObjectName("trouble")
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.trouble.hide()
        self.back = BigButton()
        self.back.clicked.connect(self._back)
        self.next = BigButton(main=True)
        self.next.clicked.connect(self._next)
        self.readers = Body()
        self.readers.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.readers.setObjectName("readers")
        bottom = QHBoxLayout()
        bottom.setSpacing(look.px(24))
        bottom.addWidget(self.back, 0, Qt.AlignmentFlag.AlignBottom)
        bottom.addWidget(self.readers, 1)
        bottom.addWidget(self.next, 0, Qt.AlignmentFlag.AlignBottom)
        side = look.px(32)
        self.outer.setContentsMargins(side, look.px(20), side, look.px(20))
        self.outer.setSpacing(look.px(8))
        self.outer.addLayout(top)
        self.outer.addLayout(self._middle, 1)
        self.outer.addWidget(self.trouble)
        self.outer.addLayout(bottom)
        self._name_buttons()

    def _read_button(self) -> QToolButton:
        look = theme.current()
        button = QToolButton(self)
        button.setObjectName("readAloud")
        button.setIcon(QIcon(str(resource_path("icons", look.name, "speaker.svg"))))
        button.setIconSize(QSize(look.px(24), look.px(24)))
        button.clicked.connect(self._read)
        button.hide()
        return button

    def _name_buttons(self) -> None:
        self.stop.setText(_("Stop"))
        self.back.setText(_("Back"))
        self.read_aloud.setAccessibleName(_("Read aloud"))
        self.read_aloud.setToolTip(_("Read aloud"))

    def _opened(self, found: tuple[HandoverView, OpenForm] | KnownError | None) -> None:
        self._looking = False
        if found is None or isinstance(found, KnownError):
            self.handover = None
            QTimer.singleShot(0, self, partial(self._nothing_open, found))
            return
        self.handover, self.opened = found
        form = self.opened.form
        # Drawn anew in another theme or text size, the child goes on in the language they chose.
        code = self.args.get("language") or i18n.language()
        sheet = Sheet(
            form,
            dict(self.opened.document),
            clock=self.desk.clock,
            context=dict(self.opened.context),
            language=code if code in form.languages else form.default_language,
        )
        if self.controller is not None:
            self.controller.deleteLater()
        self.controller = FormController(
            sheet,
            by=BY_THE_CHILD,
            keep=keeper(self, self.opened.record_id, lambda: self.controller),
            clock=self.desk.clock,
            saved_at=self.opened.saved_at,
            record_id=self.opened.record_id,
            parent=self,
        )
        self.controller.changed.connect(self._changed)
        self.controller.save_state_changed.connect(self._save_state)
        self.session = ChildSession(self.controller)
        path = self.args.get("path")
        if path and path in self.session.questions():
            self.session.begin(path)
        else:
            self.session.resume()
        for name, button in self.languages.items():
            button.setVisible(name in form.languages and len(form.languages) > 1)
        self._show_language()
        self._show_step()

    def _not_opened(self, error: Exception) -> None:
        """The casebook can't say whether the laptop is with a child: back to unlock."""
        self.shell.show_error(error)
        self.shell.lock()

    def _nothing_open(self, refused: KnownError | None) -> None:
        """Nothing is handed over: this page has nothing to show."""
        child_id = self.args.get("child_id")
        if child_id and self.shell.has("child"):
            self.shell.go("child", child_id=child_id)
        elif self.shell.has("caseload"):
            self.shell.go("caseload")
        if refused is not None:
            self.shell.show_error(refused)

    # -- going through the questions -------------------------------------------------------

    def _show_step(self) -> None:
        """Show the screen of the present step."""
        step = self.session.step
        sheet = self.controller.sheet
        screen: QWidget
        if step.at is At.START:
            title = _("Hi {child}").format(child=sheet.context.get("child", ""))
            screen = StartScreen(title, self.session.opening_words(), self._way)
            screen.way_chosen.connect(self._choose_way)
        elif step.at is At.QUOTE:
            answer = sheet.answer(step.path)
            may_quote = answer.may_quote if answer is not None else None
            screen = QuoteScreen(sheet.shown(step.path), may_quote)
            screen.said.connect(self._said)
        elif step.at is At.END:
            screen = EndScreen()
        else:
            screen = QuestionScreen(
                self.session,
                step.path,
                read_button=self.read_aloud if self._voice is not None else None,
            )
            screen.refused.connect(self._refused)
            screen.edited.connect(self._edited)
        self._swap(screen)
        self._show_frame()
        self._focus_here()

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
        top = (*self.languages.values(), self.stop)
        order_tabs((*top, *tab_stops(screen), self.back, self.next))

    def _show_frame(self) -> None:
        """Show what stands around the screen: how far, who reads, which way on."""
        step = self.session.step
        giving_back = isinstance(self.screen_shown, GiveBackScreen)
        here, of = self.session.place()
        on_question = step.at in (At.QUESTION, At.QUOTE) and not giving_back
        self.count.setText(_("{here} of {of}").format(here=here, of=of) if on_question else "")
        self.line.setVisible(on_question)
        self.line.show_part(here / of if of else 0.0)
        self.stop.setVisible(not giving_back and step.at is not At.END)
        self.back.setVisible(not giving_back and step.at is not At.START)
        self.next.setVisible(not giving_back)
        self.next.setText(
            {
                At.START: _("Start"),
                At.END: _("Give the laptop back"),
            }.get(step.at, _("Next"))
        )
        self.readers.setText(self._who_reads() if on_question else "")

    def _who_reads(self) -> str:
        """Who may read the answer to the present question, in plain words."""
        question = self.controller.sheet.question(self.session.step.path)
        if not question.asks:
            return ""
        parts = []
        if {"worker", "manager"} <= question.readers:
            parts.append(_("Your worker and your worker’s manager can read this."))
        else:
            parts.append(_("Your worker can read this."))
        if "court" in question.readers:
            parts.append(
                _("The court only if you say yes.")
                if question.ask_to_quote
                else _("The court can read this too.")
            )
        parts.append(_("If someone may get hurt, we have to act."))
        return " ".join(parts)

    @Slot()
    def _next(self) -> None:
        if self.session is None:
            return
        if self.session.finished:
            self._stop()
            return
        problem = self.session.problem()
        if problem is not None and self._warned_path != problem.path:
            self._warned_path = problem.path
            self.screen_shown.show_problem(problem.text)
            self._focus_here()
            return
        self.controller.flush()
        self.session.forward()
        self._show_step()

    @Slot()
    def _back(self) -> None:
        if self.session is not None:
            self.controller.flush()
            self.session.back()
            self._show_step()

    @Slot(object)
    def _edited(self, value: object) -> None:
        self._warned_path = ""
        path, sheet = self.session.step.path, self.controller.sheet
        signs, typed = sheet.harm_signs(), sheet.question(path).type == "text"
        # The next tap may take back a sign of harm: it must not wait for a pause to be kept.
        if path in signs and not (typed and _goes_on(sheet.value(path), value)):
            self.controller.flush()
        self.controller.set_answer(path, value)
        if sheet.harm_signs() != signs or (sheet.question(path).harm and not typed):
            self.controller.flush()

    @Slot(str)
    def _refused(self, how: str) -> None:
        # What stood there is kept before the child takes it back.
        self.controller.flush()
        self.session.refuse(how)
        self.controller.flush()
        self.session.forward()
        self._show_step()

    @Slot(bool)
    def _said(self, yes: bool) -> None:
        self.session.let_quote(yes)

    @Slot(str)
    def _choose_way(self, way: str) -> None:
        self._way = way
        self.controller.how = way

    @Slot(object)
    def _changed(self, effects: Any) -> None:
        screen = self.screen_shown
        if isinstance(screen, QuestionScreen):
            if screen.path in effects.values:
                screen.show_answer()
            if screen.path in effects.choices or screen.path in effects.labels:
                screen.show_words()
            screen.show_problem("")
        if effects.relevance:
            self._show_frame()

    def _focus_here(self) -> QWidget:
        """Give the keyboard to what comes first on the screen, without choosing anything."""
        screen = self.screen_shown
        if isinstance(screen, QuestionScreen) and screen.editor is not None:
            screen.focus_answer()
            return screen.editor.focus_target()
        if isinstance(screen, QuoteScreen):
            screen.yes.setFocus(Qt.FocusReason.OtherFocusReason)
            return screen.yes
        if isinstance(screen, GiveBackScreen):
            screen.line.setFocus()
            return screen.line
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)
        return self.next

    # -- language and voice ----------------------------------------------------------------

    def _choose_language(self, code: str) -> None:
        self.controller.set_language(code)
        self._show_language()
        if isinstance(self.screen_shown, QuestionScreen):
            self.screen_shown.show_words()
            self._show_frame()
        elif isinstance(self.screen_shown, GiveBackScreen):
            self._stop()
        else:
            self._show_step()

    def _show_language(self) -> None:
        """Show this page's own words in the language of the form, as long as the child has it."""
        code = self.controller.language
        self.args["language"] = code
        i18n.set_language(code)
        for name, button in self.languages.items():
            button.setChecked(name == code)
        self._name_buttons()
        self._voice = self.find_voice(code)

    @Slot()
    def _read(self) -> None:
        if self._voice is not None and isinstance(self.screen_shown, QuestionScreen):
            self._voice.say(self.screen_shown.spoken())

    # -- giving back -----------------------------------------------------------------------

    @Slot()
    def _stop(self) -> None:
        if self._voice is not None:
            self._voice.stop()
        self.controller.flush(leaving=True)
        screen = GiveBackScreen(self.desk.actor.name)
        screen.go_on.connect(self._show_step)
        screen.unlock.connect(self._give_back)
        self._swap(screen)
        self._show_frame()
        self._focus_here()

    @Slot(str)
    def _give_back(self, passphrase: str) -> None:
        desk, handover_id, finished = self.desk, self.handover.id, self.session.finished
        self.controller.flush(leaving=True)
        self.run(
            lambda: questionnaires.give_back(desk, handover_id, passphrase, finished=finished),
            self._given_back,
            self._not_given_back,
        )

    def _given_back(self, prompts: Sequence[PromptView]) -> None:
        child_id = self.opened.child_id
        self.handover = None
        i18n.set_language(self.shell.settings.language)
        count_again(self)
        if prompts and self.shell.has("harm_prompts"):
            self.shell.go("harm_prompts", child_id=child_id)
        elif self.shell.has("child"):
            self.shell.go("child", child_id=child_id)
        elif self.shell.has("caseload"):
            self.shell.go("caseload")

    def _not_given_back(self, error: Exception) -> None:
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

    # -- saving ----------------------------------------------------------------------------

    @Slot(object)
    def _save_state(self, state: SaveState) -> None:
        failed = state is SaveState.FAILED
        self.trouble.setText(
            _("Your last answer is not saved yet. Please tell your worker.") if failed else ""
        )
        self.trouble.setVisible(failed)


def _goes_on(before: object, after: object) -> bool:
    """Whether typed words only went on, so that what stood there is still in them."""
    return isinstance(before, str) and isinstance(after, str) and after.startswith(before)
