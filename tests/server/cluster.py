"""A PostgreSQL of the tests' own: made, started and thrown away as an ordinary user."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from server import tables
from server.database import make_engine
from server.migrations import migrate

OWNER = "waymark_owner"
PROGRAM = "waymark_program"
TEMPLATE = "waymark_template"
# Nothing here outlives the tests, so nothing is flushed.
_QUICKLY = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=120")


@dataclass
class Cluster:
    """A running cluster, reached by its socket.

    Attributes:
        folder: Where its files and its socket are.
    """

    folder: Path
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _spare: list[str] = field(default_factory=list)

    def url(self, name: str, role: str) -> str:
        """A database's address, as a role."""
        return f"postgresql+psycopg://{role}@/{name}?host={self.folder}"

    def make_database(self) -> str:
        """A fresh database with all tables; its name."""
        name = f"waymark_{next(self._count)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {OWNER}")
        return name

    def borrow_database(self) -> str:
        """An empty database with all tables, for whoever changes no table; its name."""
        return self._spare.pop() if self._spare else self.make_database()

    def give_back(self, name: str) -> None:
        """Take back what was borrowed: whoever is still connected is sent away, all rows go.

        A hundred times as quick as a new database.
        """
        emptied = "; ".join(f"DELETE FROM {table.name}" for table in tables.SERVICE_TABLES)
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND pid <> pg_backend_pid(); {emptied};"
            " UPDATE server_state SET epoch = gen_random_uuid()::text",
            name,
        )
        self._spare.append(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the superuser."""
        conninfo = f"host={self.folder} user=postgres dbname={database}"
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_cluster(settings: Sequence[str] = _QUICKLY) -> Iterator[Cluster]:
    """A cluster with both roles and a template that holds all tables, until the end.

    Args:
        settings: Of PostgreSQL, where they differ from its own.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb = shutil.which("initdb") or str(programs[-1] / "initdb")
    folder = Path(tempfile.mkdtemp(prefix="waymark-pg-"))
    # PostgreSQL refuses to run as root.
    user = _ordinary_user() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    try:
        subprocess.run(
            [initdb, "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, capture_output=True, user=user, cwd=folder,
        )  # fmt: skip
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(Path(initdb).with_name("postgres")), "-D", str(folder / "data"),
                 "-k", str(folder), "-c", "listen_addresses=",
                 *(part for setting in settings for part in ("-c", setting))],
                stdout=log, stderr=log, user=user, cwd=folder,
            )  # fmt: skip
        try:
            cluster = Cluster(folder)
            _prepare(cluster)
            yield cluster
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def _ordinary_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _prepare(cluster: Cluster) -> None:
    for _ in range(200):
        try:
            cluster.execute("SELECT 1")
            break
        except psycopg.OperationalError:
            time.sleep(0.05)
    cluster.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS")
    cluster.execute(f"CREATE ROLE {PROGRAM} LOGIN NOSUPERUSER NOBYPASSRLS")
    cluster.execute(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER}")
    engine = make_engine(cluster.url(TEMPLATE, OWNER))
    migrate(engine, program_role=PROGRAM)
    engine.dispose()
