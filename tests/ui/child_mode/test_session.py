"""The way of a child through a questionnaire: forwards, back, past what is not asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.forms.loader import load_form
from app.forms.sheet import Sheet
from app.ui.child_mode.session import At, ChildSession, Step
from app.ui.form.controller import FormController

FORM = load_form(Path(__file__).parent.parent / "form" / "my_day.yaml")


def kept(_changes: Any, *, leaving: bool, done: Any, failed: Any) -> None:
    """Nothing is kept: these tests look at the way."""


@pytest.fixture
def session(qapp: object, clock: FixedClock) -> ChildSession:
    return session_of(None, clock)


def session_of(document: dict[str, Any] | None, clock: FixedClock) -> ChildSession:
    sheet = Sheet(FORM, document, clock=clock, context={"child": "Tal"})
    return ChildSession(FormController(sheet, by="child", keep=kept, clock=clock))


def test_words_at_the_very_start_are_said_before_the_first_question(
    session: ChildSession,
) -> None:
    assert session.step == Step(At.START)
    assert session.opening_words() == ("This is about your day.",)
    assert session.forward() == Step(At.QUESTION, "best")


def test_a_question_passed_by_counts_as_skipped(session: ChildSession) -> None:
    session.begin()
    session.forward()
    answer = session.controller.sheet.answer("best")
    assert answer.refused == "skip"
    assert session.step == Step(At.QUESTION, "worry")


def test_own_words_lead_to_the_question_about_the_court(session: ChildSession) -> None:
    session.begin()
    session.controller.set_answer("best", "Football")
    assert session.forward() == Step(At.QUOTE, "best")
    session.let_quote(False)
    assert session.controller.sheet.answer("best").may_quote is False
    assert session.controller.sheet.value("best") == "Football"
    assert session.forward() == Step(At.QUESTION, "worry")
    session.controller.set_answer("best", "Football and cooking")
    assert session.controller.sheet.answer("best").may_quote is None


def test_the_answer_keeps_its_language_when_the_court_is_asked_about_in_another(
    session: ChildSession,
) -> None:
    session.begin()
    session.controller.set_answer("best", "Football")
    session.forward()
    session.controller.set_language("cy")
    session.let_quote(True)
    assert session.controller.sheet.answer("best").language == "en"


def test_the_way_follows_the_answers(session: ChildSession) -> None:
    session.begin("worry")
    assert session.place() == (2, 3)
    session.controller.set_answer("worry", "a_lot")
    assert session.place() == (2, 4)
    assert session.forward() == Step(At.QUESTION, "worry_about")
    session.back()
    session.controller.set_answer("worry", "not_at_all")
    assert session.forward() == Step(At.QUESTION, "likes")


def test_the_end_and_back_again(session: ChildSession) -> None:
    session.begin("likes")
    assert session.forward() == Step(At.END)
    assert session.finished
    assert session.back() == Step(At.QUESTION, "likes")
    session.back()
    session.back()
    assert session.back() == Step(At.START)


def test_a_refusal_takes_the_place_of_an_answer(session: ChildSession) -> None:
    session.begin("worry")
    session.controller.set_answer("worry", "a_lot")
    session.refuse("rather_not_say")
    assert session.controller.sheet.value("worry") is None
    assert session.refusal() == "rather_not_say"
    session.controller.set_answer("worry", "a_bit")
    assert session.refusal() is None


def test_a_break_is_gone_on_from_after_the_last_reply(clock: FixedClock, qapp: object) -> None:
    begun = {
        "best": {"value": "Football", "by": "child"},
        "worry": {"value": None, "refused": "skip", "by": "child"},
    }
    assert session_of(begun, clock).resume() == Step(At.QUESTION, "likes")
    assert session_of({}, clock).resume() == Step(At.START)


def test_nothing_has_to_be_answered_and_what_does_not_fit_is_said(session: ChildSession) -> None:
    session.begin("likes")
    assert session.problem() is None
    session.begin("best")
    session.controller.set_answer("best", "x" * 60)
    assert session.problem() is not None
