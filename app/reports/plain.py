"""What a report says, begun in plain words for the child: short sentences from the record.

It tells what the record holds and what the child said, and nothing of what the author wrote for
the court: nobody but the author can put that in plain words. The sentences are data
(`resources/reports/plain_words.yaml`), and so are what they are measured by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import BugError
from app.core.paths import resource_path
from app.reports.content import Language
from app.reports.material import JUDGED, OffenceFacts, PsrMaterial
from app.reports.passages import Passage, Quote
from app.reports.words import day, listed

CHILD: Final = "child"
AFTER: Final = "_after"
"""At the end of the code of a sentence that is told in place of another once the court decided."""
PROPOSAL: Final = ("psr.conclusion", "stand_down.proposal", "existing.proposal", "breach.options")
"""The sections that end in what the court is asked to do."""

_ADMITTED: Final = ("guilty", "admitted")
_DENIED: Final = ("not_guilty", "not_admitted")
_ENDED: Final = re.compile(r"[.!?…]+$")

Tell = Callable[..., str]
"""The sentence of that code in the language of the reader, filled in."""


class PlainWords(BaseModel):
    """The file: what sections are called, the sentences they begin with, and the measures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    as_of: date
    verified: bool
    welsh_reviewed_by: str | None
    reading_age: int
    words_in_sentence: int
    words_for_reading_age: int
    headings: Mapping[str, Mapping[Language, str]]
    sentences: Mapping[str, Mapping[Language, str]]


@cache
def plain_words() -> PlainWords:
    """The sentences, and what plain words are measured by."""
    try:
        with resource_path("reports", "plain_words.yaml").open(encoding="utf-8") as file:
            return PlainWords.model_validate(yaml.safe_load(file))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the plain words can't be read") from error


def heading(section: str, language: Language) -> str:
    """What a section is called for the child; empty where only the court's own name is known."""
    return plain_words().headings.get(section, {}).get(language, "")


def begun(
    section: str,
    passages: Sequence[Passage],
    material: PsrMaterial | None,
    language: Language,
    *,
    for_hearing: bool = True,
) -> tuple[str, ...]:
    """What the record says of one section, said to the child, and what the child said in it.

    Args:
        passages: Those of the section.
        material: What the report is made from, in `language`; None where it can't be made now:
            then only what the child said is told.
        for_hearing: It is for a court that has still to decide, not about an order.
    """
    tell: Tell = partial(_sentence, language)
    if not for_hearing:
        tell = partial(_after_the_order, tell)
    return tuple(_begun(section, passages, material, language, tell))


def _after_the_order(tell: Tell, code: str, **filled: object) -> str:
    """The sentence of that code where the court has decided."""
    after = f"{code}{AFTER}"
    return tell(after if after in plain_words().sentences else code, **filled)


def court_words(passages: Sequence[Passage]) -> tuple[str, ...]:
    """What the author wrote for the court, passage by passage."""
    return tuple(one.text.strip() for one in passages if one.says_something)


def said_by_child(passages: Sequence[Passage]) -> tuple[Quote, ...]:
    """What the child said, as it stands in the passages; once, however often it stands there."""
    said = {
        quote.words: quote
        for passage in passages
        for quote in passage.quotes
        if quote.said_by == CHILD and quote.words in passage.text
    }
    return tuple(said.values())


def _begun(
    section: str,
    passages: Sequence[Passage],
    material: PsrMaterial | None,
    language: Language,
    tell: Tell,
) -> Iterator[str]:
    said: set[str] = set()
    for passage in passages:
        if passage.kind == "made" and material is not None:
            yield from _made(passage.text, material, language, tell)
        for quote in said_by_child((passage,)):
            if quote.words not in said:
                yield tell("said", words=quote.words)
            said.add(quote.words)
    if section in PROPOSAL and material is not None:
        yield from material.proposed


def _sentence(language: Language, code: str, **filled: object) -> str:
    held = plain_words().sentences[code]
    return held.get(language, held["en"]).format(**filled)


