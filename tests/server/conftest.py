"""Databases, settings and running servers for the tests of the central server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from app.core.clock import FixedClock
from server.admin import Founded, new_service
from server.database import make_engine
from server.envelope import MasterKey
from server.parts import Parts
from server.settings import PREFIX, Settings, checked
from tests.server.cluster import OWNER, PROGRAM, Cluster, running_cluster
from tests.server.inside import code_for, empty_database
from tests.server.inside import served as served_inside
from tests.server.laptop import Laptop
from tests.server.statements import Watched

HERE = Path(__file__).resolve().parents[2]


# Doors behave alike over either database; these say what goes over the wire, and cost processes.
ON_POSTGRESQL = frozenset(
    {
        "test_door_two_processes.py",
        "test_logs.py",
        "test_looking_after.py",
        "test_openapi.py",
        "test_orders.py",
        "test_tokens.py",
    }
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `--long`, try some doors over PostgreSQL alone, which services use."""
    if config.getoption("--long"):
        return
    spared = [
        item
        for item in items
        if item.path.name in ON_POSTGRESQL
        and isinstance(item, pytest.Function)
        and hasattr(item, "callspec")
        and item.callspec.params.get("database") == "sqlite"
    ]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]


@dataclass(frozen=True)
class Database:
    """An empty database with all its tables.

    Attributes:
        kind: sqlite or postgresql.
        url: As the program reaches it. owner_url: As the role that owns the tables.
    """

    kind: str
    url: str
    owner_url: str


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    """Every statement that is sent from this process on behalf of a service."""
    watched = Watched()
    event.listen(Engine, "before_cursor_execute", watched.note)
    yield watched
    event.remove(Engine, "before_cursor_execute", watched.note)


@pytest.fixture(autouse=True)
def every_statement_names_its_service(watched: Watched) -> Iterator[None]:
    """A statement that forgets the service fails the test that sent it first."""
    before = set(watched.without_service())
    yield
    assert set(watched.without_service()) - before == set()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL for this process of the tests."""
    with running_cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{empty_database(tmp_path / 'server.db')}"
        yield Database("sqlite", url, url)
        return
    yield from _on_postgresql(request.getfixturevalue("cluster"))


@pytest.fixture
def postgresql(cluster: Cluster) -> Iterator[Database]:
    """An empty database on PostgreSQL."""
    yield from _on_postgresql(cluster)


def _on_postgresql(cluster: Cluster) -> Iterator[Database]:
    name = cluster.borrow_database()
    yield Database("postgresql", cluster.url(name, PROGRAM), cluster.url(name, OWNER))
    cluster.give_back(name)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """The program's engine on an empty database, once of each kind."""
    made = make_engine(database.url)
    yield made
    made.dispose()


@pytest.fixture
def variables(database: Database, tmp_path: Path) -> dict[str, str]:
    """The environment of a server on this database, without its addresses."""
    return environment_of(database, tmp_path)


def environment_of(database: Database, folder: Path) -> dict[str, str]:
    """The environment of a server on a database, with its secrets and attachments in a folder."""
    for name in ("master.key", "token.key"):
        MasterKey.make(folder / name)
    return {
        PREFIX + name: value
        for name, value in {
            "DATABASE_URL": database.url,
            "OWNER_URL": database.owner_url,
            "MASTER_KEY_FILE": str(folder / "master.key"),
            "TOKEN_KEY_FILE": str(folder / "token.key"),
            "BLOB_FOLDER": str(folder / "blobs"),
            "EMBEDDED": "true" if database.kind == "sqlite" else "false",
        }.items()
    }


def settings_of(variables: dict[str, str], public_url: str, **changes: Any) -> Settings:
    """The settings that an environment and an address make."""
    values: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): value for name, value in variables.items()
    }
    return checked(Settings.model_validate(values | {"public_url": public_url} | changes))


