"""docs/streaming.md shows what is said: the running application says the same to stock clients."""

import pytest

from tests.application import PASSWORD
from tests.docs.clients import StockClient, Websockets, Wscat
from tests.docs.page import transcripts
from tests.docs.play import Player
from tests.docs.scene import staged

TRANSCRIPTS = transcripts()
WHOLE = "conversation"
GUARDED = ("bearer", "message", "wrong-key", "no-key")
SECOND = ("second-process",)


@pytest.mark.parametrize("client", [Websockets, Wscat])
async def test_stock_clients_have_the_conversation(client: type[StockClient]) -> None:
    await _play(WHOLE, client())


async def test_a_second_process_has_the_same_conversation() -> None:
    await _play(WHOLE, Websockets(), second=True)


@pytest.mark.parametrize("name", sorted(TRANSCRIPTS.keys() - {WHOLE}))
async def test_what_else_is_said(name: str) -> None:
    await _play(name, Websockets(), second=name in SECOND)


async def _play(name: str, client: StockClient, *, second: bool = False) -> None:
    guarded = name in GUARDED
    async with (
        staged(client, guarded=guarded, second=second) as scene,
        scene.rest() as rest,
    ):
        player = Player(scene, rest)
        if guarded:
            scene.add_user("trader")
            player.values["password"] = PASSWORD
        await player.play(TRANSCRIPTS[name])
        await client.cut()
