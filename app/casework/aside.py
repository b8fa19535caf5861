"""What was typed and could not be saved before a lock: put aside sealed, and taken back.

A lock waits for nobody, so what the disk did not take by then is sealed and put where there is room
(`app.models.aside`). At the next unlock by the same person it goes into the casebook as if it
had been saved at the lock. What another person has changed since, or what can't be changed any
more, is never overwritten: it is shown, until the person has seen to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.casework import form_records, places, signs_of_harm
from app.casework.form_records import AnswerChange
from app.casework.places import Place
from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.models import aside, documents
from app.models.aside import NoRoomAnywhere
from app.models.records import FormRecord

if TYPE_CHECKING:
    from app.casework.desk import Desk

__all__ = ["Leftover", "NoRoomAnywhere", "TakenBack", "Unkept", "keep", "seal", "take_back"]


@dataclass(frozen=True)
class Unkept:
    """Answers of one form that are not in the casebook."""

    record_id: str
    changes: tuple[AnswerChange, ...]


@dataclass(frozen=True)
class Leftover:
    """One answer that could not be put back, in words: `form` and `question` say where it was."""

    form: str
    question: str
    text: str


@dataclass(frozen=True)
class TakenBack:
    """What became of the words that were put aside.

    Attributes:
        answers: How many answers are in the casebook again.
        leftovers: What can't go where it was typed. Their files stay until `forget`.
        files: Those files.
        waiting: Whether something could not be put back yet and is tried at the next unlock.
    """

    answers: int = 0
    leftovers: tuple[Leftover, ...] = ()
    files: tuple[Path, ...] = ()
    waiting: bool = False


@dataclass
class _Sums:
    answers: int = 0
    leftovers: list[Leftover] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    waiting: bool = False


def seal(desk: Desk, unkept: Sequence[Unkept], place: Place | None) -> bytes:
    """What could not be saved, sealed so that only this casebook's key opens it.

    Needs no store, so that it works while the database thread is stuck.
    """
    content = {
        "user_id": desk.actor.id,
        "at": desk.clock.now().isoformat(),
        "answers": [
            [one.record_id, [[change.path, change.answer] for change in one.changes]]
            for one in unkept
        ],
        "place": None if place is None else asdict(place),
    }
    return aside.sealed(
        json.dumps(content, ensure_ascii=True).encode("ascii"),
        data_key=desk.data_key,
        store_id=desk.casebook.store_id,
    )


def keep(folder: Path, data: bytes) -> None:
    """Write sealed words to the first place that takes them.

    Raises:
        NoRoomAnywhere: None does.
    """
    aside.put(folder, data)
    log.casework.warning("what could not be saved was put aside, sealed")


def keep_room(desk: Desk) -> None:
    """Have room on the disk for words that can't be saved later."""
    aside.keep_room(desk.folder)


def take_back(desk: Desk, carried: bytes = b"") -> TakenBack:
    """Save what was put aside when the person who acts was locked out last.

    Args:
        carried: Sealed words that no disk took and that this process was given.
    """
    sums = _Sums()
    store_id = desk.casebook.store_id
    for file in aside.put_aside(desk.folder, store_id):
        _take(desk, aside.read(file), file, sums)
    if carried and not _take(desk, carried, None, sums):
        sums.waiting = True
    return TakenBack(sums.answers, tuple(sums.leftovers), tuple(sums.files), sums.waiting)


def forget(taken: TakenBack) -> None:
    """Take the files of leftovers away: the person has seen to them."""
    for file in taken.files:
        aside.forget(file)


def _take(desk: Desk, data: bytes, file: Path | None, sums: _Sums) -> bool:
    """Put one set of words back. Whether it need not be held any longer."""
    content = aside.unsealed(data, data_key=desk.data_key, store_id=desk.casebook.store_id)
    if content is None:
        log.casework.warning("words that were put aside are not whole, or not of this casebook")
        return True
    told: Mapping[str, Any] = json.loads(content)
    if told["user_id"] != desk.actor.id:
        return False
    at = datetime.fromisoformat(told["at"])
    left: list[Leftover] = []
    try:
        for record_id, pairs in told["answers"]:
            changes = [AnswerChange(path, answer) for path, answer in pairs]
            sums.answers += _put_back(desk, record_id, changes, at, left)
        if told["place"] is not None:
            places.keep_place(desk, Place(**told["place"]), left_at=at)
    except KnownError as error:
        log.casework.warning("words put aside wait on: %s", type(error).__name__)
        sums.waiting = True
        return False
    if left:
        sums.leftovers += left
        if file is not None:
            sums.files.append(file)
    elif file is not None:
        aside.forget(file)
    return not left


def _put_back(
    desk: Desk,
    record_id: str,
    changes: Sequence[AnswerChange],
    at: datetime,
    left: list[Leftover],
) -> int:
    with desk.casebook.read() as session:
        record = session.get(FormRecord, record_id)
        if record is None:
            left += (Leftover("", change.path, _in_words(change.answer)) for change in changes)
            return 0
        wanted = [
            change
            for change in changes
            if documents.read(record.answers, change.path) != change.answer
        ]
        free = record.state == "draft" and record.changed_at <= at and not record.removed_at
        if record.kind == "questionnaire" and free:
            # The child's answers go back in only while the child goes on with them.
            free = signs_of_harm.handed_over(session, record_id) is not None
        if wanted and not free:
            left += _leftovers(desk, record, wanted)
    if not wanted or not free:
        return 0
    form_records.save_answers(desk, record_id, wanted, leaving=True)
    return len(wanted)


def _leftovers(desk: Desk, record: FormRecord, changes: Sequence[AnswerChange]) -> list[Leftover]:
    form = desk.forms.form(record.form_id, record.form_version)
    labels = {question.name: question.label for question in form.questions()}
    told = []
    for change in changes:
        name = change.path.rsplit("/", 1)[-1]
        label = labels.get(name)
        told.append(
            Leftover(
                form.title.text(language()),
                label.text(language()) if label is not None else name,
                _in_words(change.answer),
            )
        )
    return told


def _in_words(answer: Any) -> str:
    return "; ".join(_values(answer)) or _("No answer")


def _values(answer: Any) -> Iterator[str]:
    """The values of an answer, or of all answers in the rows of a repeat."""
    if not isinstance(answer, dict):
        return
    value = answer.get("value")
    if value is not None:
        yield ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    for row in answer.get("rows", ()):
        for each in row.get("answers", {}).values():
            yield from _values(each)
