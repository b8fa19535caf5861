"""The pre-sentence report says what the record says, admits what it does not, and names nobody
who was harmed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.forms.loader import FormLibrary
from app.forms.schema import Group, Repeat
from app.forms.sheet import Sheet
from app.reports import material as material_module
from app.reports.content import (
    Bullets,
    Chart,
    LevelLine,
    Notice,
    Paragraph,
    Quotation,
    Report,
    Section,
    SubHeading,
    Table,
)
from app.reports.digest import content_hash
from app.reports.material import (
    Author,
    ChildFacts,
    CourtFacts,
    HeardFacts,
    LevelFacts,
    OffenceFacts,
    PsrMaterial,
    SignOff,
    said_in,
)
from app.reports.pdf import render
from app.reports.psr import psr
from tests.reports.reading import pages_of, structure_of, text_of
from tests.reports.samples import material_of_every_kind, psr_material

HEADINGS = [
    "Sources of information",
    "Offence analysis",
    "Assessment of the child",
    "Assessment of risk to the community",
    "Conclusion and proposal",
    "Sign-off",
]


def nothing_known() -> PsrMaterial:
    return PsrMaterial(
        reference="WM-2026-0002",
        service_name="Fictional Youth Justice Service",
        made_on=date(2026, 11, 23),
        child=ChildFacts(name="Wren Hollis", preferred_name="", date_of_birth=None),
        court=CourtFacts(court="", hearing_on=None),
        author=Author("Ash Rivers"),
    )


def section(report: Report, number: int) -> Section:
    return report.sections[number - 1]


def words_of(block: Any) -> str:
    match block:
        case Paragraph() | Quotation():
            return "".join(run.text for run in block.runs)
        case LevelLine():
            return f"{block.label}: {block.word}. " + "".join(run.text for run in block.reason)
        case SubHeading() | Notice():
            return block.text
        case _:
            return str(block)


def text_in(part: Section) -> str:
    return " ".join(words_of(block) for block in part.blocks)


def test_headings_stand_in_the_order_courts_expect() -> None:
    report = psr(psr_material())
    assert [part.heading for part in report.sections] == HEADINGS
    assert [part.number for part in report.sections] == ["1", "2", "3", "4", "5", "6"]


def test_paragraphs_are_numbered_one_after_the_other_within_their_section() -> None:
    for part in psr(psr_material()).sections:
        numbers = [b.number for b in part.blocks if isinstance(b, Paragraph | LevelLine)]
        assert numbers == [f"{part.number}.{at}" for at in range(1, len(numbers) + 1)]


def test_the_front_sheet_names_court_child_and_author() -> None:
    front = {fact.label: fact.value for fact in psr(psr_material()).front}
    assert front["Court"] == "Fictional Youth Court"
    assert front["Hearing"] == "24 November 2026, 10:00"
    assert front["Child"] == "Tal Fenwick"
    assert front["Date of birth"] == "14 July 2011 (aged 15 at the hearing)"
    assert front["What the court asked for"] == (
        "A report with a referral order in mind. Asked for on 3 November 2026."
    )
    assert front["Written by"] == "Ash Rivers, Practitioner"


def test_a_preferred_name_that_is_not_part_of_the_name_is_explained() -> None:
    made = psr_material()
    child = replace(made.child, name="Talfryn Fenwick")
    front = {fact.label: fact.value for fact in psr(replace(made, child=child)).front}
    assert front["Child"] == "Talfryn Fenwick, known as Tal"


def test_offences_stand_with_age_and_plea() -> None:
    made = psr_material()
    born = replace(made.child, date_of_birth=date(2011, 9, 4))
    report = psr(replace(made, child=born))
    table = next(b for b in report.front_blocks if isinstance(b, Table))
    assert table.rows[0] == (
        "Theft of a pedal cycle",
        "3 September 2026",
        "14",
        "Guilty\nConvicted on 3 November 2026, aged 15",
    )
    first = words_of(section(report, 2).blocks[0])
    assert first == (
        "Tal is before the court for theft of a pedal cycle on 3 September 2026, when aged 14; "
        "and criminal damage to a bus shelter on 3 September 2026, when aged 14."
    )


def test_an_offence_over_several_days_shows_both() -> None:
    made = psr_material()
    offence = OffenceFacts(
        "Harassment", date(2026, 9, 1), committed_until=date(2026, 9, 9), plea="Guilty"
    )
    report = psr(replace(made, offences=(offence,)))
    table = next(b for b in report.front_blocks if isinstance(b, Table))
    assert table.rows[0][1] == "1 September 2026 to 9 September 2026"


def test_strengths_come_before_everything_else_about_the_child() -> None:
    blocks = section(psr(psr_material()), 3).blocks
    assert blocks[0] == SubHeading("Strengths")
    assert "goes well for Tal" in words_of(blocks[1])
    assert isinstance(blocks[2], Bullets)
    assert [item[0].text.split(" ")[1] for item in blocks[2].items] == ["has", "grandmother"]
    later = [b.text for b in blocks[1:] if isinstance(b, SubHeading)]
    assert later == [
        "How to speak with Tal",
        "Home and family",
        "Learning",
        "Health",
        "Earlier outcomes",
        "The wider picture",
    ]


def test_spoken_words_are_set_apart_and_keep_their_language() -> None:
    report = psr(psr_material())
    quoted = [
        (run.text, run.language)
        for part in report.sections
        for block in part.blocks
        if isinstance(block, Paragraph)
        for run in block.runs
        if run.quote
    ]
    assert ("“trouble for Kit if I bottled it”", "en") in quoted
    assert any(language == "cy" for _, language in quoted)


def test_long_words_of_the_child_stand_by_themselves() -> None:
    alone = [b for b in section(psr(psr_material()), 2).blocks if isinstance(b, Quotation)]
    assert [b.said_by for b in alone] == ["Tal’s own words"]
    assert words_of(alone[0]).startswith("“I keep thinking")


def test_each_level_has_its_word_and_its_reasons() -> None:
    lines = [b for b in section(psr(psr_material()), 4).blocks if isinstance(b, LevelLine)]
    assert [(line.label, line.word) for line in lines] == [
        ("Likelihood of reoffending", "Medium"),
        ("Serious harm to others", "Low"),
        ("Tal’s safety and wellbeing", "High"),
    ]
    assert all(words_of(line).endswith(".") for line in lines)


def test_a_missing_level_is_said_to_be_missing() -> None:
    made = replace(psr_material(), levels=(LevelFacts("serious_harm", "very_high"),))
    lines = [b for b in section(psr(made), 4).blocks if isinstance(b, LevelLine)]
    assert [(line.level, line.word) for line in lines] == [
        (None, "Not judged yet"),
        ("very_high", "Very high"),
        (None, "Not judged yet"),
    ]
    assert "gives no reasons" in words_of(lines[1])


def test_what_was_not_available_is_named_with_the_reason() -> None:
    text = text_in(section(psr(psr_material()), 1))
    assert "Children’s social care: asked on 10 November" in text
    assert "Sam Marsh read and countersigned it on 20 November 2026." in text


def test_an_assessment_nobody_countersigned_is_said_to_be_so() -> None:
    made = psr_material()
    plain = replace(made.assessment, countersigned_on=None, countersigned_by="")
    text = text_in(section(psr(replace(made, assessment=plain)), 1))
    assert "A manager has not countersigned the assessment." in text


def test_where_nothing_is_known_every_heading_says_what_is_missing() -> None:
    report = psr(nothing_known())
    assert [part.heading for part in report.sections] == HEADINGS
    for part in report.sections[:5]:
        text = text_in(part)
        assert re.search(r"\b(not|no|Not)\b", text), part.heading
        assert "Wren Hollis" in text or part.number in ("1", "4", "5")
    whole = text_of(render(report))
    for word in ("None", "null", "psr.", "{", "}", "()", "[]"):
        assert word not in whole
    assert "Not signed yet" in whole
    assert "The record names no offence for this hearing." in whole


def test_all_options_and_dangerousness_are_said() -> None:
    made = psr_material()
    court = replace(made.court, all_options=True, dangerousness=True)
    report = psr(replace(made, court=court))
    asked = {fact.label: fact.value for fact in report.front}["What the court asked for"]
    assert "custody open" in asked
    assert "dangerousness" in asked
    assert "dangerousness" in text_in(section(report, 4))
    assert "custody" in text_in(section(report, 5))


def test_what_the_child_says_about_the_report_is_in_it() -> None:
    heard = (
        HeardFacts("child", "Offence analysis", "disagree", "Teg.", "cy"),
        HeardFacts("child", "Sources of information", "agree"),
        HeardFacts("parent", "Offence analysis", "could_not_answer", "“We agree.”", "en"),
    )
    report = psr(replace(psr_material(), sign_off=SignOff(heard=heard)))
    said = [b for b in section(report, 6).blocks if isinstance(b, Quotation)]
    assert [(words_of(b), b.said_by, b.runs[0].language) for b in said] == [
        ("“Teg.”", "Tal, on “Offence analysis”", "cy"),
        ("“We agree.”", "A parent or carer, on “Offence analysis”", "en"),
    ]
    told = text_in(section(report, 6))
    assert "Tal does not agree with: Offence analysis." in told
    assert "Tal agrees with: Sources of information." in told
    assert "A parent or carer could not answer on: Offence analysis." in told


def test_what_the_child_says_in_welsh_is_welsh_in_the_file_of_an_english_report() -> None:
    heard = (HeardFacts("child", "Offence analysis", "agree", "Mae hynny’n iawn.", "cy"),)
    made = replace(psr_material(), sign_off=SignOff(heard=heard))
    quotes = list(structure_of(render(psr(made))).below("Span"))
    assert [one.language for one in quotes if "iawn" in one.text()] == ["cy"]


def test_many_sentences_make_paragraphs_that_can_be_read_aloud() -> None:
    made = psr_material()
    one = replace(
        made.said[-1],
        section="psr.risk",
        text="Ten plain words stand in this one sentence just here.",
    )
    report = psr(replace(made, said=(one,) * 40))
    lengths = [
        len(words_of(b).split()) for b in section(report, 4).blocks if isinstance(b, Paragraph)
    ]
    assert len(lengths) > 4
    assert max(lengths) <= 95
    assert min(lengths[1:]) >= 60


def test_rows_of_a_list_become_items_however_their_sentences_are_ordered() -> None:
    made = psr_material()
    one = replace(made.said[-1], section="psr.conclusion")
    said = (
        replace(one, path="targets/r1/what", text="A college place.", order=1),
        replace(one, path="targets/r2/what", text="A way home.", order=1),
        replace(one, path="targets/r1/when", text="By May.", order=2),
        replace(one, path="targets/r2/when", text="By June.", order=2),
        replace(one, path="after", text="Then a review.", order=3),
    )
    blocks = section(psr(replace(made, said=said)), 5).blocks
    listed = next(b for b in blocks if isinstance(b, Bullets))
    assert ["".join(run.text for run in item) for item in listed.items] == [
        "A college place. By May.",
        "A way home. By June.",
    ]
    assert words_of(blocks[-1]) == "Then a review."


def test_no_material_has_room_for_a_victim() -> None:
    for name, held in vars(material_module).items():
        if dataclasses.is_dataclass(held):
            fields = {field.name for field in dataclasses.fields(held)}
            assert not any("victim" in field for field in fields), name


def repeats_in(items: Iterable[Any]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Repeat):
            yield item.name
        elif isinstance(item, Group):
            yield from repeats_in(item.children)


@pytest.fixture
def sheet(clock: FixedClock) -> Sheet:
    """The built-in assessment with something plausible in every question that is asked."""
    form = FormLibrary.built_in().form("assessment")
    made = Sheet(form, clock=clock, context={"child": "Tal", "age": "15"})
    for _ in range(3):
        for repeat in repeats_in(form.survey):
            if made.is_relevant(repeat) and not made.rows(repeat):
                made.add_row(repeat)
        for path in made.paths():
            if made.is_relevant(path) and made.answer(path) is None:
                fill(made, path)
    return made


def fill(sheet: Sheet, path: str) -> None:
    question = sheet.question(path)
    choices = sheet.choices(path)
    match question.type:
        case "text":
            value: Any = f"Something written under “{sheet.label(path)}”"
        case "integer":
            value = 2
        case "decimal":
            value = "1.5"
        case "date":
            value = "2026-11-02"
        case "select_one":
            value = choices[0].name
        case "select_multiple" | "rank":
            value = [choices[0].name]
        case _:
            return
    if not sheet.is_readonly(path):
        sheet.set(path, value, by="practitioner", may_quote=True)


def test_the_built_in_assessment_fills_every_heading(sheet: Sheet) -> None:
    made = replace(psr_material(), said=said_in(sheet, "en"))
    report = psr(made)
    found = {sentence.section for sentence in made.said}
    assert found == {"psr.sources", "psr.offence", "psr.child", "psr.risk", "psr.conclusion"}
    text = " ".join(pages_of(render(report)))
    names = {q.name for q in sheet.form.questions() if "_" in q.name}
    codes = {c.name for listed in sheet.form.choices.values() for c in listed if "_" in c.name}
    assert not (names | codes) & set(re.findall(r"\w+", text))
    assert not re.search(r"\bNone\b|\$\{|\{child\}|\{answer\}|psr\.", text)


def test_changing_an_answer_changes_the_page(sheet: Sheet) -> None:
    made = psr_material()
    before = psr(replace(made, said=said_in(sheet, "en")))
    sheet.set("home_good", "A cat called Button", by="practitioner")
    after = psr(replace(made, said=said_in(sheet, "en")))
    assert content_hash(after) != content_hash(before)
    assert "A cat called Button" in text_of(render(after))
    assert "A cat called Button" not in text_of(render(before))


def test_levels_over_time_are_drawn_and_said_where_there_was_more_than_one_assessment() -> None:
    made = material_of_every_kind()
    pdf = render(psr(made))
    (figure,) = structure_of(pdf).below("Figure")
    assert figure.alternative == (
        "Likelihood of reoffending: Very high on 4 March 2025, High on 10 March 2026, "
        "Medium on 19 November 2026. Serious harm to others: Low on 4 March 2025, Low on "
        "10 March 2026, Low on 19 November 2026. Tal’s safety and wellbeing: Not judged on "
        "4 March 2025, Medium on 10 March 2026, High on 19 November 2026."
    )
    drawn = " ".join(figure.text().split())
    assert drawn.count("19 November 2026") == 1
    assert drawn.index("Very high") < drawn.index("Medium") < drawn.index("Serious harm")
    alone = replace(made, levels_over_time=made.levels_over_time[-1:])
    assert not list(structure_of(render(psr(alone))).below("Figure"))


def test_a_chart_holds_the_latest_assessments_and_stays_on_one_page() -> None:
    made = material_of_every_kind("cy")
    (one, two, three) = made.levels_over_time
    many = replace(made, levels_over_time=(one, two, three, one))
    blocks = section(psr(many), 4).blocks
    chart = next(block for block in blocks if isinstance(block, Chart))
    assert chart.times == ("10 Mawrth 2026", "19 Tachwedd 2026", "4 Mawrth 2025")
    for large in (False, True):
        pages = [" ".join(page.split()) for page in pages_of(render(psr(many), large=large))]
        (page,) = [page for page in pages if chart.caption in page]
        assert page.count("Uchel iawn") == 1
        assert page.index(chart.caption) < page.index("Heb ei farnu")
