"""What was written where, and whether all of it is still there when everything is quiet.

Every write of a campaign holds a mark that is used once. A mark that a laptop has acknowledged
must be found afterwards: in the record, or in a conflict that a person sees, or in the base of a
later change, whose author had it before them when they wrote over it. Anything else is a lost
write, however well the laptops agree with one another.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MARK: Final = re.compile(r"mark-\d{5}")
# Columns that are each copy's own affair.
_OF_THE_COPY: Final = frozenset({"id", "service_id", "base_revision"})
_A_ROW: Final = {"row": True}
_NOTHING: Final = (None, "", [], {})

Records = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Write:
    """A write that a laptop acknowledged.

    Attributes:
        children: Ids of every child that it was ever held under.
    """

    mark: str
    laptop: str
    record: str
    children: set[str]


@dataclass
class Ledger:
    """The writes of one campaign.

    Attributes:
        writes: By mark.
        erased: Ids of children who were lawfully erased: nothing of them may be found.
    """

    writes: dict[str, Write] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    _made: int = 0

    def mark(self) -> str:
        """A mark that was never used."""
        self._made += 1
        return f"mark-{self._made:05}"

    def wrote(self, mark: str, laptop: str, record: str, child: str) -> None:
        """A laptop has said that it keeps `mark`."""
        self.writes[mark] = Write(mark, laptop, record, {child})

    def typed_over(self, mark: str) -> None:
        """Whoever wrote a mark wrote another in its place before it became an entry of the log."""
        self.writes.pop(mark, None)

    def moved(self, record: str, to_child: str) -> None:
        """A record was given to another child."""
        for write in self.writes.values():
            if write.record == record:
                write.children.add(to_child)

    def lost(self, *, records: Any, conflicts: Any, logs: Iterable[Sequence[Any]]) -> list[Write]:
        """Acknowledged writes that nobody can find any more.

        Args:
            records: All records of the server. conflicts: All conflicts, settled ones too.
            logs: Of each laptop the entries of its change log.
        """
        found = marks_in(records) | marks_in(conflicts)
        for log in logs:
            for entry in log:
                if entry["origin"] is None:
                    found |= marks_in(entry["base"])
        return [
            write
            for write in self.writes.values()
            if write.mark not in found and not write.children & self.erased
        ]

    def left_behind(self, *places: Any) -> list[Write]:
        """Writes of erased children that somebody can still find."""
        found = marks_in(places)
        return [
            write
            for write in self.writes.values()
            if write.children <= self.erased and write.mark in found
        ]


def marks_in(value: Any) -> set[str]:
    """Every mark within a JSON value."""
    return set(MARK.findall(json.dumps(value)))


def flat(record: Mapping[str, Any], documents: Iterable[str] = ("answers",)) -> dict[str, Any]:
    """A record of a laptop's report as it travels: documents taken apart, nothing empty in it."""
    fields: dict[str, Any] = {}
    for name, value in record.items():
        if name in _OF_THE_COPY or value in _NOTHING:
            continue
        if name in documents:
            fields |= _leaves(f"{name}.", value)
        else:
            fields[name] = value
    return fields


def _leaves(prefix: str, document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, answer in document.items():
        rows = answer.get("rows") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list):
            found[prefix + name] = answer
            continue
        ids = [row["id"] for row in rows]
        if ids != sorted(ids):
            found[f"{prefix}{name}/@order"] = ids
        for row in rows:
            found[f"{prefix}{name}/{row['id']}"] = _A_ROW
            found |= _leaves(f"{prefix}{name}/{row['id']}/", row.get("answers", {}))
    return found


def differences(here: Records, there: Records) -> list[str]:
    """How a laptop's records differ from those of the server, field by field.

    Args:
        here: From a laptop's report. there: From `Device.everything`; records that the laptop
            doesn't hold are passed over.
    """
    found = []
    for name, record in here.items():
        if name not in there:
            found.append(f"{name} is on the laptop alone")
            continue
        ours = flat(record)
        theirs = {k: v for k, v in there[name]["fields"].items() if v not in _NOTHING}
        for key in sorted({*ours, *theirs}):
            if key.endswith("/@order") or (name.startswith("service:") and key == "created_at"):
                # An order that is that of the ids may be said or not, and every laptop made the
                # service's record when its casebook was made.
                continue
            if ours.get(key) == _A_ROW and any(other.startswith(key + "/") for other in theirs):
                # A row is there by what stands in it.
                continue
            if ours.get(key) != theirs.get(key):
                found.append(f"{name} {key}: {ours.get(key)!r} here, {theirs.get(key)!r} there")
        if record["base_revision"] != there[name]["rev"]:
            found.append(f"{name} rests on {record['base_revision']}, not {there[name]['rev']}")
    return found


def gaps(log: Sequence[Mapping[str, Any]], device_id: str) -> list[int]:
    """Numbers of a device's entries that are missing or used twice."""
    counted = Counter(entry["seq"] for entry in log if entry["device"] == device_id)
    counted.pop(None, None)
    return [n for n in range(1, max(counted, default=0) + 1) if counted[n] != 1]
