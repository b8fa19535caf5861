"""Pages of the same pre-sentence report a second: Waymark, WeasyPrint and typst in turn.

The rivals get the words as sources of their own kind (`psr_rival_sources`), the same typeface,
sizes and margins, and are asked for tags. Each runs in a warm process; reading the source,
writing the file and starting are not measured. What they made must say what ours says, in the
same order, on as many pages within one.
"""

from __future__ import annotations

import gc
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, ClassVar, Final, Self

from app.core.paths import resource_path
from app.reports.content import Report
from app.reports.pdf import render
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.benchmarks.psr_rival_sources import html_of, parts_of, repeated, style
from tests.benchmarks.psr_sample import twelve_pages
from tests.benchmarks.rivals import NotInstalled, install_python, python_of
from tests.reports.reading import pages_of

ROUNDS: Final = 9
CODE: Final = Path(__file__).parent


class Typesetter:
    """Another project's typesetter, running.

    Attributes:
        name: By which it is installed and its side of the measuring is found.
        package: What is installed.
        words: What it is. goal: For the ratio of our pages a second to its.
    """

    name: ClassVar[str]
    package: ClassVar[str]
    words: ClassVar[str]
    goal: ClassVar[str]

    def __init__(self, folder: Path, program: subprocess.Popen[str]) -> None:
        self._folder = folder
        self._program = program

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        """Installed and ready, until the end.

        Raises:
            NotInstalled: It can't be fetched, or does not start.
        """
        install_python(cls.name, cls.package)
        folder.mkdir()
        command = [str(python_of(cls.name)), str(CODE / f"psr_rival_{cls.name}.py")]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "log").open("w"),
            text=True,
        ) as program:
            assert program.stdout is not None
            if not program.stdout.readline().startswith("{"):
                program.communicate()
                last = (folder / "log").read_text("utf-8").strip().splitlines()[-1:]
                raise NotInstalled(f"{cls.words} does not start: {' '.join(last)}")
            yield cls(folder, program)
            assert program.stdin is not None
            program.stdin.close()

    def source(self, report: Report) -> dict[str, Any]:
        """What it is told of a report, its files in place."""
        raise NotImplementedError

    def set(self, report: Report) -> tuple[float, bytes]:
        """Seconds, and the PDF."""
        made = self._folder / "made.pdf"
        said = {**self.source(report), "pdf": str(made)}
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(said) + "\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.words}: {(self._folder / 'log').read_text('utf-8')}")
        return float(json.loads(answer)["seconds"]), made.read_bytes()

    def _kept(self, name: str, text: str) -> str:
        (self._folder / name).write_text(text, "utf-8")
        return str(self._folder / name)


class WeasyPrint(Typesetter):
    """HTML and CSS to PDF, in Python."""

    name = "weasyprint"
    package = "weasyprint==70.0"
    words = "WeasyPrint 70, tagged as PDF/UA-1"
    goal = ">= 5"

    def source(self, report: Report) -> dict[str, Any]:
        fonts = resource_path("fonts", "OFL.txt").parent.as_uri()
        return {
            "style": self._kept("report.css", style(fonts, report)),
            "source": self._kept("report.html", html_of(report)),
        }


class Typst(Typesetter):
    """A typesetter of its own, in Rust."""

    name = "typst"
    package = "typst==0.15.2"
    words = "typst 0.15, tagged as PDF/UA-1 and PDF/A-2a"
    goal = "reported"

    def source(self, report: Report) -> dict[str, Any]:
        held = {
            "title": f"{report.title} {report.reference}",
            "repeated": repeated(report),
            "parts": list(parts_of(report)),
        }
        return {
            "fonts": str(resource_path("fonts", "OFL.txt").parent),
            "standards": ["a-2a", "ua-1"],
            "source": self._kept("report.json", json.dumps(held)),
        }


RIVALS: Final[Sequence[type[Typesetter]]] = (WeasyPrint, Typst)


def measure(within: Path) -> Iterator[Measured]:
    """Seconds a page, every typesetter in turn, each round with other words."""
    ours: list[float] = []
    theirs: dict[str, list[float]] = {}
    with ExitStack() as stack:
        running: list[Typesetter] = []
        missing: dict[str, str] = {}
        for program in RIVALS:
            try:
                running.append(stack.enter_context(program.running(within / program.name)))
            except NotInstalled as fault:
                missing[program.name] = str(fault)
        pages: dict[str, int] = {}
        for turn in range(ROUNDS + 1):
            report = replace(twelve_pages(turn), status="final")
            gc.collect()
            seconds, made = timed(lambda report=report: render(report))
            said, ours_pages = _said(made, report)
            for rival in running:
                took, set_by_rival = rival.set(report)
                words, count = _said(set_by_rival, report)
                must_equal(words, said)
                if abs(count - ours_pages) > 1:
                    raise SystemExit(f"{rival.words}: {count} pages, ours {ours_pages}")
                pages[rival.name] = count
                if turn:
                    theirs.setdefault(rival.name, []).append(took / count)
            if turn:
                ours.append(seconds / ours_pages)
    for program in RIVALS:
        took_page = theirs.get(program.name)
        yield Measured(
            f"psr_{program.name}",
            median(ours),
            missing.get(program.name, program.words),
            median(took_page) if took_page else None,
            median(took_page) / median(ours) if took_page else None,
            program.goal,
            more={"pages": ours_pages, "baseline_pages": pages.get(program.name, 0)},
        )


def _said(pdf: bytes, report: Report) -> tuple[str, int]:
    """The words in order, without spaces and what repeats on each page; and how many pages."""
    pages = pages_of(pdf)
    said = []
    for number, page in enumerate(pages, start=1):
        # Not every reader of PDF finds the dot of a list that WeasyPrint draws.
        text = "".join(page.split()).replace("•", "")
        for words in (*repeated(report).values(), f"Page {number} of {len(pages)}"):
            gone = "".join(words.split())
            if gone not in text:
                raise SystemExit(f"page {number} does not say “{words}”")
            text = text.replace(gone, "")
        said.append(text)
    return "".join(said), len(pages)
