"""The demonstration with a central server beside it: what `python3 dev.py run` opens.

The server is the embedded one, on the loopback address, in a folder beside the demonstration
casebook. Everybody of the demonstration joins it once. It ends when the last window has been
closed; when it can't start, the program works the same without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import psutil

from app.casework import casebook_users, casebooks, demo, sync_deeds, syncing
from app.casework.desk import Desk
from app.core.clock import SystemClock
from app.core.errors import KnownError
from app.core.ids import new_id
from app.core.paths import default_casebook_folder
from tests import embedded_server

HERE: Final = Path(__file__).resolve().parents[1]
# What tells the windows of this run, and those that come after a lock, from any others.
TOKEN: Final = "WAYMARK_DEMONSTRATION"


def main() -> int:
    """Open the demonstration and stay until its last window is closed; the exit code."""
    folder = default_casebook_folder().with_name("demonstration")
    token = new_id()
    with ExitStack() as stack:
        try:
            prepare(folder, folder.with_name("demonstration-server"), stack)
        except (KnownError, OSError, subprocess.SubprocessError) as error:
            say(f"The demonstration goes on without its server: {error}")
        window = subprocess.run(
            [sys.executable, "-m", "app", "--demo"],
            cwd=HERE,
            env={**os.environ, TOKEN: token},
            check=False,
        )
        while any_window(token):
            time.sleep(1)
    return window.returncode


def prepare(folder: Path, server_folder: Path, stack: ExitStack) -> str:
    """Make the demonstration where there is none, start its server and let everybody join.

    Args:
        stack: Ends the server.

    Returns:
        The address of the server.

    Raises:
        KnownError: The casebook can't be opened, or the server can't be reached.
    """
    clock = SystemClock()
    if casebooks.describe(folder).kind == "none":
        say("Making the demonstration casebook …")
        demo.build(folder, clock)
    stack.callback(embedded_server.stop, embedded_server.start(server_folder))
    address = embedded_server.address(server_folder)
    holders = casebooks.describe(folder).holders
    codes: dict[str, str] = {}
    for holder in holders:
        desk = casebooks.unlock(folder, holder.user_id, demo.DEMO_PASSPHRASE, clock)
        with closing(desk):
            if not codes:
                if syncing.status(desk).joined:
                    return address
                codes = found(desk, server_folder)
            sync_deeds.join(desk, address, codes[holder.user_id])
            if holder is holders[-1]:
                say("Sending the demonstration to its server …")
                sync_deeds.sync_now(desk)
    return address


def found(desk: Desk, folder: Path) -> dict[str, str]:
    """Found the service of a casebook at the server; a code for each of its users, by id."""
    service = casebook_users.service(desk)
    users = casebook_users.users(desk)
    first = next((user for user in users if user.role == "administrator"), users[0])
    made = embedded_server.asked(
        folder,
        "new-service",
        service.name,
        *("--administrator", first.name, "--administrator-id", first.id),
        *("--service-id", service.id, "--area", service.area),
    )
    codes = {first.id: str(made["code"])}
    for user in users:
        if user.id != first.id:
            answer = embedded_server.asked(
                folder,
                "new-code",
                user.name,
                *("--service", service.id, "--role", user.role, "--user-id", user.id),
            )
            codes[user.id] = str(answer["code"])
    return codes


def any_window(token: str) -> bool:
    """Whether a process of this run goes on, such as the fresh one that a lock started."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(TOKEN) == token:
                return True
        except psutil.Error:
            # It ended meanwhile, or is somebody else's.
            continue
    return False


def say(text: str) -> None:
    """Tell whoever started it."""
    print(text, flush=True)  # noqa: T201 - a command's own words


if __name__ == "__main__":
    raise SystemExit(main())
