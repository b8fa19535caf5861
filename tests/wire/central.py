"""The central server of these tests: real processes over a real database, behind the wire.

A `Site` is one server, of one process or of several over one database; starting it takes seconds,
so many tests share it. A `Central` is one service of it: each test has its own, and no other test
can be seen from it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.server.cluster import OWNER, PROGRAM, Cluster
from tests.wire.device import PLAIN, Device
from tests.wire.nursery import Nursery, Process
from tests.wire.proxy import Request, Wire

ROLES = ("practitioner", "manager", "administrator", "reader")


class Store(Protocol):
    """The database of a server, which can be kept as it is and put back."""

    url: str | None

    def keep(self) -> None:
        """Keep it as it is now. Nobody is connected."""

    def put_back(self) -> None:
        """Put back what was kept. Nobody is connected."""


class InOneFile:
    """SQLite in the server's folder, where an embedded server has it."""

    url: str | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self) -> None:
        # A log that an older copy had belongs to no newer one.
        for file in self._folder.glob("kept-server.db*"):
            file.unlink()
        for file in self._folder.glob("server.db*"):
            shutil.copy2(file, self._folder / f"kept-{file.name}")

    def put_back(self) -> None:
        for file in self._folder.glob("server.db*"):
            file.unlink()
        for file in self._folder.glob("kept-server.db*"):
            shutil.copy2(file, self._folder / file.name.removeprefix("kept-"))


class OnPostgresql:
    """A database of a real PostgreSQL."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._name = cluster.make_database()
        self.url: str | None = cluster.url(self._name, PROGRAM)

    def keep(self) -> None:
        self._copy(self._name, f"{self._name}_kept")

    def put_back(self) -> None:
        self._copy(f"{self._name}_kept", self._name)

    def _copy(self, from_: str, to: str) -> None:
        self._cluster.execute(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)")
        self._cluster.execute(f"CREATE DATABASE {to} TEMPLATE {from_} OWNER {OWNER}")


class Site:
    """One server.

    Args:
        processes: How many there are behind the one address.
    """

    def __init__(self, nursery: Nursery, folder: Path, store: Store, *, processes: int = 1) -> None:
        self.wire = Wire()
        self._nursery = nursery
        self._folder = folder
        self._store = store
        self._wanted = processes
        self._serving: list[Process] = []
        self.clerk = self._process()
        if store.url is None:
            self.clerk.ask(do="migrate")
        self.start()

    def _process(self) -> Process:
        made = self._nursery.process()
        made.ask(
            do="begin",
            folder=str(self._folder),
            url=self.wire.url,
            database_url=self._store.url,
        )
        return made

    def start(self) -> None:
        """Bring up what isn't up."""
        if not self.clerk.alive:
            self.clerk = self._process()
        self._serving = [process for process in self._serving if process.alive]
        ports = []
        if self._serving and len(self._serving) < self._wanted:
            self.kill()
        if not self._serving:
            for _ in range(self._wanted):
                made = self._process()
                ports.append(made.ask(do="serve")["port"])
                self._serving.append(made)
            self.wire.to(*(("127.0.0.1", port) for port in ports))

    def kill(self) -> None:
        """kill -9 of every process."""
        for process in self._serving:
            process.kill()
        self._serving.clear()

    # -- backup and restore --------------------------------------------------------------------

    def back_up(self) -> None:
        """Keep the database as it is now."""
        self.kill()
        self.clerk.ask(do="let_go")
        self._store.keep()
        self.start()

    def restore_backup(self) -> None:
        """Put the database back as it was kept, and do what the handbook says after that."""
        self.kill()
        self.clerk.ask(do="let_go")
        self._store.put_back()
        self.clerk.ask(do="renew_epoch")
        self.start()

    def close(self) -> None:
        """End."""
        self.kill()
        self.wire.close()


@dataclass
class Central:
    """One service of a server, as its administrator and the test see it.

    Attributes:
        users: Ids by name, of everybody who was given a code.
    """

    site: Site
    service_id: str
    users: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site, *, caseload_only: bool = True) -> Central:
        """A fresh service."""
        made = site.clerk.ask(do="new_service", name="Rivermouth", caseload_only=caseload_only)
        return cls(site, made["service_id"], {"Sidney Hale": made["user_id"]})

    @property
    def wire(self) -> Wire:
        """What lies between laptops and this server."""
        return self.site.wire

    @property
    def url(self) -> str:
        """Where laptops find it."""
        return self.site.wire.url

    def code(self, name: str, role: str) -> str:
        """A one-time code for a person, who keeps the id of the first."""
        made = self.site.clerk.ask(
            do="code",
            service_id=self.service_id,
            user_id=self.users.get(name),
            name=name,
            role=role,
        )
        self.users[name] = made["user_id"]
        return str(made["code"])

    def unenrolled(self) -> Device:
        """A device at the wire that belongs to no service yet."""
        return Device(self.url)

    def device(self, name: str, role: str) -> Device:
        """A device at the wire that belongs to this service."""
        made = self.unenrolled()
        made.enrol(self.code(name, role))
        return made

    def everything(self, *out_of_use: str) -> dict[str, dict[str, Any]]:
        """All records of the service, by `type:id`, as a manager's new laptop is given them.

        Args:
            out_of_use: Children who may have been taken out of use, and are asked for by their ids.
        """
        return self.device("Ffion Vale", "manager").everything(*out_of_use)

    def revoke(self, device_id: str, mode: str) -> None:
        """Take a device out of the service."""
        self.site.clerk.ask(do="revoke", service_id=self.service_id, device_id=device_id, mode=mode)

    def operations(self) -> list[dict[str, Any]]:
        """Every operation that the server keeps of this service, by device and number."""
        told = self.site.clerk.ask(do="operations", service_id=self.service_id)
        return list(told["operations"])

    def revisions(self) -> Mapping[str, int]:
        """By `type:id` how often each record was written."""
        told = self.site.clerk.ask(do="revisions", service_id=self.service_id)
        return dict(told["revisions"])

    def metric(self, word: str) -> float:
        """The sum of all metrics whose line holds a word, over all processes."""
        with httpx.Client(verify=PLAIN) as client:
            texts = [client.get(self.url + "/metrics").text for _ in range(4)]
        counts = [
            float(line.rsplit(" ", 1)[1])
            for text in texts
            for line in text.splitlines()
            if word in line and not line.startswith("#")
        ]
        return sum(counts)

    def say_again(self, request: Request) -> int:
        """Send the very bytes of a request once more; the status of the answer."""
        kept = {k: v for k, v in request.headers.items() if k not in ("connection", "host")}
        with httpx.Client(verify=PLAIN) as client:
            return client.request(
                request.method, self.url + request.path, content=request.body, headers=kept
            ).status_code

    # -- what becomes of the whole server ------------------------------------------------------

    def start(self) -> None:
        """Bring the server up again."""
        self.site.start()

    def kill(self) -> None:
        """kill -9 of the server."""
        self.site.kill()

    def kill_within(self, seconds: float) -> None:
        """kill -9 of the server, a moment from now."""
        time.sleep(seconds)
        self.site.kill()

    def back_up(self) -> None:
        """Keep the server's database as it is now."""
        self.site.back_up()

    def restore_backup(self) -> None:
        """Put the database back as it was kept."""
        self.site.restore_backup()
