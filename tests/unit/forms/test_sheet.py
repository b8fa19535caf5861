"""Filling in a form: what one answer changes, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.errors import BugError
from app.forms.answers import Answer
from app.forms.errors import FormError
from app.forms.schema import Form
from app.forms.sheet import INVALID, MISSING, Effects, Progress, Sheet

BY = "worker-1"


# Relevance --------------------------------------------------------------------------------


def test_a_question_is_asked_only_while_it_is_relevant(sheet: Sheet) -> None:
    assert not sheet.is_relevant("why_not")
    effects = sheet.set("settled", "no", by=BY)
    assert sheet.is_relevant("why_not")
    assert "why_not" in effects.relevance
    sheet.set("settled", "yes", by=BY)
    assert not sheet.is_relevant("why_not")


def test_an_irrelevant_answer_is_kept_but_counts_for_nothing(sheet: Sheet) -> None:
    sheet.set("settled", "no", by=BY)
    sheet.set("why_not", "x" * 60, by=BY)
    assert sheet.problem("why_not") is not None
    sheet.set("settled", "yes", by=BY)
    assert sheet.problem("why_not") is None
    assert "why_not" in sheet.document()
    assert "why_not" not in sheet.exported()
    sheet.set("settled", "no", by=BY)
    assert sheet.value("why_not") == "x" * 60


def test_an_irrelevant_answer_is_empty_to_expressions(open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet(
        """
        - {type: integer, name: a, label: A}
        - {type: integer, name: b, label: B, relevant: "${a} = 1"}
        - {type: calculate, name: c, calculation: "coalesce(${b}, 'none')"}
        """
    )
    sheet.set("a", 1, by=BY)
    sheet.set("b", 5, by=BY)
    assert sheet.value("c") == 5
    sheet.set("a", 2, by=BY)
    assert sheet.value("c") == "none"


def test_relevance_of_a_group_covers_all_in_it(sheet: Sheet) -> None:
    inside = ("pastimes", "safety", "hours", "back_by", "read_this")
    assert not any(sheet.is_relevant(path) for path in ("views", *inside))
    effects = sheet.set("settled", "yes", by=BY)
    assert {"views", *inside} <= effects.relevance
    assert all(sheet.is_relevant(path) for path in inside)
    assert not sheet.is_relevant("favourites")


def test_relevance_follows_along_a_chain(open_sheet: Callable[..., Sheet]) -> None:
    chain = "\n".join(
        f"""- {{type: integer, name: q{i}, label: Q, relevant: "${{q{i - 1}}} = 1"}}"""
        for i in range(1, 30)
    )
    sheet = open_sheet("- {type: integer, name: q0, label: Q}\n" + chain)
    for i in range(30):
        sheet.set(f"q{i}", 1, by=BY)
    effects = sheet.set("q0", 2, by=BY)
    assert effects.relevance == {f"q{i}" for i in range(1, 30)}


def test_an_effect_names_only_what_changed(sheet: Sheet) -> None:
    sheet.set("settled", "yes", by=BY)
    effects = sheet.set("county", "powys", by=BY)
    assert effects == Effects(values=frozenset({"county"}), choices=frozenset({"town"}))
    assert not sheet.set("county", "powys", by=BY)


# Calculations, defaults, readonly -----------------------------------------------------------


def test_a_calculation_follows_its_answers(sheet: Sheet) -> None:
    sheet.set("settled", "yes", by=BY)
    effects = sheet.set("moves", 4, by=BY)
    assert sheet.value("summary") == "Yes 8"
    assert "summary" in effects.values
    answer = sheet.answer("summary")
    assert answer is not None and (answer.by, answer.how) == ("form", "calculated")


def test_a_calculation_that_comes_to_nothing_leaves_no_answer(
    open_sheet: Callable[..., Sheet],
) -> None:
    sheet = open_sheet(
        """
        - {type: integer, name: a, label: A}
        - {type: calculate, name: twice, calculation: "${a} * 2"}
        """
    )
    assert "twice" not in sheet.document()
    sheet.set("a", 2, by=BY)
    assert sheet.value("twice") == 4
    sheet.clear("a", by=BY)
    assert "twice" not in sheet.document()


def test_calculations_have_the_type_of_their_question(open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet(
        """
        - {type: date, name: start, label: Start}
        - {type: date, name: end, label: End, readonly: true, calculation: "date(${start} + 28)"}
        - {type: decimal, name: weeks, label: W, calculation: "(${end} - ${start}) div 7"}
        - {type: integer, name: days, label: D, calculation: "${end} - ${start}"}
        - {type: calculate, name: late, calculation: "${end} < today()"}
        - {type: note, name: told, label: Late, relevant: "${late} = true()"}
        """
    )
    sheet.set("start", "2026-03-01", by=BY)
    got = [sheet.value(name) for name in ("end", "weeks", "days", "late")]
    assert got == ["2026-03-29", "4", 28, "true"]
    assert sheet.is_relevant("told")
    sheet.set("start", "2026-06-30", by=BY)
    assert sheet.value("late") == "false"
    assert not sheet.is_relevant("told")


def test_once_keeps_its_first_result(open_sheet: Callable[..., Sheet]) -> None:
    survey = """
        - {type: integer, name: a, label: A}
        - {type: calculate, name: first, calculation: "once(${a})"}
        - {type: calculate, name: mark, calculation: "once(uuid())"}
        """
    sheet = open_sheet(survey)
    sheet.set("a", 3, by=BY)
    sheet.set("a", 9, by=BY)
    assert sheet.value("first") == 3
    again = open_sheet(survey, sheet.document())
    assert again.value("mark") == sheet.value("mark")


def test_a_default_stands_until_something_is_said(street: Form, clock: FixedClock) -> None:
    sheet = Sheet(street, clock=clock)
    answer = sheet.answer("moves")
    assert answer is not None and (answer.value, answer.how) == (0, "default")
    sheet.clear("moves", by=BY)
    assert sheet.value("moves") is None
    assert Sheet(street, sheet.document(), clock=clock).value("moves") is None


def test_a_default_may_be_worked_out_and_is_not_worked_out_again(
    open_sheet: Callable[..., Sheet], clock: FixedClock
) -> None:
    survey = """
        - {type: date, name: seen, label: Seen, default: today()}
        - {type: text, name: of, label: Of, default: "context('child')"}
        """
    sheet = open_sheet(survey, context={"child": "Tal"})
    assert (sheet.value("seen"), sheet.value("of")) == ("2026-07-02", "Tal")
    clock.advance(timedelta(days=3))
    sheet.refresh()
    assert sheet.value("seen") == "2026-07-02"


def test_readonly_follows_its_expression(sheet: Sheet) -> None:
    sheet.set("settled", "no", by=BY)
    assert not sheet.is_readonly("hours")
    effects = sheet.set("settled", "yes", by=BY)
    assert sheet.is_readonly("hours")
    assert "hours" in effects.labels


def test_time_passing_is_noticed_on_refresh(sheet: Sheet, clock: FixedClock) -> None:
    sheet.set("moved_in", "2026-07-03", by=BY)
    assert sheet.problem("moved_in") is not None
    clock.advance(timedelta(days=1))
    assert "moved_in" in sheet.refresh().problems
    assert sheet.problem("moved_in") is None


# Validity -----------------------------------------------------------------------------------


def test_a_constraint_says_its_own_message(sheet: Sheet) -> None:
    effects = sheet.set("moves", 51, by=BY)
    problem = sheet.problem("moves")
    assert problem is not None
    assert (problem.page, problem.text, problem.kind) == ("home", "Enter 0 to 50.", INVALID)
    assert effects.problems == {"moves"}
    assert sheet.set("moves", 50, by=BY).problems == {"moves"}
    assert sheet.problem("moves") is None


def test_a_constraint_is_not_asked_of_an_empty_answer(sheet: Sheet) -> None:
    sheet.clear("moves", by=BY)
    assert sheet.problem("moves") is None


def test_required_may_depend_on_an_answer(sheet: Sheet) -> None:
    sheet.set("settled", "no", by=BY)
    assert not sheet.is_required("why_not")
    assert sheet.problem("why_not") is None
    sheet.set("moves", 3, by=BY)
    assert sheet.is_required("why_not")
    problem = sheet.problem("why_not")
    assert problem is not None
    assert (problem.kind, problem.text) == (MISSING, "Say why in a sentence.")
    sheet.set("why_not", "Too loud.", by=BY)
    assert sheet.problem("why_not") is None


@pytest.mark.parametrize(
    ("path", "typed", "words"),
    [
        ("moves", "three", "Enter a whole number, like 3."),
        ("moves", "3.5", "Enter a whole number, like 3."),
        ("hours", "a few", "Enter a number, like 3.5."),
        ("moved_in", "31/02/2026", "Enter a real date, like 27/03/2026."),
        ("moved_in", "last spring", "Enter a real date, like 27/03/2026."),
        ("back_by", "25:00", "Enter a time of day, like 14:30."),
        ("settled", "perhaps", "Select one of the answers offered."),
        ("read_this", "maybe", "This answer does not fit. Check it."),
    ],
)
def test_what_does_not_fit_is_kept_as_typed_and_named(
    sheet: Sheet, path: str, typed: str, words: str
) -> None:
    sheet.set("settled", "no", by=BY)
    sheet.set(path, typed, by=BY)
    problem = sheet.problem(path)
    assert sheet.value(path) == typed
    assert problem is not None and problem.text == words


@pytest.mark.parametrize(
    ("path", "typed", "kept"),
    [
        ("moves", " 12 ", 12),
        ("moves", 12.0, 12),
        ("hours", "2.50", "2.50"),
        ("hours", 2.5, "2.5"),
        ("moved_in", "1/2/2026", "2026-02-01"),
        ("moved_in", "01.02.2026", "2026-02-01"),
        ("moved_in", datetime(2026, 2, 1).date(), "2026-02-01"),
        ("back_by", "9:05", "09:05"),
        ("pastimes", "radio football", ["radio", "football"]),
        ("pastimes", ["radio", "radio"], ["radio"]),
        ("read_this", True, "OK"),
        ("read_this", False, None),
        ("why_not", "", None),
        ("why_not", "  two  spaces ", "  two  spaces "),
    ],
)
def test_what_fits_is_kept_in_one_spelling(
    sheet: Sheet, path: str, typed: object, kept: object
) -> None:
    sheet.set("settled", "no", by=BY)
    sheet.set(path, typed, by=BY)
    assert sheet.value(path) == kept
    assert sheet.problem(path) is None


def test_a_moment_may_be_typed_with_a_space(open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet("- {type: dateTime, name: at, label: At}")
    sheet.set("at", "27/03/2026 9:05", by=BY)
    assert sheet.value("at") == "2026-03-27T09:05"
    assert sheet.shown("at") == "27 March 2026, 09:05"
    sheet.set("at", "27/03/2026", by=BY)
    problem = sheet.problem("at")
    assert problem is not None
    assert problem.text == "Enter a date and a time, like 27/03/2026 14:30."


def test_a_wrong_answer_is_empty_to_expressions(sheet: Sheet) -> None:
    sheet.set("settled", "no", by=BY)
    sheet.set("moves", "9 or so", by=BY)
    assert not sheet.is_required("why_not")


def test_an_exclusive_option_stands_alone(sheet: Sheet) -> None:
    sheet.set("settled", "yes", by=BY)
    sheet.set("pastimes", ["radio", "none"], by=BY)
    problem = sheet.problem("pastimes")
    assert problem is not None and "“None of these”" in problem.text
    sheet.language = "cy"
    problem = sheet.problem("pastimes")
    assert problem is not None and "“Dim o’r rhain”" in problem.text
    sheet.set("pastimes", ["none"], by=BY)
    assert sheet.problem("pastimes") is None


def test_a_rank_needs_every_answer_in_order(sheet: Sheet) -> None:
    sheet.set("settled", "yes", by=BY)
    sheet.set("pastimes", ["radio", "football"], by=BY)
    sheet.set("favourites", ["football", "radio"], by=BY)
    assert sheet.problem("favourites") is not None
    sheet.set("favourites", ["football", "none", "radio"], by=BY)
    assert sheet.problem("favourites") is None
    assert sheet.shown("favourites") == "Football, None of these, Radio"


def test_problems_come_in_the_order_of_the_form(sheet: Sheet) -> None:
    row, _effects = sheet.add_row("people")
    sheet.set("moves", 99, by=BY)
    found = [(problem.path, problem.kind) for problem in sheet.problems()]
    assert found == [
        ("settled", MISSING),
        ("moves", INVALID),
        (f"people/{row}/who", MISSING),
    ]
    assert [problem.path for problem in sheet.problems("people_page")] == [f"people/{row}/who"]


def test_a_refusal_is_a_reply(sheet: Sheet) -> None:
    sheet.set("settled", None, by="child", refused="rather_not_say")
    assert sheet.problem("settled") is None
    assert sheet.progress("home").answered == 2
    assert sheet.shown("settled") == "I don’t want to say"
    assert not sheet.is_relevant("views")


def test_progress_counts_what_is_asked(sheet: Sheet) -> None:
    assert sheet.progress("home") == Progress(answered=1, asked=5, problems=0, missing=1)
    sheet.set("settled", "no", by=BY)
    sheet.set("moves", "x", by=BY)
    assert sheet.progress("home") == Progress(answered=2, asked=6, problems=1, missing=0)
    assert not sheet.progress("home").complete
    sheet.set("settled", "yes", by=BY)
    assert sheet.progress("views").asked == 4  # hours may not be answered, favourites is not asked


# Choices ------------------------------------------------------------------------------------


def test_a_choice_filter_narrows_the_choices(sheet: Sheet) -> None:
    assert sheet.choices("town") == ()
    sheet.set("county", "gwynedd", by=BY)
    assert [choice.name for choice in sheet.choices("town")] == ["bala", "nefyn"]


def test_a_choice_that_is_no_longer_offered_is_kept_and_named(sheet: Sheet) -> None:
    sheet.set("county", "gwynedd", by=BY)
    sheet.set("town", "bala", by=BY)
    sheet.set("county", "powys", by=BY)
    assert sheet.value("town") == "bala"
    problem = sheet.problem("town")
    assert problem is not None
    assert problem.text == "This answer no longer fits what was said before. Select again."


# Repeats ------------------------------------------------------------------------------------


def people(sheet: Sheet, *ages: int | None) -> list[str]:
    rows = []
    for number, age in enumerate(ages, 1):
        row, _effects = sheet.add_row("people")
        sheet.set(f"people/{row}/who", f"P{number}", by=BY)
        if age is not None:
            sheet.set(f"people/{row}/age", age, by=BY)
        rows.append(row)
    return rows


def test_rows_have_answers_of_their_own(sheet: Sheet) -> None:
    first, second = people(sheet, 40, 9)
    assert sheet.rows("people") == (first, second)
    assert sheet.label(f"people/{first}/age") == "How old is P1?"
    assert sheet.is_relevant(f"people/{first}/grown_up")
    assert not sheet.is_relevant(f"people/{second}/grown_up")


def test_what_sums_over_rows_follows_each_of_them(sheet: Sheet) -> None:
    first, second = people(sheet, 40, 9)
    assert [sheet.value(name) for name in ("total_age", "adults", "first_name")] == [49, 1, "P1"]
    effects = sheet.set(f"people/{second}/age", 20, by=BY)
    assert {"total_age", "adults"} <= effects.values
    assert sheet.label("crowd") == "There are 2 adults."
    sheet.remove_row("people", first)
    assert [sheet.value(name) for name in ("total_age", "adults", "first_name")] == [20, 1, "P2"]
    assert sheet.value(f"people/{second}/place") == 1


def test_a_change_in_one_row_leaves_the_others_alone(sheet: Sheet) -> None:
    first, second = people(sheet, 40, 9)
    effects = sheet.set(f"people/{second}/who", "Bob", by=BY)
    assert not any(first in path for path in effects.labels)
    assert f"people/{second}/age" in effects.labels
    assert f"people/{second}" in effects.labels


def test_a_removed_row_comes_back_as_it_was(sheet: Sheet) -> None:
    _first, second, _third = people(sheet, 40, 9, 12)
    phone, _effects = sheet.add_row(f"people/{second}/phones")
    sheet.set(f"people/{second}/phones/{phone}/number", "01632 960000", by=BY)
    before = sheet.document()
    effects = sheet.remove_row("people", second)
    assert effects.rows == {"people"}
    assert not sheet.has(f"people/{second}/who")
    sheet.restore_row("people", second)
    assert sheet.document() == before


def test_rows_can_be_put_in_another_order(sheet: Sheet) -> None:
    first, second = people(sheet, 40, 9)
    sheet.move_row("people", second, 0)
    assert sheet.rows("people") == (second, first)
    assert sheet.value("first_name") == "P2"
    assert [row["id"] for row in sheet.document()["people"]["rows"]] == [second, first]


def test_a_row_without_a_name_is_numbered(sheet: Sheet) -> None:
    sheet.add_row("people")
    row, _effects = sheet.add_row("people")
    assert sheet.label(f"people/{row}") == "Person 2"
    sheet.set(f"people/{row}/who", "Gran", by=BY)
    assert sheet.label(f"people/{row}") == "Gran"


def test_a_numbered_row_is_drawn_again_when_one_before_it_goes(
    open_sheet: Callable[..., Sheet],
) -> None:
    sheet = open_sheet(
        """
        - type: repeat
          name: people
          label: Person
          children:
            - {type: text, name: who, label: Who}
        """
    )
    first, _effects = sheet.add_row("people")
    second, _effects = sheet.add_row("people")
    effects = sheet.remove_row("people", first)
    assert sheet.label(f"people/{second}") == "Person 1"
    assert f"people/{second}" in effects.labels


def test_a_row_may_look_at_the_rows_inside_it(sheet: Sheet) -> None:
    first, second = people(sheet, 40, 9)
    for row, number in ((first, "0001"), (first, "0002"), (second, "0003")):
        phone, _effects = sheet.add_row(f"people/{row}/phones")
        sheet.set(f"people/{row}/phones/{phone}/number", number, by=BY)
    assert sheet.value(f"people/{first}/numbers") == "0001 0002"
    assert sheet.value(f"people/{second}/numbers") == "0003"
    assert sheet.value(f"people/{second}/phones/{phone}/whose") == "P2 1"
    sheet.set(f"people/{second}/who", "Bob", by=BY)
    assert sheet.value(f"people/{second}/phones/{phone}/whose") == "Bob 1"


def test_a_count_makes_rows_and_loses_none(open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet(
        """
        - {type: integer, name: n, label: N}
        - type: repeat
          name: times
          label: Time
          count: "${n}"
          children:
            - {type: integer, name: minutes, label: Minutes, required: true}
        - {type: calculate, name: total, calculation: "sum(${minutes})"}
        - {type: calculate, name: rows, calculation: "count(${times})"}
        """
    )
    assert not sheet.may_add_row("times")
    effects = sheet.set("n", 3, by=BY)
    assert effects.rows == {"times"}
    rows = sheet.rows("times")
    for row in rows:
        sheet.set(f"times/{row}/minutes", 10, by=BY)
    assert (sheet.value("total"), sheet.value("rows")) == (30, 3)
    sheet.set("n", 1, by=BY)
    assert (sheet.value("total"), sheet.value("rows")) == (10, 1)
    assert sheet.rows("times") == rows
    assert not sheet.is_relevant(f"times/{rows[2]}/minutes")
    assert len(sheet.exported()["times"]["rows"]) == 1
    sheet.set("n", 2, by=BY)
    assert (sheet.value("total"), sheet.rows("times")) == (20, rows)


def test_defaults_and_calculations_start_in_each_row(open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet(
        """
        - {type: integer, name: base, label: Base, default: "5"}
        - type: repeat
          name: rows
          label: Row
          children:
            - {type: integer, name: given, label: Given, default: "2"}
            - {type: calculate, name: product, calculation: "${given} * ${base}"}
        """
    )
    row, _effects = sheet.add_row("rows")
    assert sheet.value(f"rows/{row}/product") == 10
    sheet.set("base", 7, by=BY)
    assert sheet.value(f"rows/{row}/product") == 14


# Harm, judgements, languages ----------------------------------------------------------------


def test_signs_of_harm_are_those_of_relevant_answers(sheet: Sheet) -> None:
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "I am afraid at night", by="child")
    assert sheet.harm_signs() == ("why_not",)
    sheet.set("settled", "yes", by="child")
    assert sheet.harm_signs() == ()


def test_a_form_knows_which_question_holds_a_judgement(street: Form) -> None:
    assert street.judgements == {"safety_wellbeing": "safety"}


def test_switching_the_language_loses_nothing(sheet: Sheet) -> None:
    people(sheet, 40)
    sheet.set("settled", "no", by=BY)
    sheet.set("why_not", "Too loud", by=BY)
    sheet.set("moved_in", "2026-03-03", by=BY)
    before = sheet.document()
    sheet.language = "cy"
    assert sheet.label("settled") == "Ydy Tal wedi setlo?"
    assert sheet.hint("settled") == "Meddyliwch am y mis diwethaf."
    assert sheet.shown("settled") == "Nac ydy"
    assert sheet.shown("moved_in") == "3 Mawrth 2026"
    assert sheet.value("summary") == "Nac ydy 0"
    sheet.language = "en"
    assert sheet.document() == before


def test_constraint_messages_are_in_the_language_shown(sheet: Sheet) -> None:
    sheet.set("moves", 99, by=BY)
    sheet.language = "cy"
    problem = sheet.problem("moves")
    assert problem is not None and problem.text == "Rhowch 0 i 50."


def test_an_answer_keeps_the_language_it_was_given_in(sheet: Sheet) -> None:
    sheet.language = "cy"
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "Rhy swnllyd", by="child", language="cy")
    sheet.language = "en"
    answer = sheet.answer("why_not")
    assert answer is not None and answer.language == "cy"


def test_without_a_name_the_child_is_the_child(street: Form, clock: FixedClock) -> None:
    sheet = Sheet(street, clock=clock)
    assert sheet.label("home") == "Where the child lives"
    sheet.language = "cy"
    assert sheet.label("home") == "Ble mae y plentyn yn byw"


# What is known about an answer --------------------------------------------------------------


def test_who_said_it_how_and_when_stay_with_the_answer(sheet: Sheet, clock: FixedClock) -> None:
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "Loud", by="child", how="spoken", source="visit", may_quote=True)
    answer = sheet.answer("why_not")
    assert answer == Answer(
        value="Loud",
        language="en",
        by="child",
        how="spoken",
        at=clock.now().isoformat(),
        source="visit",
        may_quote=True,
    )


def test_consent_to_quote_holds_for_the_words_it_was_given_for(sheet: Sheet) -> None:
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "Loud", by="child", may_quote=True)
    sheet.set("why_not", "Loud", by="child", how="read_to_me")
    answer = sheet.answer("why_not")
    assert answer is not None and answer.may_quote is True
    sheet.set("why_not", "Very loud", by="child")
    answer = sheet.answer("why_not")
    assert answer is not None and answer.may_quote is None


def test_a_verified_source_does_not_verify_other_words(sheet: Sheet) -> None:
    sheet.set("moves", 3, by=BY, source="school")
    sheet.annotate("moves", verified=True)
    sheet.set("moves", 4, by=BY)
    answer = sheet.answer("moves")
    assert answer is not None and (answer.source, answer.verified) == ("school", None)


def test_a_carried_answer_waits_to_be_confirmed(
    street: Form, clock: FixedClock, sheet: Sheet
) -> None:
    document: dict[str, Any] = {"settled": {"value": "yes", "by": BY, "carried": True}}
    carried = Sheet(street, document, clock=clock)
    answer = carried.answer("settled")
    assert answer is not None and answer.unconfirmed
    carried.confirm("settled", by="worker-2")
    answer = carried.answer("settled")
    assert answer is not None and not answer.unconfirmed and answer.carried
    carried.set("settled", "no", by=BY)
    answer = carried.answer("settled")
    assert answer is not None and not answer.carried


def test_put_sets_an_answer_back_exactly(sheet: Sheet) -> None:
    sheet.set("settled", "no", by="child", how="spoken")
    before = sheet.answer("settled")
    sheet.set("settled", "yes", by=BY)
    sheet.put("settled", before)
    assert sheet.answer("settled") == before
    assert sheet.is_relevant("why_not")


# The document -------------------------------------------------------------------------------


def test_what_a_form_does_not_know_stays_in_the_document(street: Form, clock: FixedClock) -> None:
    document: dict[str, Any] = {
        "retired": {"value": "old"},
        "settled": {"value": "yes", "from_later": {"a": 1}},
        "people": {
            "note": "kept",
            "rows": [
                {
                    "id": "0190f3a0-0000-7000-8000-000000000001",
                    "colour": "blue",
                    "answers": {"who": {"value": "Gran"}, "gone": {"value": 1}},
                }
            ],
        },
    }
    written = Sheet(street, document, clock=clock).document()
    assert written["retired"] == {"value": "old"}
    assert written["settled"]["from_later"] == {"a": 1}
    assert written["people"]["note"] == "kept"
    row = written["people"]["rows"][0]
    assert (row["colour"], row["answers"]["gone"]) == ("blue", {"value": 1})


def test_a_document_is_a_copy(sheet: Sheet) -> None:
    sheet.set("settled", "yes", by=BY)
    sheet.set("pastimes", ["radio"], by=BY)
    sheet.document()["pastimes"]["value"].append("football")
    sheet.value("pastimes").append("football")
    assert sheet.value("pastimes") == ["radio"]


def test_json_at_gives_what_the_document_holds(sheet: Sheet) -> None:
    people(sheet, 40)
    sheet.set("settled", "yes", by=BY)
    document = sheet.document()
    assert sheet.json_at("settled") == document["settled"]
    assert sheet.json_at("people") == document["people"]
    assert sheet.json_at("county") is None


def test_a_path_that_is_not_there_is_our_own_mistake(sheet: Sheet) -> None:
    with pytest.raises(BugError):
        sheet.value("nowhere")
    with pytest.raises(BugError):
        sheet.set("home", "x", by=BY)
    with pytest.raises(BugError):
        sheet.rows("home")


def test_a_form_with_a_fault_does_not_open(
    form_of: Callable[[str], Form], clock: FixedClock
) -> None:
    form = form_of('- {type: text, name: a, label: A, relevant: "${nobody} = 1"}')
    with pytest.raises(FormError, match="nobody"):
        Sheet(form, clock=clock)


def test_an_expression_that_fails_is_reported_and_counts_as_empty(
    open_sheet: Callable[..., Sheet],
) -> None:
    sheet = open_sheet(
        """
        - {type: text, name: pattern, label: Pattern}
        - {type: calculate, name: fits, calculation: "regex('a', ${pattern})"}
        """
    )
    sheet.set("pattern", "[", by=BY)
    assert sheet.value("fits") is None
    assert "fits / calculation" in sheet.faults()
    sheet.set("pattern", "a", by=BY)
    assert sheet.value("fits") == "true"
    assert sheet.faults() == {}
