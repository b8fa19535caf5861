"""ODK's functions for expressions, and those that are refused with the reason.

Importing this module registers them in `OdkParser`. Each is a function of its token (whose
children are the arguments) and the context, as elementpath has it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import random
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from elementpath.xpath_tokens import XPathFunction

from app.core.i18n import _
from app.forms import matrix, values
from app.forms.errors import ExpressionError
from app.forms.expressions import Here, OdkParser, define, list_of, value_of
from app.forms.values import NAN, Seen, number, text, truth

REFUSED_FUNCTIONS: Final[dict[str, str]] = {
    "pulldata": "there are no files beside a form; use a choice list with columns",
    "instance": "there are no files beside a form; use choice_filter and choice-name",
    "property": "the casebook knows who is at work, and on which device",
    "area": "answers hold no places",
    "distance": "answers hold no places",
    "geofence": "answers hold no places",
    "intersects": "answers hold no places",
    "itext": "labels know their languages themselves",
    "randomize": "choices stand in the order of the form",
    "extract-signed": "nothing here is signed outside the casebook",
    "current": "use ${name}, which means the same row's answer",
    "id": "a form has no XML identifiers",
    "lang": "a form has no XML languages",
    "local-name": "names of nodes are no answers",
    "name": "names of nodes are no answers",
    "namespace-uri": "names of nodes are no answers",
    "comment": "answers hold no markup",
    "processing-instruction": "answers hold no markup",
}

for _symbol in REFUSED_FUNCTIONS:
    OdkParser.symbol_table.pop(_symbol, None)


def _argument(token: Any, context: Any, index: int, default: Seen = "") -> Seen:
    return value_of(token._items[index], context) if len(token._items) > index else default


def _own(token: Any, context: Here) -> Seen:
    """The first argument, or the answer itself where there is none."""
    if token._items:
        return value_of(token._items[0], context)
    item = context.item
    return context.reach.here() if item is None else context.reach.of_node(item)  # type: ignore[arg-type]


def _numbers(token: Any, context: Any) -> list[float | int]:
    """Every number in the arguments, rows spread out; what was not answered is left out."""
    found = [entry for child in token._items for entry in list_of(child, context)]
    return [number(entry) for entry in found if entry != ""]


def _finite(work: Callable[..., float], *arguments: float | int) -> float:
    """`work` done in floating point, `nan` where mathematics has no answer."""
    try:
        return work(*arguments)
    except (ValueError, ZeroDivisionError):
        return NAN
    except OverflowError:
        return math.inf


# Deciding ---------------------------------------------------------------------------------


@define("if", nargs=3)
def _if(self: Any, context: Any) -> Seen:
    chosen = 1 if truth(value_of(self._items[0], context)) else 2
    return value_of(self._items[chosen], context)


@define("coalesce", nargs=2)
def _coalesce(self: Any, context: Any) -> Seen:
    found = values.first(value_of(self._items[0], context))
    return found if found != "" else values.first(value_of(self._items[1], context))


@define("once", nargs=1)
def _once(self: Any, context: Any) -> Seen:
    kept = context.reach.here()
    return kept if kept != "" else value_of(self._items[0], context)


@define("true", nargs=0)
def _true(_self: Any, _context: Any) -> bool:
    return True


@define("false", nargs=0)
def _false(_self: Any, _context: Any) -> bool:
    return False


@define("not")
def _not(self: Any, context: Any) -> bool:
    return not truth(value_of(self._items[0], context))


@define("boolean")
def _boolean(self: Any, context: Any) -> bool:
    return truth(value_of(self._items[0], context))


@define("boolean-from-string")
def _boolean_from_string(self: Any, context: Any) -> bool:
    return text(value_of(self._items[0], context)) in ("1", "true")


def _listed(token: Any, context: Any, start: int) -> list[Seen]:
    return [entry for child in token._items[start:] for entry in list_of(child, context)]


@define("checklist", nargs=(3, None))
def _checklist(self: Any, context: Any) -> bool:
    """checklist(least, most, answer, …): whether so many of the answers are true."""
    least, most = (number(value_of(token, context)) for token in self._items[:2])
    count = sum(1 for entry in _listed(self, context, 2) if _ticked(entry))
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _ticked(value: Seen) -> bool:
    """Whether an answer counts as ticked: true, a number but nought, or the text of either."""
    if isinstance(value, str):
        return value in ("true", "yes", "OK") or (value != "" and (number(value) or 0) > 0)
    return truth(value)


@define("weighted-checklist", nargs=(4, None))
def _weighted_checklist(self: Any, context: Any) -> bool:
    """weighted-checklist(least, most, answer, weight, …): the same with weights."""
    least, most = (number(value_of(token, context)) for token in self._items[:2])
    pairs = self._items[2:]
    total: float | int = 0
    for answer, weight in zip(pairs[::2], pairs[1::2], strict=False):
        answers, weights = list_of(answer, context), list_of(weight, context)
        for index, entry in enumerate(answers):
            if _ticked(entry):
                total += number(weights[min(index, len(weights) - 1)])
    return (least < 0 or total >= least) and (most < 0 or total <= most)


# Choices ----------------------------------------------------------------------------------


@define("selected", nargs=2)
def _selected(self: Any, context: Any) -> bool:
    return text(value_of(self._items[1], context)).strip() in values.words_of(
        value_of(self._items[0], context)
    )


@define("selected-at", nargs=2)
def _selected_at(self: Any, context: Any) -> str:
    options = values.words_of(value_of(self._items[0], context))
    index = number(value_of(self._items[1], context))
    if math.isnan(index) or not 0 <= index < len(options):
        return ""
    return options[int(index)]


@define("count-selected")
def _count_selected(self: Any, context: Any) -> int:
    return len(values.words_of(value_of(self._items[0], context)))


@define("choice-name", nargs=2)
def _choice_name(self: Any, context: Any) -> str:
    name = text(value_of(self._items[1], context)).rsplit("/", 1)[-1].strip()
    options = values.words_of(value_of(self._items[0], context))
    return ", ".join(context.reach.choice_label(option, name) for option in options)


# Rows -------------------------------------------------------------------------------------


def _repeat_name(token: Any) -> str | None:
    return token.value if token.symbol == "$" else None


@define("count")
def _count(self: Any, context: Any) -> int:
    token = self._items[0]
    name = _repeat_name(token)
    if name is not None:
        rows = context.reach.row_count(name)
        if rows is not None:
            return int(rows)
    return len(list_of(token, context))


@define("count-non-empty")
def _count_non_empty(self: Any, context: Any) -> int:
    return sum(1 for entry in list_of(self._items[0], context) if entry != "")


@define("sum")
def _sum(self: Any, context: Any) -> float | int:
    return sum(_numbers(self, context))


@define("min", nargs=(1, None))
def _min(self: Any, context: Any) -> float | int:
    found = _numbers(self, context)
    return min(found) if found and not any(math.isnan(entry) for entry in found) else NAN


@define("max", nargs=(1, None))
def _max(self: Any, context: Any) -> float | int:
    found = _numbers(self, context)
    return max(found) if found and not any(math.isnan(entry) for entry in found) else NAN


@define("position", nargs=(0, 1))
def _position(self: Any, context: Any) -> int:
    """position(..): this row's number; position(): the number of the node in a path's step."""
    if not self._items:
        return int(context.position)
    levels = 0
    token = self._items[0]
    while token.symbol == "/":
        levels += 1
        token = token._items[0]
    return int(context.reach.row_number(levels))


@define("indexed-repeat", nargs=(3, None))
def _indexed_repeat(self: Any, context: Any) -> Seen:
    """indexed-repeat(${question}, ${repeat}, number, …): an answer of that row."""
    question = _repeat_name(self._items[0])
    rows: list[tuple[str, int]] = []
    for repeat, index in zip(self._items[1::2], self._items[2::2], strict=False):
        name = _repeat_name(repeat)
        row = number(value_of(index, context))
        if name is None or math.isnan(row):
            return ""
        rows.append((name, int(row)))
    return "" if question is None else context.reach.indexed(question, rows)


# Text -------------------------------------------------------------------------------------


@define("string", nargs=(0, 1))
def _string(self: Any, context: Any) -> str:
    return text(_own(self, context))


@define("concat", nargs=(1, None))
def _concat(self: Any, context: Any) -> str:
    return "".join(text(entry) for entry in _listed(self, context, 0))


@define("join", nargs=(1, None))
def _join(self: Any, context: Any) -> str:
    between = text(value_of(self._items[0], context))
    return between.join(text(entry) for entry in _listed(self, context, 1) if entry != "")


@define("string-length", nargs=(0, 1))
def _string_length(self: Any, context: Any) -> int:
    return len(text(_own(self, context)))


@define("normalize-space", nargs=(0, 1))
def _normalize_space(self: Any, context: Any) -> str:
    return " ".join(text(_own(self, context)).split())


@define("contains", nargs=2)
def _contains(self: Any, context: Any) -> bool:
    whole, part = (text(value_of(token, context)) for token in self._items)
    return part in whole


@define("starts-with", nargs=2)
def _starts_with(self: Any, context: Any) -> bool:
    whole, part = (text(value_of(token, context)) for token in self._items)
    return whole.startswith(part)


@define("ends-with", nargs=2)
def _ends_with(self: Any, context: Any) -> bool:
    whole, part = (text(value_of(token, context)) for token in self._items)
    return whole.endswith(part)


@define("substr", nargs=(2, 3))
def _substr(self: Any, context: Any) -> str:
    """substr(text, start, end): counted from 0, the end left out, negative from the end."""
    whole = text(value_of(self._items[0], context))
    start = number(value_of(self._items[1], context))
    end = number(_argument(self, context, 2, len(whole)))
    if math.isnan(start) or math.isnan(end):
        return ""
    return whole[int(start) : int(end)]


@define("substring", nargs=(2, 3))
def _substring(self: Any, context: Any) -> str:
    """XPath's own: counted from 1, with a length."""
    whole = text(value_of(self._items[0], context))
    start = number(value_of(self._items[1], context))
    length = number(_argument(self, context, 2, math.inf))
    if math.isnan(start) or math.isnan(length):
        return ""
    begin = math.floor(start + 0.5) if math.isfinite(start) else start
    end = begin + (math.floor(length + 0.5) if math.isfinite(length) else length)
    return "".join(letter for at, letter in enumerate(whole, 1) if begin <= at < end)


