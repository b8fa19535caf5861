"""Days as a person reads them, in English and Welsh."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "cy": [
        "Ionawr",
        "Chwefror",
        "Mawrth",
        "Ebrill",
        "Mai",
        "Mehefin",
        "Gorffennaf",
        "Awst",
        "Medi",
        "Hydref",
        "Tachwedd",
        "Rhagfyr",
    ],
}


def day_in_words(day: date, language: str) -> str:
    """`day` as in “3 March 2026”; a moment with its time, as in “3 March 2026, 14:05”."""
    months = MONTHS.get(language, MONTHS["en"])
    words = f"{day.day} {months[day.month - 1]} {day.year}"
    if isinstance(day, datetime):
        words += f", {day.hour:02}:{day.minute:02}"
    return words
