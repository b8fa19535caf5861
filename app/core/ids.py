"""Identifiers that any device can make without asking another."""

from __future__ import annotations

import re
from typing import Final

import uuid6

_CANONICAL: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A fresh UUIDv7 in its canonical text form (36 characters, lower case)."""
    return str(uuid6.uuid7())


def is_id(text: str) -> bool:
    """Whether `text` is a UUID in canonical form."""
    return _CANONICAL.fullmatch(text) is not None
