"""A form made ready to be filled in: expressions parsed, dependencies known, an order found.

A plan is made once for each `Form` and shared by every sheet of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from app.core.i18n import _
from app.forms import functions  # noqa: F401 - registers the functions before anything is parsed
from app.forms.errors import ExpressionError, FormError
from app.forms.expressions import Expression, parse
from app.forms.schema import Choice, Form, Group, Item, Question, Repeat, Words

RELEVANT: Final = 0
COUNT: Final = 1
VALUE: Final = 2

CHOICES: Final = 1
REQUIRED: Final = 2
READONLY: Final = 4
HARM: Final = 8
PROBLEM: Final = 16
LABEL: Final = 32

REFERENCE: Final = re.compile(r"\$\{\s*([^}\s]*)\s*\}")
PLACEHOLDER: Final = re.compile(r"\$\{\s*([^}\s]*)\s*\}|\{([a-z_]+)\}")


@dataclass(frozen=True)
class Fault:
    """Something in a form that cannot work: where (a name and a column), and what."""

    place: str
    what: str


@dataclass(eq=False)
class Definition:
    """One item of the form with its expressions parsed."""

    item: Item
    parent: Definition | None
    repeats: tuple[str, ...]
    page: str
    index: int
    name: str = ""
    rank: int = 0
    kids: list[Definition] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    by_choice: dict[str, Choice] = field(default_factory=dict)
    relevant: Expression | None = None
    calculation: Expression | None = None
    constraint: Expression | None = None
    required: Expression | bool = False
    readonly: Expression | bool = False
    choice_filter: Expression | None = None
    harm: Expression | None = None
    default: Expression | str | None = None
    count: Expression | None = None
    plain: bool = True
    """Whether nothing about it has to be worked out but its parent's relevance."""

    @property
    def is_group(self) -> bool:
        return isinstance(self.item, Group)

    @property
    def is_repeat(self) -> bool:
        return isinstance(self.item, Repeat)

    @property
    def question(self) -> Question:
        assert isinstance(self.item, Question)
        return self.item

    def path(self, trail: tuple[str, ...]) -> str:
        """Its path in the rows that `trail` names, outermost first."""
        if not self.repeats:
            return self.name
        steps = [f"{name}/{row}/" for name, row in zip(self.repeats, trail, strict=True)]
        return "".join(steps) + self.name


Dependent = tuple[Definition, int]


