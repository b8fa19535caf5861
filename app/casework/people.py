"""People and places around the child: parents and carers, professionals, addresses, victims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.casework import keeping, reference
from app.casework.child_views import holds, joined, span_words
from app.casework.keeping import details_of, of_child, present
from app.casework.problems import Problem
from app.core.i18n import _
from app.models.records import Address, Carer, Professional, Victim

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


# -- parents and carers ------------------------------------------------------------------------


def check_carer(details: CarerDetails) -> tuple[Problem, ...]:
    """What is missing in a parent or carer."""
    found = []
    if not details.name.strip():
        found.append(Problem("name", _("Enter the name."), blocks=True))
    if not details.relationship:
        found.append(Problem("relationship", _("Choose how they are related to the child.")))
    found += _email(details.email)
    return tuple(found)


def _email(email: str) -> list[Problem]:
    email = email.strip()
    if email and ("@" not in email or " " in email):
        return [Problem("email", _("This doesn't look like an email address. Check it."))]
    return []


def list_carers(desk: Desk, child_id: str) -> tuple[CarerView, ...]:
    """The child's parents and carers."""
    with desk.casebook.read() as session:
        return tuple(_carer_view(carer) for carer in of_child(session, Carer, child_id))


def _carer_view(carer: Carer) -> CarerView:
    return CarerView(
        id=carer.id,
        child_id=carer.child_id,
        details=details_of(carer, CarerDetails),
        title=carer.name,
        detail=joined(
            reference.label("relationships", carer.relationship),
            _("has parental responsibility") if carer.parental_responsibility == "yes" else "",
            _("lives with the child") if carer.lives_with_child == "yes" else "",
            carer.phone,
            carer.email,
            carer.contact_note,
        ),
        revision=carer.revision,
    )


def add_carer(
    desk: Desk, child_id: str, details: CarerDetails, *, reason: str | None = None
) -> CarerView:
    """Add a parent or carer."""
    key = keeping.add(desk, Carer, child_id, details, problems=check_carer(details), reason=reason)
    return _carer(desk, key)


def change_carer(
    desk: Desk, carer_id: str, details: CarerDetails, *, reason: str | None = None
) -> CarerView:
    """Change a parent or carer."""
    keeping.change(desk, Carer, carer_id, details, problems=check_carer(details), reason=reason)
    return _carer(desk, carer_id)


def remove_carer(desk: Desk, carer_id: str, reason: str) -> None:
    """Take a parent or carer out of the record; the history keeps it."""
    keeping.remove(desk, Carer, carer_id, reason)


def _carer(desk: Desk, key: str) -> CarerView:
    with desk.casebook.read() as session:
        return _carer_view(present(session, Carer, key))


# -- professionals -----------------------------------------------------------------------------


def check_professional(details: ProfessionalDetails) -> tuple[Problem, ...]:
    """What is missing or unusual in a professional."""
    found = []
    if not details.name.strip() and not details.agency.strip():
        found.append(Problem("name", _("Enter the name or the agency."), blocks=True))
    if not details.role:
        found.append(Problem("role", _("Choose what they do for the child.")))
    if details.from_date and details.to_date and details.to_date < details.from_date:
        found.append(
            Problem("to_date", _("The last day is before the first. Check both days."), blocks=True)
        )
    found += _email(details.email)
    return tuple(found)


def list_professionals(desk: Desk, child_id: str) -> tuple[ProfessionalView, ...]:
    """The professionals around the child, those of today first."""
    today = desk.clock.today()
    with desk.casebook.read() as session:
        views = [
            _professional_view(held, today) for held in of_child(session, Professional, child_id)
        ]
    return tuple(sorted(views, key=lambda view: (not view.current, view.title)))


def _professional_view(held: Professional, today: date) -> ProfessionalView:
    return ProfessionalView(
        id=held.id,
        child_id=held.child_id,
        details=details_of(held, ProfessionalDetails),
        title=held.name or held.agency,
        detail=joined(
            reference.label("professional_roles", held.role),
            held.agency if held.name else "",
            held.phone,
            held.email,
            span_words(held.from_date, held.to_date),
            held.note,
        ),
        current=holds(held.from_date, held.to_date, today),
        revision=held.revision,
    )


def add_professional(
    desk: Desk, child_id: str, details: ProfessionalDetails, *, reason: str | None = None
) -> ProfessionalView:
    """Add a professional."""
    key = keeping.add(
        desk, Professional, child_id, details, problems=check_professional(details), reason=reason
    )
    return _professional(desk, key)


def change_professional(
    desk: Desk, professional_id: str, details: ProfessionalDetails, *, reason: str | None = None
) -> ProfessionalView:
    """Change a professional."""
    keeping.change(
        desk,
        Professional,
        professional_id,
        details,
        problems=check_professional(details),
        reason=reason,
    )
    return _professional(desk, professional_id)


def remove_professional(desk: Desk, professional_id: str, reason: str) -> None:
    """Take a professional out of the record; the history keeps it."""
    keeping.remove(desk, Professional, professional_id, reason)


def _professional(desk: Desk, key: str) -> ProfessionalView:
    with desk.casebook.read() as session:
        return _professional_view(present(session, Professional, key), desk.clock.today())


# -- addresses ---------------------------------------------------------------------------------


