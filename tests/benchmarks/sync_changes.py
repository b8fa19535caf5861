"""Changes that one laptop sends and another receives, beside rows inserted into the same database.

The bare side inserts what the second laptop then holds, as JSON under its id, 500 rows a
statement and a transaction each, and reads all of it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final

import psycopg

from app.core.ids import new_id
from tests.benchmarks import sync_laptops
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.benchmarks.sync_central import SETTINGS, Central, central
from tests.benchmarks.sync_share import share_of
from tests.server.cluster import OWNER, running_cluster

CHANGES: Final = 10_000
ROUNDS: Final = 3
BATCH: Final = 500


def measure(within: Path) -> Iterator[Measured]:
    """Everything from pressing *sync now* on one laptop until the other holds it all."""
    changes = share_of(CHANGES)
    sent: list[float] = []
    received: list[float] = []
    bare: list[float] = []
    requests: tuple[int, int] = (0, 0)
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(SETTINGS))
        service_id, user_id = new_id(), new_id()
        server = stack.enter_context(
            central(cluster, within / "changes-server", user_id=user_id, service_id=service_id)
        )
        folders = prepared(within / "changes", server, user_id, changes)
        for turn in range(ROUNDS + 1):
            server.put_back()
            with ExitStack() as open_:
                ash, robin = (
                    open_.enter_context(
                        sync_laptops.copied(folder, folder.with_name(f"{folder.name}-{turn}"))
                    )
                    for folder in folders
                )
                pushing, outcome = timed(ash.sync)
                robin.take_all()
                pulling, other = timed(robin.sync)
                if min(outcome.sent, other.received) < changes:
                    raise SystemExit(f"not everything was exchanged: {outcome}, {other}")
                held = sync_laptops.held(robin)
                must_equal(held, sync_laptops.held(ash))
                requests = len(ash.requests), len(robin.requests) - 2
            inserting, read = timed(lambda: inserted(server, held))  # noqa: B023
            must_equal(held, read)
            if turn:
                sent.append(pushing)
                received.append(pulling)
                bare.append(inserting)
    yield Measured(
        "sync_changes",
        (median(sent) + median(received)) / changes,
        f"a row inserted into the same PostgreSQL, {BATCH} a statement, and read back",
        median(bare) / changes,
        (median(sent) + median(received)) / median(bare),
        "reported",
        more={
            "changes": changes,
            "pushed_s": median(sent),
            "pulled_s": median(received),
            "push_ratio": median(sent) / median(bare),
        },
    )
    for name, count in zip(("push", "pull"), requests, strict=True):
        yield Measured(
            f"sync_requests_{name}",
            None,
            f"every request of a whole sync for each {BATCH} changes, the token's among them",
            None,
            count / (changes / BATCH),
            "<= 2",
            more={"requests": count},
        )


def prepared(within: Path, server: Central, user_id: str, changes: int) -> tuple[Path, Path]:
    """The folders of two enrolled casebooks, the first with work to send; all is kept so."""
    ash, robin = within / "ash", within / "robin"
    sync_laptops.new_casebook(ash, server.service_id, user_id)
    other = new_id()
    sync_laptops.new_casebook(robin, server.service_id, other, "Perry Fenwick")
    with sync_laptops.opened(ash) as laptop:
        laptop.enrol(server.address, server.code(user_id, "administrator"))
        laptop.sync()
        sync_laptops.fill(laptop, changes)
    with sync_laptops.opened(robin) as laptop:
        laptop.enrol(server.address, server.code(other, "manager"))
        laptop.sync()
    server.keep()
    return ash, robin


def inserted(server: Central, held: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Insert records into a bare table of the same database; what it holds then."""
    url = f"host={server.cluster.folder} user={OWNER} dbname={server.database}"
    rows = [(id_, json.dumps(fields)) for id_, fields in held.items()]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (id text PRIMARY KEY, fields text NOT NULL)")
        connection.commit()
        for start in range(0, len(rows), BATCH):
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO bare VALUES (%s, %s)", rows[start : start + BATCH])
            connection.commit()
        return {id_: json.loads(fields) for id_, fields in connection.execute("SELECT * FROM bare")}
