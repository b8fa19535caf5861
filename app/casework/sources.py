"""What an assessment rests on: statements in words, the list of sources, and what rests on one.

Whoever is named as the source of a statement is in the list of sources of the form by that, so
that nobody types it twice, and reports have it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.casework import reference
from app.core.i18n import N_, _, language
from app.forms.cells import Effects, Problem
from app.forms.days import day_in_words
from app.forms.sheet import Sheet
from app.forms.statements import Statement, statement_of

SOURCES: Final = "sources"
WAYS: Final = "source_ways"

# The list of sources that forms share, and its questions.
INFORMATION: Final = "information"
KIND, STATE, DATE = "source_kind", "source_state", "source_date"
RECEIVED: Final = "received"

ONE_SOURCE: Final = "one_source"
"""The kind of a warning: a judgement of harm rests on no more than one source."""

PART_LABELS: Final[Mapping[str, str]] = {
    "about": N_("What it is about"),
    "who": N_("Who says so"),
    "name": N_("Their name or role"),
    "when": N_("When"),
    "how": N_("How"),
    "checked": N_("Checked"),
    "differs": N_("Says something else"),
    "words": N_("What was said"),
}
_HARM: Final = ("serious_harm", "safety_wellbeing")


def who(statement: Statement, tongue: str | None = None, child: str = "") -> str:
    """Who said it; the child by name where it is known, others with their name or role."""
    said = reference.label(SOURCES, statement.who, tongue)
    if statement.who == "child" and child:
        said = child
    return f"{said} ({statement.name})" if statement.name and said else said or statement.name


def when(statement: Statement, tongue: str | None = None) -> str:
    """The day in words, or what was typed in its place."""
    day = day_of(statement)
    return statement.when if day is None else day_in_words(day, tongue or language())


def day_of(statement: Statement) -> date | None:
    """The day of a statement; None where there is none that can be read."""
    try:
        return date.fromisoformat(statement.when)
    except ValueError:
        return None


def words(statement: Statement) -> str:
    """What was said: in quotation marks where it is somebody's own words."""
    entry = reference.listing(SOURCES).entry(statement.who)
    said = statement.words.strip()
    own = entry is not None and entry.column("own_words")
    return f"“{said}”" if said and own and not said.startswith("“") else said


def line(statement: Statement, tongue: str | None = None, child: str = "") -> str:
    """A whole statement in one line, as on paper and in the history."""
    how = reference.label(WAYS, statement.how, tongue)
    head = ", ".join(
        part for part in (who(statement, tongue, child), when(statement, tongue), how) if part
    )
    marks = [mark for mark, holds in _marks(statement) if holds]
    head = f"{head} ({', '.join(marks)})" if marks else head
    said = words(statement)
    return f"{head}: {said}" if said and head else head or said


def _marks(statement: Statement) -> tuple[tuple[str, bool], ...]:
    return ((_("checked"), statement.checked), (_("says something else"), statement.differs))


def row_in_words(row: Mapping[str, Any]) -> str:
    """A statement as the change log holds it, in words."""
    return line(statement_of(row))


def part_in_words(name: str, value: object) -> str:
    """One part of a statement as the change log holds it, in words."""
    text = str(value or "")
    if name == "who":
        return reference.label(SOURCES, text)
    if name == "how":
        return reference.label(WAYS, text)
    return text


def problems(sheet: Sheet) -> tuple[Problem, ...]:
    """What is wrong with statements, each at the question that it is about."""
    found = []
    for one in sheet.statements():
        text = problem_of(one, sheet.clock.today())
        if text and sheet.has(one.about):
            found.append(Problem(one.about, sheet.page(one.about), text))
    return tuple(found)


def problem_of(statement: Statement, today: date) -> str:
    """What is wrong with a statement, in a sentence that says what to do; empty for nothing."""
    if not statement.who:
        return _("Say who said this, or remove the source.")
    if statement.when:
        day = day_of(statement)
        if day is None:
            return _("Enter the day of what {who} said like this: 27/3/2026.").format(
                who=who(statement)
            )
        if day > today:
            return _("Enter today’s date or an earlier one for what {who} said.").format(
                who=who(statement)
            )
    return ""


def fill_list(sheet: Sheet, *, by: str) -> Effects:
    """Bring the list of sources up to what statements say: who was heard, and when last.

    A row that is there is never taken away; one that still waits is received by what was said.
    """
    effects = Effects()
    if not sheet.has(INFORMATION):
        return effects
    heard: dict[str, str] = {}
    for one in sheet.statements():
        entry = reference.listing(SOURCES).entry(one.who)
        kind = str(entry.column("kind") or "") if entry is not None else ""
        day = one.when if day_of(one) is not None else ""
        if kind:
            heard[kind] = max(heard.get(kind, ""), day)
    rows = {sheet.value(f"{INFORMATION}/{row}/{KIND}"): row for row in sheet.rows(INFORMATION)}
    for kind, day in heard.items():
        row = rows.get(kind)
        if row is None:
            row, added = sheet.add_row(INFORMATION)
            effects |= added
            effects |= sheet.set(f"{INFORMATION}/{row}/{KIND}", kind, by=by)
        at = f"{INFORMATION}/{row}"
        if sheet.value(f"{at}/{STATE}") in (None, "", "waiting"):
            effects |= sheet.set(f"{at}/{STATE}", RECEIVED, by=by)
            if day:
                effects |= sheet.set(f"{at}/{DATE}", day, by=by)
        elif day and not sheet.value(f"{at}/{DATE}"):
            effects |= sheet.set(f"{at}/{DATE}", day, by=by)
    return effects


def warnings(sheet: Sheet, *, to_manager: bool = False) -> tuple[Problem, ...]:
    """Judgements of harm above low that rest on no more than one source.

    Pointed out before submitting, and carried along to the manager; never in the way.

    Args:
        to_manager: A manager reads it, who can't add a source.
    """
    found = []
    for judgement in _HARM:
        question = sheet.form.judgements.get(judgement)
        if question is None or sheet.value(question) in (None, "", "low"):
            continue
        page = sheet.page(question)
        about = set(sheet.paths(page))
        named = {one.who for one in sheet.statements() if one.about in about and one.who}
        if len(named) < 2:
            text = _one_source(sheet, question, named, to_manager=to_manager)
            found.append(Problem(question, page, text, ONE_SOURCE))
    return tuple(found)


def _one_source(sheet: Sheet, question: str, named: set[str], *, to_manager: bool) -> str:
    judgement = sheet.label(question)
    if to_manager:
        return (
            _("{judgement}. This rests on one source: {source}.").format(
                judgement=judgement, source=reference.label(SOURCES, named.pop())
            )
            if named
            else _("{judgement}. No source is named for this.").format(judgement=judgement)
        )
    if not named:
        return _(
            "{judgement}. No source is named for this. Add one, or say why in your reasons."
        ).format(judgement=judgement)
    return _(
        "{judgement}. This rests on one source: {source}. Add another, or say why in your reasons."
    ).format(judgement=judgement, source=reference.label(SOURCES, named.pop()))


def said_lines(sheet: Sheet, tongue: str, child: str = "") -> dict[str, tuple[str, ...]]:
    """What sources said, in lines, by the path of the question."""
    lines: dict[str, tuple[str, ...]] = {}
    for one in sheet.statements():
        lines[one.about] = (*lines.get(one.about, ()), line(one, tongue, child))
    return lines
