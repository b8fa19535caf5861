"""The page a form is filled in on: sections left, questions in the middle, help at the right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.casework import form_records, quality, sources, stage_changes
from app.casework.aside import Unkept
from app.casework.form_records import OpenForm
from app.casework.places import Place
from app.casework.stage_changes import Comparison
from app.core.errors import KnownError
from app.core.i18n import _, language, ngettext
from app.forms.schema import Group
from app.forms.sheet import Sheet
from app.ui import theme
from app.ui.form.asked_part import AskedPart
from app.ui.form.carried import CONFIRM_KEY, CONFIRM_SECTION_KEY, NEXT_KEY, CarriedBar
from app.ui.form.changes_view import ChangesView, save_changes
from app.ui.form.check_answers import CheckAnswers
from app.ui.form.confirming import Confirming
from app.ui.form.controller import FormController, SaveState, unkept_of
from app.ui.form.earlier_answers import EarlierAnswers
from app.ui.form.how_far import how_far
from app.ui.form.keeping import keeper
from app.ui.form.late_saves import LateSaves
from app.ui.form.opened_notices import show_notices
from app.ui.form.page_view import PageView
from app.ui.form.problem_lines import lines_of
from app.ui.form.rail import Section, SectionRail
from app.ui.form.side_panel import QuestionPanel
from app.ui.form.sources_part import ADD_KEY
from app.ui.form.submitting import Submitting
from app.ui.form.tab_order import order_tabs, tab_stops
from app.ui.kit import (
    Banner,
    ErrorSummary,
    FlowLayout,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
)
from app.ui.page import Page
from app.ui.sync_banner import ConflictBanner

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.forms.sheet import Effects, Problem
    from app.ui.shell import Shell

CHECK: Final = "check_answers"
CHANGES: Final = "what_changed"
RAIL_AFTER_MS: Final = 120  # a rail that is a moment behind costs no key stroke
NARROW: Final = 1000  # pixels at 100 % below which the panel at the right is folded away


class FormPage(Page):
    """A form of a child: `entered` with record_id, child_id, and path and cursor to come back to.

    Where the program ended in the middle of this form, it says until when was kept what was typed.
    """

    rail = False

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.opened: OpenForm | None = None
        self.controller: FormController | None = None
        self.section = ""
        self.view: PageView | CheckAnswers | ChangesView | None = None
        self._body: QWidget | None = None
        self._warned: set[str] = set()
        self._last_asked = ""
        self._panel_wanted = True
        self.late = LateSaves(shell)
        self._rail_later = QTimer(self)
        self._rail_later.setSingleShot(True)
        self._rail_later.setInterval(RAIL_AFTER_MS)
        self._rail_later.timeout.connect(self.show_rail)
        self._tabs_later = QTimer(self)
        self._tabs_later.setSingleShot(True)
        self._tabs_later.timeout.connect(self._order_tabs)
        self.confirming = Confirming(self)
        self.submitting = Submitting(self)
        for keys, deed in (
            ("Ctrl+Return", self._continue),
            ("Ctrl+Enter", self._continue),
            ("Ctrl+PgDown", partial(self._step, 1)),
            ("Ctrl+PgUp", partial(self._step, -1)),
            (NEXT_KEY, self.confirming.next),
            (CONFIRM_KEY, self.confirming.here),
            (CONFIRM_SECTION_KEY, self.confirming.section),
            (ADD_KEY, self._add_source),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(deed)

    # -- coming and going ------------------------------------------------------------------

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.child_id = args.get("child_id")
        record_id = args["record_id"]
        self._clear()
        self.late.try_again()
        self.run(lambda: form_records.open_form(desk, record_id), self.show_opened)

    def leaving(self) -> None:
        """Override Page.leaving: everything typed goes to the database thread now."""
        if self.controller is not None and self.controller.editable:
            self.panel.sources.close_form()
            self.controller.flush(leaving=True)
        self.late.try_again()

    def unkept(self) -> tuple[Unkept, ...]:
        """Override Page.unkept: of this form, and of those that were left before."""
        open_now = (self.controller,) if self.controller is not None else ()
        return unkept_of(
            controller for controller in (*self.late.controllers, *open_now) if controller.editable
        )

    def save_error(self) -> KnownError | None:
        """Override Page.save_error."""
        return None if self.controller is None else self.controller.save_error

    def place(self) -> Place | None:
        """Override Page.place: the question and where in its text the cursor stands."""
        if self.opened is None:
            return None
        path, cursor = self.here()
        return Place(
            self.name or "form",
            child_id=self.opened.child_id,
            record_id=self.opened.record_id,
            path=path or self.section,
            cursor=cursor,
        )

    def others_wrote(self, record_ids: Collection[str]) -> None:
        """Override Page.others_wrote: what others answered in this form is shown at once, so that
        nobody writes over what they have not seen.
        """
        if self.opened is not None and self.opened.record_id in record_ids:
            self.shell.enter_again()
            self.shell.notify(_("Somebody else worked on this form. You see it as it is now."))

    @property
    def window_title(self) -> str:
        """Override Page.window_title: the form, and whether there are errors."""
        if self.opened is None:
            return ""
        return self.title.replace(f", {self.opened.child_name}", "")

    @property
    def can_undo(self) -> bool:
        """Override Page.can_undo: a choice that was changed, or a row that was removed."""
        return self.controller is not None and self.controller.can_undo

    def undo(self) -> bool:
        """Take back the last change of a choice or the last removal; false when there is none."""
        return self.controller is not None and self.controller.undo()

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first: where the keyboard is already, once the form is open."""
        focus = self.window().focusWidget()
        return focus if focus is not None and self.isAncestorOf(focus) else self

    # -- building --------------------------------------------------------------------------

    def _clear(self) -> None:
        if self._body is not None:
            self.outer.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        if self.controller is not None:
            self.late.let_go(self.controller, self)
        self._body = self.controller = self.opened = self.view = None
        self._warned = set()
        self.submitting.form_opened()

    def show_opened(self, opened: OpenForm) -> None:
        """Draw the form that was read, where the person was in it."""
        self._clear()
        self.opened = opened
        self.child_id = opened.child_id
        shown_in = language() if language() in opened.form.languages else None
        sheet = Sheet(
            opened.form,
            dict(opened.document),
            clock=self.desk.clock,
            context=dict(opened.context),
            language=shown_in or opened.form.default_language,
        )
        self.controller = FormController(
            sheet,
            by=self.desk.actor.id,
            keep=keeper(self, opened.record_id, lambda: self.controller),
            clock=self.desk.clock,
            saved_at=opened.saved_at,
            editable=opened.editable,
            record_id=self.opened.record_id,
            names=opened.names,
            parent=self,
        )
        self._build()
        self.controller.changed.connect(self._changed)
        self.controller.save_state_changed.connect(self._save_state)
        self.controller.undone.connect(self._undone)
        if opened.editable:
            self.shell.saved(opened.saved_at)
        show_notices(self)
        self.asked.look_up(opened)
        self._go_to(self.args.get("path") or "", self.args.get("cursor"))

    def _build(self) -> None:
        self._body = QWidget()
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.sections = SectionRail()
        self.sections.chosen.connect(self._choose_section)
        self.check_button = SecondaryButton(_("Check for errors"), self._check_all)
        self.panel_button = SecondaryButton(_("Help with this question"), self._toggle_panel)
        self.header = PageHeader("", actions=(self.check_button,))
        self.panel_row = FlowLayout(gap=12)
        self.panel_row.addWidget(self.panel_button)
        self.recovered = Banner(tone="good")
        self.trouble = Banner(
            tone="serious", actions=(SecondaryButton(_("Try again"), self._try_again),)
        )
        self.state_banner = Banner(tone="accent")
        self.next_row = FlowLayout(gap=12)
        self.next_steps: list[SecondaryButton] = []
        self.welsh_banner = Banner(tone="attention")
        self.carried_bar = CarriedBar()
        self.carried_bar.next.clicked.connect(self.confirming.next)
        self.carried_bar.all_true.clicked.connect(self.confirming.section)
        self.conflicts = ConflictBanner(self)
        self.asked = AskedPart(self, self._open_again)
        self.summary = ErrorSummary()
        self.middle = ScrollPage()
        for widget in (
            self.header,
            self.recovered,
            self.trouble,
            self.conflicts,
            self.state_banner,
            self.welsh_banner,
            self.summary,
            self.carried_bar,
            self.asked,
        ):
            if widget is not self.header:
                widget.hide()  # never shown by hand: without a parent it would be a window
            self.middle.add(widget)
        self.middle.column.insertLayout(1, self.panel_row)
        self.middle.column.insertLayout(
            self.middle.column.indexOf(self.state_banner) + 1, self.next_row
        )
        self._place_of_view = self.middle.column.count()
        self.back_button = SecondaryButton(_("Back"), self._back)
        self.continue_button = PrimaryButton(_("Save and continue"), self._continue)
        self.buttons = FlowLayout(gap=16)
        self.buttons.addWidget(self.back_button)
        self.buttons.addWidget(self.continue_button)
        self.middle.add(self.buttons)
        self.middle.end()
        self.panel = QuestionPanel(
            self.controller, look_up=EarlierAnswers(self, self.opened).look_up
        )
        self.panel.sources.finished.connect(self.focus_path)
        row.addWidget(self.sections)
        row.addWidget(self.middle, 1)
        row.addWidget(self.panel)
        self.outer.addWidget(self._body)
        self._body.show()
        self._panel_wanted = self.shell.settings.quiet_panel
        self._fit_panel()

    def _open_again(self) -> None:
        """Show the form as the casebook has it now, at the same section."""
        self.shell.enter_again()

    # -- sections --------------------------------------------------------------------------

    def show_section(self, name: str) -> None:
        """Open the section of that name, or the list of all answers."""
        names = [page.name for page in self.controller.pages()]
        if name not in self._names():
            name = names[0] if names else CHECK
        if self.section and self.section != name and self.controller.editable:
            self.controller.flush(leaving=True)
        self.section = name
        self.asked.show_section(name)
        self.summary.show_errors(())
        self._name_page()
        self.panel.show_question("")
        self._last_asked = ""
        self._put_view(self._view_of(name))
        if name == CHANGES:
            self._look_up_changes()
        self._name_section()
        self.show_rail()
        self._order_tabs()
        self.middle.verticalScrollBar().setValue(0)

    def _view_of(self, name: str) -> PageView | CheckAnswers | ChangesView:
        if name == CHECK:
            answers = CheckAnswers(
                self.controller, self.controller.pages(), unknown=self.opened.unknown
            )
            answers.change.connect(self._change)
            return answers
        if name == CHANGES:
            return ChangesView(None)
        page = next(page for page in self.controller.pages() if page.name == name)
        view = PageView(self.controller, page)
        view.focused.connect(self.panel.show_question)
        view.focused.connect(self._asked)
        view.confirmed.connect(self.confirming.went_on_from)
        self.panel.show_question(next(view.questions(), ""))
        return view

    def _put_view(self, view: PageView | CheckAnswers | ChangesView) -> None:
        if self.view is not None:
            self.middle.column.removeWidget(self.view)
            self.view.hide()
            self.view.deleteLater()
        self.view = view
        self.middle.column.insertWidget(self._place_of_view, view)
        view.show()  # now, so that one of its fields can take the keyboard

    def _name_page(self, *, wrong: bool = False) -> None:
        """Give the window its title; it says when something on the page is wrong."""
        title = f"{self.opened.title}, {self.opened.child_name}"
        self.title = _("Error: {title}").format(title=title) if wrong else title

    def _name_section(self) -> None:
        checking = self.section == CHECK
        above = _("{child} · {form}").format(child=self.opened.child_name, form=self.opened.title)
        title, hint = _("Check the answers"), ""
        if self.section == CHANGES:
            title, hint = _("What changed"), _("Each answer as it was then, and as it is now.")
        page = self._page_named(self.section)
        if page is not None:
            title, hint = self.controller.page_label(page), self.controller.page_hint(page)
        self.header.set_words(title, hint, above)
        editable = self.controller.editable
        names = self._names()
        last = names[-1] == self.section
        self.check_button.setVisible(editable)
        self.continue_button.setVisible(not last or editable)
        if checking:
            self.continue_button.setText(_("Submit"))
        elif editable:
            self.continue_button.setText(_("Save and continue"))
        else:
            self.continue_button.setText(_("Next"))

    def _page_named(self, name: str) -> Group | None:
        return next((page for page in self.controller.pages() if page.name == name), None)

    def _names(self) -> list[str]:
        compared = [CHANGES] if self.opened.carried or self.opened.revised else []
        return [page.name for page in self.controller.pages()] + compared + [CHECK]

    @Slot()
    def show_rail(self) -> None:
        """Show how far each section is, and how much waits to be confirmed."""
        if self.controller is None:
            return
        far = how_far(self.controller, self.section)
        sections = list(far.sections)
        if CHANGES in self._names():
            sections.append(Section(CHANGES, _("What changed"), "", None))
        sections.append(Section(CHECK, _("Check the answers"), "", None))
        self.panel.show_section("" if self.section in (CHECK, CHANGES) else self.section)
        left = far.waiting if self.controller.editable else 0
        whole = self.opened.title
        if not left:
            # What waits to be confirmed is counted below: a percentage of what is settled would
            # stand against the number of answers that are there.
            percent = int(100 * far.settled / far.asked) if far.asked else 0
            whole = _("{form} · {percent}%").format(form=whole, percent=percent)
        self.carried_bar.show_count(far.here if isinstance(self.view, PageView) else None, left)
        self.sections.show_sections(
            whole,
            sections,
            self.section,
            ngettext("{count} answer to confirm", "{count} answers to confirm", left).format(
                count=left
            )
            if left
            else "",
        )

    @Slot()
    def _order_tabs(self) -> None:
        """Tab goes from the sections through the page to the buttons at its end, then right."""
        if self.view is None:
            return
        view = self.view
        order_tabs(
            (
                *self.sections.buttons.values(),
                *tab_stops(self.panel_button, self.check_button),
                *tab_stops(self.recovered, self.trouble, self.state_banner),
                *self.next_steps,
                *tab_stops(self.summary, self.carried_bar, self.asked),
                *(view.tab_stops() if isinstance(view, PageView) else tab_stops(view)),
                self.back_button,
                self.continue_button,
                *tab_stops(self.panel),
            )
        )

    @Slot(str)
    def _choose_section(self, name: str) -> None:
        if name != self.section:
            self.show_section(name)
            self._focus_view()

    def _back(self) -> None:
        """The section before; from the first one, the child's record."""
        if self.controller is not None and self._names()[0] == self.section:
            self.shell.go("child", child_id=self.child_id, tab="forms")
        else:
            self._step(-1)

    def _step(self, by: int) -> None:
        if self.controller is None:
            return
        names = self._names()
        target = names.index(self.section) + by if self.section in names else 0
        if 0 <= target < len(names):
            self.show_section(names[target])
            self._focus_view()

    def _focus_view(self) -> None:
        taken = (
            isinstance(self.view, PageView) and self.controller.editable and self.view.focus_first()
        )
        if not taken:
            last = self.continue_button
            (last if last.isVisible() else self.back_button).setFocus(
                Qt.FocusReason.OtherFocusReason
            )
        self.middle.verticalScrollBar().setValue(0)

    @Slot(str, str)
    def _change(self, section: str, path: str) -> None:
        self.show_section(section)
        QTimer.singleShot(0, self, partial(self.focus_path, path))

    def focus_path(self, path: str) -> None:
        """Give the keyboard to the question at `path`, where it is on the page that is open."""
        if isinstance(self.view, PageView):
            self.view.focus_question(path)

    def _go_to(self, path: str, cursor: int | None) -> None:
        """Open the form where a person was, or at its first section."""
        names = self._names()
        if not path or path in names:
            self.show_section(path or names[0])
            self._focus_view()
            return
        self.show_section(self.controller.sheet.page(path))
        if isinstance(self.view, PageView):
            self.view.focus_question(path)
            place = self.view.fields.get(path)
            if cursor is not None and place is not None and place.editor is not None:
                place.editor.place_cursor(cursor)
            QTimer.singleShot(0, self, partial(self.focus_path, path))

    @Slot(str)
    def _asked(self, path: str) -> None:
        self._last_asked = path

    def here(self) -> tuple[str, int | None]:
        """The question that has the keyboard, or had it before a button outside the page was
        pressed, and where its text cursor stands.
        """
        if not isinstance(self.view, PageView):
            return "", None
        focus = self.window().focusWidget()
        fields = self.view.fields
        path = self._last_asked
        if focus is not None and self.view.isAncestorOf(focus):
            path = next((at for at, one in fields.items() if one.isAncestorOf(focus)), "")
        place = fields.get(path)
        if place is None:
            return "", None
        return path, place.editor.cursor() if place.editor is not None else None

    # -- what changed since the last stage ------------------------------------------------

    def _look_up_changes(self) -> None:
        desk, record_id = self.desk, self.opened.record_id
        if self.controller.editable:
            self.controller.flush()
        self.run(lambda: stage_changes.comparisons(desk, record_id), self._show_changes)

    def _show_changes(self, found: Sequence[Comparison]) -> None:
        if self.section != CHANGES:
            return
        may_print = self.desk.actor.may_disclose
        view = ChangesView(found, print_it=self._print_changes if may_print else None)
        view.lead.connect(self._change)
        self._put_view(view)
        self._order_tabs()

    def _print_changes(self, comparison: Comparison) -> None:
        save_changes(self, self.opened, comparison)

    # -- checking and submitting -----------------------------------------------------------

    @Slot()
    def _continue(self) -> None:
        if self.controller is None:
            return
        if not self.controller.editable:
            self._step(1)
            return
        if self.section == CHECK:
            self.submitting.submit()
            return
        on_a_page = isinstance(self.view, PageView)
        problems = self.controller.sheet.problems(self.section) if on_a_page else ()
        if problems and self.section not in self._warned:
            self._warned.add(self.section)
            self.controller.flush()
            self.view.check()
            self.show_problems(problems, going_on=True)
            return
        self._warned.discard(self.section)
        self._step(1)

    @Slot()
    def _check_all(self) -> None:
        sheet = self.controller.sheet
        problems = sheet.obstacles() + sources.problems(sheet) + quality.in_the_way(sheet)
        self.controller.flush()
        if isinstance(self.view, PageView):
            self.view.check()
        if problems:
            self.show_problems(problems)
        else:
            self.summary.show_errors(())
            self._name_page()
            self.shell.notify(_("No errors found."))

    def show_problems(self, problems: Sequence[Problem], *, going_on: bool = False) -> None:
        """Say above the section what is wrong, and lead there. `going_on`: it can wait."""
        lines = lines_of(self.controller, problems, self.section, self._lead_to)
        if going_on:
            lines.append((_("To come back to this later, choose Save and continue again."), None))
        self.summary.show_errors(lines)
        self._order_tabs()
        self._name_page(wrong=True)

    def _lead_to(self, problem: Problem) -> None:
        if problem.page != self.section:
            self.show_section(problem.page)
            self.view.check()
            QTimer.singleShot(0, self, partial(self.focus_path, problem.path))
        self.focus_path(problem.path)

    # -- saving ----------------------------------------------------------------------------

    @Slot(object)
    def _save_state(self, state: SaveState) -> None:
        if state is SaveState.FAILED:
            error = self.controller.save_error
            self.trouble.set_words(
                " ".join(filter(None, (error.user_text, error.hint))),
                _("Your last change is not saved. It is still here on the screen."),
            )
            self.trouble.show()
            self.shell.not_saved()
            return
        self.trouble.hide()
        if state is SaveState.SAVED and self.controller.saved_at is not None:
            self.shell.saved(self.controller.saved_at)
        elif state is SaveState.WAITING:
            self.shell.saving()

    @Slot()
    def _try_again(self) -> None:
        self.controller.flush()

    @Slot(object)
    def _changed(self, effects: Effects) -> None:
        self._warned.discard(self.section)
        self._rail_later.start()
        if effects.relevance or effects.rows or effects.choices:
            self._tabs_later.start()

    @Slot(str)
    def _undone(self, path: str) -> None:
        section = self.controller.sheet.page(path)
        if section != self.section:
            self.show_section(section)
        self.focus_path(path)
        self.shell.notify(_("Undone."))

    # -- the panel at the right ------------------------------------------------------------

    @Slot()
    def _add_source(self) -> None:
        """Write down what a source says about the question that has the keyboard."""
        if self.controller is None or not self.controller.editable:
            return
        path = self.here()[0] or self.panel.path
        if not path:
            return
        self.panel.show_question(path)
        if self.panel.isHidden():
            self._panel_wanted = True
            self._fit_panel(asked=True)
        self.panel.sources.begin()
        self._tabs_later.start()

    @Slot()
    def _toggle_panel(self) -> None:
        self._panel_wanted = not self.panel.isVisible()
        self._fit_panel(asked=True)

    def _fit_panel(self, *, asked: bool = False) -> None:
        """Fold the panel away where the questions need the room, unless a person asked for it."""
        if self._body is None:
            return
        narrow = self.width() < theme.current().text_px(NARROW)
        self.panel_button.setVisible(narrow)
        self._place_check_button(under=narrow)
        self.panel.setVisible(self._panel_wanted if asked or not narrow else False)

    def _place_check_button(self, *, under: bool) -> None:
        """Beside the title, or under it where the title needs the whole width."""
        if under == (self.panel_row.indexOf(self.check_button) >= 0):
            return
        if under:
            self.panel_row.addWidget(self.check_button)
        else:
            self.panel_row.removeWidget(self.check_button)
            self.header.add_action(self.check_button)
        self.header.actions.setVisible(not under)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Override QWidget.resizeEvent."""
        super().resizeEvent(event)
        self._fit_panel()
