"""The server's way into its database: one transaction within one service.

PostgreSQL runs READ COMMITTED: what must not change under a request is locked by it, in one order
(device, streams by name, marks), so that no two requests wait for each other. SQLite, which is
there for trying out and for one small service, takes its one write lock at the start.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from app.core.errors import BugError
from app.core.ids import is_id
from server.refused import Refused

T = TypeVar("T")

_CODE_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TRIES: Final = 5
_FIRST_WAIT_SECONDS: Final = 0.02
_BUSY_SECONDS: Final = 30
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_WORTH_ANOTHER_TRY: Final = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "55P03",  # lock_not_available
        "23505",  # unique_violation: another request made the same row first
    }
)


def make_engine(database_url: str, *, pool_size: int = 8) -> Engine:
    """An engine for a database that `server.migrations` has prepared.

    Args:
        database_url: `postgresql+psycopg://…`, or `sqlite:///…` with the path of a file.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
        )
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def scoped(engine: Engine, service_id: str) -> Iterator[Connection]:
    """One transaction that sees one service; committed at the end, undone by an exception.

    A refusal is an answer and no failure: what was written before it, a notice, is kept.
    """
    refused: Refused | None = None
    with engine.begin() as connection:
        enter(connection, service_id)
        try:
            yield connection
        except Refused as refusal:
            refused = refusal
    if refused is not None:
        raise refused


@contextmanager
def unscoped(engine: Engine) -> Iterator[Connection]:
    """One transaction for what belongs to no service: the epoch, and which service a code is of."""
    with engine.begin() as connection:
        connection.info["service_id"] = None
        yield connection


def enter(connection: Connection, service_id: str) -> None:
    """Confine a transaction to one service: PostgreSQL shows it no other's rows."""
    if not is_id(service_id):
        raise BugError("a transaction needs the id of a service")
    connection.info["service_id"] = service_id
    if connection.dialect.name == "postgresql":
        # SET takes no parameters; `set_config` would, but a cluster passes on SET LOCAL alone.
        connection.exec_driver_sql(f"SET LOCAL waymark.service = '{service_id}'")


def service_of_code(engine: Engine, code_hash: str) -> str | None:
    """The service that a one-time code is of; None: there is no such code.

    Whoever comes with a code names no service yet, so the policy of that one table shows the row
    of a code to whoever knows the code.
    """
    if not _CODE_HASH.fullmatch(code_hash):
        return None
    with unscoped(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL waymark.code = '{code_hash}'")
        found = connection.execute(
            text("SELECT service_id FROM enrolment_code WHERE code_hash = :code"),
            {"code": code_hash},
        ).scalar()
    return None if found is None else str(found)


def in_service(engine: Engine, service_id: str, work: Callable[[Connection], T]) -> T:
    """Do `work` in one transaction of a service, again when another request was in its way.

    Raises:
        DBAPIError: It failed for another reason, or too often.
    """
    wait = _FIRST_WAIT_SECONDS
    for left in reversed(range(_TRIES)):
        try:
            with scoped(engine, service_id) as connection:
                return work(connection)
        except DBAPIError as error:
            if not left or not _is_passing(error):
                raise
            time.sleep(wait * (0.5 + random.random()))
            wait *= 2
    raise BugError("unreachable")


def _is_passing(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _WORTH_ANOTHER_TRY


def _prepare_sqlite(connection: object, record: object) -> None:  # noqa: ARG001 - SQLAlchemy's own signature
    # Transactions are begun by `_begin_sqlite` alone, not by the driver.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
