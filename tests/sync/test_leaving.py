"""Children who leave a laptop, a server that was put back, work that was refused, orders."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc.jwk import ECKey
from sqlalchemy import text

from app.models import escrow
from app.models.records import Child, FormRecord, Offence
from app.sync import caseload, exchange, orders, refusals, standing, state, stops
from app.sync.course import Cancelled
from app.sync.exchange import NotEnrolled
from app.sync.orders import NoKeyToRescueTo, Ordered
from app.sync.protocol import Refusal
from app.sync.stops import Stopped
from app.sync.wire import Refused
from server import admin
from server.database import in_service, unscoped
from server.orders import OrderKey
from tests.sync.conftest import Central, Laptop, NewLaptop
from tests.sync.test_aside import everything

# -- purge ----------------------------------------------------------------------------------------


def test_a_child_who_is_left_behind_is_nowhere_on_the_laptop(ash: Laptop, robin: Laptop) -> None:
    child = ash.child("Canary", school="canary school")
    form = ash.form(child)
    ash.answer(form.id, home="the canary sang")
    ash.sync()
    ash.change(Child, child.id, gp="canary surgery")
    caseload.choose(ash.casebook, child.id, False)
    assert "canary" in everything(ash)
    outcome = ash.sync()
    assert outcome.let_go == [child.id]
    assert ash.get(Child, child.id) is None
    assert "canary" not in everything(ash)
    assert ash.casebook.verify().ok
    assert ash.view().word == "confirmed"

    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    assert robin.get(Child, child.id).gp == "canary surgery", "what was unsent was sent first"
    caseload.choose(ash.casebook, child.id, True)
    assert ash.sync().differing == []
    assert ash.get(FormRecord, form.id).answers == {"home": {"value": "the canary sang"}}


def test_a_child_given_to_another_leaves_only_when_everything_is_sent(
    central: Central, new_laptop: NewLaptop
) -> None:
    ash = new_laptop("ash", "practitioner")
    kept, child = ash.child("Kept"), ash.child("Given")
    ash.sync()
    in_service(
        central.parts.engine,
        central.service_id,
        lambda connection: admin.set_access(
            connection,
            central.service_id,
            child.id,
            ash.casebook.actor_id,
            given=False,
            now=central.clock.now(),
        ),
    )
    ash.change(Child, child.id, school="Written before anybody said so")
    outcome = ash.sync()
    assert outcome.let_go == [child.id]
    assert outcome.refused == 0
    assert ash.get(Child, child.id) is None
    assert ash.get(Child, kept.id) is not None


# -- stops ----------------------------------------------------------------------------------------


def test_many_removals_wait_for_a_person(ash: Laptop) -> None:
    child = ash.child()
    with ash.casebook.write() as work:
        for number in range(30):
            work.add(Offence(child_id=child.id, description=f"Offence {number}"))
    ash.sync()
    caseload.choose(ash.casebook, child.id, True)
    with ash.central.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE record SET erased = 1, seq = seq + 1000")
        connection.exec_driver_sql("UPDATE stream SET head = head + 1000")
    for _again in range(2):
        with pytest.raises(Stopped) as stopped:
            ash.sync()
        assert stopped.value.kind == "many_removals"
    assert len(ash.rows("SELECT 1 FROM offence")) == 30
    stops.answer_stop(ash.casebook, "many_removals", False)
    with pytest.raises(Stopped):
        ash.sync()
    stops.answer_stop(ash.casebook, "many_removals", True)
    ash.sync()
    assert ash.rows("SELECT 1 FROM offence") == []
    assert not [item for item in ash.view().items if item.kind == "stop"]


def test_a_server_that_was_put_back_gets_again_what_it_lost(ash: Laptop, robin: Laptop) -> None:
    child = ash.child()
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    keep(ash.central)
    ash.change(Child, child.id, school="Lost by the server")
    ash.sync()
    robin.sync()
    put_back(ash.central)
    with pytest.raises(Stopped) as stopped:
        ash.sync()
    assert stopped.value.kind == "epoch_changed"
    assert ash.view().word == "needs_you"
    for laptop in (ash, robin):
        if laptop is robin:
            with pytest.raises(Stopped):
                robin.sync()
        stops.answer_stop(laptop.casebook, "epoch_changed", True)
        assert laptop.sync().differing == []
    ash.sync()
    for laptop in (ash, robin):
        assert laptop.get(Child, child.id).school == "Lost by the server"
        assert laptop.view().word == "confirmed"


def test_work_on_what_a_server_lost_goes_by_itself_once_it_is_there_again(
    ash: Laptop, robin: Laptop
) -> None:
    """Robin sends work on Ash's child to a server that lost the child, and that Ash tells again."""
    ash.sync()
    robin.sync()
    keep(ash.central)
    child = ash.child()
    form = ash.form(child)
    ash.sync()
    caseload.choose(robin.casebook, child.id, True)
    robin.sync()
    put_back(ash.central)
    robin.change(Child, child.id, school="Robin's")
    with robin.casebook.write() as work:
        work.add(Offence(child_id=child.id, description="Robin's"))
    for laptop in (robin, ash):
        with pytest.raises(Stopped):
            laptop.sync()
        stops.answer_stop(laptop.casebook, "epoch_changed", True)
    robin.sync()
    told = [(item.kind, item.reason) for item in robin.view().items]
    assert told == [("refused", "unknown_record")] * 2, "until then a person can see it"
    ash.sync()
    robin.sync()
    ash.sync()
    for laptop in (ash, robin):
        assert laptop.get(Child, child.id).school == "Robin's"
        assert len(laptop.rows("SELECT 1 FROM offence")) == 1
        assert laptop.get(FormRecord, form.id) is not None
        assert laptop.view().items == ()
        assert laptop.view().word == "confirmed"
        assert laptop.casebook.verify().ok


