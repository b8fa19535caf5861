"""The Sync page: what waits, what was refused, what needs a person, and whether the laptop can be
handed back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QProgressBar, QWidget
from shiboken6 import isValid

from app.casework import rival_decisions, sync_conflicts, sync_deeds, syncing
from app.casework.rival_decisions import Rivals
from app.casework.sync_conflicts import ConflictView
from app.casework.syncing import (
    AsideRow,
    DiffersRow,
    NoticeView,
    Overview,
    RefusedRow,
    StopView,
    WaitingRow,
)
from app.core.i18n import N_, _, ngettext
from app.ui.gate import words_of
from app.ui.kit import (
    Banner,
    Body,
    Card,
    Cell,
    Column,
    EmptyState,
    Message,
    Muted,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Strong,
    Table,
    TableModel,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.sync_travel import TravelDialog
from app.ui.rival_card import RivalCard
from app.ui.sync_cards import (
    AsideCard,
    ConflictCard,
    DiffersCard,
    NewAnswerDialog,
    NoticeCard,
    RefusedCard,
    StopCard,
    WrittenDialog,
    buttons,
    subject_of,
)
from app.ui.sync_joining import JoinDialog
from app.ui.sync_sign_in import SignInDialog

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

# More than this nobody settles at one sitting; the page stays quick.
MOST_CARDS: Final = 20
CHOICES: Final = (
    ("automatic", N_("Sync by itself")),
    ("on_metered", N_("Also over a connection that is paid by volume")),
)


@dataclass(frozen=True)
class _Found:
    overview: Overview
    rivals: tuple[Rivals, ...]
    conflicts: tuple[ConflictView, ...]


class SyncPage(Page):
    """Everything about syncing, in the order in which it matters."""

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Sync")
        self.scroll = ScrollPage(width=1118)
        self.outer.addWidget(self.scroll)
        self._found: _Found | None = None
        self._first: QWidget | None = None
        self._words: Strong | None = None
        self._bar: QProgressBar | None = None
        shell.sync.moved.connect(self._moved)
        shell.sync.status_changed.connect(self._again_if_shown)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self._read()

    def _read(self) -> None:
        desk = self.desk
        self.run(
            lambda: _Found(
                syncing.overview(desk),
                rival_decisions.rivals(desk),
                sync_conflicts.conflicts(desk),
            ),
            self._show,
        )

    def _again_if_shown(self) -> None:
        if self.shell.page is self:
            self._read()

    def _moved(self) -> None:
        """A sync began, came further or ended."""
        if self.shell.page is not self or self._found is None:
            return
        step = self.shell.sync.step
        if step is not None and self._words is not None and self._bar is not None:
            self._show_step()
        else:
            self._show(self._found)

    # -- the page --------------------------------------------------------------------------

    def _show(self, found: _Found) -> None:
        if self._found == found and self._words is not None and self.shell.sync.running:
            return
        kept = self.focused_name()
        self._found = found
        self._words = self._bar = self._first = None
        clear(self.scroll.column)
        now = found.overview.status
        if not now.joined:
            self._not_joined()
        else:
            self._joined(found)
        self.scroll.end()
        self._give_back(kept)
        self._go_on_writing(found.conflicts)

    def focused_name(self) -> str:
        """What the widget is called that has the keyboard on this page."""
        focused = self.window().focusWidget()
        inside = focused is not None and self.isAncestorOf(focused)
        return focused.accessibleName() if inside and focused is not None else ""

    def _give_back(self, name: str) -> None:
        """Give the keyboard to what is called as what had it, else to a button that decides
        nothing."""
        if not name:
            return
        same = [
            one
            for one in self.findChildren(QWidget)
            if one.accessibleName() == name and not one.isHidden() and one.isEnabled()
        ]
        first = self.focus_first()
        for widget in (*same, *([first] if first is not None else [])):
            if widget.focusPolicy():
                widget.setFocus()
                return

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first: never what decides something."""
        return self._first if self._first is not None and isValid(self._first) else None

    def _not_joined(self) -> None:
        self.scroll.add(PageHeader(_("Sync"), _("Everything is saved on this laptop.")))
        card = Card()
        self.join = PrimaryButton(_("I have a code from my service"), self._join)
        self._first = self.join
        card.add(
            EmptyState(
                _("This laptop has not joined a server"),
                _(
                    "Your work is complete here, and only here: keep backups. If your service has "
                    "a central server, your administrator gives you its address and a code. Then "
                    "your work is sent there, and colleagues’ work comes here, whenever this "
                    "laptop is online."
                ),
                self.join,
            )
        )
        self.scroll.add(card)

    def _joined(self, found: _Found) -> None:
        overview = found.overview
        self.scroll.add(PageHeader(_("Sync"), overview.summary))
        if self.shell.sync.running:
            self.scroll.add(self._progress())
        self._say_what_hinders(overview)
        self._hand_back(overview)
        decides = self.desk.actor.may_write
        if overview.stop is not None:
            self.scroll.add(
                StopCard(overview.stop, decides=decides, go_on=partial(self._go_on, overview.stop))
            )
        for unlike in overview.differs[:MOST_CARDS]:
            self.scroll.add(self._differs(unlike))
        for rivals in found.rivals:
            # Chosen between where a manager decides; here everybody sees that it needs somebody.
            card = RivalCard(rivals, self._name(rivals.child_id, rivals.child_name), None)
            if not rivals.why_not and not rivals.answered:
                card.add(buttons(SecondaryButton(_("Choose between them"), self._to_waiting)))
            self.scroll.add(card)
        left = MOST_CARDS
        for one in found.conflicts[:left]:
            self.scroll.add(self._conflict(one, decides=decides))
        left -= len(found.conflicts)
        for row in overview.refused[: max(0, left)]:
            self.scroll.add(self._refused(row, decides=decides))
        left -= len(overview.refused)
        for aside in overview.aside[: max(0, left)]:
            self.scroll.add(self._aside(aside))
        left -= len(overview.aside)
        if left < 0:
            self.scroll.add(
                Muted(
                    ngettext(
                        "{count} more follows when these are settled.",
                        "{count} more follow when these are settled.",
                        -left,
                    ).format(count=-left)
                )
            )
        for notice in overview.notices[:MOST_CARDS]:
            self.scroll.add(self._notice(notice))
        if overview.waiting:
            self.scroll.add(self._table(overview))
        self._say_more(overview)
        self.scroll.add(self._choices(overview))

    def _say_what_hinders(self, overview: Overview) -> None:
        now, lane = overview.status, self.shell.sync
        if now.join_again:
            self.scroll.add(
                Banner(
                    _(
                        "This casebook was restored or copied. It joins the server again as a "
                        "laptop of its own, with a new code. Nothing is lost or sent twice."
                    ),
                    "attention",
                    actions=(SecondaryButton(_("Join again"), self._join),),
                )
            )
        elif now.must_sign_in and not now.in_custody:
            self.sign_in = PrimaryButton(_("Sign in"), self._sign_in)
            self._first = self.sign_in
            self.scroll.add(
                Banner(
                    _(
                        "Your service asks who is at this laptop before it takes or gives "
                        "anything. You sign in in your browser. Until then everything else works."
                    ),
                    "attention",
                    heading=_("Sign in to your service"),
                    actions=(self.sign_in,),
                )
            )
        elif now.lease_words:
            self.scroll.add(Banner(now.lease_words, "attention"))
        if lane.clock_words:
            self.scroll.add(Banner(lane.clock_words, "attention"))
        if overview.leases:
            said = "\n".join(one.text for one in overview.leases[:MOST_CARDS])
            self.scroll.add(
                Banner(said, "attention", heading=_("The server has to confirm these records"))
            )
        told = lane.error is not None and not (now.must_sign_in or now.in_custody)
        if told and not lane.running and overview.stop is None:
            self.scroll.add(Banner(words_of(lane.error), "attention", heading=_("The last try")))

    def _progress(self) -> Card:
        card = Card()
        self._words = Strong()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        card.add(self._words)
        card.add(self._bar)
        self.cancel = SecondaryButton(_("Stop syncing"), self._cancel)
        card.add(buttons(self.cancel))
        self._show_step()
        return card

    def _show_step(self) -> None:
        step = self.shell.sync.step
        if step is None or self._words is None or self._bar is None:
            return
        self._words.setText(step.words)
        self._bar.setAccessibleName(step.words)
        self._bar.setRange(0, step.total)
        self._bar.setValue(step.done)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel.setText(_("Stopping"))
        self.shell.sync.cancel()

    def _name(self, child_id: str, name: str) -> str:
        return self.shell.shown_name(child_id, name) if child_id else name

    def _conflict(self, one: ConflictView, *, decides: bool) -> ConflictCard:
        return ConflictCard(
            one,
            self._name(one.child_id, one.child_name),
            decides=decides,
            keep=partial(self._keep, one),
            anew=partial(self._ask_anew, one),
        )

    def _refused(self, row: RefusedRow, *, decides: bool) -> RefusedCard:
        desk = self.desk
        return RefusedCard(
            row,
            self._name(row.child_id, row.child_name),
            decides=decides,
            again=partial(self._do, lambda: sync_deeds.send_again(desk, row.id)),
            give_up=partial(self._ask_give_up, row),
            show=lambda: WrittenDialog(self.shell, row).ask(),
        )

    def _aside(self, row: AsideRow) -> AsideCard:
        desk = self.desk
        return AsideCard(
            row,
            self._name(row.child_id, row.child_name),
            again=partial(self._do, lambda: sync_deeds.try_aside_again(desk, row.record_id)),
            save=partial(self._save_aside, row) if desk.actor.may_disclose else None,
        )

    def _differs(self, row: DiffersRow) -> DiffersCard:
        child_id = row.child_id
        free = not self.shell.sync.why_not() and not self.shell.sync.running
        return DiffersCard(
            row,
            again=self._sync if free else None,
            open_child=(lambda: self.shell.go("child", child_id=child_id)) if child_id else None,
        )

    def _notice(self, notice: NoticeView) -> NoticeCard:
        desk, child_id = self.desk, notice.child_id
        return NoticeCard(
            notice,
            read=partial(self._do, lambda: sync_deeds.read_notice(desk, notice.id)),
            open_child=(lambda: self.shell.go("child", child_id=child_id)) if child_id else None,
            look_at_both=(
                (lambda: self.shell.go("merge", child_id=child_id))
                if notice.join and desk.actor.may_write
                else None
            ),
            take_along=partial(self._take_along, notice) if notice.take_along else None,
        )

    def _take_along(self, notice: NoticeView) -> None:
        desk = self.desk

        def done(_nothing: object) -> None:
            self._after()
            self.shell.sync.start()

        self.run(lambda: sync_deeds.take_along(desk, notice.take_along), done)

    def _table(self, overview: Overview) -> QWidget:
        state = _("waiting: no network") if self.shell.sync.offline else _("waiting")
        model: TableModel[WaitingRow] = TableModel(
            [
                Column(_("What"), lambda row: row.what, 3),
                Column(_("Child"), lambda row: self._name(row.child_id, row.child_name), 2),
                Column(_("Changed"), lambda row: row.changed, 1),
                Column(_("State"), lambda _row: Cell(pills=((state, "plain"),)), 1),
            ]
        )
        table = Table(model, _("What waits to be sent"), all_rows=True)
        model.set_rows(overview.waiting)
        table.opened.connect(lambda number: self._open(overview.waiting[number]))
        return table

    def _open(self, row: WaitingRow) -> None:
        if row.record_type == "form_record":
            self.shell.go("form", record_id=row.record_id, child_id=row.child_id)
        elif row.child_id:
            self.shell.go("child", child_id=row.child_id)

    def _say_more(self, overview: Overview) -> None:
        if overview.more:
            self.scroll.add(
                Muted(
                    ngettext(
                        "{count} more change waits.", "{count} more changes wait.", overview.more
                    ).format(count=overview.more)
                )
            )

    def _hand_back(self, overview: Overview) -> None:
        """Whether the laptop can be handed back, and what brings it there."""
        safe = overview.hand_back
        said = f"{safe.advice}\n{overview.status.confirmed_words}"
        self.scroll.add(Banner(said, "good" if safe.safe else "serious", heading=safe.text))
        why = self.shell.sync.why_not()
        self.sync_now = SecondaryButton(_("Sync now"), self._sync)
        self.sync_now.setEnabled(not why and not self.shell.sync.running)
        if self.shell.sync.running:
            self._first = self.cancel
        elif self.sync_now.isEnabled() or self._first is None:
            self._first = self.sync_now
        travel = SecondaryButton(_("Who travels with this laptop"), self._ask_travel)
        travel.setEnabled(not why)
        self.scroll.add(buttons(self.sync_now, travel))
        if why:
            self.scroll.add(Muted(why))

    def _choices(self, overview: Overview) -> Card:
        card = Card(_("When it syncs"))
        now = overview.status
        for name, words in CHOICES:
            box = QCheckBox(_(words))
            box.setAccessibleName(_(words))
            box.setChecked(getattr(now, name))
            box.toggled.connect(partial(self._choose, name))
            # Only as wide as its words: a click beside them does nothing.
            card.body.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        card.add(Muted(_("Server: {address}").format(address=overview.server)))
        if now.signed_in_words:
            card.add(Muted(now.signed_in_words))
        card.add(Body(_("Somebody else who uses this laptop joins with a code of their own.")))
        card.add(buttons(SecondaryButton(_("Join with a code"), self._join)))
        return card

    # -- deeds -----------------------------------------------------------------------------

    def _do(self, work: Callable[[], object]) -> None:
        self.run(work, lambda _result: self._after())

    def _after(self) -> None:
        self.shell.saved(self.desk.clock.now())
        self.shell.sync.look()
        self._read()

    def _to_waiting(self) -> None:
        self.shell.go("waiting")

    def _sync(self) -> None:
        self.shell.sync.start()

    def _keep(self, one: ConflictView, mine: bool) -> None:
        desk = self.desk
        keep = sync_conflicts.keep_mine if mine else sync_conflicts.keep_theirs
        self._do(lambda: keep(desk, one.id))

    def _ask_anew(self, one: ConflictView) -> None:
        desk = self.desk

        def save(answer: str, why: str) -> None:
            def done(_nothing: object) -> None:
                self.shell.forget_words(subject_of(one))
                self._after()

            self.run(lambda: sync_conflicts.answer_anew(desk, one.id, answer, why), done)

        NewAnswerDialog(self.shell, one, save).ask()

    def _go_on_writing(self, conflicts: tuple[ConflictView, ...]) -> None:
        """Open the dialog again that a lock closed."""
        begun = (
            one for one in conflicts if one.new_answer and self.shell.kept_words(subject_of(one))
        )
        one = next(begun, None)
        if one is not None and self.window().isActiveWindow():
            self._ask_anew(one)

    def _ask_give_up(self, row: RefusedRow) -> None:
        desk = self.desk
        Message(
            _("Let the server’s version count?"),
            _("What you wrote is taken off the record here. It stays in the history."),
            self.shell,
            confirm=_("Let the server’s version count"),
            on_confirm=partial(self._do, lambda: sync_deeds.give_up(desk, row.id)),
        ).ask()

    def _save_aside(self, row: AsideRow) -> None:
        desk = self.desk
        dialog = QFileDialog(self.shell, _("Save as a file"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")

        def chosen(file: str) -> None:
            self._do(lambda: sync_deeds.save_aside(desk, row.record_id, Path(file)))

        dialog.fileSelected.connect(chosen)
        dialog.open()

    def _go_on(self, stop: StopView) -> None:
        desk, kind, mark = self.desk, stop.kind, stop.mark

        def go_on() -> None:
            def done(_nothing: object) -> None:
                self._after()
                self.shell.sync.start()

            def changed(error: Exception) -> None:
                self.shell.show_error(error)
                self._read()

            self.run(lambda: sync_deeds.answer_stop(desk, kind, mark), done, changed)

        said = f"{stop.about} {stop.advice}".strip()
        Message(stop.text, said, self.shell, confirm=stop.yes, on_confirm=go_on).ask()

    def _join(self) -> None:
        address = self._found.overview.server if self._found is not None else ""
        JoinDialog(self.shell, address, self._was_joined).ask()

    def _was_joined(self, service: str) -> None:
        self.shell.notify(_("This laptop has joined {service}.").format(service=service))
        self.shell.sync.begin_anew(self._sign_in_if_asked)

    def _sign_in_if_asked(self) -> None:
        status = self.shell.sync.status
        if status is not None and status.must_sign_in:
            self._sign_in()

    def _sign_in(self) -> None:
        SignInDialog(self.shell, self._was_signed_in).ask()

    def _was_signed_in(self, name: str) -> None:
        said = _("You are signed in to your service.")
        if name:
            said = _("Signed in to your service as {name}.").format(name=name)
        self.shell.notify(said)
        self.shell.sync.begin_anew()

    def _ask_travel(self) -> None:
        TravelDialog(self.shell).ask()

    def _choose(self, name: str, on: bool) -> None:
        desk = self.desk
        self._do(lambda: sync_deeds.set_choices(desk, **{name: on}))
