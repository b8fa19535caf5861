"""What packages of pages bring to the window: kinds of pages, and deeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.page import Page
    from app.ui.shell import Shell


@dataclass(frozen=True)
class Registered:
    """A kind of page: how it is made and where it stands on the rail (`rail` untranslated)."""

    name: str
    factory: Callable[[Shell], Page]
    rail: str | None
    order: int


@dataclass(frozen=True)
class Deed:
    """Something that can be done from anywhere, found by Ctrl+K. `label` untranslated."""

    label: str
    do: Callable[[], object]
    keys: str = ""
