"""The stream keeps its word: snapshot, sequence, resume, gap and freshness, for every family."""

from typing import Any

import pytest

from tests.contract.stream_contract import DOCUMENT
from tests.mock.stage import PARAMETERS, Stage
from tests.ws.asgi_client import Closed

FAMILIES = {name: each for name, each in DOCUMENT["channels"].items() if "address" in each}
WINDOW = DOCUMENT["x-stream-policy"]["resume"]["window"]
EVERY = 10_000
"""In so many milliseconds every family has news."""

every_family = pytest.mark.parametrize("family", FAMILIES)


def parameters(family: str) -> dict[str, str]:
    return {name: PARAMETERS[name] for name in FAMILIES[family]["parameters"]}


def place(answer: Any, seq: int | None = None) -> dict[str, Any]:
    return {"epoch": answer["epoch"], "seq": answer["seq"] if seq is None else seq}


@pytest.fixture
def stage() -> Stage:
    return Stage()


@every_family
async def test_a_subscriber_gets_a_snapshot_and_updates(family: str, stage: Stage) -> None:
    async with stage.client() as client:
        answer = await client.ask(f"{family}.subscribe", **parameters(family))
        assert answer["topic"] == FAMILIES[family]["address"].format(**PARAMETERS)
        assert answer["snapshot"]
        assert "resumed" not in answer
        seqs = [answer["seq"]]
        for _ in range(3):
            stage.pass_time(EVERY)
            update = await client.hear()
            assert (update["type"], update["topic"]) == (f"{family}.update", answer["topic"])
            seqs.append(update["seq"])
        assert seqs == list(range(seqs[0], seqs[0] + 4))


@every_family
async def test_after_an_unsubscribe_nothing_follows(family: str, stage: Stage) -> None:
    async with stage.client() as client:
        topic = (await client.ask(f"{family}.subscribe", **parameters(family)))["topic"]
        answer = await client.ask(f"{family}.unsubscribe", **parameters(family))
        assert answer == {"status": "ok", "topic": topic}
        stage.pass_time(EVERY)
        assert await client.silent()
        again = await client.ask(f"{family}.unsubscribe", **parameters(family))
        assert again["code"] == "not_subscribed"
    assert not stage.mock.stream.board.topics


@every_family
async def test_who_comes_back_gets_what_was_missed(family: str, stage: Stage) -> None:
    async with stage.client() as client:
        before = await client.ask(f"{family}.subscribe", **parameters(family))
    for _ in range(2):
        stage.pass_time(EVERY)
    async with stage.client() as client:
        resume = {**parameters(family), "resume": place(before)}
        answer = await client.ask(f"{family}.subscribe", **resume)
        assert answer["resumed"]
        assert place(answer) == place(before)
        assert "snapshot" not in answer
        lossless = FAMILIES[family]["x-delivery"] == "lossless"
        wanted = [before["seq"] + 1, before["seq"] + 2] if lossless else [before["seq"] + 2]
        assert [(await client.hear())["seq"] for _ in wanted] == wanted
        assert await client.silent()


@every_family
@pytest.mark.parametrize("stands", ["elsewhere", "in the future", "too far back"])
async def test_what_cannot_be_resumed_starts_anew(family: str, stands: str, stage: Stage) -> None:
    async with stage.client() as client:
        before = await client.ask(f"{family}.subscribe", **parameters(family))
        resume = place(before)
        match stands:
            case "elsewhere":
                resume["epoch"] = "another"
            case "in the future":
                resume["seq"] += 1
            case _:
                await stage.turn(f"send/{family}.gap")
                await client.hear()
        answer = await client.ask(f"{family}.subscribe", **parameters(family), resume=resume)
        assert answer["resumed"] is False
        assert answer["snapshot"]


