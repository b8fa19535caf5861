"""Who asks: a person, on a device, in a service, as the database knew them at this request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["practitioner", "manager", "administrator", "reader"]
ROLES: tuple[Role, ...] = ("practitioner", "manager", "administrator", "reader")


@dataclass(frozen=True)
class Caller:
    """Who asks. Nothing of it is taken from a token: it was read at this request.

    Attributes:
        role: practitioner, manager, administrator or reader.
    """

    service_id: str
    device_id: str
    user_id: str
    role: Role
