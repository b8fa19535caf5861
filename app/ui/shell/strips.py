"""What is said above every page: that this is a demonstration, and strips until they are closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.blocks import Banner
from app.ui.kit.buttons import LinkButton
from app.ui.kit.layout import clear
from app.ui.kit.text import Small


@dataclass(frozen=True)
class Strip:
    """One thing said above every page, until the person closes it; `action` is untranslated."""

    text: str
    tone: str
    action: str
    do: Callable[[], object] | None


class Strips(QWidget):
    """The strips. `said` outlives this widget, which is made anew in another language or size."""

    def __init__(self, said: list[Strip]) -> None:
        super().__init__()
        self._said = said
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._fill()

    def add(self, strip: Strip) -> None:
        """Say one thing more."""
        self._said.append(strip)
        self._fill()

    def close_action(self, action: str) -> None:
        """Close the strips with this action."""
        self._said[:] = [strip for strip in self._said if strip.action != action]
        self._fill()

    def _close(self, strip: Strip) -> None:
        self._said[:] = [other for other in self._said if other is not strip]
        self._fill()

    def _fill(self) -> None:
        clear(self._column)
        for strip in self._said:
            actions: tuple[QWidget, ...] = ()
            if strip.action and strip.do is not None:
                actions = (LinkButton(_(strip.action), strip.do),)
            close = LinkButton(_("Close"), partial(self._close, strip))
            banner = Banner(strip.text, strip.tone, actions=(*actions, close))
            banner.setObjectName("strip")
            self._column.addWidget(banner)


class DemoBanner(QFrame):
    """Says that every child in this casebook is invented."""

    def __init__(self) -> None:
        super().__init__()
        look = theme.current()
        self.setObjectName("demoBanner")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(16), look.px(4), look.px(16), look.px(4))
        words = Small(
            _("Demonstration casebook: every child in it is invented. Put nothing real in here.")
        )
        palette = words.palette()
        palette.setColor(words.foregroundRole(), look.color("attention"))
        words.setPalette(palette)
        words.setObjectName("demoWords")
        row.addWidget(words, 1)
