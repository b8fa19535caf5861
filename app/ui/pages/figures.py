"""The figures of the wider picture in every report: the service's own and the nation's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import figures_counted, service_figures
from app.casework.dates import in_words
from app.casework.figures_counted import CountedHere
from app.casework.service_figures import FiguresHeld, FigureView, Picture
from app.core.i18n import N_, _, ngettext
from app.ui import theme
from app.ui.kit import (
    Banner,
    Body,
    Card,
    Cell,
    Column,
    EmptyState,
    FlowLayout,
    Muted,
    PageHeader,
    Pill,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Small,
    Strong,
    Table,
    TableModel,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.edit_record import ask_and_do

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

_Read = tuple[FiguresHeld, CountedHere | None]


class FiguresPage(Page):
    """All figures as a report prints them; a manager or an administrator enters the service's."""

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Figures for reports")
        self.header = PageHeader(
            self.title,
            _(
                "They stand in every pre-sentence report, under “The wider picture”. They are "
                "about groups, and argue no child’s case."
            ),
        )
        self.enter = PrimaryButton(_("Enter figures"), self._enter)
        self.header.add_action(self.enter)
        self.enter.hide()
        self._inside = QVBoxLayout()
        self._inside.setSpacing(theme.current().px(16))
        page = ScrollPage(width=1040)
        page.add(self.header)
        page.add(self._inside)
        page.end()
        self.outer.addWidget(page)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        # Known before anything is read, so that the keyboard has somewhere to go.
        self.enter.setVisible(service_figures.may_change(desk))
        self.run(lambda: _read(desk), self._show)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.enter if self.enter.isVisibleTo(self) else None

    # -- inside ----------------------------------------------------------------------------

    def _show(self, read: _Read) -> None:
        held, counted = read
        clear(self._inside)
        if not held.may_change:
            self._inside.addWidget(Muted(_("A manager or an administrator can change these.")))
        own = Card(_("Your service’s figures"))
        for number, view in enumerate(held.own):
            if number:
                own.body.addSpacing(theme.current().px(16))
            self._add(own, view, may_change=held.may_change)
        if not held.own:
            own.add(self._empty(held))
        self._inside.addWidget(own)
        if counted is not None:
            self._inside.addWidget(self._counted(counted))
        nation = Card(_("England and Wales"))
        nation.add(Body(_("They come with Waymark, each with its source.")))
        if not held.national_verified:
            line = FlowLayout(gap=8)
            line.addWidget(Pill(_("not checked"), "plain"))
            nation.add(line)
        for number, picture in enumerate(held.national):
            if number:
                nation.body.addSpacing(theme.current().px(16))
            show_picture(nation.body, picture)
        if not held.national:
            nation.add(Muted(_("No figures are held for England and Wales.")))
        self._inside.addWidget(nation)
        for view in held.own:
            if self.shell.kept_words(("figures", view.id)):
                self._ask_to_take_back(view)

    def _counted(self, counted: CountedHere) -> Card:
        """What this casebook holds, to be looked at before anybody enters it."""
        card = Card(_("Counted from this casebook"))
        said = ngettext(
            "Decisions from {first} to {last} in the records on this laptop, which are of one "
            "child. What stands in other records is not counted, and no report gives this.",
            "Decisions from {first} to {last} in the records on this laptop, which are of {count} "
            "children. What stands in other records is not counted, and no report gives this.",
            counted.children,
        ).format(first=in_words(counted.first), last=in_words(counted.last), count=counted.children)
        card.add(Body(said))
        if not counted.decisions:
            card.add(Muted(_("No decision of these months is recorded here.")))
        for one in counted.decisions:
            card.body.addSpacing(theme.current().px(8))
            if one.picture is None:
                few = ngettext(
                    "{decision}: too few to compare, one decision in all.",
                    "{decision}: too few to compare, {count} decisions in all.",
                    one.decisions,
                ).format(decision=one.what, count=one.decisions)
                card.add(Muted(few))
                continue
            card.add(Strong(one.what))
            _show_rows(card.body, one.picture, one.what)
            enter = SecondaryButton(
                _("Look at it and enter it"), partial(self._enter, one.details.decision)
            )
            enter.setAccessibleDescription(one.what)
            card.add(button_row(enter))
        return card

    def _empty(self, held: FiguresHeld) -> QWidget:
        return EmptyState(
            _("No figures are entered for your area yet"),
            _(
                "A court has to see how decisions fall on children of each ethnic group where the "
                "child lives, not only in the whole country. Enter what your service or others "
                "have published. Until then every report says that none are held."
            ),
            SecondaryButton(_("Enter the first figures"), self._enter) if held.may_change else None,
        )

    def _add(self, card: Card, view: FigureView, *, may_change: bool) -> None:
        if view.picture is None:
            words = _("These figures don’t fit together, so no report gives them. Correct them.")
            card.add(Banner(words, "attention"))
        else:
            show_picture(card.body, view.picture)
        line = FlowLayout(gap=8)
        line.addWidget(
            Pill(_("In reports"), "good")
            if view.in_reports
            else Pill(_("Not in reports: there are newer ones"), "plain")
        )
        card.add(line)
        if view.entered_by:
            entered = _("Entered by {name}, last changed {day}").format(
                name=view.entered_by, day=in_words(view.changed_on)
            )
            card.add(Small(entered))
        if may_change:
            what = view.picture.caption if view.picture else view.details.area
            change = SecondaryButton(_("Change"), partial(self._change, view.id))
            back = SecondaryButton(_("Take back"), partial(self._ask_to_take_back, view))
            for button in (change, back):
                button.setAccessibleDescription(what)
            card.add(button_row(change, back))

    def _enter(self, counted: str | None = None) -> None:
        self.shell.go("edit_figures", **({"counted": counted} if counted else {}))

    def _change(self, figures_id: str) -> None:
        self.shell.go("edit_figures", record_id=figures_id)

    def _ask_to_take_back(self, view: FigureView) -> None:
        desk = self.desk
        ask_and_do(
            self,
            ("figures", view.id),
            _("Take these figures back?"),
            _("Why do they no longer stand?"),
            _("Reports that are final keep them. The history keeps them with your reason."),
            _("Take them back"),
            lambda why: service_figures.take_back(desk, view.id, why),
            partial(self._taken_back, view.id),
        )

    def _taken_back(self, figures_id: str) -> None:
        desk = self.desk

        def put_back() -> None:
            self.run(lambda: service_figures.put_back(desk, figures_id), self._again)

        self._again(None)
        self.shell.add_strip(
            _("The figures were taken back."), "accent", N_("Put them back"), put_back
        )

    def _again(self, _none: object) -> None:
        self.shell.saved(self.desk.clock.now())
        desk = self.desk
        self.run(lambda: _read(desk), self._show)


