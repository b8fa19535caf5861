# ruff: noqa: PLR0911 - one return for each type is the plainest way to tell types apart
"""Values: what an answer may hold for its type, and how expressions compare and convert.

In expressions a value is a `str`, a number, a `bool`, a `date` or a `datetime` (no zone: the clock
on the wall), or a list of these where a reference meets several rows. Nothing answered is `""`.
Dates count as days since 1 January 1970, as ODK has it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from app.core.clock import LONDON

Typed = str | int | float | Decimal
Scalar = str | int | float | bool | date
Seen = Any
"""A `Scalar` or a list of them; kept loose because it crosses into the expression library."""

EPOCH: Final = date(1970, 1, 1)
_EPOCH_DAY: Final = EPOCH.toordinal()
NAN: Final = math.nan

_NUMBER: Final = re.compile(r"\s*-?(?:\d+\.?\d*|\.\d+)\s*\Z", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\Z", re.ASCII)
_UK_DATE: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})\Z", re.ASCII)


def first(value: Seen) -> Scalar:
    """The first of a list, `""` of an empty one, and anything else as it is."""
    if isinstance(value, list):
        return value[0] if value else ""
    return value  # type: ignore[no-any-return]


def day_number(day: date) -> float | int:
    """Days from 1970-01-01 to `day`; a moment counts with its part of the day."""
    whole = day.toordinal() - _EPOCH_DAY
    if isinstance(day, datetime):
        seconds = day.hour * 3600 + day.minute * 60 + day.second + day.microsecond / 1e6
        return whole + seconds / 86400
    return whole


def number(value: Seen) -> float | int:
    """`value` as a number; `nan` where it is none."""
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is str:
        if not value:
            return NAN
        if _NUMBER.match(value):
            return float(value)
        day = to_date(value)
        if day is not None:
            return day_number(day)
        return _day_part(value)
    if kind is bool:
        return 1 if value else 0
    if isinstance(value, date):
        return day_number(value)
    if isinstance(value, list):
        return number(value[0]) if value else NAN
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def _day_part(text: str) -> float:
    match = _TIME.match(text)
    if not match:
        return NAN
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    return (hours * 3600 + minutes * 60 + seconds) / 86400


def text(value: Seen) -> str:
    """`value` as text, as XPath 1 writes it: whole numbers without a point, dates as ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return text(value[0]) if value else ""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(type(value).__name__)


def truth(value: Seen) -> bool:
    """`value` as true or false: text unless empty, a number unless nought, a list unless empty."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return bool(value)
    if isinstance(value, float | int):
        return value != 0 and value == value  # noqa: PLR0124 - nan is the number unlike itself
    if isinstance(value, list):
        return bool(value)
    return True


def to_date(value: Seen) -> date | None:
    """The day or moment that `value` names, or `None`."""
    value = first(value)
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        match = _DATE.match(value)
        if match:
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                return None
        if _MOMENT.match(value):
            return to_moment(value)
        return None
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return from_day_number(value)
    return None


def from_day_number(days: float) -> date | None:
    """The day (or moment, where there is a part of a day) that lies `days` after 1970-01-01."""
    if math.isnan(days) or math.isinf(days):
        return None
    whole = math.floor(days)
    try:
        day = date.fromordinal(whole + _EPOCH_DAY)
    except (ValueError, OverflowError):
        return None
    part = days - whole
    if not part:
        return day
    return datetime.combine(day, time()) + timedelta(seconds=round(part * 86400))


def to_moment(value: str) -> datetime | None:
    """The moment an ISO text names, by the clock on the wall; `None` if it names none."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(LONDON).replace(tzinfo=None)
    return moment


def wall(moment: datetime) -> datetime:
    """An aware moment as the clock on the wall in England and Wales shows it, without zone."""
    return moment.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None)


def _told(value: Seen) -> bool:
    """`value` set beside a true or false: a calculation keeps those as the words."""
    return value != "false" and truth(value)


def same(left: Seen, right: Seen) -> bool:
    """XPath's `=`: over lists, whether any pair is the same."""
    if isinstance(left, list):
        return any(same(entry, right) for entry in left)
    if isinstance(right, list):
        return any(same(left, entry) for entry in right)
    if type(left) is str and type(right) is str:
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return _told(left) == _told(right)
    return number(left) == number(right)


def differs(left: Seen, right: Seen) -> bool:
    """XPath's `!=`: over lists, whether any pair differs."""
    if isinstance(left, list):
        return any(differs(entry, right) for entry in left)
    if isinstance(right, list):
        return any(differs(left, entry) for entry in right)
    if isinstance(left, str) and isinstance(right, str):
        return left != right
    if isinstance(left, bool) or isinstance(right, bool):
        return _told(left) != _told(right)
    return number(left) != number(right)


def below(left: Seen, right: Seen, *, or_same: bool) -> bool:
    """XPath's `<` and `<=`: by number, dates as days; over lists, whether any pair is so."""
    if isinstance(left, list):
        return any(below(entry, right, or_same=or_same) for entry in left)
    if isinstance(right, list):
        return any(below(left, entry, or_same=or_same) for entry in right)
    one, other = number(left), number(right)
    return one <= other if or_same else one < other


