"""How a casebook comes to belong to a service at a central server."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial

from app.core.errors import KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.models.casebook import Casebook
from app.models.records import Device
from app.sync import kept_sign_in, outbox, standing, stops
from app.sync.device_key import DeviceKey
from app.sync.exchange import NotEnrolled
from app.sync.protocol import PROTOCOL, Enrol, Enrolled
from app.sync.sign_in_faults import SignInNeeded
from app.sync.state import enrol_anew
from app.sync.transport import Transport, Who, address_of
from app.sync.wire import BadAnswer, NetworkOff


class OtherService(KnownError):
    """The code is for a service, or a person, that this casebook isn't of."""

    def __init__(self) -> None:
        super().__init__(
            _("That code is not for this casebook."),
            _("Ask your administrator for a code for your own name and service."),
        )


def ask_for_ids(
    address: str,
    code: str,
    device_name: str,
    *,
    key: DeviceKey,
    device_id: str | None = None,
    transport: Callable[[str, DeviceKey], Transport],
) -> tuple[Enrolled, str]:
    """Enrol a device that has no casebook yet; what it gets, and its id.

    The casebook is then made with the ids of the answer (`service_id`, `user_id`, the device's),
    and `take` keeps the rest in it.

    Raises:
        KnownError: The address, the network, the code.
    """
    device = device_id or new_id()
    wire = transport(address_of(address), key)
    try:
        enrolled = wire.enrol(
            Enrol(
                protocol=PROTOCOL,
                code=code.strip(),
                device_id=device,
                device_name=device_name[:200],
                platform=platform.system()[:100],
                device_key=key.public_jwk(),
            )
        )
    finally:
        wire.close()
    if enrolled.device_id != device:
        raise BadAnswer("device")
    return enrolled, device


def take(casebook: Casebook, address: str, key: DeviceKey, enrolled: Enrolled) -> None:
    """Keep in a casebook that was made for it what `ask_for_ids` got.

    Raises:
        OtherService: The casebook was made with other ids.
    """
    if (casebook.service_id, casebook.device_id) != (enrolled.service_id, enrolled.device_id):
        raise OtherService
    _keep(casebook, address_of(address), key, enrolled)


def enrol(
    casebook: Casebook,
    address: str,
    code: str,
    *,
    transport: Callable[[str, DeviceKey], Transport] | None = None,
) -> Enrolled:
    """Let an existing casebook belong to its service at a server.

    A casebook that was restored or copied, or whose numbers another copy used, is enrolled as a
    device of its own: it listens before it speaks, and what the former device had not sent as far
    as this copy knows is sent under this one's name.

    Args:
        address: Of the server, as it was typed. code: As it was typed.
        transport: Makes the connection; None: over HTTPS.

    Raises:
        KnownError: The address, the network, the code; nothing was changed but the device's key.
        NetworkOff: Custody mode is on.
        OtherService: The server took the device for another service or person.
    """
    url = address_of(address)
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
    if here.in_custody:
        raise NetworkOff
    former = here.device_id
    if enrol_anew(here, casebook.device_id) and former == casebook.device_id:
        with casebook.read() as session:
            device = session.get(Device, casebook.device_id)
            name = device.name if device else ""
        casebook.take_new_device(name)
    key = _own_key(casebook, anew=former not in (None, casebook.device_id))
    with casebook.read() as session:
        device = session.get(Device, casebook.device_id)
        name = device.name if device else ""
        replaces = device.replaces_id if device else None
    wire = (
        transport(url, key)
        if transport is not None
        else Transport(url, key, None, clock=casebook.clock)
    )
    try:
        enrolled = wire.enrol(
            Enrol(
                protocol=PROTOCOL,
                code=code.strip(),
                device_id=casebook.device_id,
                device_name=name[:200],
                platform=platform.system()[:100],
                device_key=key.public_jwk(),
                service_id=casebook.service_id,
                user_id=casebook.actor_id,
                replaces=replaces,
            )
        )
    finally:
        wire.close()
    if (enrolled.service_id, enrolled.user_id, enrolled.device_id) != (
        casebook.service_id,
        casebook.actor_id,
        casebook.device_id,
    ):
        raise OtherService
    _keep(casebook, url, key, enrolled)
    return enrolled


