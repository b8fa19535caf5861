"""Answers that a form does not ask for: from an older version of it, or from another form.

They are never dropped; here they get words, so that they can be read beside the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.answers import Answer, answer_from_json, is_rows
from app.forms.schema import Form, Item, Question, Repeat
from app.forms.statements import STATEMENTS


@dataclass(frozen=True, slots=True)
class UnknownAnswer:
    """An answer that is kept: what was asked, as far as any form says so, and the answer."""

    path: str
    label: str
    words: str


def unknown_answers(
    form: Form,
    document: Mapping[str, Any],
    elsewhere: Callable[[], Iterable[Form]],
    *,
    language: str,
    child: str = "",
) -> tuple[UnknownAnswer, ...]:
    """The answers of `document` that `form` has no question for, in the order of the document.

    Args:
        elsewhere: Forms that may have asked them, the likeliest first; only looked at where needed.
        child: What `{child}` in a label stands for.
    """
    looking = _Looking(elsewhere, language, child)
    return tuple(looking.within(document, _names(form.survey), ""))


class _Looking:
    def __init__(self, elsewhere: Callable[[], Iterable[Form]], language: str, child: str) -> None:
        self._elsewhere, self._language, self._child = elsewhere, language, child

    def within(
        self, document: Mapping[str, Any], known: Mapping[str, Item], before: str
    ) -> Iterator[UnknownAnswer]:
        for name, entry in document.items():
            if name == STATEMENTS and not before:
                continue
            item = known.get(name)
            if is_rows(entry):
                inside = _names(item.children) if isinstance(item, Repeat) else {}
                yield from self._rows(entry, inside, f"{before}{name}")
            elif isinstance(entry, dict) and (item is None or isinstance(item, Repeat)):
                answer = answer_from_json(entry)
                if not answer.empty and answer.how != "calculated":
                    yield self._said(f"{before}{name}", name, answer)

    def _rows(
        self, entry: Mapping[str, Any], known: Mapping[str, Item], path: str
    ) -> Iterator[UnknownAnswer]:
        for row in entry["rows"]:
            yield from self.within(row.get("answers", {}), known, f"{path}/{row['id']}/")

    def _said(self, path: str, name: str, answer: Answer) -> UnknownAnswer:
        for form in self._elsewhere():
            try:
                question = form.question(name)
            except KeyError:
                continue
            label = question.label.text(self._language).replace("{child}", self._child)
            return UnknownAnswer(path, label or name, self._words(form, question, answer))
        return UnknownAnswer(path, name.replace("_", " "), _plain(answer))

    def _words(self, form: Form, question: Question, answer: Answer) -> str:
        labels = {
            choice.name: choice.label.text(self._language).replace("{child}", self._child)
            for choice in form.choices.get(question.list_name or "", ())
        }
        given = answer.value if isinstance(answer.value, list) else [str(answer.value)]
        return ", ".join(labels.get(one) or one for one in given)


def _plain(answer: Answer) -> str:
    return ", ".join(answer.value) if isinstance(answer.value, list) else str(answer.value)


def _names(items: Iterable[Item]) -> dict[str, Item]:
    """What stands directly in these items, groups looked through, by name."""
    found: dict[str, Item] = {}
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        if isinstance(item, Question | Repeat):
            found[item.name] = item
        else:
            waiting.extend(item.children)
    return found
