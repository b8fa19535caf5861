"""The ring around whatever has the keyboard: 3 px of yellow outside a 2 px line of ink."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QMenuBar, QWidget

from app.ui import theme

LINE = 2
RING = 3
REACH = LINE + RING
_MOVES = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.ParentChange,
    QEvent.Type.LayoutRequest,
}


class FocusRing(QWidget):
    """Follows the keyboard through one window. Drawn above everything, in nobody's way."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self._ring = QRect()
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)
        theme.watch().changed.connect(self._follow)

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None or new.window() is not self.window():
            self._watch(None)
        elif not isinstance(new, QMenu | QMenuBar) and new is not self.window():
            self._watch(new)
        else:
            self._watch(None)

    def _watch(self, target: QWidget | None) -> None:
        for widget in self._watched:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._watched = []
        # Only the one that has the keyboard counts: an earlier one may go long after it lost it.
        if self._target is not None and shiboken6.isValid(self._target):
            self._target.destroyed.disconnect(self._gone)
        self._target = target
        step = target
        while step is not None and step is not self.window():
            step.installEventFilter(self)
            self._watched.append(step)
            step = step.parentWidget()
        if target is not None:
            target.destroyed.connect(self._gone)
        self._follow()

    def _gone(self) -> None:
        self._target = None
        self._watched = []
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Override QObject::eventFilter: go where the widget goes."""
        if event.type() in _MOVES:
            self._follow()
        return False

    def _follow(self) -> None:
        target = self._target
        if target is None or not shiboken6.isValid(target) or not target.isVisible():
            self.hide()
            return
        window = self.window()
        around = target
        corner = QPoint(0, 0)
        ring = QRect(around.mapTo(window, corner), around.size()).adjusted(
            -REACH, -REACH, REACH, REACH
        )
        clip = window.rect()
        step = target.parentWidget()
        while step is not None and step is not window:
            if isinstance(step.parentWidget(), QAbstractScrollArea):
                shown = QRect(step.mapTo(window, corner), step.size())
                clip = clip.intersected(shown.adjusted(-REACH, -REACH, REACH, REACH))
            step = step.parentWidget()
        self._ring = ring
        area = ring.intersected(clip)
        if area.isEmpty():
            self.hide()
            return
        self.setGeometry(area)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._ring.topLeft() - self.geometry().topLeft())
        whole = QRectF(0, 0, self._ring.width(), self._ring.height())
        corner = look.px(6)
        painter.setPen(QPen(look.color("focus"), RING))
        half = RING / 2
        painter.drawRoundedRect(
            whole.adjusted(half, half, -half, -half), corner + LINE + half, corner + LINE + half
        )
        painter.setPen(QPen(look.color("ink"), LINE))
        inner = RING + LINE / 2
        painter.drawRoundedRect(
            whole.adjusted(inner, inner, -inner, -inner), corner + LINE / 2, corner + LINE / 2
        )
        painter.end()
