"""Taking in a push at the server, beside a bare insert of the rows that it leaves."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from pydantic_core import to_json

from server.database import make_engine
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.server.cluster import OWNER, Cluster, running_cluster
from tests.server.store.world import Laptop, World

CHANGES = 10_000
PAGE = 500
TABLES = ("record", "op_log")
OFFENCE = {
    "offence_date": "2026-01-02",
    "description": "Damage to a bus shelter in the town centre",
    "category": "criminal_damage",
    "seriousness": 3,
    "knife": False,
    "plea": "guilty",
    "note": "The shelter was empty. He says that a friend dared him, and that he is sorry. " * 3,
}


def measure(within: Path) -> Iterator[Measured]:
    """One-record creations, 500 in a request, on a PostgreSQL that doesn't wait for the disk.

    The bare side writes the rows that the push has just written, with psycopg's `executemany`, in
    one transaction, into tables with the same columns and indexes.
    """
    with running_cluster() as cluster:
        name = cluster.make_database()
        engine = make_engine(cluster.url(name, OWNER))
        world = World(engine)
        laptop = world.laptop(world.person())
        bare = _copies(cluster, name)
        child = laptop.child()
        laptop.push()
        took: list[float] = []
        raw: list[float] = []
        for _ in range(CHANGES // PAGE):
            first = laptop.seq + 1
            for _ in range(PAGE):
                laptop.record(child, **OFFENCE)
            gc.collect()
            seconds, pushed = timed(laptop.push)
            must_equal({result.status for result in pushed.results}, {"applied"})
            rows = _rows(bare, laptop, first)
            gc.collect()
            raw_seconds, written = timed(lambda: _write(bare, rows))  # noqa: B023
            must_equal(written, dict.fromkeys(TABLES, PAGE))
            took.append(seconds / PAGE)
            raw.append(raw_seconds / PAGE)
        size = len(to_json(OFFENCE))
        bare.close()
        engine.dispose()
        yield Measured(
            "sync_push",
            median(took),
            "the same rows by psycopg's executemany",
            median(raw),
            median(took) / median(raw),
            "reported",
            {"changes": CHANGES, "bytes_each": size},
        )


def _copies(cluster: Cluster, name: str) -> psycopg.Connection[Any]:
    """A superuser's connection, which no policy hides rows from, and empty copies of the tables."""
    connection = psycopg.connect(f"host={cluster.folder} user=postgres dbname={name}")
    for table in TABLES:
        connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)".encode())
    connection.commit()
    return connection


def _rows(connection: psycopg.Connection[Any], laptop: Laptop, first: int) -> dict[str, list[Any]]:
    """The rows that the last push wrote."""
    logged = connection.execute(
        "SELECT * FROM op_log WHERE service_id = %s AND device_id = %s AND device_seq >= %s",
        (laptop.world.service_id, laptop.id, first),
    ).fetchall()
    records = connection.execute(
        "SELECT record.* FROM record JOIN op_log ON op_log.service_id = record.service_id"
        " AND op_log.record_id = record.id WHERE op_log.service_id = %s"
        " AND op_log.device_id = %s AND op_log.device_seq >= %s",
        (laptop.world.service_id, laptop.id, first),
    ).fetchall()
    connection.commit()
    return {"record": records, "op_log": logged}


def _write(connection: psycopg.Connection[Any], rows: dict[str, list[Any]]) -> dict[str, int]:
    written = {}
    with connection.transaction(), connection.cursor() as cursor:
        for table, values in rows.items():
            places = ", ".join(["%s"] * len(values[0]))
            cursor.executemany(f"INSERT INTO bare_{table} VALUES ({places})".encode(), values)
            written[table] = len(values)
    return written
