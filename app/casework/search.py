"""Finding anything: children, forms, hearings, reports. What is held of victims is never found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import dates, due, permission, reference, wording
from app.casework.held_records import ChildFacts, facts
from app.core.clock import age_on
from app.core.i18n import _, language
from app.models import search as index
from app.models.records import Carer as CarerRecord
from app.models.records import (
    Child,
    FormRecord,
    Hearing,
    Offence,
    Professional,
    Report,
)

if TYPE_CHECKING:
    from datetime import date

    from app.casework.desk import Desk

HitKind = Literal["child", "form", "hearing", "offence", "report", "person", "due"]

KINDS: Final[Mapping[str, HitKind]] = {
    "child": "child",
    "identifier": "child",
    "consent": "child",
    "chronology_entry": "child",
    "form_record": "form",
    "hearing": "hearing",
    "offence": "offence",
    "report": "report",
    "carer": "person",
    "professional": "person",
}

# A child who is found by name and by three numbers is one find: more are read than are shown.
READ_FOR_ONE: Final = 4


@dataclass(frozen=True)
class Hit:
    """Something that was found.

    Attributes:
        kind: What it is; the page opens it by kind.
        title: Its name. detail: the words around the find, or facts to tell it apart.
        child_id: The child that it belongs to. record_id: the record itself.
        child_name: That child's name, to be masked while the record of another is open.
    """

    kind: HitKind
    title: str
    detail: str
    child_id: str
    record_id: str
    child_name: str = ""


def find(desk: Desk, text: str, limit: int = 20) -> tuple[Hit, ...]:
    """What matches `text`, the best first; children before anything else. Empty text: nothing."""
    if not text.strip():
        return ()
    with desk.casebook.read() as session:
        found = index.search(session, text, limit * READ_FOR_ONE)
        into = _merged_into(session, {each.child_id for each in found})
        children = facts(session, {into.get(each.child_id, each.child_id) for each in found})
        teller = _Teller(desk, session, children)
        hits: dict[tuple[str, str], Hit] = {}
        for each in found:
            child = children.get(into.get(each.child_id, each.child_id))
            kind = KINDS.get(each.record_type)
            if child is None or kind is None:
                continue
            hit = teller.hit(kind, each, child)
            if hit is not None:
                hits.setdefault((hit.kind, hit.record_id), hit)
    ordered = sorted(hits.values(), key=lambda hit: hit.kind != "child")
    return tuple(ordered[:limit])


def on_day(desk: Desk, day: date, limit: int = 20) -> tuple[Hit, ...]:
    """The hearings on `day`, then what else is due on it, in order of names."""
    with desk.casebook.read() as session:
        hearings = session.scalars(
            select(Hearing)
            .where(Hearing.hearing_date == day, Hearing.removed_at.is_(None))
            .limit(limit)
        ).all()
        children = facts(session, {hearing.child_id for hearing in hearings})
        hits = [
            Hit(
                "hearing",
                f"{child.name} · {_hearing_title(hearing)}",
                "",
                child.child_id,
                hearing.id,
                child.name,
            )
            for hearing in hearings
            if (child := children.get(hearing.child_id)) is not None
        ]
    ahead = max((day - desk.clock.today()).days, 0)
    dues = [
        Hit(
            "due",
            f"{item.child_name} · {item.text}",
            item.when,
            item.child_id,
            item.record_id,
            item.child_name,
        )
        for item in due.of_all(desk, days=ahead)
        if item.due == day and item.kind != "hearing"
    ]
    hits.sort(key=lambda hit: hit.child_name)
    return (*hits, *sorted(dues, key=lambda hit: hit.child_name))[:limit]


def _merged_into(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Where the records of children that were merged are now."""
    into: dict[str, str] = {}
    asked = set(ids)
    while asked:
        rows = session.execute(
            select(Child.id, Child.merged_into).where(
                Child.id.in_(asked), Child.merged_into.is_not(None)
            )
        )
        step = {row.id: cast(str, row.merged_into) for row in rows}
        into = {old: step.get(new, new) for old, new in into.items()} | step
        asked = set(step.values())
    return into


class _Teller:
    """Puts finds into words."""

    def __init__(self, desk: Desk, session: Session, children: Mapping[str, ChildFacts]) -> None:
        self._desk = desk
        self._session = session
        self._children = children
        self._today: date = desk.clock.today()

    def hit(self, kind: HitKind, found: index.Found, child: ChildFacts) -> Hit | None:
        """A find in words; None where its record is gone."""
        if kind == "child":
            return Hit(
                "child",
                child.name,
                self._child_detail(found, child),
                child.child_id,
                child.child_id,
                child.name,
            )
        title = self._title(found)
        if title is None or not self._may_read(found):
            return None
        around = plain_snippet(found.snippet)
        detail = around if around and around != title else ""
        return Hit(
            kind,
            f"{child.name} · {title}",
            detail,
            child.child_id,
            found.record_id,
            child.name,
        )

    def _may_read(self, found: index.Found) -> bool:
        """Whether the person may know the words that were found."""
        record = self._session.get(FormRecord, found.record_id)
        if record is None or record.kind not in permission.READING:
            return True
        form = self._desk.forms.form(record.form_id, record.form_version)
        question = found.field.rpartition("/")[2].removeprefix("answers.")
        return permission.reads_answer(self._desk.actor.role, form, question)

    def _child_detail(self, found: index.Found, child: ChildFacts) -> str:
        parts = []
        if child.date_of_birth:
            age = age_on(child.date_of_birth, self._today)
            parts.append(
                _("{age} years old, born {day}").format(
                    age=age, day=dates.in_words(child.date_of_birth)
                )
            )
        if found.record_type == "identifier":
            parts.append(plain_snippet(found.snippet))
        if found.record_type in ("consent", "chronology_entry"):
            parts.append(
                _("{record}: {words}").format(
                    record=wording.record_word(found.record_type),
                    words=plain_snippet(found.snippet),
                )
            )
        return " · ".join(parts)

    def _title(self, found: index.Found) -> str | None:
        session, key = self._session, found.record_id
        if found.record_type == "form_record":
            form = session.get(FormRecord, key)
            return self._form_title(form) if form else None
        if found.record_type == "hearing":
            hearing = session.get(Hearing, key)
            return _hearing_title(hearing) if hearing else None
        if found.record_type == "offence":
            offence = session.get(Offence, key)
            return offence.description or wording.record_word("offence") if offence else None
        if found.record_type == "report":
            report = session.get(Report, key)
            return report.title or wording.record_word("report") if report else None
        return self._person(found.record_type, key)

    def _form_title(self, form: FormRecord) -> str:
        shown = self._desk.forms.form(form.form_id, form.form_version)
        day = dates.local_day(form.submitted_at or form.changed_at)
        return _("{title}, {day}").format(
            title=shown.title.text(language()), day=dates.in_words(day)
        )

    def _person(self, record_type: str, key: str) -> str | None:
        if record_type == "carer":
            carer = self._session.get(CarerRecord, key)
            return carer.name if carer else None
        professional = self._session.get(Professional, key)
        return professional.name or professional.agency if professional else None


def _hearing_title(hearing: Hearing) -> str:
    court = reference.label("courts", hearing.court)
    day = dates.in_words(hearing.hearing_date) if hearing.hearing_date else ""
    return ", ".join(part for part in (court, day) if part) or wording.record_word("hearing")


def plain_snippet(snippet: str) -> str:
    """The words around a find, without the marks that say what matched."""
    return snippet.replace(index.MATCH_START, "").replace(index.MATCH_END, "").strip()
