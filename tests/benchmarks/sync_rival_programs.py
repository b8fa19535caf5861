"""PouchDB and Anki: installed into an environment of their own, run beside the measured program.

Each client is one process that is told what to do line by line, as JSON, and answers with the
seconds that it took: starting it is not measured.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from tests.benchmarks.rivals import RIVALS, NotInstalled, fetch, install_python, python_of
from tests.benchmarks.sync_central import free_port, running

PACKAGES: Final = ("pouchdb@9.0.0", "pouchdb-server@4.2.0")
ANKI: Final = "anki==26.9.3"
CODE: Final = Path(__file__).parent
# Anki's server knows its people from its environment alone.
PEOPLE: Final = tuple(f"round{turn}x{delay}" for turn in range(10) for delay in (0, 50))


class Rival(ABC):
    """A rival's server, running.

    Attributes:
        words: What it is. address: Where its server listens. folder: For what it keeps.
    """

    words: ClassVar[str]

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address

    @classmethod
    @abstractmethod
    def install(cls) -> None:
        """Install it where it isn't. Raises `NotInstalled`."""

    @classmethod
    @abstractmethod
    def serving(cls, folder: Path, port: int) -> tuple[Sequence[str], dict[str, str]]:
        """The command and the environment of its server."""

    @abstractmethod
    def client(self) -> Sequence[str]:
        """The command of its client."""

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        """The rival, installed and serving, until the end. Raises `NotInstalled`."""
        cls.install()
        folder.mkdir()
        port = free_port()
        command, environment = cls.serving(folder, port)
        with running(command, port, folder / "server.log", environment):
            yield cls(folder, f"http://127.0.0.1:{port}")

    def exchange(
        self, name: str, address: str, records: dict[str, dict[str, Any]]
    ) -> tuple[float, float, dict[str, dict[str, Any]]]:
        """Seconds to send the records, seconds to receive them elsewhere, and what is there.

        Args:
            name: Of a database that nobody used before.
        """
        given, taken = self.folder / f"{name}.json", self.folder / f"{name}-received.json"
        given.write_text(json.dumps(records), "utf-8")
        with subprocess.Popen(
            self.client(),
            cwd=RIVALS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "NODE_PATH": str(RIVALS / "pouchdb" / "node_modules")},
        ) as client:

            def ask(**said: str) -> float:
                assert client.stdin is not None
                assert client.stdout is not None
                client.stdin.write(json.dumps(said) + "\n")
                client.stdin.flush()
                line = client.stdout.readline()
                if not line.startswith("{"):
                    raise SystemExit(f"{self.words} did not get through: {line}")
                return float(json.loads(line)["seconds"])

            ask(
                do="begin",
                folder=str(self.folder),
                name=name,
                address=address,
                direct=self.address,
                records=str(given),
            )
            pushing, pulling = ask(do="push"), ask(do="pull")
            ask(do="write", file=str(taken))
            ask(do="end")
        return pushing, pulling, json.loads(taken.read_text("utf-8"))


class PouchDB(Rival):
    """PouchDB and the server of the same project."""

    words = "PouchDB 9 replication with pouchdb-server 4.2, LevelDB at both ends, default options"

    @classmethod
    def install(cls) -> None:
        folder = RIVALS / "pouchdb"
        if (folder / "node_modules" / "pouchdb-server").exists():
            return
        if shutil.which("npm") is None:
            raise NotInstalled("PouchDB is not installed: npm is not on this machine")
        folder.mkdir(parents=True, exist_ok=True)
        fetch(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", *PACKAGES])

    @classmethod
    def serving(cls, folder: Path, port: int) -> tuple[Sequence[str], dict[str, str]]:
        program = RIVALS / "pouchdb" / "node_modules" / ".bin" / "pouchdb-server"
        data = folder / "server"
        data.mkdir()
        # Else it leaves its log where the benchmark was started.
        logged = {"log": {"file": str(folder / "log.txt")}}
        (folder / "config.json").write_text(json.dumps(logged), "utf-8")
        return [
            str(program), "--port", str(port), "--dir", str(data), "--no-stdout-logs",
            "--config", str(folder / "config.json"),
        ], {}  # fmt: skip

    def client(self) -> Sequence[str]:
        return ["node", str(CODE / "sync_rival_pouchdb.js")]


class Anki(Rival):
    """Anki and its own sync server."""

    words = "Anki 26.9 with its own sync server, SQLite at both ends, an incremental sync"

    @classmethod
    def install(cls) -> None:
        install_python("anki", ANKI)

    @classmethod
    def serving(cls, folder: Path, port: int) -> tuple[Sequence[str], dict[str, str]]:
        people = {f"SYNC_USER{at}": f"{name}:word" for at, name in enumerate(PEOPLE, 1)}
        return [str(python_of("anki")), "-m", "anki.syncserver"], {
            **people,
            "SYNC_BASE": str(folder / "server"),
            "SYNC_HOST": "127.0.0.1",
            "SYNC_PORT": str(port),
            "RUST_LOG": "error",
        }

    def client(self) -> Sequence[str]:
        return [str(python_of("anki")), str(CODE / "sync_rival_anki.py")]