class Plan:
    """What a sheet needs to know about its form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.definitions: dict[str, Definition] = {}
        self.roots: list[Definition] = []
        self.faults: list[Fault] = []
        self.flow: dict[str, list[Dependent]] = {}
        """Who is worked out anew, and in what respect, when the answer of a name changes."""
        self.leaf: dict[str, dict[Definition, int]] = {}
        """Whose validity, choices or words are looked at again; nothing follows from these."""
        self.timed: list[Definition] = []
        self.worded: list[Definition] = []
        """Those whose calculation depends on the language shown."""
        self._across: set[Definition] = set()
        pages = {}
        for page in form.pages:
            inside = {child.name for child in page.children} | {page.name}
            pages.update(dict.fromkeys(inside, page.name))
        for item in form.survey:
            self.roots.append(self._define(item, None, (), pages.get(item.name, "")))
        for definition in self.definitions.values():
            self._connect(definition)
        self.order = self._in_order()

    def looks_across(self, definition: Definition) -> bool:
        """Whether an expression of `definition` may look at rows other than its own."""
        return definition in self._across

    def _define(
        self, item: Item, parent: Definition | None, repeats: tuple[str, ...], page: str
    ) -> Definition:
        definition = Definition(
            item=item,
            parent=parent,
            repeats=repeats,
            page=page,
            index=len(self.definitions),
            name=item.name,
        )
        if item.name in self.definitions:
            self.faults.append(Fault(item.name, _("This name is used twice.")))
        self.definitions[item.name] = definition
        definition.relevant = self._parsed(item.name, "relevant", item.relevant)
        if isinstance(item, Question):
            self._define_question(definition, item)
        else:
            inner = repeats
            if isinstance(item, Repeat):
                inner = (*repeats, item.name)
                definition.count = self._parsed(item.name, "count", item.count)
            definition.kids = [self._define(kid, definition, inner, page) for kid in item.children]
        definition.plain = not (
            definition.relevant
            or definition.calculation
            or definition.count
            or definition.default is not None
        )
        return definition

    def _define_question(self, definition: Definition, item: Question) -> None:
        name = item.name
        definition.calculation = self._parsed(name, "calculation", item.calculation)
        definition.constraint = self._parsed(name, "constraint", item.constraint)
        definition.choice_filter = self._parsed(name, "choice_filter", item.choice_filter)
        definition.harm = self._parsed(name, "harm", item.harm)
        definition.required = self._switch(name, "required", item.required)
        definition.readonly = self._switch(name, "readonly", item.readonly)
        if item.default is not None and ("(" in item.default or "${" in item.default):
            definition.default = self._parsed(name, "default", item.default)
        else:
            definition.default = item.default
        if item.list_name is not None:
            definition.choices = tuple(self.form.choices.get(item.list_name, ()))
            definition.by_choice = {choice.name: choice for choice in definition.choices}

    def _parsed(self, name: str, column: str, source: str | None) -> Expression | None:
        if source is None:
            return None
        try:
            expression = parse(source)
        except ExpressionError as error:
            self.faults.append(Fault(f"{name} / {column}", error.user_text))
            return None
        if column == "choice_filter":
            if expression.walks:
                self.faults.append(
                    Fault(f"{name} / {column}", _("A choice filter cannot hold a path."))
                )
                return None
        elif expression.names and not expression.walks:
            bare = min(expression.names)
            self.faults.append(
                Fault(
                    f"{name} / {column}",
                    _("“{name}” stands bare; an answer is written ${{{name}}}.").format(name=bare),
                )
            )
            return None
        return expression

    def _switch(self, name: str, column: str, source: bool | str) -> Expression | bool:
        if isinstance(source, bool):
            return source
        return self._parsed(name, column, source) or False

    def needs(self, definition: Definition, expression: Expression, column: str) -> Iterator[str]:
        """The names that `expression` looks at; one that is not there is noted as a fault."""
        if expression.walks or any(found.all_rows for found in expression.references):
            self._across.add(definition)
        for reference in expression.references:
            yield from self._known(reference.name, f"{definition.name} / {column}")
        if expression.walks:
            for name in expression.names:
                if name not in ("data", self.form.id):
                    yield from self._known(name, f"{definition.name} / {column}")
        if expression.counts_rows and definition.repeats:
            yield definition.repeats[-1]

    def _known(self, name: str, place: str) -> Iterator[str]:
        if name in self.definitions:
            yield name
        else:
            self.faults.append(
                Fault(place, _("There is no question named “{name}”.").format(name=name))
            )

    def _connect(self, definition: Definition) -> None:
        for column, expression, slot in (
            ("relevant", definition.relevant, RELEVANT),
            ("count", definition.count, COUNT),
            ("calculation", definition.calculation, VALUE),
        ):
            if expression is not None:
                for name in self.needs(definition, expression, column):
                    self.flow.setdefault(name, []).append((definition, slot))
                self._note(definition, expression)
        for column, checked, bit in (
            ("constraint", definition.constraint, PROBLEM),
            ("required", definition.required, REQUIRED),
            ("readonly", definition.readonly, READONLY),
            ("choice_filter", definition.choice_filter, CHOICES),
            ("harm", definition.harm, HARM),
        ):
            if isinstance(checked, Expression):
                for name in self.needs(definition, checked, column):
                    self._watch(name, definition, bit)
                self._note(definition, checked)
        if isinstance(definition.default, Expression):
            list(self.needs(definition, definition.default, "default"))
        for column, words in shown_words(definition.item):
            for name in names_in(words):
                for known in self._known(name, f"{definition.name} / {column}"):
                    self._watch(known, definition, LABEL)

    def _note(self, definition: Definition, expression: Expression) -> None:
        """Remember what depends on more than answers: the time, the language."""
        if expression.timed and definition not in self.timed:
            self.timed.append(definition)
        if "choice-name" in expression.functions and definition not in self.worded:
            self.worded.append(definition)

    def _watch(self, name: str, definition: Definition, bit: int) -> None:
        watchers = self.leaf.setdefault(name, {})
        watchers[definition] = watchers.get(definition, 0) | bit

    def _in_order(self) -> list[Definition]:
        """Every definition after all that it is worked out from; a cycle is a fault."""
        before: dict[Definition, list[Definition]] = {
            definition: [definition.parent] if definition.parent else []
            for definition in self.definitions.values()
        }
        for name, dependents in self.flow.items():
            for dependent, _slot in dependents:
                before[dependent].append(self.definitions[name])
        for definition in self.definitions.values():
            own = definition.calculation
            if own is not None and "once" in own.functions:
                before[definition] = [other for other in before[definition] if other != definition]
        order: list[Definition] = []
        done: set[Definition] = set()
        for definition in self.definitions.values():
            self._visit(definition, before, order, done)
        for rank, definition in enumerate(order):
            definition.rank = rank
        return order

    def _visit(
        self,
        start: Definition,
        before: dict[Definition, list[Definition]],
        order: list[Definition],
        done: set[Definition],
    ) -> None:
        if start in done:
            return
        under_way = [start]
        walks = [iter(before[start])]
        while walks:
            needed = next(walks[-1], None)
            if needed is None:
                walks.pop()
                finished = under_way.pop()
                done.add(finished)
                order.append(finished)
            elif needed in under_way:
                ring = [each.name for each in under_way[under_way.index(needed) :]]
                self.faults.append(
                    Fault(
                        needed.name,
                        _("It is worked out from itself: {ring}.").format(
                            ring=" → ".join([*ring, needed.name])
                        ),
                    )
                )
            elif needed not in done:
                under_way.append(needed)
                walks.append(iter(before[needed]))


def shown_words(item: Item) -> Iterator[tuple[str, Words | str]]:
    """Every text of an item that is shown while it is filled in, with the column it stands in."""
    yield "label", item.label
    yield "hint", item.hint
    if isinstance(item, Question):
        yield "guidance_hint", item.guidance_hint
        yield "constraint_message", item.constraint_message
        yield "required_message", item.required_message
    elif isinstance(item, Repeat) and item.row_label is not None:
        yield "row_label", item.row_label


def names_in(words: Words | str) -> Iterable[str]:
    """The names of `${…}` in a text, in any language."""
    if isinstance(words, str):
        return set(REFERENCE.findall(words)) if "${" in words else ()
    return {
        name
        for text in words.by_language.values()
        if "${" in text
        for name in REFERENCE.findall(text)
    }


def plan_of(form: Form) -> Plan:
    """The plan of `form`, made when it is first asked for. Its faults are not raised here."""
    plan = form._compiled
    if plan is None:
        plan = Plan(form)
        form._compiled = plan
    assert isinstance(plan, Plan)
    return plan


def sound_plan_of(form: Form) -> Plan:
    """The plan of `form`. Raises `FormError` with the first fault if it has any."""
    plan = plan_of(form)
    if plan.faults:
        fault = plan.faults[0]
        raise FormError(form.id, fault.place, fault.what)
    return plan
