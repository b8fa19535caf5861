"""The service's own figures on decisions by ethnic group: entered, changed, taken back.

They are records of the service, so they travel to the other laptops like any record, and stand in
the wider picture of every pre-sentence report that is begun from then on.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import disproportionality, permission, reference
from app.casework.dates import local_day
from app.casework.disproportionality import COMPARED_WITH, Held
from app.casework.keeping import present, reason_given
from app.casework.problems import Problem, RecordGone, refuse_blocking
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.models.records import DecisionFigures, Service, User
from app.reports.disproportionality import NOT_STATED, caption, headers, rows, source
from app.reports.relative_rates import group_rates

if TYPE_CHECKING:
    from app.casework.desk import Desk

SEPARATORS: Final = ("\t", ";", ",")
COUNTS: Final = "counts"
"""The field of the details that holds the numbers; a group's own are at `counts.black`."""


@dataclass(frozen=True)
class FigureDetails:
    """Figures on one decision, as somebody enters them.

    Attributes:
        area_welsh: What the area is called in Welsh; empty where that is the same.
        decision: List `decision_points`. out_of: list `decision_bases`.
        counts: Of each group that the source tells of: on how many, and of how many.
    """

    decision: str = ""
    out_of: str = ""
    area: str = ""
    area_welsh: str = ""
    period_from: date | None = None
    period_to: date | None = None
    source_publisher: str = ""
    source_name: str = ""
    source_date: date | None = None
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """Figures as a report prints them, in the language of the screen.

    Attributes:
        caption: The decision, out of what, where and when. headers: of the columns of `rows`.
        compares: Whether a rate is given of any group.
    """

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str
    compares: bool


@dataclass(frozen=True)
class FigureView:
    """Figures that are held.

    Attributes:
        id: Of the record.
        picture: None where what is held makes no sense and so is in no report.
        in_reports: Whether reports begun now give them: the newest of their kind.
        entered_by: The name of whoever entered them; empty where that is not known.
        changed_on: The last day on which somebody did.
    """

    id: str
    details: FigureDetails
    picture: Picture | None
    in_reports: bool
    entered_by: str
    changed_on: date


@dataclass(frozen=True)
class FiguresHeld:
    """All figures: the service's own, and the national ones.

    Attributes:
        national_verified: Whether those were compared with what was published.
    """

    own: tuple[FigureView, ...]
    national: tuple[Picture, ...]
    national_verified: bool
    may_change: bool


def may_change(desk: Desk) -> bool:
    """Whether the person may enter and change figures."""
    return permission.allows(desk.actor.role, "keep_figures")


def groups() -> tuple[tuple[str, str], ...]:
    """The groups that figures tell of: code and label, the one compared with first."""
    return tuple((one.code, one.label()) for one in reference.listing("ethnicity").groups)


def held(desk: Desk) -> FiguresHeld:
    """All figures that are held, the service's newest first."""
    with desk.casebook.read() as session:
        used = {one.key for one in disproportionality.of_service(session)}
        records = session.execute(
            select(DecisionFigures, User.name)
            .join(User, User.id == DecisionFigures.entered_by, isouter=True)
            .where(DecisionFigures.removed_at.is_(None))
            .order_by(DecisionFigures.id)
        ).all()
        views = [_view(record, name or "", used) for record, name in records]
    views.sort(key=lambda view: disproportionality.place_of(view.details.decision))
    views.sort(key=lambda view: view.details.period_to or date.min, reverse=True)
    file = disproportionality.file()
    return FiguresHeld(
        own=tuple(views),
        national=tuple(_picture(one) for one in file.figures),
        national_verified=file.verified,
        may_change=may_change(desk),
    )


def begin(desk: Desk) -> FigureDetails:
    """What new figures begin with: the area of the service."""
    with desk.casebook.read() as session:
        service = session.get(Service, desk.casebook.service_id)
        area = reference.area_name(service.area) if service is not None and service.area else ""
        return FigureDetails(area=area, source_publisher="" if service is None else service.name)


def details(desk: Desk, figures_id: str) -> FigureDetails:
    """Figures as they were entered.

    Raises:
        RecordGone: They are not in the casebook, or were taken back.
    """
    with desk.casebook.read() as session:
        return _details(present(session, DecisionFigures, figures_id))


def add(desk: Desk, given: FigureDetails) -> str:
    """Enter figures; return their id.

    Raises:
        NotAllowed: The person is neither a manager nor an administrator.
        DetailsRefused: Something in them can't be right.
    """
    permission.must(desk.actor.role, "keep_figures")
    with desk.casebook.write() as work:
        refuse_blocking(problems(work.session, given, desk.clock.today()))
        record = DecisionFigures(entered_by=desk.actor.id)
        _put(record, given)
        work.add(record)
        work.flush()
        return record.id


