"""The first page of each kind of report says who asked for it, what for, and nothing in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.reports.content import Notice, Paragraph, Table
from app.reports.kinds import kind, kinds
from app.reports.material import ChildFacts, CourtFacts, PsrMaterial
from app.reports.psr import report_of
from tests.reports.samples import material_of_every_kind


def front(kind_id: str, material: PsrMaterial) -> dict[str, str]:
    return {fact.label: fact.value for fact in report_of(kind(kind_id), material).front}


@pytest.mark.parametrize(
    ("kind_id", "asked"),
    [
        ("psr", "A pre-sentence report."),
        ("stand_down", "A report on the day of the hearing."),
        ("existing", None),
        ("referral_panel", None),
        ("progress", None),
        ("breach", None),
        ("addendum", None),
    ],
)
def test_a_report_claims_to_be_asked_for_only_as_what_it_is(
    kind_id: str, asked: str | None
) -> None:
    made = material_of_every_kind()
    silent = replace(made, court=replace(made.court, asked_for="", asked_on=None))
    assert front(kind_id, silent).get("What the court asked for") == asked


@pytest.mark.parametrize("kind_id", tuple(kinds()))
def test_only_a_court_is_told_what_nobody_recorded(kind_id: str) -> None:
    made = replace(
        material_of_every_kind(),
        child=ChildFacts("Wren Hollis", "Wren", None),
        court=CourtFacts("", None),
    )
    missing = [label for label, value in front(kind_id, made).items() if value == "Not recorded"]
    if kind(kind_id).for_ == "hearing":
        assert missing == ["Court", "Date of birth", "Address", "Police number", "Bail or remand"]
    else:
        assert missing == ["Date of birth"]


def test_offences_are_before_the_court_only_where_it_has_not_dealt_with_them() -> None:
    for one in kinds().values():
        blocks = report_of(one, material_of_every_kind()).front_blocks
        captions = [block.caption for block in blocks if isinstance(block, Table)]
        before = one.for_ == "hearing"
        assert ("Offences before the court" in captions) == before
        assert ("Offences that the order was made for" in captions) != before
        bare = replace(material_of_every_kind(), offences=())
        (notice,) = (
            block for block in report_of(one, bare).front_blocks if isinstance(block, Notice)
        )
        assert ("for this hearing" in notice.text) == before


def test_a_report_for_a_panel_is_for_the_panel() -> None:
    report = report_of(kind("referral_panel"), replace(material_of_every_kind(), status="draft"))
    assert report.subtitle == "About Tal Fenwick, for the referral order panel"
    assert "given to the panel" in report.draft_notice
    first = report.sections[0].blocks[0]
    assert isinstance(first, Paragraph)
    told = "".join(run.text for run in first.runs)
    assert "The order on Tal was made for theft of a pedal cycle" in told


def test_a_report_on_an_order_is_not_for_the_hearing_that_made_it() -> None:
    made = material_of_every_kind()
    past = replace(made, court=replace(made.court, hearing_on=date(2026, 3, 4)))
    assert report_of(kind("breach"), past).subtitle == "About Tal Fenwick"
    assert report_of(kind("breach"), made).subtitle == (
        "About Tal Fenwick, for Fictional Youth Court on 24 November 2026"
    )


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        ([False], "Tal kept the one appointment that there was."),
        ([True], "Tal missed the one appointment that there was."),
        ([False, False], "Tal kept all 2 appointments."),
        ([True, True, True], "Tal kept none of 3 appointments."),
        ([False, True, True], "Tal kept 1 of 3 appointments."),
    ],
)
def test_appointments_are_counted_as_one_would_say_it(missed: list[bool], said: str) -> None:
    made = material_of_every_kind()
    contacts = tuple(
        replace(made.contacts[0], on=date(2026, 4, day), missed=each)
        for day, each in enumerate(missed, start=1)
    )
    report = report_of(kind("breach"), replace(made, contacts=contacts))
    assert said in str(report.sections)


def test_an_earlier_report_that_is_not_held_is_not_compared_with() -> None:
    report = report_of(kind("existing"), replace(material_of_every_kind(), existing=None))
    said = str(report.sections)
    assert "does not hold the report that is to be used" in said
    assert "no change since" not in said
