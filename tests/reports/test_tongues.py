"""Which language words are in, where nobody has said: nothing of our own is taken for the other."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from app.reports.content import Bullets, Fact, Facts, Paragraph, Quotation, Report, Run, Section
from app.reports.pdf import render
from app.reports.tongues import by_language, language_of
from tests import catalogue
from tests.reports.archival_rules import faults_in
from tests.reports.reading import Node, structure_of, text_of

PLACE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("The worker was on leave and nobody else could answer.", "en"),
        ("Pressure from older boys.", "en"),
        ("Theft of a pedal cycle", "en"),
        ("Roedd y bechgyn hŷn yn aros wrth y safle bws.", "cy"),
        ("Rwy’n hoffi trwsio beiciau.", "cy"),
        ("Beicio a nofio", None),
        ("Wren Hollis", None),
        ("Nant-y-coed Youth Court", None),
        ("14 / 3", None),
    ],
)
def test_small_words_tell_the_language_and_names_do_not(words: str, language: str | None) -> None:
    assert language_of(words) == language


def test_no_text_of_the_program_is_taken_for_the_other_language() -> None:
    words = catalogue.merged(catalogue.extracted(), catalogue.kept())
    taken = []
    for message in catalogue.entries(words):
        welsh = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for language, texts in (("en", catalogue.forms_of(message.id)), ("cy", welsh)):
            for text in texts:
                bare = PLACE.sub("", text)
                taken += [one for one, found in by_language(bare, language) if found != language]
    # An example from a form's own notation.
    assert [one for one in taken if "ask_to_quote" not in one] == []


def test_the_pieces_are_the_text_to_the_letter() -> None:
    text = "Yr hyn sy’n helpu: The club, and Nan. Mae’n help!\nA… b? “The end.” (Diwedd.)"
    pieces = tuple(by_language(text, "cy"))
    assert "".join(piece for piece, _language in pieces) == text
    assert [language for _piece, language in pieces] == ["cy", "en", "cy", "en", "cy"]


def of(language: str, *blocks: Paragraph | Bullets | Facts | Quotation) -> Report:
    return Report(
        kind="psr",
        title="Adroddiad" if language == "cy" else "Report",
        subtitle="",
        reference="WM-2026-0002",
        language=language,
        service_name="",
        status="final",
        made_on=date(2026, 11, 30),
        front=(),
        sections=(Section("1", "Tal", blocks),),
    )


def tongues(node: Node) -> list[tuple[str, str]]:
    """Each language that is named in a structure, with its words."""
    found = [(node.language, node.text().strip())] if node.language else []
    for kid in node.kids:
        if isinstance(kid, Node):
            found += tongues(kid)
    return found


@pytest.mark.parametrize(
    ("language", "other", "own", "theirs"),
    [
        ("cy", "en-GB", "Yr hyn sy’n helpu: ", "The boxing club and a room of his own."),
        ("en", "cy", "What helps: ", "Y clwb bocsio ac ystafell iddo’i hun."),
    ],
)
def test_words_in_the_other_language_are_named_so_wherever_they_stand(
    language: str, other: str, own: str, theirs: str
) -> None:
    report = of(
        language,
        Paragraph((Run(f"{own}{theirs}"),)),
        Paragraph((Run(theirs, language=language),)),
        Bullets(((Run(theirs),),)),
        Facts((Fact("Tal", theirs),)),
        Quotation((Run(theirs),), "Tal"),
    )
    pdf = render(report)
    assert tongues(structure_of(pdf)) == [(other, theirs)] * 5
    assert f"{own}{theirs}" in text_of(pdf)
    assert faults_in(pdf) == []


def test_what_was_said_is_in_the_language_that_was_noted_with_it() -> None:
    said = Run("“The end.”", quote=True, language="cy")
    assert tongues(structure_of(render(of("cy", Paragraph((said,)))))) == []
    noted = replace(said, language="en")
    assert tongues(structure_of(render(of("cy", Paragraph((noted,)))))) == [("en-GB", "“The end.”")]
