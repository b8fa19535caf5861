"""What the PDFs of the tour say."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2

from tests.tour import people

ROUND_A_PAGE = re.compile(
    rf"{people.SERVICE}.*|(Draft of )?WM-[0-9A-F-]+|DRAFT|Official: sensitive.*"
    r"|.*Page \d+ of \d+.*|SHA-256 of the content.*"
)


def run_on(text: str) -> str:
    """The text without the ends of its lines, and without what stands at the ends of each page."""
    lines = (line.strip() for line in text.splitlines())
    return " ".join(" ".join(line for line in lines if not ROUND_A_PAGE.fullmatch(line)).split())


def text_in(file: Path) -> str:
    """The text of a PDF, page after page."""
    document = pypdfium2.PdfDocument(file)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)