def _read(desk: Desk) -> _Read:
    held = service_figures.held(desk)
    return held, figures_counted.counted(desk) if held.may_change else None


def columns(headers: Sequence[str]) -> list[Column[tuple[str, ...]]]:
    """The columns of a table of figures."""

    def show(at: int) -> Callable[[tuple[str, ...]], Cell]:
        return lambda row: Cell(row[at], strong=at == 0)

    return [Column(title, show(at), 2 if at in (0, 4) else 1) for at, title in enumerate(headers)]


def in_a_line(headers: Sequence[str], row: Sequence[str]) -> str:
    """What a table tells of one group: `White. How many: 41 of 402. Share of all: 60%.`"""
    told = (f"{title}: {cell}." for title, cell in zip(headers[1:], row[1:], strict=True))
    return " ".join((f"{row[0]}.", *told))


def show_picture(column: QVBoxLayout, picture: Picture) -> None:
    """Put figures at the end of `column`, as a report prints them.

    At large text a table would be cut: each group is told in words instead.
    """
    column.addWidget(Strong(picture.caption))
    _show_rows(column, picture, picture.caption)
    column.addWidget(Small(picture.source))


def _show_rows(column: QVBoxLayout, picture: Picture, name: str) -> None:
    if theme.current().large:
        for row in picture.rows:
            column.addWidget(Body(in_a_line(picture.headers, row)))
        return
    model: TableModel[tuple[str, ...]] = TableModel(columns(picture.headers))
    model.set_rows(picture.rows)
    column.addWidget(Table(model, name, all_rows=True, shortens=True))