@define("substring-before", nargs=2)
def _substring_before(self: Any, context: Any) -> str:
    whole, part = (text(value_of(token, context)) for token in self._items)
    found = whole.find(part)
    return whole[:found] if found >= 0 else ""


@define("substring-after", nargs=2)
def _substring_after(self: Any, context: Any) -> str:
    whole, part = (text(value_of(token, context)) for token in self._items)
    found = whole.find(part)
    return whole[found + len(part) :] if found >= 0 else ""


@define("translate", nargs=3)
def _translate(self: Any, context: Any) -> str:
    whole, old, new = (text(value_of(token, context)) for token in self._items)
    table: dict[int, str] = {}
    for index, letter in enumerate(old):
        table.setdefault(ord(letter), new[index] if index < len(new) else "")
    return whole.translate(table)


@define("regex", nargs=2)
def _regex(self: Any, context: Any) -> bool:
    """Whether the whole text matches, as ODK has it."""
    whole, pattern = (text(value_of(token, context)) for token in self._items)
    try:
        return re.fullmatch(pattern, whole) is not None
    except re.error as error:
        raise ExpressionError(
            _("“{pattern}” is not a regular expression.").format(pattern=pattern)
        ) from error


# Numbers ----------------------------------------------------------------------------------


@define("number", nargs=(0, 1))
def _number(self: Any, context: Any) -> float | int:
    return number(_own(self, context))


