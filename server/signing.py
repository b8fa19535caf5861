"""A token for a person on a device, after the service's own sign-in where it has one.

An id_token proves who signed in, on which device (its nonce is the thumbprint of the device's
key), and is good for an hour or so. From then on the person is signed in on that device for
`Settings.sign_in_hours` from its issue, as on any site that people sign in to: whoever asks proves
the device's key with each request, and a device or an account that was ended is refused at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.core.ids import new_id
from app.sync.protocol import Token, TokenRequest
from server.admission import forget_spent, known_device, role_of, spend, standing
from server.database import in_service, scoped
from server.parts import Parts
from server.proofs import Proof
from server.refused import Refused
from server.sign_in import SignedIn
from server.tables import account, device_user, service
from server.tokens import Bearer, issue_token


def sign_on(parts: Parts, proof: Proof, message: TokenRequest) -> Token:
    """A token for the person and the device that `message` names.

    Raises:
        Refused: 401, 403, or 503 where the service's sign-in doesn't answer.
    """
    signed_in = _signed_in(parts, proof, message)

    def whole(connection: Connection) -> Token:
        return _sign_on(connection, parts, proof, message, signed_in)

    return in_service(parts.engine, message.service_id, whole)


def _signed_in(parts: Parts, proof: Proof, message: TokenRequest) -> SignedIn | None:
    """Whom the service's sign-in knows; None where it has none, or the person signed in before and
    shows no id_token.

    The issuer is asked outside of any transaction.
    """
    with scoped(parts.engine, message.service_id) as connection:
        row = known_device(connection, message.service_id, message.device_id, message.user_id)
        standing(parts, row, proof.thumbprint, "send", parts.clock.now())
        home = connection.execute(
            select(service.c.sign_in, service.c.sign_in_client).where(
                service.c.service_id == message.service_id
            )
        ).one()
    if home.sign_in is None:
        return None
    if message.id_token is None:
        if _counts(row, parts.clock.now()):
            return None
        raise Refused(401, "not_signed_in")
    return parts.sign_ins.read(
        message.id_token,
        issuer=home.sign_in,
        client=home.sign_in_client or "",
        nonce=proof.thumbprint,
        now=parts.clock.now(),
    )


def _counts(row: Row[Any] | None, now: datetime) -> bool:
    """Whether the person of `known_device` is still signed in on it."""
    return row is not None and row.signed_in_until is not None and now < row.signed_in_until


def _sign_on(
    connection: Connection,
    parts: Parts,
    proof: Proof,
    message: TokenRequest,
    signed_in: SignedIn | None,
) -> Token:
    now = parts.clock.now()
    spend(connection, message.service_id, proof)
    forget_spent(connection, message.service_id, now)
    row = known_device(connection, message.service_id, message.device_id, message.user_id)
    role = role_of(standing(parts, row, proof.thumbprint, "send", now))
    until = row.signed_in_until if row is not None and _counts(row, now) else None
    if signed_in is not None:
        _check_subject(connection, message, signed_in.subject)
        until = _lasts(connection, parts, message, signed_in)
    elif row is not None and row.sign_in is not None and until is None:
        # It ended since it was looked at.
        raise Refused(401, "not_signed_in")
    bearer = Bearer(message.service_id, message.device_id, message.user_id, proof.thumbprint)
    seconds = parts.settings.token_seconds
    text = issue_token(
        parts.settings.token_key, bearer, role=role, now=now, seconds=seconds, token_id=new_id()
    )
    left = None if until is None else max(0, int((until - now).total_seconds()))
    return Token(access_token=text, expires_in=seconds, signed_in_for=left)


def _lasts(
    connection: Connection, parts: Parts, message: TokenRequest, signed_in: SignedIn
) -> datetime | None:
    """Until when a sign-in counts on the device from now on; None: as long as its id_token."""
    if not parts.settings.sign_in_hours:
        return None
    until = signed_in.at + timedelta(hours=parts.settings.sign_in_hours)
    connection.execute(
        update(device_user)
        .where(
            device_user.c.service_id == message.service_id,
            device_user.c.device_id == message.device_id,
            device_user.c.user_id == message.user_id,
        )
        .values(signed_in_until=until)
    )
    return until


def _check_subject(connection: Connection, message: TokenRequest, subject: str) -> None:
    """Refuse somebody else's sign-in. The first one, after a code was used, is whose it is."""
    mine = account.c.service_id == message.service_id
    rows = connection.execute(
        select(account.c.user_id, account.c.subject)
        .where(mine, (account.c.user_id == message.user_id) | (account.c.subject == subject))
        .with_for_update()
    ).all()
    if any(row.subject == subject and row.user_id != message.user_id for row in rows):
        raise Refused(403, "not_allowed")
    known = next(row.subject for row in rows if row.user_id == message.user_id)
    if known not in {None, subject}:
        raise Refused(403, "not_allowed")
    if known is None:
        connection.execute(
            update(account)
            .where(mine, account.c.user_id == message.user_id)
            .values(subject=subject)
        )
