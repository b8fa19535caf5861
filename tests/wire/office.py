"""People at laptops of one service: who they are, where their casebook lies, what they do."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.ids import new_id
from tests.wire.central import Central
from tests.wire.device import Device
from tests.wire.nursery import Died, Nursery, Process
from tests.wire.proxy import Request, Wire, answer

SEES_ALL = ("manager", "administrator")
# Rounds after which whatever still moves never comes to rest.
MOST_ROUNDS = 12


@dataclass
class Worker:
    """One person at one laptop.

    Attributes:
        folder: Where the casebook lies. process: The program that has it open.
    """

    office: Office
    name: str
    role: str
    folder: Path
    user_id: str = ""
    device_id: str = ""
    process: Process = field(default=None)  # type: ignore[assignment]
    days: int = 0

    @property
    def service_id(self) -> str:
        """The service that this person works for."""
        return self.office.central.service_id

    # -- the program ---------------------------------------------------------------------------

    def begin(self) -> None:
        """A new casebook for the service, enrolled by a code."""
        central = self.office.central
        code = central.code(self.name, self.role)
        self.user_id = central.users[self.name]
        self.process = self.office.laptops.process()
        made = self.process.ask(
            do="make",
            folder=str(self.folder),
            service={"id": central.service_id, "name": "Rivermouth"},
            user={"id": self.user_id, "name": self.name, "role": self.role},
            days=self.days,
        )
        self.device_id = made["device_id"]
        self.do("enrol", url=central.url, code=code)

    def enrol_again(self) -> None:
        """Enrol this copy as the device that it has become."""
        central = self.office.central
        self.do("enrol", url=central.url, code=central.code(self.name, self.role))
        self.device_id = self.report()["device_id"]

    def open_again(self, *, new_device: str = "") -> None:
        """Start the program on the casebook again."""
        self.process = self.office.laptops.process()
        made = self.process.ask(
            do="open",
            folder=str(self.folder),
            actor_id=self.user_id,
            days=self.days,
            new_device=new_device,
        )
        self.device_id = made["device_id"]

    def second_process(self) -> Process:
        """Another program on the same casebook."""
        made = self.office.laptops.process()
        made.ask(do="open", folder=str(self.folder), actor_id=self.user_id, days=self.days)
        return made

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    # -- work ----------------------------------------------------------------------------------

    def do(self, what: str, **said: Any) -> dict[str, Any]:
        """Do something that must work."""
        told = self.process.ask(do=what, **said)
        assert "not_done" not in told, told
        return told

    def try_(self, what: str, **said: Any) -> dict[str, Any]:
        """Do something that may be refused."""
        return self.process.ask(do=what, **said)

    def sync(self) -> dict[str, Any]:
        """Sync, which must end with everything confirmed on both sides."""
        told = self.try_sync()
        assert told["state"] == "confirmed", told
        return told

    def try_sync(self) -> dict[str, Any]:
        """Sync, whatever becomes of it."""
        return self.process.ask(do="sync", take_all=self.role in SEES_ALL)

    def begin_sync(self) -> None:
        """Sync without waiting for the end."""
        self.process.begin(do="sync", take_all=self.role in SEES_ALL)

    def end_sync(self) -> dict[str, Any]:
        """What became of a sync that was begun."""
        return self.process.end()

    def sync_killed_at_request(self, number: int) -> bool:
        """Sync and be killed when the wire sees the request of that number, before its answer.

        Returns:
            Whether the sync got through first.
        """
        seen = 0

        def kill(request: Request) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                self.process.kill_now()

        self.office.wire.forge = kill
        self.begin_sync()
        try:
            self.end_sync()
        except Died:
            return False
        else:
            return True
        finally:
            self.office.wire.forge = None

    # -- what can be looked at -----------------------------------------------------------------

    def report(self) -> dict[str, Any]:
        """Everything that this laptop holds."""
        return self.do("report")

    def record(self, type_: str, id_: str) -> dict[str, Any]:
        """One record of this laptop."""
        return dict(self.report()["records"][f"{type_}:{id_}"])

    def cursors(self) -> dict[str, int]:
        """How far this laptop has come in each stream."""
        return dict(self.report()["cursors"])

    def peak_megabytes(self) -> float:
        """The most memory that its program ever held."""
        return float(self.do("peak")["megabytes"])

    def store_is_there(self) -> bool:
        """Whether the casebook's file lies where it lay."""
        return (self.folder / "casebook.db").exists()

    # -- copies --------------------------------------------------------------------------------

    @property
    def _kept(self) -> Path:
        return self.folder.with_name(f"{self.folder.name} kept")

    def back_up(self) -> None:
        """Keep the casebook as it is now, as a backup does."""
        self._closed_copy(self._kept)

    def restore_backup(self, *, new_identity: bool = True) -> None:
        """Put the kept casebook back.

        Args:
            new_identity: As the program does it; False: as somebody does who copies files.
        """
        self.do("close")
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)
        self.open_again(new_device="Restored laptop" if new_identity else "")

    def copied_to(self, name: str) -> Worker:
        """The same person's casebook on a second laptop, opened there as a copy."""
        copy = Worker(self.office, self.name, self.role, self.folder.with_name(name), self.user_id)
        self._closed_copy(copy.folder)
        copy.open_again(new_device=name)
        self.office.workers.append(copy)
        return copy

    def _closed_copy(self, to: Path) -> None:
        self.do("close")
        shutil.copytree(self.folder, to)
        self.open_again()


@dataclass
class Office:
    """The people of one service with their laptops, around one server.

    Attributes:
        laptops: Where programs come from.
    """

    central: Central
    laptops: Nursery
    folder: Path
    workers: list[Worker] = field(default_factory=list)
    _observer: Device | None = None

    @property
    def wire(self) -> Wire:
        """What lies between the laptops and the server."""
        return self.central.wire

    def refuse(self, path: str, status: int) -> None:
        """Let every request of that path be answered with a status and nothing else."""
        said = answer(status, b"", content_type="text/plain")
        self.wire.forge = lambda request: [said] if request.path == path else None

    def worker(self, name: str, role: str, *, days: int = 0) -> Worker:
        """Somebody with a new laptop."""
        made = Worker(self, name, role, self.folder / f"{name} {new_id()[-6:]}", days=days)
        made.begin()
        self.workers.append(made)
        return made

    def observer(self) -> Device:
        """A manager's device that looks at the server from outside and changes nothing."""
        if self._observer is None or self._observer.epoch != self._epoch():
            self._observer = self.central.device("Ffion Vale", "manager")
        return self._observer

    def _epoch(self) -> str:
        assert self._observer is not None
        return str(self._observer.send("GET", "/v1/hello")["epoch"])

    def settle(self) -> None:
        """Sync everybody until nothing moves any more."""
        for _ in range(MOST_ROUNDS):
            moved = [worker.sync()["moved"] for worker in self.workers]
            if not any(moved):
                return
        raise AssertionError("the laptops never come to rest")

    def close(self) -> None:
        """Everybody goes home."""
        for worker in self.workers:
            worker.kill()
