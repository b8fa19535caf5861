"""Two hundred devices at one server, with few and with very many records stored there.

Both servers hold the same devices and what these hold; the larger one also holds the records of
other children of the same service, with the log of how they were made. First every device syncs
without a pause: that is the throughput. Then they sync at their leisure, at half of it, the same
at both servers: that is when the time of a sync is measured.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg

from app.core.ids import new_id
from tests.benchmarks.measuring import Measured
from tests.benchmarks.sync_archive import archive
from tests.benchmarks.sync_central import SETTINGS, Central, central, serving
from tests.benchmarks.sync_device import CHILDREN, OF_A_CHILD, Device, Place, Wire
from tests.benchmarks.sync_share import share_of
from tests.server.cluster import OWNER, running_cluster

DEVICES: Final = 200
FEW: Final = DEVICES * CHILDREN * OF_A_CHILD
MANY: Final = 1_000_000
ROUNDS: Final = 3
AT_ONCE_SECONDS: Final = 6.0
LEISURE_SECONDS: Final = 15.0


@dataclass
class Site:
    """One server with the place of each device at it.

    Attributes:
        rates: Exchanges a second in each round. took: Seconds of each exchange at leisure.
        took_at_once: Seconds of each exchange without a pause.
    """

    address: str
    places: list[Place]
    rates: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    took_at_once: list[float] = field(default_factory=list)


def measure(within: Path) -> Iterator[Measured]:
    """A push of five changes and the pull after it, of 200 devices."""
    many = max(share_of(MANY), 2 * FEW)
    devices = [Device() for _ in range(DEVICES)]
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(SETTINGS))
        folder, service_id = within / "load", new_id()
        small = stack.enter_context(
            central(cluster, folder, user_id=new_id(), service_id=service_id)
        )
        codes = [small.code(None, "practitioner") for _ in devices]
        places = asyncio.run(registered(small.address, devices, codes))
        small.keep()
        large = stack.enter_context(serving(cluster, folder, f"{small.database}_kept", service_id))
        archive(large, many - FEW)
        for server in (small, large):
            settled(server)
        sites = [
            Site(server.address, [place.copy() for place in places]) for server in (small, large)
        ]
        for _ in range(ROUNDS):
            for site in sites:
                asyncio.run(at_once(site, devices))
            pause = 2 * DEVICES / min(site.rates[-1] for site in sites)
            for site in sites:
                asyncio.run(at_leisure(site, devices, pause))
    few_p95, many_p95 = (p95(site.took) for site in sites)
    yield Measured(
        "sync_load",
        many_p95,
        f"the same {DEVICES} devices where {FEW} records are stored",
        few_p95,
        many_p95 / few_p95,
        "<= 1.3",
        more={
            "stored": many,
            "exchanges": len(sites[1].took),
            "a_second": median(sites[1].rates),
            "a_second_few": median(sites[0].rates),
            "median_s": median(sites[1].took),
            "median_few_s": median(sites[0].took),
            "p95_at_once_s": p95(sites[1].took_at_once),
            "p95_at_once_few_s": p95(sites[0].took_at_once),
        },
    )


def p95(took: list[float]) -> float:
    """The time that one in twenty took longer than."""
    return quantiles(took, n=20)[-1]


async def registered(address: str, devices: list[Device], codes: list[str]) -> list[Place]:
    """Enrol each device and send what it holds; where each stands then."""
    places = []
    wire = await Wire.to(address)
    for device, code in zip(devices, codes, strict=True):
        place = Place()
        await device.enrol(wire, code)
        await device.sign_in(wire, place)
        await device.register(wire, place)
        places.append(place)
    wire.close()
    return places


def settled(server: Central) -> None:
    """Let PostgreSQL tidy up and count, as it does by itself after a while."""
    url = f"host={server.cluster.folder} user={OWNER} dbname={server.database}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    server.cluster.execute("CHECKPOINT")


async def at_once(site: Site, devices: list[Device]) -> None:
    """Every device exchanges without a pause, for a while."""
    wires = await connected(site, devices)
    began = time.perf_counter()
    counted: list[float] = []

    async def work(device: Device, place: Place, wire: Wire) -> None:
        while (start := time.perf_counter()) - began < AT_ONCE_SECONDS:
            await device.exchange(wire, place)
            counted.append(time.perf_counter() - start)

    await asyncio.gather(*map(work, devices, site.places, wires))
    site.rates.append(len(counted) / (time.perf_counter() - began))
    site.took_at_once += counted
    for wire in wires:
        wire.close()


async def at_leisure(site: Site, devices: list[Device], pause: float) -> None:
    """Every device exchanges now and then, each at times of its own."""
    wires = await connected(site, devices)
    began = time.perf_counter()
    chance = random.Random(len(site.took))

    async def work(device: Device, place: Place, wire: Wire) -> None:
        await asyncio.sleep(chance.uniform(0, pause))
        while (start := time.perf_counter()) - began < LEISURE_SECONDS:
            await device.exchange(wire, place)
            site.took.append(time.perf_counter() - start)
            await asyncio.sleep(chance.uniform(0, 2 * pause))

    await asyncio.gather(*map(work, devices, site.places, wires))
    for wire in wires:
        wire.close()


async def connected(site: Site, devices: list[Device]) -> list[Wire]:
    """A connection for each device, signed in."""
    wires = [await Wire.to(site.address) for _ in devices]
    for device, place, wire in zip(devices, site.places, wires, strict=True):
        if not place.token:
            await device.sign_in(wire, place)
    return wires
