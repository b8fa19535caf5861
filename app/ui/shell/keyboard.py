"""Where the keyboard is: Tab goes through the window as one reads it, and is never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.kit.fields import bring_into_view

if TYPE_CHECKING:
    from app.ui.page import Page
    from app.ui.shell import Shell


class Keyboard:
    """Finds where the keyboard goes in one window."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def enter(self, page: Page) -> None:
        """Give the keyboard to a page that is shown now."""
        first = page.focus_first()
        if first is not None and first.isVisibleTo(page) and first.isEnabled():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not page.isAncestorOf(self._shell.focusWidget() or self._shell):
            self._focus_first_in(page)

    def _focus_first_in(self, page: Page) -> None:
        for widget in self._chain():
            if page.isAncestorOf(widget):
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        # Nothing on the page takes the keyboard: it stays beside the page's name on the rail.
        button = self._shell.rail.buttons.get(page.name)
        if button is not None and button.isVisibleTo(self._shell):
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chain(self) -> list[QWidget]:
        """What Tab leads to, in the order of the window: top, strips, rail, page, status.

        Qt's own order is that of making, and pages are made last.
        """
        shell = self._shell
        regions = [shell.top_bar, shell.demo_banner, shell.rail, shell.stack, shell.status_bar]
        found: list[tuple[int, int, QWidget]] = []
        step = shell.nextInFocusChain()
        while step is not None and step is not shell:
            if (
                step.focusPolicy() & Qt.FocusPolicy.TabFocus
                and step.focusProxy() is None
                and step.isEnabled()
                and step.isVisibleTo(shell)
            ):
                region = next((at for at, part in enumerate(regions) if part.isAncestorOf(step)), 1)
                found.append((region, len(found), step))
            step = step.nextInFocusChain()
        return [widget for _region, _at, widget in sorted(found, key=lambda one: one[:2])]

    def step(self, forward: bool) -> bool:
        """Go one step of Tab. Whether there was one: else Qt finds its own."""
        shell = self._shell
        chain = self._chain()
        # While a dialog closes the window isn't the active one, and still knows its own.
        here = QApplication.focusWidget() or shell.focusWidget()
        if not chain or here is None or shell.covered:
            return False
        page = shell.page
        of_page = page is not None and (page.isAncestorOf(here) or shell.busy.isAncestorOf(here))
        if page is not None and of_page and not _takes_keys(here):
            # Nobody pressed Tab: what had the keyboard went away, as when a page is drawn anew.
            self._hold(page, here)
            return True
        step = 1 if forward else -1
        at = chain.index(here) if here in chain else (-1 if forward else 0)
        target = chain[(at + step) % len(chain)]
        bring_into_view(target)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        target.setFocus(reason)
        return True

    def window_activated(self) -> None:
        """Keep the keyboard on a page that was drawn anew under a dialog."""
        here, page = self._shell.focusWidget(), self._shell.page
        if page is not None and not self._shell.covered and not (here and _takes_keys(here)):
            self._hold(page, here or page)

    def _hold(self, page: Page, gone: QWidget) -> None:
        """Keep the keyboard on the page until it is drawn, then find a place for it there."""
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self._shell, lambda: self._keep(page, gone))

    def _keep(self, page: Page, gone: QWidget) -> None:
        """Give the keyboard to what comes after `gone` on the page, else to the page's first."""
        now = self._shell.focusWidget()
        if page is not self._shell.page or (
            now is not page and page.isAncestorOf(now or self._shell)
        ):
            return
        on_page = [widget for widget in self._chain() if page.isAncestorOf(widget)]
        there = shiboken6.isValid(gone) and page.isAncestorOf(gone)
        step = gone.nextInFocusChain() if there else None
        while step is not None and step is not gone and step not in on_page:
            step = step.nextInFocusChain()
        if step is not None and step is not gone:
            step.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        first = page.focus_first()
        if first is not None and first.isVisibleTo(page) and first.isEnabled():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus_first_in(page)


def _takes_keys(widget: QWidget) -> bool:
    """Whether the keyboard can stay there."""
    return widget.isVisible() and widget.isEnabled()
