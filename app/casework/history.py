"""The history of a child's record in words: who did what, when and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import dates, form_records, permission, sources, wording
from app.core.errors import KnownError
from app.core.i18n import N_, _, language, ngettext
from app.forms.schema import OWN_VIEWS
from app.forms.statements import STATEMENTS
from app.models import change_log
from app.models import verify as log_check
from app.models.queries import history as log_entries
from app.models.records import RECORD_TYPES, Child, FormRecord, User

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.forms.schema import Form, Question


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words. `label` is the field's label on the page."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that was done.

    Attributes:
        entry_id: Id of the entry of the change log. sequence: its place in the chain.
        at: The moment, in UTC. when: day and time as shown.
        who: Name of the person. what: what was done, as a sentence.
        kind: create, update, remove, move, merge, consultation, export …
        record_type, record_id: What it was done to.
        fields: What differs. reason: as given; may be empty.
        joined_id: The record that a merge joined to this child's and that still is; else empty.
    """

    entry_id: str
    sequence: int
    at: datetime
    when: str
    who: str
    what: str
    kind: str
    record_type: str
    record_id: str
    fields: tuple[FieldChange, ...]
    reason: str
    joined_id: str = ""


@dataclass(frozen=True)
class HistoryPage:
    """Entries, the newest first. `before` asks for the next page; None: that was all."""

    entries: tuple[HistoryEntry, ...]
    before: int | None


@dataclass(frozen=True)
class Verdict:
    """Whether the log is whole, in words: `text` one sentence, `entries` how many were checked."""

    ok: bool
    text: str
    entries: int
    first_bad: int | None


ANSWERS: Final = "answers."
PROPOSED: Final = "proposed_levels"

# What was done, by the kind of entry. {record} is what the type of record is called.
SENTENCES: Final[Mapping[str, str]] = {
    "create": N_("Added: {record}"),
    "update": N_("Changed: {record}"),
    "remove": N_("Taken out: {record}"),
    "restore": N_("Put back: {record}"),
    "move": N_("Moved to the child that it belongs to: {record}"),
    "merge": N_("Joined with another record of the same child: {record}"),
    "unmerge": N_("Parted from the other record again: {record}"),
    "erase": N_("Erased by law: {record}"),
    "consultation": N_("Read: {record}"),
    "disclosure": N_("Passed on: {record}"),
    "export": N_("Saved as a file: {record}"),
    "print": N_("Printed: {record}"),
    "unlock": N_("Unlocked the casebook"),
    "lock": N_("Locked the casebook"),
    "keys": N_("Changed what opens the casebook"),
    "backup": N_("Backed up the casebook"),
    "restore_backup": N_("Restored the casebook from a backup"),
    "migrate": N_("Brought the casebook up to date"),
    "clock": N_("This laptop's clock was set"),
}
DISCLOSURE: Final = "disclosure"
DISCLOSED: Final = frozenset({"disclosure", "print"})
# What follows from something that is told beside it, such as that pages were drawn anew.
FOLLOWED: Final = N_("Brought up to date: {record}")
CLOCK_BACK: Final = N_("This laptop's clock went back: from {was} to {shown}")
CLOCK_AHEAD: Final = N_("This laptop's clock went ahead: from {was} to {shown}")

# What became of a form, by its new state.
NEW_STATES: Final[Mapping[str, str]] = {
    "submitted": N_("Submitted: {record}"),
    "countersigned": N_("Countersigned: {record}"),
    "returned": N_("Returned with directions: {record}"),
    "superseded": N_("Replaced by a newer version: {record}"),
}
GIVEN_BACK: Final = N_("Given back: {record}")
FINISHED: Final = N_("Finished: {record}")

WHY_BAD: Final[Mapping[str, str]] = {
    "missing": N_("Entry {entry} of the history is missing."),
    "changed": N_("Entry {entry} of the history was changed after it was written."),
    "out_of_order": N_("Entry {entry} of the history is not in its place."),
    "device_count": N_("At entry {entry} the count of this laptop's entries has a gap."),
    "values_changed": N_("What entry {entry} of the history recorded was changed afterwards."),
    "values_missing": N_("What entry {entry} of the history recorded was taken away."),
    "values_without_entry": N_("There are values for entry {entry}, which doesn't exist."),
    "cut_short": N_("The history ends before entry {entry}, which this laptop has seen."),
    "rewritten": N_("Entry {entry} of the history is not the one that this laptop has seen."),
}


