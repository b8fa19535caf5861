"""A device that speaks the protocol and holds no casebook, so that hundreds fit in one process."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from app.core.ids import new_id
from app.sync.device_key import DeviceKey
from app.sync.protocol import PROTOCOL, SERVICE_STREAM

CHILDREN: Final = 5
OF_A_CHILD: Final = 10
IN_A_PUSH: Final = 5
NOTE: Final = "He comes on Tuesdays, and says that the walk there is the best of it. " * 3


@dataclass
class Wire:
    """One kept-alive connection to a server.

    Attributes:
        address: As it stands in proofs.
    """

    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, address: str) -> Wire:
        """Connect."""
        host, _, port = address.removeprefix("http://").partition(":")
        return cls(address, *await asyncio.open_connection(host, int(port)))

    async def ask(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        """One POST and its answer. Raises SystemExit where it is no success."""
        lines = [f"POST {path} HTTP/1.1", "host: localhost", f"content-length: {len(body)}"]
        lines += ["content-type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        await self.writer.drain()
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        answer = await self.reader.readexactly(length)
        if " 200 " not in head.partition("\r\n")[0]:
            raise SystemExit(f"{path} was refused: {answer.decode()}")
        return dict(json.loads(answer))

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


@dataclass
class Place:
    """How far a device has come at one server.

    Attributes:
        token: Which lets it in; empty before it signed in. token_until: By `time.monotonic`.
        seq: The number of its last operation.
        cursors: By stream. revisions: By record.
    """

    token: str = ""
    token_until: float = 0.0
    seq: int = 0
    cursors: dict[str, int] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Place:
        """The same place at another server over a copy of the database."""
        return Place("", 0.0, self.seq, dict(self.cursors), dict(self.revisions))


@dataclass
class Device:
    """A device of somebody with a small caseload.

    Attributes:
        children: Their ids; records: ids of what belongs to them, each with its child's.
    """

    device_id: str = field(default_factory=new_id)
    key: DeviceKey = field(default_factory=DeviceKey)
    service_id: str = ""
    user_id: str = ""
    epoch: str = ""
    children: list[str] = field(default_factory=list)
    records: list[tuple[str, str]] = field(default_factory=list)

    async def enrol(self, wire: Wire, code: str) -> None:
        """Belong to the service."""
        told = await self._ask(
            wire,
            "/v1/enrol",
            {
                "protocol": PROTOCOL,
                "code": code,
                "device_id": self.device_id,
                "device_name": "Rivermouth laptop",
                "device_key": self.key.public_jwk(),
            },
        )
        self.service_id, self.user_id = told["service_id"], told["user_id"]
        self.epoch = told["epoch"]

    async def sign_in(self, wire: Wire, place: Place) -> None:
        """Get a token."""
        said = {
            "device_id": self.device_id,
            "service_id": self.service_id,
            "user_id": self.user_id,
        }
        told = await self._ask(wire, "/v1/token", said)
        place.token = told["access_token"]
        place.token_until = time.monotonic() + told["expires_in"] / 2

    async def register(self, wire: Wire, place: Place) -> None:
        """Send the children and what belongs to them, and listen once."""
        operations = []
        for _ in range(CHILDREN):
            child = new_id()
            self.children.append(child)
            operations.append(
                self._operation(
                    place,
                    "child",
                    child,
                    child,
                    kind="create",
                    set={
                        "given_name": "Tal",
                        "family_name": child[-12:],
                        "allocated_to": self.user_id,
                    },
                )
            )
            for _ in range(OF_A_CHILD - 1):
                record = new_id()
                self.records.append((record, child))
                operations.append(
                    self._operation(
                        place,
                        "professional",
                        record,
                        child,
                        kind="create",
                        set={"name": "Perry Fenwick", "role": "Mentor", "note": NOTE},
                    )
                )
        await self._push(wire, place, operations)
        place.cursors = dict.fromkeys([SERVICE_STREAM, *self.children], 0)
        await self._pull(wire, place)

    async def exchange(self, wire: Wire, place: Place) -> None:
        """What a sync is made of: send a few changes, then ask what is new."""
        operations = []
        for number in range(IN_A_PUSH):
            record, child = self.records[(place.seq + number) % len(self.records)]
            operations.append(
                self._operation(
                    place,
                    "professional",
                    record,
                    child,
                    kind="update",
                    base_rev=place.revisions[record],
                    set={"note": f"{place.seq}. {NOTE}"},
                )
            )
        await self._push(wire, place, operations)
        await self._pull(wire, place)

    def _operation(
        self, place: Place, type_: str, id_: str, child: str, **more: Any
    ) -> dict[str, Any]:
        place.seq += 1
        op_id = new_id()
        return {
            "op_id": op_id,
            "device_seq": place.seq,
            "group": op_id,
            "type": type_,
            "id": id_,
            "child_id": child,
            "actor": self.user_id,
            "made_at": datetime.now(UTC).isoformat(),
            "entry": place.seq,
            "own_hash": "0" * 64,
        } | more

    async def _push(self, wire: Wire, place: Place, operations: list[dict[str, Any]]) -> None:
        said = {**self._envelope(), "operations": operations}
        told = await self._ask(wire, "/v1/push", said, place.token)
        for operation, result in zip(operations, told["results"], strict=True):
            if result["status"] not in ("applied", "merged"):
                raise SystemExit(f"an operation had no effect: {result}")
            place.revisions[operation["id"]] = result["rev"]

    async def _pull(self, wire: Wire, place: Place) -> None:
        cursors = [{"stream": name, "after": after} for name, after in place.cursors.items()]
        told = await self._ask(
            wire, "/v1/pull", {**self._envelope(), "cursors": cursors}, place.token
        )
        for stream in told["streams"]:
            if not stream["held"] or stream["more"]:
                raise SystemExit(f"a stream was not told whole: {stream}")
            place.cursors[stream["stream"]] = stream["next"]

    def _envelope(self) -> dict[str, Any]:
        return {
            "protocol": PROTOCOL,
            "schema_version": 1,
            "device_id": self.device_id,
            "epoch": self.epoch,
        }

    async def _ask(self, wire: Wire, path: str, said: Any, token: str = "") -> dict[str, Any]:
        url, now = f"{wire.address}{path}", datetime.now(UTC)
        headers = {"dpop": self.key.proof("POST", url, now=now, token=token or None)}
        if token:
            headers["authorization"] = f"DPoP {token}"
        return await wire.ask(path, json.dumps(said).encode(), headers)
