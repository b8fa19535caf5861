"""What lists and numbers ask of forms is read from indexes: a form's answers are long."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.casework import caseload, children, keeping
from app.casework.desk import Desk
from app.core.errors import KnownError
from tests.casework.conftest import AddChild


def test_the_caseload_and_what_is_due_never_read_a_form_itself(
    desk: Desk, add_child: AddChild
) -> None:
    add_child()
    asked: list[tuple[str, tuple[object, ...]]] = []

    def listen(connection, cursor, statement, parameters, context, executemany) -> None:  # type: ignore[no-untyped-def]
        asked.append((statement, parameters))

    event.listen(desk.casebook.engine, "before_cursor_execute", listen)
    caseload.counts(desk)
    caseload.due(desk)
    caseload.rows(desk)
    event.remove(desk.casebook.engine, "before_cursor_execute", listen)
    with desk.casebook.engine.connect() as connection:
        steps = [
            step[3]
            for sql, values in asked
            if "form_record" in sql and sql.startswith("SELECT")
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            if "form_record" in step[3]
        ]
    assert steps
    assert [step for step in steps if "COVERING INDEX" not in step] == []


def test_a_visit_that_could_not_be_logged_is_logged_the_next_time(
    desk: Desk, add_child: AddChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = add_child()
    children.leave_child(desk)

    def full(*_arguments: object) -> None:
        raise KnownError("The disk is full.")

    with monkeypatch.context() as broken, pytest.raises(KnownError, match="full"):
        broken.setattr(keeping, "note_consultation", full)
        children.open_child(desk, child.id)
    before = desk.casebook.head().entries
    children.open_child(desk, child.id)
    assert desk.casebook.head().entries == before + 1
