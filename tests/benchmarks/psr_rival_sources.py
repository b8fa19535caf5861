"""A report as the sources that other typesetters take: HTML for WeasyPrint, data for typst.

The same words in the same order, with the same parts (headings, numbered paragraphs, quotations,
lists, tables with their headers, language of a passage) and what repeats on each page. Charts and
the shapes beside levels are left out, for the rivals only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from app.reports.content import (
    Block,
    Bullets,
    Chart,
    Facts,
    LevelLine,
    Notice,
    Paragraph,
    Quotation,
    Report,
    Run,
    SubHeading,
    Table,
)
from app.reports.digest import content_hash

MARKING: Final = "Official: sensitive"
LANGUAGES: Final = {"en": "en-GB", "cy": "cy"}


def repeated(report: Report) -> dict[str, str]:
    """What stands on each page beside the number of the page."""
    return {
        "service": report.service_name,
        "reference": report.reference,
        "marking": MARKING,
        "digest": f"SHA-256 of the content: {content_hash(report)}",
    }


def parts_of(report: Report) -> Iterator[dict[str, Any]]:
    """The report as plain parts, in reading order."""
    yield {"is": "title", "runs": _plain(report.title)}
    yield {"is": "subtitle", "runs": _plain(report.subtitle)}
    yield _facts(Facts(report.front))
    for block in report.front_blocks:
        yield from _parts(block)
    for section in report.sections:
        yield {"is": "heading", "number": section.number, "runs": _plain(section.heading)}
        for block in section.blocks:
            yield from _parts(block)


def _parts(block: Block) -> Iterator[dict[str, Any]]:
    match block:
        case Paragraph():
            yield {"is": "paragraph", "number": block.number, "runs": _runs(block.runs)}
        case Quotation():
            yield {"is": "quotation", "runs": _runs(block.runs), "by": block.said_by}
        case Bullets():
            yield {"is": "list", "items": [_runs(item) for item in block.items]}
        case Table():
            weights = block.weights or (1.0,) * len(block.headers)
            yield {
                "is": "table",
                "caption": block.caption,
                "headers": block.headers,
                "rows": block.rows,
                "shares": [weight / sum(weights) for weight in weights],
            }
        case Facts():
            yield _facts(block)
        case SubHeading():
            yield {"is": "subheading", "runs": _plain(block.text)}
        case LevelLine():
            yield {"is": "level", "runs": _plain(f"{block.label}: {block.word}")}
            yield {"is": "paragraph", "number": block.number, "runs": _runs(block.reason)}
        case Notice():
            yield {"is": "notice", "runs": _plain(block.text)}
        case Chart():
            raise SystemExit("a chart is nothing that the sources of the rivals hold")


def _facts(block: Facts) -> dict[str, Any]:
    share = block.label_share
    return {
        "is": "facts",
        "rows": [(fact.label, fact.value) for fact in block.facts],
        "shares": [share, 1 - share],
    }


def _runs(runs: Iterable[Run]) -> list[dict[str, Any]]:
    return [{"text": run.text, "quote": run.quote, "language": run.language} for run in runs]


def _plain(text: str) -> list[dict[str, Any]]:
    return _runs((Run(text),))


def html_of(report: Report) -> str:
    """The report as a page of HTML, its look left to `STYLE`."""
    body = "\n".join(_html(part) for part in parts_of(report))
    return (
        f'<!doctype html><html lang="{LANGUAGES[report.language]}"><head><meta charset="utf-8">'
        f"<title>{escape(report.title)} {escape(report.reference)}</title></head>"
        f'<body data-digest="{escape(repeated(report)["digest"])}">{body}</body></html>'
    )


def _html(part: dict[str, Any]) -> str:
    """One part as HTML."""
    match part["is"]:
        case "title":
            return f"<h1>{_spoken(part['runs'])}</h1>"
        case "subtitle":
            return f'<p class="subtitle">{_spoken(part["runs"])}</p>'
        case "heading":
            return f"<h2>{_number(part['number'])}{_spoken(part['runs'])}</h2>"
        case "subheading":
            return f"<h3>{_spoken(part['runs'])}</h3>"
        case "quotation":
            return (
                f"<blockquote><p>{_spoken(part['runs'])}</p></blockquote>"
                f'<p class="by">{escape(part["by"])}</p>'
            )
        case "list":
            return "<ul>" + "".join(f"<li>{_spoken(i)}</li>" for i in part["items"]) + "</ul>"
        case "facts":
            rows = "".join(
                f'<tr><th scope="row">{_cell(label)}</th><td>{_cell(value)}</td></tr>'
                for label, value in part["rows"]
            )
            return f"<table>{_columns(part['shares'])}<tbody>{rows}</tbody></table>"
        case "table":
            heads = "".join(f'<th scope="col">{_cell(text)}</th>' for text in part["headers"])
            rows = "".join(
                "<tr>" + "".join(f"<td>{_cell(text)}</td>" for text in row) + "</tr>"
                for row in part["rows"]
            )
            caption = f"<caption>{escape(part['caption'])}</caption>" if part["caption"] else ""
            return (
                f"<table>{caption}{_columns(part['shares'])}"
                f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            )
        case kind:
            return f'<p class="{kind}">{_number(part.get("number"))}{_spoken(part["runs"])}</p>'


def _number(number: str | None) -> str:
    return f'<span class="number">{escape(number)} </span>' if number else ""


def _cell(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _columns(shares: Iterable[float]) -> str:
    return "".join(f'<col style="width: {share:.2%}">' for share in shares)


def _spoken(runs: Iterable[dict[str, Any]]) -> str:
    made = []
    for run in runs:
        words = escape(run["text"])
        language = f' lang="{LANGUAGES[run["language"]]}"' if run["language"] else ""
        if run["quote"]:
            made.append(f"<q{language}>{words}</q>")
        else:
            made.append(f"<span{language}>{words}</span>" if language else words)
    return "".join(made)


def style(fonts: str, report: Report) -> str:
    """The look of a report as CSS: its sizes, its margins and what repeats on each page.

    Args:
        fonts: The address of the folder with the typeface.
    """
    said = {name: _css(text) for name, text in repeated(report).items()}
    faces = "".join(
        f"@font-face {{ font-family: Atkinson; font-weight: {weight};"
        f' src: url("{fonts}/AtkinsonHyperlegibleNext-{cut}.ttf"); }}\n'
        for cut, weight in (("Regular", 400), ("SemiBold", 600), ("Bold", 700))
    )
    return faces + _STYLE % said


def _css(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_STYLE: Final = """
@page {
  size: A4; margin: 86pt 62pt 88pt 70pt; font: 8.4pt/11pt Atkinson; color: #44525f;
  @top-left { content: %(service)s; font-weight: 600; vertical-align: bottom;
    padding-bottom: 20pt }
  @top-right { content: %(reference)s; vertical-align: bottom; padding-bottom: 20pt }
  @bottom-left { content: %(marking)s "\\A" string(digest); white-space: pre; width: 40%%;
    vertical-align: top; padding-top: 26pt }
  @bottom-center { content: "Page " counter(page) " of " counter(pages); white-space: nowrap;
    vertical-align: top; padding-top: 26pt }
  @bottom-right { content: %(reference)s; vertical-align: top; padding-top: 26pt }
}
body { string-set: digest attr(data-digest); margin: 0; font: 10.5pt/15.6pt Atkinson;
  color: #10202e; hyphens: manual; orphans: 2; widows: 2 }
q { quotes: none; background: #e8f0f6 }
h1 { font: 700 23pt/28pt Atkinson; margin: 0 0 2pt }
.subtitle { font-size: 11.5pt; line-height: 17pt; margin: 0 0 14pt }
h2 { font: 600 14.5pt/19pt Atkinson; margin: 26pt 0 8pt }
h3 { font: 600 11pt/15.6pt Atkinson; margin: 14pt 0 4pt 34pt }
h2, h3 { break-after: avoid }
.number { display: inline-block; width: 34pt; text-indent: 0 }
.paragraph { margin: 0 0 8pt; padding-left: 34pt }
.paragraph:has(.number) { text-indent: -34pt }
.level { font-weight: 700; margin: 8pt 0 3pt 34pt; border-top: 0.6pt solid #9aa7b2;
  padding-top: 7pt; break-after: avoid }
blockquote { margin: 2pt 0 3pt 34pt; padding: 8pt 12pt; background: #e8f0f6;
  border-left: 2.6pt solid #1f5c8a; break-after: avoid }
blockquote p { margin: 0 }
.by { font-size: 9.2pt; line-height: 13pt; margin: 0 0 10pt 34pt }
.notice { background: #fff4d6; padding: 8pt 12pt; margin: 4pt 0 12pt }
ul { margin: 0 0 8pt 34pt; padding-left: 15pt }
li { margin-bottom: 3pt }
table { border-collapse: collapse; table-layout: fixed; width: 100%%; margin: 4pt 0 14pt;
  font-size: 9.6pt; line-height: 13.6pt }
h2 ~ table { margin-left: 34pt; width: 429pt }
caption { font: 600 10.5pt/15pt Atkinson; text-align: left; padding-bottom: 5pt }
th, td { text-align: left; vertical-align: top; padding: 4.6pt 6pt 4.6pt 8pt;
  border-bottom: 0.4pt solid #c5ced6 }
th { font-weight: 600 }
tr { break-inside: avoid }
"""
