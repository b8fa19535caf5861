"""Reads a PDF back the way a reader and a screen reader do."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2


@dataclass
class Node:
    """An element of the structure with the words that belong to it, in order."""

    tag: str
    language: str | None = None
    scope: str | None = None
    alternative: str | None = None
    kids: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(kid if isinstance(kid, str) else kid.text() for kid in self.kids)

    def below(self, tag: str) -> Iterator[Node]:
        """Every element `tag` in this one, in reading order."""
        for kid in self.kids:
            if isinstance(kid, Node):
                if kid.tag == tag:
                    yield kid
                yield from kid.below(tag)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, as a viewer would copy it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for page in document:
            held = page.get_textpage()
            texts.append(held.get_text_bounded())
            held.close()
            page.close()
        return texts
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    """The whole text on one line, with single spaces."""
    return " ".join(" ".join(pages_of(pdf)).split())


def structure_of(pdf: bytes) -> Node:
    """The structure tree, with the words of the marked content that it points to."""
    with pikepdf.open(io.BytesIO(pdf)) as held:
        words = [_marked_words(page) for page in held.pages]
        numbers = {page.obj.objgen: at for at, page in enumerate(held.pages)}
        return _node(held.Root.StructTreeRoot.K, words, numbers, None)


def _node(
    element: Any, words: list[dict[int, str]], numbers: dict[Any, int], page: int | None
) -> Node:
    attributes = element.get("/A")
    node = Node(
        str(element.S)[1:],
        str(element.Lang) if "/Lang" in element else None,
        str(attributes.Scope)[1:] if attributes is not None and "/Scope" in attributes else None,
        str(element.Alt) if "/Alt" in element else None,
    )
    if "/Pg" in element:
        page = numbers[element.Pg.objgen]
    kids = element.get("/K")
    if kids is None:
        return node
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            assert page is not None
            node.kids.append(words[page][kid])
        elif kid.get("/Type") == pikepdf.Name.MCR:
            node.kids.append(words[numbers[kid.Pg.objgen]][int(kid.MCID)])
        elif kid.get("/Type") == pikepdf.Name.OBJR:
            node.kids.append(str(kid.Obj.TU))
        else:
            node.kids.append(_node(kid, words, numbers, page))
    return node


def _marked_words(page: pikepdf.Page) -> dict[int, str]:
    """The words of each piece of marked content on `page`, by its number."""
    maps = {name: _characters(font) for name, font in page.Resources.Font.items()}
    found: dict[int, str] = {}
    open_: list[int | None] = []
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                number = operands[1].get("/MCID") if len(operands) > 1 else None
                open_.append(None if number is None else int(number))
                if number is not None:
                    found[int(number)] = ""
            case "EMC":
                open_.pop()
            case "Tf":
                font = maps[str(operands[0])]
            case "Tj":
                assert open_, "text outside marked content"
                if open_[-1] is not None:
                    found[open_[-1]] += "".join(font[code] for code in bytes(operands[0]))
    return found


def _characters(font: Any) -> dict[int, str]:
    pairs = re.findall(r"<([0-9A-F]{2})> <([0-9A-F]{4,8})>", font.ToUnicode.read_bytes().decode())
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
