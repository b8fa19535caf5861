"""The fixed words of a report, in the report's language, which need not be the screen's."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache

from app.core.clock import local
from app.core.i18n import DOMAIN
from app.core.paths import resource_path
from app.forms.days import day_in_words
from app.reports.content import Language

Wording = Callable[[str], str]


@lru_cache(maxsize=4)
def wording(language: Language) -> Wording:
    """What turns an English sentence of the program into `language`.

    A sentence that has no translation stays as it is.
    """
    if language == "en":
        return str
    return gettext.translation(
        DOMAIN, str(resource_path("locale")), languages=[language], fallback=True
    ).gettext


def day(when: date, language: Language) -> str:
    """A date as a court writes it: `24 November 2026`."""
    return day_in_words(when, language)


def day_of(moment: str | None, language: Language) -> str:
    """The day of a moment as answers keep it; empty where there is none that can be read."""
    try:
        return day(local(datetime.fromisoformat(moment)).date(), language) if moment else ""
    except ValueError:
        return ""


def listed(items: Sequence[str], language: Language) -> str:
    """`a, b and c`; `a; b; and c` where an item has a comma of its own."""
    if len(items) < 2:
        return "".join(items)
    mark = "; " if any("," in item for item in items) else ", "
    say = wording(language)
    joint = say("{first}; and {last}") if mark == "; " else say("{first} and {last}")
    return joint.format(first=mark.join(items[:-1]), last=items[-1])
