"""What a person would trip over in a form, found before anybody is asked anything.

`python -m app.forms.lint [FILE…]` looks through the files named, or through every built-in form,
and fails if it finds anything.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.core.clock import SystemClock
from app.core.i18n import _
from app.core.paths import resource_path
from app.forms.appearances import why_refused
from app.forms.errors import ExpressionError, FormError
from app.forms.expressions import Expression, parse
from app.forms.loader import NAME, load_form
from app.forms.matrix import asked_by
from app.forms.plan import PLACEHOLDER, Definition, Plan, plan_of
from app.forms.schema import (
    JUDGEMENT_LEVELS,
    READERS,
    REPORT_SECTIONS,
    Choice,
    Form,
    Group,
    Item,
    Question,
    Repeat,
    ReportLine,
    Words,
)
from app.forms.sheet import Sheet
from app.forms.xlsform import import_xlsform

CONTEXT_KEYS: Final = frozenset(
    {
        "child",
        "age",
        "assessor",
        "record_home",
        "record_family",
        "record_health",
        "record_learning",
        "record_offences",
        "record_outcomes",
        "record_alerts",
        "review_by",
        "review_by_high",
    }
)
"""What `{…}` in a text of a form may name: what the casebook knows of the child, what its record
says already (an assessment shows it), and in a report who made the assessment."""

_COMPARISONS: Final = frozenset({"=", "!="})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right: in which form, at which place, and what it is."""

    form: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.form}: {self.place}: {self.text}"


def lint(form: Form) -> list[Finding]:
    """Everything found in `form`; an empty list if it is sound."""
    plan = plan_of(form)
    found = [Finding(form.id, fault.place, fault.what) for fault in plan.faults]
    for rule in (_names, _texts, _choice_lists, _questions, _reports, _comparisons):
        found.extend(Finding(form.id, place, text) for place, text in rule(form, plan))
    if not plan.faults:
        sheet = Sheet(form, clock=SystemClock())
        found.extend(Finding(form.id, place, text) for place, text in sheet.faults().items())
    return found


Found = Iterator[tuple[str, str]]


def _names(form: Form, plan: Plan) -> Found:  # noqa: ARG001 - every rule is called alike
    counted = Counter(item.name for item in form.items())
    for name, times in counted.items():
        if times > 1:
            yield name, _("This name is used twice.")
        if not NAME.match(name):
            yield name, _("A name has small letters, digits and underscores only.")
    for item in form.items():
        if isinstance(item, Group) and not item.children:
            yield item.name, _("There is nothing in this group.")


# Texts and languages ----------------------------------------------------------------------


def _texts(form: Form, plan: Plan) -> Found:  # noqa: ARG001 - every rule is called alike
    same: set[str] = set()
    for place, words, needed in _all_words(form):
        if not words:
            if needed:
                yield place, _("The text is missing.")
            continue
        for language in form.languages:
            if not words.by_language.get(language, "").strip():
                yield place, _("The text is missing in “{language}”.").format(language=language)
        for language in sorted(words.languages - set(form.languages)):
            yield place, _("“{language}” is not a language of this form.").format(language=language)
        english, welsh = words.by_language.get("en"), words.by_language.get("cy")
        if english and english == welsh:
            same.add(english)
            if english not in form.same_in_welsh and _has_words(english):
                yield (
                    place,
                    _("The Welsh is the same as the English: “{text}”.").format(text=english),
                )
        yield from _placeholders(place, words)
    for text in sorted(form.same_in_welsh - same):
        yield (
            "same_in_welsh",
            _("No text of the form is “{text}” in both languages.").format(text=text),
        )


def _has_words(text: str) -> bool:
    """Whether there is anything to translate besides placeholders and punctuation."""
    return any(letter.isalpha() for letter in PLACEHOLDER.sub("", text))


