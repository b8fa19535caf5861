"""The embedded server as somebody starts it who tries it out: a process over one folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import psutil

HERE: Final = Path(__file__).resolve().parents[1]
SECONDS_TO_START: Final = 30.0
SECONDS_TO_END: Final = 15.0
ADDRESS: Final = "address"
PORT: Final = "port"

# What this process started: another may end it.
_started: Final[dict[int, subprocess.Popen[bytes]]] = {}


def start(folder: Path) -> int:
    """Start the embedded server in `folder`, at the same address every time; its process id.

    Raises:
        OSError: It did not start; its log lies in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = folder / PORT
    if not port.exists():
        # The same at every start: laptops keep the address.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port.write_text(str(free.getsockname()[1]), "ascii")
    (folder / ADDRESS).unlink(missing_ok=True)
    with (folder / "server.log").open("ab") as log:
        running = subprocess.Popen(
            [*_command("serve", folder), "--port", port.read_text("ascii").strip()],
            cwd=HERE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=os.name != "nt",
        )
    deadline = time.monotonic() + SECONDS_TO_START
    while not (folder / ADDRESS).exists():
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            running.wait()
            raise OSError(f"it did not start; see {folder / 'server.log'}")
        time.sleep(0.1)
    _started[running.pid] = running
    return running.pid


def address(folder: Path) -> str:
    """Where the server in `folder` listens."""
    return (folder / ADDRESS).read_text("ascii").strip()


def stop(pid: int) -> None:
    """End the server, with what it is doing done."""
    try:
        process = psutil.Process(pid)
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS_TO_END)
    except psutil.TimeoutExpired:
        process.kill()
    except psutil.NoSuchProcess:
        # It ended by itself.
        pass
    if (ours := _started.pop(pid, None)) is not None:
        ours.wait(SECONDS_TO_END)


def asked(folder: Path, *words: str) -> dict[str, Any]:
    """What a command of the server answers."""
    done = subprocess.run(
        [*_command(words[0], folder), *words[1:]],
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _command(name: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "server", name, "--embedded", str(folder)]