def test_work_that_nobody_holds_after_a_server_was_put_back_is_said_to_be_lost(
    ash: Laptop, robin: Laptop
) -> None:
    """Robin's work was sent and left Robin's laptop with the child, and the server then lost it."""
    child, erased = ash.child(), ash.child("Erased")
    ash.sync()
    for one in (child, erased):
        caseload.choose(robin.casebook, one.id, True)
    robin.sync()
    keep(ash.central)
    robin.change(Child, child.id, school="Nobody holds this")
    robin.change(Child, erased.id, school="Nor this, by law")
    robin.sync()
    caseload.choose(robin.casebook, child.id, False)
    robin.sync()
    robin.casebook.erase_child(erased.id, "recorded_in_error")
    put_back(ash.central)
    with pytest.raises(Stopped):
        robin.sync()
    stops.answer_stop(robin.casebook, "epoch_changed", True)
    for _again in range(2):
        robin.sync()
        (told,) = robin.view().items
        assert (told.kind, told.reason) == ("notice", "lost_work")
    ((body,),) = robin.rows("SELECT body FROM sync_notice")
    assert json.loads(body) == {"records": [["child", child.id]]}
    state.read_notice(robin.casebook, told.id)
    robin.sync()
    assert robin.view().word == "confirmed"


def keep(central: Central) -> None:
    """Make a backup of the server."""
    store = central.folder / "server.db"
    with (
        closing(sqlite3.connect(store)) as source,
        closing(sqlite3.connect(store.with_suffix(".backup"))) as backup,
    ):
        source.backup(backup)


