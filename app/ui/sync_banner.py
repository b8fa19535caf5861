"""What two people wrote at once, said on the record and the form that it stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.casework import sync_conflicts
from app.core.i18n import _
from app.ui.kit.blocks import Banner
from app.ui.kit.buttons import SecondaryButton
from app.ui.kit.levels import level_word

if TYPE_CHECKING:
    from app.casework.sync_conflicts import ConflictView, Side
    from app.ui.page import Page


class ConflictBanner(Banner):
    """Both answers, which of them counts until somebody decides, and the way to decide."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            tone="attention",
            actions=(SecondaryButton(_("Decide"), lambda: page.shell.go("sync")),),
        )
        self._page = page
        self.hide()

    def read(self, find: Callable[[], tuple[ConflictView, ...]]) -> None:
        """Show what `find` gives on the database thread; nothing while it gives nothing."""
        self._page.tasks.run(find, self._show, owner=self)

    def _show(self, found: tuple[ConflictView, ...]) -> None:
        open_ones = [one for one in found if not one.answered]
        if open_ones:
            self.set_words(
                "\n".join(both_in_words(one) for one in open_ones),
                _("Two people wrote this at once"),
            )
        self.setVisible(bool(open_ones))


def both_in_words(one: ConflictView) -> str:
    """Both answers as one sentence, with who gave them and which counts."""
    if one.kept_back:
        return _("{question}: you may not read these answers.").format(question=one.label)
    said = _("{question}: {mine} ({who}), or {theirs} ({other}).").format(
        question=one.label,
        mine=_value(one.mine),
        who=one.mine.who,
        theirs=_value(one.theirs),
        other=one.theirs.who,
    )
    counts = next((side for side in (one.mine, one.theirs) if side.counts), None)
    if counts is None:
        return said
    return _("{said} Until somebody decides, {value} counts.").format(
        said=said, value=_value(counts)
    )


def _value(side: Side) -> str:
    if side.level is not None:
        return level_word(side.level)
    return f"“{side.text}”" if side.text else _("no answer")


def of_child(page: Page, child_id: str) -> Callable[[], tuple[ConflictView, ...]]:
    """What finds the conflicts of a child."""
    desk = page.desk
    return lambda: sync_conflicts.conflicts(desk, child_id)


def of_form(page: Page, record_id: str) -> Callable[[], tuple[ConflictView, ...]]:
    """What finds the conflicts of one form."""
    desk = page.desk
    return lambda: sync_conflicts.of_form(desk, record_id)
