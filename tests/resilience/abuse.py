"""Clients that misbehave, in a process of their own: python -m tests.resilience.abuse HOW ADDRESS.

Each goes on until it is killed; a connection that the server ends is opened again.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from itertools import count, cycle

from tests.ws.raw_client import CONTINUATION, PING, TEXT, RawClient, frame

_ENDED = (OSError, EOFError, AssertionError, TimeoutError)
_RECONNECT = 0.01


async def flood(client: RawClient, chunk: bytes) -> None:
    while True:
        client.send(chunk)
        await client.writer.drain()


async def floods_with_pings(client: RawClient) -> None:
    client.pause()
    await flood(client, frame(PING, b"x" * 100) * 100)


async def floods_with_fragments(client: RawClient) -> None:
    client.send(frame(TEXT, b"{", fin=False))
    await flood(client, frame(CONTINUATION, fin=False) * 1_000)


async def floods_with_messages(client: RawClient) -> None:
    client.pause()
    await flood(client, frame(TEXT, b'{"type":"ping","id":"1"}') * 100)


async def floods_with_nonsense(client: RawClient) -> None:
    client.pause()
    await flood(client, frame(TEXT, b"[" * 60_000) + frame(TEXT, b"[" + b"{}," * 255 + b"{}]"))


async def never_reads(client: RawClient) -> None:
    client.pause()
    client.send(_subscriptions(0))
    await asyncio.sleep(0.5)


async def reconnects(client: RawClient) -> None:
    client.send(_subscriptions(0))
    await client.heard()


async def subscribes_to_everything(client: RawClient) -> None:
    for start in cycle(range(40)):
        client.send(_subscriptions(start))
        for _ in range(250):
            await client.heard()


def _subscriptions(start: int) -> bytes:
    symbols = ("AAPL", "MSFT", "NVDA", "BTCUSD", "EURUSD", *(f"X{n}" for n in range(245)))
    batch = [
        {"type": "quotes.subscribe", "id": f"{start}", "payload": {"symbol": symbol}}
        for symbol in symbols
    ]
    return frame(TEXT, json.dumps(batch).encode())


HOW: dict[str, Callable[[RawClient], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        *(floods_with_pings, floods_with_fragments, floods_with_messages, floods_with_nonsense),
        *(never_reads, reconnects, subscribes_to_everything),
    )
}


async def abuse(how: Callable[[RawClient], Awaitable[None]], address: str) -> None:
    for number in count():
        try:
            async with RawClient(f"ws://{address}/api/v1/ws") as client:
                if number == 0:
                    print("connected", flush=True)
                await how(client)
        except _ENDED:
            pass
        await asyncio.sleep(_RECONNECT)


if __name__ == "__main__":
    asyncio.run(abuse(HOW[sys.argv[1]], sys.argv[2]))