@every_family
async def test_a_gap_says_what_is_lost(family: str, stage: Stage) -> None:
    async with stage.client() as client:
        before = await client.ask(f"{family}.subscribe", **parameters(family))
        await stage.turn(f"send/{family}.gap?topic={before['topic']}&lost=7")
        gap = await client.hear()
        assert gap["type"] == f"{family}.gap"
        assert gap["payload"] == {"epoch": before["epoch"], "lastSeq": before["seq"]}
        assert gap["seq"] == before["seq"] + 7
        stage.pass_time(EVERY)
        assert (await client.hear())["seq"] == gap["seq"] + 1


@every_family
async def test_a_stale_topic_is_still_and_says_so(family: str, stage: Stage) -> None:
    async with stage.client() as client, stage.client() as later:
        await client.ask(f"{family}.subscribe", **parameters(family))
        await stage.turn(f"send/{family}.status", {"stale": True, "feedAge": 7_000})
        told = await client.hear()
        assert told["payload"]["stale"]
        stage.pass_time(EVERY)
        assert await client.silent()

        await later.ask(f"{family}.subscribe", **parameters(family))
        assert await later.hear() == told

        await stage.turn(f"send/{family}.status", {"stale": False, "feedAge": 0})
        assert not (await client.hear())["payload"]["stale"]
        stage.pass_time(EVERY)
        assert (await client.hear())["type"] == f"{family}.update"


async def test_an_update_that_is_lost_is_a_hole_that_resuming_fills(stage: Stage) -> None:
    async with stage.client() as client:
        before = await client.ask("account.subscribe", accountId="acc_1")
        await stage.turn("send/account.update?lost=1")
        assert await client.silent()
        await stage.turn("send/account.update")
        assert (await client.hear())["seq"] == before["seq"] + 2
        await client.ask("account.subscribe", accountId="acc_1", resume=place(before))
        missed = [(await client.hear())["seq"] for _ in range(2)]
        assert missed == [before["seq"] + 1, before["seq"] + 2]


async def test_a_bar_is_closed_once_when_it_ends(stage: Stage) -> None:
    async with stage.client() as client:
        answer = await client.ask("bars.subscribe", symbol="AAPL", resolution="1")
        first = answer["snapshot"]["time"]
        heard = []
        for _ in range(5):
            stage.pass_time(40_000)
            heard.append((await client.hear())["payload"])
            if heard[-1]["closed"]:
                heard.append((await client.hear())["payload"])
    times = [each["time"] for each in heard]
    assert times == sorted(times)
    closed = [each["time"] for each in heard if each["closed"]]
    assert closed == list(range(first, times[-1], 60_000))


async def test_a_reset_begins_a_new_epoch(stage: Stage) -> None:
    async with stage.client() as client:
        before = await client.ask("bars.subscribe", symbol="AAPL", resolution="1")
        await stage.turn("send/bars.reset", {"epoch": "next"})
        assert (await client.hear())["payload"]["epoch"] == "next"
        asked = {"symbol": "AAPL", "resolution": "1", "resume": place(before)}
        answer = await client.ask("bars.subscribe", **asked)
        assert (answer["epoch"], answer["resumed"]) == ("next", False)


async def test_a_restart_cuts_and_begins_a_new_epoch(stage: Stage) -> None:
    async with stage.client() as client:
        before = await client.ask("quotes.subscribe", symbol="AAPL")
        await stage.turn("restart")
        with pytest.raises(Closed) as closed:
            await client.hear()
        assert closed.value.code == 1012
    async with stage.client() as client:
        answer = await client.ask("quotes.subscribe", symbol="AAPL", resume=place(before))
        assert answer["resumed"] is False
        assert answer["epoch"] != before["epoch"]


async def test_a_topic_outlives_a_cut_but_not_for_ever(stage: Stage) -> None:
    topics = stage.mock.stream.board.topics
    async with stage.client() as client:
        await client.ask("quotes.subscribe", symbol="AAPL")
    stage.pass_time(WINDOW - 1)
    assert list(topics) == ["quotes:AAPL"]
    stage.pass_time(1_000)
    assert not topics
