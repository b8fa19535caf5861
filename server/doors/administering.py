"""What an administrator does from a laptop; managers may look, and open a child to a colleague."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlalchemy import Connection
from starlette.responses import Response

from app.sync.protocol import (
    AccessRequest,
    AccessSet,
    CodeMade,
    CodeRequest,
    DeviceList,
    DeviceSeen,
    DeviceUser,
    Id,
    Manifest,
    ManifestStream,
    Revoked,
    RevokeRequest,
)
from server import admin
from server.admission import admitted
from server.caller import Caller, Role
from server.doors.answering import (
    NOT_FOUND,
    REFUSALS,
    PartsOf,
    WithToken,
    answered,
    body_with_token,
    message_of,
    takes,
)
from server.enrolment import make_code
from server.envelope import ServiceKeys
from server.refused import Refused

router = APIRouter(prefix="/v1/admin", tags=["administration"])

MOST_BYTES: Final = 16 * 1024
ADMINISTRATORS: Final[frozenset[Role]] = frozenset({"administrator"})
OVERSEERS: Final[frozenset[Role]] = frozenset({"administrator", "manager"})

PathId = Annotated[Id, Path()]


@router.post(
    "/codes", response_model=CodeMade, responses=REFUSALS, openapi_extra=takes(CodeRequest)
)
def codes_door(
    shown: WithToken, parts: PartsOf, body: Annotated[bytes, body_with_token(MOST_BYTES)]
) -> Response:
    """A one-time code, with which one person enrols one device."""
    message = message_of(CodeRequest, body)

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> CodeMade:
        _only(ADMINISTRATORS, caller)
        made = make_code(
            connection,
            keys,
            user_id=message.user_id,
            user_name=message.user_name,
            role=message.role,
            made_by=caller.user_id,
            now=parts.clock.now(),
            minutes=parts.settings.code_minutes,
        )
        return CodeMade(
            code=made.text,
            user_id=made.user_id,
            user_name=made.user_name,
            role=made.role,
            expires_at=made.expires_at,
        )

    return answered(admitted(parts, shown, "ask", work), shown)


@router.get("/devices", response_model=DeviceList, responses=REFUSALS)
def devices_door(shown: WithToken, parts: PartsOf) -> Response:
    """Every device of the service."""

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> DeviceList:
        _only(OVERSEERS, caller)
        rows = admin.devices(connection, keys)
        return DeviceList(
            devices=tuple(
                DeviceSeen(
                    **{name: value for name, value in vars(row).items() if name != "users"},
                    users=tuple(
                        DeviceUser(user_id=user_id, name=name)
                        for user_id, name in row.users.items()
                    ),
                )
                for row in rows
            )
        )

    return answered(admitted(parts, shown, "ask", work), shown)


@router.post(
    "/devices/{device_id}/revoke",
    response_model=Revoked,
    responses=REFUSALS | NOT_FOUND,
    openapi_extra=takes(RevokeRequest),
)
def revoke_door(
    device_id: PathId,
    shown: WithToken,
    parts: PartsOf,
    body: Annotated[bytes, body_with_token(MOST_BYTES)],
) -> Response:
    """Take a device out: it is refused from its next request on, and told what to do."""
    message = message_of(RevokeRequest, body)

    def work(connection: Connection, _: ServiceKeys, caller: Caller) -> Revoked:
        _only(ADMINISTRATORS, caller)
        at = admin.revoke(connection, caller.service_id, device_id, message.mode, parts.clock.now())
        return Revoked(device_id=device_id, mode=message.mode, revoked_at=at)

    return answered(admitted(parts, shown, "ask", work), shown)


@router.get(
    "/devices/{device_id}/manifest", response_model=Manifest, responses=REFUSALS | NOT_FOUND
)
def manifest_door(device_id: PathId, shown: WithToken, parts: PartsOf) -> Response:
    """Which children's records lay on a device when it last asked."""

    def work(connection: Connection, _: ServiceKeys, caller: Caller) -> Manifest:
        _only(OVERSEERS, caller)
        held = admin.held_on(connection, caller.service_id, device_id)
        return Manifest(
            device_id=device_id,
            streams=tuple(
                ManifestStream(stream=row.stream, cursor=row.cursor, at=row.at) for row in held
            ),
        )

    return answered(admitted(parts, shown, "ask", work), shown)


@router.post(
    "/children/{child_id}/access",
    response_model=AccessSet,
    responses=REFUSALS | NOT_FOUND,
    openapi_extra=takes(AccessRequest),
)
def access_door(
    child_id: PathId,
    shown: WithToken,
    parts: PartsOf,
    body: Annotated[bytes, body_with_token(MOST_BYTES)],
) -> Response:
    """Open a child to a person beside whoever has it, or close it to them."""
    message = message_of(AccessRequest, body)

    def work(connection: Connection, _: ServiceKeys, caller: Caller) -> AccessSet:
        _only(OVERSEERS, caller)
        admin.set_access(
            connection,
            caller.service_id,
            child_id,
            message.user_id,
            given=message.given,
            now=parts.clock.now(),
        )
        return AccessSet(child_id=child_id, user_id=message.user_id, given=message.given)

    return answered(admitted(parts, shown, "ask", work), shown)


BODIES: Final = (CodeRequest, RevokeRequest, AccessRequest)


def _only(roles: frozenset[Role], caller: Caller) -> None:
    if caller.role not in roles:
        raise Refused(403, "not_allowed")
