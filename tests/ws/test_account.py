"""The account's stream: one frame for each ledger transaction, with all that it did."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from generated import models
from generated.ws import problems
from generated.ws.channels import AccountTopic, PnlTopic
from generated.ws.publisher import Publisher
from handlers import wire
from handlers.feeds.feeds import Feeds
from handlers.feeds.freshness import Freshness
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.pnl import Pnl
from handlers.trading.orders.commands import CancelOrder, ClosePosition
from handlers.ws.account import AccountStream
from handlers.ws.pnl import PnlStream
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED
from tests.ports.recorded import replay
from tests.trading.house import FlakyLedger, House, buy
from tests.trading.world import HandMarket

USER = "usr_1"


def session(user_id: str = USER) -> models.Session:
    return models.Session(
        user_id=user_id,
        user_name=user_id,
        authentication=models.Authentication.LOCAL,
        permissions=list(models.Permission),
    )


class Frames:
    """Takes what is published; everything is watched."""

    def __init__(self) -> None:
        self.appended: list[tuple[str, str, int, dict[str, Any]]] = []
        self.published: list[tuple[str, dict[str, Any]]] = []

    def watched(self, address: str) -> bool:
        return True

    def publish(self, address: str, message: str, key: str, payload: bytes) -> None:
        self.published.append((address, json.loads(payload)))

    def append(self, address: str, message: str, epoch: str, seq: int, payload: bytes) -> None:
        self.appended.append((address, epoch, seq, json.loads(payload)))

    def notify(self, address: str, message: str, payload: bytes, *, retained: bool) -> None:
        """How fresh a topic is does not belong to these tests."""


class Streams:
    def __init__(self) -> None:
        self.market = HandMarket()
        self.market.set("AAPL", "99.99", "100.01")
        self.market.set("REC:IBM", "100", "100")
        self.house = House(FlakyLedger(), self.market)
        self.frames = Frames()
        publisher = Publisher(self.frames)
        self.account = AccountStream(self.house.oms, publisher)
        self.figures = Pnl(self.house.oms, self.market)
        feeds = Feeds([SimulatedFeed(self.market, SEED), replay(ManualClock(NOW))])
        freshness = Freshness(feeds, self.market, 5_000)
        self.pnl = PnlStream(self.house.oms, self.figures, freshness, publisher, self.market)
        self.figures.connect(self.pnl)
        self.house.oms.add_listener(self.account)
        self.house.oms.add_listener(self.figures)

    def kinds(self, frame: int = -1) -> list[str]:
        return [event["type"] for event in self.frames.appended[frame][3]["events"]]


@pytest.fixture
async def streams() -> Streams:
    streams = Streams()
    await streams.house.start()
    return streams


@pytest.fixture
async def topic(streams: Streams) -> AccountTopic:
    payload = models.AccountSubscribe(account_id=streams.house.paper)
    topic = await streams.account.subscribe(session(), payload)
    streams.account.opened(topic)
    return topic


async def test_an_order_is_one_frame_with_order_execution_position_and_balance(
    streams: Streams, topic: AccountTopic
) -> None:
    await streams.house.oms.submit(USER, topic.account_id, buy(key="mine"))

    [(address, epoch, seq, update)] = streams.frames.appended
    assert (address, seq) == (f"account:{topic.account_id}", 2)
    assert update["cause"] == "order_placed"
    order, execution, position, balance = update["events"]
    assert order["order"]["status"] == "filled"
    assert order["order"]["clientOrderId"] == "mine"
    assert execution["execution"]["sequence"] == 2
    assert position["position"]["quantity"] == "10"
    assert balance["balance"]["balance"] == "100000"
    assert streams.account.snapshot(topic)[:2] == (epoch, seq)


async def test_every_transaction_is_a_frame_and_the_numbers_have_no_hole(
    streams: Streams, topic: AccountTopic
) -> None:
    oms, account = streams.house.oms, topic.account_id
    resting = await oms.submit(USER, account, buy(limit="99.00"))
    await oms.submit(USER, account, CancelOrder(resting.order.order_id))
    await oms.submit(USER, account, buy(limit="99.00"))
    await streams.house.quote("AAPL", "98.50", "98.52")
    [position] = oms.account(USER, account).open_positions.values()
    await oms.submit(USER, account, ClosePosition(position.position_id))

    assert [seq for _, _, seq, _ in streams.frames.appended] == [2, 3, 4, 5, 6]
    assert [update["cause"] for *_, update in streams.frames.appended] == [
        "order_placed",
        "order_canceled",
        "order_placed",
        "order_filled",
        "position_closed",
    ]
    assert streams.kinds(0) == streams.kinds(1) == ["order"]
    assert streams.kinds(3) == ["order", "execution", "position", "balance"]
    closed = streams.frames.appended[-1][3]["events"][2]["position"]
    assert (closed["status"], closed["quantity"]) == ("closed", "0")


async def test_a_frame_shows_what_the_transaction_left_though_more_has_happened(
    streams: Streams, topic: AccountTopic
) -> None:
    """What is replayed later from the ledger equals what was sent then."""
    oms, account = streams.house.oms, topic.account_id
    await oms.submit(USER, account, buy(limit="99.00"))
    await streams.house.quote("AAPL", "98.50", "98.52")
    state = oms.account(USER, account)
    again = [
        wire.account_update(state, item).model_dump(mode="json", by_alias=True)
        for item in await oms.transactions(account, 1)
    ]
    assert again == [update for *_, update in streams.frames.appended]


async def test_a_reset_begins_a_new_epoch(streams: Streams) -> None:
    account = streams.house.replay
    topic = await streams.account.subscribe(session(), models.AccountSubscribe(account_id=account))
    streams.account.opened(topic)
    await streams.house.oms.submit(USER, account, buy(symbol="REC:IBM"))
    epoch = streams.account.snapshot(topic)[0]
    reading = asyncio.ensure_future(streams.account.after(topic, epoch, 0))
    await asyncio.sleep(0)
    streams.house.replay_epoch = "two"
    streams.house.oms.on_epoch(None)  # type: ignore[arg-type]
    await streams.house.oms.close()

    _, new_epoch, seq, update = streams.frames.appended[-1]
    assert seq == 3
    assert new_epoch != epoch
    assert streams.kinds() == ["order", "reset"]
    assert update["events"][1]["epoch"] == new_epoch
    assert streams.account.snapshot(topic)[2].orders == []
    assert [number for number, _ in await reading or ()] == [1, 2]
    assert await streams.account.after(topic, epoch, 2) is None


async def test_a_snapshot_holds_working_orders_and_open_positions(
    streams: Streams, topic: AccountTopic
) -> None:
    oms, account = streams.house.oms, topic.account_id
    await oms.submit(USER, account, buy())
    resting = await oms.submit(USER, account, buy(limit="99.00"))
    _, seq, snapshot = streams.account.snapshot(topic)
    assert seq == 3
    assert [order.order_id for order in snapshot.orders] == [resting.order.order_id]
    assert [position.symbol for position in snapshot.positions] == ["AAPL"]


async def test_somebody_elses_account_is_not_there(streams: Streams) -> None:
    for user, account in (("usr_2", streams.house.paper), (USER, "acc_none")):
        payload = models.AccountSubscribe(account_id=account)
        with pytest.raises(problems.AccountNotFound):
            await streams.account.subscribe(session(user), payload)
        with pytest.raises(problems.AccountNotFound):
            await streams.pnl.subscribe(session(user), models.PnlSubscribe(account_id=account))


async def test_what_nobody_watches_is_not_encoded(streams: Streams, topic: AccountTopic) -> None:
    streams.account.closed(topic)
    await streams.house.oms.submit(USER, topic.account_id, buy())
    assert streams.frames.appended == []


class TestPnl:
    @pytest.fixture
    async def topic(self, streams: Streams) -> PnlTopic:
        payload = models.PnlSubscribe(account_id=streams.house.paper)
        topic = await streams.pnl.subscribe(session(), payload)
        streams.pnl.opened(topic)
        return topic

    async def test_many_quotes_are_one_update_with_the_newest_figures(
        self, streams: Streams, topic: PnlTopic
    ) -> None:
        await streams.house.oms.submit(USER, topic.account_id, buy())
        for bid in ("101.00", "102.00", "103.00"):
            streams.figures.on_quote(streams.market.set("AAPL", bid, bid))
        streams.figures.flush()

        [(address, update)] = streams.frames.published
        assert address == topic.address
        assert update["unrealizedPnl"] == "29.9"
        assert update["positions"][0]["marketPrice"] == "103"
        streams.figures.flush()
        assert len(streams.frames.published) == 1, "nothing moved since"

    async def test_the_symbols_of_a_watched_account_stream_while_it_needs_them(
        self, streams: Streams, topic: PnlTopic
    ) -> None:
        oms = streams.house.oms
        assert streams.market.watched == []
        await oms.submit(USER, topic.account_id, buy())
        assert streams.market.watched == ["AAPL"] * 2, "one of them for the account's margin"
        streams.pnl.closed(topic)
        assert streams.market.watched == ["AAPL"]
        streams.pnl.opened(topic)
        [position] = oms.account(USER, topic.account_id).open_positions.values()
        await oms.submit(USER, topic.account_id, ClosePosition(position.position_id))
        assert streams.market.watched == []

    async def test_the_snapshot_is_of_this_instant(self, streams: Streams, topic: PnlTopic) -> None:
        await streams.house.oms.submit(USER, topic.account_id, buy())
        streams.market.set("AAPL", "90.01", "90.03")
        assert streams.pnl.snapshot(topic).equity == Decimal(99_900)
