"""Two hundred devices at one server, with few and with very many records stored there.

Both servers hold the same devices and what these hold; the larger one also holds the records of
other children of the same service, with the log of how they were made. First every device syncs
without a pause: that is the throughput. Then they sync at their leisure, at a third of it, the
same at both servers: that is when the time of a sync is measured. The two servers take turns of a
few seconds, so that whatever else the machine does meets both alike, and each goes first as often
as the other.
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
AT_ONCE_TURNS: Final = 4
AT_ONCE_SECONDS: Final = 4.0
# Turns at leisure, of which the first tells nothing: caches are filled in it.
TURNS: Final = 49
TURN_SECONDS: Final = 4.0
# Devices rest so long, on the whole, that a server is asked for this part of what it could do.
PART: Final = 1 / 3
# The ratio is also given for this many equal parts of the run, to show how much chance is in it.
PARTS: Final = 4


@dataclass
class Site:
    """One server with the place of each device at it.

    Attributes:
        rates: Exchanges a second in each turn without a pause. turns: Seconds of each exchange
            at leisure, turn by turn. took_at_once: Seconds of each exchange without a pause.
    """

    address: str
    places: list[Place]
    rates: list[float] = field(default_factory=list)
    turns: list[list[float]] = field(default_factory=list)
    took_at_once: list[float] = field(default_factory=list)


def measure(within: Path) -> Iterator[Measured]:
    """A push of five changes and the pull after it, of 200 devices."""
    many = max(share_of(MANY), 2 * FEW)
    devices = [Device() for _ in range(DEVICES)]
    with ExitStack() as stack:
        sites = both(stack, within, devices, many)
        asyncio.run(take_turns(sites, devices))
    few, large = ([seconds for turn in site.turns for seconds in turn] for site in sites)
    parts = [part(site, at) for at in range(PARTS) for site in sites]
    ratios = [p95(many_) / p95(few_) for few_, many_ in zip(parts[::2], parts[1::2], strict=True)]
    yield Measured(
        "sync_load",
        p95(large),
        f"the same {DEVICES} devices where {FEW} records are stored",
        p95(few),
        p95(large) / p95(few),
        "<= 1.3",
        more={
            "stored": many,
            "exchanges": len(large),
            "exchanges_few": len(few),
            "lowest_of_4": min(ratios),
            "highest_of_4": max(ratios),
            "median_s": median(large),
            "median_few_s": median(few),
            "a_second": median(sites[1].rates),
            "a_second_few": median(sites[0].rates),
            "p95_at_once_s": p95(sites[1].took_at_once),
            "p95_at_once_few_s": p95(sites[0].took_at_once),
        },
    )


def both(stack: ExitStack, within: Path, devices: list[Device], many: int) -> list[Site]:
    """A server with what the devices hold, and one that holds `many` records, both settled."""
    cluster = stack.enter_context(running_cluster(SETTINGS))
    folder, service_id = within / "load", new_id()
    small = stack.enter_context(central(cluster, folder, user_id=new_id(), service_id=service_id))
    codes = [small.code(None, "practitioner") for _ in devices]
    places = asyncio.run(registered(small.address, devices, codes))
    small.keep()
    large = stack.enter_context(serving(cluster, folder, f"{small.database}_kept", service_id))
    archive(large, many - FEW)
    for server in (small, large):
        settled(server)
    return [Site(server.address, [place.copy() for place in places]) for server in (small, large)]


def part(site: Site, at: int) -> list[float]:
    """What one of `PARTS` equal parts of the turns took."""
    size = len(site.turns) // PARTS
    return [seconds for turn in site.turns[at * size : (at + 1) * size] for seconds in turn]


async def take_turns(sites: list[Site], devices: list[Device]) -> None:
    """Both servers in turn, each first every other time."""
    for site in sites:
        for wire in await connected(site, devices):
            wire.close()
    order = list(range(len(sites)))
    for _ in range(AT_ONCE_TURNS):
        for at in order:
            await at_once(sites[at], devices)
        order.reverse()
    pause = DEVICES / (PART * min(median(site.rates) for site in sites))
    for turn in range(TURNS):
        for at in order:
            took = await at_leisure(sites[at], devices, pause, turn)
            if turn:
                sites[at].turns.append(took)
        order.reverse()


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


async def at_leisure(site: Site, devices: list[Device], pause: float, turn: int) -> list[float]:
    """Devices call the server, exchange and hang up, each at a time of its own.

    In the same turn these times are the same at both servers.

    Returns:
        Seconds of each exchange that began in the turn.
    """
    began = time.perf_counter()
    chance = random.Random(turn)
    waits = [chance.uniform(0, pause) for _ in devices]
    took: list[float] = []

    async def work(wait: float, device: Device, place: Place) -> None:
        if wait > TURN_SECONDS:
            return
        await asyncio.sleep(began + wait - time.perf_counter())
        wire = await Wire.to(site.address)
        if time.monotonic() > place.token_until:
            await device.sign_in(wire, place)
        start = time.perf_counter()
        await device.exchange(wire, place)
        took.append(time.perf_counter() - start)
        wire.close()

    await asyncio.gather(*map(work, waits, devices, site.places))
    return took


async def connected(site: Site, devices: list[Device]) -> list[Wire]:
    """A connection for each device, signed in."""
    wires = [await Wire.to(site.address) for _ in devices]
    for device, place, wire in zip(devices, site.places, wires, strict=True):
        if time.monotonic() > place.token_until:
            await device.sign_in(wire, place)
    return wires
