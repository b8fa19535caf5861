"""What a process of the server is made of. Nothing in it is a truth: that is in the database."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.core.clock import Clock, SystemClock
from server.database import make_engine
from server.envelope import KeyMaster, MasterKey, ServiceKeys, Succession
from server.metrics import Metrics
from server.orders import OrderKey
from server.settings import Settings
from server.sign_in import SignIns


@dataclass(frozen=True)
class Parts:
    """The parts of one process, shared between its threads.

    Attributes:
        draining: Set once the process was told to end: it is ready for no new work.
    """

    settings: Settings
    engine: Engine
    master: KeyMaster
    clock: Clock = field(default_factory=SystemClock)
    metrics: Metrics = field(default_factory=Metrics)
    sign_ins: SignIns = field(default_factory=SignIns)
    draining: threading.Event = field(default_factory=threading.Event)
    _opened: dict[tuple[str, bytes], ServiceKeys] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, settings: Settings, clock: Clock | None = None) -> Parts:
        """The parts that settings ask for."""
        return cls(
            settings,
            make_engine(settings.database_url.get_secret_value()),
            _master(settings),
            clock or SystemClock(),
        )

    def keys(self, service_id: str, wrapped: bytes) -> ServiceKeys:
        """A service's keys, unwrapped once for each process."""
        place = (service_id, bytes(wrapped))
        if place not in self._opened:
            self._opened[place] = ServiceKeys.unwrap(service_id, place[1], self.master)
        return self._opened[place]

    def order_key(self, service_id: str, wrapped: bytes) -> OrderKey:
        """A service's key for orders."""
        return OrderKey.unwrap(service_id, bytes(wrapped), self.master)


def _master(settings: Settings) -> KeyMaster:
    current = MasterKey.load(settings.master_key_file)
    if settings.former_master_key_file is None:
        return current
    return Succession(current, MasterKey.load(settings.former_master_key_file))
