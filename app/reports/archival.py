"""What PDF/A-2 (ISO 19005-2) asks of a file beyond its tags, so that it reads alike in fifty years.

Colours mean something without the screen they were chosen on (an output intent with the sRGB
profile), and every code of an embedded font that is drawn stands for a character, and no other
code for any.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

SRGB: Final = "sRGB IEC61966-2.1"

_UNUSED: Final = "0000"
_MAPPED: Final = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{4,})>")
_MOST_IN_BLOCK: Final = 100
"""A character map holds no longer block than this (Adobe Technical Note 5014)."""

# IEC 61966-2-1: the white of the screen; its red, green and blue as seen under D50, which is what
# an ICC profile counts from.
_WHITE: Final = (0.95045, 1.0, 1.08905)
_PRIMARIES: Final = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_CURVE_POINTS: Final = 1024


def make_archival(pdf: Any) -> None:
    """Give an open `pikepdf.Pdf`, whose fonts ReportLab embedded, what PDF/A-2 asks for."""
    import pikepdf

    profile = pdf.make_stream(srgb_profile())
    profile.N = 3
    pdf.Root.OutputIntents = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.OutputIntent,
                S=pikepdf.Name.GTS_PDFA1,
                OutputConditionIdentifier=pikepdf.String(SRGB),
                Info=pikepdf.String(SRGB),
                DestOutputProfile=profile,
            )
        ]
    )
    for font in _embedded(pdf):
        told = font.ToUnicode.read_bytes().decode("ascii")
        font.ToUnicode = pdf.make_stream(_map_of_what_is_drawn(told).encode("ascii"))
    for page in pdf.pages:
        # ReportLab's, and empty: a page is turned, it is not presented.
        del page.obj["/Trans"]


def _embedded(pdf: Any) -> Iterator[Any]:
    seen = set()
    for page in pdf.pages:
        for font in page.obj.Resources.Font.values():
            if font.objgen not in seen and "/ToUnicode" in font:
                seen.add(font.objgen)
                yield font


def _map_of_what_is_drawn(told: str) -> str:
    """A font's map to Unicode without the codes that it gives to no character."""
    pairs = [pair for pair in _MAPPED.findall(told) if pair[1] != _UNUSED]
    blocks = []
    for start in range(0, len(pairs), _MOST_IN_BLOCK):
        block = pairs[start : start + _MOST_IN_BLOCK]
        lines = "\n".join(f"<{code}> <{character}>" for code, character in block)
        blocks.append(f"{len(block)} beginbfchar\n{lines}\nendbfchar")
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        )
    )


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The sRGB colour space as an ICC profile of version 2.1, always the same bytes."""
    curve = b"curv" + bytes(4) + struct.pack(">I", _CURVE_POINTS)
    curve += b"".join(
        struct.pack(">H", round(0xFFFF * _linear(at / (_CURVE_POINTS - 1))))
        for at in range(_CURVE_POINTS)
    )
    name = SRGB.encode("ascii") + b"\0"
    described = b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    free = b"text" + bytes(4) + b"No copyright, use freely\0"
    tags = {b"desc": described, b"cprt": free, b"wtpt": _xyz(_WHITE)}
    tags |= {tag: _xyz(colour) for tag, colour in _PRIMARIES.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)

    start = 128 + 4 + 12 * len(tags)
    body = b""
    places: dict[bytes, int] = {}
    for data in tags.values():
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
    table = struct.pack(">I", len(tags)) + b"".join(
        struct.pack(">4sII", tag, places[data], len(data)) for tag, data in tags.items()
    )
    return _profile_header(start + len(body)) + table + body


def _profile_header(size: int) -> bytes:
    return (
        struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
        + struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + _fixed((0.9642, 1.0, 0.8249))  # D50
        + bytes(48)
    )


def _xyz(colour: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(colour)


def _fixed(numbers: tuple[float, float, float]) -> bytes:
    return struct.pack(">3i", *(round(number * 0x10000) for number in numbers))


def _linear(value: float) -> float:
    """The light that a value of sRGB stands for (IEC 61966-2-1), both from 0 to 1."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
