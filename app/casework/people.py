"""People and places around the child: parents and carers, professionals, addresses, victims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.casework.problems import Problem
from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True, kw_only=True)
class CarerDetails:
    """A parent or carer.

    Attributes:
        relationship: List `relationships`.
        parental_responsibility, lives_with_child, interpreter: List `yes_no_not_known`.
        language: List `languages`.
        contact_note: When and how to get in touch, and what to take care of.
    """

    name: str = ""
    relationship: str = ""
    parental_responsibility: str = ""
    lives_with_child: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    language: str = ""
    interpreter: str = ""
    contact_note: str = ""


@dataclass(frozen=True, kw_only=True)
class ProfessionalDetails:
    """Somebody who works with the child. role: list `professional_roles`."""

    name: str = ""
    role: str = ""
    agency: str = ""
    phone: str = ""
    email: str = ""
    from_date: date | None = None
    to_date: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AddressDetails:
    """Where the child lives or lived.

    Attributes:
        kind: List `accommodation`. suitability: list `suitability`.
        legal_status: Free text, such as under which section a placement stands.
        confirmed: Whether somebody has checked that the child lives there.
        keep_private: Whether it must not be passed on to anybody, parents included.
        from_date, to_date: No last day: the child lives there now.
    """

    lines: str = ""
    postcode: str = ""
    kind: str = ""
    suitability: str = ""
    legal_status: str = ""
    confirmed: bool = False
    keep_private: bool = False
    from_date: date | None = None
    to_date: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class VictimDetails:
    """A person or body that was harmed. Restricted: never in search, reports or child's views.

    Attributes:
        kind: List `victim_kinds`.
        offence_ids: Ids of the offences concerned.
        contact_consent, restorative_interest, progress_requested, progress_given,
            support_requested, support_given: List `yes_no_not_known`.
        view_sought_on: When their view was asked, before a decision or plan was made.
        restorative_from, restorative_to: Between which days they took part in making good.
        views: What the victim said and may be used, in their words.
        safety_note: What keeps them safe, such as places the child must not go.
    """

    name: str = ""
    kind: str = ""
    offence_ids: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    contact_consent: str = ""
    view_sought_on: date | None = None
    restorative_interest: str = ""
    restorative_from: date | None = None
    restorative_to: date | None = None
    progress_requested: str = ""
    progress_given: str = ""
    support_requested: str = ""
    support_given: str = ""
    views: str = ""
    safety_note: str = ""


@dataclass(frozen=True)
class CarerView:
    """A parent or carer as shown: `title` the name, `detail` relationship and contact."""

    id: str
    child_id: str
    details: CarerDetails
    title: str
    detail: str
    revision: int


@dataclass(frozen=True)
class ProfessionalView:
    """A professional as shown. `current`: still works with the child."""

    id: str
    child_id: str
    details: ProfessionalDetails
    title: str
    detail: str
    current: bool
    revision: int


@dataclass(frozen=True)
class AddressView:
    """An address as shown. `current`: the child lives there today."""

    id: str
    child_id: str
    details: AddressDetails
    title: str
    detail: str
    current: bool
    revision: int


@dataclass(frozen=True)
class VictimView:
    """A victim as shown to those who may read it."""

    id: str
    child_id: str
    details: VictimDetails
    title: str
    detail: str
    revision: int


def _unjoined() -> BugError:
    return BugError("the store is not joined to this function")


def check_carer(details: CarerDetails) -> tuple[Problem, ...]:
    """What is missing in a parent or carer."""
    raise _unjoined()


def list_carers(desk: Desk, child_id: str) -> tuple[CarerView, ...]:
    """The child's parents and carers."""
    raise _unjoined()


def add_carer(
    desk: Desk, child_id: str, details: CarerDetails, *, reason: str | None = None
) -> CarerView:
    """Add a parent or carer."""
    raise _unjoined()


def change_carer(
    desk: Desk, carer_id: str, details: CarerDetails, *, reason: str | None = None
) -> CarerView:
    """Change a parent or carer."""
    raise _unjoined()


def remove_carer(desk: Desk, carer_id: str, reason: str) -> None:
    """Take a parent or carer out of the record; the history keeps them."""
    raise _unjoined()


def check_professional(details: ProfessionalDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in a professional."""
    raise _unjoined()


def list_professionals(desk: Desk, child_id: str) -> tuple[ProfessionalView, ...]:
    """The professionals around the child, those of today first."""
    raise _unjoined()


def add_professional(
    desk: Desk, child_id: str, details: ProfessionalDetails, *, reason: str | None = None
) -> ProfessionalView:
    """Add a professional."""
    raise _unjoined()


def change_professional(
    desk: Desk, professional_id: str, details: ProfessionalDetails, *, reason: str | None = None
) -> ProfessionalView:
    """Change a professional."""
    raise _unjoined()


def remove_professional(desk: Desk, professional_id: str, reason: str) -> None:
    """Take a professional out of the record; the history keeps them."""
    raise _unjoined()


def check_address(
    details: AddressDetails, born: date | None = None, today: date | None = None
) -> tuple[Problem, ...]:
    """What is missing or unusual in an address."""
    raise _unjoined()


def list_addresses(desk: Desk, child_id: str) -> tuple[AddressView, ...]:
    """The child's addresses, that of today first."""
    raise _unjoined()


def add_address(
    desk: Desk, child_id: str, details: AddressDetails, *, reason: str | None = None
) -> AddressView:
    """Add an address."""
    raise _unjoined()


def change_address(
    desk: Desk, address_id: str, details: AddressDetails, *, reason: str | None = None
) -> AddressView:
    """Change an address."""
    raise _unjoined()


def remove_address(desk: Desk, address_id: str, reason: str) -> None:
    """Take an address out of the record; the history keeps it."""
    raise _unjoined()


def check_victim(details: VictimDetails) -> tuple[Problem, ...]:
    """What is missing in a victim."""
    raise _unjoined()


def list_victims(desk: Desk, child_id: str) -> tuple[VictimView, ...]:
    """The victims of the child's offences. Reading them is logged.

    Raises:
        NotAllowed: The person is a reader.
    """
    raise _unjoined()


def add_victim(
    desk: Desk, child_id: str, details: VictimDetails, *, reason: str | None = None
) -> VictimView:
    """Add a victim."""
    raise _unjoined()


def change_victim(
    desk: Desk, victim_id: str, details: VictimDetails, *, reason: str | None = None
) -> VictimView:
    """Change a victim."""
    raise _unjoined()


def remove_victim(desk: Desk, victim_id: str, reason: str) -> None:
    """Take a victim out of the record; the history keeps them."""
    raise _unjoined()