def change(desk: Desk, figures_id: str, given: FigureDetails) -> None:
    """Correct figures. Drafts that give the former ones point it out.

    Raises:
        NotAllowed, DetailsRefused: As in `add`. RecordGone: They were taken back.
    """
    permission.must(desk.actor.role, "keep_figures")
    with desk.casebook.write() as work:
        record = present(work.session, DecisionFigures, figures_id)
        refuse_blocking(problems(work.session, given, desk.clock.today(), but=figures_id))
        _put(record, given)


def take_back(desk: Desk, figures_id: str, reason: str) -> None:
    """Take figures out of use; the history keeps them, with the reason.

    Raises:
        NotAllowed: As in `add`. ReasonMissing: No reason was given. RecordGone: They are gone.
    """
    permission.must(desk.actor.role, "keep_figures")
    with desk.casebook.write(reason_given(reason)) as work:
        work.remove(present(work.session, DecisionFigures, figures_id))


def put_back(desk: Desk, figures_id: str) -> None:
    """Take figures into use again.

    Raises:
        NotAllowed: As in `add`. RecordGone: There are none.
    """
    permission.must(desk.actor.role, "keep_figures")
    with desk.casebook.write() as work:
        record = work.get(DecisionFigures, figures_id)
        if record is None:
            raise RecordGone
        work.restore(record)


def picture(given: FigureDetails, today: date) -> Picture | None:
    """What a report would print of these details; None where the numbers don't make sense yet.

    Without a decision or its days the picture has no caption, without a publication no source.
    """
    record = DecisionFigures(id="new")
    _put(record, given)
    dated = given.period_from is not None and given.period_to is not None
    if not dated:
        record.period_from = record.period_to = today
    record.source_name = record.source_name or "…"
    record.source_date = record.source_date or today
    found = disproportionality.held_of(record)
    if found is None:
        return None
    drawn = _picture(found)
    told = dated and given.decision and given.out_of and given.area.strip()
    sourced = given.source_publisher.strip() and given.source_name.strip() and given.source_date
    return replace(
        drawn, caption=drawn.caption if told else "", source=drawn.source if sourced else ""
    )


# ---- what can't be right --------------------------------------------------------------------


def problems(
    session: Session, given: FigureDetails, today: date, *, but: str = ""
) -> tuple[Problem, ...]:
    """What is wrong with figures, field by field; of a group's numbers at `counts.black`.

    Args:
        but: The id of the record that they are the new details of.
    """
    return (
        *_missing(given),
        *_of_days(given, today),
        *_of_counts(given),
        *_twice(session, given, but),
    )


def _missing(given: FigureDetails) -> Iterator[Problem]:
    for name, text in (
        ("decision", _("Choose the decision that the figures are on.")),
        ("out_of", _("Choose out of what the decision was made.")),
        ("area", _("Write which area the figures are on.")),
        ("period_from", _("Write the first day that is counted.")),
        ("period_to", _("Write the last day that is counted.")),
        ("source_publisher", _("Write who published the figures. Without a source none are kept.")),
        ("source_name", _("Write what the publication is called, so that others can find it.")),
        ("source_date", _("Write on which day the figures were published.")),
    ):
        value = getattr(given, name)
        if not (value.strip() if isinstance(value, str) else value):
            yield Problem(name, text, blocks=True)


def _of_days(given: FigureDetails, today: date) -> Iterator[Problem]:
    first, last, published = given.period_from, given.period_to, given.source_date
    if first and last and last < first:
        text = _("The last day that is counted is before the first. Check both.")
        yield Problem("period_to", text, blocks=True)
    elif last and last > today:
        text = _("The last day that is counted has not come yet. Check the year.")
        yield Problem("period_to", text, blocks=True)
    if published and published > today:
        text = _("The day of publication has not come yet. Check the year.")
        yield Problem("source_date", text, blocks=True)
    elif published and last and published < last:
        text = _("The figures can’t have been published before the last day that they count.")
        yield Problem("source_date", text, blocks=True)


