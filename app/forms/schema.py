"""What a form is: frozen models that the loader fills and everything else reads.

The vocabulary is XLSForm's (`type`, `name`, `label`, `relevant`, …), nested instead of flat.
Waymark's own columns say whose view an answer is, who may read it, and how it reaches a report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, PrivateAttr

Language = str
SaidBy = Literal["child", "parent", "practitioner"]
Kind = Literal[
    "assessment",
    "diversion",
    "court_report",
    "review",
    "timeline",
    "resettlement",
    "questionnaire",
    "parent_view",
]
Judgement = Literal["reoffending", "serious_harm", "safety_wellbeing"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
OWN_VIEWS: Final[frozenset[Kind]] = frozenset({"questionnaire", "parent_view"})
"""Kinds that are somebody's own words: of the child, or of a parent or carer."""
ASSESSING: Final[frozenset[Kind]] = frozenset({"assessment", "diversion", "review"})
"""Kinds whose judgements stand until the next of them: a review is due after each."""
SAID_BY: Final[tuple[SaidBy, ...]] = ("child", "parent", "practitioner")
READERS: Final = ("worker", "manager", "court")
DEFAULT_READERS: Final = frozenset({"worker", "manager"})
JUDGEMENTS: Final[tuple[Judgement, ...]] = ("reoffending", "serious_harm", "safety_wellbeing")
JUDGEMENT_LEVELS: Final = ("low", "medium", "high", "very_high")
REPORT_SECTIONS: Final = (
    "psr.sources",
    "psr.offence",
    "psr.child",
    "psr.risk",
    "psr.conclusion",
)

SELECT_TYPES: Final = frozenset({"select_one", "select_multiple", "rank"})
SILENT_TYPES: Final = frozenset({"note", "calculate"})
"""Types that ask nothing of anybody."""
QUESTION_TYPES: Final = frozenset(
    {
        "text",
        "integer",
        "decimal",
        "date",
        "time",
        "dateTime",
        "select_one",
        "select_multiple",
        "rank",
        "note",
        "calculate",
        "acknowledge",
    }
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Words(_Frozen):
    """One text in the languages that it was written in; false when it says nothing."""

    by_language: Mapping[Language, str] = {}
    default_language: Language = "en"

    def text(self, language: Language) -> str:
        """The text in `language`, else in the form's own language, else in any it has."""
        found = self.by_language.get(language)
        if found is None:
            found = self.by_language.get(self.default_language)
        if found is None:
            found = next(iter(self.by_language.values()), "")
        return found

    @property
    def languages(self) -> frozenset[Language]:
        return frozenset(self.by_language)

    def __bool__(self) -> bool:
        return any(self.by_language.values())


NOTHING: Final = Words()


class Choice(_Frozen):
    """One option of a choice list; `columns` holds what a choice filter may look at."""

    name: str
    label: Words = NOTHING
    exclusive: bool = False
    image: str | None = None
    columns: Mapping[str, str] = {}


class ReportLine(_Frozen):
    """How an answer becomes a sentence in one section of a report."""

    section: str
    order: int = 0
    text: Words = NOTHING
    when: str | None = None
    by_value: Mapping[str, Words] = {}
    quote: bool = False


class Question(_Frozen):
    """Something that is asked, said (`note`) or worked out (`calculate`)."""

    name: str
    type: str
    list_name: str | None = None
    label: Words = NOTHING
    hint: Words = NOTHING
    guidance_hint: Words = NOTHING
    relevant: str | None = None
    constraint: str | None = None
    constraint_message: Words = NOTHING
    required: bool | str = False
    required_message: Words = NOTHING
    calculation: str | None = None
    default: str | None = None
    readonly: bool | str = False
    choice_filter: str | None = None
    appearance: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = {}
    said_by: SaidBy = "practitioner"
    readers: frozenset[str] = DEFAULT_READERS
    ask_to_quote: bool = False
    harm: str | None = None
    judgement: Judgement | None = None
    strength: bool = False
    report: tuple[ReportLine, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether a person is meant to answer it."""
        return self.type not in SILENT_TYPES


class Group(_Frozen):
    """Questions that belong together; a group at the top level is one page."""

    name: str
    label: Words = NOTHING
    hint: Words = NOTHING
    relevant: str | None = None
    appearance: frozenset[str] = frozenset()
    children: tuple[Item, ...] = ()


class Repeat(Group):
    """A group that is asked once for each row; `count` fixes the number of rows.

    `row_order` names the question in a row by whose answer the rows are read in order, such as an
    age or a day, in whatever order they were entered.
    """

    row_label: str | Words | None = None
    row_order: str | None = None
    count: str | None = None


Item = Question | Repeat | Group


class Form(_Frozen):
    """A form in one of its versions."""

    id: str
    version: int
    kind: Kind
    title: Words
    languages: tuple[Language, ...] = ("en",)
    default_language: Language = "en"
    welsh_reviewed_by: str | None = None
    same_in_welsh: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[Choice, ...]] = {}
    survey: tuple[Item, ...] = ()

    _compiled: Any = PrivateAttr(default=None)

    @cached_property
    def pages(self) -> tuple[Group, ...]:
        """The form as pages: its top-level groups; what stands outside a group gets its own."""
        pages: list[Group] = []
        loose: list[Item] = []

        def flush() -> None:
            if any(isinstance(item, Group) or item.type != "calculate" for item in loose):
                name = f"page_{loose[0].name}"
                pages.append(Group(name=name, label=self.title, children=tuple(loose)))
            loose.clear()

        for item in self.survey:
            if isinstance(item, Repeat):
                flush()
                pages.append(
                    Group(
                        name=f"page_{item.name}",
                        label=item.label,
                        relevant=item.relevant,
                        children=(item,),
                    )
                )
            elif isinstance(item, Group):
                flush()
                pages.append(item)
            else:
                loose.append(item)
        flush()
        return tuple(pages)

    def items(self) -> Iterator[Item]:
        """Every group, repeat and question in the order of the form."""
        waiting: list[Item] = list(reversed(self.survey))
        while waiting:
            item = waiting.pop()
            yield item
            if isinstance(item, Group):
                waiting.extend(reversed(item.children))

    def questions(self) -> Iterator[Question]:
        """Every question in the order of the form, those of repeats once."""
        for item in self.items():
            if isinstance(item, Question):
                yield item

    @cached_property
    def _by_name(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions()}

    def question(self, name: str) -> Question:
        """The question of that name. Raises `KeyError` where there is none."""
        return self._by_name[name]

    @cached_property
    def judgements(self) -> dict[str, str]:
        """Which question holds the level of which judgement."""
        return {q.judgement: q.name for q in self.questions() if q.judgement is not None}


Group.model_rebuild()
Repeat.model_rebuild()
Form.model_rebuild()
