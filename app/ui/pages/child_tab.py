"""What the tabs of a child's record have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.casework.children import ChildView
from app.ui.kit import ScrollPage
from app.ui.kit.layout import clear

if TYPE_CHECKING:
    from app.ui.pages.child import ChildPage


class ChildTab(ScrollPage):
    """One part of the record. `load` is called when it is first shown and when it went stale."""

    def __init__(self, page: ChildPage) -> None:
        super().__init__()
        self.page = page
        self.stale = True

    def load(self, view: ChildView) -> None:
        """Show this part of the record of `view`."""

    def empty(self) -> None:
        """Take everything out, to be drawn anew."""
        clear(self.column)