def changes(
    desk: Desk,
    child_id: str,
    *,
    record_id: str | None = None,
    field: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> HistoryPage:
    """The history of a child, or of one record or field of it, the newest first.

    What is held of victims is left out for those who may not read it. That the laptop's clock was
    set stands between the entries whose moments it explains.

    Args:
        field: A field's name, or `answers.` and the path of a question.
        before: What the page before said; None: from the newest on.
    """
    with desk.casebook.read() as session:
        held = log_entries.entries(
            session,
            child_id=None if record_id else child_id,
            record_id=record_id,
            field=field,
            before=before,
            limit=limit,
        )
        teller = _Teller(desk, session)
        logged = {entry.group_id for entry in held if entry.kind in DISCLOSED}
        readable = [
            entry
            for entry in held
            if entry.child_id == child_id
            and teller.may_read(entry.record_type)
            # Here the log has said so itself; elsewhere it is the record that tells of it.
            and not (entry.record_type == DISCLOSURE and entry.group_id in logged)
        ]
        if record_id is None and held:
            readable += log_entries.leaps(session, held[-1].entry, before or held[0].entry)
            readable.sort(key=lambda entry: entry.entry, reverse=True)
        told = tuple(teller.told(entry) for entry in readable)
    return HistoryPage(told, held[-1].entry if len(held) == limit else None)


@dataclass(frozen=True)
class Written:
    """One field of a record, and values that were written to it.

    Attributes:
        field: A column, or `answers.` and a path. values: As the change log holds them.
    """

    record_type: str
    record_id: str
    child_id: str | None
    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class WrittenWords:
    """How a field and its values read. `kept_back`: the person may not read them."""

    record: str
    label: str
    values: tuple[str, ...]
    kept_back: bool


def in_words(desk: Desk, session: Session, written: Written) -> WrittenWords:
    """How a field and values of it read, as the history tells them."""
    return _Teller(desk, session).written(written)


def may_read(desk: Desk, session: Session, record_type: str) -> bool:
    """Whether the person at the desk may read about this type of record."""
    return _Teller(desk, session).may_read(record_type)


class _Teller:
    """Puts entries into words, looking each name up once."""

    def __init__(self, desk: Desk, session: Session) -> None:
        self._desk = desk
        self._session = session
        self._names: dict[str, str] = {}
        self._children: dict[str, str] = {}
        self._joins_told: dict[str, bool] = {}
        self._forms: dict[str, Form | None] = {}
        self._labels: dict[tuple[str, int], dict[str, str]] = {}

    def may_read(self, record_type: str | None) -> bool:
        """Whether the person who asks may read about this type of record."""
        if record_type == "harm_prompt":
            return self._desk.actor.may_hear_child
        type_ = RECORD_TYPES.get(record_type or "")
        return type_ is None or not type_.restricted or self._desk.actor.may_read_victims

    def told(self, entry: log_entries.Entry) -> HistoryEntry:
        """An entry in words."""
        record_type, record_id = entry.record_type or "", entry.record_id or ""
        return HistoryEntry(
            entry_id=entry.op_id,
            sequence=entry.entry,
            at=entry.made_at,
            when=dates.day_and_time(entry.made_at),
            who=self._name(entry.actor_id),
            what=self._what(entry),
            kind=entry.kind,
            record_type=record_type,
            record_id=record_id,
            fields=self._fields(entry),
            reason=entry.reason,
            joined_id=self._joined(entry),
        )

    def written(self, written: Written) -> WrittenWords:
        """A field and its values in words."""
        name = written.field
        form = self._form(written.record_id) if written.record_type == "form_record" else None
        record = form.title.text(language()) if form else wording.record_word(written.record_type)
        if name.startswith(f"{ANSWERS}{STATEMENTS}"):
            label, said = _of_statement(name.removeprefix(ANSWERS), written.values)
            reads = True
        elif name.startswith(ANSWERS):
            question = name.removeprefix(ANSWERS).rsplit("/", 1)[-1]
            label = self._label(form, question, written.child_id)
            reads = self._reads(form, question)
            said = [self._answer_words(form, question, value) for value in written.values]
        elif written.record_type == "oversight" and "." in name:
            label, said = _of_level(name, written.values)
            reads = self.may_read(written.record_type)
        else:
            label = wording.field_label(written.record_type, name)
            reads = self.may_read(written.record_type)
            said = [
                self._column_words(written.record_type, name, form, value)
                for value in written.values
            ]
        if not reads:
            return WrittenWords(record, label, tuple("" for _value in said), True)
        return WrittenWords(record, label, tuple(said), False)

    def _column_words(self, record_type: str, name: str, form: Form | None, value: Any) -> str:
        known = wording.FIELDS.get(record_type, {}).get(name)
        if value and known is not None and known.shown == "person":
            return self._name(str(value))
        if name == "state" and value and form is not None:
            return form_records.state_words(str(value), form.kind)
        return wording.value_words(record_type, name, value)

    def _joined(self, entry: log_entries.Entry) -> str:
        """The record that this entry joined to its child's, as long as it is joined."""
        other_id = str(entry.detail.get("other", "")) if entry.kind == "merge" else ""
        if not other_id or self._joins_told.get(other_id):
            return ""
        # Only the last merge of a record can be undone, and entries come the newest first.
        self._joins_told[other_id] = True
        other = self._session.get(Child, other_id)
        return other_id if other is not None and other.merged_into == entry.record_id else ""

    def _what(self, entry: log_entries.Entry) -> str:
        if entry.kind == "clock" and entry.detail:
            return _clock_words(entry)
        if entry.record_type == DISCLOSURE and entry.kind == "create":
            return self._passed_on(entry.set_to)
        word = self._word(entry.record_type, entry.record_id)
        sentence = SENTENCES.get(entry.kind, "{record}")
        if entry.record_type == "form_record" and entry.kind == "update":
            sentence = self._new_state(entry) or sentence
        if entry.record_type == "report" and entry.kind == "update" and not self._fields(entry):
            sentence = FOLLOWED
        return _with_recipient(_(sentence).format(record=word), entry.recipient)

    def _word(self, record_type: str | None, record_id: str | None) -> str:
        """What a record is called; a form by its title."""
        form = self._form(record_id) if record_type == "form_record" and record_id else None
        return form.title.text(language()) if form else wording.record_word(record_type or "")

    def _passed_on(self, given: Mapping[str, Any]) -> str:
        """What a colleague passed on, or printed, on another laptop."""
        word = self._word(given.get("about_type"), given.get("about_id"))
        said = _(SENTENCES[given.get("way") or DISCLOSURE]).format(record=word)
        return _with_recipient(said, given.get("recipient"))

    def _new_state(self, entry: log_entries.Entry) -> str | None:
        """What became of a form, where its state changed."""
        state = entry.set_to.get("state")
        form = self._form(entry.record_id or "")
        if state == "submitted" and form is not None and form.kind in OWN_VIEWS:
            return GIVEN_BACK if form.kind == "questionnaire" else FINISHED
        return NEW_STATES.get(str(state)) if state else None

    def _fields(self, entry: log_entries.Entry) -> tuple[FieldChange, ...]:
        told = []
        for name in entry.fields:
            before, after = entry.base.get(name), entry.set_to.get(name)
            if name.startswith(ANSWERS) and name.endswith("/@order"):
                # In which order rows stand; the rows are told of by themselves.
                continue
            if name.startswith(ANSWERS):
                told.append(self._answer(entry, name, before, after))
                continue
            known = wording.FIELDS.get(entry.record_type or "", {}).get(name)
            if known is None or known.shown == "hidden":
                continue
            if before is None and after is False:
                # That something new has a mark unset is no change that anybody made.
                continue
            told.append(
                FieldChange(
                    name,
                    wording.field_label(entry.record_type or "", name),
                    self._value(entry, name, before),
                    self._value(entry, name, after),
                )
            )
        return tuple(told)

    def _value(self, entry: log_entries.Entry, name: str, value: Any) -> str:
        form = self._form(entry.record_id or "") if name == "state" and value else None
        return self._column_words(entry.record_type or "", name, form, value)

    def _answer(self, entry: log_entries.Entry, name: str, before: Any, after: Any) -> FieldChange:
        path = name.removeprefix(ANSWERS)
        if path.startswith(STATEMENTS):
            label, (was, is_) = _of_statement(path, (before, after))
            return FieldChange(name, label, was, is_)
        form = self._form(entry.record_id or "")
        question = path.rsplit("/", 1)[-1]
        label = self._label(form, question, entry.child_id)
        if not self._reads(form, question):
            kept = _("Only those whom the child was told of can read this.")
            return FieldChange(name, label, "", kept)
        return FieldChange(
            name,
            label,
            self._answer_words(form, question, before),
            self._answer_words(form, question, after),
        )

    def _reads(self, form: Form | None, name: str) -> bool:
        """Whether the person may read the answers to a question; of no form held: a child's."""
        if form is None:
            return self._desk.actor.may_hear_child
        return permission.reads_answer(self._desk.actor.role, form, name)

    def _label(self, form: Form | None, name: str, child_id: str | None) -> str:
        """What a question or a repeat asks, with the name of the child in its place."""
        if form is None:
            return name
        labels = self._labels.setdefault((form.id, form.version), {})
        if not labels:
            labels.update((item.name, item.label.text(language())) for item in form.items())
        return (labels.get(name) or name).replace("{child}", self._called(child_id))

    def _called(self, child_id: str | None) -> str:
        if child_id is None:
            return ""
        if child_id not in self._children:
            child = self._session.get(Child, child_id)
            self._children[child_id] = form_records.called(child) if child else ""
        return self._children[child_id]

    def _answer_words(self, form: Form | None, question: str, answer: Any) -> str:
        if not isinstance(answer, dict):
            return ""
        if isinstance(answer.get("rows"), list):
            count = len(answer["rows"])
            return ngettext("{count} entry", "{count} entries", count).format(count=count)
        value = answer.get("value")
        if value is None:
            return ""
        parts = value if isinstance(value, list) else [value]
        return ", ".join(self._choice(form, question, str(part)) for part in parts)

    def _choice(self, form: Form | None, question: str, value: str) -> str:
        asked = _question(form, question)
        if form is None or asked is None:
            return value
        for choice in form.choices.get(asked.list_name or "", ()):
            if choice.name == value:
                return choice.label.text(language())
        return value

    def _name(self, user_id: str) -> str:
        if user_id not in self._names:
            user = self._session.get(User, user_id)
            self._names[user_id] = user.name if user else _("Somebody")
        return self._names[user_id]

    def _form(self, record_id: str) -> Form | None:
        if record_id not in self._forms:
            row = self._session.execute(
                select(FormRecord.form_id, FormRecord.form_version).where(
                    FormRecord.id == record_id
                )
            ).first()
            try:
                self._forms[record_id] = self._desk.forms.form(row[0], row[1]) if row else None
            except KnownError:
                # The form is not held any more; the history tells the rest without its words.
                self._forms[record_id] = None
        return self._forms[record_id]


def _question(form: Form | None, name: str) -> Question | None:
    if form is None:
        return None
    try:
        return form.question(name)
    except KeyError:
        # A repeat as a whole, or a question that a later version of the form retired.
        return None


def _of_statement(path: str, values: Sequence[Any]) -> tuple[str, list[str]]:
    """What a statement, or one part of it, is called, and how its values read."""
    label, parts = _("Who says so"), path.split("/")
    if len(parts) > 2:
        name = parts[2]
        label = _(sources.PART_LABELS.get(name, name))
        return label, [
            sources.part_in_words(name, one.get("value")) if isinstance(one, dict) else ""
            for one in values
        ]
    return label, [sources.row_in_words(one) if isinstance(one, dict) else "" for one in values]


def _with_recipient(said: str, recipient: str | None) -> str:
    if not recipient:
        return said
    return _("{done}, to {recipient}").format(done=said, recipient=recipient)


def _of_level(field: str, values: Sequence[Any]) -> tuple[str, list[str]]:
    """What is proposed on one level, or answered to it, is called, and how values of it read."""
    what, _dot, judgement = field.partition(".")
    label = _("Proposed level: {judgement}") if what == PROPOSED else _("Answer to: {judgement}")
    said = []
    for value in values:
        held = value if isinstance(value, dict) else {}
        if held.get("level"):
            words = wording.level_word(str(held["level"]))
        elif "accepted" in held:
            words = _("Accepted") if held["accepted"] else _("Own level kept")
        else:
            words = ""
        reasons = str(held.get("reasons", ""))
        said.append(f"{words}: {reasons}" if words and reasons else words)
    return label.format(judgement=wording.judgement_word(judgement)), said


def _clock_words(entry: log_entries.Entry) -> str:
    """From which moment to which the laptop's clock was set."""
    was, shown = change_log.leap_told(entry.detail)
    sentence = CLOCK_BACK if shown < was else CLOCK_AHEAD
    return _(sentence).format(was=dates.day_and_time(was), shown=dates.day_and_time(shown))


def verify(desk: Desk, progress: Callable[[int, int], bool] | None = None) -> Verdict:
    """Check the chain of the log and say in words whether it is whole.

    What the anchor outside the casebook knows is compared too.

    Raises:
        CheckStopped: `progress` gave False.
    """
    known = desk.keeper.read() if desk.keeper else None
    found = desk.casebook.verify(known, progress)
    return Verdict(found.ok, _verdict_words(found), found.entries, found.first_bad)


def _verdict_words(found: log_check.Verdict) -> str:
    if found.ok:
        return ngettext(
            "The history is whole: {count} entry was checked.",
            "The history is whole: all {count} entries were checked.",
            found.entries,
        ).format(count=found.entries)
    return _(WHY_BAD[found.why]).format(entry=found.first_bad)
