"""Who may see and write what: judged by the server, whatever a laptop says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.core.ids import new_id
from app.sync.protocol import SERVICE_STREAM
from server.caller import Role
from server.caseload import caseload
from server.database import enter, make_engine, service_of_code, unscoped
from tests.server.conftest import Database
from tests.server.store.world import Laptop, World, state_of

OWN, OTHERS = "a child of one's own", "a child of somebody else"
WRITES = ("create", "update", "allocate", "move", "erase")


def codes(pushed: Any) -> list[str | None]:
    return [result.code for result in pushed.results]


def allocated(world: World, laptop: Laptop) -> str:
    """A child that a manager gave to the person of a laptop."""
    manager = world.laptop(world.person("manager"))
    child = manager.child(allocated_to=laptop.people[0].id)
    manager.push()
    return child


def write(laptop: Laptop, verb: str, child: str, record: str) -> str | None:
    """Try to write, and give the code that it was refused with."""
    if verb == "create":
        laptop.record(child)
    elif verb == "update":
        laptop.change(child, record, {"note": "x"}, base_rev=1)
    elif verb == "allocate":
        laptop.change(child, child, {"allocated_to": laptop.people[0].id}, "child", base_rev=1)
    elif verb == "move":
        own = laptop.child()
        laptop.push()
        laptop.change(own, record, {"child_id": own}, base_rev=1)
    else:
        laptop.op("erase", "child", child, child_id=child)
    code: str | None = laptop.push().results[-1].code
    return code


def expected(role: Role, whose: str, verb: str) -> set[str | None]:
    if role == "reader":
        return {"not_allowed", "unknown_record"} if verb == "move" else {"not_allowed"}
    if verb == "erase":
        return {None} if role != "practitioner" else {"not_allowed"}
    if role == "practitioner" and whose == OTHERS:
        return {"not_your_child"}
    return {None}


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("whose", [OWN, OTHERS])
@pytest.mark.parametrize("role", ["reader", "practitioner", "manager", "administrator"])
def test_writes_by_role_child_and_verb(world: World, role: Role, whose: str, verb: str) -> None:
    laptop = world.laptop(world.person(role))
    owner = laptop if whose == OWN else world.laptop(world.person())
    child = allocated(world, owner)
    manager = world.laptop(world.person("manager"))
    record = manager.record(child)
    manager.push()
    assert write(laptop, verb, child, record) in expected(role, whose, verb)


@pytest.mark.parametrize("verb", WRITES)
def test_a_child_of_another_service_is_unknown(world: World, verb: str) -> None:
    stranger = World(world.engine)
    theirs = stranger.laptop(stranger.person("manager"))
    child = theirs.child()
    record = theirs.record(child)
    theirs.push()
    laptop = world.laptop(world.person("administrator"))
    assert write(laptop, verb, child, record) in {"unknown_record", None}
    assert {change.rev for change in theirs.pull_all(child).values()} == {1}
    page = laptop.pull(child)
    assert (page.changes, state_of(page, child).head) == ((), 0 if verb != "x" else 1)


@pytest.mark.parametrize("role", ["reader", "practitioner", "manager", "administrator"])
def test_reading_by_role(world: World, role: Role) -> None:
    laptop = world.laptop(world.person(role))
    mine, others = allocated(world, laptop), allocated(world, world.laptop(world.person()))
    manager = world.laptop(world.person("manager"))
    for child in (mine, others):
        manager.record(child, "victim", name="Sam")
    manager.push()
    told = laptop.pull_all(mine, others)
    streams = {change.stream for change in told.values()}
    assert streams == ({mine, others} if role in ("manager", "administrator") else {mine})
    assert any(change.type == "victim" for change in told.values()) == (role != "reader")
    names = world.do(lambda c: caseload(c, world.keys, laptop.caller)).children
    assert {child.child_id for child in names} == streams
    assert {child.child_id for child in names if child.assigned} == {mine}


def test_a_service_may_give_every_practitioner_every_child(engine: Any) -> None:
    world = World(engine, caseload_only=False)
    child = allocated(world, world.laptop(world.person()))
    laptop = world.laptop(world.person())
    assert child in laptop.pull_all(child)
    laptop.record(child)
    assert codes(laptop.push()) == [None]


def test_conflicts_about_victims_stay_with_those_who_may_see_them(world: World) -> None:
    reader = world.laptop(world.person("reader"))
    child = allocated(world, reader)
    one, two = world.laptop(world.person("manager")), world.laptop(world.person("manager"))
    victim = one.record(child, "victim", name="Sam")
    one.push()
    for laptop, name in ((one, "Samira"), (two, "Samuel")):
        laptop.change(child, victim, {"name": name}, "victim", base_rev=1)
        laptop.push()
    assert len(two.pull(child).conflicts) == 1
    assert reader.pull(child).conflicts == ()


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("form_record", {"state": "countersigned"}),
        ("form_record", {"countersigned_by": "x"}),
        ("oversight", {"state": "returned"}),
    ],
)
def test_only_a_manager_countersigns(world: World, type_: str, fields: dict[str, str]) -> None:
    laptop = world.laptop(world.person())
    child = allocated(world, laptop)
    record = laptop.record(child, type_, state="submitted")
    laptop.push()
    laptop.change(child, record, fields, type_, base_rev=1)
    assert codes(laptop.push()) == ["not_allowed"]
    manager = world.laptop(world.person("manager"))
    manager.change(child, record, fields, type_, base_rev=1)
    assert codes(manager.push()) == [None]


@pytest.mark.parametrize(
    ("type_", "written_by"),
    [("form_record", "started_by"), ("form_record", "submitted_by"), ("oversight", "authors")],
)
def test_no_manager_decides_on_what_they_wrote(world: World, type_: str, written_by: str) -> None:
    author, other = world.person("manager"), world.person("manager")
    laptop = world.laptop(author)
    child = laptop.child()
    wrote = [author.id] if written_by == "authors" else author.id
    record = laptop.record(child, type_, state="submitted", **{written_by: wrote})
    laptop.push()
    laptop.change(child, record, {"state": "returned"}, type_, base_rev=1)
    assert codes(laptop.push()) == ["not_allowed"]
    there = world.laptop(other)
    there.change(child, record, {"state": "returned"}, type_, base_rev=1)
    assert codes(there.push()) == [None]


def test_an_actor_who_never_signed_in_on_the_device_is_refused(world: World) -> None:
    laptop, other = world.laptop(world.person()), world.person("administrator")
    laptop.op("unlock", actor=other.id)
    child = new_id()
    laptop.op("create", "child", child, child_id=child, set={"a": 1}, actor=other.id)
    assert codes(laptop.push()) == ["unknown_actor", "unknown_actor"]


def test_the_role_of_the_one_who_did_it_counts_not_of_the_one_who_sends(world: World) -> None:
    manager, reader = world.person("manager"), world.person("reader")
    laptop = world.laptop(manager, reader)
    child = new_id()
    laptop.op("create", "child", child, child_id=child, set={"a": 1}, actor=reader.id)
    assert codes(laptop.push()) == ["not_allowed"]


def test_work_done_before_the_child_was_given_away_is_taken_in_and_told(world: World) -> None:
    first, second = world.laptop(world.person()), world.laptop(world.person())
    child = allocated(world, first)
    first.pull_all(child)
    first.pull(child)
    manager = world.laptop(world.person("manager"))
    new_worker = {"allocated_to": second.people[0].id}
    base = {"allocated_to": first.people[0].id}
    manager.change(child, child, new_worker, "child", base_rev=1, base=base)
    manager.push()
    first.record(child, note="Saw him on Friday")
    assert codes(first.push()) == [None]
    (notice,) = second.pull(child).notices
    assert (notice.kind, notice.child_id, notice.actor) == (
        "late_work",
        child,
        first.people[0].id,
    )
    # The device learns that it no longer holds the child; once it has let go, its work is refused.
    assert not state_of(first.pull(child), child).held
    first.record(child)
    assert codes(first.push()) == [None]
    first.pull(SERVICE_STREAM)
    first.record(child)
    assert codes(first.push()) == ["not_your_child"]


def test_nobody_takes_back_a_child_who_was_handed_on(world: World) -> None:
    """The child lies on the former worker's laptop still, which knows who has the child now."""
    first, second = world.laptop(world.person()), world.laptop(world.person())
    manager = world.laptop(world.person("manager"))
    child = allocated(world, first)
    first.pull_all(child)
    hand_on(manager, child, to=second.people[0].id)
    first.record(child, note="Saw him on Friday")
    hand_on(first, child, to=first.people[0].id)
    # allocated_to was refused above; what else was written late is taken in.
    first.change(child, child, {"school": "Hill"}, "child", base_rev=2)
    assert codes(first.push()) == [None, "not_your_child", None]
    (told,) = [one for one in second.pull(child).changes if one.type == "child"]
    assert (told.fields["allocated_to"], told.fields["school"]) == (second.people[0].id, "Hill")
    assert [one.kind for one in second.pull(child).notices] == ["late_work"]
    # Whoever has the child hands the child on, and then has the child no longer.
    hand_on(second, child, to=first.people[0].id)
    assert codes(second.push()) == [None]
    hand_on(second, child, to=second.people[0].id)
    assert codes(second.push()) == ["not_your_child"]