def _placeholders(place: str, words: Words) -> Found:
    """A translation fills in nothing that the original does not; it may say less."""
    original = set(_named(words.text(words.default_language)))
    in_report = " / report" in place
    for language, text in words.by_language.items():
        for name in sorted(set(_named(text)) - original):
            yield (
                place,
                _("“{name}” is filled in only in “{language}”.").format(
                    name=name, language=language
                ),
            )
        if "{answer}" in words.text(words.default_language) and "{answer}" not in text:
            yield place, _("The answer is not filled in in “{language}”.").format(language=language)
    for name in sorted(original):
        if name.startswith("$") or name[1:-1] in CONTEXT_KEYS:
            continue
        if not (in_report and name == "{answer}"):
            yield place, _("Nothing is known as “{name}”.").format(name=name)


def _named(text: str) -> Iterator[str]:
    for match in PLACEHOLDER.finditer(text):
        yield match.group(0)


def _all_words(form: Form) -> Iterator[tuple[str, Words, bool]]:
    """Every text with its place, and whether it must say something."""
    yield "title", form.title, True
    for list_name, choices in form.choices.items():
        for choice in choices:
            yield f"choices / {list_name} / {choice.name}", choice.label, True
    for item in form.items():
        calculated = isinstance(item, Question) and item.type == "calculate"
        yield f"{item.name} / label", item.label, not calculated
        yield f"{item.name} / hint", item.hint, False
        if isinstance(item, Question):
            yield f"{item.name} / guidance_hint", item.guidance_hint, False
            yield f"{item.name} / constraint_message", item.constraint_message, False
            yield f"{item.name} / required_message", item.required_message, False
            for line in item.report:
                place = f"{item.name} / report / {line.section}"
                yield place, line.text, not line.by_value
                for value, words in line.by_value.items():
                    yield f"{place} / {value}", words, True
        elif isinstance(item, Repeat) and isinstance(item.row_label, Words):
            yield f"{item.name} / row_label", item.row_label, False


# Choices ----------------------------------------------------------------------------------


def _choice_lists(form: Form, plan: Plan) -> Found:  # noqa: ARG001 - every rule is called alike
    used = {question.list_name for question in form.questions() if question.list_name}
    for list_name in sorted(used - set(form.choices)):
        yield f"choices / {list_name}", _("There is no such choice list.")
    for list_name, choices in form.choices.items():
        place = f"choices / {list_name}"
        if list_name not in used:
            yield place, _("No question uses this choice list.")
        if not choices:
            yield place, _("There is no choice in this list.")
        for name, times in Counter(choice.name for choice in choices).items():
            if times > 1:
                yield place, _("The choice “{name}” stands twice.").format(name=name)
        yield from _twice_in_words(place, choices, form.languages)


def _twice_in_words(place: str, choices: Sequence[Choice], languages: Iterable[str]) -> Found:
    for language in languages:
        counted = Counter(choice.label.by_language.get(language, "") for choice in choices)
        for text, times in counted.items():
            if text and times > 1:
                yield (
                    place,
                    _("Two choices read “{text}” in “{language}”.").format(
                        text=text, language=language
                    ),
                )


# Questions --------------------------------------------------------------------------------


def _questions(form: Form, plan: Plan) -> Found:
    for item in form.items():
        item_type = _type_of(item)
        for appearance in sorted(item.appearance):
            why = why_refused(appearance, item_type)
            if why is not None:
                yield (
                    f"{item.name} / appearance",
                    _("“{name}” cannot be used: {why}.").format(name=appearance, why=why),
                )
        if isinstance(item, Question):
            yield from _question(item, plan.definitions[item.name])
        elif isinstance(item, Repeat) and item.row_order is not None:
            asked = {one.name for one in item.children if isinstance(one, Question) and one.asks}
            if item.row_order not in asked:
                yield (
                    f"{item.name} / row_order",
                    _("No question of a row is called “{name}”.").format(name=item.row_order),
                )
    for judgement, times in Counter(q.judgement for q in form.questions() if q.judgement).items():
        if times > 1:
            yield judgement, _("Two questions hold this judgement.")


