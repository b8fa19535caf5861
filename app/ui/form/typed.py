"""Reading what people type: dates, times and numbers, forgivingly.

Each reader gives the stored value or `None` when the text can't be read as one. It never guesses
between two meanings: days come before months, as they are written in England and Wales.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

MONTHS: Final = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December",
    ),
    "cy": (
        "Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf",
        "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
    ),
}  # fmt: skip

_TODAY: Final = {"today": 0, "heddiw": 0, "yesterday": -1, "ddoe": -1, "tomorrow": 1, "yfory": 1}
_NUMBERS: Final = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d{2})")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WORDS: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]+([^\W\d_]+)[\s.,-]+(\d{4}|\d{2})")
_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:\s*[:.]\s*(\d{2}))?(?:[:.]\d{2}(?:\.\d+)?)?\s*(am|pm|a\.m\.|p\.m\.)?"
    r"(?:Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_CLOCK_WITHOUT_COLON: Final = re.compile(r"(\d{2})(\d{2})")
_TEN_YEARS_ON: Final = 10


def read_date(text: str, today: date) -> date | None:
    """The day meant by `text`: `3/4/2026`, `3.4.26`, `3 April 2026`, `2026-04-03`, `yesterday`."""
    plain = text.strip().lower()
    if plain in _TODAY:
        return today + timedelta(days=_TODAY[plain])
    if found := _ISO.fullmatch(plain):
        year, month, day = found.groups()
        return _day(int(year), int(month), int(day))
    if found := _NUMBERS.fullmatch(plain):
        day, month, year = found.groups()
        return _day(_full_year(year, today), int(month), int(day))
    if found := _WORDS.fullmatch(plain):
        day, word, year = found.groups()
        if number := _month(word):
            return _day(_full_year(year, today), number, int(day))
    return None


def read_time(text: str) -> time | None:
    """The time meant by `text`: `14:30`, `2.30pm`, `2 pm`, `1430`."""
    plain = text.strip().lower()
    if found := _CLOCK_WITHOUT_COLON.fullmatch(plain):
        return _time(int(found[1]), int(found[2]))
    found = _CLOCK.fullmatch(plain)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if not half and found[2] is None:
        # A bare "14" may be a day, an age or an hour: it is not taken for a time.
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _time(hour, minute)


def read_integer(text: str) -> int | None:
    """The whole number meant by `text`; spaces and thousands commas are allowed."""
    plain = _without_grouping(text)
    return int(plain) if re.fullmatch(r"[+-]?\d{1,18}", plain, re.ASCII) else None


def read_decimal(text: str) -> str | None:
    """The number meant by `text` as plain decimal text, such as `12.50`; a `£` may lead it."""
    plain = _without_grouping(text.strip().removeprefix("£"))
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain, re.ASCII):
        return None
    try:
        return format(Decimal(plain), "f")
    except InvalidOperation:
        return None


def date_as_typed(stored: str) -> str:
    """A stored day (`2026-04-03`) as a person types it (`3/4/2026`); other text as it stands."""
    if found := _ISO.fullmatch(stored):
        year, month, day = found.groups()
        return f"{int(day)}/{int(month)}/{year}"
    return stored


def date_in_words(stored: str, language: str) -> str:
    """A stored day with the month written out (`3 April 2026`); other text as it stands."""
    found = _ISO.fullmatch(stored)
    if not found or not 1 <= int(found[2]) <= 12:
        return stored
    months = MONTHS.get(language, MONTHS["en"])
    return f"{int(found[3])} {months[int(found[2]) - 1]} {found[1]}"


def _full_year(text: str, today: date) -> int:
    """Two digits stand for the year nearest to today that is at most ten years ahead."""
    year = int(text)
    if len(text) == 4:
        return year
    year += today.year - today.year % 100
    return year - 100 if year > today.year + _TEN_YEARS_ON else year


def _month(word: str) -> int | None:
    """The number of a month from its name or its first letters, in English or Welsh."""
    if len(word) < 3:
        return None
    fits = {
        number
        for names in MONTHS.values()
        for number, name in enumerate(names, 1)
        if name.lower().startswith(word)
    }
    return fits.pop() if len(fits) == 1 else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(hour: int, minute: int) -> time | None:
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _without_grouping(text: str) -> str:
    plain = re.sub(r"\s", "", text)
    return (
        plain.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", plain) else plain
    )
