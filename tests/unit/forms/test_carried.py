"""Laws of carrying a stage forward: no answer is lost, and no confirmation lacks who and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.clock import FixedClock
from app.forms.answers import Answer, Document, carried_forward, each_answer
from app.forms.loader import load_form
from app.forms.sheet import Sheet
from tests.unit.forms.conftest import STREET
from tests.unit.forms.test_sheet_laws import ANSWERS, act, actions

FORM = load_form(STREET)
START = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            ["confirm", "confirm page", "change", "clear", "undo", "save", "note", "carry", "carry"]
        ),
        st.integers(0, 30),
        st.sampled_from(sorted(ANSWERS)),
    ),
    max_size=20,
)
UNKNOWN: Document = {
    "retired": {"value": "Kept from an old form", "by": "rowan", "at": "2025-01-02"},
    "moves": {"rows": [{"id": "r1", "answers": {"old": {"value": "in rows then"}}}]},
}


def values_of(document: Document) -> dict[str, Any]:
    """Every value with its path, also of what no form asks; not what the form works out."""
    return {
        path: answer.value
        for path, answer in each_answer(document)
        if answer.how not in ("calculated", "default")
    }


def must_be_sound(document: Document) -> None:
    """A confirmation always says who and when, and only what was carried has one."""
    for path, answer in each_answer(document):
        assert bool(answer.confirmed_by) == bool(answer.confirmed_at), path
        assert answer.carried or not answer.confirmed_by, path


def carries_on(steps: list[Any], deeds: list[tuple[str, int, str]]) -> None:
    """Fill in a form, go through stages of it, and compare with what has to be there each time."""
    clock = FixedClock(START)
    sheet = Sheet(FORM, UNKNOWN, clock=clock, context={"child": "Tal"})
    removed: list[str] = []
    for step in steps:
        act(sheet, step, removed)
    sheet = Sheet(FORM, sheet.document(), clock=clock, context={"child": "Tal"})
    expected = values_of(sheet.document())
    undo: list[tuple[str, Answer | None]] = []
    for number, (deed, index, name) in enumerate(deeds):
        clock.advance(timedelta(minutes=1))
        waiting = sheet.unconfirmed()
        path = waiting[index % len(waiting)] if waiting else name
        before = sheet.answer(path)
        if deed == "confirm" and waiting:
            undo.append((path, before))
            sheet.confirm(path, by="ash")
            assert sheet.answer(path).confirmed_at == clock.now().isoformat()
        elif deed == "confirm page" and waiting:
            page = sheet.page(path)
            sheet.confirm_all(sheet.unconfirmed(page), by="ash")
            assert not sheet.unconfirmed(page)
        elif deed == "change":
            undo.append((path, before))
            sheet.set(path, f"changed {number}", by="kit")
            expected[path] = sheet.value(path)
            assert path not in sheet.unconfirmed()
        elif deed == "clear":
            undo.append((path, before))
            sheet.clear(path, by="kit")
            expected.pop(path, None)
        elif deed == "undo" and undo:
            path, before = undo.pop()
            sheet.put(path, before)
            expected.pop(path, None)
        elif deed == "note" and before is not None:
            sheet.annotate(path, source="school")
        elif deed == "save":
            sheet = Sheet(FORM, sheet.document(), clock=clock, context={"child": "Tal"})
        elif deed == "carry":
            undo.clear()
            sheet = Sheet(
                FORM, carried_forward(sheet.document()), clock=clock, context={"child": "Tal"}
            )
            must_wait(sheet)
        document = sheet.document()
        must_be_sound(document)
        now = values_of(document)
        if deed in ("clear", "undo"):
            # A default may come back, or an answer of another shape that stood there before.
            expected.update(
                {at: value for at, value in now.items() if at == path or at not in expected}
            )
            if path not in now:
                expected.pop(path, None)
        assert now == expected


def must_wait(sheet: Sheet) -> None:
    """After carrying forward nothing is confirmed, and everything asked and answered waits."""
    for path in sheet.paths():
        answer = sheet.answer(path)
        if answer is None or answer.how in ("calculated", "default"):
            continue
        assert answer.carried and answer.unconfirmed, path
        asked = sheet.is_relevant(path) and not sheet.is_readonly(path)
        if asked and answer.replied and sheet.question(path).asks:
            assert path in sheet.unconfirmed(), path


def test_no_answer_is_lost_from_stage_to_stage(long_run: bool) -> None:
    settings(max_examples=3000 if long_run else 60, deadline=None)(
        given(actions, DEEDS)(carries_on)
    )()


def test_a_confirmation_without_who_or_when_counts_for_nothing() -> None:
    for half in ({"confirmed_by": "ash"}, {"confirmed_at": "2026-07-01"}):
        document = {"settled": {"value": "yes", "carried": True, **half}}
        sheet = Sheet(FORM, document, clock=FixedClock(START))
        assert sheet.unconfirmed() == ("settled",)


def test_only_what_waits_can_be_confirmed() -> None:
    sheet = Sheet(FORM, {"settled": {"value": "yes"}}, clock=FixedClock(START))
    assert not sheet.confirm("settled", by="ash")
    assert "confirmed_by" not in sheet.document()["settled"]
