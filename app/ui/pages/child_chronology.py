"""The chronology of a child: a quick entry, and all that happened on one line of time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import chronology, reference, timeline
from app.casework.children import ChildView
from app.casework.chronology import EntryDetails, QuickEntry
from app.casework.problems import DetailsRefused, Problem
from app.casework.timeline import AT_A_TIME, GROUPS, Group, Moment, TimelinePage
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.form.typed import date_as_typed
from app.ui.kit import (
    Body,
    Card,
    Dialog,
    FieldFrame,
    FlowLayout,
    LinkButton,
    Muted,
    Pill,
    SecondaryButton,
    Separator,
    Small,
    Strong,
    button_row,
)
from app.ui.kit.dialogs import HOLDS_WORDS
from app.ui.kit.layout import clear
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.edit_record import ReasonDialog
from app.ui.pages.quick_entry import EntryFields, QuickEntryForm
from app.ui.pages.tones import tone_of

if TYPE_CHECKING:
    from app.ui.pages.child import ChildPage

LEADS_TO: Final = {"form_record": "form", "report": "report"}


class ChronologyTab(ChildTab):
    """What happened, the newest first, with a field to add to it above."""

    def __init__(self, page: ChildPage) -> None:
        super().__init__(page)
        self._groups: tuple[Group, ...] = GROUPS
        self._limit = AT_A_TIME
        self._asked = 0
        self.form: QuickEntryForm | None = None

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        if self.form is not None and self._view.id == view.id and self._view.editable:
            # Whoever types goes on; the list below is read anew.
            self._view = view
            self._ask()
            return
        self.empty()
        self._view = view
        self.form = None
        self._limit = AT_A_TIME
        self._add_card = Card(_("Add to the chronology"))
        if view.editable:
            self.add(self._add_card)
        self._list = Card(_("What happened"))
        self._filters()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.current().px(8))
        self._list.add(self._lines)
        self.more = SecondaryButton("", self._older)
        self.more.hide()
        self._list.add(button_row(self.more))
        self.add(self._list)
        self.end()
        desk = self.page.desk
        if view.editable:
            self.page.run(lambda: chronology.quick_entry(desk, view.id), self._offer)
        self._ask()

    def empty(self) -> None:
        """Override ChildTab.empty."""
        self.form = None
        super().empty()

    def begin_entry(self) -> None:
        """Give the keyboard to the first field of a new entry."""
        if self.form is not None:
            self.form.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- a new entry -----------------------------------------------------------------------

    def _offer(self, offered: QuickEntry) -> None:
        if self.form is not None:
            return
        page = self.page
        self.form = QuickEntryForm(page.shell, page.desk.clock, self._view.id, offered, self._save)
        self._add_card.add(self.form)
        self._offered = offered
        if page.args.pop("new_entry", False):
            self.begin_entry()

    def _save(self, details: EntryDetails) -> None:
        desk, child_id = self.page.desk, self._view.id
        self.page.run(
            lambda: chronology.add_entry(desk, child_id, details), self._saved, self._refused
        )

    def _saved(self, _entry_id: str) -> None:
        if self.form is not None:
            self.form.kept()
        self.page.shell.saved(self.page.desk.clock.now())
        self._ask()

    def _refused(self, error: Exception) -> None:
        problems: tuple[Problem, ...] = ()
        if isinstance(error, DetailsRefused):
            problems = error.problems
        else:
            self.page.shell.show_error(error)
        if self.form is not None:
            self.form.refused(problems)

    # -- the list --------------------------------------------------------------------------

    def _filters(self) -> None:
        row = FlowLayout(gap=8)
        self.filters: dict[Group | None, SecondaryButton] = {}
        listed = reference.listing(chronology.KINDS)
        for group in (None, *GROUPS):
            words = _("Everything") if group is None else listed.group_label(group)
            button = SecondaryButton(words, partial(self._choose, group))
            button.setCheckable(True)
            button.setChecked(group is None)
            self.filters[group] = button
            row.addWidget(button)
        self._list.add(row)

    def _choose(self, group: Group | None) -> None:
        self._groups = GROUPS if group is None else (group,)
        self._limit = AT_A_TIME
        for each, button in self.filters.items():
            button.setChecked(each == group)
        self._ask()

    def _older(self) -> None:
        self._limit += AT_A_TIME
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        asked, desk, child_id = self._asked, self.page.desk, self._view.id
        groups, limit = self._groups, self._limit
        self.page.run(
            lambda: timeline.timeline(desk, child_id, groups, limit),
            lambda found: self._show(asked, found),
        )

    def _show(self, asked: int, found: TimelinePage) -> None:
        if asked != self._asked:
            return
        had_keyboard = self.more.hasFocus()
        clear(self._lines)
        if not found.moments:
            self._lines.addWidget(Muted(self._nothing()))
        else:
            # At once: each line put on a page that is seen would lay the page out again.
            block = QWidget()
            column = QVBoxLayout(block)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(theme.current().px(8))
            for number, moment in enumerate(found.moments):
                if number:
                    column.addWidget(Separator())
                column.addWidget(self._line(moment))
            self._lines.addWidget(block)
        self.more.setVisible(bool(found.more))
        self.more.setText(
            ngettext("Show {count} older", "Show older ({count} more)", found.more).format(
                count=found.more
            )
        )
        if had_keyboard and not found.more:
            self.filters[None].setFocus(Qt.FocusReason.OtherFocusReason)

    def _nothing(self) -> str:
        if self._groups != GROUPS:
            return _("Nothing of this kind is recorded.")
        return _("Nothing is recorded yet. The first visit or call can go in above.")

    def _line(self, moment: Moment) -> QWidget:
        look = theme.current()
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(look.px(2))
        words.addWidget(Small(" · ".join(part for part in (moment.when, moment.by) if part)))
        title = Strong(moment.title)
        if moment.pills:
            head = FlowLayout(gap=8)
            head.addWidget(title.one_line())
            for text, kind in moment.pills:
                head.addWidget(Pill(text, tone_of(kind)))
            words.addLayout(head)
        else:
            # What was to be done may be long; the name of a kind isn't.
            words.addWidget(title)
        said = [text for text in (moment.detail, moment.note) if text]
        bodies = [Body(text) for text in said]
        for body in bodies:
            words.addWidget(body)
        if moment.corrected:
            for label in (title, *bodies):
                font = label.font()
                font.setStrikeOut(True)
                label.setFont(font)
            words.addWidget(Muted(moment.corrected))
        row.addLayout(words, 1)
        button = self._button(moment)
        if button is not None:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        return line

    def _button(self, moment: Moment) -> QWidget | None:
        if moment.entry_id and not moment.corrected and self._view.editable:
            correct = LinkButton(_("Correct"), partial(self._ask_to_correct, moment))
            correct.setAccessibleDescription(f"{moment.title}, {moment.when}")
            return correct
        page = LEADS_TO.get(moment.record_type)
        if page is None:
            return None
        shell, child_id = self.page.shell, self._view.id
        name = "record_id" if page == "form" else "report_id"
        leads = LinkButton(
            _("Open"), lambda: shell.go(page, child_id=child_id, **{name: moment.record_id})
        )
        leads.setAccessibleDescription(f"{moment.title}, {moment.when}")
        return leads

    # -- a correction ----------------------------------------------------------------------

    def _ask_to_correct(self, moment: Moment) -> None:
        desk = self.page.desk
        self.page.run(
            lambda: chronology.details_of_entry(desk, moment.entry_id),
            lambda details: CorrectDialog(self, moment, details).ask(),
        )

    def correct(self, dialog: CorrectDialog, details: EntryDetails, reason: str) -> None:
        """Write the correction that the dialog holds."""
        desk, entry_id = self.page.desk, dialog.moment.entry_id

        def failed(error: Exception) -> None:
            if isinstance(error, DetailsRefused):
                dialog.fields.show_problems(error.problems)
            else:
                self.page.shell.show_error(error)

        def done(_entry_id: str) -> None:
            dialog.accept()
            self._changed()

        self.page.run(
            lambda: chronology.correct_entry(desk, entry_id, details, reason), done, failed
        )

    def ask_to_take_back(self, moment: Moment) -> None:
        """Ask why an entry is taken back."""
        desk = self.page.desk
        subject = ("take_back", moment.entry_id)

        def taken(_entry_id: str) -> None:
            self.page.shell.forget_words(subject)
            self._changed()

        ReasonDialog(
            _("Take this entry back?"),
            _("Why is it wrong?"),
            _("It stays in the chronology, struck out, with your reason."),
            _("Take it back"),
            lambda reason: self.page.run(
                lambda: chronology.take_back(desk, moment.entry_id, reason), taken
            ),
            self.page,
            subject=subject,
        ).ask()

    def _changed(self) -> None:
        self.page.shell.saved(self.page.desk.clock.now())
        self._ask()


class CorrectDialog(Dialog):
    """The fields of an entry that is to be corrected, and why."""

    def __init__(self, tab: ChronologyTab, moment: Moment, details: EntryDetails) -> None:
        super().__init__(_("Correct this entry"), tab.page, width=720)
        self.setProperty(HOLDS_WORDS, True)
        self.tab, self.moment = tab, moment
        self._shell = tab.page.shell
        self._subject = ("correct", moment.entry_id)
        self.column.addWidget(
            Muted(_("The entry stays as it was, struck out. Yours takes its place."))
        )
        self.fields = EntryFields(tab.page.desk.clock, _("Correct it"))
        self.fields.offer(tab._offered)
        from PySide6.QtWidgets import QLineEdit

        self.reason = QLineEdit()
        self.why = FieldFrame(_("Why is it corrected?"), self.reason)
        self.fields.layout().insertWidget(2, self.why)  # type: ignore[attr-defined]
        held = self._shell.kept_words(self._subject)
        self.fields.show_entry(held or _typed(details))
        self.reason.setText(str(held.get("reason", "")))
        self.column.addWidget(self.fields)
        self.add_button(LinkButton(_("It did not happen"), self._take_back))
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.fields.typed.connect(self._keep)
        self.reason.textEdited.connect(self._keep)
        self.fields.wanted.connect(self._go)

    def reject(self) -> None:
        """Override QDialog::reject: the words are not wanted."""
        self._shell.forget_words(self._subject)
        super().reject()

    def accept(self) -> None:
        """Override QDialog::accept: the words are in the casebook."""
        self._shell.forget_words(self._subject)
        super().accept()

    def _keep(self, _text: str = "") -> None:
        self._shell.keep_words(self._subject, **self.fields.as_typed(), reason=self.reason.text())

    def _take_back(self) -> None:
        self.reject()
        self.tab.ask_to_take_back(self.moment)

    def _go(self) -> None:
        details, problems = self.fields.details()
        self.fields.show_problems(problems)
        self.why.set_error("")
        if details is None:
            return
        if not self.reason.text().strip():
            self.why.set_error(_("Say why, in a few words."))
            self.why.focus_editor()
            return
        self.tab.correct(self, details, self.reason.text())


def _typed(details: EntryDetails) -> dict[str, str]:
    return {
        "kind": details.kind,
        "happened_on": date_as_typed(details.happened_on.isoformat())
        if details.happened_on
        else "",
        "happened_at": details.happened_at,
        "who": details.who,
        "attendance": details.attendance,
        "missed_why": details.missed_why,
        "note": details.note,
    }
