"""Two kinds of error: what the world does, and what we did wrong."""

from __future__ import annotations


class WaymarkError(Exception):
    """The root of every error that Waymark raises itself."""


class KnownError(WaymarkError):
    """Something outside the program went wrong, and the person can do something about it.

    Args:
        user_text: One sentence, already translated, that says what happened. It never
            holds a key, an answer or the name of a child.
        hint: One sentence that says what to do next; may be empty.
    """

    def __init__(self, user_text: str, hint: str = "") -> None:
        super().__init__(user_text)
        self.user_text = user_text
        self.hint = hint


class BugError(WaymarkError):
    """The program broke one of its own rules. The text is for engineers, without personal data."""
