"""Bodies are bounded before they are read, while they are read, while they are unpacked.

What a request may cost is decided before anything of it is believed: its size on the wire, its
size once unpacked, its depth, and how long it may take to arrive.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import Final

from starlette.requests import ClientDisconnect, Request

from app.sync.protocol import MOST_DEPTH
from server.refused import Refused

_GZIP: Final = 16 + zlib.MAX_WBITS
# Brackets of either kind as one, and everything else.
_AS_ONE: Final = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


async def read_body(request: Request, *, most: int, seconds: float) -> bytes:
    """The body, unpacked.

    Args:
        most: Bytes, on the wire and unpacked alike.
        seconds: How long it may take to arrive.

    Raises:
        Refused: 413 `too_large`, 415 or 400 `malformed`, 408 `busy`.
    """
    declared = request.headers.get("content-length")
    if declared is not None and (not declared.isdecimal() or int(declared) > most):
        raise Refused(413, "too_large")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise Refused(415, "malformed")
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise Refused(413, "too_large")
                parts.append(part)
    except TimeoutError as error:
        raise Refused(408, "busy") from error
    except ClientDisconnect as error:
        raise Refused(400, "malformed") from error
    body = b"".join(parts)
    return unpack(body, most=most) if coding == "gzip" else body


def unpack(body: bytes, *, most: int) -> bytes:
    """A gzip'd body, one member, at most so many bytes of it.

    Raises:
        Refused: 413 `too_large`: it would be larger. 400 `malformed`: it is cut or damaged.
    """
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, most)
        if unpacker.unconsumed_tail:
            raise Refused(413, "too_large")
    except zlib.error as error:
        raise Refused(400, "malformed") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Refused(400, "malformed")
    return plain


def check_depth(body: bytes, *, most: int = MOST_DEPTH) -> None:
    """Refuse JSON that is nested deeper than `most`, before it is parsed.

    Raises:
        Refused: 400 `malformed`.
    """
    # Without escapes, every other piece between quotes is a text.
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in body else body
    brackets = b"".join(plain.split(b'"')[::2]).translate(_AS_ONE, _NO_BRACKETS)
    for _ in range(most):
        if not brackets:
            return
        # Takes the innermost pairs out, one level of the nesting each time.
        brackets = brackets.replace(b"{}", b"")
    if brackets:
        raise Refused(400, "malformed")
