"""Processes that start in milliseconds and can be killed at any moment.

`Nursery` starts one process that imports a module with all that it needs; every process asked of
it afterwards is a fork of that one, runs the module's `run(lines)` and speaks with the test in
lines of JSON over a socket of its own. A fork shares nothing with its siblings but code: `kill`
sends SIGKILL, and what was not yet on disk is gone.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.vaults import ROOT

ANSWER_WITHIN = 60.0

Said = dict[str, Any]


class Died(Exception):
    """The process ended before it had answered."""


class Spoken:
    """Lines of JSON over a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("rb")

    def say(self, said: Said) -> None:
        """Send one line."""
        self._connection.sendall(json.dumps(said).encode() + b"\n")

    def hear(self) -> Said | None:
        """The next line; None where the other side is gone."""
        try:
            line = self._lines.readline()
        except ConnectionResetError:
            return None
        return dict(json.loads(line)) if line.endswith(b"\n") else None

    def wait_at_most(self, seconds: float | None) -> None:
        """How long `hear` waits."""
        self._connection.settimeout(seconds)

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._connection.close()


class Process:
    """One process of a nursery.

    Attributes:
        pid: By which it is killed.
    """

    def __init__(self, spoken: Spoken, pid: int) -> None:
        self.pid = pid
        self._spoken = spoken
        self._alive = True

    @property
    def alive(self) -> bool:
        """Whether it has neither ended nor been killed."""
        return self._alive

    def ask(self, **said: Any) -> Said:
        """Say something and wait for the answer.

        Raises:
            Died: There was none.
            AssertionError: The process tells of an error of its own that it did not expect.
        """
        self.begin(**said)
        return self.end()

    def begin(self, **said: Any) -> None:
        """Say something without waiting, so that it can be killed in the middle."""
        try:
            self._spoken.say(said)
        except OSError as error:
            self._gone()
            raise Died from error

    def end(self, within: float = ANSWER_WITHIN) -> Said:
        """The answer to what was said last. Raises what `ask` does."""
        if not self._alive:
            raise Died
        self._spoken.wait_at_most(within)
        heard = self._spoken.hear()
        if heard is None:
            self._gone()
            raise Died
        assert "unexpected" not in heard, heard["unexpected"]
        return heard

    def kill(self) -> None:
        """kill -9."""
        if self._alive:
            self.kill_now()
            self._gone()

    def kill_now(self) -> None:
        """kill -9 by another thread than the one that waits for an answer."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def _gone(self) -> None:
        if self._alive:
            self._alive = False
            # Whatever it had said before it died is of no use, but its end must be certain.
            self._spoken.wait_at_most(ANSWER_WITHIN)
            while self._spoken.hear() is not None:
                continue
            self._spoken.close()


class Nursery:
    """Gives processes of one module.

    Args:
        module: Its function `run` is called in each process with what it speaks through.
    """

    def __init__(self, module: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="waymark-wire-")
        self._address = str(Path(self._folder.name) / "nursery")
        self._log = (Path(self._folder.name) / "stderr").open("w+b")
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.nursery", module, self._address],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert self._parent.stdout is not None
        ready = self._parent.stdout.readline()
        assert ready == b"ready\n", self.said_aloud()
        self._born: list[Process] = []

    def said_aloud(self) -> str:
        """What all of its processes wrote to standard error."""
        return Path(self._log.name).read_text("utf-8")

    def process(self) -> Process:
        """A new process, waiting to be told what to do."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(self._address)
        spoken = Spoken(connection)
        spoken.wait_at_most(ANSWER_WITHIN)
        hello = spoken.hear()
        assert hello is not None, self.said_aloud()
        born = Process(spoken, hello["pid"])
        self._born.append(born)
        return born

    def close(self) -> None:
        """Kill what still lives."""
        for process in self._born:
            process.kill()
        self._parent.kill()
        self._parent.communicate()
        self._log.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def heard(spoken: Spoken) -> Iterator[Said]:
    """What is said to this process, until the other side hangs up."""
    while (said := spoken.hear()) is not None:
        yield said


def _bring_up(run: Callable[[Spoken], None], address: str) -> None:
    """Fork for each connection; nobody waits for the children, so none becomes a zombie."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(16)
    os.write(1, b"ready\n")
    while True:
        # Standard input ends when the test's process does, however that comes about.
        if 0 in select.select([listener, 0], [], [])[0]:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork():
            connection.close()
            continue
        listener.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # Nobody reads what it prints, and a full pipe would stop it.
        os.dup2(2, 1)
        spoken = Spoken(connection)
        spoken.say({"pid": os.getpid()})
        try:
            run(spoken)
        except BaseException:  # noqa: BLE001 - told to the test, which fails with it
            spoken.say({"unexpected": traceback.format_exc()})
        os._exit(0)


if __name__ == "__main__":
    _bring_up(importlib.import_module(sys.argv[1]).run, sys.argv[2])
