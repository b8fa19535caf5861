"""The caseload's pages: each child once, in order, from one index."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from app.models.casebook import Casebook
from app.models.queries import caseload
from app.models.queries.caseload import ChildLine, Place
from app.models.records import Carer, Child, FormRecord, Hearing, Identifier
from app.models.records.child import plain_name
from tests.casebook.conftest import USER_ID

NAMES = [
    ("Zoe", "Adley"),
    ("Íde", "Ó Briain"),
    ("ann", "de Vere"),
    ("Tal", "Fenwick"),
    ("Tal", "Fenwick"),
    ("Ŵyn", "Fen Wick"),
    ("Bo", "Åberg"),
]


def all_pages(casebook: Casebook, limit: int) -> list[ChildLine]:
    lines: list[ChildLine] = []
    after: Place | None = None
    while True:
        with casebook.read() as session:
            page = caseload.children(session, after=after, limit=limit)
        if not page:
            return lines
        lines += page
        after = page[-1].place


def test_pages_hold_every_child_once_in_the_order_that_people_read(casebook: Casebook) -> None:
    with casebook.write() as work:
        for given_name, family_name in NAMES:
            work.add(Child(given_name=given_name, family_name=family_name))
        work.remove(work.add(Child(given_name="Not", family_name="Here")))
        work.add(Child(given_name="Not", family_name="Either", merged_into="another"))
    for limit in (1, 2, 3, 100):
        lines = all_pages(casebook, limit)
        assert [f"{line.given_name} {line.family_name}" for line in lines] == [
            "Bo Åberg",
            "Zoe Adley",
            "ann de Vere",
            "Ŵyn Fen Wick",
            "Tal Fenwick",
            "Tal Fenwick",
            "Íde Ó Briain",
        ]
        assert len({line.child_id for line in lines}) == len(NAMES)


def test_a_page_starts_after_its_place_whatever_was_added_meanwhile(casebook: Casebook) -> None:
    with casebook.write() as work:
        for name in ("Adley", "Berrow", "Colm"):
            work.add(Child(given_name="A", family_name=name))
    with casebook.read() as session:
        first = caseload.children(session, limit=2)
    with casebook.write() as work:
        work.add(Child(given_name="A", family_name="Abbot"))
    with casebook.read() as session:
        rest = caseload.children(session, after=first[-1].place)
    assert [line.family_name for line in rest] == ["Colm"]


def test_a_page_is_read_from_one_index_without_sorting(casebook: Casebook, engine: Engine) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def listen(connection, cursor, statement, parameters, context, executemany) -> None:  # type: ignore[no-untyped-def]
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    with casebook.read() as session:
        caseload.children(session)
        caseload.children(session, after=Place("fenwick tal", "x"))
        caseload.count(session)
    event.remove(engine, "before_cursor_execute", listen)
    questions = [(sql, values) for sql, values in asked if sql.startswith("SELECT")]
    with engine.connect() as connection:
        for index, (sql, values) in zip(
            ("child_by_name", "child_by_name", "child_by_birth"), questions, strict=True
        ):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
            assert len(plan) == 1
            assert f"COVERING INDEX {index}" in plan[0][3]


def test_the_list_can_be_narrowed(casebook: Casebook) -> None:
    with casebook.write() as work:
        mine = work.add(Child(given_name="Tal", family_name="Fenwick", allocated_to=USER_ID))
        court = work.add(Child(given_name="Bea", family_name="Marsh", stage="court"))
        work.add(Identifier(child_id=court.id, kind="pnc", value="26/77Q"))
        hearing = work.add(Hearing(child_id=court.id, hearing_date=date(2026, 12, 1)))
        work.add(Carer(child_id=court.id, name="Jo Fenwick"))

    def names(**which: object) -> list[str]:
        with casebook.read() as session:
            return [line.given_name for line in caseload.children(session, **which)]  # type: ignore[arg-type]

    assert names(allocated_to=USER_ID) == ["Tal"]
    assert names(stage="court") == ["Bea"]
    assert names(text="fenw") == ["Tal"], "only by the child's own names and numbers"
    assert names(text="26/77q") == ["Bea"]
    assert names(text="!!!") == []
    assert names(among=[mine.id]) == ["Tal"]
    assert names(among=select(Hearing.child_id).where(Hearing.id == hearing.id)) == ["Bea"]
    with casebook.read() as session:
        assert (caseload.count(session), caseload.count(session, allocated_to=USER_ID)) == (2, 1)


def test_what_is_next_and_the_newest_levels_of_a_page(casebook: Casebook, child: Child) -> None:
    with casebook.write() as work:
        for day, time in ((20, "10:00"), (24, "14:00"), (24, "09:30"), (30, "10:00")):
            work.add(
                Hearing(child_id=child.id, hearing_date=date(2026, 11, day), hearing_time=time)
            )
        gone = work.add(Hearing(child_id=child.id, hearing_date=date(2026, 11, 23)))
        work.remove(gone)
        for day, state, level in (
            (1, "countersigned", "low"),
            (9, "submitted", "high"),
            (12, "draft", "very_high"),
            (11, "returned", "medium"),
        ):
            work.add(
                FormRecord(
                    child_id=child.id,
                    form_id="made_up",
                    form_version=1,
                    kind="assessment",
                    state=state,
                    submitted_at=datetime(2026, 11, day, tzinfo=UTC),
                    level_serious_harm=level,
                )
            )
    with casebook.read() as session:
        hearings = caseload.next_hearings(session, [child.id], date(2026, 11, 23))
        levels = caseload.newest_levels(session, [child.id])
    assert hearings[child.id][:2] == (date(2026, 11, 24), "09:30")
    assert levels[child.id].serious_harm == "high"


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_sort_names_have_no_case_no_accents_and_no_spaces_to_stumble_on(a: str, b: str) -> None:
    name = plain_name(a, b)
    assert name == name.strip()
    assert "  " not in name
    assert plain_name(name) == name