def _of_counts(given: FigureDetails) -> Iterator[Problem]:
    named = dict(groups())
    for code, (events, total) in given.counts.items():
        if events > total:
            text = _(
                "{group}: the decision can’t have fallen on more ({events}) than there were "
                "({total}). Check both numbers."
            ).format(group=named.get(code, code), events=f"{events:,}", total=f"{total:,}")
            yield Problem(f"{COUNTS}.{code}", text, blocks=True)
    if COMPARED_WITH not in given.counts:
        text = _("Write the numbers of the group {group}: the others are compared with it.").format(
            group=named[COMPARED_WITH]
        )
        yield Problem(f"{COUNTS}.{COMPARED_WITH}", text, blocks=True)
    elif not set(given.counts) - {COMPARED_WITH, NOT_STATED}:
        other = next(code for code in named if code not in (COMPARED_WITH, NOT_STATED))
        text = _("Write the numbers of at least one more group, or there is nothing to compare.")
        yield Problem(f"{COUNTS}.{other}", text, blocks=True)


def _twice(session: Session, given: FigureDetails, but: str) -> Iterator[Problem]:
    for record in session.scalars(
        select(DecisionFigures).where(
            DecisionFigures.removed_at.is_(None),
            DecisionFigures.id != but,
            DecisionFigures.decision == given.decision,
            DecisionFigures.out_of == given.out_of,
            DecisionFigures.period_from == given.period_from,
            DecisionFigures.period_to == given.period_to,
        )
    ):
        if record.area.strip().casefold() == given.area.strip().casefold():
            text = _(
                "Figures on this decision, area and period are held already. Change those instead."
            )
            yield Problem("decision", text, blocks=True)
            return


# ---- a table from elsewhere -----------------------------------------------------------------


class TableUnread(KnownError):
    """What was pasted is not a table of numbers by group."""

    def __init__(self) -> None:
        super().__init__(
            _("This is not a table that can be read."),
            _(
                "Copy three columns from a spreadsheet: the group, on how many the decision fell, "
                "and out of how many."
            ),
        )


def read_table(text: str) -> Mapping[str, tuple[str, str]]:
    """The numbers of a table that was copied from a spreadsheet, by group, as they were written.

    Each line names a group, by its label in English or Welsh or the first word of it, and gives
    two numbers. Lines that name no group, such as a heading or a sum, are left out.

    Raises:
        TableUnread: No line can be read.
    """
    lines = text.strip().splitlines()
    separator = next((one for one in SEPARATORS if any(one in line for line in lines)), "\t")
    found: dict[str, tuple[str, str]] = {}
    try:
        for cells in csv.reader(lines, delimiter=separator):
            code = _group_named(cells[0]) if cells else None
            numbers = [one.strip() for one in cells[1:] if re.fullmatch(r"[\d,. ]+", one.strip())]
            if code is not None and len(numbers) >= 2:
                found[code] = (numbers[0], numbers[1])
    except csv.Error as error:
        # A quotation mark that nobody closes makes one cell of all that follows.
        raise TableUnread from error
    if not found:
        raise TableUnread
    return found


def _group_named(words: str) -> str | None:
    words = words.strip().casefold()
    if not words:
        return None
    if words in ("unknown", "not known", "ddim yn hysbys"):
        return NOT_STATED
    for one in reference.listing("ethnicity").groups:
        for label in (one.en.casefold(), one.cy.casefold(), one.code):
            if words == label or words == re.split(r"[ ,]", label)[0]:
                return one.code
    return None


# ---- inside ---------------------------------------------------------------------------------


def _view(record: DecisionFigures, entered_by: str, used: set[str]) -> FigureView:
    found = disproportionality.held_of(record)
    return FigureView(
        id=record.id,
        details=_details(record),
        picture=None if found is None else _picture(found),
        in_reports=record.id in used,
        entered_by=entered_by,
        changed_on=local_day(record.changed_at),
    )


def _picture(one: Held) -> Picture:
    figures, shown = one.in_words(language()), language()
    return Picture(
        caption=caption(figures, shown),
        headers=headers(shown),
        rows=rows(figures, shown),
        source="".join(run.text for run in source(figures, shown)),
        compares=any(one.rate is not None for one in group_rates(figures.groups)),
    )


def _details(record: DecisionFigures) -> FigureDetails:
    given = {
        each.name: getattr(record, each.name)
        for each in fields(FigureDetails)
        if each.name != COUNTS
    }
    counts = {
        code: (int(count.get("events", 0)), int(count.get("total", 0)))
        for code, count in record.counts.items()
        if isinstance(count, Mapping)
    }
    return FigureDetails(**given, counts=counts)


def _put(record: DecisionFigures, given: FigureDetails) -> None:
    """Write details into a record; what does not differ is left alone."""
    for each in fields(given):
        value = getattr(given, each.name)
        if each.name == COUNTS:
            value = {
                code: {"events": events, "total": total}
                for code, (events, total) in sorted(given.counts.items())
            }
        elif isinstance(value, str):
            value = value.strip()
        if getattr(record, each.name) != value:
            setattr(record, each.name, value)
