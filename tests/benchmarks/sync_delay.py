"""`python -m tests.benchmarks.sync_delay PORT TO MILLISECONDS`: a longer way to a server.

What goes either way arrives half of the delay later, in its order and without being held up by
what went before; opening a connection costs the whole delay once, as it does on a network.
"""

from __future__ import annotations

import asyncio
import sys

PIECE = 1 << 16


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, at_first: float
) -> None:
    """Hand on what is read, each piece `delay` seconds after it came."""
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def hand_on() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        writer.close()

    handing = asyncio.create_task(hand_on())
    wait = delay + at_first
    while True:
        try:
            piece = await reader.read(PIECE)
        except ConnectionError:
            piece = b""
        pieces.put_nowait((loop.time() + wait, piece))
        wait = delay
        if not piece:
            break
    await asyncio.gather(handing, return_exceptions=True)


async def main(port: int, to: int, delay: float) -> None:
    """Listen until ended."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(
            carry(reader, back, delay / 2, delay), carry(there, writer, delay / 2, 0.0)
        )

    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000))
