"""Whether the change log is whole, and if not, the first entry that is bad.

What the chain itself can't show, that its tail was cut or that the whole was put back to an
older day, an anchor kept outside the store shows (`change_log.Head`: how many entries there
were, and the hash of the last).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection

from app.core.errors import KnownError
from app.core.i18n import _
from app.models.change_log import BEGINNING, COLUMNS, NO_HEAD, Head, own_hash, payload_hash

Why = Literal[
    "",
    "missing",
    "changed",
    "out_of_order",
    "device_count",
    "values_changed",
    "values_missing",
    "values_without_entry",
    "cut_short",
    "rewritten",
]

_AT_ONCE: Final = 1000
_SELECT: Final = (
    f"SELECT {', '.join('c.' + name for name in COLUMNS)}, p.salt, p.body"
    " FROM change AS c LEFT JOIN change_payload AS p ON p.entry = c.entry ORDER BY c.entry"
)
_AT: Final = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Verdict:
    """What a check of the log found.

    Attributes:
        ok: Whether it is whole.
        entries: How many entries it has.
        first_bad: The first entry that is bad or missing.
        why: missing: there is no entry of that place; changed: the entry is not what was
            written; out_of_order: it does not follow the one before; device_count: its device's
            count has a gap; values_changed, values_missing: its values are not those that were
            written, or were taken away without lawful erasure; values_without_entry: values
            without an entry; cut_short: the anchor knows of more entries; rewritten: the entry
            that the anchor knows is another now.
        head: Where the log ends, for the next anchor.
    """

    ok: bool
    entries: int
    first_bad: int | None = None
    why: Why = ""
    head: Head = NO_HEAD


class CheckStopped(KnownError):
    """The person stopped the check."""

    def __init__(self) -> None:
        super().__init__(_("The check was stopped before it was finished."))


def verify(
    connection: Connection,
    audit_key: bytes,
    anchor: Head | None = None,
    progress: Callable[[int, int], bool] | None = None,
) -> Verdict:
    """Check every entry of the chain and its values, from the first on.

    Args:
        anchor: Where the log is known to have ended at some time.
        progress: Told how many entries of how many are checked; False from it stops the check.

    Raises:
        CheckStopped: `progress` said so.
    """
    total = int(connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one())
    chain = _Chain(connection, audit_key)
    anchored = BEGINNING if anchor is None or anchor.entries == 0 else None
    rows = connection.exec_driver_sql(_SELECT).yield_per(_AT_ONCE)
    for checked, row in enumerate(rows, start=1):
        why = chain.follow(row)
        if why:
            return Verdict(False, total, chain.head.entries + 1, why, chain.head)
        if anchor is not None and anchor.entries == checked:
            anchored = chain.head.hash
        if progress and checked % _AT_ONCE == 0 and not progress(checked, total):
            raise CheckStopped
    stray = connection.exec_driver_sql(
        "SELECT min(entry) FROM change_payload WHERE entry NOT IN (SELECT entry FROM change)"
    ).scalar_one()
    if stray is not None:
        return Verdict(False, total, int(stray), "values_without_entry", chain.head)
    if anchor is not None and anchored is None:
        return Verdict(False, total, total + 1, "cut_short", chain.head)
    if anchor is not None and anchored != anchor.hash:
        return Verdict(False, total, anchor.entries, "rewritten", chain.head)
    return Verdict(True, total, head=chain.head)


class _Chain:
    """Follows the chain entry by entry."""

    def __init__(self, connection: Connection, audit_key: bytes) -> None:
        self.head = NO_HEAD
        self._key = audit_key
        self._device_seq: dict[str, int] = {}
        erasures = connection.exec_driver_sql(
            "SELECT record_id, max(entry) FROM change WHERE kind IN ('erase', 'purge')"
            " GROUP BY record_id"
        )
        self._erased: dict[str | None, int] = {row[0]: row[1] for row in erasures}

    def follow(self, row: Any) -> Why:
        """Check the next row; what is wrong with it, or empty, after which it is the head."""
        entry, link = row[_AT["entry"]], row[_AT["own_hash"]]
        if entry != self.head.entries + 1:
            return "missing"
        if own_hash(self._key, row[: len(COLUMNS)]) != link:
            return "changed"
        if row[_AT["previous_hash"]] != self.head.hash:
            return "out_of_order"
        why = self._device_count(row) or self._values(row)
        if not why:
            self.head = Head(entry, link)
        return why

    def _device_count(self, row: Any) -> Why:
        device, count = row[_AT["device_id"]], row[_AT["device_seq"]]
        if count is None:
            return "" if row[_AT["origin"]] is not None else "device_count"
        if count != self._device_seq.get(device, 0) + 1:
            return "device_count"
        self._device_seq[device] = count
        return ""

    def _values(self, row: Any) -> Why:
        expected = row[_AT["payload_hash"]]
        salt, body = row[len(COLUMNS)], row[len(COLUMNS) + 1]
        if body is None:
            return "" if expected is None or self._was_erased(row) else "values_missing"
        return "" if expected == payload_hash(salt, body) else "values_changed"

    def _was_erased(self, row: Any) -> bool:
        ids = (row[_AT["child_id"]], row[_AT["record_id"]])
        return any(self._erased.get(id_, 0) > row[_AT["entry"]] for id_ in ids if id_ is not None)
