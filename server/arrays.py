"""Columns of many rows as PostgreSQL's binary arrays.

psycopg writes arrays as text, value by value with regular expressions, and bytes in hexadecimal:
that took longer than the rest of a push. The binary form is a header, then each value's length
and bytes (https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, Final

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_LENGTH: Final = Struct(">i").pack
_BIGINT: Final = Struct(">iq").pack
_HEADER: Final = Struct(">iiIii").pack
_NULL: Final = _LENGTH(-1)
_YES: Final = _LENGTH(1) + b"\1"
_NO: Final = _LENGTH(1) + b"\0"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def _text(value: str) -> bytes:
    data = value.encode()
    return _LENGTH(len(data)) + data


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _bigint(value: int) -> bytes:
    return _BIGINT(8, value)


def _boolean(value: bool) -> bytes:
    return _YES if value else _NO


def _moment(value: datetime) -> bytes:
    return _BIGINT(8, (value - _EPOCH) // _MICROSECOND)


# By the element's type: its number in PostgreSQL's catalogue, and how a value is written.
_ELEMENTS: Final[dict[str, tuple[int, Callable[[Any], bytes]]]] = {
    "text": (25, _text),
    "bytea": (17, _bytes),
    "bigint": (20, _bigint),
    "boolean": (16, _boolean),
    "timestamptz": (1184, _moment),
}


class Array:
    """An array as it travels."""

    __slots__ = ("data",)

    def __init__(self, type_: str, values: Sequence[Any]) -> None:
        number, written = _ELEMENTS[type_]
        count = len(values)
        if count and values.count(values[0]) == count:
            # The device, the actor and the moment of a push are the same in each of its rows.
            first = values[0]
            nulls = int(first is None)
            data = (_NULL if first is None else written(first)) * count
        else:
            nulls = int(None in values)
            data = b"".join([_NULL if value is None else written(value) for value in values])
        self.data = _HEADER(1, nulls, number, count, 1) + data


class _ArrayDumper(Dumper):
    """Gives an array to psycopg; the statement's cast says what it is an array of."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: Array) -> Buffer:
        return obj.data


psycopg.adapters.register_dumper(Array, _ArrayDumper)
