"""The same records from one copy to a server and on to another: beside PouchDB and beside Anki.

Both rivals keep each record as one document: PouchDB as it is, Anki as a note that holds its JSON.
Each keeps its client's and its server's copy on the disk by its usual means: PouchDB in LevelDB,
Anki in SQLite, Waymark in SQLCipher and PostgreSQL. Every side measures from the call that begins
a sync until it returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final

from app.core.ids import new_id
from tests.benchmarks import sync_changes, sync_laptops
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.benchmarks.rivals import NotInstalled
from tests.benchmarks.sync_central import SETTINGS, central, free_port, slowed
from tests.benchmarks.sync_rival_programs import Anki, PouchDB, Rival
from tests.benchmarks.sync_share import share_of
from tests.server.cluster import running_cluster

RECORDS: Final = 10_000
ROUNDS: Final = 3
DELAYS_MS: Final = (0, 50)
GOALS: Final = {"pouchdb": "<= 0.7", "anki": "<= 5"}
Times = dict[tuple[str, str, int], list[float]]


def measure(within: Path) -> Iterator[Measured]:
    """Sending and receiving, at each delay, Waymark and its rivals in turn."""
    records = share_of(RECORDS)
    times: Times = {}
    with ExitStack() as stack:
        rivals: dict[str, Rival | str] = {}
        for name, program in (("pouchdb", PouchDB), ("anki", Anki)):
            try:
                rivals[name] = stack.enter_context(program.running(within / name))
            except NotInstalled as missing:
                rivals[name] = str(missing)
        _all_rounds(stack, within, records, rivals, times)
    for (who, way, delay), took in times.items():
        if who != "waymark":
            continue
        for name, rival in rivals.items():
            theirs = times.get((name, way, delay))
            yield Measured(
                f"sync_{way}_{delay}ms_{name}",
                median(took),
                rival if isinstance(rival, str) else rival.words,
                median(theirs) if theirs else None,
                median(took) / median(theirs) if theirs else None,
                GOALS[name],
                more={"records": records, "added_ms": delay},
            )


def _all_rounds(
    stack: ExitStack, within: Path, records: int, rivals: dict[str, Rival | str], times: Times
) -> None:
    cluster = stack.enter_context(running_cluster(SETTINGS))
    service_id, user_id, port = new_id(), new_id(), free_port()
    slow = f"http://127.0.0.1:{port}"
    server = stack.enter_context(
        central(
            cluster,
            within / "rivals-server",
            user_id=user_id,
            service_id=service_id,
            other_urls=slow,
        )
    )
    folders = sync_changes.prepared(within / "rivals", server, user_id, records)
    with sync_laptops.opened(folders[0]) as laptop:
        held = sync_laptops.held(laptop)
    for turn in range(ROUNDS):
        for delay in DELAYS_MS:
            server.put_back()
            with ExitStack() as open_:
                address = server.address
                if delay:
                    open_.enter_context(slowed(port, server.address, delay, within / "delay.log"))
                    address = slow
                ash, robin = (
                    open_.enter_context(
                        sync_laptops.copied(f, f.with_name(f"{f.name}-{turn}-{delay}"))
                    )
                    for f in folders
                )
                ash.address = robin.address = address
                pushing, _sent = timed(ash.sync)
                robin.take_all()
                pulling, _received = timed(robin.sync)
                must_equal(sync_laptops.held(robin), held)
            _keep(times, "waymark", delay, pushing, pulling)
            for name, rival in rivals.items():
                if not isinstance(rival, str):
                    _keep(times, name, delay, *_of_rival(rival, held, turn, delay))


def _of_rival(
    rival: Rival, held: dict[str, dict[str, Any]], turn: int, delay: int
) -> tuple[float, float]:
    """How long a rival sends and receives, over a database of its own."""
    with ExitStack() as stack:
        address = rival.address
        if delay:
            port = free_port()
            stack.enter_context(slowed(port, rival.address, delay, rival.folder / "delay.log"))
            address = f"http://127.0.0.1:{port}"
        pushing, pulling, received = rival.exchange(f"round{turn}x{delay}", address, held)
    must_equal(received, held)
    return pushing, pulling


def _keep(times: Times, who: str, delay: int, pushing: float, pulling: float) -> None:
    times.setdefault((who, "push", delay), []).append(pushing)
    times.setdefault((who, "pull", delay), []).append(pulling)
