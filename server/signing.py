"""A token for a person on a device, after the service's own sign-in where it has one."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from app.core.ids import new_id
from app.sync.protocol import Token, TokenRequest
from server.admission import forget_spent, known_device, role_of, spend, standing
from server.database import in_service, scoped
from server.parts import Parts
from server.proofs import Proof
from server.refused import Refused
from server.tables import account, service
from server.tokens import Bearer, issue_token


def sign_on(parts: Parts, proof: Proof, message: TokenRequest) -> Token:
    """A token for the person and the device that `message` names.

    Raises:
        Refused: 401, 403, or 503 where the service's sign-in doesn't answer.
    """
    subject = _subject(parts, proof, message)

    def whole(connection: Connection) -> Token:
        return _sign_on(connection, parts, proof, message, subject)

    return in_service(parts.engine, message.service_id, whole)


def _subject(parts: Parts, proof: Proof, message: TokenRequest) -> str | None:
    """Whom the service's sign-in knows; None where it has none.

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
        raise Refused(401, "not_signed_in")
    return parts.sign_ins.subject(
        message.id_token,
        issuer=home.sign_in,
        client=home.sign_in_client or "",
        nonce=proof.thumbprint,
        now=parts.clock.now(),
    )


def _sign_on(
    connection: Connection,
    parts: Parts,
    proof: Proof,
    message: TokenRequest,
    subject: str | None,
) -> Token:
    now = parts.clock.now()
    spend(connection, message.service_id, proof)
    forget_spent(connection, message.service_id, now)
    row = known_device(connection, message.service_id, message.device_id, message.user_id)
    role = role_of(standing(parts, row, proof.thumbprint, "send", now))
    if subject is not None:
        _check_subject(connection, message, subject)
    bearer = Bearer(message.service_id, message.device_id, message.user_id, proof.thumbprint)
    seconds = parts.settings.token_seconds
    text = issue_token(
        parts.settings.token_key, bearer, role=role, now=now, seconds=seconds, token_id=new_id()
    )
    return Token(access_token=text, expires_in=seconds)


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
