"""Building blocks of every page. Each has its accessible name by construction: the visible words.

Pages put these together; they never set a colour, a font or a pixel of their own.

Each module is read in when the first of its names is asked for: the unlock window needs few of
them, and is to be there at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from app.ui.kit.blocks import Banner, BusyOverlay, Card, EmptyState, KeyFacts, Separator
    from app.ui.kit.buttons import (
        DangerButton,
        LinkButton,
        PrimaryButton,
        SecondaryButton,
        WrappingLink,
        button_row,
    )
    from app.ui.kit.dialogs import Dialog, Message
    from app.ui.kit.fields import ChoiceBox, ErrorSummary, FieldFrame, PassphraseEdit, PathEdit
    from app.ui.kit.flow import FlowLayout
    from app.ui.kit.focus import FocusRing
    from app.ui.kit.layout import PageHeader, ScrollPage, SidePanel, clear, space
    from app.ui.kit.levels import LEVELS, LevelBadge, draw_level, level_word
    from app.ui.kit.pills import TONES, Pill, draw_pill, pill_width
    from app.ui.kit.tables import Cell, Column, Table, TableModel
    from app.ui.kit.text import Body, ErrorText, Heading, Muted, Small, Strong, Title

__all__ = [
    "LEVELS",
    "TONES",
    "Banner",
    "Body",
    "BusyOverlay",
    "Card",
    "Cell",
    "ChoiceBox",
    "Column",
    "DangerButton",
    "Dialog",
    "EmptyState",
    "ErrorSummary",
    "ErrorText",
    "FieldFrame",
    "FlowLayout",
    "FocusRing",
    "Heading",
    "KeyFacts",
    "LevelBadge",
    "LinkButton",
    "Message",
    "Muted",
    "PageHeader",
    "PassphraseEdit",
    "PathEdit",
    "Pill",
    "PrimaryButton",
    "ScrollPage",
    "SecondaryButton",
    "Separator",
    "SidePanel",
    "Small",
    "Strong",
    "Table",
    "TableModel",
    "Title",
    "WrappingLink",
    "button_row",
    "clear",
    "draw_level",
    "draw_pill",
    "level_word",
    "pill_width",
    "space",
]

# In which module each of them is.
_HOMES: Final = {
    "Banner": "blocks",
    "BusyOverlay": "blocks",
    "Card": "blocks",
    "EmptyState": "blocks",
    "KeyFacts": "blocks",
    "Separator": "blocks",
    "DangerButton": "buttons",
    "LinkButton": "buttons",
    "PrimaryButton": "buttons",
    "SecondaryButton": "buttons",
    "WrappingLink": "buttons",
    "button_row": "buttons",
    "Dialog": "dialogs",
    "Message": "dialogs",
    "ChoiceBox": "fields",
    "ErrorSummary": "fields",
    "FieldFrame": "fields",
    "PassphraseEdit": "fields",
    "PathEdit": "fields",
    "FlowLayout": "flow",
    "FocusRing": "focus",
    "PageHeader": "layout",
    "ScrollPage": "layout",
    "SidePanel": "layout",
    "clear": "layout",
    "space": "layout",
    "LEVELS": "levels",
    "LevelBadge": "levels",
    "draw_level": "levels",
    "level_word": "levels",
    "TONES": "pills",
    "Pill": "pills",
    "draw_pill": "pills",
    "pill_width": "pills",
    "Cell": "tables",
    "Column": "tables",
    "Table": "tables",
    "TableModel": "tables",
    "Body": "text",
    "ErrorText": "text",
    "Heading": "text",
    "Muted": "text",
    "Small": "text",
    "Strong": "text",
    "Title": "text",
}


def __getattr__(name: str) -> Any:
    """A building block by its name, read in now."""
    if name not in _HOMES:
        raise AttributeError(name)
    found = getattr(import_module(f"app.ui.kit.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
