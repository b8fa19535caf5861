"""What is wrong or unusual in details that somebody typed, said beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import KnownError
from app.core.i18n import _, ngettext


@dataclass(frozen=True)
class Problem:
    """One thing to look at again.

    Attributes:
        field: Name of the field of the details that it stands beside.
        text: One sentence in the language of the screen that says what to do.
        blocks: Whether the details can't be kept like this. What is merely unusual doesn't block.
    """

    field: str
    text: str
    blocks: bool = False


class DetailsRefused(KnownError):
    """Details that can't be kept as they are; `problems` says which fields, and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            ngettext(
                "There is a problem with what you entered.",
                "There are problems with what you entered.",
                len(problems),
            ),
            _("Look at each line, correct it and save again."),
        )
        self.problems = problems


class RecordGone(KnownError):
    """The record that was asked for is not in this casebook, or was taken out of it."""

    def __init__(self) -> None:
        super().__init__(
            _("This record is not in the casebook any more."),
            _("Go back to the child's record and look again."),
        )


def refuse_blocking(problems: Iterable[Problem]) -> None:
    """Raise `DetailsRefused` where at least one of `problems` blocks."""
    blocking = tuple(problem for problem in problems if problem.blocks)
    if blocking:
        raise DetailsRefused(blocking)
