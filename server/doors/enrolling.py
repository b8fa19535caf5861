"""How a device gets in: once with a code, then for a token every few minutes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from app.sync.protocol import Enrol, Enrolled, Token, TokenRequest
from server.doors.answering import (
    REFUSALS,
    TOO_OFTEN,
    PartsOf,
    SignedAlone,
    answered,
    body_signed_alone,
    message_of,
    takes,
)
from server.enrolment import enrol
from server.signing import sign_on

router = APIRouter(prefix="/v1", tags=["enrolment"])

MOST_ENROL_BYTES = 16 * 1024
MOST_TOKEN_BYTES = 32 * 1024


@router.post(
    "/enrol",
    response_model=Enrolled,
    responses=REFUSALS | TOO_OFTEN,
    openapi_extra=takes(Enrol),
)
def enrol_door(
    shown: SignedAlone, parts: PartsOf, body: Annotated[bytes, body_signed_alone(MOST_ENROL_BYTES)]
) -> Response:
    """Enrol a device by a one-time code. The proof is signed with the key that the body names."""
    message = message_of(Enrol, body)
    return answered(enrol(parts, shown.proof, message, shown.source), shown)


@router.post(
    "/token",
    response_model=Token,
    responses=REFUSALS,
    openapi_extra=takes(TokenRequest),
)
def token_door(
    shown: SignedAlone, parts: PartsOf, body: Annotated[bytes, body_signed_alone(MOST_TOKEN_BYTES)]
) -> Response:
    """A token for a person on an enrolled device, with the service's sign-in where it has one."""
    message = message_of(TokenRequest, body)
    return answered(sign_on(parts, shown.proof, message), shown)
