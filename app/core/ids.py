"""Identifiers that any device can make without asking another."""

from __future__ import annotations

from uuid import UUID

import uuid6


def new_id() -> str:
    """A fresh UUIDv7 in its canonical text form (36 characters, lower case)."""
    return str(uuid6.uuid7())


def is_id(text: str) -> bool:
    """Whether `text` is a UUID in canonical form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
