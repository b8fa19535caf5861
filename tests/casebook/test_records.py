"""Records: every write is logged, once, with what stood there before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import yaml
from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import FixedClock
from app.core.errors import BugError
from app.core.paths import resource_path
from app.models import documents
from app.models.base import ChildRecord, Record
from app.models.casebook import Casebook
from app.models.change_log import TextUnkeepable
from app.models.queries import history
from app.models.queries.history import Entry
from app.models.records import RECORD_TYPES, Child, FormRecord, Report, User
from app.models.records.yjb_names import YJB_IDENTIFIERS, YJB_NAMES
from app.sync.merge import APPEND_ONLY
from tests.casebook.conftest import MANAGER_ID, USER_ID


def entries(casebook: Casebook, **which: Any) -> list[Entry]:
    """What was logged, the oldest first."""
    with casebook.read() as session:
        return list(reversed(history.entries(session, limit=10_000, **which)))


def answer(value: Any) -> dict[str, Any]:
    return {"value": value, "language": "en", "by": "child", "how": "typed"}


def a_record(type_: type[Record], **given: Any) -> Record:
    """A record of any type with something in every column that must be filled."""
    values: dict[str, Any] = {}
    for column in inspect(type_).columns:
        if not column.nullable and column.default is None and not column.primary_key:
            values[column.key] = {int: 1, str: "x"}.get(column.type.python_type)
    return type_(**{key: value for key, value in values.items() if value is not None} | given)


def changed_value(value: Any, python_type: type) -> Any:
    """Another value of the same type."""
    if python_type is str:
        return (value or "") + " changed"
    other: dict[type, Any] = {
        bool: not value,
        int: (value or 0) + 1,
        date: date(2026, 1, 2),
        datetime: datetime.fromisoformat("2026-01-02T03:04:05+00:00"),
        bytes: b"pages",
        list: ["a", "b"],
        dict: {"a": {"value": 1}},
    }
    return other[python_type]


LISTS = {
    "languages",
    "offence_ids",
    "requirements",
    "authors",
    "unmet_prompts",
    "paths",
    "trusted_roots",
}
PYTHON_TYPES = dict.fromkeys(LISTS, list)
DICTS = {
    "answers",
    "content",
    "document",
    "proposed_levels",
    "level_answers",
    "set_aside",
    "given",
    "later",
    "quotes",
    "facts",
    "details",
    "counts",
}
KEPT_BY_UNIT = {
    "id",
    "service_id",
    "child_id",
    "created_at",
    "changed_at",
    "revision",
    "base_revision",
    "removed_at",
    "sort_name",
    "form_record_id",
    "hearing_id",
}


@pytest.mark.parametrize("name", RECORD_TYPES)
def test_every_type_logs_its_whole_life(
    name: str, casebook: Casebook, child: Child, form: FormRecord
) -> None:
    type_ = RECORD_TYPES[name]
    given: dict[str, Any] = {}
    if issubclass(type_, ChildRecord):
        given["child_id"] = child.id
    if "form_record_id" in inspect(type_).columns:
        given["form_record_id"] = form.id
    with casebook.write() as work:
        record = work.add(a_record(type_, **given))
    columns = [c.key for c in inspect(type_).columns if c.key not in KEPT_BY_UNIT]
    if name in APPEND_ONLY:
        with pytest.raises(IntegrityError), casebook.write() as work:
            changed = work.session.get_one(type_, record.id)
            setattr(changed, columns[0], "other words")
        columns = []
    with casebook.write("a good reason") as work:
        again = work.get(type_, record.id)
        assert again is not None
        before = {key: getattr(again, key) for key in columns}
        for column in inspect(type_).columns:
            if column.key in columns:
                python_type = (
                    dict
                    if column.key in DICTS
                    else PYTHON_TYPES.get(column.key) or column.type.python_type
                )
                python_type = {"Moment": datetime}.get(type(column.type).__name__, python_type)
                setattr(again, column.key, changed_value(getattr(again, column.key), python_type))
    with casebook.write() as work:
        work.remove(work.session.get_one(type_, record.id))
    with casebook.write() as work:
        work.restore(work.session.get_one(type_, record.id))

    life = entries(casebook, record_id=record.id)
    lived = (
        ["create", "update", "remove", "restore"] if columns else ["create", "remove", "restore"]
    )
    assert [entry.kind for entry in life] == lived
    assert {entry.record_type for entry in life} == {name}
    if columns:
        written = {field.partition(".")[0] for field in life[1].fields}
        assert written == set(columns), "a column was written and not logged"
        assert life[1].reason == "a good reason"
    for key in columns:
        if key in life[1].base and before[key] not in (None, "") and key not in DICTS:
            assert life[1].base[key] == before[key]
    with casebook.read() as session:
        kept = session.get_one(type_, record.id)
        assert kept.revision == len(lived)
        assert kept.removed_at is None
    if issubclass(type_, ChildRecord):
        assert {entry.child_id for entry in life} == {child.id}
    assert casebook.verify().ok


def test_a_change_inside_a_json_column_is_logged_with_what_stood_there(
    casebook: Casebook, child: Child
) -> None:
    with casebook.write() as work:
        work.session.get_one(Child, child.id).languages.append("cy")
    with casebook.write() as work:
        work.session.get_one(Child, child.id).languages.append("pl")
    with casebook.read() as session:
        assert session.get_one(Child, child.id).languages == ["cy", "pl"]
    last = entries(casebook, record_id=child.id)[-1]
    assert (last.base["languages"], last.set_to["languages"]) == (["cy"], ["cy", "pl"])


def test_json_changed_in_place_is_written_by_a_flush_in_between_too(
    casebook: Casebook, child: Child
) -> None:
    with casebook.write() as work:
        record = work.session.get_one(Child, child.id)
        record.languages.append("cy")
        record.pronouns = "they/them"
        work.session.execute(select(Child.id)).all()
    with casebook.read() as session:
        assert session.get_one(Child, child.id).languages == ["cy"]
    assert entries(casebook, record_id=child.id)[-1].fields == ("pronouns", "languages")


def test_a_flush_in_between_logs_each_part_once(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        record = work.session.get_one(Child, child.id)
        record.pronouns = "they/them"
        work.session.execute(select(Child)).all()
        record.religion = "none"
    parts = [(e.base, e.set_to) for e in entries(casebook, record_id=child.id)[1:]]
    assert parts == [
        ({"pronouns": ""}, {"pronouns": "they/them"}),
        ({"religion": ""}, {"religion": "none"}),
    ]


def test_a_record_that_is_only_read_is_not_logged(casebook: Casebook, child: Child) -> None:
    before = casebook.head()
    with casebook.write() as work:
        record = work.session.get_one(Child, child.id)
        record.given_name = str(record.given_name)
    assert casebook.head() == before


def test_entries_of_one_unit_of_work_share_a_group(casebook: Casebook) -> None:
    with casebook.write() as work:
        first = work.add(Child(given_name="Bea", family_name="Marsh"))
        second = work.add(Child(given_name="Kit", family_name="Marsh"))
    groups = {e.group_id for c in (first, second) for e in entries(casebook, child_id=c.id)}
    assert len(groups) == 1


def test_an_error_takes_back_the_record_and_its_entry(casebook: Casebook, child: Child) -> None:
    before = casebook.head()
    with pytest.raises(RuntimeError), casebook.write() as work:
        work.session.get_one(Child, child.id).given_name = "Other"
        work.flush()
        raise RuntimeError
    assert casebook.head() == before
    with casebook.read() as session:
        assert session.get_one(Child, child.id).given_name == "Tal"


@pytest.mark.parametrize(
    "statement",
    [
        update(Child).values(given_name="x"),
        delete(Child),
        insert(Child).values(id="x"),
        text("UPDATE child SET given_name = 'x'"),
    ],
    ids=["update", "delete", "insert", "text"],
)
def test_bulk_statements_are_refused(casebook: Casebook, child: Child, statement: Any) -> None:
    with pytest.raises(BugError), casebook.write() as work:
        work.session.execute(statement)
    with casebook.read() as session:
        assert session.get_one(Child, child.id).given_name == "Tal"


def test_a_record_is_never_deleted(casebook: Casebook, child: Child) -> None:
    with pytest.raises(BugError), casebook.write() as work:
        work.session.delete(work.session.get_one(Child, child.id))


def test_a_record_is_only_added_through_the_unit_of_work(casebook: Casebook) -> None:
    with pytest.raises(BugError), casebook.write() as work:
        work.session.add(Child(given_name="Bea"))


def test_reading_never_writes(casebook: Casebook, child: Child) -> None:
    with casebook.read() as session:
        session.get_one(Child, child.id).given_name = "Other"
        with pytest.raises(BugError):
            session.flush()


def test_a_record_of_an_unknown_child_is_refused(casebook: Casebook) -> None:
    with pytest.raises(IntegrityError), casebook.write() as work:
        work.add(FormRecord(child_id="nobody", form_id="made_up", form_version=1))


def test_a_moved_record_is_in_the_history_of_both_children(
    casebook: Casebook, child: Child, form: FormRecord
) -> None:
    with casebook.write() as work:
        other = work.add(Child(given_name="Bea", family_name="Marsh"))
    with casebook.write("it is Bea's") as work:
        work.move(work.session.get_one(FormRecord, form.id), other.id)
    kinds = [(e.kind, e.child_id) for e in entries(casebook, record_id=form.id)]
    assert kinds[-2:] == [("move", child.id), ("move", other.id)]
    assert entries(casebook, child_id=other.id)[-1].set_to == {"child_id": other.id}
    assert entries(casebook, child_id=child.id)[-1].reason == "it is Bea's"


# -- what never changes ---------------------------------------------------------------------------


def test_a_submitted_form_never_changes_its_answers(casebook: Casebook, form: FormRecord) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("yes")})
    with casebook.write() as work:
        work.session.get_one(FormRecord, form.id).state = "submitted"
    with pytest.raises(BugError), casebook.write() as work:
        work.save_answers(form.id, {"home": answer("no")})
    with pytest.raises(IntegrityError), casebook.write() as work:
        work.session.get_one(FormRecord, form.id).answers = {}
    with pytest.raises(IntegrityError), casebook.write() as work:
        work.session.get_one(FormRecord, form.id).state = "draft"
    with casebook.write() as work:
        work.session.get_one(FormRecord, form.id).state = "countersigned"
    with casebook.read() as session:
        assert session.get_one(FormRecord, form.id).answers["home"]["value"] == "yes"


def test_a_final_report_never_changes(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        report = work.add(Report(child_id=child.id, content={"a": 1}, pdf=b"%PDF", state="final"))
    with pytest.raises(IntegrityError), casebook.write() as work:
        work.session.get_one(Report, report.id).pdf = b"other"
    logged = entries(casebook, record_id=report.id)[0].set_to["pdf"]
    assert logged["size"] == 4, "the log holds the pages' hash and size, not the pages"


# -- answers, while somebody types ----------------------------------------------------------------


def test_a_page_visit_is_one_entry_with_what_stood_there_before_it(
    casebook: Casebook, form: FormRecord
) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("with Nan")})
    count = casebook.head().entries
    for typed in ("with N", "with Na", "with Nan and", "with Nan and Bob"):
        with casebook.write() as work:
            saved = work.save_answers(form.id, {"home": answer(typed)}, leaving=False)
    assert casebook.head().entries == count
    assert saved.revision == 2
    with casebook.read() as session:
        assert session.get_one(FormRecord, form.id).answers["home"]["value"] == "with Nan and Bob"
    with casebook.write() as work:
        saved = work.save_answers(form.id, {"school": answer("likes art")}, leaving=True)
    last = entries(casebook, record_id=form.id)[-1]
    assert casebook.head().entries == count + 1
    assert last.fields == ("answers.home", "answers.school")
    assert last.base == {"answers.home": answer("with Nan"), "answers.school": None}
    assert last.set_to["answers.home"] == answer("with Nan and Bob")
    assert saved.revision == 3


def test_a_row_that_was_changed_and_then_removed_is_logged_as_it_stood_before_the_visit(
    casebook: Casebook, form: FormRecord
) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"people/r1/who": answer("Mum"), "people/r1/age": answer(40)})
    with casebook.write() as work:
        work.save_answers(form.id, {"people/r1/who": answer("Mam")}, leaving=False)
    with casebook.write() as work:
        work.save_answers(form.id, {"people/r1": None}, leaving=True)
    last = entries(casebook, record_id=form.id)[-1]
    row = {"id": "r1", "answers": {"who": answer("Mum"), "age": answer(40)}}
    assert last.base == {"answers.people/r1": row, "answers.people/@order": None}
    assert last.set_to == {"answers.people/r1": None, "answers.people/@order": []}


def test_a_row_that_was_added_and_then_filled_is_logged_once_and_whole(
    casebook: Casebook, form: FormRecord
) -> None:
    given = {"id": "r1", "answers": {}}
    with casebook.write() as work:
        work.save_answers(form.id, {"people/r1": given}, leaving=False)
        work.save_answers(form.id, {"people/r1/who": answer("Mum")}, leaving=True)
    last = entries(casebook, record_id=form.id)[-1]
    assert last.set_to == {"answers.people/r1": {"id": "r1", "answers": {"who": answer("Mum")}}}
    assert given == {"id": "r1", "answers": {}}, "what the caller gave is the caller's"


def test_what_is_typed_and_undone_leaves_no_entry(casebook: Casebook, form: FormRecord) -> None:
    count = casebook.head().entries
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("x")}, leaving=False)
    with casebook.write() as work:
        work.save_answers(form.id, {"home": None}, leaving=True)
    assert casebook.head().entries == count
    assert casebook.seal() == 0


def test_what_a_crash_left_open_is_sealed_under_the_name_and_time_of_who_typed(
    casebook: Casebook,
    form: FormRecord,
    clock: FixedClock,
    reopen: Callable[..., Casebook],
) -> None:
    typed_at = clock.now()
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("half a sent")}, leaving=False)
    clock.advance(timedelta(days=1))
    later = reopen(MANAGER_ID)
    last = entries(later, record_id=form.id)[-1]
    assert (last.actor_id, last.made_at) == (USER_ID, typed_at)
    assert last.set_to == {"answers.home": answer("half a sent")}
    assert later.verify().ok


def test_another_person_does_not_take_over_an_open_edit(
    casebook: Casebook, form: FormRecord, reopen: Callable[..., Casebook]
) -> None:
    other = reopen(MANAGER_ID)
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("Ash's words")}, leaving=False)
    with other.write() as work:
        work.save_answers(form.id, {"home": answer("Morgan's words")}, leaving=True)
    two = entries(casebook, record_id=form.id)[-2:]
    assert [e.actor_id for e in two] == [USER_ID, MANAGER_ID]
    assert two[1].base == {"answers.home": answer("Ash's words")}


def test_another_write_of_the_form_seals_the_visit_first(
    casebook: Casebook, form: FormRecord
) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer("yes")}, leaving=False)
    with casebook.write() as work:
        record = work.session.get_one(FormRecord, form.id)
        record.state = "submitted"
    life = entries(casebook, record_id=form.id)
    assert [e.fields for e in life[1:]] == [("answers.home",), ("state",)]
    assert record.revision == len(life)


def test_answers_and_objects_in_one_unit_of_work_agree(
    casebook: Casebook, form: FormRecord
) -> None:
    with casebook.write() as work:
        record = work.session.get_one(FormRecord, form.id)
        record.title = "First"
        work.save_answers(form.id, {"home": answer("yes")})
        assert record.answers == {"home": answer("yes")}
        record.title = "Second"
    assert [e.fields for e in entries(casebook, record_id=form.id)[1:]] == [
        ("title",),
        ("answers.home",),
        ("title",),
    ]
    with casebook.read() as session:
        kept = session.get_one(FormRecord, form.id)
        assert (kept.answers, kept.title) == ({"home": answer("yes")}, "Second")
        assert kept.revision == 4


def test_half_a_character_is_refused_in_words_and_nothing_is_written(
    casebook: Casebook, form: FormRecord
) -> None:
    before = casebook.head()
    with pytest.raises(TextUnkeepable), casebook.write() as work:
        work.save_answers(form.id, {"home": answer("caf\ud83d")}, leaving=False)
    with pytest.raises(TextUnkeepable), casebook.write() as work:
        work.save_answers(form.id, {"home": answer("caf\ud83d")}, leaving=True)
    assert casebook.head() == before


@pytest.mark.parametrize("value", ["nul\0within", "\u202eright to left", "ŵ ŷ 😀", "a" * 1_000_000])
def test_any_whole_text_is_kept_as_it_was_typed(
    casebook: Casebook, form: FormRecord, value: str
) -> None:
    with casebook.write() as work:
        work.save_answers(form.id, {"home": answer(value)})
    with casebook.read() as session:
        assert session.get_one(FormRecord, form.id).answers["home"]["value"] == value
    assert entries(casebook, record_id=form.id)[-1].set_to["answers.home"]["value"] == value


def test_forms_written_as_objects_are_logged_answer_by_answer(
    casebook: Casebook, child: Child
) -> None:
    people = {"rows": [{"id": "r1", "answers": {"who": answer("Mum")}}]}
    with casebook.write() as work:
        form = work.add(
            FormRecord(
                child_id=child.id,
                form_id="made_up",
                form_version=1,
                answers={"home": answer("yes"), "people": people},
            )
        )
    with casebook.write() as work:
        record = work.session.get_one(FormRecord, form.id)
        record.answers["people"]["rows"][0]["answers"]["who"] = answer("Nan")
    first, second = entries(casebook, record_id=form.id)
    assert first.set_to["answers.people"] == people
    assert second.base == {"answers.people/r1/who": answer("Mum")}
    assert second.set_to == {"answers.people/r1/who": answer("Nan")}


def test_rows_of_a_repeat_come_and_go_by_path() -> None:
    document: dict[str, Any] = {}
    assert documents.put(document, "people/r1/who", answer("Mum")) is None
    documents.put(document, "people/r1/pets/p1/name", answer("Rex"))
    documents.put(document, "people/r2", {"id": "r2", "answers": {}})
    assert documents.read(document, "people/r1/pets/p1/name") == answer("Rex")
    gone = documents.put(document, "people/r1", None)
    assert gone is not None
    assert gone["answers"]["who"] == answer("Mum")
    assert [row["id"] for row in document["people"]["rows"]] == ["r2"]
    assert documents.put(document, "people/r9/who", None) is None, "nothing is made to be cleared"
    assert documents.read(document, "people/r9/who") is None


def test_the_users_of_a_casebook_are_records_too(casebook: Casebook) -> None:
    with casebook.write() as work:
        work.session.get_one(User, MANAGER_ID).role = "administrator"
    assert entries(casebook, record_id=MANAGER_ID)[-1].base == {"role": "manager"}


def test_every_name_of_the_national_return_has_a_column() -> None:
    for ours in YJB_NAMES.values():
        type_, _, column = ours.partition(".")
        assert column in inspect(RECORD_TYPES[type_]).columns, ours
    kinds = yaml.safe_load(resource_path("reference", "identifier_kinds.yaml").read_text("utf-8"))
    spelled = {entry["code"]: entry["yjb"] for entry in kinds["entries"] if "yjb" in entry}
    assert spelled == {kind: name.split(".")[1] for kind, name in YJB_IDENTIFIERS.items()}
    assert set(YJB_IDENTIFIERS.values()) <= set(YJB_NAMES)
