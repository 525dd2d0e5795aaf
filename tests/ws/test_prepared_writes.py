"""Prepared frames between everything else that a server writes to a socket."""

import asyncio
import json

from websockets.asyncio.client import connect

from tests.ws.server import serve
from tests.ws.stage import StreamStage, said

UPDATES = 60


async def test_long_frames_and_pongs_do_not_mix() -> None:
    stage = StreamStage()
    payload = json.dumps({"filler": "x" * 70_000}).encode()
    async with serve(stage.app) as (address, _), connect(address) as client:
        await client.recv()
        await client.send(said("account.subscribe", accountId="acc_1"))
        await client.recv()
        pongs = []
        for seq in range(8, 8 + UPDATES):
            stage.hub.append("account:acc_1", "account.update", "ledger", seq, payload)
            pongs.append(await client.ping())
            heard = json.loads(await asyncio.wait_for(client.recv(), 5))
            assert (heard["seq"], len(heard["payload"]["filler"])) == (seq, 70_000)
        await asyncio.wait_for(asyncio.gather(*pongs), 5)


async def test_any_asgi_server_carries_the_stream() -> None:
    """The ordinary send, where the server does not know our extension."""
    stage = StreamStage()
    async with (
        serve(stage.app, ws="websockets-sansio") as (address, _),
        connect(address) as client,
    ):
        await client.recv()
        await client.send(said("quotes.subscribe", symbol="AAPL"))
        await client.recv()
        for number in range(1, UPDATES):
            stage.hub.publish("quotes:AAPL", "quotes.update", "", b"%d" % number)
            heard = json.loads(await asyncio.wait_for(client.recv(), 5))
            assert (heard["seq"], heard["payload"]) == (number, number)