def test_a_hand_over_said_before_another_was_known_is_for_a_person(world: World) -> None:
    first, second = world.laptop(world.person()), world.laptop(world.person())
    third = world.person()
    manager = world.laptop(world.person("manager"))
    child = allocated(world, first)
    first.pull_all(child)
    of_first = {"allocated_to": first.people[0].id}
    for laptop, to in ((manager, second.people[0].id), (first, third.id)):
        values = {"allocated_to": to, "school": laptop.people[0].id}
        laptop.change(child, child, values, "child", base_rev=1, base=of_first)
        laptop.push()
    pulled = manager.pull(child)
    (held,) = [one for one in pulled.changes if one.type == "child"]
    assert held.fields["allocated_to"] == second.people[0].id
    assert "allocated_to" in {one.field for one in pulled.conflicts}
    # Nor may the one who no longer has the child settle that.
    (conflict,) = [one for one in pulled.conflicts if one.field == "allocated_to"]
    values = {"allocated_to": third.id}
    first.change(child, child, values, "child", base_rev=held.rev, resolves=(conflict.id,))
    assert codes(first.push()) == ["not_your_child"]


def test_a_child_whom_nobody_has_may_be_taken_on(world: World) -> None:
    laptop = world.laptop(world.person())
    child = laptop.child()
    laptop.push()
    hand_on(laptop, child, to=laptop.people[0].id)
    assert codes(laptop.push()) == [None]


