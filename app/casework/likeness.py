"""How alike two children's records are, with reasons in words: a spelling, two names swapped,
a day and month swapped, a number in common. No store and no screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from app.core.i18n import _

SHOWN_FROM: Final = 60
"""A pair below this score is not shown as a likely duplicate."""

CERTAIN: Final = 90
"""From this score on it is almost certainly the same child."""

# What sounds alike is written alike, so that Stephen meets Steven and Catrin meets Katrin.
_SOUNDS: Final = (
    (re.compile("ph"), "f"),
    (re.compile("(c)?ck|q|c(?![eiyh])"), "k"),
    (re.compile("c(?=[eiy])"), "s"),
    (re.compile("sch|sh|ch"), "x"),
    (re.compile("dd|th"), "d"),
    (re.compile("ff|v|gh$"), "f"),
    (re.compile("ll"), "l"),
    (re.compile("wh|w"), "u"),
    (re.compile("y|ie|ee|ea|i"), "i"),
    (re.compile("z"), "s"),
    (re.compile("h"), ""),
)


@dataclass(frozen=True)
class Known:
    """What two records are compared by. `identifiers` are pairs of kind and value."""

    given_name: str
    family_name: str
    preferred_name: str
    other_names: str
    date_of_birth: date | None
    identifiers: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Compared:
    """A score of 0 to 100 with the sentences that explain it."""

    score: int
    reasons: tuple[str, ...]


def folded(text: str) -> str:
    """A name without accents, case, hyphens and apostrophes, for comparing only."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(char if char.isalnum() else " " for char in flat if not _combines(char))
    return " ".join(letters.split())


def _combines(char: str) -> bool:
    return bool(unicodedata.combining(char)) or char in "'’"


def sound(name: str) -> str:
    """A rough spelling of how a name sounds; equal for names that are easily confused."""
    text = folded(name).replace(" ", "")
    for pattern, written in _SOUNDS:
        text = pattern.sub(written, text)
    text = re.sub(r"(.)\1+", r"\1", text)
    return text[:1] + re.sub("[aeiou]", "", text[1:])


def plain_number(value: str) -> str:
    """An identifier without spaces, dashes and case."""
    return "".join(char for char in value.casefold() if char.isalnum())


def compare(one: Known, other: Known) -> Compared:
    """How alike two records are."""
    reasons: list[str] = []
    shared = {kind for kind, value in _numbers(one) if (kind, value) in _numbers(other)}
    if shared:
        reasons.append(_("They share an identifier."))
    names = _names(one, other, reasons)
    birth = _birth(one.date_of_birth, other.date_of_birth, reasons)
    if shared:
        # One number can be mistyped: the same number alone makes it likely, names make it sure.
        return Compared(min(100, round(72 + 0.2 * names + 0.08 * birth)), tuple(reasons))
    if names < 55:
        if birth == 100 and _alike(one.family_name, other.family_name) == 100:
            # It may be a twin; it may be the same child under another name. A person decides.
            return Compared(62, (_("Family name and date of birth are the same."),))
        return Compared(round(0.3 * names), ())
    return Compared(round(0.58 * names + 0.42 * birth), tuple(reasons))


def _numbers(known: Known) -> frozenset[tuple[str, str]]:
    return frozenset(
        (kind, plain_number(value)) for kind, value in known.identifiers if plain_number(value)
    )


def _firsts(known: Known) -> tuple[str, ...]:
    names = (known.given_name, known.preferred_name, *known.other_names.split(","))
    return tuple(dict.fromkeys(folded(name) for name in names if folded(name)))


def _names(one: Known, other: Known, reasons: list[str]) -> float:
    """How alike the names are, 0 to 100. Says why in `reasons`."""
    first, family = _best(_firsts(one), _firsts(other)), _alike(one.family_name, other.family_name)
    straight = 0.5 * first + 0.5 * family
    swapped = 0.5 * _alike(one.given_name, other.family_name) + 0.5 * _alike(
        one.family_name, other.given_name
    )
    if not (folded(one.family_name) and folded(other.family_name)):
        straight = 0.8 * first
    if swapped > straight and swapped >= 80:
        reasons.append(_("Given name and family name are swapped."))
        return swapped
    if folded(one.given_name) == folded(other.given_name) and family == 100:
        reasons.append(_("The names are the same."))
    elif first == 100 and family == 100:
        reasons.append(_("One is called by a name that the other record gives."))
    elif straight >= 70:
        reasons.append(
            _("The names sound alike.")
            if _sounds_alike(one, other)
            else _("The names are spelled almost the same.")
        )
    return straight


def _sounds_alike(one: Known, other: Known) -> bool:
    return sound(one.family_name) == sound(other.family_name) and any(
        sound(a) == sound(b) for a in _firsts(one) for b in _firsts(other)
    )


def _best(ones: Iterable[str], others: Iterable[str]) -> float:
    others = tuple(others)
    return max((_alike(one, other) for one in ones for other in others), default=0.0)


def _alike(one: str, other: str) -> float:
    a, b = folded(one), folded(other)
    if not a or not b:
        return 0.0
    if a == b or a.replace(" ", "") == b.replace(" ", ""):
        return 100.0
    if sound(a) == sound(b):
        return 92.0
    # A short form ("Tal" for "Taliesin") is worth something, never as much as the same name.
    if min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a)):
        return 85.0
    near = max(
        100.0 * DamerauLevenshtein.normalized_similarity(a, b), 0.95 * fuzz.token_sort_ratio(a, b)
    )
    return near if near >= 60 else 0.0


def _birth(one: date | None, other: date | None, reasons: list[str]) -> float:
    """How alike two dates of birth are, 0 to 100; one that is missing says little either way."""
    if one is None or other is None:
        return 45.0
    if one == other:
        reasons.append(_("The date of birth is the same."))
        return 100.0
    if (one.day, one.month, one.year) == (other.month, other.day, other.year):
        reasons.append(_("Day and month of the date of birth are swapped."))
        return 92.0
    differing = (one.day != other.day) + (one.month != other.month) + (one.year != other.year)
    if differing == 1:
        reasons.append(_("Only one part of the date of birth differs."))
        return 70.0
    return 0.0
