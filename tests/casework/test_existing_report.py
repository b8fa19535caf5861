"""Whether a report may be used again: each thing that is looked at, for it and against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework import (
    assessments,
    children,
    chronology,
    court,
    demo,
    existing_report,
    form_records,
    people,
    report_checking,
    report_validators,
    reports,
)
from app.casework.chronology import EntryDetails
from app.casework.desk import Desk
from app.casework.existing_report import ExistingView
from app.casework.report_views import ReportView
from app.casework.reports import RecordChanged
from app.core.clock import FixedClock
from app.models.records import Report, User
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    return case(desk, add_child)


@pytest.fixture
def final(desk: Desk, of: Case, clock: FixedClock) -> ReportView:
    """A final report that somebody else found fit, made ten days ago."""
    report = made(desk, of)
    with desk.casebook.write() as work:
        other = work.add(User(name="Robin Okell", role="manager"))
        work.flush()
        held = work.session.get_one(Report, report.id)
        held.checked_at, held.checked_by = desk.clock.now(), other.id
        held.content_hash = ""
    reports.preview(desk, report.id)
    try:
        view = reports.make_final(desk, report.id, "Not countersigned yet")
    except RecordChanged:
        view = reports.make_final(desk, report.id, "Not countersigned yet")
    clock.advance(timedelta(days=10))
    return view


def seen(desk: Desk, of: Case) -> ExistingView:
    (found,) = existing_report.views(desk, of.child_id)
    return found


def against(desk: Desk, of: Case) -> list[str]:
    return [reason.text for reason in seen(desk, of).reasons if reason.against]


def test_nothing_speaks_against_a_report_that_is_recent_checked_and_unchanged(
    desk: Desk, of: Case, final: ReportView
) -> None:
    found = seen(desk, of)
    assert found.may_be_used
    assert (found.report_id, found.changes) == (final.id, ())
    texts = [reason.text for reason in found.reasons]
    assert texts[0] == "It is final, and it still stands."
    assert texts[1].startswith("It is 10 days old. The rule allows 3 months: until ")
    assert texts[2].startswith("Robin Okell found it fit on ")
    assert texts[3] == "The record shows no significant change since."
    rule = found.reasons[1].rule
    assert rule is not None and rule.rule_id == "existing_psr_reuse"


def test_an_old_one_and_one_that_nobody_checked(
    desk: Desk, of: Case, final: ReportView, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=90))
    assert "It was made more than 3 months ago" in against(desk, of)[0]
    with desk.casebook.write() as work:
        held = work.session.get_one(Report, final.id)
        held.checked_by = held.checked_at = None
    assert "Nobody but its author has checked it." in against(desk, of)


def _offence(desk: Desk, of: Case) -> None:
    court.add_offence(
        desk,
        of.child_id,
        court.OffenceDetails(description="Common assault", offence_date=date(2026, 11, 29)),
    )


def _plea(desk: Desk, of: Case) -> None:
    (held,) = court.list_offences(desk, of.child_id)
    court.change_offence(desk, held.id, replace(held.details, plea="not_guilty"))


def _address(desk: Desk, of: Case) -> None:
    people.add_address(
        desk, of.child_id, people.AddressDetails(lines="2 Nowhere Street", kind="with_parents")
    )


def _arrest(desk: Desk, of: Case) -> None:
    chronology.add_entry(
        desk,
        of.child_id,
        EntryDetails(kind="arrest", happened_on=desk.clock.today(), note="Arrested in town."),
    )


def _levels(desk: Desk, of: Case) -> None:
    opened = form_records.start(desk, of.child_id, "assessment")
    answers = {**demo.answers_of({"like": "assessment"}), "reoffending_level": "low"}
    demo.fill_in(desk, opened.record_id, answers, by=desk.actor.id)
    assessments.submit(desk, opened.record_id)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (_offence, "Offence: 29 November 2026"),
        (_plea, "Changed since: Theft of a pedal cycle"),
        (_address, "Address: date not known"),
        (_arrest, "New arrest or charge: "),
        (_levels, "A newer assessment was submitted."),
    ],
)
def test_what_changed_since_speaks_against_it(
    desk: Desk,
    of: Case,
    final: ReportView,
    clock: FixedClock,
    what: Callable[[Desk, Case], None],
    words: str,
) -> None:
    what(desk, of)
    assert any(change.text.startswith(words) for change in seen(desk, of).changes)
    assert against(desk, of) == ["The record has changed since."]
    if what is _levels:
        changes = [change.text for change in seen(desk, of).changes]
        assert "Likelihood of reoffending: Medium, now Low" in changes


def test_a_hearing_is_told_and_is_why_the_report_is_wanted(
    desk: Desk, of: Case, final: ReportView
) -> None:
    court.add_hearing(desk, of.child_id, court.HearingDetails(hearing_date=date(2026, 12, 20)))
    found = seen(desk, of)
    assert [change.text for change in found.changes] == ["Hearing: 20 December 2026"]
    assert found.may_be_used


def test_the_report_that_uses_it_again_is_told_by_the_validators(
    desk: Desk, of: Case, final: ReportView, clock: FixedClock
) -> None:
    def found(existing_id: str | None) -> list[report_validators.Finding]:
        view = reports.create(
            desk,
            of.child_id,
            "existing",
            of.assessment_id,
            hearing_id=of.hearing_id,
            existing_id=existing_id,
        )
        every = report_validators.findings(desk, view.id)
        return [one for one in every if one.check == "used_again"]

    assert found(final.id) == []
    assert "is not held here" in found(None)[0].text
    clock.advance(timedelta(days=90))
    (old,) = found(final.id)
    assert "more than 3 months ago" in old.text and old.rule and not old.blocks
    report_checking.withdraw(desk, final.id, "Two pages were of another case")
    assert any("still stands" in one.text for one in found(final.id))
    assert existing_report.views(desk, of.child_id) == ()


def test_nothing_of_another_child_is_shown(
    desk: Desk, add_child: AddChild, of: Case, final: ReportView
) -> None:
    other = children.add_child(desk, children.ChildDetails(given_name="Sol"))
    assert existing_report.views(desk, other.id) == ()
