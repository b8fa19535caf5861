"""The rules of PDF/A-2a (ISO 19005-2) that a file of ours could break, read out of the file."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pikepdf

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PDFA = "http://www.aiim.org/pdfa/ns/"
KNOWN_SCHEMAS = {
    "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/pdf/1.3/",
    f"{PDFA}id/",
    f"{PDFA}extension/",
    f"{PDFA}schema#",
    f"{PDFA}property#",
    RDF,
    "adobe:ns:meta/",
}
STANDARD_TAGS = re.compile(
    "Document|Sect|H[1-6]|P|L|LI|Lbl|LBody|Table|TR|TH|TD|Caption|BlockQuote|Quote|Span|Figure|Form"
)
FORBIDDEN_IN_CATALOG = ("/OpenAction", "/AA", "/OCProperties", "/Perms", "/Names")
FORBIDDEN_ANYWHERE = ("/JS", "/SMask", "/BM", "/CA", "/ca", "/Group", "/AA", "/EF", "/Alternates")
OPERATORS = re.compile(
    r"q|Q|cm|BT|ET|Tf|Tm|Td|TL|Tj|T\*|rg|RG|w|m|l|c|h|re|f\*?|F|S|n|J|j|d|M|BDC|EMC"
)
MOMENT = re.compile(r"^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$")
MOST_BYTES_IN_STRING = 32767
MOST_NESTED = 28


def faults_in(pdf: bytes) -> list[str]:
    """What breaks a rule, in words; nothing where no rule is broken."""
    with pikepdf.open(io.BytesIO(pdf)) as held:
        return [
            *_of_the_file(pdf, held),
            *_of_the_output_intent(held),
            *_of_the_metadata(held),
            *_of_the_objects(held),
            *_of_the_pages(held),
            *_of_the_signatures(pdf, held),
        ]


def _of_the_file(raw: bytes, pdf: pikepdf.Pdf) -> Iterator[str]:
    first, second = raw.split(b"\n")[:2]
    if not re.fullmatch(rb"%PDF-1\.[0-7]", first) or sum(byte > 127 for byte in second) < 4:
        yield "header"
    if len(pdf.trailer.get("/ID", [])) != 2 or "/Encrypt" in pdf.trailer:
        yield "trailer"
    for name in FORBIDDEN_IN_CATALOG:
        if name in pdf.Root:
            yield f"catalogue has {name}"
    if not pdf.Root.MarkInfo.Marked or not str(pdf.Root.Lang):
        yield "not tagged, or no language"


def _of_the_output_intent(pdf: pikepdf.Pdf) -> Iterator[str]:
    (intent,) = pdf.Root.OutputIntents
    profile = intent.DestOutputProfile.read_bytes()
    size, version, class_, space = struct.unpack(">I4xI4s4s", profile[:20])
    if intent.S != "/GTS_PDFA1" or not str(intent.OutputConditionIdentifier):
        yield "output intent"
    if (size, class_, space, profile[36:40]) != (len(profile), b"mntr", b"RGB ", b"acsp"):
        yield "profile"
    if intent.DestOutputProfile.N != 3 or version >= 0x05000000:
        yield "profile's kind"


def _of_the_metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    stream = pdf.Root.Metadata
    if "/Filter" in stream:
        yield "metadata is compressed"
    root = ElementTree.fromstring(stream.read_bytes().decode("utf-8").replace("\ufeff", ""))
    told = {node.tag: "".join(node.itertext()).strip() for node in root.iter()}
    if (told.get(f"{{{PDFA}id/}}part"), told.get(f"{{{PDFA}id/}}conformance")) != ("2", "A"):
        yield "no identifier"
    xmp, core = "{http://ns.adobe.com/xap/1.0/}", "{http://purl.org/dc/elements/1.1/}"
    same = {
        "/Title": f"{core}title",
        "/Creator": f"{xmp}CreatorTool",
        "/Producer": "{http://ns.adobe.com/pdf/1.3/}Producer",
        "/CreationDate": f"{xmp}CreateDate",
        "/ModDate": f"{xmp}ModifyDate",
    }
    if set(pdf.docinfo.keys()) != set(same):
        yield "other properties"
    for name, tag in same.items():
        value = MOMENT.sub(r"\1-\2-\3T\4:\5:\6Z", str(pdf.docinfo[name]))
        if " ".join(told[tag].split()) != " ".join(value.split()):
            yield f"{name} and {tag} differ"
    described = told.get(f"{{{PDFA}schema#}}namespaceURI", "")
    for tag in told:
        namespace = tag[1:].split("}")[0]
        if namespace not in KNOWN_SCHEMAS | {described}:
            yield f"{namespace} is not described"


def _of_the_objects(pdf: pikepdf.Pdf) -> Iterator[str]:
    for object_ in pdf.objects:
        if not isinstance(object_, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for name in FORBIDDEN_ANYWHERE:
            if name in object_:
                yield f"{name} in an object"
        if isinstance(object_, pikepdf.Stream):
            if object_.get("/Filter", "/FlateDecode") != "/FlateDecode" or "/F" in object_:
                yield "a stream that is not deflated, or stands elsewhere"
        elif object_.get("/Type") == "/StructElem":
            tag = str(object_.S)[1:]
            if not STANDARD_TAGS.fullmatch(tag):
                yield f"{tag} is no standard structure type"
            if tag == "Figure" and not str(object_.get("/Alt", "")):
                yield "a figure without words"


def _of_the_pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    drawn: dict[Any, tuple[Any, set[int]]] = {}
    for page in pdf.pages:
        if "/Trans" in page.obj or "/XObject" in page.Resources:
            yield "a page has more than content"
        depth, codes = 0, set()
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "q":
                    depth += 1
                case "Q":
                    depth -= 1
                case "Tf":
                    font = page.Resources.Font[str(operands[0])]
                    codes = drawn.setdefault(font.objgen, (font, set()))[1]
                case "Tj":
                    codes |= set(bytes(operands[0]))
                    if len(bytes(operands[0])) > MOST_BYTES_IN_STRING:
                        yield "a string is too long"
                case name if not OPERATORS.fullmatch(name):
                    yield f"operator {name}"
            if depth > MOST_NESTED:
                yield "nested too deep"
        if depth:
            yield "unbalanced"
    for font, codes in drawn.values():
        yield from _of_a_font(font, codes)


def _of_the_signatures(raw: bytes, pdf: pikepdf.Pdf) -> Iterator[str]:
    """Of ISO 19005-2: 6.3 (annotations) and 6.4 (forms, signatures). Of ISO 14289-1: 7.18."""
    annotations = [one for page in pdf.pages for one in page.obj.get("/Annots", ())]
    form = pdf.Root.get("/AcroForm")
    if form is None:
        if annotations:
            yield "an annotation without a form"
        return
    fields = {field.objgen for field in form.Fields}
    if set(form.keys()) != {"/Fields", "/SigFlags"} or form.SigFlags != 3:
        yield "the form says more than that there are signatures, and that they are only added to"
    if fields != {one.objgen for one in annotations}:
        yield "an annotation that is no signature"
    tree = pdf.Root.StructTreeRoot
    numbers = list(tree.ParentTree.Nums)
    parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    if tree.ParentTreeNextKey != max(parents) + 1:
        yield "the next key of the parent tree"
    for field in form.Fields:
        if field.FT != "/Sig" or field.Subtype != "/Widget" or {"/A", "/AA"} & set(field.keys()):
            yield "a field that is no signature, or does something"
        if [float(edge) for edge in field.Rect] != [0, 0, 0, 0]:
            yield "a field that is seen, and has no appearance"
        if not int(field.F) & 4 or int(field.F) & (1 | 2 | 32 | 256):
            yield "a field that is not printed, or hidden"
        if not str(field.get("/TU", "")):
            yield "a field without words"
        element = parents[int(field.StructParent)]
        if (element.S, element.K.Type, element.K.Obj.objgen) != ("/Form", "/OBJR", field.objgen):
            yield "a field that is not in the structure"
        if not any(kid.objgen == element.objgen for kid in element.P.K if hasattr(kid, "objgen")):
            yield "a field that its parent does not know"
        if not any(page.obj.objgen == field.P.objgen for page in pdf.pages):
            yield "a field on no page"
        start, length, after, rest = (int(number) for number in field.V.ByteRange)
        contents = bytes(field.V.Contents)
        if start or after - length != 2 * len(contents) + 2 or after + rest != len(raw):
            yield "a signature that does not cover the whole of the file but itself"
        if contents[0] != 0x30:
            yield "a signature that is not in DER"


def _of_a_font(font: Any, codes: set[int]) -> Iterator[str]:
    name = str(font.BaseFont)
    descriptor = font.FontDescriptor
    if font.Subtype != "/TrueType" or "/Encoding" in font or not int(descriptor.Flags) & 4:
        yield f"{name} is not a symbolic TrueType font"
    if not re.match(r"/[A-Z]{6}\+", name) or descriptor.FontName != font.BaseFont:
        yield f"{name} is no subset"
    program = descriptor.FontFile2.read_bytes()
    glyphs, advances, per_em = _measured(program)
    told = font.ToUnicode.read_bytes().decode("ascii")
    characters = dict(re.findall(r"<([0-9A-F]{2})> <([0-9A-F]{4,})>", told))
    for text in characters.values():
        if text in ("0000", "FEFF", "FFFE") or 0xE000 <= int(text[:4], 16) <= 0xF8FF:
            yield f"{name} maps a code to U+{text}"
    for code in sorted(codes):
        glyph = glyphs[code] if code < len(glyphs) else 0
        if glyph == 0:
            yield f"{name} draws code {code}, which it has no glyph for"
        if f"{code:02X}" not in characters:
            yield f"{name} draws code {code}, which stands for nothing"
        width = float(font.Widths[code - int(font.FirstChar)])
        if abs(width - advances[min(glyph, len(advances) - 1)] * 1000 / per_em) > 1:
            yield f"{name} gives code {code} another width than its glyph has"


def _measured(program: bytes) -> tuple[list[int], list[int], int]:
    """The glyph of each code, the advance of each glyph, and the units of an em."""
    tables = {}
    for at in range(struct.unpack(">H", program[4:6])[0]):
        tag, start, length = struct.unpack(">4s4xII", program[12 + 16 * at : 28 + 16 * at])
        tables[tag] = program[start : start + length]
    count, offset = struct.unpack(">2xH4xI", tables[b"cmap"][:12])
    assert count == 1, "a symbolic font has one character map"
    format_, first, held = struct.unpack(">H4xHH", tables[b"cmap"][offset : offset + 10])
    assert (format_, first) == (6, 0)
    glyphs = list(struct.unpack_from(f">{held}H", tables[b"cmap"], offset + 10))
    metrics = struct.unpack(">H", tables[b"hhea"][34:36])[0]
    advances = [struct.unpack_from(">H", tables[b"hmtx"], 4 * at)[0] for at in range(metrics)]
    return glyphs, advances, struct.unpack(">H", tables[b"head"][18:20])[0]
