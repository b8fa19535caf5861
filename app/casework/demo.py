"""The demonstration casebook: twelve invented children, made by the functions the screens use.

Everything in it stands in `resources/demo/` as YAML that can be read aloud. Days are written
relative to the day it is made (`-12 days`, `in 2 days`), so that something is always due. Its
passphrase is public, so it wears a banner and can't become a real casebook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from app.casework import (
    assessments,
    casebook_keys,
    casebook_users,
    casebooks,
    children,
    chronology,
    consents,
    court,
    form_records,
    oversight,
    people,
    questionnaires,
    reference,
    reports,
    service_figures,
    tasks,
)
from app.casework.casebooks import NewCasebook
from app.casework.dates import add_months, working_day_on_or_before
from app.casework.desk import Actor, Desk
from app.casework.form_records import STAGES, AnswerChange
from app.casework.service_figures import FigureDetails
from app.core.clock import LONDON, Clock, FixedClock
from app.core.errors import BugError
from app.core.paths import resource_path
from app.forms.sheet import Sheet
from app.models import escrow

DEMO_PASSPHRASE: Final = "maple lantern harbour drum"

PUBLISHED_AFTER: Final = timedelta(days=120)
"""So long after the end of a year its figures are out."""

_DAYS: Final = re.compile(r"^(?:in (\d+) days?|-(\d+) days?|today)$")
_BORN: Final = re.compile(r"^(\d+) years(?: (\d+) months?)? ago$")
_WHEN: Final = re.compile(r"^(.*?)(?:,? at (\d\d):(\d\d))?$")

Progress = Callable[[int, int], None]
Details = TypeVar("Details")


@dataclass(frozen=True)
class _Event:
    """Something that somebody did at a moment."""

    at: datetime
    order: int
    by: str
    do: Callable[[Desk], None]


def build(folder: Path, clock: Clock, progress: Progress | None = None) -> None:
    """Make the demonstration casebook in `folder`, which must hold no casebook.

    Raises:
        KnownError: There is a casebook already, or the folder can't be written.
    """
    _Demo(folder, clock).build(progress or (lambda _done, _total: None))


def day_of(words: str, today: date) -> date:
    """The day that demonstration words mean: `today`, `-3 days`, `in 2 days`, `15 years ago`.

    Raises:
        BugError: They mean no day.
    """
    if found := _DAYS.match(words):
        ahead, back = found.groups()
        return today + timedelta(days=int(ahead or 0) - int(back or 0))
    if found := _BORN.match(words):
        years, months = found.groups()
        return add_months(today, -12 * int(years) - int(months or 0))
    raise BugError(f"no day in the demonstration: {words}")


class _Demo:
    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._today = clock.today()
        self._clock = FixedClock(clock.now())
        self._service = _read("service.yaml")
        self._actors: dict[str, Actor] = {}
        self._ids: dict[str, str] = {}

    def build(self, progress: Progress) -> None:
        """Do it all, in the order in which it happened."""
        files = sorted((resource_path("demo") / "children").glob("*.yaml"))
        stories = [_read(f"children/{file.name}") for file in files]
        told = [event for story in stories for event in self._events(story)]
        events = sorted(
            (*told, *self._figures()),
            key=lambda event: (event.at, event.order),
        )
        self._clock.moment = min(event.at for event in events) - timedelta(days=1)
        desk = self._opened()
        total = len(events)
        try:
            for number, event in enumerate(events):
                progress(number, total)
                self._clock.moment = event.at
                self._act_as(desk, event.by)
                event.do(desk)
            casebooks.lock(desk, None)
        except BaseException:
            desk.close()
            raise
        progress(total, total)

    def _opened(self) -> Desk:
        first, *others = self._service["users"]
        # Nobody holds the private half: the demonstration has nothing worth recovering.
        public = escrow.public_bytes(escrow.make())
        made = casebooks.create(
            self._folder,
            NewCasebook(
                service_name=self._service["name"],
                area=self._service.get("area", ""),
                user_name=first["name"],
                role="administrator",
                passphrase=DEMO_PASSPHRASE,
                organisation_key=public,
            ),
            self._clock,
            demo=True,
        )
        desk = casebooks.unlock(self._folder, made.user_id, DEMO_PASSPHRASE, self._clock)
        casebook_keys.confirm_recovery_code(desk, made.recovery_code)
        for user in others:
            casebook_users.admit(desk, user["name"], user["role"], DEMO_PASSPHRASE)
        for view in casebook_users.users(desk):
            self._actors[view.name] = Actor(view.id, view.name, view.role)
        return desk

    def _act_as(self, desk: Desk, name: str) -> None:
        actor = self._actors[name]
        desk.actor = actor
        desk.casebook.actor_id = actor.id
        desk.leave()

    def _figures(self) -> Iterator[_Event]:
        """The service's own figures, of the last year to the end of March that is published."""
        given = dict(self._service["figures"])
        by, at, decisions = (given.pop(name) for name in ("by", "at", "decisions"))
        year = (self._today - PUBLISHED_AFTER).year
        if date(year, 3, 31) > self._today - PUBLISHED_AFTER:
            year -= 1
        common = FigureDetails(
            **given,
            period_from=date(year - 1, 4, 1),
            period_to=date(year, 3, 31),
            source_date=date(year, 6, 30),
        )
        for number, one in enumerate(decisions):
            counts = {code: (pair[0], pair[1]) for code, pair in one["counts"].items()}
            details = replace(common, decision=one["decision"], out_of=one["out_of"], counts=counts)
            yield _Event(self._moment(at), number, by, self._entering(details))

    def _entering(self, details: FigureDetails) -> Callable[[Desk], None]:
        def enter(desk: Desk) -> None:
            service_figures.add(desk, details)

        return enter

    # ---- one child's story -----------------------------------------------------------------

    def _events(self, story: Mapping[str, Any]) -> Iterator[_Event]:
        worker = story["worker"]
        key = story["child"]["family_name"]
        order = 0

        def event(at: str, do: Callable[[Desk], None], by: str = worker) -> _Event:
            nonlocal order
            order += 1
            return _Event(self._moment(at), order, by, do)

        yield event(story["added"], lambda desk: self._add_child(desk, key, story))
        for thing in story.get("happened", ()):
            kind, rest = thing["what"], {k: v for k, v in thing.items() if k != "what"}
            by = rest.pop("by", worker)
            at = rest.pop("at", story["added"])
            yield event(at, self._deed(getattr(self, f"_{kind}"), key, rest), by)

    def _deed(
        self, act: Callable[[Desk, str, dict[str, Any]], None], key: str, given: dict[str, Any]
    ) -> Callable[[Desk], None]:
        return lambda desk: act(desk, self._ids[key], given)

    def _moment(self, words: str) -> datetime:
        found = _WHEN.match(words)
        if found is None:
            raise BugError(f"no moment in the demonstration: {words}")
        day, hour, minute = found.groups()
        at = time(int(hour or 10), int(minute or 0))
        return datetime.combine(day_of(day, self._today), at, LONDON).astimezone(UTC)

    def _add_child(self, desk: Desk, key: str, story: Mapping[str, Any]) -> None:
        details = self._details(children.ChildDetails, story["child"])
        details = replace(details, allocated_to=self._actors[story["worker"]].id)
        identifiers = tuple(
            children.IdentifierDetails(kind=kind, value=value)
            for kind, value in story.get("numbers", {}).items()
        )
        self._ids[key] = children.add_child(desk, details, identifiers=identifiers).id

    def _details(self, type_: type[Details], given: Mapping[str, Any]) -> Details:
        """The details that YAML gives, with its days worked out."""
        types = {field.name: str(field.type) for field in fields(type_)}  # type: ignore[arg-type]
        values: dict[str, Any] = {}
        for name, value in given.items():
            kind = types[name]
            if kind.startswith("date"):
                day = day_of(value, self._today)
                # No court sits on a weekend, whatever day the demonstration is made.
                values[name] = working_day_on_or_before(day) if name == "hearing_date" else day
            elif kind.startswith("tuple"):
                values[name] = tuple(self._ids.get(one, one) for one in value)
            elif name == "hearing_id":
                values[name] = self._ids[value]
            else:
                values[name] = value
        return type_(**values)

    def _record(
        self, type_: type[Any], add: Callable[[Desk, str, Any], Any]
    ) -> Callable[[Desk, str, dict[str, Any]], None]:
        def act(desk: Desk, child_id: str, given: dict[str, Any]) -> None:
            called = given.pop("called", None)
            view = add(desk, child_id, self._details(type_, given))
            if called:
                self._ids[called] = view.id

        return act

    def __getattr__(self, name: str) -> Any:
        """`_offence`, `_carer` and so on: records that are simply added."""
        simple: dict[str, tuple[type[Any], Callable[..., Any]]] = {
            "_offence": (court.OffenceDetails, court.add_offence),
            "_hearing": (court.HearingDetails, court.add_hearing),
            "_outcome": (court.OutcomeDetails, court.add_outcome),
            "_carer": (people.CarerDetails, people.add_carer),
            "_professional": (people.ProfessionalDetails, people.add_professional),
            "_address": (people.AddressDetails, people.add_address),
            "_victim": (people.VictimDetails, people.add_victim),
            "_alert": (children.AlertDetails, children.add_alert),
            "_care_status": (children.CareStatusDetails, children.add_care_status),
            "_consent": (consents.ConsentDetails, consents.add_consent),
            "_contact": (chronology.EntryDetails, chronology.add_entry),
        }
        if name not in simple:
            raise AttributeError(name)
        return self._record(*simple[name])

    def _form(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        """Fill in a form; `submit: true` locks it, `called` names it for what comes later.

        What an assessment is for is the stage that it is filled in at.
        """
        answers = answers_of(given)
        stage = str(answers.get("assessment_for", ""))
        if reference.listing(STAGES).entry(stage) is None:
            stage = ""
        opened = form_records.start(desk, child_id, given["form"], stage)
        fill_in(desk, opened.record_id, answers, by=desk.actor.id)
        if given.get("called"):
            self._ids[given["called"]] = opened.record_id
        if given.get("submit"):
            assessments.submit(desk, opened.record_id)

    def _questionnaire(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        """The child fills in a questionnaire and gives the laptop back."""
        handover = questionnaires.hand_over(desk, child_id, given["form"])
        fill_in(
            desk,
            handover.record_id,
            given["answers"],
            by="child",
            quote=frozenset(given.get("may_quote", ())),
        )
        questionnaires.give_back(desk, handover.id, DEMO_PASSPHRASE, finished=True)

    def _countersign(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        oversight.countersign(desk, self._request(desk, child_id), given["note"])

    def _return(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        """Give it back: `sections` says what is to be done in which, `levels` what is proposed."""
        request = self._request(desk, child_id)
        for section, what in given.get("sections", {}).items():
            oversight.write_direction(desk, request, section, what)
        for judgement, (level, reasons) in given.get("levels", {}).items():
            oversight.propose_level(desk, request, judgement, level, reasons)
        oversight.return_with_directions(desk, request, given.get("directions", ""))

    def _panel(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        """Ask for a panel on what waits, and record it where it says what it decided."""
        oversight.ask_for_panel(desk, self._request(desk, child_id), given["why"])
        if "decided" in given:
            (panel, *_older) = oversight.list_panels(desk, child_id)
            details = self._details(oversight.PanelDetails, given)
            oversight.record_panel(desk, panel.id, details)

    def _task(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        """Ask somebody, by name, to do something; `done` says what was done."""
        details = tasks.TaskDetails(
            what=given["task"],
            for_user=self._actors[given["for"]].id,
            due_on=day_of(given["due_on"], self._today),
        )
        made = tasks.add_task(desk, child_id, details)
        if "done" in given:
            tasks.finish(desk, made.id, given["done"])

    def _report(self, desk: Desk, child_id: str, given: dict[str, Any]) -> None:
        reports.create_psr(
            desk, child_id, self._ids[given["assessment"]], self._ids[given["hearing"]]
        )

    def _request(self, desk: Desk, child_id: str) -> str:
        return next(item.id for item in oversight.queue(desk) if item.child_id == child_id)


def answers_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a story: those it shares with others, and its own."""
    base = given.get("like")
    return {**(_read(f"{base}.yaml") if base else {}), **given.get("answers", {})}


def fill_in(
    desk: Desk,
    record_id: str,
    answers: Mapping[str, Any],
    *,
    by: str,
    quote: frozenset[str] = frozenset(),
) -> None:
    """Answer the questions of a form from plain values, as the form view would.

    Args:
        answers: By question; the rows of a repeat as a list of such answers: the first is about
            the first row, and rows that are not there yet are added. `{child}` in a text stands
            for what the child is called; days are written as in `day_of`.
        by: Id of the user who answers, or `child`.
        quote: The questions whose answers the child lets the court have in these words.
    """
    opened = form_records.open_form(desk, record_id)
    sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
    answer(sheet, answers, by=by, quote=quote)
    form_records.save_answers(
        desk,
        record_id,
        [AnswerChange(name, given) for name, given in sheet.document().items()],
        leaving=True,
    )


def answer(
    sheet: Sheet, answers: Mapping[str, Any], *, by: str, quote: frozenset[str] = frozenset()
) -> None:
    """Answer the questions of a sheet from plain values; what they mean stands with `fill_in`."""
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            there = sheet.rows(name)
            for number, row in enumerate(value):
                row_id = there[number] if number < len(there) else sheet.add_row(name)[0]
                for part, one in row.items():
                    _set(sheet, f"{name}/{row_id}/{part}", one, by=by)
        else:
            _set(sheet, name, value, by=by, may_quote=name in quote if by == "child" else None)


def _set(sheet: Sheet, path: str, value: Any, *, by: str, may_quote: bool | None = None) -> None:
    if sheet.question(path).type == "date":
        value = day_of(value, sheet.clock.today()).isoformat()
    elif isinstance(value, str):
        value = value.strip().replace("{child}", sheet.context_text("child"))
    sheet.set(path, value, by=by, may_quote=may_quote)


def _read(name: str) -> Any:
    with resource_path("demo", *name.split("/")).open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def story(name: str) -> dict[str, Any]:
    """One child's story, by the name of its file."""
    held: dict[str, Any] = _read(f"children/{name}")
    return held


def story_files() -> Sequence[Path]:
    """The files of the children's stories, in order."""
    return sorted((resource_path("demo") / "children").glob("*.yaml"))