def round_to(value: float | int, places: int) -> float | int:
    """`value` to so many decimal places, halves away from nought."""
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return value
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return int(rounded) if places <= 0 else float(rounded)


def words_of(value: Seen) -> list[str]:
    """The options chosen in a select_multiple, which expressions see parted by spaces."""
    return text(value).split()


# What an answer may hold ------------------------------------------------------------------


def tidy(kind: str, raw: object) -> object:
    """`raw` as an answer of a question of type `kind` keeps it.

    Whatever cannot be read as that type is kept as it was typed, so nothing is lost: `fits` then
    says no. Emptiness becomes `None`.
    """
    if raw is None or raw in ("", []):
        return None
    if kind in ("select_multiple", "rank"):
        if isinstance(raw, str):
            return raw.split()
        if isinstance(raw, Sequence | set | frozenset):
            return list(dict.fromkeys(str(entry) for entry in raw))
        return str(raw)
    if kind == "acknowledge":
        return "OK" if raw is True or raw == "OK" else None if raw is False else str(raw)
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, datetime):
        raw = (wall(raw) if raw.tzinfo else raw).isoformat(timespec="minutes")
    if isinstance(raw, date | time):
        raw = raw.isoformat()
    if not isinstance(raw, str | int | float | Decimal):
        return str(raw)
    reading = _READINGS.get(kind)
    return text(raw) if reading is None else reading(raw)


def _whole(raw: Typed) -> int | str:
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float | Decimal):
        return int(raw) if math.isfinite(raw) and raw == int(raw) else text(raw)
    typed = str(raw).strip()
    return int(typed) if re.fullmatch(r"[+-]?\d{1,15}", typed, re.ASCII) else str(raw)


def _decimal(raw: Typed) -> str:
    typed = text(raw).strip() if isinstance(raw, int | float | Decimal) else str(raw).strip()
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", typed, re.ASCII):
        return str(raw)
    try:
        return format(Decimal(typed), "f")
    except InvalidOperation:
        return str(raw)


def _day(raw: Typed) -> str:
    typed = text(raw).strip()
    match = _UK_DATE.match(typed)
    if match:
        typed = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    return typed if to_date(typed) is not None and _DATE.match(typed) else text(raw)


def _clock_time(raw: Typed) -> str:
    match = _TIME.match(text(raw).strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        return text(raw)
    return f"{int(match[1]):02}:{match[2]}"


def _moment(raw: Typed) -> str:
    """A moment as ISO; a day and a time of day may be typed with a space between."""
    day, _space, hour = text(raw).strip().rpartition(" ")
    made = f"{_day(day)}T{_clock_time(hour)}"
    return made if day and _MOMENT.match(made) and to_moment(made) is not None else text(raw)


_READINGS: Final[dict[str, Callable[[Typed], int | str]]] = {
    "integer": _whole,
    "decimal": _decimal,
    "date": _day,
    "time": _clock_time,
    "dateTime": _moment,
}


def fits(kind: str, value: object) -> bool:
    """Whether a tidied `value` really is of type `kind`."""
    if kind == "integer":
        return isinstance(value, int)
    if kind == "decimal":
        return isinstance(value, str) and bool(_NUMBER.match(value))
    if kind == "date":
        return isinstance(value, str) and bool(_DATE.match(value)) and to_date(value) is not None
    if kind == "time":
        return isinstance(value, str) and bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value))
    if kind == "dateTime":
        return (
            isinstance(value, str) and bool(_MOMENT.match(value)) and to_moment(value) is not None
        )
    if kind in ("select_multiple", "rank"):
        return isinstance(value, list)
    if kind == "acknowledge":
        return value == "OK"
    return isinstance(value, str)


def seen_as(kind: str, value: object) -> Seen:
    """What expressions see of a tidied answer; `""` where there is none or it does not fit."""
    if value is None:
        return ""
    if kind == "calculate":
        return value if isinstance(value, str | int | float) else ""
    if not fits(kind, value):
        return ""
    if kind == "decimal":
        return float(str(value))
    if kind == "date":
        return to_date(value)
    if kind == "dateTime":
        return to_moment(str(value))
    if isinstance(value, list):
        return " ".join(value)
    return value


def kept_as(kind: str, value: Seen) -> object:
    """How the result of a calculation is kept as the answer of a question of type `kind`."""
    value = first(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    if kind in ("integer", "decimal") and not isinstance(value, str):
        return tidy(kind, number(value))
    if kind == "date":
        day = to_date(value)
        return None if day is None else day.isoformat()[:10]
    if kind == "calculate":
        if isinstance(value, bool | date):
            return text(value)
        if isinstance(value, float):
            return int(value) if value.is_integer() and abs(value) < 1e15 else value
        return value if value != "" else None
    return tidy(kind, text(value))
