"""Texts that no form can hold or no paper can show, and what to do about each."""

from __future__ import annotations

import json
import unicodedata
from typing import Any, Final

from app.core.i18n import _

LONGEST: Final = 50_000
"""Letters of one answer: some twenty pages. More belongs in a document of its own."""

_BEFORE: Final = 20  # letters that are said, so that the place can be found
_FINE: Final = frozenset("\n\r\t")


def fault_of(text: str) -> str:
    """What is wrong with a text, in a sentence that says what to do; empty where nothing is."""
    if len(text) > LONGEST:
        return _(
            "This is {count} characters long, and an answer holds {most}. Shorten it, or put the "
            "rest in a document."
        ).format(count=f"{len(text):,}", most=f"{LONGEST:,}")
    if text.isprintable():
        return ""
    for place, letter in enumerate(text):
        kind = unicodedata.category(letter)
        if kind == "Cs":
            return _("There is half a character {where}. Delete it and type it again.").format(
                where=_where(text, place)
            )
        if kind == "Cc" and letter not in _FINE:
            return _(
                "There is a character that can’t be seen or printed {where}. Delete it there."
            ).format(where=_where(text, place))
    return ""


def keepable(entry: Any) -> bool:
    """Whether an answer as JSON can be written down at all: half a character can't be."""
    try:
        json.dumps(entry, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _where(text: str, place: int) -> str:
    before = "".join(
        letter for letter in text[max(0, place - _BEFORE) : place] if letter.isprintable()
    ).strip()
    return _("after “{words}”").format(words=before) if before else _("at the beginning")
