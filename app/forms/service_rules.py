"""What a service's own form may not be or ask, beside the rules that every form is held to.

It stays within a size, and what an assessment decides (the levels, what a report tells of a child)
is never decided by a form that nobody but the service has read. A court hears from it only what
the child was told a court may hear.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from app.core.i18n import _
from app.core.paths import resource_path
from app.forms.kept import document_of
from app.forms.schema import SILENT_TYPES, Form, Question

MOST_ITEMS: Final = 1_000
"""Groups, repeats and questions of one form."""
MOST_TEXT: Final = 1_000_000
"""Letters of the document that a form is kept as."""
SERVICE_KINDS: Final = frozenset({"questionnaire", "resettlement"})

Found = Iterator[tuple[str, str]]
"""Places, as lint names them, each with what is wrong there."""


def faults(form: Form) -> Found:
    """What a service's form may not be or ask, each with its place.

    Held to when a form is taken in and again whenever it is read, because it may have come from
    another laptop.
    """
    if form.kind not in SERVICE_KINDS:
        yield "kind", _("A form of a service is a questionnaire or a resettlement plan.")
    if sum(1 for _item in form.items()) > MOST_ITEMS:
        yield "survey", _("A form has at most {count} rows.").format(count=MOST_ITEMS)
    elif len(json.dumps(document_of(form), ensure_ascii=False)) > MOST_TEXT:
        yield "survey", _("The texts of this form are too long.")
    for list_name, choices in form.choices.items():
        for choice in choices:
            if choice.image is not None and not _is_picture(choice.image):
                yield (
                    f"choices / {list_name} / {choice.name}",
                    _("There is no picture “{name}”.").format(name=choice.image),
                )
    for question in form.questions():
        yield from _question(form, question)


def _question(form: Form, question: Question) -> Found:
    name = question.name
    if question.judgement:
        yield f"{name} / judgement", _("Only the assessment holds a judgement.")
    if not question.report:
        return
    place = f"{name} / report"
    if form.kind != "questionnaire":
        yield place, _("Only a questionnaire of a service speaks in a report.")
        return
    if question.type not in SILENT_TYPES and question.said_by == "practitioner":
        yield place, _("In a questionnaire, a child or a parent says what a report tells.")
    if "court" not in question.readers:
        yield place, _("A court must be among the readers of what a report tells.")
    if any(line.quote for line in question.report) and not question.ask_to_quote:
        yield place, _("A child is quoted only when asked: write yes under “ask_to_quote”.")


def _is_picture(name: str) -> bool:
    folder = resource_path("forms", "images")
    return folder.is_dir() and name in {each.name for each in folder.iterdir()}