def connect(casebook: Casebook) -> Transport:
    """The server that a casebook belongs to, for the person who unlocked it.

    Every request of it asks first whether the network may be used, and raises `NetworkOff` where
    custody mode is on by then. Where the service has a sign-in and nobody is signed in, the first
    request raises `SignInNeeded`.

    Raises:
        NotEnrolled: It belongs to none.
        NetworkOff: Custody mode is on.
    """
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
    if here.server is None or here.device_key is None:
        raise NotEnrolled
    if here.in_custody:
        raise NetworkOff

    def id_token() -> str | None:
        signed_in = kept_sign_in.read(casebook)
        if signed_in is None:
            raise SignInNeeded
        return signed_in.id_token or None

    return Transport(
        here.server,
        DeviceKey(here.device_key),
        Who(casebook.service_id, str(here.device_id), casebook.actor_id),
        clock=casebook.clock,
        id_token=id_token if here.sign_in is not None else None,
        not_signed_in=partial(kept_sign_in.forget, casebook),
        signed_in_for=partial(kept_sign_in.prolong, casebook),
        allowed=partial(network_allowed, casebook),
    )


def key_thumbprint(casebook: Casebook) -> str:
    """By which the key of this device is known at the server.

    Raises:
        NotEnrolled: The casebook belongs to no server.
    """
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
    if here.server is None or here.device_key is None:
        raise NotEnrolled
    return DeviceKey(here.device_key).thumbprint()


def network_allowed(casebook: Casebook) -> bool:
    """Whether custody mode is off."""
    with casebook.engine.connect() as connection:
        return not standing.read(connection).in_custody


def _own_key(casebook: Casebook, *, anew: bool) -> DeviceKey:
    """The device's key, kept before it is named: an answer that is lost can be asked for again.

    Args:
        anew: The key that is kept belongs to a former device.
    """
    with casebook.exchange() as (connection, _log):
        here = standing.read(connection)
        if here.device_key is not None and not anew:
            return DeviceKey(here.device_key)
        key = DeviceKey()
        kept_sign_in.forget_all(connection)
        # With the former device's key goes its name: nobody is at the server until let in.
        standing.write(connection, device_key=key.private_pem(), device_id=None)
        return key


def _keep(casebook: Casebook, url: str, key: DeviceKey, enrolled: Enrolled) -> None:
    """Keep what the server answered; a new device counts its operations from here."""
    now = casebook.clock.now()
    with casebook.exchange() as (connection, _log):
        here = standing.read(connection)
        other_device = here.device_id != enrolled.device_id
        if other_device:
            unsent = outbox.unsent(connection, here, 1)
            last = connection.exec_driver_sql(
                "SELECT coalesce(max(entry), 0) FROM change"
            ).scalar_one()
            sent_to = unsent[0].entry - 1 if unsent else last
            standing.write(connection, acked=0, sent_to=sent_to, numbered_from=sent_to)
        if here.server is not None and other_device:
            standing.begin_again(connection)
            standing.write(connection, pull_first=True)
        stop = here.stop
        if stop is not None and stop["kind"] in stops.NEW_DEVICE:
            standing.write(connection, stop=None)
        standing.write(
            connection,
            server=url,
            service_id=enrolled.service_id,
            device_id=enrolled.device_id,
            user_id=enrolled.user_id,
            role=enrolled.role,
            epoch=enrolled.epoch,
            device_key=key.private_pem(),
            order_key=dict(enrolled.order_key),
            organisation_key=enrolled.organisation_key,
            sign_in=enrolled.sign_in,
            sign_in_client=enrolled.sign_in_client,
            lease_until=enrolled.lease_until,
            highest_seen=now,
        )
