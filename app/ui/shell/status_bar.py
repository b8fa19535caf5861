"""The bar at the bottom of the window: what is saved, what is sent, notes, the language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.core.clock import local
from app.core.i18n import LANGUAGES, _, language
from app.ui import theme
from app.ui.kit.buttons import LinkButton
from app.ui.kit.text import Small, Strong
from app.ui.sync_strip import SyncStrip

if TYPE_CHECKING:
    from app.ui.shell import Shell
    from app.ui.sync_lane import SyncLane

NOTE_MS: Final = 12_000


class StatusBar(QFrame):
    """The bar at the bottom."""

    def __init__(self, shell: Shell, choose_language: Callable[[str], object]) -> None:
        super().__init__()
        look = theme.current()
        self.setObjectName("statusBar")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(16), look.px(2), look.px(16), look.px(2))
        row.setSpacing(look.px(20))
        self.saved_label = Strong().one_line()
        self.saved_label.setObjectName("savedLabel")
        self.note_label = Small()
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.timeout.connect(self.note_label.clear)
        self.sync_strip = SyncStrip(shell)
        row.addWidget(self.saved_label)
        # At large text the sentences about syncing take the room that notes leave them.
        if look.large:
            row.addWidget(self.sync_strip, 3)
        else:
            row.addWidget(self.sync_strip, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.note_label, 2 if look.large else 1)
        self.network_label = Small().one_line()
        row.addWidget(self.network_label)
        self._choose_language = choose_language
        languages = QHBoxLayout()
        languages.setSpacing(look.px(6))
        self.language_buttons: dict[str, LinkButton] = {}
        for code, words in LANGUAGES.items():
            if self.language_buttons:
                languages.addWidget(Small("|").one_line())
            button = LinkButton(words, partial(self._language_chosen, code), small=True)
            button.setCheckable(True)
            button.setChecked(code == language())
            self.language_buttons[code] = button
            languages.addWidget(button)
        row.addLayout(languages)

    def _language_chosen(self, code: str) -> None:
        with QSignalBlocker(self):
            for other, button in self.language_buttons.items():
                button.setChecked(other == code)
        if code != language():
            self._choose_language(code)

    def say_saved(self, at: datetime | None) -> None:
        """Say when everything typed was saved last; None says nothing."""
        if at is None:
            self.say("", "")
            return
        self.say(_("Saved here {time}").format(time=local(at).strftime("%H:%M")), "")

    def say(self, words: str, tone: str) -> None:
        """Show what is saved; only what is saved is green."""
        self.saved_label.setText(words)
        self.saved_label.setVisible(bool(words))
        if self.saved_label.property("tone") != tone:
            self.saved_label.setProperty("tone", tone)
            style = self.saved_label.style()
            style.unpolish(self.saved_label)
            style.polish(self.saved_label)

    def note(self, text: str) -> None:
        """Say one thing for a while, and aloud to a screen reader."""
        self.note_label.setText(text)
        self.note_label.setAccessibleName(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self.note_label, QAccessible.Event.Alert))
        self._note_timer.start(NOTE_MS)

    def show_lane(self, lane: SyncLane) -> None:
        """Say where syncing stands."""
        self.sync_strip.show_lane(lane)
        self.network_label.setText(_("No network") if lane.offline else "")
