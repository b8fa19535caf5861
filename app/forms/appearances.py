"""Appearances: which of ODK's the form view draws, and which are refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

ANY: Final = frozenset({"any"})
_SELECTS: Final = frozenset({"select_one", "select_multiple"})
_GROUPS: Final = frozenset({"group", "repeat"})

SUPPORTED_APPEARANCES: Final[Mapping[str, frozenset[str]]] = {
    "multiline": frozenset({"text"}),
    "minimal": frozenset({"select_one"}),
    "autocomplete": frozenset({"select_one"}),
    "search": frozenset({"select_one"}),
    "horizontal": _SELECTS,
    "horizontal-compact": _SELECTS,
    "columns": _SELECTS,
    "columns-pack": _SELECTS,
    "amount": frozenset({"select_one"}),
    "matrix": frozenset({"select_one"}),
    "field-list": _GROUPS,
}
"""Each with the types of item it may stand on. `amount` is Waymark's own: choices drawn as growing
measures. So is `matrix`: the table that `matrix-level` looks in, on the question that it works out.
`field-list` says what is so anyway: a page shows its questions together."""

SUPPORTED_PATTERNS: Final[Mapping[str, frozenset[str]]] = {
    r"columns-[1-9]": _SELECTS,
    r"w(?:[1-9]|10)": ANY,
}

REFUSED_APPEARANCES: Final[Mapping[str, str]] = {
    "numbers": "use integer or decimal, or a constraint with regex()",
    "thousands-sep": "numbers are shown as they are typed",
    "bearing": "a laptop has no compass",
    "vertical": "sliders are hard to use with a screen reader",
    "no-ticks": "sliders are hard to use with a screen reader",
    "picker": "sliders are hard to use with a screen reader",
    "rating": "use select_one with appearance amount",
    "distress": "sliders are hard to use with a screen reader",
    "likert": "use select_one with appearance horizontal",
    "new": "answers hold no files yet",
    "new-front": "answers hold no files yet",
    "draw": "answers hold no files yet",
    "annotate": "answers hold no files yet",
    "signature": "answers hold no files yet",
    "no-calendar": "a date is typed, there is no calendar to leave out",
    "month-year": "use integer for the year and select_one for the month",
    "year": "use integer",
    "ethiopian": "dates are in the civil calendar",
    "coptic": "dates are in the civil calendar",
    "islamic": "dates are in the civil calendar",
    "bikram-sambat": "dates are in the civil calendar",
    "myanmar": "dates are in the civil calendar",
    "persian": "dates are in the civil calendar",
    "buddhist": "dates are in the civil calendar",
    "placement-map": "answers hold no places",
    "maps": "answers hold no places",
    "map": "answers hold no places",
    "hide-input": "answers hold no places",
    "image-map": "use choices with images",
    "quick": "a choice never moves on by itself",
    "compact": "use columns",
    "quickcompact": "a choice never moves on by itself",
    "no-buttons": "a choice shows that it can be chosen",
    "columns-flex": "use columns-pack",
    "label": "tables of choices are hard to use with a screen reader",
    "list-nolabel": "tables of choices are hard to use with a screen reader",
    "list": "tables of choices are hard to use with a screen reader",
    "table-list": "tables of choices are hard to use with a screen reader",
    "masked": "nothing here is typed blind",
    "url": "answers open nothing outside the casebook",
    "printer": "printing is logged and has its own place",
    "counter": "use integer",
    "front": "answers hold no files yet",
    "summary": "use a note",
    "ex": "no other program is opened",
}


def why_refused(appearance: str, item_type: str) -> str | None:
    """Why `appearance` cannot be used on an item of that type; `None` if it can."""
    allowed = SUPPORTED_APPEARANCES.get(appearance)
    if allowed is None:
        for pattern, types in SUPPORTED_PATTERNS.items():
            if re.fullmatch(pattern, appearance):
                allowed = types
                break
    if allowed is None:
        word = appearance.partition(":")[0]
        return REFUSED_APPEARANCES.get(word, "there is no such appearance")
    if "any" in allowed or item_type in allowed:
        return None
    return "it is for " + ", ".join(sorted(allowed))
