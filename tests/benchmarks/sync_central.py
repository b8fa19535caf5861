"""The central server that is measured: a process of its own over a PostgreSQL that flushes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from server import admin
from server.caller import Role
from server.database import in_service
from server.enrolment import make_code
from server.envelope import MasterKey, ServiceKeys
from server.parts import Parts
from server.settings import PREFIX, Settings, checked
from tests.server.cluster import OWNER, PROGRAM, Cluster

HERE: Final = Path(__file__).resolve().parents[2]
NAME: Final = "Rivermouth Youth Justice Service"
ADMINISTRATOR: Final = "Ash Rivers"
# Of PostgreSQL: as it comes, but room for several servers at once.
SETTINGS: Final = ("max_connections=120",)


@dataclass(frozen=True)
class Central:
    """One server over one database, with one service.

    Attributes:
        address: Where its process listens.
        parts: The measuring process's own way into the same database, to prepare it.
        database: The name of the database within `cluster`.
    """

    address: str
    parts: Parts
    cluster: Cluster
    database: str
    service_id: str

    def code(self, user_id: str | None, role: Role, name: str = "Perry Fenwick") -> str:
        """A one-time code for somebody."""

        def work(connection: Connection) -> str:
            return make_code(
                connection,
                self.keys(connection),
                user_id=user_id,
                user_name=name,
                role=role,
                made_by=None,
                now=self.parts.clock.now(),
                minutes=60,
            ).text

        return in_service(self.parts.engine, self.service_id, work)

    def keys(self, connection: Connection) -> ServiceKeys:
        """The keys of the service."""
        return admin.keys_of(connection, self.parts, self.service_id)

    def keep(self) -> None:
        """Keep the database as it is now."""
        self._copy(self.database, f"{self.database}_kept")

    def put_back(self) -> None:
        """Put the database back as it was kept."""
        self._copy(f"{self.database}_kept", self.database)

    def _copy(self, from_: str, to: str) -> None:
        self.parts.engine.dispose()
        self.cluster.execute(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)")
        self.cluster.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{from_}' AND pid <> pg_backend_pid()"
        )
        self.cluster.execute(f"CREATE DATABASE {to} TEMPLATE {from_} OWNER {OWNER}")
        self.cluster.execute("CHECKPOINT")


@contextmanager
def central(
    cluster: Cluster, folder: Path, *, user_id: str, service_id: str, other_urls: str = ""
) -> Iterator[Central]:
    """A server with a service and its first administrator, until the end.

    Args:
        folder: For its secrets.
        other_urls: Further addresses that laptops call it by, comma separated.
    """
    folder.mkdir()
    for name in ("master.key", "token.key"):
        MasterKey.make(folder / name)
    database = cluster.make_database()
    with serving(cluster, folder, database, service_id, other_urls) as made:
        admin.new_service(
            made.parts,
            name=NAME,
            administrator=ADMINISTRATOR,
            service_id=service_id,
            user_id=user_id,
        )
        yield made


@contextmanager
def serving(
    cluster: Cluster, folder: Path, database: str, service_id: str, other_urls: str = ""
) -> Iterator[Central]:
    """A server over a database that may be in use already, with the secrets in a folder."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        PREFIX + name: value
        for name, value in {
            "DATABASE_URL": cluster.url(database, PROGRAM),
            "OWNER_URL": cluster.url(database, OWNER),
            "MASTER_KEY_FILE": str(folder / "master.key"),
            "TOKEN_KEY_FILE": str(folder / "token.key"),
            "BLOB_FOLDER": str(folder / "blobs"),
            "PUBLIC_URL": address,
            "OTHER_URLS": other_urls,
            "CODE_MINUTES": "60",
        }.items()
    }
    values = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items()}
    parts = Parts.of(checked(Settings.model_validate(values)))
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    with running(command, port, folder / f"server-{port}.log", environment):
        yield Central(address, parts, cluster, database, service_id)
    parts.engine.dispose()


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, environment: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that listens on a port of the loopback address, until the end.

    Args:
        log: Where what it says goes.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=HERE, env={**os.environ, **environment}, stdout=file, stderr=file
        )
    try:
        while not _listens(port):
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} did not start: {log.read_text('utf-8')}")
            time.sleep(0.05)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def slowed(port: int, address: str, milliseconds: int, log: Path) -> Iterator[None]:
    """A longer way to `address` from a port of the loopback address, until the end."""
    to = address.rpartition(":")[2]
    command = [sys.executable, "-m", "tests.benchmarks.sync_delay", str(port), to]
    with running([*command, str(milliseconds)], port, log):
        yield


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        trying.settimeout(1)
        return trying.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of the loopback address on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
