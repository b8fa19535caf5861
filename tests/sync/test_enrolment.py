"""How a casebook comes to belong to a service: a new one, one that exists, a code that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.clock import FixedClock
from app.core.ids import new_id
from app.models import change_log, database
from app.models.casebook import Casebook
from app.models.records import Child, Service, User
from app.sync import enrolment, standing
from app.sync.device_key import DeviceKey
from app.sync.enrolment import OtherService
from app.sync.transport import Transport
from app.sync.wire import Refused
from tests.sync.conftest import DATA_KEY, STORE_ID, Central, Laptop, NewLaptop


def test_a_new_casebook_is_made_with_the_ids_that_the_server_gave(
    central: Central, clock: FixedClock, tmp_path: Path, ash: Laptop
) -> None:
    key = DeviceKey()
    enrolled, device_id = enrolment.ask_for_ids(
        central.address,
        central.code(new_id(), "manager", "Robin Calder"),
        "Robin's laptop",
        key=key,
        transport=lambda url, own: Transport(url, own, None, clock=clock),
    )
    assert enrolled.service_id == central.service_id
    engine = database.create_store(tmp_path / database.STORE_NAME, DATA_KEY)
    casebook = Casebook.initialise(
        engine,
        store_id=STORE_ID,
        service=Service(id=enrolled.service_id, name=enrolled.service_name),
        user=User(id=enrolled.user_id, name=enrolled.user_name, role=enrolled.role),
        device_name="Robin's laptop",
        device_id=device_id,
        clock=clock,
        audit_key=change_log.audit_key(DATA_KEY),
    )
    with pytest.raises(OtherService):
        enrolment.take(ash.casebook, central.address, key, enrolled)
    enrolment.take(casebook, central.address, key, enrolled)
    robin = Laptop(casebook, central, tmp_path, "manager")
    child = robin.child()
    outcome = robin.sync()
    assert (outcome.refused, outcome.differing) == (0, [])
    assert robin.view().word == "confirmed"
    assert robin.get(Child, child.id).base_revision > 0
    engine.dispose()


def test_a_casebook_that_was_used_before_sends_all_of_it(new_laptop: NewLaptop) -> None:
    laptop = new_laptop("early", enrol=False)
    child = laptop.child(school="Written long before")
    laptop.change(Child, child.id, gp="Quay Street")
    laptop.enrol()
    assert laptop.view().waiting == laptop.casebook.head().entries
    assert laptop.sync().differing == []
    assert laptop.get(Child, child.id).gp == "Quay Street"


def test_a_code_that_is_wrong_changes_nothing_and_another_may_be_tried(
    new_laptop: NewLaptop,
) -> None:
    laptop = new_laptop("late", enrol=False)
    with pytest.raises(Refused) as refused:
        enrolment.enrol(laptop.casebook, laptop.central.address, "AAAA-BBBB-CCCC")
    assert refused.value.refusal.code == "code_unknown"
    assert laptop.view().word == "saved_here"
    with pytest.raises(Refused) as refused:
        other = laptop.central.code(new_id(), "manager")
        enrolment.enrol(laptop.casebook, laptop.central.address, other)
    assert refused.value.status == 403
    laptop.enrol()
    assert laptop.view().enrolled


def test_the_key_stays_in_the_casebook_and_is_kept_when_an_answer_is_lost(
    new_laptop: NewLaptop,
) -> None:
    laptop = new_laptop("lost", enrol=False)
    code = laptop.central.code(laptop.casebook.actor_id, "manager")

    class AnswerIsLost(Transport):
        def enrol(self, message):  # type: ignore[no-untyped-def]
            super().enrol(message)
            raise ConnectionError

    clock = laptop.casebook.clock
    with pytest.raises(ConnectionError):
        enrolment.enrol(
            laptop.casebook,
            laptop.central.address,
            code,
            transport=lambda url, key: AnswerIsLost(url, key, None, clock=clock),
        )
    enrolment.enrol(laptop.casebook, laptop.central.address, code)
    laptop.sync()
    with laptop.casebook.engine.connect() as connection:
        pem = standing.read(connection).device_key
    assert pem is not None
    assert "PRIVATE KEY" in pem
    assert "PRIVATE" not in repr(DeviceKey(pem))
    for file in laptop.folder.iterdir():
        assert b"PRIVATE KEY" not in file.read_bytes()
