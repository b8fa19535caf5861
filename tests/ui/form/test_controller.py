"""What is typed is kept soon, in order, and never lost to a save that failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.casework.form_records import AnswerChange
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.forms.loader import load_form
from app.forms.sheet import Sheet
from app.ui.form.controller import LONGEST_WAIT_MS, PAUSE_MS, FormController, SaveState

FORM = load_form(Path(__file__).parent / "every_question.yaml")


class Keeper:
    """Stands where the casebook is: notes what was to be kept, and answers when it is told to."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.asked: list[tuple[tuple[AnswerChange, ...], bool]] = []
        self.answers: list[tuple[Callable[[datetime], None], Callable[[Exception], None]]] = []

    def __call__(
        self,
        changes: Sequence[AnswerChange],
        *,
        leaving: bool,
        done: Callable[[datetime], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.asked.append((tuple(changes), leaving))
        self.answers.append((done, failed))

    def succeed(self) -> None:
        self.answers.pop(0)[0](self.clock.now())

    def fail(self, error: Exception) -> None:
        self.answers.pop(0)[1](error)

    def values(self) -> dict[str, Any]:
        """What the casebook holds when every request so far was done in order."""
        kept: dict[str, Any] = {}
        for changes, _leaving in self.asked:
            for change in changes:
                kept[change.path] = change.answer
        return kept


@pytest.fixture
def keeper(clock: FixedClock) -> Keeper:
    return Keeper(clock)


@pytest.fixture
def controller(qapp: object, clock: FixedClock, keeper: Keeper) -> FormController:
    sheet = Sheet(FORM, None, clock=clock, context={"child": "Tal"})
    return FormController(sheet, by="ash", keep=keeper, clock=clock)


def test_a_pause_in_typing_saves(qtbot: Any, controller: FormController, keeper: Keeper) -> None:
    for text in ("N", "Na", "Nan"):
        controller.set_answer("nickname", text, undoable=False)
    assert keeper.asked == []
    assert controller.save_state is SaveState.WAITING
    qtbot.waitUntil(lambda: bool(keeper.asked), timeout=PAUSE_MS * 4)
    (changes, leaving) = keeper.asked[0]
    assert [(change.path, change.answer["value"]) for change in changes] == [("nickname", "Nan")]
    assert leaving is False
    assert controller.save_state is SaveState.WAITING
    keeper.succeed()
    assert controller.save_state is SaveState.SAVED
    assert controller.is_saved


def test_typing_without_a_pause_is_saved_too(
    qtbot: Any, controller: FormController, keeper: Keeper
) -> None:
    typed = ""

    def type_on() -> bool:
        nonlocal typed
        typed += "a"
        controller.set_answer("story", typed, undoable=False)
        return bool(keeper.asked)

    # Each look restarts the pause, so only the longest wait can bring the save about.
    qtbot.waitUntil(type_on, timeout=LONGEST_WAIT_MS * 5)
    assert keeper.values()["story"]["value"]
    assert LONGEST_WAIT_MS < 2000


def test_what_follows_from_an_answer_is_kept_with_it(
    controller: FormController, keeper: Keeper
) -> None:
    controller.set_answer("visits", 4)
    controller.flush()
    kept = keeper.values()
    assert kept["visits"]["value"] == 4
    assert kept["twice"]["value"] == 8


def test_a_failed_save_keeps_the_words_and_sends_the_newest(
    qtbot: Any, controller: FormController, keeper: Keeper
) -> None:
    controller.set_answer("nickname", "Nan")
    controller.flush()
    controller.set_answer("nickname", "Nana")
    keeper.fail(KnownError("The disk is full.", "Make room."))
    assert controller.save_state is SaveState.FAILED
    assert controller.save_error is not None
    assert controller.save_error.user_text == "The disk is full."
    assert not controller.is_saved
    controller.flush()
    assert keeper.values()["nickname"]["value"] == "Nana"
    keeper.succeed()
    assert controller.save_state is SaveState.SAVED
    assert controller.save_error is None


def test_a_failed_save_is_tried_again_by_itself(
    qtbot: Any, controller: FormController, keeper: Keeper
) -> None:
    controller.set_answer("nickname", "Nan")
    controller.flush()
    keeper.fail(RuntimeError("no"))
    assert controller.save_error is not None
    assert "no" not in controller.save_error.user_text.split()
    qtbot.waitUntil(lambda: len(keeper.asked) == 2, timeout=6000)
    assert keeper.asked[1][0][0].answer["value"] == "Nan"


def test_an_older_save_that_fails_late_does_not_hide_the_newer_words(
    controller: FormController, keeper: Keeper
) -> None:
    controller.set_answer("nickname", "Nan")
    controller.flush()
    controller.set_answer("nickname", "Nana")
    controller.flush()
    keeper.fail(KnownError("No."))
    keeper.succeed()
    controller.flush()
    assert keeper.values()["nickname"]["value"] == "Nana"


def test_leaving_sends_everything_and_says_so(controller: FormController, keeper: Keeper) -> None:
    controller.set_answer("nickname", "Nan")
    controller.flush(leaving=True)
    assert keeper.asked[-1][1] is True
    keeper.succeed()
    controller.flush(leaving=True)
    assert keeper.asked[-1] == ((), True)


def test_rows_that_come_and_go_are_kept_as_a_whole(
    controller: FormController, keeper: Keeper
) -> None:
    first = controller.add_row("people")
    second = controller.add_row("people")
    controller.set_answer(f"people/{first}/name", "Kit")
    controller.flush()
    assert [change.path for change in keeper.asked[-1][0]] == ["people"]
    rows = keeper.values()["people"]["rows"]
    assert [row["id"] for row in rows] == [first, second]
    assert rows[0]["answers"]["name"]["value"] == "Kit"
    keeper.succeed()
    controller.set_answer(f"people/{first}/name", "Kit S")
    controller.flush()
    assert [change.path for change in keeper.asked[-1][0]] == [f"people/{first}/name"]


def test_an_answer_in_a_row_that_was_removed_does_not_stop_the_save(
    controller: FormController, keeper: Keeper
) -> None:
    row = controller.add_row("people")
    controller.flush()
    keeper.succeed()
    controller.set_answer(f"people/{row}/name", "Kit")
    controller.remove_row("people", row)
    controller.flush()
    assert [change.path for change in keeper.asked[-1][0]] == ["people"]


def test_undo_brings_back_a_row_with_its_answers(controller: FormController) -> None:
    row = controller.add_row("people")
    controller.set_answer(f"people/{row}/name", "Kit", undoable=False)
    controller.remove_row("people", row)
    assert controller.sheet.rows("people") == ()
    assert controller.undo()
    assert controller.sheet.rows("people") == (row,)
    assert controller.sheet.value(f"people/{row}/name") == "Kit"
    assert not controller.undo()


def test_undo_brings_back_a_choice_as_it_was_given(controller: FormController) -> None:
    controller.set_answer("turns_to", "yes")
    given = controller.sheet.answer("turns_to")
    controller.set_answer("turns_to", "no")
    controller.undo()
    assert controller.sheet.answer("turns_to") == given
    controller.undo()
    assert controller.sheet.answer("turns_to") is None


def test_a_switch_of_language_keeps_answers_and_notes_the_language_of_new_ones(
    controller: FormController,
) -> None:
    controller.set_answer("nickname", "Nan")
    controller.set_language("cy")
    controller.set_answer("story", "Stori")
    assert controller.sheet.value("nickname") == "Nan"
    assert controller.sheet.answer("nickname").language == "en"
    assert controller.sheet.answer("story").language == "cy"
    controller.set_language("fr")
    assert controller.language == "cy"


def test_pages_follow_the_answers(controller: FormController) -> None:
    assert [page.name for page in controller.pages()] == ["words", "picking", "home"]
    controller.set_answer("visits", 12)
    assert [page.name for page in controller.pages()][-1] == "extra"
    assert controller.page_label(controller.pages()[0]) == "Words and numbers about Tal"
