"""Orders of the service to a device that was lost or taken out: to wipe the casebook, or to rescue
its unsent work first. Only the service's order key, pinned when the device was enrolled, can give
one; who takes over the server's address can't.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.models import durable, escrow, key_file
from app.models.base import moment_text
from app.models.casebook import BACKUPS_NAME, Casebook
from app.models.change_log import values
from app.models.database import STORE_NAME
from app.models.key_file import KEYS_NAME, EscrowSlot
from app.sync import outbox, standing
from app.sync.standing import Standing
from app.sync.wire import Refused

ALGORITHM: Final = "ES256"
TYPE: Final = "waymark-order+jws"
LONGEST: Final = 4096
RESCUE_NAME: Final = "rescue.sealed"
_PURPOSE: Final = b"waymark rescue 1 "

Mode = Literal["wipe", "rescue"]


@dataclass(frozen=True)
class Order:
    """An order whose signature was found right."""

    mode: Mode
    nonce: str


class Ordered(KnownError):
    """The service ordered this device to wipe its casebook. The caller closes it, then `obey`s."""

    def __init__(self, order: Order) -> None:
        super().__init__(
            _("Your service has taken this laptop out of use and removed the casebook from it."),
            _("Ask your administrator if you did not expect this."),
        )
        self.order = order


class NoKeyToRescueTo(KnownError):
    """Unsent work can't be sealed to anybody, so nothing is destroyed."""

    def __init__(self) -> None:
        super().__init__(
            _("The unsent work on this laptop could not be put in safety, so nothing was removed."),
            _("Hand the laptop to your administrator."),
        )


def read_order(text: str, here: Standing) -> Order | None:
    """The order that `text` (a compact JWS) holds; None where it isn't one to this device."""
    if here.order_key is None or len(text) > LONGEST:
        return None
    try:
        signed = jws.deserialize_compact(
            text, ECKey.import_key(here.order_key), algorithms=[ALGORITHM]
        )
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, TypeError):
        return None
    if signed.headers().get("typ") != TYPE or not isinstance(claims, dict):
        return None
    to_us = (claims.get("service_id"), claims.get("device_id")) == (
        here.service_id,
        here.device_id,
    )
    mode, nonce = claims.get("mode"), claims.get("nonce")
    if not to_us or mode not in ("wipe", "rescue") or not isinstance(nonce, str) or not nonce:
        return None
    return Order(mode, nonce)


def look_for(casebook: Casebook, refused: Refused) -> None:
    """See whether a refusal bears an order; a forged one is noted and nothing else happens.

    Raises:
        Ordered: It does.
    """
    text = refused.refusal.order
    if refused.refusal.code != "device_revoked" or not text:
        return
    with casebook.exchange() as (connection, _log):
        order = read_order(text, standing.read(connection))
        if order is None:
            log.sync.warning("an order without the service's signature was passed over")
            _note_forged(connection, moment_text(casebook.clock.now()))
            return
    raise Ordered(order)


def _note_forged(connection: Connection, at: str) -> None:
    if connection.exec_driver_sql(
        "SELECT 1 FROM sync_notice WHERE kind = 'forged_order' AND seen_at IS NULL"
    ).fetchone():
        return
    connection.exec_driver_sql(
        "INSERT INTO sync_notice (id, kind, child_id, body, at) VALUES (?, 'forged_order', NULL,"
        " '{}', ?)",
        (new_id(), at),
    )


def obey(casebook: Casebook, folder: Path, order: Order) -> Path | None:
    """Destroy the casebook in `folder`: its keys first, without which the rest can't be read.

    Args:
        casebook: Open; it can't be used afterwards.

    Returns:
        The file that unsent work was sealed into; None where there was none, or it was not asked
        for.

    Raises:
        NoKeyToRescueTo: Work was to be rescued and can't be; nothing was destroyed.
        KnownError: The disk refuses.
    """
    try:
        sealed = _rescue(casebook, folder) if order.mode == "rescue" else None
        casebook.engine.dispose()
        for file in _files(folder):
            _destroy(file)
        durable.sync_folder(folder)
    except OSError:
        raise KnownError(
            _("The casebook could not be removed from this laptop."),
            _("Hand the laptop to your administrator."),
        ) from None
    return sealed


