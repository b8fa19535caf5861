"""Writing a report beside the material: sections, passages, where each comes from, what to add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.casework import (
    disproportionality,
    house_words,
    plain_words,
    report_checking,
    report_parts,
    report_spelling,
    report_writing,
)
from app.casework.house_words import Reading
from app.casework.places import Place
from app.casework.plain_words import PlainReading, PlainReport
from app.casework.report_checking import CommentView
from app.casework.report_parts import MissingPart
from app.casework.report_writing import Fact, PassageView, Spoken, WritingView
from app.core.i18n import N_, _
from app.ui import theme
from app.ui.kit import (
    Banner,
    Body,
    Card,
    FieldFrame,
    FlowLayout,
    Heading,
    Muted,
    PageHeader,
    Pill,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Small,
    Strong,
    WrappingLink,
    button_row,
)
from app.ui.kit.fields import bring_into_view
from app.ui.kit.layout import beside, clear
from app.ui.page import Page
from app.ui.pages.edit_record import ReasonDialog
from app.ui.pages.passage_edit import PassageEdit
from app.ui.pages.plain_edit import PlainCard
from app.ui.pages.wider_picture import WiderPicture

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

KEEP_AFTER_MS: Final = 1200
READ_AFTER_MS: Final = 300
SETTLES_IN_MS: Final = 300
PANEL: Final = 280

_Read = tuple[WritingView, tuple[CommentView, ...], PlainReport, tuple[MissingPart, ...]]
"""What the page is drawn from."""


class ReportWritePage(Page):
    """The text of one report. What is typed is saved within two seconds, passage by passage."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        look = theme.current()
        self.writing: WritingView | None = None
        self.comments: Sequence[CommentView] = ()
        self.missing: Sequence[MissingPart] = ()
        self.section = ""
        self.edits: dict[str, PassageEdit] = {}
        self.header = PageHeader("")
        self.pages_button = PrimaryButton(_("See the pages"), self._see_pages)
        self.header.add_action(self.pages_button)
        self.sections = QComboBox()
        self.sections.setAccessibleName(_("Section"))
        self.sections.currentIndexChanged.connect(self._section_chosen)
        self.text = QVBoxLayout()
        self.text.setSpacing(look.px(8))
        self.card = Card()
        self.card.add(FieldFrame(_("Section"), self.sections))
        self.card.add(self.text)
        self.panel = QVBoxLayout()
        self.panel.setSpacing(look.px(12))
        panel = QWidget()
        self.panel.setContentsMargins(0, 0, 0, 0)
        panel.setLayout(self.panel)
        self._make_panel()
        page = ScrollPage()
        page.add(self.header)
        page.add(beside(self.card, panel, width=PANEL))
        page.end()
        page.verticalScrollBar().rangeChanged.connect(self._keep_in_sight)
        self.outer.addWidget(page)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLES_IN_MS)
        self._typed: dict[str, str] = {}
        self._plain_typed: dict[tuple[str, str], str] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(KEEP_AFTER_MS)
        self._later.timeout.connect(self._keep)
        self._reads = QTimer(self)
        self._reads.setSingleShot(True)
        self._reads.setInterval(READ_AFTER_MS)
        self._reads.timeout.connect(self._read_through)
        self._at: str | None = None
        # Tab would pass every passage on the way, and the last one would be the chosen one.
        for keys, do in (
            ("F6", self._cross),
            ("Ctrl+PgDown", partial(self._turn, 1)),
            ("Ctrl+PgUp", partial(self._turn, -1)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    def _make_panel(self) -> None:
        come = Card(_("Where it comes from"))
        self.sources = QVBoxLayout()
        self.sources.setSpacing(theme.current().px(8))
        come.add(self.sources)
        self.take_up_button = SecondaryButton(_("Write what it says now"), self._take_up)
        come.add(button_row(self.take_up_button))
        self.take_up_button.hide()
        self.place_card = Card(_("Add from the record"))
        self.words_button = SecondaryButton(_("Words that were said"), self._offer_words)
        self.facts_button = SecondaryButton(_("A fact"), self._offer_facts)
        self.facts_why = Muted(_("Choose the passage first in which the fact is to stand."))
        self.place_card.add(button_row(self.words_button))
        self.place_card.add(button_row(self.facts_button))
        self.place_card.add(self.facts_why)
        self.offered = QVBoxLayout()
        self.offered.setSpacing(theme.current().px(8))
        self.place_card.add(self.offered)
        self.plain = PlainCard(self._read_plain)
        self.plain.typed.connect(self._plain_was_typed)
        self.plain.language_chosen.connect(self._plain_language_chosen)
        self.proposal_card = Card(_("Proposal"))
        self.proposal_card.add(
            Muted(_("One order with its requirements. The rules are looked up as you build it."))
        )
        self.proposal_button = SecondaryButton(_("Build the proposal"), self._build)
        self.proposal_card.add(button_row(self.proposal_button))
        self.panel.addWidget(come)
        self.panel.addWidget(self.proposal_card)
        self.panel.addWidget(self.place_card)
        self.panel.addWidget(self.plain)
        self.panel.addStretch(1)

    # -- coming and going --------------------------------------------------------------------

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id, section;
        plain: the language whose plain words are to be written at once.
        """
        self.child_id = args.get("child_id")
        report_id = args.get("report_id") or args["record_id"]
        self.section = args.get("section") or args.get("path") or self.section
        self._typed, self._plain_typed = {}, {}
        tongue = self.args.pop("plain", None)

        def shown(read: _Read) -> None:
            self._show(*read)
            if tongue:
                self._lead_to((self.plain.words,))

        self.run(
            lambda: _read(desk, report_id, tongue),
            shown,
            busy_text=_("Opening the report"),
        )

    def leaving(self) -> None:
        """Override Page.leaving: what is typed goes into the casebook."""
        self._keep()

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.writing is None:
            return None
        return Place(
            "report_write",
            child_id=self.writing.child_id,
            record_id=self.writing.report_id,
            path=self.section,
        )

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.sections

    @property
    def being_typed(self) -> bool:
        """Override Page.being_typed."""
        return bool(self._typed or self._plain_typed)

    # -- what is shown -----------------------------------------------------------------------

    def _show(
        self,
        writing: WritingView,
        comments: Sequence[CommentView],
        plain: PlainReport,
        missing: Sequence[MissingPart],
        focus: str | None = None,
    ) -> None:
        self.writing = writing
        self.comments = comments
        self.missing = missing
        self.title = writing.title
        self.header.set_words(writing.title, above=writing.child_name)
        self.proposal_card.setVisible(writing.proposes)
        codes = [one.code for one in writing.sections]
        if self.section not in codes:
            self.section = codes[1] if len(codes) > 1 else codes[0]
        self.sections.blockSignals(True)
        self.sections.clear()
        for one in writing.sections:
            self.sections.addItem(f"{one.number} {one.heading}", one.code)
        self.sections.setCurrentIndex(codes.index(self.section))
        self.sections.blockSignals(False)
        if not self._plain_typed:
            self.plain.show_report(plain, self.section)
        self._draw(focus)

    def _draw(self, focus: str | None = None) -> None:
        writing = self.writing
        assert writing is not None
        clear(self.text)
        clear(self.offered)
        self.edits = {}
        self._at = None
        held = writing.of(self.section)
        for number, passage in enumerate(held, start=1):
            edit = PassageEdit(
                passage,
                number,
                editable=writing.editable,
                comments=[one for one in self.comments if one.passage_id == passage.id],
            )
            edit.dealt_with.connect(self._dealt_with)
            edit.typed.connect(self._was_typed)
            edit.entered.connect(self._was_entered)
            edit.wanted.connect(self._was_wanted)
            self.edits[passage.id] = edit
            self.text.addWidget(edit)
            # What somebody said is left as it was said.
            if edit.words is not None and passage.kind != "quotation":
                edit.show_spelling(
                    self.shell.spelling.check(
                        edit.words,
                        passage.language or writing.language,
                        writing.report_id,
                        [quote.words for quote in passage.quotes],
                        skipped=writing.skipped,
                        keep=partial(self._skip, writing.report_id),
                    )
                )
            if passage.made and passage.text == disproportionality.PART:
                self.text.addWidget(
                    WiderPicture(
                        passage.facts,
                        take_up=partial(self._take_up_of, passage.id) if writing.editable else None,
                        write_out=partial(self._write_out, passage.id)
                        if writing.editable and not passage.written_out
                        else None,
                        figures=lambda: self.shell.go("figures"),
                    )
                )
        if not any(one.kind != "made" for one in held):
            self.text.addWidget(
                Muted(_("The assessment says nothing for this section. Write it here."))
            )
        for lacking in self.missing:
            if lacking.section == self.section:
                self._say_missing(lacking)
        if writing.editable:
            self.add_button = SecondaryButton(_("Add a paragraph"), partial(self._add, None))
            self.text.addLayout(button_row(self.add_button))
        self._way_on()
        self._beside(None)
        wanted = self.edits.get(focus or "")
        if wanted is not None and wanted.words is not None:
            # Once it is shown: what is drawn anew takes no keyboard before.
            self._lead_to((wanted.words,))

    def _way_on(self) -> None:
        """The next section, so that nobody has to go back to the top to get there."""
        number = self.sections.currentIndex() + 1
        if number < self.sections.count():
            words = _("Next: {section}").format(section=self.sections.itemText(number))
            self.text.addWidget(WrappingLink(words, partial(self._go_on, number)))

    def _turn(self, by: int) -> None:
        """To the next section or the one before, from wherever one is in this one."""
        number = self.sections.currentIndex() + by
        if 0 <= number < self.sections.count():
            self._go_on(number)

    def _go_on(self, number: int) -> None:
        self.sections.setCurrentIndex(number)
        self.sections.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_missing(self, part: MissingPart) -> None:
        """Say what this report does without and why, and offer to put it back."""
        assert self.writing is not None
        words = _("This report does without: {part}").format(part=part.words)
        actions: tuple[QWidget, ...] = ()
        if self.writing.editable:
            back = SecondaryButton(_("Put it back"), partial(self._put_back, part.code))
            back.setAccessibleDescription(words)
            actions = (back,)
        tone = "accent" if part.why else "attention"
        why = _("Reason: {why}").format(why=part.why) if part.why else _("Nobody said why.")
        self.text.addWidget(Banner(why, tone, heading=words, actions=actions))

    def _put_back(self, code: str) -> None:
        assert self.writing is not None
        desk, report_id = self.desk, self.writing.report_id
        self._do(lambda: report_parts.put_back(desk, report_id, code), lambda one: one.id)

    @Slot(int)
    def _section_chosen(self, _number: int) -> None:
        self._keep()
        self.section = self.sections.currentData()
        self.plain.show_section(self.section)
        self._draw()

    @Slot()
    def _cross(self) -> None:
        """Take the keyboard from the text to what stands beside it, or back."""
        edit = self.edits.get(self._at or "")
        focus = self.window().focusWidget()
        if edit is not None and edit.words is not None and not edit.isAncestorOf(focus):
            edit.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.take_up_button.isVisible():
            self.take_up_button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.words_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _skip(self, report_id: str, word: str) -> None:
        """Let a word stand in the report, beyond a lock too."""
        desk = self.desk
        self.run(lambda: report_spelling.skip(desk, report_id, word))

    @Slot(str)
    def _was_entered(self, passage_id: str) -> None:
        if passage_id != self._at:
            before = self.edits.get(self._at or "")
            if before is not None:
                before.show_deeds(False)
            self._at = passage_id
            self.edits[passage_id].show_deeds(True)
            self._beside(self.edits[passage_id].view)
            self._read_through()

    def _beside(self, passage: PassageView | None) -> None:
        """The quiet panel: where the words come from, and what can be placed.

        What takes the keyboard stays; only what is said there is drawn anew.
        """
        clear(self.sources)
        if passage is None:
            words = Muted(_("Choose a passage to see who said it and when."))
            self.sources.addWidget(words)
        else:
            self._show_sources(passage)
        editable = self.writing is not None and self.writing.editable
        self.place_card.setVisible(editable)
        self.facts_button.setEnabled(passage is not None and passage.kind != "made")
        self.facts_why.setVisible(not self.facts_button.isEnabled())
        now = [note for note in passage.facts if note.changed and note.now] if passage else []
        self.take_up_button.setVisible(editable and bool(now))

    def _show_sources(self, passage: PassageView) -> None:
        for note in passage.sources:
            line = FlowLayout(gap=6)
            who = " · ".join(part for part in (note.who, note.when) if part)
            line.addWidget(Pill(who, "accent" if passage.quotes else "plain"))
            if note.verified is not None:
                line.addWidget(
                    Pill(_("checked"), "good") if note.verified else Pill(_("not checked"), "plain")
                )
            self.sources.addLayout(line)
            self.sources.addWidget(Small(note.question))
        if not passage.sources and not passage.facts:
            self.sources.addWidget(Muted(_("Written for this report.")))
        for fact in passage.facts:
            if fact.changed:
                words = (
                    _("The record now says: {now}").format(now=fact.now)
                    if fact.now
                    else _("The record does not say this any more.")
                )
                heading = _("Changed since: {what}").format(what=fact.label)
                self.sources.addWidget(Banner(words, "attention", heading=heading))
            else:
                linked = _("Linked with the record: {what}").format(what=fact.label)
                self.sources.addWidget(Muted(linked))

    # -- typing ------------------------------------------------------------------------------

    @Slot(str)
    def _was_typed(self, passage_id: str) -> None:
        edit = self.edits[passage_id]
        if not edit.is_read:
            self._reads.start()
        if edit.text() == edit.view.text:
            self._typed.pop(passage_id, None)
            return
        self._typed[passage_id] = edit.text()
        self.shell.saving()
        self._later.start()

    @Slot()
    def _read_through(self) -> None:
        """Say what could be said better in the passage one is in, away from the keys."""
        edit, writing = self.edits.get(self._at or ""), self.writing
        if edit is None or writing is None or not writing.editable:
            return
        text = edit.text()
        now = writing.typed({one.view.id: one.text() for one in self.edits.values()})
        self.run(
            lambda: house_words.reading_of(now.in_order, edit.view.id, text, now.language),
            partial(self._was_read, edit.view.id, text),
        )

    def _was_read(self, passage_id: str, text: str, reading: Reading) -> None:
        edit = self.edits.get(passage_id)
        if edit is not None:
            edit.show_reading(text, reading)
            edit.reading.setVisible(passage_id == self._at)

    @Slot()
    def _keep(self) -> None:
        self._later.stop()
        self._keep_plain()
        typed, self._typed = self._typed, {}
        if self.writing is not None:
            # What is drawn anew from here says what was typed, however long saving takes.
            self.writing = self.writing.typed(typed)
        desk = self.desk
        for passage_id, text in typed.items():
            self.run(
                partial(report_writing.change_text, desk, passage_id, text),
                self._kept,
                partial(self._not_kept, passage_id, text),
            )

    def _kept(self, view: PassageView) -> None:
        edit = self.edits.get(view.id)
        if edit is not None:
            edit.show_view(view)
        self.shell.saved(self.desk.clock.now())

    def _not_kept(self, passage_id: str, text: str, error: Exception) -> None:
        """What was typed stays where it is, and is tried again with the next key."""
        self._typed.setdefault(passage_id, text)
        self.shell.not_saved()
        self.shell.show_error(error)

    # -- plain words -------------------------------------------------------------------------

    def _read_plain(self, text: str, language: str, then: Callable[[PlainReading], object]) -> None:
        self.run(lambda: plain_words.reading(text, language), then)

    @Slot(str, str, str)
    def _plain_was_typed(self, section: str, language: str, text: str) -> None:
        self._plain_typed[section, language] = text
        self.shell.saving()
        self._later.start()

    @Slot(str)
    def _plain_language_chosen(self, language: str) -> None:
        assert self.writing is not None
        self._keep_plain()
        desk, report_id = self.desk, self.writing.report_id
        self.run(
            lambda: plain_words.read(desk, report_id, language),
            lambda report: self.plain.show_report(report, self.section),
        )

    def _keep_plain(self) -> None:
        typed, self._plain_typed = self._plain_typed, {}
        if self.writing is None:
            return
        desk, report_id = self.desk, self.writing.report_id
        for (section, language), text in typed.items():
            self.plain.was_kept(section, language, text)
            self.run(
                partial(plain_words.write, desk, report_id, section, language, text),
                lambda _none: self.shell.saved(self.desk.clock.now()),
                partial(self._plain_not_kept, section, language, text),
            )

    def _plain_not_kept(self, section: str, language: str, text: str, error: Exception) -> None:
        """What was typed stays where it is, and is tried again with the next key."""
        self._plain_typed.setdefault((section, language), text)
        self.shell.not_saved()
        self.shell.show_error(error)

    # -- deeds -------------------------------------------------------------------------------

    @Slot(str, str)
    def _was_wanted(self, passage_id: str, deed: str) -> None:
        if deed == "add":
            self._add(passage_id)
        elif deed == "remove":
            self._ask_to_remove(passage_id)
        elif deed == "comment":
            self._ask_to_comment(passage_id)
        else:
            self._move(passage_id, -1 if deed == "up" else 1)

    def _do(self, deed: Callable[[], Any], focus: Callable[[Any], str | None]) -> None:
        """Do something to the passages, then read and draw them anew."""
        self._keep()
        writing, desk = self.writing, self.desk
        assert writing is not None

        tongue = self.plain.report.language if self.plain.report is not None else None

        def work() -> tuple[Any, _Read]:
            done = deed()
            return done, _read(desk, writing.report_id, tongue)

        def shown(both: tuple[Any, _Read]) -> None:
            self.shell.saved(self.desk.clock.now())
            self._show(*both[1], focus(both[0]))

        self.run(work, shown)

    def _add(self, after: str | None) -> None:
        assert self.writing is not None
        desk, report_id, section = self.desk, self.writing.report_id, self.section
        self._do(
            lambda: report_writing.add(desk, report_id, section, after=after), lambda one: one.id
        )

    def _move(self, passage_id: str, by: int) -> None:
        assert self.writing is not None
        order = [one.id for one in self.writing.of(self.section)]
        at = order.index(passage_id)
        to = at + by
        if not 0 <= to < len(order):
            return
        others = [one for one in order if one != passage_id]
        after = others[to - 1] if to else None
        desk = self.desk
        self._do(lambda: report_writing.move(desk, passage_id, after=after), lambda one: one.id)

    def _ask_to_comment(self, passage_id: str) -> None:
        assert self.writing is not None
        desk, report_id = self.desk, self.writing.report_id
        subject = ("comment", passage_id)

        def comment(words: str) -> None:
            self.shell.forget_words(subject)
            self._do(
                lambda: report_checking.comment(desk, report_id, words, passage_id),
                lambda _id: passage_id,
            )

        ReasonDialog(
            _("Comment on this passage"),
            _("What should be looked at again?"),
            _("The author sees it here, and says when it is dealt with."),
            _("Comment"),
            comment,
            self,
            subject=subject,
        ).ask()

    @Slot(str)
    def _dealt_with(self, comment_id: str) -> None:
        desk, at = self.desk, self._at
        self._do(lambda: report_checking.deal_with(desk, comment_id), lambda _none: at)

    def _ask_to_remove(self, passage_id: str) -> None:
        desk = self.desk
        if self.edits[passage_id].view.kind != "made":
            self._do(
                lambda: report_writing.remove(desk, passage_id),
                lambda _none: self._offer_back(passage_id),
            )
            return
        subject = ("passage", passage_id)

        def remove(reason: str) -> None:
            self.shell.forget_words(subject)
            self._do(lambda: report_writing.remove(desk, passage_id, reason), lambda _none: None)

        ReasonDialog(
            _("Take this part out?"),
            _("Why does this report do without it?"),
            _("Every report has this part. Your reason is kept with the report."),
            _("Take it out"),
            remove,
            self,
            subject=subject,
        ).ask()

    def _offer_back(self, passage_id: str) -> None:
        """Say that a passage was taken out, and offer to put it back."""

        def put_back() -> None:
            desk = self.desk
            self._do(lambda: report_writing.restore(desk, passage_id), lambda one: one.id)

        self.shell.add_strip(_("A passage was taken out."), "accent", N_("Put it back"), put_back)

    def _take_up(self) -> None:
        if self._at is not None:
            self._take_up_of(self._at)

    def _write_out(self, passage_id: str) -> None:
        desk = self.desk
        self._do(lambda: report_parts.write_out(desk, passage_id), lambda one: one.id)

    def _take_up_of(self, passage_id: str) -> None:
        desk = self.desk
        self._do(lambda: report_writing.take_up(desk, passage_id), lambda one: one.id)

    # -- adding from the record --------------------------------------------------------------

    def _offer_words(self) -> None:
        assert self.writing is not None
        desk, report_id = self.desk, self.writing.report_id
        self.run(lambda: report_writing.words_to_place(desk, report_id), self._show_words)

    def _show_words(self, found: tuple[Spoken, ...]) -> None:
        clear(self.offered)
        self.offered.addWidget(Strong(_("Words that a court may read")))
        buttons = []
        for spoken in found:
            self.offered.addWidget(Body(spoken.words))
            self.offered.addWidget(Small(spoken.who))
            buttons.append(SecondaryButton(_("Place"), partial(self._place, spoken)))
            buttons[-1].setAccessibleDescription(spoken.words)
            self.offered.addLayout(button_row(buttons[-1]))
        self._lead_to(buttons)
        if not found:
            self.offered.addWidget(
                Muted(_("Nobody has said yes to having their words read in court yet."))
            )

    def _lead_to(self, offered: Sequence[QWidget]) -> None:
        """Give the keyboard to the first of what is offered, once it is shown, and show it."""
        if offered:
            QTimer.singleShot(0, offered[0], partial(self._give_keyboard, offered[0]))

    def _give_keyboard(self, widget: QWidget) -> None:
        widget.setFocus()
        bring_into_view(widget)
        self._settling.start()

    @Slot()
    def _keep_in_sight(self) -> None:
        """What was just drawn finds its height line by line, and pushes down what stands below."""
        focus = self.focusWidget()
        if focus is not None and self._settling.isActive():
            QTimer.singleShot(0, focus, partial(bring_into_view, focus))

    def _place(self, spoken: Spoken) -> None:
        assert self.writing is not None
        desk, report_id, section, after = (
            self.desk,
            self.writing.report_id,
            self.section,
            self._at,
        )
        self._do(
            lambda: report_writing.place_words(
                desk, report_id, section, spoken.form_record_id, spoken.path, after=after
            ),
            lambda one: one.id,
        )

    def _offer_facts(self) -> None:
        assert self.writing is not None
        desk, report_id = self.desk, self.writing.report_id
        self.run(lambda: report_writing.facts_to_insert(desk, report_id), self._show_facts)

    def _show_facts(self, found: tuple[Fact, ...]) -> None:
        clear(self.offered)
        self.offered.addWidget(Heading(_("Facts of the record")))
        buttons = []
        for fact in found:
            self.offered.addWidget(Small(fact.label))
            buttons.append(SecondaryButton(fact.value, partial(self._insert, fact)))
            buttons[-1].setAccessibleDescription(fact.label)
            self.offered.addLayout(button_row(buttons[-1]))
        self._lead_to(buttons)

    def _insert(self, fact: Fact) -> None:
        passage_id = self._at
        if passage_id is None:
            return
        edit = self.edits[passage_id]
        at = edit.words.textCursor().position() if edit.words is not None else None
        desk = self.desk
        self._do(lambda: report_writing.insert_fact(desk, passage_id, fact, at), lambda one: one.id)

    def _build(self) -> None:
        if self.writing is not None:
            self.shell.go(
                "report_proposal",
                report_id=self.writing.report_id,
                child_id=self.writing.child_id,
            )

    def _see_pages(self) -> None:
        if self.writing is not None:
            self.shell.go(
                "report", report_id=self.writing.report_id, child_id=self.writing.child_id
            )


def _read(desk: Desk, report_id: str, tongue: str | None = None) -> _Read:
    """The report as it is written, what was said of it, its plain words, and what it lacks."""
    writing = report_writing.open_writing(desk, report_id)
    return (
        writing,
        report_checking.checking(desk, report_id).comments,
        plain_words.read(desk, report_id, tongue),
        report_parts.missing(desk, report_id),
    )
