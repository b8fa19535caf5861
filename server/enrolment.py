"""How a device comes to belong to a service: a one-time code, and a key that it made itself.

A code is twelve letters and digits in three groups (60 random bits), good for a few minutes, once,
for one person in one service. Only its hash is kept. Wrong guesses are counted in the database for
each source, so that several processes count together.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

from joserfc.jwk import ECKey
from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from app.core.ids import new_id
from app.sync.protocol import Enrol, Enrolled
from server.admission import known_device, order_of, spend
from server.caller import Role
from server.database import in_service, scoped, service_of_code
from server.envelope import ServiceKeys
from server.parts import Parts
from server.proofs import Proof, public_key
from server.push import current_epoch
from server.refused import Refused
from server.tables import Moment, account, device, device_user, enrolment_code, service

# Crockford's base 32: no letter that is mistaken for a digit.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
GROUPS, GROUP_LENGTH = 3, 4
# Under which wrong guesses are counted: whoever guesses names no service.
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
WINDOW: Final = timedelta(minutes=15)

_COUNT: Final = text(
    "INSERT INTO failed_try (service_id, source, until, tries)"
    " VALUES (:service_id, :source, :until, 1)"
    " ON CONFLICT (service_id, source, until) DO UPDATE SET tries = failed_try.tries + 1"
).bindparams(bindparam("until", type_=Moment))
_FORGET: Final = text(
    "DELETE FROM failed_try WHERE service_id = :service_id AND until <= :now"
).bindparams(bindparam("now", type_=Moment))
_TRIES: Final = text(
    "SELECT tries FROM failed_try"
    " WHERE service_id = :service_id AND source = :source AND until = :until"
).bindparams(bindparam("until", type_=Moment))


@dataclass(frozen=True)
class Code:
    """A fresh code, shown once.

    Attributes:
        text: As a person types it.
    """

    text: str
    user_id: str
    user_name: str
    role: Role
    expires_at: datetime


def make_code(
    connection: Connection,
    keys: ServiceKeys,
    *,
    user_id: str | None,
    user_name: str,
    role: Role,
    made_by: str | None,
    now: datetime,
    minutes: int,
) -> Code:
    """A code for one person; a person who has an account keeps its name and role.

    Raises:
        Refused: 403 `not_allowed`: their account has ended.
    """
    service_id = keys.service_id
    if user_id is not None:
        known = connection.execute(
            select(account).where(account.c.service_id == service_id, account.c.user_id == user_id)
        ).one_or_none()
        if known is not None:
            if known.ended_at is not None:
                raise Refused(403, "not_allowed")
            user_name = keys.names.open_text(known.name, f"account/{user_id}")
            role = known.role
    user_id = user_id or new_id()
    signs = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LENGTH)]
    written = "-".join(
        "".join(signs[at : at + GROUP_LENGTH]) for at in range(0, len(signs), GROUP_LENGTH)
    )
    hashed = hash_of(written)
    expires_at = now + timedelta(minutes=minutes)
    connection.execute(
        insert(enrolment_code).values(
            service_id=service_id,
            code_hash=hashed,
            user_id=user_id,
            user_name=keys.names.seal_text(user_name, f"enrolment_code/{hashed}"),
            role=role,
            expires_at=expires_at,
            made_by=made_by,
        )
    )
    return Code(written, user_id, user_name, role, expires_at)


def hash_of(code: str) -> str:
    """By which a code is kept, however it was typed."""
    plain = "".join(sign for sign in code.upper().translate(_READ_AS) if sign in ALPHABET)
    return hashlib.sha256(f"waymark enrolment code {plain}".encode("ascii")).hexdigest()


def enrol(parts: Parts, proof: Proof, message: Enrol, source: str) -> Enrolled:
    """Let a device into the service that its code is of.

    The same request again within the life of the code, because its answer was lost, has the same
    answer.

    Args:
        source: The address that it came from; only a keyed hash of it is kept.

    Raises:
        Refused: 400, 401, 403 or 429.
    """
    try:
        key = public_key(message.device_key)
    except ValueError as error:
        raise Refused(400, "malformed") from error
    if key.thumbprint() != proof.thumbprint:
        raise Refused(401, "proof_invalid")
    guesser = hmac.new(parts.settings.token_key, source.encode(), hashlib.sha256).hexdigest()
    _check_guesses(parts, guesser)
    hashed = hash_of(message.code)
    service_id = service_of_code(parts.engine, hashed)
    if service_id is None:
        _wrong_guess(parts, guesser, Refused(403, "code_unknown"))

    def whole(connection: Connection) -> Enrolled:
        spend(connection, service_id, proof)
        return _enrol(connection, parts, message, key=key, hashed=hashed, service_id=service_id)

    try:
        return in_service(parts.engine, service_id, whole)
    except Refused as refused:
        if refused.refusal.code in {"code_unknown", "code_expired"}:
            _wrong_guess(parts, guesser, refused)
        raise


def _enrol(
    connection: Connection,
    parts: Parts,
    message: Enrol,
    *,
    key: ECKey,
    hashed: str,
    service_id: str,
) -> Enrolled:
    now = parts.clock.now()
    code = connection.execute(
        select(enrolment_code)
        .where(enrolment_code.c.service_id == service_id, enrolment_code.c.code_hash == hashed)
        .with_for_update()
    ).one_or_none()
    if code is None:
        raise Refused(403, "code_unknown")
    if code.expires_at <= now:
        raise Refused(403, "code_expired")
    if message.service_id not in {None, service_id}:
        raise Refused(403, "wrong_service")
    if message.user_id not in {None, code.user_id}:
        raise Refused(403, "not_allowed")
    home = connection.execute(select(service).where(service.c.service_id == service_id)).one()
    keys = parts.keys(service_id, home.wrapped_key)
    known = known_device(connection, service_id, message.device_id, code.user_id)
    if known is not None and known.thumbprint != key.thumbprint():
        raise Refused(403, "not_allowed")
    if known is not None and known.revoked_at is not None:
        raise Refused(403, "device_revoked", order=order_of(parts, known))
    if code.used_at is not None and not _used_by(connection, code, message.device_id, known):
        raise Refused(403, "code_unknown")
    person = _account(connection, keys, code, hashed)
    lease_until = now + timedelta(days=parts.settings.lease_days)
    if code.used_at is None:
        connection.execute(
            update(enrolment_code)
            .where(enrolment_code.c.service_id == service_id, enrolment_code.c.code_hash == hashed)
            .values(used_at=now)
        )
        if known is None:
            _new_device(
                connection,
                keys,
                message,
                key,
                now=now,
                lease_until=lease_until,
                enrolled_by=code.made_by,
            )
        if known is None or known.signed_in is None:
            connection.execute(
                insert(device_user).values(
                    service_id=service_id,
                    device_id=message.device_id,
                    user_id=code.user_id,
                    since=now,
                )
            )
    return Enrolled(
        epoch=current_epoch(connection),
        service_id=service_id,
        service_name=keys.names.open_text(home.name, f"service/{service_id}"),
        area=_opened(keys, home.area, f"area/{service_id}"),
        user_id=code.user_id,
        user_name=keys.names.open_text(person["name"], f"account/{code.user_id}"),
        role=person["role"],
        device_id=message.device_id,
        order_key=parts.order_key(service_id, home.order_key_wrapped).public_jwk(),
        organisation_key=home.organisation_key,
        sign_in=home.sign_in,
        sign_in_client=home.sign_in_client,
        lease_until=lease_until,
    )


def _used_by(
    connection: Connection, code: Row[Any], device_id: str, known: Row[Any] | None
) -> bool:
    """Whether it was this very device, by its key, that used the code."""
    if known is None or known.signed_in is None:
        return False
    since = connection.execute(
        select(device_user.c.since).where(
            device_user.c.service_id == code.service_id,
            device_user.c.device_id == device_id,
            device_user.c.user_id == code.user_id,
        )
    ).scalar_one()
    return bool(since.astimezone(UTC) == code.used_at.astimezone(UTC))


def _account(
    connection: Connection, keys: ServiceKeys, code: Row[Any], hashed: str
) -> Mapping[str, Any]:
    """The account that the code is for, made where there is none yet."""
    known = connection.execute(
        select(account).where(
            account.c.service_id == keys.service_id, account.c.user_id == code.user_id
        )
    ).one_or_none()
    if known is not None:
        if known.ended_at is not None:
            raise Refused(403, "not_allowed")
        return {"name": known.name, "role": known.role}
    name = keys.names.open_text(code.user_name, f"enrolment_code/{hashed}")
    sealed = keys.names.seal_text(name, f"account/{code.user_id}")
    connection.execute(
        insert(account).values(
            service_id=keys.service_id, user_id=code.user_id, name=sealed, role=code.role
        )
    )
    return {"name": sealed, "role": code.role}


def _new_device(
    connection: Connection,
    keys: ServiceKeys,
    message: Enrol,
    key: ECKey,
    *,
    now: datetime,
    lease_until: datetime,
    enrolled_by: str | None,
) -> None:
    parts = key.as_dict(private=False)
    jwk = {name: parts[name] for name in ("kty", "crv", "x", "y")}
    connection.execute(
        insert(device).values(
            service_id=keys.service_id,
            device_id=message.device_id,
            name=keys.names.seal_text(message.device_name, f"device/{message.device_id}"),
            platform=message.platform.replace("\0", ""),
            key_jwk=json.dumps(jwk),
            thumbprint=key.thumbprint(),
            enrolled_at=now,
            enrolled_by=enrolled_by,
            replaces=message.replaces,
            last_seen=now,
            lease_until=lease_until,
        )
    )


def _opened(keys: ServiceKeys, sealed: bytes | None, place: str) -> str:
    return "" if sealed is None else keys.names.open_text(sealed, place)


def _window(now: datetime) -> datetime:
    """The end of the window that `now` is in."""
    length = int(WINDOW.total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // length + 1) * length, UTC)


def _check_guesses(parts: Parts, guesser: str) -> None:
    row = {"service_id": NOBODY, "source": guesser, "until": _window(parts.clock.now())}
    with scoped(parts.engine, NOBODY) as connection:
        tries = connection.execute(_TRIES, row).scalar() or 0
    if tries >= parts.settings.most_failed_tries:
        raise Refused(429, "busy")


def _wrong_guess(parts: Parts, guesser: str, refused: Refused) -> NoReturn:
    now = parts.clock.now()
    with scoped(parts.engine, NOBODY) as connection:
        connection.execute(_FORGET, {"service_id": NOBODY, "now": now})
        row = {"service_id": NOBODY, "source": guesser, "until": _window(now)}
        connection.execute(_COUNT, row)
    raise refused
