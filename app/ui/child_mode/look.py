"""How the child's own screens look: large words, large targets, a calm ground."""

from __future__ import annotations

from typing import Final

from app.ui import theme

TARGET: Final = 44
"""Pixels at 100 %: what a finger or an unsteady hand can hit."""


def style() -> str:
    """The style sheet of a page called `childMode`."""
    look = theme.current()
    return f"""
    #childMode {{ background: {look.hex("child_ground")}; }}
    #childMode QLabel#count {{ font-size: {look.points("strong"):g}pt;
        color: {look.hex("muted")}; }}
    #childMode #readers {{ font-size: {look.points("body"):g}pt; color: {look.hex("muted")}; }}
    #childMode #trouble {{ color: {look.hex("serious")}; font-weight: 600; }}
    #childMode #ownWords {{ background: {look.hex("accent_soft")};
        border: 1px solid {look.hex("accent_line")}; border-radius: {look.px(16)}px; }}
    #childMode BigButton {{ font-size: {look.points("child_option"):g}pt; font-weight: 600;
        padding: {look.px(8)}px {look.px(18)}px; min-height: {look.px(TARGET - 10)}px;
        border: 1px solid {look.hex("field_border")}; border-radius: {look.px(8)}px;
        background: {look.hex("surface")}; }}
    #childMode BigButton[place="top"] {{ font-size: {look.points("strong"):g}pt; }}
    #childMode BigButton:hover {{ background: {look.hex("pressed")}; }}
    #childMode BigButton:checked {{ background: {look.hex("accent_soft")};
        border: 2px solid {look.hex("accent")}; }}
    #childMode BigButton#mainAction {{ background: {look.hex("accent")};
        border-color: {look.hex("accent")}; color: {look.hex("on_accent")};
        padding: {look.px(8)}px {look.px(32)}px; }}
    #childMode #readAloud {{ background: {look.hex("accent")}; border: 0;
        border-radius: {look.px(30)}px; min-width: {look.px(60)}px; min-height: {look.px(60)}px;
        padding: 0; }}
    """
