"""The same seed, commands and prices make the same ledger, whatever others do."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from generated.models import OrderType, Side, SymbolType, TimeInForce
from handlers.trading import money
from handlers.trading.ledger import codec
from handlers.trading.ledger.events import BalanceChanged, OrderFilled
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.latency import UniformLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue
from handlers.trading.matching.models.slippage import VolumeImpact
from handlers.trading.orders.commands import PlaceOrder
from tests.ports.broker_suite import make_order
from tests.trading.world import Desk, HandMarket

PROFILE = FillProfile(
    VolumeImpact(Decimal("0.01")),
    UnitFee(Decimal("0.005"), Decimal(1)),
    UniformLatency(0, 600),
    ShareOfSize(Decimal("0.3")),
    ChanceInQueue(Decimal("0.5")),
)
prices = st.integers(9_900, 10_100).map(lambda value: Decimal(value) / 100)
orders = st.builds(
    lambda side, limit, quantity, time_in_force: PlaceOrder(
        "AAPL",
        side,
        OrderType.MARKET if limit is None else OrderType.LIMIT,
        Decimal(quantity),
        limit,
        time_in_force=time_in_force,
    ),
    st.sampled_from(Side),
    st.none() | prices,
    st.integers(1, 60),
    st.sampled_from([TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK]),
)
quotes = st.tuples(prices, st.integers(0, 5), st.integers(0, 100))
steps = st.lists(orders | quotes, min_size=1, max_size=25)


def played(drawn: list[PlaceOrder | tuple[Decimal, int, int]], seed: str, others: bool) -> Desk:
    """The account after those orders and quotes (bid, spread in cents, size)."""
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01", "50")
    desk = Desk(market, models=FillModels({SymbolType.STOCK: PROFILE}, seed))
    for number, step in enumerate(drawn):
        if others:
            desk.broker.work("acc_2", make_order(f"ord_other_{number}", quantity="1000"))
        if isinstance(step, PlaceOrder):
            desk.carry_out(desk.decided(step))
        else:
            bid, spread, size = step
            desk.quote("AAPL", bid, bid + Decimal(spread) / 100, Decimal(size))
    return desk


def written(desk: Desk) -> list[str]:
    return [codec.dump(transaction.events) for transaction in desk.ledger]


@given(steps)
def test_others_change_nothing(drawn: list[PlaceOrder | tuple[Decimal, int, int]]) -> None:
    alone = written(played(drawn, "seed", others=False))
    assert alone == written(played(drawn, "seed", others=False))
    assert alone == written(played(drawn, "seed", others=True))


@given(steps)
def test_every_fill_keeps_to_its_order_and_every_fee_to_its_activity(
    drawn: list[PlaceOrder | tuple[Decimal, int, int]],
) -> None:
    desk = played(drawn, "seed", others=False)
    events = [event for transaction in desk.ledger for event in transaction.events]
    taken: dict[tuple[object, Side], Decimal] = {}
    for event in events:
        if isinstance(event, OrderFilled):
            order = desk.state.order(event.order_id)
            assert order is not None
            assert order.limit_price is None or (
                event.price <= order.limit_price
                if order.side is Side.BUY
                else event.price >= order.limit_price
            )
            assert event.basis.time >= order.working_since
            assert money.is_multiple(event.price, Decimal("0.01"))
            key = (event.basis, order.side)
            taken[key] = taken.get(key, Decimal(0)) + event.quantity
    assert all(quantity <= 30 for quantity in taken.values()), "0.3 of at most 100"
    booked = sum(event.change for event in events if isinstance(event, BalanceChanged))
    balance = desk.state.balance
    assert booked == balance.realized_pnl - balance.commission
    assert balance.balance == 100_000 + booked


def test_another_seed_makes_another_ledger() -> None:
    drawn: list[PlaceOrder | tuple[Decimal, int, int]] = [
        PlaceOrder("AAPL", Side.BUY, OrderType.MARKET, Decimal(50)),
        *[(Decimal("99.99"), 2, 60)] * 5,
    ]
    ledgers = {tuple(written(played(drawn, seed, others=False))) for seed in "abcdefgh"}
    assert len(ledgers) > 1