def hand_on(laptop: Laptop, child: str, *, to: str) -> None:
    """Say who works with a child from now on; a manager's laptop sends it at once."""
    laptop.change(child, child, {"allocated_to": to}, "child", base_rev=99)
    if laptop.people[0].role == "manager":
        laptop.push()


def test_a_device_that_never_held_a_child_gains_nothing_by_asking_for_it(world: World) -> None:
    child = allocated(world, world.laptop(world.person()))
    laptop = world.laptop(world.person())
    laptop.pull(child)
    laptop.record(child)
    assert codes(laptop.push()) == ["not_your_child"]
    assert world.count("stream", f"stream = '{laptop.id}'") == 0


def test_a_record_of_another_child_is_not_reached_by_naming_ones_own(world: World) -> None:
    laptop = world.laptop(world.person())
    mine, others = allocated(world, laptop), allocated(world, world.laptop(world.person()))
    manager = world.laptop(world.person("manager"))
    record = manager.record(others, note="x")
    manager.push()
    laptop.change(mine, record, {"note": "y"}, base_rev=1)
    laptop.change(mine, record, {"child_id": mine}, base_rev=1)
    assert codes(laptop.push()) == ["not_your_child", "not_your_child"]


def test_work_of_somebody_who_has_left_still_arrives(world: World) -> None:
    person, colleague = world.person(), world.person()
    laptop = world.laptop(colleague, person)
    child = allocated(world, world.laptop(person))
    laptop.pull_all(child)
    laptop.pull(child)
    ended = text("UPDATE account SET ended_at = :now WHERE service_id = :s AND user_id = :u")
    values = {"now": "2026-11-01 00:00:00.000000", "s": world.service_id, "u": person.id}
    world.do(lambda c: c.execute(ended, values))
    laptop.record(child)
    laptop.waiting[-1] = laptop.waiting[-1].model_copy(update={"actor": person.id})
    assert codes(laptop.push()) == [None]


def test_the_services_own_records_are_the_administrators(world: World) -> None:
    admin, laptop = world.laptop(world.person("administrator")), world.laptop(world.person())
    user = new_id()
    for one, type_, id_ in (
        (admin, "user", user),
        (laptop, "user", new_id()),
        (laptop, "service", world.service_id),
        (laptop, "something", new_id()),
        (laptop, "device", new_id()),
        (laptop, "device", laptop.id),
    ):
        one.op("create", type_, id_, set={"name": "Jo Reed", "role": "manager"})
    assert codes(admin.push()) == [None]
    assert codes(laptop.push()) == [*["not_allowed"] * 4, None]
    assert world.count("account", f"user_id = '{user}' AND role = 'manager'") == 1


