"""The child at a glance: strengths before anything else, then what is due and where things are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from app.casework import children, rule_words
from app.casework.children import ChildView, Glance, LevelPoint, PlanRow
from app.casework.due import DueItem
from app.casework.glance import Strength
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import (
    LEVELS,
    Banner,
    Body,
    Card,
    Cell,
    Column,
    FlowLayout,
    LevelBadge,
    Muted,
    Pill,
    SecondaryButton,
    Small,
    Table,
    TableModel,
    button_row,
    level_word,
)
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.tones import tone_of


class GlanceTab(ChildTab):
    """What to know before anything else."""

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        desk = self.page.desk
        self.page.run(lambda: children.glance(desk, view.id), lambda found: self._show(view, found))

    def _show(self, view: ChildView, glance: Glance) -> None:
        self.empty()
        look = theme.current()
        wide = look.scale < 1.5
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(16))
        grid.setVerticalSpacing(look.px(16))
        cards = [
            (strengths_card(glance.strengths), 0, 0, 1, 2),
            (self._due(view, glance), 0, 2, 1, 2),
            (self._levels(glance), 0, 4, 1, 2),
            # The whole width: by when and how it goes are what a plan is looked at for.
            (self._plan(view, glance), 1, 0, 1, 6),
            (self._lately(glance), 2, 0, 1, 6),
        ]
        for number, (card, row, column, rows, columns) in enumerate(cards):
            if wide:
                grid.addWidget(card, row, column, rows, columns)
            else:
                grid.addWidget(card, number, 0)
        for column in range(6 if wide else 1):
            grid.setColumnStretch(column, 1)
        if glance.not_to_share:
            self.add(
                Banner(
                    "\n".join(glance.not_to_share),
                    "attention",
                    heading=_("Not to be shared"),
                )
            )
        self.add(grid)
        self.end()

    def _due(self, view: ChildView, glance: Glance) -> Card:
        card = Card(_("Due"))
        for item in glance.due[:6]:
            line = QHBoxLayout()
            line.setSpacing(theme.current().px(8))
            line.addWidget(Pill(item.when, tone_of(item.urgency)), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Body(rule_words.marked(item.text, verified=item.verified)), 1)
            card.add(line)
            if item.kind == "outcome" and view.editable:
                card.add(button_row(self._record_outcome(item)))
        if not all(item.verified for item in glance.due[:6]):
            card.add(Small(rule_words.meaning()))
        if not glance.due:
            card.add(Muted(_("Nothing is due.")))
        card.body.addStretch(1)
        return card

    def _record_outcome(self, item: DueItem) -> SecondaryButton:
        button = SecondaryButton(
            _("Record the outcome"),
            lambda: self.page.shell.go(
                "edit_record",
                record_type="outcome",
                child_id=item.child_id,
                hearing_id=item.record_id,
            ),
        )
        button.setAccessibleDescription(item.text)
        return button

    def _levels(self, glance: Glance) -> Card:
        card = Card(_("Levels over time"))
        if not glance.levels:
            card.add(Muted(_("No assessment has been submitted yet.")))
            card.body.addStretch(1)
            return card
        points = sorted(glance.levels, key=lambda point: point.on)
        if len(points) > 1:
            card.add(LevelChart(tuple(points)))
        for label, judged, drawn in (
            (_("Serious harm"), [point.serious_harm for point in points], SERIOUS_HARM),
            (_("Safety and wellbeing"), [point.safety for point in points], SAFETY),
            (_("Reoffending"), [point.reoffending for point in points], REOFFENDING),
        ):
            # The newest of each: a form that says nothing of one leaves it as it was.
            level = next((level for level in reversed(judged) if level), None)
            line = FlowLayout(gap=8)
            if len(points) > 1:
                line.addWidget(LineSample(drawn))
            line.addWidget(Muted(label).one_line())
            line.addWidget(LevelBadge(level, label, strong=True))
            card.add(line)
        card.body.addStretch(1)
        return card

    def _plan(self, view: ChildView, glance: Glance) -> Card:
        card = Card(_("Plan"))
        if not glance.plan:
            card.add(Muted(_("There is no plan yet. It grows out of the assessment.")))
            card.body.addStretch(1)
            return card
        model: TableModel[PlanRow] = TableModel(
            (
                Column(
                    _("What {child} wants").format(child=view.called),
                    lambda row: f"“{row.want}”" if row.quote else row.want,
                    2,
                ),
                Column(_("Next step"), lambda row: row.step, 2),
                Column(_("Who"), lambda row: row.who, 1),
                Column(_("By"), _by),
                Column(
                    _("How it goes"),
                    lambda row: (
                        Cell(pills=((row.status, tone_of(row.kind)),)) if row.status else Cell()
                    ),
                ),
            )
        )
        table = Table(model, _("Plan"), shortens=True)
        model.set_rows(glance.plan)
        rows = min(len(glance.plan), 6)
        table.setMinimumHeight(
            table.verticalHeader().defaultSectionSize() * rows
            + table.horizontalHeader().sizeHint().height()
            + 4
        )
        card.add(table)
        return card

    def _lately(self, glance: Glance) -> Card:
        card = Card(_("Lately"))
        for one in glance.lately[:6]:
            card.add(Small(one.when))
            card.add(Body(one.text))
        if not glance.lately:
            card.add(Muted(_("Nothing has been recorded lately.")))
        card.body.addStretch(1)
        return card


def strengths_card(strengths: Sequence[Strength]) -> Card:
    """What is strong, and who says so."""
    card = Card(_("Strengths first"))
    for strength in strengths[:4]:
        words = Body(f"“{strength.text}”" if strength.quote else strength.text)
        if strength.quote:
            font = words.font()
            font.setItalic(True)
            words.setFont(font)
        card.add(words)
        line = FlowLayout(gap=6)
        line.addWidget(Pill(strength.source, "accent" if strength.quote else "plain"))
        card.add(line)
    if not strengths:
        card.add(Muted(_("Nothing is recorded yet. Ask what is going well, before all else.")))
    card.body.addStretch(1)
    return card


def _by(row: PlanRow) -> Cell | str:
    if not row.late:
        return row.by_text
    return Cell(pills=((row.late, "attention"),), whole=f"{row.by_text}, {row.late}")


@dataclass(frozen=True)
class Line:
    """How one judgement is drawn: which field of a point, in which colour and style."""

    field: str
    token: str
    style: Qt.PenStyle

    def pen(self) -> QPen:
        """The pen that draws it in the theme of the screen."""
        look = theme.current()
        return QPen(look.color(self.token), look.px(2), self.style)


SERIOUS_HARM: Final = Line("serious_harm", "accent", Qt.PenStyle.SolidLine)
SAFETY: Final = Line("safety", "attention", Qt.PenStyle.DashLine)
REOFFENDING: Final = Line("reoffending", "muted", Qt.PenStyle.DotLine)
DRAWN: Final = (SERIOUS_HARM, SAFETY, REOFFENDING)


class LineSample(QWidget):
    """A short piece of a line beside the words for what it shows; the words are read out."""

    def __init__(self, line: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        look = theme.current()
        self.setFixedSize(look.px(24), look.px(20))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        painter = QPainter(self)
        painter.setPen(self._line.pen())
        middle = self.height() / 2
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        painter.end()


class LevelChart(QWidget):
    """The three levels over time: a line, a dashed and a dotted one; words say the same below."""

    def __init__(self, points: tuple[LevelPoint, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points = points
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = "; ".join(
            _("{day}: serious harm {harm}, safety {safety}, reoffending {again}").format(
                day=point.on.strftime("%d/%m/%Y"),
                harm=level_word(point.serious_harm),
                safety=level_word(point.safety),
                again=level_word(point.reoffending),
            )
            for point in points
        )
        self.setAccessibleName(_("Levels over time"))
        self.setAccessibleDescription(said)

    def sizeHint(self) -> QSize:
        """Override QWidget::sizeHint."""
        look = theme.current()
        return QSize(look.px(240), look.px(96))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.font("small"))
        metrics = painter.fontMetrics()
        left = max(metrics.horizontalAdvance(level_word(level)) for level in LEVELS) + look.px(10)
        area = QRectF(self.rect()).adjusted(left, look.px(8), -look.px(8), -look.px(8))
        step = area.height() / (len(LEVELS) - 1)
        heights = {level: area.bottom() - step * number for number, level in enumerate(LEVELS)}
        for level, y in heights.items():
            painter.setPen(look.color("muted"))
            painter.drawText(
                QRectF(0, y - metrics.height() / 2, left - look.px(6), metrics.height()),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                level_word(level),
            )
            painter.setPen(QPen(look.color("hair"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        across = area.width() / max(1, len(self._points) - 1)
        for place, drawn in enumerate(DRAWN):
            # A little apart, so that two at the same level don't hide each other.
            apart = (place - 1) * look.px(3)
            line = [
                QPointF(area.left() + across * number, heights[level] + apart)
                for number, point in enumerate(self._points)
                if (level := getattr(point, drawn.field)) in heights
            ]
            painter.setPen(drawn.pen())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            # A path: a plain list of points is not safe to hand to the painter.
            path = QPainterPath(line[0]) if line else QPainterPath()
            for point in line[1:]:
                path.lineTo(point)
            painter.drawPath(path)
            painter.setBrush(look.color(drawn.token))
            painter.setPen(Qt.PenStyle.NoPen)
            if line:
                painter.drawEllipse(line[-1], look.px(4), look.px(4))
        painter.end()
