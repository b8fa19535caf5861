"""The look: colours, sizes and spaces from `resources/theme/`, as a style sheet and a palette.

`use(...)` dresses the whole program; `current()` says how it is dressed now. Nothing else in the
program names a colour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from string import Template
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.core.errors import BugError
from app.core.paths import resource_path

FAMILY: Final = "Atkinson Hyperlegible Next"
# From this scale on there is no room for much side by side.
LARGE_TEXT: Final = 1.5
# A hash begins a comment where a space stands before it or nothing does.
_COMMENT: Final = re.compile(r"(^|\s)#.*$")
_FONT_FILES: Final = ("Regular", "SemiBold", "Bold", "Italic", "BoldItalic")


@cache
def tokens() -> dict[str, Any]:
    """The file of tokens as it stands: themes, pairs, type, corner."""
    return read_tokens(resource_path("theme", "tokens.yaml").read_text("utf-8"))


def read_tokens(text: str) -> dict[str, Any]:
    """What a file of tokens says: mappings by indentation, and lists of `- [one, other]`.

    Only this much of YAML, so that the first window needn't wait for all of it.
    """
    root: dict[str, Any] = {}
    open_at: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    holder, key = root, ""
    for line in text.splitlines():
        words = _COMMENT.sub("", line).rstrip()
        if not words:
            continue
        indent = len(words) - len(words.lstrip())
        words = words.strip()
        if words.startswith("- ["):
            pair = [part.strip() for part in words[3:].rstrip("]").split(",")]
            if not isinstance(holder[key], list):
                holder[key] = []
            holder[key].append(pair)
            continue
        while indent <= open_at[-1][0]:
            open_at.pop()
        holder = open_at[-1][1]
        key, _colon, value = (part.strip() for part in words.partition(":"))
        if not value:
            inner: dict[str, Any] = {}
            holder[key] = inner
            open_at.append((indent, inner))
        elif value.startswith('"'):
            holder[key] = value.strip('"')
        else:
            holder[key] = float(value) if "." in value else int(value)
    return root


@dataclass(frozen=True)
class Theme:
    """One way the program can look: `name` is light, dark or contrast; `text_size` in percent."""

    name: str = "light"
    text_size: int = 100

    @property
    def scale(self) -> float:
        """How much larger than normal text and spaces are (1.0 to 2.0)."""
        return self.text_size / 100

    @property
    def large(self) -> bool:
        """Whether text is so large that what stands side by side has to stand one below another."""
        return self.scale >= LARGE_TEXT

    def hex(self, token: str) -> str:
        """The colour of `token` as `#RRGGBB`."""
        try:
            return str(tokens()["themes"][self.name][token])
        except KeyError:
            raise BugError(f"no colour named {token} in theme {self.name}") from None

    def color(self, token: str) -> QColor:
        """The colour of `token`."""
        return QColor(self.hex(token))

    def px(self, length: float) -> int:
        """`length`, given in pixels at 100 %, at the present text size.

        Spaces grow at half the pace of text, so that a page at 200 % still holds something.
        """
        return max(1, round(length * (1 + (self.scale - 1) / 2)))

    def text_px(self, length: float) -> int:
        """`length`, in pixels at 100 %, growing as fast as text: for marks beside words."""
        return max(1, round(length * self.scale))

    def points(self, size: str) -> float:
        """The text size called `size` (small, body, strong, title …) in points."""
        return float(tokens()["type"][size]) * self.scale

    def font(self, size: str = "body", weight: int = 400, *, italic: bool = False) -> QFont:
        """A font of the program's own family."""
        font = QFont(FAMILY)
        font.setPointSizeF(self.points(size))
        font.setWeight(QFont.Weight(weight))
        font.setItalic(italic)
        return font

    def style_sheet(self) -> str:
        """The Qt style sheet of the whole program."""
        words: dict[str, str] = dict(tokens()["themes"][self.name])
        words.update({f"pt_{name}": f"{self.points(name):g}pt" for name in tokens()["type"]})
        words.update(
            {f"corner_{name}": f"{self.px(size)}px" for name, size in tokens()["corner"].items()}
        )
        words["icons"] = resource_path("icons", self.name).as_posix()
        # A radius above half the width would make Qt draw a square.
        words["radio_radius"] = f"{self.text_px(16) // 2 + 2}px"
        template = resource_path("theme", "waymark.qss").read_text("utf-8")
        for length in set(re.findall(r"px_(\d+)", template)):
            words[f"px_{length}"] = f"{self.px(int(length))}px"
        for length in set(re.findall(r"mark_(\d+)", template)):
            words[f"mark_{length}"] = f"{self.text_px(int(length))}px"
        return Template(template).substitute(words)

    def palette(self) -> QPalette:
        """The palette for what the style sheet leaves to Qt."""
        roles = {
            QPalette.ColorRole.Window: "ground",
            QPalette.ColorRole.WindowText: "ink",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "ground",
            QPalette.ColorRole.Text: "ink",
            QPalette.ColorRole.Button: "surface",
            QPalette.ColorRole.ButtonText: "ink",
            QPalette.ColorRole.BrightText: "serious",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "on_accent",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.LinkVisited: "accent",
            QPalette.ColorRole.ToolTipBase: "surface",
            QPalette.ColorRole.ToolTipText: "ink",
            QPalette.ColorRole.PlaceholderText: "muted",
            QPalette.ColorRole.Mid: "line",
            QPalette.ColorRole.Light: "surface",
            QPalette.ColorRole.Midlight: "hair",
            QPalette.ColorRole.Dark: "field_border",
            QPalette.ColorRole.Shadow: "ink",
        }
        palette = QPalette()
        for role, token in roles.items():
            palette.setColor(role, self.color(token))
        for role in (
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("muted"))
        return palette


class _Watch(QObject):
    """Tells those who paint for themselves that the look has changed."""

    changed = Signal()


class _Dress:
    """What the one application wears."""

    def __init__(self) -> None:
        self.theme = Theme()
        self.watch: _Watch | None = None
        self.fonts_ready = False


_dress = _Dress()


def current() -> Theme:
    """How the program is dressed now."""
    return _dress.theme


def watch() -> _Watch:
    """The object whose `changed` signal is given after every change of theme or text size."""
    if _dress.watch is None:
        _dress.watch = _Watch()
    return _dress.watch


def load_fonts() -> None:
    """Make the program's own font known to Qt, once."""
    if _dress.fonts_ready:
        return
    for style in _FONT_FILES:
        file = resource_path("fonts", f"AtkinsonHyperlegibleNext-{style}.ttf")
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            raise BugError(f"the font file {file.name} can't be read")
    _dress.fonts_ready = True


def named(choice: str) -> str:
    """The theme that `choice` (system, light, dark, contrast) stands for on this computer now."""
    if choice != "system":
        return choice
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    if accessibility is not None and (
        accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    ):
        return "contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def use(choice: str = "light", text_size: int = 100) -> Theme:
    """Dress the whole program: `choice` is system, light, dark or contrast; size 100 to 200."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise BugError("there is no application to dress")
    load_fonts()
    look = Theme(named(choice), max(100, min(200, text_size)))
    _dress.theme = look
    app.setPalette(look.palette())
    app.setFont(look.font())
    app.setStyleSheet(look.style_sheet())
    watch().changed.emit()
    return look


def contrast(one: str, other: str) -> float:
    """The contrast of two `#RRGGBB` colours as WCAG 2.2 reckons it (1 to 21)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