def _type_of(item: Item) -> str:
    if isinstance(item, Question):
        return item.type
    return "repeat" if isinstance(item, Repeat) else "group"


def _question(question: Question, definition: Definition) -> Found:
    name = question.name
    if question.constraint and not question.constraint_message:
        yield f"{name} / constraint", _("The message is missing that says what is wrong.")
    if question.constraint_message and not question.constraint:
        yield f"{name} / constraint_message", _("There is no constraint to go with it.")
    if question.type == "calculate" and not question.calculation:
        yield f"{name} / calculation", _("A calculate needs a calculation.")
    if not question.asks:
        for column in ("required", "constraint", "harm", "judgement"):
            if getattr(question, column):
                yield f"{name} / {column}", _("Nobody answers this, so it cannot have this.")
    if "matrix" in question.appearance and asked_by(question.calculation) is None:
        yield (
            f"{name} / appearance",
            _("A matrix needs the function matrix-level as its calculation."),
        )
    yield from _own_columns(question, definition)


def _own_columns(question: Question, definition: Definition) -> Found:
    name = question.name
    if question.choice_filter and question.list_name is None:
        yield f"{name} / choice_filter", _("Only a select has a choice list.")
    if question.harm and question.said_by == "practitioner":
        yield f"{name} / harm", _("A sign of harm is something a child or a parent says.")
    if question.ask_to_quote and question.said_by != "child":
        yield f"{name} / ask_to_quote", _("Only a child is asked whether to be quoted.")
    for reader in sorted(question.readers - set(READERS)):
        yield f"{name} / readers", _("Nobody is known as “{name}”.").format(name=reader)
    if question.judgement:
        levels = [choice.name for choice in definition.choices]
        if len(levels) < 2 or levels != [level for level in JUDGEMENT_LEVELS if level in levels]:
            yield (
                f"{name} / judgement",
                _("The choices of a judgement are {levels}.").format(
                    levels=", ".join(JUDGEMENT_LEVELS)
                ),
            )


# Reports ----------------------------------------------------------------------------------


def _reports(form: Form, plan: Plan) -> Found:
    for question in form.questions():
        for line in question.report:
            yield from _report_line(question, line, plan)


def _report_line(question: Question, line: ReportLine, plan: Plan) -> Found:
    place = f"{question.name} / report / {line.section}"
    if line.section not in REPORT_SECTIONS:
        yield place, _("There is no such section.")
    if question.type == "note":
        yield place, _("A note has no answer to report.")
    known = plan.definitions[question.name].by_choice
    for value in line.by_value:
        if value not in known:
            yield place, _("There is no choice “{name}”.").format(name=value)
    for words in (line.text, *line.by_value.values()):
        for name in {key for text in words.by_language.values() for key in _references(text)}:
            if name not in plan.definitions:
                yield place, _("There is no question named “{name}”.").format(name=name)
    if line.when is not None:
        yield from _condition(question, line.when, place, plan)


def _condition(question: Question, when: str, place: str, plan: Plan) -> Found:
    try:
        expression = parse(when)
    except ExpressionError as error:
        yield place, error.user_text
        return
    before = len(plan.faults)
    names = list(plan.needs(plan.definitions[question.name], expression, place))
    for fault in plan.faults[before:]:
        yield place, fault.what
    del plan.faults[before:]
    if not names and not expression.looks_at_itself:
        yield place, _("This is either always or never said.")


def _references(text: str) -> Iterator[str]:
    for match in PLACEHOLDER.finditer(text):
        if match.group(1) is not None:
            yield match.group(1)


# Expressions ------------------------------------------------------------------------------


def _comparisons(form: Form, plan: Plan) -> Found:  # noqa: ARG001 - every rule is called alike
    """Options that an expression looks for and that the question does not have."""
    for definition in plan.definitions.values():
        for column, expression in _expressions(definition):
            for name, literal in _looked_for(expression, definition):
                options = plan.definitions[name].by_choice if name in plan.definitions else {}
                if options and literal and literal not in options:
                    yield (
                        f"{definition.name} / {column}",
                        _("“{option}” is not a choice of “{name}”.").format(
                            option=literal, name=name
                        ),
                    )


