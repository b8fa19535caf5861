"""What was typed in the window and is not saved yet: held over a lock and a crash too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from app.casework.places import Place

KEEP_WORDS_AFTER_MS: Final = 1500
Subject = tuple[str | None, ...]
"""What something is typed for: a kind of thing and the ids that tell which."""


class Typed(QObject):
    """The unsaved words of one window by what they were typed for.

    Attributes:
        words: The fields of each subject.
        note_later: Runs until the casebook is asked to keep the words as well.
    """

    def __init__(self, note: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self.words: dict[Subject, dict[str, Any]] = {}
        self.note_later = QTimer(self)
        self.note_later.setSingleShot(True)
        self.note_later.setInterval(KEEP_WORDS_AFTER_MS)
        self.note_later.timeout.connect(note)

    def keep(self, subject: Subject, fields: dict[str, Any]) -> None:
        """Hold what is typed for `subject` until it is saved."""
        if self.words.get(subject) != fields:
            self.words[subject] = fields
            self.note_later.start()

    def forget(self, subject: Subject) -> None:
        """What was typed for `subject` is saved, or not wanted."""
        if self.words.pop(subject, None) is not None:
            self.note_later.start()

    def take_back(self, place: Place | None) -> None:
        """Hold again what `place` brought back from before a lock or a crash."""
        for subject, fields in place.words if place is not None else ():
            self.words.setdefault(tuple(subject), dict(fields))

    def with_words(self, place: Place) -> Place:
        """`place` with everything that was typed and is not saved."""
        words = tuple([list(subject), fields] for subject, fields in self.words.items())
        return replace(place, words=words)