@define("int")
def _int(self: Any, context: Any) -> float | int:
    found = number(value_of(self._items[0], context))
    return int(found) if math.isfinite(found) else found


@define("round", nargs=(1, 2))
def _round(self: Any, context: Any) -> float | int:
    places = number(_argument(self, context, 1, 0))
    found = number(value_of(self._items[0], context))
    return NAN if math.isnan(places) else values.round_to(found, int(places))


@define("floor")
def _floor(self: Any, context: Any) -> float | int:
    found = number(value_of(self._items[0], context))
    return math.floor(found) if math.isfinite(found) else found


@define("ceiling")
def _ceiling(self: Any, context: Any) -> float | int:
    found = number(value_of(self._items[0], context))
    return math.ceil(found) if math.isfinite(found) else found


@define("abs")
def _abs(self: Any, context: Any) -> float | int:
    return abs(number(value_of(self._items[0], context)))


@define("pow", nargs=2)
def _pow(self: Any, context: Any) -> float:
    base, exponent = (number(value_of(token, context)) for token in self._items)
    return _finite(math.pow, base, exponent)


def _define_mathematics() -> None:
    single: dict[str, Callable[[float], float]] = {
        "sqrt": math.sqrt,
        "exp": math.exp,
        "exp10": lambda power: math.pow(10, power),
        "log": math.log,
        "log10": math.log10,
        "sin": math.sin,
        "cos": math.cos,
        "tan": math.tan,
        "asin": math.asin,
        "acos": math.acos,
        "atan": math.atan,
    }

    def made(work: Callable[[float], float]) -> Callable[[Any, Any], float]:
        return lambda self, context: _finite(work, number(value_of(self._items[0], context)))

    for name, work in single.items():
        define(name)(made(work))


_define_mathematics()


@define("atan2", nargs=2)
def _atan2(self: Any, context: Any) -> float:
    up, along = (number(value_of(token, context)) for token in self._items)
    return math.atan2(up, along)