def _files(folder: Path) -> list[Path]:
    """What a casebook's folder holds, the keys first."""
    keys = sorted(folder.glob(f"{KEYS_NAME}*"))
    copies = sorted((folder / BACKUPS_NAME).rglob("*"), key=lambda file: KEYS_NAME not in file.name)
    store = sorted(folder.glob(f"{STORE_NAME}*"))
    others = sorted(folder.glob("casebook.aside*"))
    return [file for file in (*keys, *copies, *store, *others) if file.is_file()]


def _destroy(file: Path) -> None:
    if KEYS_NAME in file.name:
        # Written over before it is let go: a key file is small, and all that stands in the way.
        with file.open("r+b", buffering=0) as out:
            out.write(os.urandom(max(file.stat().st_size, 1)))
            os.fsync(out.fileno())
    file.unlink(missing_ok=True)


def _rescue(casebook: Casebook, folder: Path) -> Path | None:
    with casebook.exchange() as (connection, _log):
        here = standing.read(connection)
        refused = _refused(connection)
        if not refused and not outbox.waiting(connection, here):
            return None
        key = _key_of_service(here, folder)
        content = json.dumps(_unsent(connection, here) | {"refused": refused}).encode("utf-8")
    sealed = escrow.seal(content, key, _PURPOSE + str(here.device_id).encode())
    file = folder / RESCUE_NAME
    durable.replace_file(file, sealed)
    return file


def _key_of_service(here: Standing, folder: Path) -> bytes:
    """The public key that a rescue is sealed to: the one of the service as its server gave it, else
    the one that can open this very casebook.

    Raises:
        NoKeyToRescueTo: There is neither.
    """
    if here.organisation_key is not None:
        return base64.b64decode(here.organisation_key)
    try:
        slots = key_file.read(folder).slots
    except KnownError as error:
        raise NoKeyToRescueTo from error
    keys = [slot.public_key for slot in slots if isinstance(slot, EscrowSlot)]
    if not keys:
        raise NoKeyToRescueTo
    return keys[0]


def _refused(connection: Connection) -> list[dict[str, Any]]:
    """Work that the server refused, which stands nowhere else."""
    rows = connection.exec_driver_sql(
        "SELECT r.code, c.kind, c.record_type, c.record_id, c.child_id, c.actor_id, c.made_at,"
        " p.body FROM sync_refused AS r JOIN change AS c ON c.entry = r.entry"
        " LEFT JOIN change_payload AS p ON p.entry = r.entry ORDER BY r.entry"
    )
    names = ("code", "kind", "type", "id", "child_id", "actor_id", "made_at")
    return [dict(zip(names, row[:-1], strict=True)) | values(row[-1]) for row in rows]


def _unsent(connection: Connection, here: Standing) -> dict[str, Any]:
    """Everything that waits to be sent, with the bytes that it names."""
    operations: list[Any] = []
    content: dict[str, str] = {}
    while True:
        ahead = standing.read(connection)
        page = outbox.next_page(connection, ahead)
        if page is None:
            break
        operations += [operation.model_dump(mode="json") for operation in page.operations]
        for named in page.blobs:
            bytes_ = connection.exec_driver_sql(
                f'SELECT "{named.column}" FROM "{named.record_type}" WHERE id = ?',
                (named.record_id,),
            ).scalar_one_or_none()
            if bytes_ is not None:
                content[named.blob.sha256] = base64.b64encode(bytes_).decode("ascii")
        standing.write(connection, acked=page.operations[-1].device_seq, sent_to=page.entries[-1])
    standing.write(connection, acked=here.acked, sent_to=here.sent_to)
    return {"device_id": here.device_id, "operations": operations, "blobs": content}


def read_rescue(file: Path, private_key: X25519PrivateKey, device_id: str) -> dict[str, Any]:
    """What a rescue put in safety: `operations` that waited, `blobs` that they name, by hash and in
    base64, and what the server had `refused`.

    Raises:
        NotSealedToThisKey: It was sealed to another key, or for another device.
    """
    content = escrow.unseal(file.read_bytes(), private_key, _PURPOSE + device_id.encode())
    return dict(json.loads(content))