def put_back(central: Central) -> None:
    """Put the server's backup in its place, and say so as its operator does."""
    store = central.folder / "server.db"
    central.parts.engine.dispose()
    for suffix in ("-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)
    shutil.copy(store.with_suffix(".backup"), store)
    with unscoped(central.parts.engine) as connection:
        connection.execute(
            text("UPDATE server_state SET epoch = '0198c0de-0000-7000-8000-0000000000e9'")
        )


def test_a_clock_put_back_does_not_lengthen_the_lease(ash: Laptop) -> None:
    ash.sync()
    before = ash.view().lease_days_left
    assert before is not None
    with ash.casebook.exchange() as (connection, _log):
        here = standing.read(connection)
        assert here.lease_until is not None
        standing.see(connection, here.lease_until)
    assert ash.view().lease_days_left == 0, "though the clock says otherwise"
    ash.sync()
    assert ash.view().lease_days_left == before


def test_a_sync_can_be_stopped_between_requests(ash: Laptop) -> None:
    ash.child()
    wire = ash.wire()
    steps: list[str] = []
    with pytest.raises(Cancelled):
        exchange.sync(
            ash.casebook,
            wire,
            progress=lambda at: steps.append(at.step),
            cancelled=lambda: "send" in steps,
        )
    wire.close()
    assert ash.sync().differing == []
    assert ash.view().word == "confirmed"


def test_a_casebook_without_a_server_keeps_to_itself(new_laptop: NewLaptop) -> None:
    laptop = new_laptop("alone", enrol=False)
    laptop.child()
    assert (laptop.view().word, laptop.view().waiting) == ("saved_here", 0)
    with pytest.raises(NotEnrolled):
        laptop.wire()
    assert "not_enrolled" in state.safe_to_hand_back(laptop.casebook).reasons


# -- work that was refused ------------------------------------------------------------------------


@pytest.fixture
def reader(new_laptop: NewLaptop) -> tuple[Laptop, Child]:
    """Somebody who may only read, and wrote nonetheless."""
    laptop = new_laptop("reader", "reader")
    child = laptop.child("Tal")
    return laptop, child


def test_refused_work_is_kept_and_shown_until_a_person_settles_it(
    reader: tuple[Laptop, Child],
) -> None:
    laptop, child = reader
    outcome = laptop.sync()
    assert outcome.refused == 1
    (item,) = laptop.view().items
    assert (item.kind, item.reason) == ("refused", "not_allowed")
    held = state.refused(laptop.casebook, item.id)
    assert held is not None
    assert held.set_to["given_name"] == "Tal"
    assert laptop.get(Child, child.id).given_name == "Tal"
    assert "refused" in state.safe_to_hand_back(laptop.casebook).reasons
    with laptop.central.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account SET role = 'manager'")
    assert refusals.send_again(laptop.casebook, item.id) == 1
    assert laptop.view().word == "waiting"
    assert laptop.sync().refused == 0
    assert laptop.view().word == "confirmed"
    assert laptop.get(Child, child.id).base_revision > 0


def test_refused_work_can_be_given_up(ash: Laptop, new_laptop: NewLaptop) -> None:
    child = ash.child(school="Harbour School")
    ash.sync()
    reader = new_laptop("reader", "practitioner")
    caseload.choose(reader.casebook, child.id, True)
    with ash.central.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE service SET caseload_only = 0")
    reader.sync()
    with ash.central.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account SET role = 'reader' WHERE role = 'practitioner'")
        connection.execute(
            text(
                "INSERT INTO access (service_id, child_id, user_id, since, source)"
                " SELECT service_id, :child, :user, created_at, 'test' FROM service"
            ),
            {"child": child.id, "user": reader.casebook.actor_id},
        )
    reader.change(Child, child.id, school="A reader's words")
    assert reader.sync().refused == 1
    ash.change(Child, child.id, school="Quay School", gp="Quay Street")
    ash.sync()
    reader.sync()
    assert reader.get(Child, child.id).school == "A reader's words", "kept until settled"
    assert reader.get(Child, child.id).gp == "Quay Street"
    (item,) = reader.view().items
    refusals.give_up(reader.casebook, item.id)
    reader.sync()
    assert reader.get(Child, child.id).school == "Quay School"
    assert reader.view().items == ()


# -- orders ---------------------------------------------------------------------------------------


def revoke(laptop: Laptop, mode: Any) -> None:
    central = laptop.central
    in_service(
        central.parts.engine,
        central.service_id,
        lambda connection: admin.revoke(
            connection,
            central.service_id,
            laptop.casebook.device_id,
            mode,
            now=central.clock.now(),
        ),
    )


def keys_of(laptop: Laptop) -> None:
    for name in ("casebook.keys", "casebook.keys.previous"):
        (laptop.folder / name).write_bytes(b"slots of keys")
    (laptop.folder / "backups" / "one").mkdir(parents=True)
    (laptop.folder / "backups" / "one" / "casebook.keys").write_bytes(b"slots of keys")
    (laptop.folder / "notes.txt").write_text("somebody's own file")


def test_a_lost_laptop_wipes_its_casebook(ash: Laptop) -> None:
    ash.child()
    ash.sync()
    keys_of(ash)
    revoke(ash, "wipe")
    with pytest.raises(Ordered) as ordered:
        ash.sync()
    orders.obey(ash.casebook, ash.folder, ordered.value.order)
    left = [file.name for file in ash.folder.rglob("*") if file.is_file()]
    assert left == ["notes.txt"], "nothing else of theirs is touched"


def test_a_rescue_seals_what_was_not_sent_to_the_organisation_first(ash: Laptop) -> None:
    ash.sync()
    child = ash.child("Never sent")
    keys_of(ash)
    with pytest.raises(NoKeyToRescueTo):
        orders.obey(ash.casebook, ash.folder, orders.Order("rescue", "n"))
    assert (ash.folder / "casebook.keys").exists(), "nothing is destroyed that can't be rescued"
    private = X25519PrivateKey.generate()
    public = base64.b64encode(escrow.public_bytes(private)).decode()
    with ash.casebook.exchange() as (connection, _log):
        standing.write(connection, organisation_key=public)
    device_id = ash.casebook.device_id
    orders.obey(ash.casebook, ash.folder, orders.Order("rescue", "n"))
    assert not (ash.folder / "casebook.keys").exists()
    sealed = ash.folder / orders.RESCUE_NAME
    assert b"Never sent" not in sealed.read_bytes()
    rescued = orders.read_rescue(sealed, private, device_id)
    assert [o["id"] for o in rescued["operations"] if o["kind"] == "create"] == [child.id]


def test_a_rescue_seals_what_the_server_refused_too(ash: Laptop) -> None:
    child = ash.child("Refused there")
    ash.sync()
    private = X25519PrivateKey.generate()
    public = base64.b64encode(escrow.public_bytes(private)).decode()
    keys_of(ash)
    with ash.casebook.exchange() as (connection, _log):
        standing.write(connection, organisation_key=public)
        connection.exec_driver_sql(
            "INSERT INTO sync_refused SELECT op_id, 1, entry, 'not_your_child', record_type,"
            " record_id, child_id, made_at FROM change WHERE record_id = ? AND kind = 'create'",
            (child.id,),
        )
    sealed = orders.obey(ash.casebook, ash.folder, orders.Order("rescue", "n"))
    assert sealed is not None
    (refused,) = orders.read_rescue(sealed, private, ash.casebook.device_id)["refused"]
    assert (refused["code"], refused["set"]["given_name"]) == ("not_your_child", "Refused there")


def test_a_device_that_was_told_to_rescue_sends_what_it_holds_and_then_wipes(ash: Laptop) -> None:
    ash.sync()
    child = ash.child("Not sent yet")
    keys_of(ash)
    revoke(ash, "rescue")
    with pytest.raises(Ordered) as ordered:
        ash.sync()
    wire = ash.wire()
    assert exchange.send_what_waits(ash.casebook, wire).sent >= 1
    wire.close()
    orders.obey(ash.casebook, ash.folder, ordered.value.order)
    assert not (ash.folder / orders.RESCUE_NAME).exists(), "nothing was left to seal"
    assert not (ash.folder / "casebook.keys").exists()
    assert ash.central.rows(f"SELECT count(*) FROM record WHERE id = '{child.id}'") == [(1,)]


def test_a_forged_order_is_refused_and_noted(ash: Laptop) -> None:
    ash.sync()
    own = ash.casebook
    forger = OrderKey(ECKey.generate_key("P-256", private=True), b"")
    now = ash.central.clock.now()
    with ash.casebook.engine.connect() as connection:
        here = standing.read(connection)
    forged = [
        forger.sign(own.service_id, own.device_id, "wipe", now),
        "not.a.jws",
        "",
        "x" * 10_000,
    ]
    for text_ in forged:
        assert orders.read_order(text_, here) is None
        orders.look_for(own, Refused(403, Refusal(code="device_revoked", order=text_)))
    (item,) = ash.view().items
    assert (item.kind, item.reason) == ("notice", "forged_order")


def test_an_order_to_another_device_is_none_to_this_one(ash: Laptop, robin: Laptop) -> None:
    revoke(robin, "wipe")
    with pytest.raises(Ordered) as ordered:
        robin.sync()
    assert ordered.value.order.mode == "wipe"
    with robin.casebook.engine.connect() as connection:
        here = standing.read(connection)
    (wrapped,) = ash.central.rows("SELECT order_key_wrapped FROM service")
    key = OrderKey.unwrap(ash.central.service_id, wrapped[0], ash.central.parts.master)
    now = ash.central.clock.now()
    theirs = key.sign(ash.casebook.service_id, ash.casebook.device_id, "wipe", now)
    assert orders.read_order(theirs, here) is None
    ours = key.sign(robin.casebook.service_id, robin.casebook.device_id, "wipe", now)
    assert orders.read_order(ours, here) is not None
