"""Casebooks for tests: real encrypted stores with fictional people in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.core.clock import FixedClock
from app.models import change_log, database
from app.models.casebook import Casebook
from app.models.records import Child, FormRecord, Service, User

DATA_KEY = bytes(range(32))
STORE_ID = "0198c0de-0000-7000-8000-000000000001"
USER_ID = "0198c0de-0000-7000-8000-00000000000a"
MANAGER_ID = "0198c0de-0000-7000-8000-00000000000b"


@pytest.fixture
def audit_key() -> bytes:
    return change_log.audit_key(DATA_KEY)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty encrypted store."""
    engine = database.create_store(tmp_path / database.STORE_NAME, DATA_KEY)
    yield engine
    engine.dispose()


@pytest.fixture
def casebook(engine: Engine, clock: FixedClock, audit_key: bytes) -> Casebook:
    """A casebook with its service, one practitioner and one manager."""
    casebook = Casebook.initialise(
        engine,
        store_id=STORE_ID,
        service=Service(name="Rivermouth Youth Justice Service"),
        user=User(id=USER_ID, name="Ash Marlow", role="practitioner"),
        device_name="Test laptop",
        clock=clock,
        audit_key=audit_key,
    )
    with casebook.write() as work:
        work.add(User(id=MANAGER_ID, name="Morgan Vale", role="manager"))
    return casebook


@pytest.fixture
def reopen(engine: Engine, clock: FixedClock, audit_key: bytes) -> Callable[..., Casebook]:
    """Open the store of `casebook` again, as another user if one is named."""

    def again(actor_id: str = USER_ID) -> Casebook:
        return Casebook.open(
            engine, store_id=STORE_ID, actor_id=actor_id, clock=clock, audit_key=audit_key
        )

    return again


@pytest.fixture
def child(casebook: Casebook) -> Child:
    """A fictional child, as it was when it was added."""
    with casebook.write() as work:
        return work.add(Child(given_name="Tal", family_name="Fenwick"))


@pytest.fixture
def form(casebook: Casebook, child: Child) -> FormRecord:
    """An empty draft of an assessment for the child."""
    with casebook.write() as work:
        return work.add(
            FormRecord(child_id=child.id, form_id="made_up", form_version=1, kind="assessment")
        )