@dataclass
class Server:
    """Running processes over one database.

    Attributes:
        addresses: One for each process. parts: This test's own way into the same database.
        clock: Of processes that run inside of the test; others have the computer's.
    """

    addresses: list[str]
    parts: Parts
    clients: list[httpx.Client]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def new_service(self, name: str = "Larchwood", **more: Any) -> Founded:
        """A fresh service."""
        return new_service(self.parts, name=name, administrator="Maud Fennimore", **more)

    def new_code(
        self, service_id: str, role: Any = "practitioner", user_id: str | None = None
    ) -> str:
        """A one-time code for somebody."""

        return code_for(
            self.parts, service_id, role, user_id=user_id, name="Bartholomew Quill"
        ).text

    def laptop(self) -> Laptop:
        """A laptop that isn't enrolled; its requests go to all processes in turn."""
        return Laptop(*self.clients, clock=self.parts.clock)

    def enrolled(self, service_id: str, role: Any = "practitioner") -> Laptop:
        """A laptop of somebody new in this role."""
        laptop = self.laptop()
        laptop.enrol(self.new_code(service_id, role))
        return laptop

    def administrator(self, founded: Founded) -> Laptop:
        """The laptop of a service's first administrator."""
        return self.administrator_of(founded.service_id, founded.user_id)

    def administrator_of(self, service_id: str, user_id: str) -> Laptop:
        """A laptop of an administrator who has an account."""
        laptop = self.laptop()
        laptop.enrol(self.new_code(service_id, "administrator", user_id))
        return laptop


@pytest.fixture
def served(variables: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts the real server: `served(2)` runs two processes over one database.

    Each is `python -m server serve` and listens on the loopback address; further variables of
    their environment are given by name: `served(1, LEASE_DAYS="3")`.
    """
    with ExitStack() as stack:

        def start(processes: int = 1, **more: str) -> Server:
            ports = [_free_port() for _ in range(processes)]
            addresses = [f"http://127.0.0.1:{port}" for port in ports]
            environment = {
                **{name: value for name, value in os.environ.items() if PREFIX not in name},
                **variables,
                PREFIX + "PUBLIC_URL": addresses[0],
                PREFIX + "OTHER_URLS": ",".join(addresses[1:]),
                "PYTHONPATH": str(HERE),
                **{PREFIX + name: value for name, value in more.items()},
            }
            server = Server(addresses, _parts(stack, variables, addresses), [])
            for port, address in zip(ports, addresses, strict=True):
                process = stack.enter_context(_Running(environment, port, server.lines))
                server.processes.append(process)
                client = httpx.Client(base_url=address, timeout=30, trust_env=False)
                server.clients.append(stack.enter_context(client))
            return server

        yield start


def _parts(stack: ExitStack, variables: dict[str, str], addresses: list[str]) -> Parts:
    settings = settings_of(variables, addresses[0], other_urls=tuple(addresses[1:]))
    parts = Parts.of(settings)
    stack.callback(parts.engine.dispose)
    return parts


class _Running:
    """A server's process, until it is left; then it is told to end and waited for."""

    def __init__(self, environment: dict[str, str], port: int, lines: list[dict[str, Any]]) -> None:
        self._command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
        self._environment = environment
        self._lines = lines

    def __enter__(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if '"listening"' in line:
                break
        else:
            self._process.wait(10)
            raise AssertionError("the server did not start:\n" + "".join(said))
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        return self._process

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(json.loads(line))

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(40)
        self._reader.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def standing_still(variables: dict[str, str], clock: FixedClock) -> Iterator[Server]:
    """A server inside of the test, over a real socket, whose clock stands still."""
    with (
        served_inside(lambda address: Parts.of(settings_of(variables, address), clock)) as (
            address,
            parts,
        ),
        httpx.Client(base_url=address, timeout=30, trust_env=False) as client,
    ):
        yield Server([address], parts, [client])


@pytest.fixture
def still(variables: dict[str, str], clock: FixedClock) -> Iterator[Server]:
    """A server inside of the test, over a real socket, whose clock stands still."""
    with standing_still(variables, clock) as server:
        yield server