def test_nobody_makes_themselves_an_administrator(world: World) -> None:
    laptop = world.laptop(world.person())
    me = laptop.people[0].id
    laptop.op("create", "user", me, set={"name": "Jo", "role": "administrator"})
    laptop.op("create", "user", me, set={"name": "Jo", "role": "practitioner"})
    laptop.op("update", "user", me, set={"role": "administrator"}, base_rev=1)
    laptop.op("update", "user", me, set={"phone": "01234 567890"}, base_rev=1)
    assert codes(laptop.push()) == ["not_allowed", None, "not_allowed", None]
    assert world.count("account", f"user_id = '{me}' AND role = 'practitioner'") == 1


def test_one_child_on_two_laptops_is_noticed(world: World) -> None:
    one, two = world.laptop(world.person()), world.laptop(world.person())
    names = {"given_name": "Zoë", "family_name": "O'Hara-Lee", "date_of_birth": "2010-05-06"}
    first = one.child(**names)
    one.push()
    second = two.child(**names | {"given_name": "zoe ", "family_name": "OHara Lee"})
    two.push()
    two.child(**names | {"date_of_birth": "2011-05-06"})
    two.push()
    for laptop in (one, two, world.laptop(world.person("manager"))):
        (notice,) = laptop.pull(SERVICE_STREAM).notices
        assert (notice.kind, notice.child_id, notice.other_id) == ("same_child", second, first)
    assert world.laptop(world.person()).pull(SERVICE_STREAM).notices == ()


def test_one_police_number_on_two_children_is_noticed(world: World) -> None:
    laptop = world.laptop(world.person())
    first, second = laptop.child(), laptop.child()
    laptop.record(first, "identifier", kind="pnc", value="12/345678X")
    laptop.record(second, "identifier", kind="pnc", value="12 345678x")
    laptop.record(second, "identifier", kind="ypin", value="12345678x")
    laptop.push()
    notices = laptop.pull(SERVICE_STREAM).notices
    assert {frozenset((one.child_id, one.other_id)) for one in notices} == {
        frozenset((first, second))
    }


def test_a_query_that_forgets_the_service_sees_no_other(world: World, database: Database) -> None:
    """Row-level security is the second wall; SQLite, which has none, holds one small service."""
    if database.kind == "sqlite":
        assert database.url == database.owner_url
        return
    laptop = world.laptop(world.person())
    laptop.child()
    laptop.push()
    other = World(world.engine)
    for url in (database.url, database.owner_url):
        engine = make_engine(url)
        with engine.connect() as connection:
            for table in ("record", "op_log", "service", "device", "child_mark", "stream"):
                if table == "service" and url == database.owner_url:
                    continue
                forgetful = text(f"SELECT service_id FROM {table}")
                enter(connection, other.service_id)
                connection.info["service_id"] = None
                assert {row[0] for row in connection.execute(forgetful)} <= {other.service_id}
                enter(connection, world.service_id)
                connection.info["service_id"] = None
                assert {row[0] for row in connection.execute(forgetful)} <= {world.service_id}
            connection.rollback()
            connection.info["service_id"] = None
            assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() == 0
            enter(connection, other.service_id)
            stolen = text("UPDATE record SET rev = 9 WHERE service_id = :service")
            assert connection.execute(stolen, {"service": world.service_id}).rowcount == 0
            # Services are listed by the role that owns the tables, and written by nobody.
            stolen = text("UPDATE service SET wrapped_key = 'x' WHERE service_id = :service")
            assert connection.execute(stolen, {"service": world.service_id}).rowcount == 0
        engine.dispose()


def test_a_code_is_found_by_whoever_knows_it_and_nothing_else_is(world: World) -> None:
    insert = text(
        "INSERT INTO enrolment_code (service_id, code_hash, user_id, user_name, role, expires_at)"
        " VALUES (:s, :c, 'u', :n, 'reader', '2026-11-23 10:00:00')"
    )
    for code in ("a" * 64, "b" * 64):
        world.do(
            lambda c, code=code: c.execute(insert, {"s": world.service_id, "c": code, "n": b"x"})
        )
    assert service_of_code(world.engine, "a" * 64) == world.service_id
    assert service_of_code(world.engine, "c" * 64) is None
    with unscoped(world.engine) as connection:
        count = connection.execute(text("SELECT count(*) FROM enrolment_code")).scalar_one()
    assert count == (0 if world.engine.dialect.name == "postgresql" else 2)
