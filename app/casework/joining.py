"""A casebook that begins with a code from the service: who it is for, and whose it is."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.casework import casebooks
from app.casework.casebooks import GivenIds, NewCasebook
from app.casework.desk import Role
from app.core.ids import new_id
from app.sync import enrolment, kept_sign_in
from app.sync.device_key import DeviceKey
from app.sync.kept_sign_in import SignedIn
from app.sync.protocol import Enrolled
from app.sync.transport import Transport

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.core.clock import Clock


@dataclass(frozen=True)
class Welcome:
    """The server let this laptop in; the casebook is still to be made.

    Attributes:
        has_key: Whether the service keeps a key of its own that can open its casebooks.
    """

    service_name: str
    user_name: str
    role: Role
    has_key: bool
    address: str
    enrolled: Enrolled = field(repr=False)
    key: DeviceKey = field(repr=False)
    signed_in: SignedIn | None = field(default=None, repr=False)

    @property
    def has_sign_in(self) -> bool:
        """Whether the service asks its people who they are, see `signing_in`."""
        return self.enrolled.sign_in is not None


class Knock:
    """Asks a server to let this laptop in. Asked again after an answer that was lost, it is still
    the same laptop with the same key, so that the code still counts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = DeviceKey()
        self._device_id: str | None = None

    def __call__(self, address: str, code: str) -> Welcome:
        """Ask with a code.

        Raises:
            KnownError: The address, the network, the code.
        """
        clock = self._clock
        self._device_id = self._device_id or new_id()
        enrolled, _device_id = enrolment.ask_for_ids(
            address,
            code,
            casebooks.device_name(),
            key=self._key,
            device_id=self._device_id,
            transport=lambda url, key: Transport(url, key, None, clock=clock),
        )
        return Welcome(
            service_name=enrolled.service_name,
            user_name=enrolled.user_name,
            role=cast(Role, enrolled.role),
            has_key=enrolled.organisation_key is not None,
            address=address,
            enrolled=enrolled,
            key=self._key,
        )


def make(
    folder: Path,
    welcome: Welcome,
    passphrase: str,
    clock: Clock,
    *,
    organisation_key: bytes | None = None,
) -> tuple[Desk, str]:
    """Make the casebook that a server let in, and open it; with the recovery code.

    Args:
        organisation_key: Where the service keeps none at the server.

    Raises:
        KnownError: A casebook is there already, or the folder can't be written.
    """
    enrolled = welcome.enrolled
    key = organisation_key
    if enrolled.organisation_key is not None:
        key = base64.b64decode(enrolled.organisation_key)
    made = casebooks.create(
        folder,
        NewCasebook(
            service_name=enrolled.service_name,
            area=enrolled.area,
            user_name=enrolled.user_name,
            role=welcome.role,
            passphrase=passphrase,
            organisation_key=key or b"",
            ids=GivenIds(enrolled.service_id, enrolled.user_id, enrolled.device_id),
        ),
        clock,
    )
    desk = casebooks.unlock(folder, made.user_id, passphrase, clock)
    try:
        enrolment.take(desk.casebook, welcome.address, welcome.key, enrolled)
        if welcome.signed_in is not None:
            kept_sign_in.keep(desk.casebook, welcome.signed_in)
    except BaseException:
        desk.close()
        raise
    return desk, made.recovery_code
