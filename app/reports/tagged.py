"""Drawing and structure at once: every mark on a page is content of an element, or an artefact.

ReportLab draws. The pen brackets what it draws as marked content and remembers which element it
belongs to; `finished` then has pikepdf attach the structure tree, languages, title, bookmarks,
what PDF/A asks for, and the identifiers of PDF/UA-1 and PDF/A-2a. Elements are made in reading
order, wherever on the page they stand.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from xml.sax.saxutils import escape as xml_text

from app.core.errors import BugError
from app.reports.archival import make_archival
from app.reports.content import Language
from app.reports.escape import Drawable
from app.reports.fonts import Face, typefaces
from app.reports.look import PAGE_HEIGHT, PAGE_WIDTH, Colour, Type, colours

PDF_LANGUAGES: Final = {"en": "en-GB", "cy": "cy"}
PRODUCER: Final = "Waymark"
MOST_IN_BOOKMARK: Final = 160
"""Characters. Nobody reads a longer line beside the pages, and PDF/A-2 limits every string."""


class Element:
    """A node of the structure tree (`P`, `H1`, `Table`, …).

    Inline elements (`Quote`, `Span`) join their parent where their first words are drawn, so that
    words and elements stay in order; the others join it when they are made.
    """

    __slots__ = ("_waiting", "alternative", "bounds", "kids", "language", "parent", "scope", "tag")

    def __init__(
        self,
        tag: str,
        parent: Element | None = None,
        *,
        language: Language | None = None,
        scope: str | None = None,
        inline: bool = False,
        alternative: Drawable | None = None,
    ) -> None:
        self.tag = tag
        self.parent = parent
        self.language = language
        self.scope = scope
        self.alternative = alternative
        """What is said in place of what is drawn."""
        self.bounds: tuple[float, float, float, float] | None = None
        """Of what is drawn: left, lower, right and upper edge on its page."""
        self.kids: list[Element | Content] = []
        self._waiting = inline and parent is not None
        if parent is not None and not inline:
            parent.kids.append(self)

    def join(self) -> None:
        """Take the place under the parent, if that has not happened yet."""
        if self._waiting and self.parent is not None:
            self._waiting = False
            self.parent.kids.append(self)


@dataclass(frozen=True, slots=True)
class Content:
    """Marked content: which page (from 0), and which number on it."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline: `depth` 0 is outermost, `page` counts from 0."""

    text: Drawable
    page: int
    depth: int
    element: Element


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says about itself: nothing about a person."""

    title: Drawable
    language: Language
    made_on: date


class Pen:
    """Draws on A4 pages with the origin at the lower left, in points."""

    def __init__(self, properties: Properties) -> None:
        from reportlab.pdfgen.canvas import Canvas

        typefaces()
        self._properties = properties
        self._bytes = io.BytesIO()
        self._canvas: Any = Canvas(
            self._bytes,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=0,  # pikepdf compresses, in C
            invariant=1,
            pdfVersion=(1, 7),
            # The first font of a canvas is named on each page; any other would not be embedded.
            initialFontName=Face.REGULAR.value,
        )
        self._marks: list[list[Element]] = [[]]
        self._bookmarks: list[Bookmark] = []
        self._open: Element | str | None = None

    @property
    def page(self) -> int:
        """The page that is drawn on, from 0."""
        return len(self._marks) - 1

    @contextmanager
    def content(self, element: Element) -> Iterator[None]:
        """What is drawn inside is content of `element`."""
        self._begin(element)
        element.join()
        marks = self._marks[-1]
        element.kids.append(Content(self.page, len(marks)))
        self._canvas.addLiteral(f"/{element.tag} <</MCID {len(marks)}>> BDC")
        marks.append(element)
        yield
        self._end()

    @contextmanager
    def artefact(self, subtype: str | None = None) -> Iterator[None]:
        """What is drawn inside is not content: rules and grounds, or (with `subtype` `Header`,
        `Footer` or `Watermark`) what repeats on each page."""
        self._begin("artefact")
        kind = f"/Type /Pagination /Subtype /{subtype}" if subtype else "/Type /Layout"
        self._canvas.addLiteral(f"/Artifact <<{kind}>> BDC")
        yield
        self._end()

    def text(self, type_: Type, lines: Sequence[tuple[float, float, Drawable]]) -> None:
        """Draw each `(x, baseline, text)` in one type."""
        self._drawing()
        # Written as operators: ReportLab's text object spends most of its time on numbers. The
        # font's own splitting is kept, since it decides what is embedded.
        font = typefaces()[type_.face].font
        document = self._canvas._doc
        code = ["BT", _fill(type_.colour)]
        chosen = -1
        for x, y, words in lines:
            code.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm")
            for subset, glyphs in font.splitString(words, document):
                if subset != chosen:
                    name = font.getSubsetInternalName(subset, document)
                    code.append(f"{name} {type_.size:.4g} Tf")
                    chosen = subset
                code.append(f"<{glyphs.hex()}> Tj")
        code.append("ET")
        self._canvas.addLiteral("\n".join(code))

    def slanted(
        self, words: Drawable, face: Face, size: float, colour: Colour, degrees: float
    ) -> None:
        """Draw `words` across the middle of the page, slanted by `degrees`."""
        self._drawing()
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillColorRGB(*colour)
        canvas.setFont(face.value, size)
        canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
        canvas.rotate(degrees)
        canvas.drawCentredString(0, -size / 3, words)
        canvas.restoreState()

    def ground(
        self, x: float, y: float, width: float, height: float, colour: str, *, corner: float = 0
    ) -> None:
        """Fill a rectangle whose lower left corner is at `(x, y)`."""
        self._drawing()
        if corner:
            self._canvas.setFillColorRGB(*colours()[colour])
            self._canvas.roundRect(x, y, width, height, corner, stroke=0, fill=1)
        else:
            box = f"{x:.2f} {y:.2f} {width:.2f} {height:.2f}"
            self._canvas.addLiteral(f"{_fill(colour)} {box} re f")

    def rule(self, x: float, y: float, to_x: float, colour: str, thickness: float = 0.6) -> None:
        """Draw a level line."""
        self.stroke((x, y), (to_x, y), colour, thickness)

    def stroke(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        thickness: float = 1.0,
    ) -> None:
        """Draw a straight line."""
        self._drawing()
        red, green, blue = colours()[colour]
        self._canvas.addLiteral(
            f"{red:.3f} {green:.3f} {blue:.3f} RG {thickness:.2f} w "
            f"{start[0]:.2f} {start[1]:.2f} m {end[0]:.2f} {end[1]:.2f} l S"
        )

    def shape(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill a polygon."""
        self._drawing()
        self._canvas.setFillColorRGB(*colours()[colour])
        path: Any = self._canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Fill a circle around `(x, y)`."""
        self._drawing()
        self._canvas.setFillColorRGB(*colours()[colour])
        self._canvas.circle(x, y, radius, stroke=0, fill=1)

    def bookmark(self, text: Drawable, depth: int, element: Element) -> None:
        """Add a line to the outline that leads to this page, cut short where it is very long."""
        if len(text) > MOST_IN_BOOKMARK:
            text = Drawable(text[: MOST_IN_BOOKMARK - 1].rstrip() + "…")
        self._bookmarks.append(Bookmark(text, self.page, depth, element))

    def next_page(self) -> None:
        """End this page and start another."""
        self._canvas.showPage()
        self._marks.append([])

    def finished(self, root: Element) -> bytes:
        """The whole file, with `root` (a `Document` element) as its structure."""
        self._canvas.showPage()
        self._canvas.save()
        return _attached(
            self._bytes.getvalue(), root, self._marks, self._bookmarks, self._properties
        )

    def _begin(self, what: Element | str) -> None:
        if self._open is not None:
            raise BugError("marked content does not nest")
        self._open = what

    def _end(self) -> None:
        self._canvas.addLiteral("EMC")
        self._open = None

    def _drawing(self) -> None:
        if self._open is None:
            raise BugError("something was drawn that is neither content nor artefact")


@lru_cache(maxsize=64)
def _fill(colour: str) -> str:
    red, green, blue = colours()[colour]
    return f"{red:.3f} {green:.3f} {blue:.3f} rg"


def _attached(
    drawn: bytes,
    root: Element,
    marks: Sequence[Sequence[Element]],
    bookmarks: Sequence[Bookmark],
    properties: Properties,
) -> bytes:
    import pikepdf

    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        pages = [page.obj for page in pdf.pages]
        made = _structure(pdf, root, pages)
        parents = pikepdf.Array()
        for number, (page, elements) in enumerate(zip(pages, marks, strict=True)):
            page.StructParents = number
            page.Tabs = pikepdf.Name.S
            parents.append(number)
            parents.append(pdf.make_indirect(pikepdf.Array([made[e] for e in elements])))
        tree = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructTreeRoot,
                K=made[root],
                ParentTree=pdf.make_indirect(pikepdf.Dictionary(Nums=parents)),
                ParentTreeNextKey=len(pages),
            )
        )
        made[root].P = tree
        catalog = pdf.Root
        catalog.StructTreeRoot = tree
        catalog.MarkInfo = pikepdf.Dictionary(Marked=True)
        catalog.Lang = pikepdf.String(PDF_LANGUAGES[properties.language])
        catalog.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        catalog.PageMode = pikepdf.Name.UseNone
        _outline(pdf, bookmarks, pages, made)
        _describe(pdf, properties)
        make_archival(pdf)
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return out.getvalue()


def _structure(pdf: Any, root: Element, pages: Sequence[Any]) -> dict[Element, Any]:
    """The tree below `root` as PDF objects, by element."""
    import pikepdf

    made: dict[Element, Any] = {}

    def make(element: Element) -> Any:
        node = pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name("/" + element.tag))
        if element.language is not None:
            node.Lang = pikepdf.String(PDF_LANGUAGES[element.language])
        if element.scope is not None:
            node.A = pikepdf.Dictionary(
                O=pikepdf.Name.Table, Scope=pikepdf.Name("/" + element.scope)
            )
        if element.alternative is not None:
            node.Alt = pikepdf.String(element.alternative)
        if element.bounds is not None:
            node.A = pikepdf.Dictionary(
                O=pikepdf.Name.Layout,
                Placement=pikepdf.Name.Block,
                BBox=pikepdf.Array([round(edge, 2) for edge in element.bounds]),
            )
        made[element] = reference = pdf.make_indirect(node)
        home = next((kid.page for kid in element.kids if isinstance(kid, Content)), None)
        if home is not None:
            reference.Pg = pages[home]
        kids: list[Any] = []
        for kid in element.kids:
            if isinstance(kid, Element):
                below = make(kid)
                below.P = reference
                kids.append(below)
            elif kid.page == home:
                kids.append(kid.number)
            else:
                kids.append(
                    pikepdf.Dictionary(Type=pikepdf.Name.MCR, Pg=pages[kid.page], MCID=kid.number)
                )
        if kids:
            reference.K = kids[0] if len(kids) == 1 else pikepdf.Array(kids)
        return reference

    make(root)
    return made


def _outline(
    pdf: Any, bookmarks: Sequence[Bookmark], pages: Sequence[Any], made: dict[Element, Any]
) -> None:
    import pikepdf

    with pdf.open_outline() as outline:
        path: list[Any] = []
        for mark in bookmarks:
            item = pikepdf.OutlineItem(
                mark.text,
                pikepdf.Array([pages[mark.page], pikepdf.Name.XYZ, None, None, None]),
            )
            item.is_closed = True
            depth = min(mark.depth, len(path))
            (path[depth - 1].children if depth else outline.root).append(item)
            path[depth:] = [item]
    for item, mark in zip(_outline_items(pdf.Root.get("/Outlines")), bookmarks, strict=True):
        item.SE = made[mark.element]


def _outline_items(parent: Any) -> Iterator[Any]:
    item = parent.get("/First") if parent is not None else None
    while item is not None:
        yield item
        yield from _outline_items(item)
        item = item.get("/Next")


def _describe(pdf: Any, properties: Properties) -> None:
    """Replace every property of the file with those it may have."""
    import pikepdf

    day = properties.made_on
    moment = f"D:{day:%Y%m%d}000000Z"
    del pdf.docinfo
    pdf.docinfo["/Title"] = properties.title
    pdf.docinfo["/Creator"] = PRODUCER
    pdf.docinfo["/Producer"] = PRODUCER
    pdf.docinfo["/CreationDate"] = moment
    pdf.docinfo["/ModDate"] = moment
    stream = pdf.make_stream(_xmp(properties).encode("utf-8"))
    stream.Type = pikepdf.Name.Metadata
    stream.Subtype = pikepdf.Name.XML
    pdf.Root.Metadata = stream


def title_of(pdf: bytes) -> str:
    """The title that a file gives itself; empty where it gives none or can't be read as a PDF."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(pdf)) as held:
            return str(held.docinfo.get("/Title", ""))
    except pikepdf.PdfError:
        return ""


# PDF/A asks that properties it does not know itself, here those of PDF/UA, are described.
_EXTENSION: Final = """  <rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identifier</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
     <pdfaProperty:name>part</pdfaProperty:name>
     <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
     <pdfaProperty:category>internal</pdfaProperty:category>
     <pdfaProperty:description>Which part of ISO 14289 the file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
   </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>"""


def _xmp(properties: Properties) -> str:
    moment = f"{properties.made_on:%Y-%m-%d}T00:00:00Z"
    language = PDF_LANGUAGES[properties.language]
    title = f'<rdf:li xml:lang="x-default">{xml_text(properties.title)}</rdf:li>'
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
   <dc:title><rdf:Alt>{title}</rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
   <xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>
   <xmp:CreateDate>{moment}</xmp:CreateDate>
   <xmp:ModifyDate>{moment}</xmp:ModifyDate>
   <pdf:Producer>{PRODUCER}</pdf:Producer>
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>A</pdfaid:conformance>
   <pdfuaid:part>1</pdfuaid:part>
  </rdf:Description>
{_EXTENSION}
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