def check_address(
    details: AddressDetails, born: date | None = None, today: date | None = None
) -> tuple[Problem, ...]:
    """What is missing or unusual in an address."""
    found = []
    if not details.lines.strip() and not details.kind:
        found.append(
            Problem(
                "lines", _("Enter the address, or choose what kind of place it is."), blocks=True
            )
        )
    if details.from_date and details.to_date and details.to_date < details.from_date:
        found.append(
            Problem("to_date", _("The last day is before the first. Check both days."), blocks=True)
        )
    if details.from_date and born and details.from_date < born:
        found.append(
            Problem(
                "from_date",
                _("The child was not born on that day. Check it, or the date of birth."),
                blocks=True,
            )
        )
    if details.from_date and today and details.from_date > today:
        found.append(Problem("from_date", _("The child is to live there later. Check the day.")))
    return tuple(found)


def list_addresses(desk: Desk, child_id: str) -> tuple[AddressView, ...]:
    """The child's addresses, that of today first."""
    today = desk.clock.today()
    with desk.casebook.read() as session:
        views = [_address_view(held, today) for held in of_child(session, Address, child_id)]
    return tuple(
        sorted(
            views,
            key=lambda view: (view.current, view.details.from_date or date.min, view.id),
            reverse=True,
        )
    )


def _address_view(held: Address, today: date) -> AddressView:
    return AddressView(
        id=held.id,
        child_id=held.child_id,
        details=details_of(held, AddressDetails),
        title=joined(", ".join(held.lines.split("\n")), held.postcode)
        or reference.label("accommodation", held.kind),
        detail=joined(
            reference.label("accommodation", held.kind) if held.lines else "",
            held.legal_status,
            span_words(held.from_date, held.to_date),
            "" if held.confirmed else _("not confirmed"),
            _("keep private") if held.keep_private else "",
            held.note,
        ),
        current=holds(held.from_date, held.to_date, today),
        revision=held.revision,
    )


def add_address(
    desk: Desk, child_id: str, details: AddressDetails, *, reason: str | None = None
) -> AddressView:
    """Add an address."""
    key = keeping.add(
        desk, Address, child_id, details, check=_address_check(desk, details), reason=reason
    )
    return _address(desk, key)


def change_address(
    desk: Desk, address_id: str, details: AddressDetails, *, reason: str | None = None
) -> AddressView:
    """Change an address."""
    keeping.change(
        desk, Address, address_id, details, check=_address_check(desk, details), reason=reason
    )
    return _address(desk, address_id)


def remove_address(desk: Desk, address_id: str, reason: str) -> None:
    """Take an address out of the record; the history keeps it."""
    keeping.remove(desk, Address, address_id, reason)


def _address(desk: Desk, key: str) -> AddressView:
    with desk.casebook.read() as session:
        return _address_view(present(session, Address, key), desk.clock.today())


def _address_check(desk: Desk, details: AddressDetails) -> keeping.Check:
    today = desk.clock.today()

    def check(session: Session, child_id: str) -> tuple[Problem, ...]:
        return check_address(details, keeping.born(session, child_id), today)

    return check


# -- victims: restricted -----------------------------------------------------------------------


def check_victim(details: VictimDetails) -> tuple[Problem, ...]:
    """What is missing in a victim."""
    found = []
    if not details.name.strip() and not details.kind:
        found.append(Problem("kind", _("Choose who was harmed, or enter a name."), blocks=True))
    if (
        details.restorative_from
        and details.restorative_to
        and details.restorative_to < details.restorative_from
    ):
        found.append(
            Problem(
                "restorative_to",
                _("The last day is before the first. Check both days."),
                blocks=True,
            )
        )
    found += _email(details.email)
    return tuple(found)


def list_victims(desk: Desk, child_id: str) -> tuple[VictimView, ...]:
    """The victims of the child's offences. Reading them is logged.

    Raises:
        NotAllowed: The person is a reader.
    """
    desk.must_read_victims()
    with desk.casebook.read() as session:
        held = of_child(session, Victim, child_id)
        views = tuple(_victim_view(victim) for victim in held)
    if held:
        with desk.visit(child_id, "victims") as first:
            if first:
                with desk.casebook.write() as work:
                    for victim in held:
                        keeping.note_consultation(work, victim, None)
    return views


def _victim_view(held: Victim) -> VictimView:
    kind = reference.label("victim_kinds", held.kind)
    return VictimView(
        id=held.id,
        child_id=held.child_id,
        details=details_of(held, VictimDetails),
        title=held.name or kind,
        detail=joined(
            kind if held.name else "",
            _("agrees to be contacted") if held.contact_consent == "yes" else "",
            _("doesn't want to be contacted") if held.contact_consent == "no" else "",
            _("keep safe: {what}").format(what=held.safety_note) if held.safety_note else "",
        ),
        revision=held.revision,
    )


def add_victim(
    desk: Desk, child_id: str, details: VictimDetails, *, reason: str | None = None
) -> VictimView:
    """Add a victim."""
    desk.must_read_victims()
    key = keeping.add(
        desk, Victim, child_id, details, problems=check_victim(details), reason=reason
    )
    return _victim(desk, key)


def change_victim(
    desk: Desk, victim_id: str, details: VictimDetails, *, reason: str | None = None
) -> VictimView:
    """Change a victim."""
    desk.must_read_victims()
    keeping.change(desk, Victim, victim_id, details, problems=check_victim(details), reason=reason)
    return _victim(desk, victim_id)


def remove_victim(desk: Desk, victim_id: str, reason: str) -> None:
    """Take a victim out of the record; the history keeps it."""
    desk.must_read_victims()
    keeping.remove(desk, Victim, victim_id, reason)


def _victim(desk: Desk, key: str) -> VictimView:
    with desk.casebook.read() as session:
        return _victim_view(present(session, Victim, key))