def _expressions(definition: Definition) -> Iterator[tuple[str, Expression]]:
    for column in (
        "relevant",
        "calculation",
        "constraint",
        "required",
        "readonly",
        "choice_filter",
        "harm",
        "count",
    ):
        expression = getattr(definition, column)
        if isinstance(expression, Expression):
            yield column, expression
    if isinstance(definition.item, Question):
        for line in definition.item.report:
            if line.when is not None:
                try:
                    yield f"report / {line.section}", parse(line.when)
                except ExpressionError:
                    continue  # it is found under the report's own rule


def _looked_for(expression: Expression, definition: Definition) -> Iterator[tuple[str, str]]:
    waiting: list[Any] = [expression.token]
    while waiting:
        token = waiting.pop()
        inside = list(token)
        waiting.extend(inside)
        if len(inside) != 2:
            continue
        if token.symbol in _COMPARISONS or token.symbol == "selected":
            for one, other in (inside, inside[::-1]):
                if other.symbol != "(string)":
                    continue
                if one.symbol == "$":
                    yield one.value, other.value
                elif one.symbol == ".":
                    yield definition.name, other.value


# Versions ---------------------------------------------------------------------------------


def lint_versions(older: Form, newer: Form) -> list[Finding]:
    """What `newer` may not do to questions that were released in `older`.

    Names and types never change once released: answers given then must still mean the same. A
    question or choice that is no longer wanted is retired (`relevant: false()`, or a choice filter)
    and stays in the form.
    """
    now = {question.name: question for question in newer.questions()}
    rows = {item.name for item in newer.items() if isinstance(item, Repeat)}
    found: list[Finding] = []
    for item in older.items():
        if isinstance(item, Repeat) and item.name not in rows:
            found.append(Finding(newer.id, item.name, _("A released repeat is gone.")))
        if not isinstance(item, Question):
            continue
        question = now.get(item.name)
        if question is None:
            found.append(Finding(newer.id, item.name, _("A released question is gone.")))
        elif question.type != item.type:
            found.append(
                Finding(newer.id, item.name, _("The type of a released question changed."))
            )
        else:
            gone = _choice_names(older, item) - _choice_names(newer, question)
            found.extend(
                Finding(
                    newer.id, item.name, _("The released choice “{name}” is gone.").format(name=it)
                )
                for it in sorted(gone)
            )
    return found


def _choice_names(form: Form, question: Question) -> set[str]:
    return {choice.name for choice in form.choices.get(question.list_name or "", ())}


def _lint_older(path: Path, form: Form) -> list[Finding]:
    """The form against the version before it, where that is kept beside it."""
    before = path.with_name(f"{form.id}.v{form.version - 1}.yaml")
    return lint_versions(load_form(before), form) if before.exists() else []


# The command ------------------------------------------------------------------------------


def lint_file(path: Path) -> list[Finding]:
    """Everything found in the form that a file holds; one finding if it cannot be read."""
    try:
        form = load_form(path) if path.suffix == ".yaml" else import_xlsform(path)
    except FormError as error:
        return [Finding(path.name, error.place, error.what)]
    found = lint(form)
    if path.suffix == ".yaml" and re.sub(r"\.v\d+\Z", "", path.stem) != form.id:
        found.append(Finding(path.name, "id", _("The id is not the name of the file.")))
    return found + _lint_older(path, form)


def main(arguments: Sequence[str]) -> int:
    """Look through files, or all built-in forms; 0 if nothing is found."""
    paths = [Path(argument) for argument in arguments]
    if not paths:
        paths = sorted(resource_path("forms").glob("*.yaml"))
    findings = [finding for path in paths for finding in lint_file(path)]
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(paths)} forms, {len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
