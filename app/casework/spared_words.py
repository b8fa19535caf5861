"""What spelling lets stand: names on a child's record, of colleagues and places, added words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import permission, reference, service_words
from app.casework.keeping import of_child
from app.casework.spelling import Spared, names_in
from app.models.records import (
    Address,
    Carer,
    CareStatus,
    Child,
    ChronologyEntry,
    Consent,
    FormRecord,
    Hearing,
    Outcome,
    Professional,
    Service,
    User,
    Victim,
)

if TYPE_CHECKING:
    from app.casework.desk import Desk

FORMS_LOOKED_AT: Final = 5
"""The newest of a child's: who is named in older ones is named in these too."""
CONTACTS_LOOKED_AT: Final = 500
PLACE_LISTS: Final = ("courts", "establishments")


def spared(desk: Desk, child_id: str | None = None) -> Spared:
    """What is right though no dictionary has it, on the record of a child or on none."""
    with desk.casebook.read() as session:
        texts = list(_of_service(session))
        named: list[str] = []
        if child_id is not None:
            texts += _of_child(session, child_id)
            named += _who_is_named(desk, session, child_id)
            if permission.allows(desk.actor.role, "read_victims"):
                texts += [one.name for one in of_child(session, Victim, child_id)]
        words = service_words.in_use(session)
    names = dict(names_in(*texts))
    # Of what was written beside names, the words with a capital.
    names |= {folded: name for folded, name in names_in(*named) if name[0].isupper()}
    return Spared(names=names, words=words)


def _of_service(session: Session) -> Iterator[str]:
    yield from session.scalars(select(User.name))
    for service in session.scalars(select(Service)):
        yield from (service.name, service.area, service.address)
    for name in PLACE_LISTS:
        for entry in reference.listing(name).entries:
            yield from (entry.en, entry.cy)
    for area in reference.yjs_areas():
        yield area.name


def _of_child(session: Session, child_id: str) -> Iterable[str]:
    child = session.get(Child, child_id)
    if child is not None:
        yield from (child.given_name, child.family_name, child.preferred_name, child.other_names)
        yield from (child.school, child.gp, child.yjs_area)
    for carer in of_child(session, Carer, child_id):
        yield from (carer.name, carer.address)
    for professional in of_child(session, Professional, child_id):
        yield from (professional.name, professional.agency)
    for address in of_child(session, Address, child_id):
        yield address.lines
    for care in of_child(session, CareStatus, child_id):
        yield care.local_authority
    for consent in of_child(session, Consent, child_id):
        yield from (consent.giver_name, consent.shared_with)
    for hearing in of_child(session, Hearing, child_id):
        yield hearing.court
    for outcome in of_child(session, Outcome, child_id):
        yield outcome.court


def _who_is_named(desk: Desk, session: Session, child_id: str) -> Iterator[str]:
    """What answers and contacts say of who it was, where this person may read them."""
    for record in session.scalars(
        select(FormRecord)
        .where(FormRecord.child_id == child_id, FormRecord.removed_at.is_(None))
        .order_by(FormRecord.changed_at.desc(), FormRecord.id)
        .limit(FORMS_LOOKED_AT)
    ):
        if not permission.reads_form(desk.actor.role, record.kind):
            continue
        for path, answer in record.answers.items():
            value = answer.get("value") if isinstance(answer, dict) else None
            if isinstance(value, str) and "who" in path.rpartition("/")[2].split("_"):
                yield value
    yield from session.scalars(
        select(ChronologyEntry.who)
        .where(ChronologyEntry.child_id == child_id, ChronologyEntry.who != "")
        .distinct()
        .limit(CONTACTS_LOOKED_AT)
    )
