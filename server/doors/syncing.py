"""What a laptop asks for in each sync: what is known of it, push, pull, whom it may take along."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from app.sync.protocol import (
    MOST_GROUP_BYTES,
    MOST_OPERATIONS,
    MOST_REQUEST_BYTES,
    Caseload,
    Hello,
    Pull,
    Pulled,
    Push,
    Pushed,
)
from server.admission import admitted, renew_lease
from server.caller import Caller
from server.caseload import caseload
from server.doors.answering import (
    CONFLICT,
    REFUSALS,
    TOO_OLD,
    PartsOf,
    WithToken,
    answered,
    body_with_token,
    message_of,
    takes,
)
from server.envelope import ServiceKeys
from server.logs import note
from server.pull import pull
from server.push import current_epoch, push
from server.refused import Refused
from server.tables import device, service

router = APIRouter(prefix="/v1", tags=["sync"])


@router.get("/hello", response_model=Hello, responses=REFUSALS)
def hello_door(shown: WithToken, parts: PartsOf) -> Response:
    """What the server knows of the device. Asking renews its lease."""

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> Hello:
        lease_until = renew_lease(connection, parts, caller.service_id, caller.device_id)
        row = connection.execute(
            select(device.c.acked, device.c.anchor_entry, device.c.anchor_hash, service.c.name)
            .join(service, service.c.service_id == device.c.service_id)
            .where(
                device.c.service_id == caller.service_id,
                device.c.device_id == caller.device_id,
            )
        ).one()
        return Hello(
            epoch=current_epoch(connection),
            service_id=caller.service_id,
            service_name=keys.names.open_text(row.name, f"service/{caller.service_id}"),
            device_id=caller.device_id,
            user_id=caller.user_id,
            role=caller.role,
            acked=row.acked,
            anchor_entry=row.anchor_entry,
            anchor_hash=row.anchor_hash,
            lease_until=lease_until,
            server_time=parts.clock.now(),
        )

    return answered(admitted(parts, shown, "ask", work), shown)


@router.post(
    "/push",
    response_model=Pushed,
    responses=REFUSALS | CONFLICT | TOO_OLD,
    openapi_extra=takes(Push),
)
def push_door(
    request: Request,
    shown: WithToken,
    parts: PartsOf,
    body: Annotated[bytes, body_with_token(MOST_GROUP_BYTES)],
) -> Response:
    """Take in operations. 200 too where some were rejected: each has its own result."""
    message = message_of(Push, body)
    _check_size(message, len(body))

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> Pushed:
        _check_device(caller, message.device_id)
        return push(connection, keys, caller, message, now=parts.clock.now())

    pushed = admitted(parts, shown, "send", work)
    parts.metrics.took_in([result.status for result in pushed.results])
    note(request.scope, operations=len(pushed.results))
    return answered(pushed, shown)


@router.post(
    "/pull",
    response_model=Pulled,
    responses=REFUSALS | CONFLICT | TOO_OLD,
    openapi_extra=takes(Pull),
)
def pull_door(
    request: Request,
    shown: WithToken,
    parts: PartsOf,
    body: Annotated[bytes, body_with_token()],
) -> Response:
    """A page of what changed in the streams that the device holds or wants."""
    message = message_of(Pull, body)

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> Pulled:
        _check_device(caller, message.device_id)
        return pull(connection, keys, caller, message, now=parts.clock.now())

    pulled = admitted(parts, shown, "hold", work)
    note(request.scope, changes=len(pulled.changes))
    return answered(pulled, shown)


@router.get("/caseload", response_model=Caseload, responses=REFUSALS)
def caseload_door(shown: WithToken, parts: PartsOf) -> Response:
    """The children whom the person may take along on this laptop."""
    return answered(admitted(parts, shown, "hold", caseload), shown)


def _check_device(caller: Caller, device_id: str) -> None:
    if device_id != caller.device_id:
        raise Refused(403, "not_allowed")


def _check_size(message: Push, size: int) -> None:
    """Only a group alone may be larger than other requests."""
    if len(message.operations) <= MOST_OPERATIONS and size <= MOST_REQUEST_BYTES:
        return
    if len({operation.group for operation in message.operations}) > 1:
        raise Refused(413, "too_large")
