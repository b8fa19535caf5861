"""What Prometheus may count: doors, statuses and codes; never an id, a service or a name.

Each process has its own registry and is asked by itself; a sum over processes is the query's.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

# What an operator should be woken for: another copy of a casebook sends under the same numbers,
# proofs come twice, a device that was taken out keeps calling.
ALARMS: Final = frozenset({"sequence_reused", "proof_replayed", "device_revoked"})
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH"})
MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "waymark_requests",
            "Answers by door, method and status.",
            ("door", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "waymark_request_seconds",
            "How long answers took, by door.",
            ("door",),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self._refusals = Counter(
            "waymark_refusals", "Refused requests by code.", ("code",), registry=self.registry
        )
        self._alarms = Counter(
            "waymark_alarm",
            "What somebody should look at, by kind.",
            ("kind",),
            registry=self.registry,
        )
        self._operations = Counter(
            "waymark_operations",
            "Operations taken in, by what became of them.",
            ("status",),
            registry=self.registry,
        )
        self.under_way = Gauge(
            "waymark_requests_under_way", "Requests being answered.", registry=self.registry
        )
        for kind in sorted(ALARMS):
            self._alarms.labels(kind)

    def answered(self, door: str, method: str, status: int, seconds: float) -> None:
        """Count one answer. `door` is the template of the path, never the path."""
        self._requests.labels(door, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(door).observe(seconds)

    def refused(self, code: str) -> None:
        """Count one refusal, and sound the alarm where it is a reason to."""
        self._refusals.labels(code).inc()
        if code in ALARMS:
            self._alarms.labels(code).inc()

    def took_in(self, statuses: list[str]) -> None:
        """Count the operations of one push."""
        for status in set(statuses):
            self._operations.labels(status).inc(statuses.count(status))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)
