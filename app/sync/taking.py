"""What the parts share that write one page into the casebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.core.clock import Clock
from app.models.base import moment_text
from app.models.change_log import ChangeLog
from app.sync import outbox, standing

# How many ids one statement asks for.
AT_ONCE: Final = 400


@dataclass
class Applied:
    """What a page did.

    Attributes:
        changed: Type and id of every record that reads otherwise now.
        taken_away: How many records left.
        let_go: Streams that this device may not hold any more.
        aside: How many changes were put aside.
    """

    changed: list[tuple[str, str]] = field(default_factory=list)
    taken_away: int = 0
    let_go: list[str] = field(default_factory=list)
    aside: int = 0


@dataclass(frozen=True)
class Arrival:
    """What is known of a page beside what it says.

    Attributes:
        origin: The server, as entries of the log name it.
        blobs: The bytes that fields of the page name, by hash; one that is missing puts the
            record aside.
    """

    service_id: str
    origin: str
    clock: Clock
    blobs: Mapping[str, bytes]


class Taking:
    """One page on its way into the casebook, within its transaction.

    Attributes:
        applied: What it did so far.
        moment, now: When it is written, by this device's clock; the same as it is stored.
        unsettled: By record the fields of work that the server hasn't taken, with what it wrote.
    """

    def __init__(self, connection: Connection, log: ChangeLog, arrival: Arrival) -> None:
        self.connection = connection
        self.log = log
        self.arrival = arrival
        self.applied = Applied()
        self.moment: datetime = arrival.clock.now()
        self.now: str = moment_text(self.moment)
        self.unsettled: Mapping[str, dict[str, Any]] = outbox.unsettled(
            connection, standing.read(connection)
        )
