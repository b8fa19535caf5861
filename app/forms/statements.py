"""Statements: who said what about an answer, when and how, and whether it was checked.

They stand in the form's document as the rows of one reserved repeat, so that they are merged row
by row, carried forward and part of the snapshot like any answers. A row holds answers named after
the fields of `Statement`.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = "statements"
"""The reserved repeat: no question or group of a form has this name."""