def _made(code: str, material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    """What a part that is drawn from the record tells, said to the child."""
    telling = PARTS.get(code)
    if telling is not None:
        yield from telling(material, language, tell)
    elif code in plain_words().sentences:
        yield tell(code)


def _sources(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    if material.sources:
        what = _run_on((one.what for one in material.sources), language)
        yield tell("sources", what=what)


def _missing_sources(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    if material.missing_sources:
        what = _run_on((one.what for one in material.missing_sources), language)
        yield tell("missing_sources", what=what)


def _offences(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    for offence in material.offences:
        if offence.description.strip():
            yield tell("offence", what=_inside(offence.description))
            if offence.committed_on is not None:
                yield tell("offence_on", day=day(offence.committed_on, language))
            yield from _plea(offence, tell)


def _plea(offence: OffenceFacts, tell: Tell) -> Iterator[str]:
    if offence.plea_code in _ADMITTED:
        yield tell("admitted")
    elif offence.plea_code in _DENIED:
        yield tell("denied")


def _how_to_speak(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    if material.child.how_to_speak:
        yield tell("how_to_speak")


def _outcomes(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    if not material.earlier_outcomes:
        yield tell("no_outcome")
    for outcome in material.earlier_outcomes:
        if outcome.outcome:
            yield tell("outcome", what=_inside(outcome.outcome))
            if outcome.given_on is not None:
                yield tell("outcome_on", day=day(outcome.given_on, language))


def _levels(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    held = {facts.judged: facts.level for facts in material.levels}
    set_ = [f"{judged}_{held[judged]}" for judged in JUDGED if held.get(judged)]
    for code in set_:
        yield tell(code)
    yield tell("levels_why" if set_ else "no_level")


def _levels_over_time(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    if len(material.levels_over_time) > 1:
        yield tell("levels_over_time")


def _dangerousness(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    if material.court.dangerousness:
        yield tell("dangerousness")


def _aim(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    yield tell("aim")
    if material.court.hearing_on is not None:
        yield tell("hearing", day=day(material.court.hearing_on, language))


def _all_options(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    if material.court.all_options:
        yield tell("all_options")


def _order(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    order = material.order
    if order is None:
        return
    yield tell("order", what=_inside(order.name))
    if order.ends_on is not None:
        yield tell("order_ends", day=day(order.ends_on, language))
    if order.requirements:
        yield tell("order_asks", what=_run_on(order.requirements, language))


def _attendance(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    contacts = material.contacts
    if contacts:
        yield tell("kept", count=len(contacts), kept=sum(not one.missed for one in contacts))


def _missed(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    days = [day(one.on, language) for one in material.contacts if one.missed]
    if not days:
        yield tell("none_missed")
        return
    yield tell("missed", days=listed(days, language))
    yield tell("missed_why")


def _plan(material: PsrMaterial, _language: Language, tell: Tell) -> Iterator[str]:
    yield tell("plan" if material.plan else "no_plan")
    for target in material.plan:
        yield tell("target", what=_ENDED.sub("", target.outcome.strip()))


def _existing(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    if material.existing is not None:
        yield tell("existing", day=day(material.existing.made_on, language))


def _changed_since(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    changes = material.existing.changes if material.existing is not None else ()
    yield tell("changed", what=listed(changes, language)) if changes else tell("no_change")


def _added_to(material: PsrMaterial, language: Language, tell: Tell) -> Iterator[str]:
    if material.existing is not None:
        yield tell("added_to", day=day(material.existing.made_on, language))


PARTS: Final[Mapping[str, Callable[[PsrMaterial, Language, Tell], Iterator[str]]]] = {
    "sources": _sources,
    "missing_sources": _missing_sources,
    "offences": _offences,
    "how_to_speak": _how_to_speak,
    "outcomes": _outcomes,
    "levels": _levels,
    "levels_over_time": _levels_over_time,
    "dangerousness": _dangerousness,
    "aim": _aim,
    "all_options": _all_options,
    "order": _order,
    "attendance": _attendance,
    "missed": _missed,
    "plan": _plan,
    "existing": _existing,
    "changed_since": _changed_since,
    "added_to": _added_to,
}
"""The parts that are told otherwise than by one sentence of their own name."""


def _run_on(items: Iterable[str], language: Language) -> str:
    """Things of the record in one line, each once."""
    return listed(tuple(dict.fromkeys(_inside(one) for one in items)), language)


def _inside(text: str) -> str:
    """Words of the record as they stand after a colon: no full stop, no capital of a beginning."""
    text = _ENDED.sub("", text.strip())
    if len(text) > 1 and text[0].isupper() and text[1].islower():
        return text[0].lower() + text[1:]
    return text
