"""Many rows in one statement, the same on PostgreSQL and SQLite.

A push writes a thousand rows. PostgreSQL takes them as arrays (`unnest`), one array for each
column, so that a statement is planned once and travels once; SQLite steps through one prepared
statement. COPY would be as fast but knows neither conflicts nor row-level security. Every
statement names `service_id`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Boolean, Column, Connection, LargeBinary, Table, Text

from server.arrays import Array
from server.tables import Moment

Again = Literal["fail", "keep", "replace"]
Row = tuple[Any, ...]

_EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 30, tzinfo=UTC)


def put(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    service_id: str,
    again: Again = "fail",
) -> None:
    """Insert rows into a table of one service.

    Args:
        columns: Their names, without `service_id`.
        rows: Their values in that order. Moments are aware.
        again: What becomes of a row whose key is there: an error, nothing, or it is replaced.
    """
    if not rows:
        return
    if is_postgresql(connection):
        arrays = [
            Array(_array_type(table.c[name]), values)
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        ]
        statement = _insert_arrays(table, tuple(columns), again)
        connection.exec_driver_sql(statement, (service_id, *arrays))
        return
    statement = _insert_rows(table, tuple(columns), again)
    moments = [at for at, name in enumerate(columns) if isinstance(table.c[name].type, Moment)]
    given = [(service_id, *row) for row in rows]
    if moments:
        given = [_with_texts(row, moments) for row in given]
    connection.exec_driver_sql(statement, given)


def take(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    *,
    service_id: str,
    among: tuple[str, Iterable[str]],
    equal: tuple[str, str] | None = None,
    also: str = "",
    lock: bool = False,
) -> list[Row]:
    """The rows of a service whose column `among[0]` holds one of the texts `among[1]`.

    Args:
        equal: A column that must hold this text too.
        also: A further condition, without values, in SQL that both databases know.
        lock: Lock them, in the order of that column, until the transaction ends.
    """
    name, values = among
    wanted = sorted(set(values))
    if not wanted:
        return []
    selected = ", ".join(_quoted(column) for column in columns)
    place = "%s" if is_postgresql(connection) else "?"
    further = f" AND {equal[0]} = {place}" if equal else ""
    further += f" AND {also}" if also else ""
    given = (equal[1],) if equal else ()
    if is_postgresql(connection):
        end = f" ORDER BY {name} FOR UPDATE" if lock else ""
        found = connection.exec_driver_sql(
            f"SELECT {selected} FROM {table.name} WHERE service_id = %s"
            f" AND {name} = ANY(%s::text[]){further}{end}",
            (service_id, Array("text", wanted), *given),
        )
    else:
        found = connection.exec_driver_sql(
            f"SELECT {selected} FROM {table.name} WHERE service_id = ?"
            f" AND {name} IN (SELECT value FROM json_each(?)){further}",
            (service_id, json.dumps(wanted), *given),
        )
    return [tuple(row) for row in found]


def is_postgresql(connection: Connection) -> bool:
    """Whether the database is PostgreSQL; SQLite otherwise."""
    return connection.dialect.name == "postgresql"


def moment_of(value: datetime | str | None) -> datetime | None:
    """A moment as either database gives it to a plain statement, aware, in UTC."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def keepable(moment: datetime) -> datetime:
    """A moment that a device's clock gave, in UTC, within what both databases can keep."""
    try:
        return min(max(moment.astimezone(UTC), _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if moment.year == 1 else _LATEST


@lru_cache(maxsize=64)
def _insert_arrays(table: Table, columns: tuple[str, ...], again: Again) -> str:
    names = ", ".join(_quoted(name) for name in columns)
    arrays = ", ".join(f"%s::{_array_type(table.c[name])}[]" for name in columns)
    return (
        f"INSERT INTO {table.name} (service_id, {names})"
        f" SELECT %s, given.* FROM unnest({arrays}) AS given ({names})"
        f"{_on_conflict(table, columns, again)}"
    )


@lru_cache(maxsize=64)
def _insert_rows(table: Table, columns: tuple[str, ...], again: Again) -> str:
    names = ", ".join(_quoted(name) for name in columns)
    places = ", ".join("?" * (len(columns) + 1))
    return (
        f"INSERT INTO {table.name} (service_id, {names}) VALUES ({places})"
        f"{_on_conflict(table, columns, again)}"
    )


def _on_conflict(table: Table, columns: tuple[str, ...], again: Again) -> str:
    if again == "fail":
        return ""
    key = [column.name for column in table.primary_key.columns]
    target = ", ".join(_quoted(name) for name in key)
    if again == "keep":
        return f" ON CONFLICT ({target}) DO NOTHING"
    sets = ", ".join(
        f"{_quoted(name)} = excluded.{_quoted(name)}" for name in columns if name not in key
    )
    return f" ON CONFLICT ({target}) DO UPDATE SET {sets}"


def _array_type(column: Column[Any]) -> str:
    for type_, name in (
        (Moment, "timestamptz"),
        (LargeBinary, "bytea"),
        (Boolean, "boolean"),
        (BigInteger, "bigint"),
        (Text, "text"),
    ):
        if isinstance(column.type, type_):
            return name
    return str(column.type)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _with_texts(row: Row, moments: Sequence[int]) -> Row:
    values = list(row)
    for at in moments:
        moment = values[at + 1]
        if moment is not None:
            values[at + 1] = moment_text(moment)
    return tuple(values)


def moment_text(moment: datetime) -> str:
    """A moment as SQLAlchemy keeps it in SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
