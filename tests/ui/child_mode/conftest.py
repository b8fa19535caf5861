"""The window that these tests work in."""

from __future__ import annotations

from tests.ui.window import cheap_keys, child_id, desk, dressed, place

__all__ = ["cheap_keys", "child_id", "desk", "dressed", "place"]
