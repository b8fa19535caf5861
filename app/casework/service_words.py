"""The words that a service added to the dictionaries: they stand in every text of the service.

Whoever writes adds one. It travels to the other laptops like any record of the service, so that
everybody sees it: a name that is on a child's record needs no adding, and is not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import permission
from app.casework.problems import RecordGone
from app.casework.spelling import LANGUAGES, plain
from app.models.records import ServiceWord, User

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class ServiceWordView:
    """A word of the service: which, of which language, added when and by whom."""

    id: str
    word: str
    language: str
    added_at: datetime
    added_by: str


def may_manage(desk: Desk) -> bool:
    """Whether the person may take words away."""
    return permission.allows(desk.actor.role, "manage_words")


def listed(desk: Desk) -> tuple[ServiceWordView, ...]:
    """Every word of the service, in order; of a word that two people added, the first."""
    with desk.casebook.read() as session:
        rows = session.execute(
            select(ServiceWord, User.name)
            .join(User, User.id == ServiceWord.added_by, isouter=True)
            .where(ServiceWord.removed_at.is_(None))
            .order_by(ServiceWord.created_at, ServiceWord.id)
        ).all()
    views: dict[tuple[str, str], ServiceWordView] = {}
    for record, name in rows:
        view = ServiceWordView(
            record.id, record.word, record.language, record.created_at, name or ""
        )
        views.setdefault((record.word.casefold(), record.language), view)
    return tuple(views[key] for key in sorted(views))


def in_use(session: Session) -> Mapping[str, frozenset[str]]:
    """The words of each language, in small letters."""
    words: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for record in session.scalars(select(ServiceWord).where(ServiceWord.removed_at.is_(None))):
        words.setdefault(record.language, set()).add(record.word.casefold())
    return {language: frozenset(each) for language, each in words.items()}


def add(desk: Desk, word: str, language: str) -> None:
    """Let a word stand in every text of the service. One that is there already stays as it is.

    Raises:
        NotAllowed: The person may only read.
    """
    desk.must_write()
    kept = plain(word).strip()
    with desk.casebook.write() as work:
        if kept and kept.casefold() not in in_use(work.session).get(language, frozenset()):
            work.add(ServiceWord(word=kept, language=language, added_by=desk.actor.id))


def take_away(desk: Desk, service_word_id: str) -> None:
    """Let a word stand no more, whoever added it too.

    Raises:
        NotAllowed: The person is neither a manager nor an administrator.
        RecordGone: It is not in use.
    """
    permission.must(desk.actor.role, "manage_words")
    with desk.casebook.write() as work:
        record = work.get(ServiceWord, service_word_id)
        if record is None or record.removed_at is not None:
            raise RecordGone
        # Two people may have added it before they synced.
        for same in work.session.scalars(
            select(ServiceWord).where(
                ServiceWord.language == record.language, ServiceWord.removed_at.is_(None)
            )
        ):
            if same.word.casefold() == record.word.casefold():
                work.remove(same)
