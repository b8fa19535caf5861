"""Looks over a window for what would keep somebody out: names, sizes, cut words, order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenuBar,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QWidget,
)

from app.ui import theme
from app.ui.kit.levels import LevelBadge
from app.ui.kit.pills import Pill

LEAST_TARGET: Final = 24
LEAST_TEXT: Final = 4.5
LEAST_MARK: Final = 3.0


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `rule` (name, label, target, clipped, contrast, order), where, what.

    `where` is the path of classes to the widget; nothing that was typed stands in it.
    """

    rule: str
    where: str
    what: str


def audit(root: QWidget, *, least_target: int = LEAST_TARGET) -> list[Finding]:
    """Everything that is wrong with what can be seen in `root` now."""
    findings: list[Finding] = []
    shown = [widget for widget in _all(root) if widget.isVisibleTo(root)]
    for widget in shown:
        findings += _name(widget)
        findings += _target(widget, least_target)
        findings += _clipped(widget, root)
    findings += _order(root)
    return findings


def audit_tokens() -> list[Finding]:
    """Pairs of colours, of any theme, that are too close to each other."""
    findings = []
    tokens = theme.tokens()
    for name, colours in tokens["themes"].items():
        for kind, least in (("text_pairs", LEAST_TEXT), ("mark_pairs", LEAST_MARK)):
            for one, other in tokens[kind]:
                reached = theme.contrast(colours[one], colours[other])
                if reached < least:
                    what = f"{one} on {other} is {reached:.2f}:1, not {least}:1"
                    findings.append(Finding("contrast", name, what))
    return findings


def spoken_name(widget: QWidget) -> str:
    """What a screen reader says for `widget`."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def takes_keyboard(widget: QWidget) -> bool:
    """Whether Tab leads to `widget`."""
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled()


def _all(root: QWidget) -> Iterator[QWidget]:
    yield root
    yield from root.findChildren(QWidget)


def _inner(widget: QWidget) -> bool:
    """Whether `widget` is a part that Qt made inside another, such as a viewport."""
    name = widget.objectName()
    parent = widget.parentWidget()
    return name.startswith("qt_") or (
        isinstance(parent, QAbstractScrollArea) and widget is parent.viewport()
    )


def _where(widget: QWidget) -> str:
    names = []
    step: QWidget | None = widget
    while step is not None and len(names) < 4:
        names.append(type(step).__name__)
        step = step.parentWidget()
    return " < ".join(names)


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").strip()


def _name(widget: QWidget) -> list[Finding]:
    if _inner(widget) or not takes_keyboard(widget):
        return []
    if isinstance(widget, QAbstractScrollArea) and isinstance(widget.focusProxy(), QWidget):
        return []
    if widget.focusProxy() is not None:
        return []
    name = spoken_name(widget)
    if not name:
        return [Finding("name", _where(widget), "has no accessible name")]
    if isinstance(widget, QAbstractButton):
        label = _plain(widget.text())
        if label and name != label:
            return [Finding("label", _where(widget), f"is called {name!r} but shows {label!r}")]
    return []


def _target(widget: QWidget, least: int) -> list[Finding]:
    pressed = isinstance(widget, QAbstractButton | QTabBar) or (
        takes_keyboard(widget) and not isinstance(widget, QLabel)
    )
    if not pressed or _inner(widget) or isinstance(widget, QMenuBar):
        return []
    if isinstance(widget.parentWidget(), QTabBar):
        return []
    size = widget.size()
    if size.width() < least or size.height() < least:
        what = f"is {size.width()} x {size.height()} px, less than {least}"
        return [Finding("target", _where(widget), what)]
    return []


def _clipped(widget: QWidget, root: QWidget) -> list[Finding]:
    found = []
    needed = _needed(widget)
    if needed is not None:
        width, height = needed
        # One pixel is rounding.
        if width > widget.width() + 1 or height > widget.height() + 1:
            what = f"needs {width} x {height} px, has {widget.width()} x {widget.height()}"
            found.append(Finding("clipped", _where(widget), what))
        elif not _inner(widget) and _cut_by_parent(widget, root):
            found.append(Finding("clipped", _where(widget), "reaches out of what holds it"))
    return found


def _needed(widget: QWidget) -> tuple[int, int] | None:
    """How wide and high `widget` has to be to show all its words; None: it has none of its own."""
    if isinstance(widget, QLabel):
        return _needed_by_label(widget)
    if isinstance(widget, QComboBox | QLineEdit):
        return _needed_by_line(widget)
    if isinstance(widget, QCheckBox | QRadioButton | Pill | LevelBadge):
        if widget.hasHeightForWidth():  # its words go on to the next line
            return widget.minimumSizeHint().width(), widget.heightForWidth(widget.width())
        size = widget.sizeHint()
        return size.width(), size.height()
    if (
        isinstance(widget, QAbstractButton)
        and widget.text()
        and not isinstance(widget.parentWidget(), QTabBar)
    ):
        metrics = QFontMetrics(widget.font())
        return metrics.horizontalAdvance(_plain(widget.text())), metrics.height()
    return None


def _needed_by_label(label: QLabel) -> tuple[int, int] | None:
    if not label.text() or _inner(label):
        return None
    if not label.wordWrap():
        size = label.sizeHint()
        return size.width(), size.height()
    metrics = QFontMetrics(label.font())
    longest = max(metrics.horizontalAdvance(word) for word in (label.text().split() or [""]))
    return longest, label.heightForWidth(label.width())


def _needed_by_line(widget: QComboBox | QLineEdit) -> tuple[int, int]:
    metrics = QFontMetrics(widget.font())
    look = theme.current()
    if isinstance(widget, QComboBox):
        width = metrics.horizontalAdvance(widget.currentText()) + look.px(10) + look.px(24)
    else:
        # What is typed scrolls in its line; what the empty line says of itself does not.
        width = metrics.horizontalAdvance(widget.placeholderText()) + look.px(10) * 2
    return width, metrics.height() + 2


def _cut_by_parent(widget: QWidget, root: QWidget) -> bool:
    """Whether a parent that can't scroll cuts a part of `widget` off."""
    box = QRect(QPoint(0, 0), widget.size())
    step = widget
    while step is not root:
        parent = step.parentWidget()
        if parent is None or isinstance(parent, QAbstractScrollArea):
            return False
        if isinstance(parent.parentWidget(), QAbstractScrollArea) and (
            isinstance(parent.parentWidget(), QAbstractItemView)
        ):
            return False
        box.translate(step.pos())
        if isinstance(parent.parentWidget(), QScrollArea):
            # The content of a scroll area: sideways it must fit, downwards one scrolls.
            return False
        if not parent.rect().adjusted(-1, -1, 1, 1).contains(box):
            return True
        step = parent
    return False


def _order(root: QWidget) -> list[Finding]:
    """Tab must go down a page: from one field to the next it may not jump up by half of it."""
    window = root.window()
    chain: list[QWidget] = []
    step = window.nextInFocusChain()
    while step is not None and step is not window:
        if (
            root.isAncestorOf(step)
            and takes_keyboard(step)
            and step.isVisibleTo(root)
            and not _inner(step)
            and step.focusProxy() is None
        ):
            chain.append(step)
        step = step.nextInFocusChain()
    found = []
    for before, after in pairwise(chain):
        if before.parentWidget() is not after.parentWidget() or isinstance(after, QGroupBox):
            continue
        top = before.mapTo(root, QPoint(0, 0)).y()
        bottom_after = after.mapTo(root, QPoint(0, after.height())).y()
        if bottom_after < top:
            found.append(Finding("order", _where(after), "comes after what stands below it"))
    return found
