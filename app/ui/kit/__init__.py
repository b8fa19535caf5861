"""Building blocks of every page. Each has its accessible name by construction: the visible words.

Pages put these together; they never set a colour, a font or a pixel of their own.
"""

from __future__ import annotations

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
from app.ui.kit.fields import ErrorSummary, FieldFrame, PassphraseEdit, PathEdit
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
