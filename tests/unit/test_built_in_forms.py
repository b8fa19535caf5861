"""The built-in forms as data: sound, bilingual, proportionate, readable; each form is globbed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from app.casework.reference import listing
from app.core.clock import FixedClock
from app.core.paths import resource_path
from app.core.reading_age import GRADE_OF_A_NINE_YEAR_OLD, grade
from app.forms.lint import lint
from app.forms.loader import load_form
from app.forms.schema import (
    REPORT_SECTIONS,
    Choice,
    Form,
    Group,
    Item,
    Question,
    Repeat,
    Words,
)
from app.forms.sentences import sentences
from app.forms.sheet import Sheet
from app.models import casebook
from app.models.base import Base

FORMS = sorted(path.name for path in resource_path("forms").glob("*.yaml"))
BUILT_IN = {"assessment.yaml", "resettlement.yaml", "my_life_now.yaml"}
MAP = Path(__file__).parents[2] / "docs" / "assessment-map.md"
CLOCK = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))

FREE_TEXT_AT_MOST = 0.4
WORDS_IN_A_QUESTION = 15

MUTATING = re.compile(
    r"\b(?:i|o|ar|am|at|gan|dan|dros|drwy|trwy|heb|hyd|wrth|a|â|gyda|tua|na|neu|ei|dy|fy|yn|mai?)"
    r" \{child\}",
    re.IGNORECASE,
)
"""Welsh words that change the first letter of what follows; a name must be left as it is."""

STIGMA = re.compile(
    r"\b(?:offenders?|perpetrators?|criminals?|gang|antisocial|manipulative|aggravating|mitigating"
    r"|non-complian\w+|hard.to.reach|chaotic|troublesome)\b",
    re.IGNORECASE,
)


@cache
def form_in(name: str) -> Form:
    return load_form(resource_path("forms") / name)


def asked(item: Form | Group) -> list[Question]:
    """Every question that a person answers, those inside groups and repeats too."""
    return [question for question in _questions(item) if question.asks]


def _questions(item: Form | Group) -> Iterator[Question]:
    children: tuple[Item, ...] = item.survey if isinstance(item, Form) else item.children
    for child in children:
        if isinstance(child, Question):
            yield child
        else:
            yield from _questions(child)


def _groups(group: Group) -> Iterator[Group]:
    yield group
    for child in group.children:
        if isinstance(child, Group):
            yield from _groups(child)


def words_of(form: Form) -> Iterator[tuple[str, Words]]:
    """Every text a person reads, with the place where it stands."""
    yield "title", form.title
    for item in form.items():
        yield f"{item.name} / label", item.label
        yield f"{item.name} / hint", item.hint
        if isinstance(item, Repeat) and isinstance(item.row_label, Words):
            yield f"{item.name} / row_label", item.row_label
        if isinstance(item, Question):
            yield f"{item.name} / guidance_hint", item.guidance_hint
            yield f"{item.name} / constraint_message", item.constraint_message
            yield f"{item.name} / required_message", item.required_message
            for line in item.report:
                yield f"{item.name} / report", line.text
                for value, words in line.by_value.items():
                    yield f"{item.name} / report / {value}", words
    for list_name, choices in form.choices.items():
        for choice in choices:
            yield f"{list_name} / {choice.name}", choice.label


# Every form ---------------------------------------------------------------------------------


def test_the_three_forms_of_the_main_job_are_there() -> None:
    assert set(FORMS) >= BUILT_IN


@pytest.mark.parametrize("name", FORMS)
def test_a_built_in_form_is_sound(name: str) -> None:
    assert [str(finding) for finding in lint(form_in(name))] == []


@pytest.mark.parametrize("name", FORMS)
def test_every_text_is_in_english_and_welsh(name: str) -> None:
    form = form_in(name)
    assert form.languages == ("en", "cy")
    missing = [
        f"{place}: {language}"
        for place, words in words_of(form)
        if words
        for language in form.languages
        if not words.by_language.get(language, "").strip()
    ]
    assert missing == []


@pytest.mark.parametrize("name", FORMS)
def test_every_question_and_choice_has_a_label(name: str) -> None:
    form = form_in(name)
    bare = [
        item.name
        for item in form.items()
        # What is worked out and has no label is not shown.
        if not item.label and not (isinstance(item, Question) and item.type == "calculate")
    ]
    bare += [
        f"{list_name} / {choice.name}"
        for list_name, choices in form.choices.items()
        for choice in choices
        if not choice.label
    ]
    assert bare == []


@pytest.mark.parametrize("name", FORMS)
def test_welsh_leaves_the_name_of_the_child_unchanged(name: str) -> None:
    changed = [
        f"{place}: {words.text('cy')}"
        for place, words in words_of(form_in(name))
        if MUTATING.search(words.text("cy"))
    ]
    assert changed == []


@pytest.mark.parametrize("name", FORMS)
def test_the_child_is_named_in_both_languages_or_spoken_of(name: str) -> None:
    """Where English names the child, Welsh does too, or says “y plentyn”, or needs no name."""
    strange = [
        place
        for place, words in words_of(form_in(name))
        if "{child}" in words.text("cy") and "{child}" not in words.text("en")
    ]
    assert strange == []


@pytest.mark.parametrize("name", FORMS)
def test_no_word_marks_a_child(name: str) -> None:
    marking = [
        f"{place}: {words.text('en')}"
        for place, words in words_of(form_in(name))
        if STIGMA.search(words.text("en"))
    ]
    assert marking == []


@pytest.mark.parametrize("name", FORMS)
def test_unreviewed_welsh_is_marked_as_such(name: str) -> None:
    assert form_in(name).welsh_reviewed_by is None


@pytest.mark.parametrize("name", FORMS)
def test_a_rule_on_an_answer_says_what_to_do(name: str) -> None:
    silent = [
        question.name
        for question in form_in(name).questions()
        if (question.constraint and not question.constraint_message)
        or (question.required and not question.required_message)
    ]
    assert silent == []


@pytest.mark.parametrize("name", FORMS)
def test_every_choice_list_is_used(name: str) -> None:
    form = form_in(name)
    used = {question.list_name for question in form.questions()}
    assert set(form.choices) - used == set()


# The assessment -----------------------------------------------------------------------------


def assessment() -> Form:
    return form_in("assessment.yaml")


def test_at_most_two_in_five_questions_ask_for_free_text() -> None:
    questions = asked(assessment())
    assert len(questions) >= 200
    free = [question for question in questions if question.type == "text"]
    assert len(free) / len(questions) <= FREE_TEXT_AT_MOST


def test_a_new_assessment_opens_short() -> None:
    """Most of it waits until an answer calls for it, also before anybody has said how much."""
    sheet = _sheet()
    at_first = sheet.progress().asked
    assert at_first <= 60
    sheet.set("case_needs", "focused", by="worker")
    assert sheet.progress().asked <= at_first + 1
    sheet.set("case_needs", "whole", by="worker")
    assert sheet.progress().asked >= at_first + 15


def test_a_closer_look_opens_one_part_of_life_and_no_other() -> None:
    sheet = _sheet()
    sheet.set("case_needs", "focused", by="worker")
    before = {page.name: sheet.progress(page.name).asked for page in assessment().pages}
    sheet.set("look_closer", ["health"], by="worker")
    after = {page.name: sheet.progress(page.name).asked for page in assessment().pages}
    grown = {page for page in before if after[page] > before[page]}
    assert grown == {"health", "why"}, "what is not known is asked where one looks closer"
    sheet.set("look_closer", ["health", "home", "family", "friends"], by="worker")
    problem = sheet.problem("look_closer")
    assert problem is not None and "whole assessment" in problem.text


@pytest.mark.parametrize(
    "answer",
    [
        ("safety_level", "high"),
        ("harm_level", "very_high"),
        ("reoffending_level", "high"),
        ("home_kind", "secure"),
        ("court_asked", ["all_options"]),
        ("court_asked", ["dangerousness"]),
        ("assessment_for", "entering_custody"),
    ],
    ids=str,
)
def test_a_short_assessment_opens_by_itself_where_much_is_at_stake(answer: tuple[str, str]) -> None:
    sheet = _sheet()
    sheet.set("case_needs", "focused", by="worker")
    sheet.set("resilience", ["faith"], by="worker")
    assert not sheet.is_relevant("resilience") and not sheet.is_relevant("opened_note")
    sheet.set(*answer, by="worker")
    assert sheet.is_relevant("resilience") and sheet.is_relevant("opened_note")
    assert sheet.value("resilience") == ["faith"], "what was typed before is still there"


def test_a_form_that_knows_its_stage_does_not_ask_for_it() -> None:
    form = assessment()
    told = Sheet(form, clock=CLOCK, context={"child": "Tal", "age": "15", "stage": "review"})
    assert not told.is_relevant("assessment_for")
    assert told.is_relevant("review_events") and not told.is_relevant("proposal_order")
    asked_for = _sheet()
    assert asked_for.is_required("assessment_for") and not asked_for.is_relevant("review_events")
    asked_for.set("assessment_for", "review", by="worker")
    assert asked_for.is_relevant("review_events") and not asked_for.is_relevant("proposal_order")


def test_what_an_assessment_can_be_for_are_the_stages() -> None:
    codes = [entry.code for entry in listing("assessment_stages").entries]
    assert [choice.name for choice in _choices(assessment(), "assessment_for")] == codes


def test_custody_and_community_are_judged_apart_where_custody_is_in_view() -> None:
    sheet = _sheet()
    apart = ("safety_custody_level", "safety_custody_effect", "harm_custody_level")
    assert not any(sheet.is_relevant(name) for name in apart)
    sheet.set("court_asked", ["all_options"], by="worker")
    assert all(sheet.is_required(name) for name in apart)
    sheet.set("harm_level", "low", by="worker")
    sheet.set("harm_custody_level", "very_high", by="worker")
    sheet.set("contingency_checked", "OK", by="worker")
    assert sheet.problem("contingency_checked") is not None


def test_a_worry_has_its_own_row_and_only_worries_that_were_chosen() -> None:
    sheet = _sheet()
    sheet.set("case_needs", "whole", by="worker")
    sheet.set("safety_concerns", ["exploitation", "self_harm"], by="worker")
    row, _effects = sheet.add_row("adverse")
    offered = [choice.name for choice in sheet.choices(f"adverse/{row}/adverse_outcome")]
    assert offered == ["self_harm", "exploitation"]


def test_a_target_names_a_factor_that_was_found() -> None:
    sheet = _sheet()
    target, _effects = sheet.add_row("targets")
    at = f"targets/{target}/target_factor"
    assert len(sheet.choices(at)) == len(_choices(assessment(), "factor_category"))
    for category in ("friends", "home"):
        factor, _effects = sheet.add_row("factors")
        sheet.set(f"factors/{factor}/factor_category", category, by="worker")
    assert [choice.name for choice in sheet.choices(at)] == ["home", "friends"]


def test_a_late_review_is_pointed_out_and_does_not_stand_in_the_way() -> None:
    days = {
        "review_by": "22 February 2027",
        "review_by_day": "2027-02-22",
        "review_by_high": "3 January 2027",
        "review_by_high_day": "2027-01-03",
    }
    sheet = Sheet(assessment(), clock=CLOCK, context={"child": "Tal", "age": "15", **days})
    sheet.set("plan_review_date", "2027-01-20", by="worker")
    assert not sheet.is_relevant("review_late") and not sheet.is_relevant("review_late_high")
    sheet.set("safety_level", "high", by="worker")
    assert sheet.is_relevant("review_late_high") and sheet.problem("plan_review_date") is None
    sheet.set("safety_level", "low", by="worker")
    sheet.set("plan_review_date", "2027-03-20", by="worker")
    assert sheet.is_relevant("review_late") and "22 February 2027" in sheet.label("review_late")


def test_what_the_record_says_is_shown_and_not_asked() -> None:
    facts = {"record_offences": "Theft of a pedal cycle (3 September 2026)"}
    sheet = Sheet(assessment(), clock=CLOCK, context={"child": "Tal", "age": "15", **facts})
    assert sheet.is_relevant("offence_record") and not sheet.is_relevant("home_record")
    assert "Theft of a pedal cycle" in sheet.label("offence_record")


def test_words_that_a_child_is_asked_for_are_asked_for_simply() -> None:
    hard = {
        question.name: grade(question.label.text("en").replace("{child}", "Tal"))
        for question in asked(assessment())
        if question.said_by == "child"
    }
    assert {name: at for name, at in hard.items() if at > GRADE_OF_A_NINE_YEAR_OLD} == {}


@pytest.mark.parametrize("page", [page.name for page in assessment().pages])
def test_every_page_asks_only_what_matters_and_checks_it(page: str) -> None:
    group = next(each for each in assessment().pages if each.name == page)
    conditional = [question for question in _questions(group) if question.relevant]
    conditional += [each for each in _groups(group) if each.relevant and each is not group]
    checked = [question for question in asked(group) if question.constraint]
    assert conditional, "no question depends on another"
    assert checked, "no answer is checked"


@pytest.mark.parametrize(
    "page",
    [
        "home",
        "family",
        "health",
        "friends",
        "learning",
        "offence",
        "strengths",
        "next",
        "safety",
        "harm",
        "reoffending",
        "plan",
    ],
)
def test_a_page_begins_with_a_strength(page: str) -> None:
    group = next(each for each in assessment().pages if each.name == page)
    assert asked(group)[0].strength


def test_the_three_judgements_are_kept_apart() -> None:
    form = assessment()
    assert form.judgements == {
        "reoffending": "reoffending_level",
        "serious_harm": "harm_level",
        "safety_wellbeing": "safety_level",
    }
    levels = {
        judgement: [choice.name for choice in _choices(form, name)]
        for judgement, name in form.judgements.items()
    }
    assert levels["reoffending"] == ["low", "medium", "high"]
    assert levels["serious_harm"] == ["low", "medium", "high", "very_high"]
    assert levels["safety_wellbeing"] == ["low", "medium", "high", "very_high"]


def _choices(form: Form, question: str) -> tuple[Choice, ...]:
    list_name = form.question(question).list_name
    assert list_name is not None
    return form.choices[list_name]


@pytest.mark.parametrize("level", ["reoffending_level", "harm_level", "safety_level"])
def test_a_level_is_never_set_by_the_form_and_needs_reasons(level: str) -> None:
    question = assessment().question(level)
    assert question.calculation is None
    assert question.default is None
    assert question.readonly is False
    sheet = _sheet()
    sheet.set(level, "low", by="worker")
    reasons = level.replace("_level", "_reasons")
    assert sheet.is_required(reasons)
    sheet.set(reasons, "Because.", by="worker")
    assert sheet.problem(reasons) is not None


@pytest.mark.parametrize(
    ("level", "value", "needed"),
    [
        ("safety_level", "medium", False),
        ("safety_level", "high", True),
        ("safety_level", "very_high", True),
        ("harm_level", "medium", False),
        ("harm_level", "high", True),
        ("harm_level", "very_high", True),
        ("reoffending_level", "high", True),
        ("reoffending_level", "low", False),
    ],
)
def test_a_high_level_asks_for_a_contingency(level: str, value: str, needed: bool) -> None:
    sheet = _sheet()
    sheet.set(level, value, by="worker")
    assert sheet.is_required("contingency_checked") is needed
    if not needed:
        return
    sheet.set("contingency_checked", "OK", by="worker")
    assert sheet.problem("contingency_checked") is not None, "confirmed without any"
    row, _effects = sheet.add_row("contingencies")
    judged = {"safety_level": "safety_wellbeing", "harm_level": "serious_harm"}
    own = judged.get(level, "reoffending")
    others = sorted({"safety_wellbeing", "serious_harm", "reoffending"} - {own})
    sheet.set(f"contingencies/{row}/contingency_for", others, by="worker")
    problem = sheet.problem("contingency_checked")
    assert problem is not None, "each judgement needs its own"
    assert sheet.choice_label(f"contingencies/{row}/contingency_for", own) in problem.text
    sheet.set(f"contingencies/{row}/contingency_for", [own], by="worker")
    assert sheet.problem("contingency_checked") is None


def test_custody_is_offered_only_when_the_court_left_it_open() -> None:
    sheet = _sheet()
    offered = {choice.name for choice in sheet.choices("proposal_order")}
    assert "youth_rehabilitation_order" in offered
    assert not offered & {"detention_and_training", "long_term_detention"}
    sheet.set("court_asked", ["all_options"], by="worker")
    offered = {choice.name for choice in sheet.choices("proposal_order")}
    assert {"detention_and_training", "long_term_detention"} <= offered
    assert sheet.is_relevant("safety_custody_effect")


def test_hours_attended_cannot_exceed_hours_offered() -> None:
    sheet = _sheet()
    sheet.set("case_needs", "whole", by="worker")
    sheet.set("learning_place", "college", by="worker")
    sheet.set("learning_hours_offered", 10, by="worker")
    sheet.set("learning_hours_attended", 12, by="worker")
    assert sheet.problem("learning_hours_attended") is not None
    sheet.set("learning_hours_attended", 8, by="worker")
    assert sheet.problem("learning_hours_attended") is None
    assert sheet.is_relevant("learning_barriers")


def test_a_child_without_leave_is_not_quoted() -> None:
    sheet = _sheet()
    sheet.set("hopes", "To fix bikes for a living", by="worker")
    for answer in ("no", "not_asked"):
        sheet.set("quote_agreed", answer, by="worker")
        assert not any(said.path == "hopes" for said in sentences(sheet, "psr.child", "en"))
    sheet.set("quote_agreed", "yes", by="worker")
    said = [said for said in sentences(sheet, "psr.child", "en") if said.path == "hopes"]
    assert [sentence.quote for sentence in said] == [True]


def test_what_was_only_alleged_never_reaches_the_court() -> None:
    sheet = _sheet()
    sheet.set("other_behaviour", "same", by="worker")
    row, _effects = sheet.add_row("incidents")
    at = f"incidents/{row}"
    sheet.set(f"{at}/incident_what", "A window was broken.", by="worker")
    sheet.set(f"{at}/incident_state", "checked", by="worker")
    sheet.set(f"{at}/incident_tell_court", "yes", by="worker")
    assert _about(sheet, f"{at}/incident_what")
    sheet.set(f"{at}/incident_state", "alleged", by="worker")
    assert not _about(sheet, f"{at}/incident_what")


def test_several_options_run_on_in_one_sentence() -> None:
    sheet = _sheet()
    sheet.set("case_needs", "whole", by="worker")
    sheet.set("resilience", ["moving", "making", "faith"], by="worker")
    assert _about(sheet, "resilience") == [
        "What gets Tal through hard times: Sport or being outdoors, music, art or making things"
        " and faith."
    ]
    sheet.set("opportunities", ["mentor", "course"], by="worker")
    said = [one.text for one in sentences(sheet, "psr.child", "cy") if one.path == "opportunities"]
    assert said == ["Y drysau a allai agor nawr: Mentor a chwrs."]


def _about(sheet: Sheet, path: str) -> list[str]:
    return [
        said.text
        for section in REPORT_SECTIONS
        for said in sentences(sheet, section, "en")
        if said.path == path
    ]


def _sheet(name: str = "assessment.yaml", *, assessor: bool = False) -> Sheet:
    context = {"child": "Tal", "age": "15", "assessor": "Noor Larkspur" if assessor else ""}
    return Sheet(form_in(name), clock=CLOCK, context=context)


# What a report is made of -------------------------------------------------------------------


@cache
def _filled(turn: int) -> Sheet:
    """The assessment with everything answered: choices taken in turn, texts as half sentences."""
    sheet = _sheet(assessor=turn % 2 == 1)
    sheet.set("assessment_for", "before_sentence", by="worker")
    sheet.set("case_needs", "whole", by="worker")
    sheet.set("court_asked", ["all_options", "dangerousness"], by="worker")
    sheet.set("other_behaviour", ("same", "easing", "growing")[turn % 3], by="worker")
    for repeat in (item for item in sheet.form.items() if isinstance(item, Repeat)):
        sheet.add_row(repeat.name)
    for _round in range(3):
        for path in sheet.paths():
            question = sheet.question(path)
            if question.asks and sheet.is_relevant(path) and sheet.answer(path) is None:
                sheet.set(path, _some_answer(sheet, path, question, turn), by="worker")
    sheet.set("quote_agreed", "yes", by="worker")
    return sheet


def _some_answer(sheet: Sheet, path: str, question: Question, turn: int) -> object:
    if question.list_name is not None:
        names = [choice.name for choice in sheet.choices(path)]
        if question.type == "select_one":
            return names[turn % len(names)]
        several = [choice.name for choice in sheet.choices(path) if not choice.exclusive]
        start = turn % len(several)
        return several[start : start + 3]
    few = 1 if turn % 2 else 3
    return {
        "integer": 12 if question.constraint and ">= 5" in question.constraint else few,
        "decimal": "40",
        "date": "2027-01-15"
        if question.constraint and ">" in question.constraint
        else "2026-11-02",
        "acknowledge": "OK",
    }.get(question.type, f"the answer that was written under {question.name}")


FIRST_PERSON = {
    "en": re.compile(r"\b(?:I|my|me|myself)\b"),
    "cy": re.compile(
        r"\b(?:[Cc]efais|[Yy]mwelais|[Dd]arllenais|[Cc]ynigiais|[Ss]iaradais|[Cc]redaf|[Rr]wy|[Rr]wyf|"
        r"[Gg]welais|[Gg]ofynnais|[Nn]i allais|wnes|fi|fy)\b"
    ),
}


def test_a_sentence_that_says_i_is_for_whoever_made_the_assessment_alone() -> None:
    """Somebody else may write the report: then the sentence beside it names who made it."""
    said, beside = 0, 0
    for name in FORMS:
        for question in form_in(name).items():
            for line in getattr(question, "report", ()):
                wordings = (*line.by_value.values(), *((line.text,) if line.text else ()))
                own = any(
                    FIRST_PERSON[language].search(words.text(language))
                    for words in wordings
                    for language in words.languages
                )
                named = any("{assessor}" in words.text("en") for words in wordings)
                if own:
                    said += 1
                    assert "context('assessor') = ''" in (line.when or ""), question.name
                beside += named
    assert said == beside > 0, "each has one beside it that names who made the assessment"


TURNS = range(13)


@pytest.mark.parametrize("section", REPORT_SECTIONS)
@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_part_of_the_report_is_fed(section: str, language: str) -> None:
    assert sentences(_filled(0), section, language)


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("turn", TURNS)
def test_sentences_read_as_sentences(turn: int, language: str) -> None:
    codes = {choice.name for choices in assessment().choices.values() for choice in choices}
    codes = {code for code in codes if "_" in code}
    for section in REPORT_SECTIONS:
        for said in sentences(_filled(turn), section, language):
            text = said.text
            assert text[0].isupper() or text[0] in "“0123456789", text
            assert text[-1] in ".”!?", text
            assert not re.search(r"\.\.|\s[.,]|  |[{}$]|None", text), text
            assert not any(code in text.split() for code in codes), text


def test_every_line_for_a_report_can_be_reached() -> None:
    """Over all turns each question that has something to say says it at least once."""
    reached = {
        said.path.rpartition("/")[2]
        for turn in TURNS
        for section in REPORT_SECTIONS
        for said in sentences(_filled(turn), section, "en")
    }
    speaking = {question.name for question in assessment().questions() if question.report}
    assert speaking - reached == set()


# The map ------------------------------------------------------------------------------------


def _table(part: str, head: str) -> list[tuple[str, list[str]]]:
    """The rows of the tables in a part of the page: what stands left, and the names at right."""
    rows: list[tuple[str, list[str]]] = []
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2 and cells[0] not in (head, "---"):
            rows.append((cells[0], re.findall(r"`([^`]+)`", cells[1])))
    return rows


_PAGE = MAP.read_text(encoding="utf-8")
_FRAMEWORK, _OUTSIDE = _PAGE[_PAGE.index("## A.") :].split("## Outside the framework")
MAP_ROWS = _table(_FRAMEWORK, "Item")


def test_the_map_has_every_part_of_the_framework() -> None:
    headings = re.findall(r"^## (\w+)\.", _PAGE, re.MULTILINE)
    assert headings == ["A", "B1", "B2", "B3", "B4", "C", "D"]
    assert len(MAP_ROWS) >= 110


@pytest.mark.parametrize(("item", "holders"), MAP_ROWS, ids=[item for item, _ in MAP_ROWS])
def test_an_item_of_the_framework_is_held_somewhere(item: str, holders: list[str]) -> None:
    assert holders, f"nothing holds {item}"
    assert casebook.Casebook
    tables = Base.metadata.tables
    for holder in holders:
        table, dot, column = holder.partition(".")
        if dot:
            assert table in tables, f"there is no record {table}"
            assert column in tables[table].columns, f"{table} has no field {column}"
            continue
        form, colon, name = holder.rpartition(":")
        questions = asked(form_in(f"{form}.yaml") if colon else assessment())
        assert name in {question.name for question in questions}, f"no form asks {holder}"


def test_every_question_of_the_assessment_is_on_the_map_or_says_why_not() -> None:
    """A question that answers no item of the framework needs a reason to be asked."""
    outside = {
        name
        for line in _OUTSIDE.splitlines()
        for name, reason in re.findall(r"^\| `(\w+)` \| (.+) \|$", line)
        if reason.strip()
    }
    mapped = {holder for _item, holders in MAP_ROWS for holder in holders}
    questions = {question.name for question in asked(assessment())}
    assert questions - mapped == outside
    assert not outside & mapped


# The resettlement plan ----------------------------------------------------------------------

PATHWAYS = ("people", "home", "learning", "health", "substances", "family", "money")
PATHWAY_COLUMNS = (
    "words",
    "strength",
    "needs",
    "structural",
    "personal",
    "agency",
    "who",
    "by",
    "status",
    "risk",
)


@pytest.mark.parametrize("pathway", [*PATHWAYS, "thinking"])
def test_a_pathway_asks_the_same_ten_things(pathway: str) -> None:
    form = form_in("resettlement.yaml")
    page = next(page for page in form.pages if page.name == f"{pathway}_pathway")
    assert [question.name for question in asked(page)] == [
        f"{pathway}_{column}" for column in PATHWAY_COLUMNS
    ]
    assert form.question(f"{pathway}_words").said_by == "child"
    assert form.question(f"{pathway}_strength").strength


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_need_asks_what_is_done_about_it(pathway: str) -> None:
    sheet = _sheet("resettlement.yaml")
    need = sheet.choices(f"{pathway}_needs")[0].name
    assert not sheet.is_relevant(f"{pathway}_structural")
    sheet.set(f"{pathway}_needs", [need], by="worker")
    assert sheet.is_required(f"{pathway}_structural")
    assert sheet.is_required(f"{pathway}_by")
    sheet.set(f"{pathway}_needs", ["none"], by="worker")
    assert not sheet.is_relevant(f"{pathway}_structural")


def test_the_eighth_pathway_is_asked_for() -> None:
    sheet = _sheet("resettlement.yaml")
    assert not sheet.is_relevant("thinking_words")
    sheet.set("thinking_wanted", "yes", by="worker")
    assert sheet.is_relevant("thinking_words")


def test_the_child_is_asked_four_questions_first() -> None:
    form = form_in("resettlement.yaml")
    first = [question for question in asked(form.pages[0]) if question.said_by == "child"]
    assert [question.label.text("en") for question in first] == [
        "Who are you?",
        "Who do you want to be?",
        "What are your strengths?",
        "How will you get there?",
    ]


def test_release_comes_after_custody_begins() -> None:
    sheet = _sheet("resettlement.yaml")
    sheet.set("stage", "sentenced", by="worker")
    sheet.set("custody_from", "2026-10-01", by="worker")
    sheet.set("release_on", "2026-09-01", by="worker")
    assert sheet.problem("release_on") is not None
    sheet.set("release_on", "2027-03-01", by="worker")
    assert sheet.problem("release_on") is None


# The child's questionnaire ------------------------------------------------------------------


def questionnaires() -> list[str]:
    return [name for name in FORMS if form_in(name).kind == "questionnaire"]


def texts_a_child_reads(form: Form) -> Iterator[tuple[str, str]]:
    for item in form.items():
        for words in (item.label, item.hint):
            if words:
                yield item.name, words.text("en")
    for list_name, choices in form.choices.items():
        for choice in choices:
            yield f"{list_name} / {choice.name}", choice.label.text("en")


@pytest.mark.parametrize("name", questionnaires())
def test_a_child_of_nine_can_read_every_question(name: str) -> None:
    hard = {
        place: text
        for place, text in texts_a_child_reads(form_in(name))
        if len(text.split()) >= 4 and grade(text) > GRADE_OF_A_NINE_YEAR_OLD
    }
    assert hard == {}
    together = " ".join(
        text if text[-1] in ".?!" else f"{text}." for _, text in texts_a_child_reads(form_in(name))
    )
    assert grade(together) <= GRADE_OF_A_NINE_YEAR_OLD


@pytest.mark.parametrize("name", questionnaires())
def test_a_child_is_asked_one_short_thing_at_a_time(name: str) -> None:
    for place, text in texts_a_child_reads(form_in(name)):
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert len(sentence.split()) <= WORDS_IN_A_QUESTION, f"{place}: {sentence}"
        assert text.count("?") <= 1, place
        assert not re.search(r"\b(?:not|never|no|don’t|can’t|isn’t|won’t|without)\b", text) or (
            text in ("Not at all", "No")
        ), f"{place}: {text}"


@pytest.mark.parametrize("name", questionnaires())
def test_a_child_is_heard_on_everything_and_told_who_reads_it(name: str) -> None:
    for question in asked(form_in(name)):
        assert question.said_by == "child", question.name
        assert question.readers >= {"worker"}, question.name
        assert not question.required, f"{question.name}: a child may always pass"
        assert question.default is None, question.name
        if question.type == "text":
            assert question.ask_to_quote, question.name
            assert "court" in question.readers, question.name
        else:
            assert "court" not in question.readers, question.name


@pytest.mark.parametrize("name", questionnaires())
def test_an_amount_has_a_picture_for_each_step(name: str) -> None:
    form = form_in(name)
    amounts = [question for question in asked(form) if "amount" in question.appearance]
    assert amounts
    for question in amounts:
        images = [choice.image for choice in _choices(form, question.name)]
        assert images == ["amount-0", "amount-1", "amount-2", "amount-3"]


@pytest.mark.parametrize(
    ("question", "answer", "harm"),
    [
        ("safe_at_home", "not_at_all", True),
        ("safe_at_home", "a_lot", False),
        ("safe_outside", "a_bit", True),
        ("worry", "a_lot", True),
        ("worry", "a_bit", False),
        ("someone_hurts_me", "yes", True),
        ("someone_hurts_me", "maybe", True),
        ("someone_hurts_me", "no", False),
        ("someone_makes_me", "maybe", True),
        ("hurt_myself", "a_bit", True),
        ("hurt_myself", "not_at_all", False),
    ],
)
def test_a_sign_of_harm_is_seen(question: str, answer: str, harm: bool) -> None:
    sheet = _sheet("my_life_now.yaml")
    sheet.set(question, answer, by="child")
    assert (question in sheet.harm_signs()) is harm


def test_some_fifteen_questions_begin_and_end_with_what_is_good() -> None:
    questions = asked(form_in("my_life_now.yaml"))
    assert 11 <= len(questions) <= 16
    assert questions[0].strength
    assert questions[-1].strength


def test_words_of_a_child_reach_a_report_only_with_a_yes() -> None:
    for may_quote, quoted in ((None, 0), (False, 0), (True, 1)):
        sheet = _sheet("my_life_now.yaml")
        sheet.set("good_at", "Fixing bikes", by="child", may_quote=may_quote)
        assert len(sentences(sheet, "psr.child", "en")) == quoted
