"""What is sealed today is read alike in fifty years: PDF/A-2a beside PDF/UA-1, in every kind."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms

from app.reports.archival import srgb_profile
from app.reports.content import Report
from app.reports.fonts import coverage
from app.reports.kinds import kind, kinds
from app.reports.my_plan import MyPlan, MyTarget, on_one_page
from app.reports.pdf import render
from app.reports.psr import report_of
from tests.reports.archival_rules import faults_in
from tests.reports.samples import material_of_every_kind
from tests.reports.test_pdf import a_report, findings, words


def of_kind(kind_id: str, language: str) -> Report:
    return report_of(kind(kind_id), material_of_every_kind(language))


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("kind_id", sorted(kinds()))
def test_no_rule_is_broken_by_any_kind_of_report(
    kind_id: str, language: str, tmp_path: Path
) -> None:
    pdf = render(of_kind(kind_id, language))
    assert faults_in(pdf) == []
    assert findings(pdf, tmp_path) == []


def a_plan() -> bytes:
    """The plan of a child on one page."""
    target = MyTarget("Be in college by May", True, "Show up on Monday", "Ash rings first", None)
    plan = MyPlan(
        called="Tal",
        service_name="Fictional Youth Justice Service",
        reference="WM-2026-0417",
        made_on=date(2026, 11, 23),
        language="en",
        wants="My own room.",
        targets=(target,),
        done=("Boxing cup",),
        more=1,
        review_on=date(2027, 1, 5),
        draft=True,
    )
    return on_one_page(plan)


def test_no_rule_is_broken_by_the_plan_of_a_child(tmp_path: Path) -> None:
    pdf = a_plan()
    assert faults_in(pdf) == []
    assert findings(pdf, tmp_path) == []


def test_many_characters_make_several_subsets_of_a_font_that_keep_the_rules() -> None:
    pdf = render(a_report(words("".join(map(chr, sorted(coverage()))) + " \u202e\ue000")))
    assert faults_in(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as held:
        names = [str(font.BaseFont) for font in held.pages[0].Resources.Font.values()]
    assert len([name for name in names if name.endswith("-Regular")]) > 1


def test_the_profile_means_the_same_colours_as_srgb() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    ramp = Image.new("RGB", (256, 1))
    for value in range(256):
        ramp.putpixel((value, 0), (value, 255 - value, value // 2))
    theirs = ImageCms.profileToProfile(ramp, ours, ImageCms.createProfile("sRGB"))
    assert theirs is not None
    pairs = zip(theirs.tobytes(), ramp.tobytes(), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 1
