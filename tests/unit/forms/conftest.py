"""A small invented form, and ways to fill it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.forms.loader import form_from_yaml, load_form
from app.forms.schema import Form
from app.forms.sheet import Sheet

STREET = Path(__file__).parents[2] / "data" / "forms" / "street.yaml"

HEAD = """\
id: tiny
version: 1
kind: assessment
title: {en: Tiny}
choices:
  colour:
    - {name: red, label: {en: Red}}
    - {name: green, label: {en: Green}}
    - {name: blue, label: {en: Blue}}
    - {name: none, label: {en: None of these}, exclusive: true}
survey:
"""


@pytest.fixture(scope="session")
def street() -> Form:
    return load_form(STREET)


@pytest.fixture
def clock() -> FixedClock:
    # Half past midnight in summer: the day in England is already the next one.
    return FixedClock(datetime(2026, 7, 1, 23, 30, tzinfo=UTC))


@pytest.fixture
def sheet(street: Form, clock: FixedClock) -> Sheet:
    return Sheet(street, clock=clock, context={"child": "Tal", "age": "15"})


@pytest.fixture(scope="session")
def form_of() -> Callable[[str], Form]:
    """A form of the questions given as YAML."""

    def make(survey: str) -> Form:
        return form_from_yaml(HEAD + indent(dedent(survey), "  "), file="tiny.yaml")

    return make


@pytest.fixture
def open_sheet(form_of: Callable[[str], Form], clock: FixedClock) -> Callable[..., Sheet]:
    """A sheet of the questions given as YAML."""

    def make(survey: str, document: dict[str, Any] | None = None, **more: Any) -> Sheet:
        return Sheet(form_of(survey), document, clock=clock, **more)

    return make
