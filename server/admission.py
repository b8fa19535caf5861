"""Who is let in: the checks between a request's headers and the work that it asks for.

First what needs no database and comes before the body is read: the token's signature and the
proof's. Then, in the transaction of the work itself, what may have changed since: whether the
proof was used before, whether device and account are still what they were. So a revocation takes
effect on the next request, and two processes agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar, cast

from sqlalchemy import Connection, Row, and_, bindparam, select, text, update
from starlette.requests import Request

from server.caller import ROLES, Caller, Role
from server.database import in_service
from server.envelope import ServiceKeys
from server.orders import Mode
from server.parts import Parts
from server.proofs import SKEW, Proof, check_proof
from server.refused import Refused
from server.tables import Moment, account, device, device_user, service
from server.tokens import Bearer, read_token

T = TypeVar("T")

# *hold*: it takes records away and needs a lease. *send*: it brings work, which is never refused
# for a lease that ended, nor from a device that was told to rescue. *ask*: anything else.
Errand = Literal["hold", "send", "ask"]

_ONCE: Final = text(
    "INSERT INTO seen_proof (service_id, jti, expires_at)"
    " VALUES (:service_id, :jti, :expires_at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("expires_at", type_=Moment))


@dataclass(frozen=True)
class Shown:
    """What a request showed before the database was asked.

    Attributes:
        bearer: Whom its token was made for; None: it came without one, signed alone.
        zipped: Whether the answer may be gzip'd.
        source: The address that it came from.
    """

    proof: Proof
    bearer: Bearer | None
    zipped: bool
    source: str

    def named(self) -> Bearer:
        """Whom the token was made for. Raises `Refused` where there is none."""
        if self.bearer is None:
            raise Refused(401, "not_signed_in")
        return self.bearer


def show(request: Request, parts: Parts, *, with_token: bool) -> Shown:
    """Check what needs no database.

    Raises:
        Refused: 401.
    """
    now = parts.clock.now()
    token: str | None = None
    bearer: Bearer | None = None
    if with_token:
        given = request.headers.getlist("authorization")
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        if scheme.lower() != "dpop" or not token.isascii():
            raise Refused(401, "not_signed_in")
        bearer = read_token(parts.settings.token_key, token, now=now)
        request.scope["waymark.facts"] = {
            "service": bearer.service_id,
            "device": bearer.device_id,
        }
    proofs = request.headers.getlist("dpop")
    proof = check_proof(
        proofs[0] if len(proofs) == 1 else "",
        method=request.method,
        path=request.scope["path"],
        addresses=parts.settings.addresses,
        now=now,
        token=token,
    )
    if bearer is not None and proof.thumbprint != bearer.thumbprint:
        raise Refused(401, "proof_invalid")
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    return Shown(proof, bearer, zipped, request.client.host if request.client else "")


def spend(connection: Connection, service_id: str, proof: Proof) -> None:
    """Take a proof, once.

    Raises:
        Refused: 401 `proof_replayed`: it was used before, at this process or another.
    """
    row = {"service_id": service_id, "jti": proof.jti, "expires_at": proof.expires_at}
    if connection.execute(_ONCE, row).rowcount != 1:
        raise Refused(401, "proof_replayed")


def forget_spent(connection: Connection, service_id: str, now: datetime) -> None:
    """Let go of proofs that their age alone would refuse now."""
    connection.execute(
        text("DELETE FROM seen_proof WHERE service_id = :service_id AND expires_at < :before")
        .bindparams(bindparam("before", type_=Moment)),
        {"service_id": service_id, "before": now - SKEW},
    )  # fmt: skip


def let_in(
    connection: Connection, parts: Parts, shown: Shown, errand: Errand
) -> tuple[Caller, ServiceKeys]:
    """Who asks, as the database knows them now; spends the proof.

    Raises:
        Refused: 401 or 403.
    """
    bearer = shown.named()
    spend(connection, bearer.service_id, shown.proof)
    found = known_device(connection, bearer.service_id, bearer.device_id, bearer.user_id)
    now = parts.clock.now()
    row = standing(parts, found, bearer.thumbprint, errand, now)
    if errand == "hold" and row.lease_until <= now:
        raise Refused(403, "lease_ended")
    caller = Caller(bearer.service_id, bearer.device_id, bearer.user_id, role_of(row))
    return caller, parts.keys(bearer.service_id, row.wrapped_key)


def known_device(
    connection: Connection, service_id: str, device_id: str, user_id: str
) -> Row[Any] | None:
    """A device with the service it is of and the person who says to work on it."""
    return connection.execute(
        select(
            device,
            service.c.wrapped_key,
            service.c.order_key_wrapped,
            service.c.sign_in,
            service.c.sign_in_client,
            account.c.role,
            account.c.ended_at,
            account.c.subject,
            device_user.c.user_id.label("signed_in"),
            device_user.c.signed_in_until,
        )
        .select_from(device)
        .join(service, service.c.service_id == device.c.service_id)
        .outerjoin(
            account,
            and_(account.c.service_id == device.c.service_id, account.c.user_id == user_id),
        )
        .outerjoin(
            device_user,
            and_(
                device_user.c.service_id == device.c.service_id,
                device_user.c.device_id == device.c.device_id,
                device_user.c.user_id == user_id,
            ),
        )
        .where(device.c.service_id == service_id, device.c.device_id == device_id)
    ).one_or_none()


def standing(
    parts: Parts, row: Row[Any] | None, thumbprint: str, errand: Errand, now: datetime
) -> Row[Any]:
    """The row of `known_device`, where device and person still belong to the service.

    Raises:
        Refused: 401 `device_unknown`; 403 `device_revoked`, with the order; 403 `not_allowed`.
    """
    if row is None or row.thumbprint != thumbprint:
        raise Refused(401, "device_unknown")
    if row.revoked_at is not None and not (errand == "send" and may_rescue(parts, row, now)):
        raise Refused(403, "device_revoked", order=order_of(parts, row))
    if row.signed_in is None or row.role is None or row.ended_at is not None:
        raise Refused(403, "not_allowed")
    return row


def may_rescue(parts: Parts, row: Row[Any], now: datetime) -> bool:
    """Whether a device that was told to rescue may still send what it holds."""
    until = row.revoked_at + timedelta(days=parts.settings.rescue_days)
    return bool(row.revoke_mode == "rescue" and now < until)


def order_of(parts: Parts, row: Row[Any]) -> str | None:
    """The signed order to a device that was taken out; None where nothing is ordered."""
    if row.revoke_mode in {None, "none"} or row.order_key_wrapped is None:
        return None
    key = parts.order_key(row.service_id, row.order_key_wrapped)
    return key.sign(row.service_id, row.device_id, cast(Mode, row.revoke_mode), row.revoked_at)


def role_of(row: Row[Any]) -> Role:
    """The role that an account has. Raises `Refused` for one that this program doesn't know."""
    role = row.role
    if role not in ROLES:
        raise Refused(403, "not_allowed")
    return cast(Role, role)


def admitted(
    parts: Parts,
    shown: Shown,
    errand: Errand,
    work: Callable[[Connection, ServiceKeys, Caller], T],
) -> T:
    """Do `work` for whoever is let in, in the one transaction that let them in.

    Raises:
        Refused: They aren't, or the work refuses.
    """
    bearer = shown.named()

    def whole(connection: Connection) -> T:
        caller, keys = let_in(connection, parts, shown, errand)
        return work(connection, keys, caller)

    return in_service(parts.engine, bearer.service_id, whole)


def renew_lease(connection: Connection, parts: Parts, service_id: str, device_id: str) -> datetime:
    """Let a device hold its records for the full term from now, and note that it was here."""
    now = parts.clock.now()
    until = now + timedelta(days=parts.settings.lease_days)
    connection.execute(
        update(device)
        .where(device.c.service_id == service_id, device.c.device_id == device_id)
        .values(lease_until=until, last_seen=now)
    )
    return until