@define("pi", nargs=0)
def _pi(_self: Any, _context: Any) -> float:
    return math.pi


# Days and times ---------------------------------------------------------------------------


@define("today", nargs=0)
def _today(_self: Any, context: Any) -> date:
    moment: datetime = context.reach.moment()
    return moment.date()


@define("now", nargs=0)
def _now(_self: Any, context: Any) -> datetime:
    moment: datetime = context.reach.moment()
    return moment


@define("date", "date-time")
def _date(self: Any, context: Any) -> Seen:
    found = values.to_date(value_of(self._items[0], context))
    if found is None:
        return ""
    if self.symbol == "date" and isinstance(found, datetime):
        return found.date()
    return found


@define("decimal-date-time")
def _decimal_date_time(self: Any, context: Any) -> float | int:
    found = values.to_date(value_of(self._items[0], context))
    return NAN if found is None else values.day_number(found)


@define("decimal-time")
def _decimal_time(self: Any, context: Any) -> float:
    value = values.first(value_of(self._items[0], context))
    if isinstance(value, str) and ":" in value and "-" not in value:
        return float(number(value))
    found = values.to_date(value)
    return NAN if found is None else float(values.day_number(found)) % 1


@define("format-date", "format-date-time", nargs=2)
def _format_date(self: Any, context: Any) -> str:
    value, pattern = (value_of(token, context) for token in self._items)
    found = values.to_date(value)
    return "" if found is None else written(found, text(pattern))


_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def written(day: date, pattern: str) -> str:
    """`day` in ODK's own pattern letters (`%d/%m/%Y`); unknown letters raise `ExpressionError`."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    letters = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": _MONTHS[moment.month - 1],
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "a": _DAYS[moment.weekday()],
        "W": str(moment.isocalendar().week),
        "H": f"{moment.hour:02}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "3": f"{moment.microsecond // 1000:03}",
        "%": "%",
    }
    parts = re.split(r"%(.)", pattern)
    for index in range(1, len(parts), 2):
        if parts[index] not in letters:
            raise ExpressionError(
                _("“%{letter}” is not a letter of a date pattern.").format(letter=parts[index])
            )
        parts[index] = letters[parts[index]]
    return "".join(parts)


# Chance and fingerprints ------------------------------------------------------------------


@define("random", nargs=0)
def _random(_self: Any, _context: Any) -> float:
    return random.random()


@define("uuid", nargs=(0, 1))
def _uuid(self: Any, context: Any) -> str:
    if not self._items:
        return str(uuid.uuid4())
    length = number(value_of(self._items[0], context))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(random.choice(letters) for _each in range(int(length) if length > 0 else 0))


_DIGESTS: Final = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


@define("digest", nargs=(2, 3))
def _digest(self: Any, context: Any) -> str:
    """digest(text, algorithm, "base64" or "hex"); base64 where nothing is said."""
    source, algorithm = (text(value_of(token, context)) for token in self._items[:2])
    encoding = text(_argument(self, context, 2, "base64"))
    name = _DIGESTS.get(algorithm)
    if name is None or encoding not in ("base64", "hex"):
        raise ExpressionError(
            _("“{name}” is not a way to make a digest.").format(name=f"{algorithm} {encoding}")
        )
    made = hashlib.new(name, source.encode(), usedforsecurity=False).digest()
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode("ascii")


@define("base64-decode")
def _base64_decode(self: Any, context: Any) -> str:
    try:
        return base64.b64decode(text(value_of(self._items[0], context)), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


# Waymark's own ----------------------------------------------------------------------------


@define("version", nargs=0)
def _version(_self: Any, context: Any) -> str:
    return str(context.reach.form_version())


@define("matrix-level", nargs=2)
def _matrix_level(self: Any, context: Any) -> str:
    """matrix-level(${likelihood}, ${impact}): the level that the two point to."""
    likelihood, impact = (text(value_of(token, context)) for token in self._items)
    return matrix.level(likelihood, impact)


@define("context")
def _context(self: Any, context: Any) -> Seen:
    """context('age'): what the casebook says about the child; numbers come as numbers."""
    found = context.reach.context(text(value_of(self._items[0], context)))
    as_number = number(found) if found and not values.to_date(found) else NAN
    return found if math.isnan(as_number) else as_number


SUPPORTED_FUNCTIONS: Final = frozenset(
    symbol
    for symbol, token_class in OdkParser.symbol_table.items()
    if issubclass(token_class, XPathFunction)
    and token_class.label == "function"
    and symbol not in REFUSED_FUNCTIONS
)
