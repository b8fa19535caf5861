"""A central server inside of the test's own process, over a real socket.

One way for the tests of the server and for those of laptops: the same application, served by a
thread, that is ready as soon as it has an address and gone as soon as it is told to end.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from server import admin
from server.app import make_app
from server.database import in_service, make_engine
from server.enrolment import Code, make_code
from server.migrations import migrate
from server.parts import Parts

_TICK_SECONDS = 0.005


class _Prompt(uvicorn.Server):
    """Ends without the tenths of a second that a server for people takes to look up."""

    async def main_loop(self) -> None:
        ticks = 0
        # Each tenth of a second as ever, for the date of answers.
        while not await self.on_tick(ticks // 20):
            ticks += 1
            await asyncio.sleep(_TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(_TICK_SECONDS)
        await self.lifespan.shutdown()


def listener() -> socket.socket:
    """Listens at an address of its own before anybody is told where: who calls early is heard."""
    # Named as TCP, which is what lets asyncio send the end of an answer without waiting for the
    # other side to confirm its beginning: 40 ms for each.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


@contextmanager
def served(parts_at: Callable[[str], Parts]) -> Iterator[tuple[str, Parts]]:
    """Serves until the end of the block; gives the address and what the server is made of.

    Args:
        parts_at: Makes those parts, given the address.
    """
    listening = listener()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    parts = parts_at(address)
    running = _Prompt(
        uvicorn.Config(make_app(parts.settings, parts), log_config=None, access_log=False)
    )
    thread = Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield address, parts
    finally:
        running.should_exit = True
        thread.join(30)
        listening.close()
        parts.engine.dispose()


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "server.db"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()


def empty_database(file: Path) -> Path:
    """A SQLite database with all tables, migrated once for this process of the tests."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_migrated())
    return file


def code_for(parts: Parts, service_id: str, role: Any, *, user_id: str | None, name: str) -> Code:
    """A one-time code with which somebody's laptop comes into a service."""
    return in_service(
        parts.engine,
        service_id,
        lambda connection: make_code(
            connection,
            admin.keys_of(connection, parts, service_id),
            user_id=user_id,
            user_name=name,
            role=role,
            made_by=None,
            now=parts.clock.now(),
            minutes=parts.settings.code_minutes,
        ),
    )
