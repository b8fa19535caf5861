"""The plainest way to the same words on paper: ReportLab's own paragraphs and nothing else.

The baseline that reports are measured against. It imports nothing of the program.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

FONT = "BareParagraphs"
SIZE, LEADING, BELOW = 10.5, 15.6, 8.0


def bare_pages(texts: Sequence[str], font: Path) -> tuple[bytes, int]:
    """`texts` as paragraphs of a PDF in the typeface `font`, and how many pages they took."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(font)))
    style = ParagraphStyle(
        "bare", fontName=FONT, fontSize=SIZE, leading=LEADING, spaceAfter=BELOW, leftIndent=34
    )
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=64, rightMargin=56, topMargin=80, bottomMargin=82
    )
    document.build([Paragraph(escape(text), style) for text in texts])
    return out.getvalue(), document.page
