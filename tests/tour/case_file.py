"""The case file of the demonstration: who the child is, and what a practitioner answers on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import yaml

from app.core.paths import resource_path
from tests.tour.driver import TourFailed

_DAYS: Final = re.compile(r"(?:in )?(-?\d+) days")
_AGO: Final = re.compile(r"(\d+) years (\d+) months ago")

with resource_path("demo", "case_file", "answers.yaml").open(encoding="utf-8") as file:
    # With the apostrophe that a keyboard has.
    CASE: Final[Mapping[str, Any]] = yaml.safe_load(file.read().replace("’", "'"))

CHILD: Final[Mapping[str, Any]] = CASE["child"]
ASSESSMENT: Final[Mapping[str, Any]] = CASE["assessment"]
RETURNED: Final[Mapping[str, str]] = CASE["returned"]
ANSWERED: Final[Mapping[str, Any]] = CASE["answered"]
COUNTERSIGNED: Final[str] = CASE["countersigned"]
REVIEW: Final[Mapping[str, Any]] = {
    name: it for name, it in CASE["review"].items() if name not in ("form", "days_later")
}
DAYS_LATER: Final[int] = CASE["review"]["days_later"]
"""After how many days the review is."""


def spoken_of(name: str, answers: Mapping[str, Any] = ASSESSMENT) -> str:
    """An answer as it is typed: with the child's name where the case file leaves room for it."""
    return str(answers[name]).strip().replace("{child}", CHILD["given_name"])


def day_from(today: date, words: str) -> date:
    """The day that words such as `-9 days` or `in 14 days` mean, seen from `today`."""
    found = _DAYS.fullmatch(words)
    if found is None:
        raise TourFailed(f"no day: {words}")
    return today + timedelta(days=int(found.group(1)))


def born(today: date) -> date:
    """The child's date of birth; on the first of its month, which every month has."""
    found = _AGO.fullmatch(CHILD["date_of_birth"])
    if found is None:
        raise TourFailed(f"no age: {CHILD['date_of_birth']}")
    years, months = int(found.group(1)), int(found.group(2))
    month = today.year * 12 + today.month - 1 - years * 12 - months
    return date(month // 12, month % 12 + 1, 1)
