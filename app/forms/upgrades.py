"""Answers taken from one version of a form to the next, one registered step at a time.

A step is an ordinary function from document to document. Names and types never change once a form
is released, so most versions need a step that only says so; a version without a step is refused,
because nobody would have thought about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from app.core.errors import BugError
from app.core.i18n import _
from app.forms.answers import Document
from app.forms.errors import FormError

Step = Callable[[Document], Document]

_STEPS: Final[dict[tuple[str, int], Step]] = {}


def upgrade(form_id: str, from_version: int, to_version: int) -> Callable[[Step], Step]:
    """Register the decorated function as the step from one version of a form to the next."""
    if to_version != from_version + 1:
        raise BugError("a step goes from one version of a form to the next")

    def register(step: Step) -> Step:
        if (form_id, from_version) in _STEPS:
            raise BugError("there are two steps for the same version of a form")
        _STEPS[form_id, from_version] = step
        return step

    return register


def steps() -> Mapping[tuple[str, int], Step]:
    """Every registered step, by form id and the version that it starts from."""
    return dict(_STEPS)


def upgraded(
    document: Mapping[str, Any], form_id: str, from_version: int, to_version: int
) -> Document:
    """A copy of `document` as the form's version `to_version` keeps it.

    Raises:
        FormError: if the document is newer than that, or a step is missing.
    """
    if from_version > to_version:
        raise FormError(
            form_id,
            "",
            _("The answers were given in version {version}, which is newer.").format(
                version=from_version
            ),
            _("Install the newest Waymark."),
        )
    changed: Document = deepcopy(dict(document))
    for version in range(from_version, to_version):
        step = _STEPS.get((form_id, version))
        if step is None:
            raise FormError(
                form_id,
                "",
                _("Nobody has said how answers go from version {old} to {new}.").format(
                    old=version, new=version + 1
                ),
            )
        changed = step(changed)
    return changed


def unchanged(document: Document) -> Document:
    """The step of a version that only adds or retires questions."""
    return document


def renamed(document: Document, old: str, new: str) -> Document:
    """`document` with an answer at the top level under another name; for use in steps."""
    if old not in document:
        return document
    return {new if name == old else name: entry for name, entry in document.items()}
