"""What every broker must do with the orders it is given, whoever stands behind it."""

from abc import ABC, abstractmethod
from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, Side, TimeInForce, TransactionCause
from handlers.brokers.broker import Broker
from handlers.market.actions import Split
from handlers.trading.booking import splits
from handlers.trading.ledger.events import OrderAccepted
from handlers.trading.ledger.transactions import Cause, Transaction
from handlers.trading.matching.reports import Activate, Fill, Report
from handlers.trading.orders.limits import within_limit
from handlers.trading.orders.order import Order, accepted
from tests.trading.world import START, HandMarket

PLACED = Cause(TransactionCause.ORDER_PLACED)


def make_order(
    order_id: str = "ord_1",
    side: Side = Side.BUY,
    limit: str | None = None,
    time_in_force: TimeInForce = TimeInForce.GTC,
    quantity: str = "10",
) -> Order:
    event = OrderAccepted(
        order_id=order_id,
        symbol="AAPL",
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        quantity=Decimal(quantity),
        time_in_force=time_in_force,
        limit_price=None if limit is None else Decimal(limit),
    )
    return accepted(event, Transaction("acc_1", "usr_1", 2, "ep_1", START, START, PLACED, (event,)))


class Reports:
    """Keeps what a broker says."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Report]] = []

    def on_reports(self, account_id: str, reports: tuple[Report, ...]) -> None:
        self.heard.extend((account_id, report) for report in reports)

    @property
    def fills(self) -> list[tuple[str, str, Decimal]]:
        return [
            (account_id, item.order_id, item.price)
            for account_id, item in self.heard
            if isinstance(item, Fill)
        ]


def split(market: HandMarket, numerator: int, denominator: int) -> Split:
    """Of AAPL, a moment after now."""
    worth = Decimal(100) * denominator / numerator
    return Split("AAPL", market.time + 1, numerator, denominator, worth)


class BrokerSuite(ABC):
    """`prices` makes the venue behind the broker trade AAPL at a bid and an ask.

    `act` makes it split AAPL; what it trades from then on is new shares.
    """

    @abstractmethod
    def open(self, market: HandMarket) -> Broker: ...

    @abstractmethod
    def prices(self, market: HandMarket, broker: Broker, bid: str, ask: str) -> None: ...

    @abstractmethod
    def act(self, market: HandMarket, broker: Broker, action: Split) -> None: ...

    @pytest.fixture
    def market(self) -> HandMarket:
        market = HandMarket()
        market.set("AAPL", "99.99", "100.01")
        return market

    @pytest.fixture
    def broker(self, market: HandMarket) -> Broker:
        return self.open(market)

    @pytest.fixture
    def reports(self, broker: Broker) -> Reports:
        reports = Reports()
        broker.connect(reports)
        return reports

    def test_deciding_has_no_effect(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order()
        assert broker.at_once(order, market) == broker.at_once(order, market)
        self.prices(market, broker, "100.99", "101.01")
        assert reports.heard == []

    def test_the_way_of_an_order_takes_the_same_time_whenever_it_is_asked(
        self, market: HandMarket, broker: Broker
    ) -> None:
        symbol = market.offered["AAPL"]
        assert broker.delay(symbol, "ord_1", 1) == broker.delay(symbol, "ord_1", 1) >= 0

    def test_asking_has_no_effect(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        symbol, order = market.offered["AAPL"], make_order(limit="99.50")
        fee = broker.fee(symbol)
        assert fee.total(Decimal(10), Decimal(995)) == fee.total(Decimal(10), Decimal(995)) >= 0
        assert broker.is_stale("AAPL") is broker.is_stale("AAPL")
        assert broker.offer(order, market) == broker.offer(order, market)
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []

    def test_an_order_on_its_way_meets_no_earlier_price(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        there = START + 300
        order = replace(make_order(), status=OrderStatus.PENDING, effective_at=there)
        order = replace(order, working_since=there)
        assert broker.at_once(order, market) == ()
        broker.work("acc_1", order)
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []
        self.prices(market, broker, "99.40", "99.42")
        assert [type(report) for _, report in reports.heard] == [Activate, Fill]

    def test_a_disconnected_order_is_not_heard_of(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order(limit="99.50")
        broker.work("acc_1", order)
        broker.work("acc_1", replace(order, disconnected=True, revision=2))
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []

    def test_a_market_order_fills_completely(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order()
        at_once = broker.at_once(order, market)
        if not at_once:
            broker.work("acc_1", order)
            self.prices(market, broker, "99.99", "100.01")
        said = [*at_once, *(report for _, report in reports.heard)]
        assert sum(item.quantity for item in said if isinstance(item, Fill)) == 10

    def test_a_limit_order_rests_until_its_price_and_says_why_it_filled(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order(limit="99.50")
        assert broker.at_once(order, market) == ()
        broker.work("acc_1", order)
        self.prices(market, broker, "99.60", "99.62")
        assert reports.heard == []
        self.prices(market, broker, "99.40", "99.42")

        [(account_id, report)] = reports.heard
        assert account_id == "acc_1"
        assert isinstance(report, Fill)
        assert report.price <= Decimal("99.50")
        assert report.quantity == 10
        assert report.model
        assert report.rule

    def test_a_withdrawn_order_is_not_heard_of_again(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order(limit="99.50")
        broker.work("acc_1", order)
        broker.withdraw(order)
        broker.withdraw(make_order("ord_none", limit="1.00"))
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []

    def test_an_order_is_reported_on_once_until_it_is_worked_again(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order(limit="99.50")
        broker.work("acc_1", order)
        self.prices(market, broker, "99.40", "99.42")
        self.prices(market, broker, "99.30", "99.32")
        assert len(reports.heard) == 1

        rest = replace(order, filled_quantity=Decimal(4), revision=2)
        broker.work("acc_1", rest)
        self.prices(market, broker, "99.20", "99.22")
        report = reports.heard[-1][1]
        assert isinstance(report, Fill)
        assert report.quantity == 6

    def test_a_newer_revision_takes_the_place_of_the_older(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        broker.work("acc_1", make_order(limit="99.50"))
        broker.work("acc_1", make_order(limit="98.50"))
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []
        self.prices(market, broker, "98.40", "98.42")
        assert len(reports.heard) == 1

    @pytest.mark.parametrize(
        ("side", "limit", "short", "beyond"),
        [
            (Side.BUY, "99.51", ("49.74", "49.76"), ("49.70", "49.72")),
            (Side.SELL, "101.01", ("50.50", "50.52"), ("50.60", "50.62")),
        ],
    )
    def test_after_a_split_an_order_is_worked_in_new_shares(
        self,
        market: HandMarket,
        broker: Broker,
        reports: Reports,
        side: Side,
        limit: str,
        short: tuple[str, str],
        beyond: tuple[str, str],
    ) -> None:
        order = replace(make_order(side=side, limit=limit), filled_quantity=Decimal(4))
        broker.work("acc_1", order)
        action = split(market, 2, 1)
        self.act(market, broker, action)
        terms = splits.rescaled(order, action, market.offered["AAPL"])
        assert terms is not None
        self.prices(market, broker, *short)
        assert reports.heard == [], "neither the old limit nor a better one than the new"

        self.prices(market, broker, *beyond)
        [(_, report)] = reports.heard
        assert isinstance(report, Fill)
        assert report.quantity == terms.quantity - order.filled_quantity == 12
        assert within_limit(replace(order, limit_price=terms.limit_price), report.price)

    def test_the_terms_that_a_split_gave_an_order_are_not_split_again(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        order = make_order(limit="99.50")
        broker.work("acc_1", order)
        self.act(market, broker, split(market, 2, 1))
        new = replace(order, quantity=Decimal(20), limit_price=Decimal("49.75"), revision=2)
        broker.work("acc_1", new)
        self.prices(market, broker, "49.70", "49.72")
        [(_, report)] = reports.heard
        assert isinstance(report, Fill)
        assert report.quantity == 20

    def test_what_has_nothing_left_after_a_split_is_not_worked(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        broker.work("acc_1", make_order(limit="99.50"))
        self.act(market, broker, split(market, 1, 20))
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []

    def test_an_order_of_after_a_split_is_in_new_shares_already(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        action = replace(split(market, 2, 1), time=START)
        broker.work("acc_1", make_order(limit="49.75"))
        self.act(market, broker, action)
        self.prices(market, broker, "49.70", "49.72")
        [(_, report)] = reports.heard
        assert isinstance(report, Fill)
        assert report.quantity == 10

    def test_each_account_hears_of_its_own_orders(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        broker.work("acc_1", make_order("ord_1", Side.BUY, "99.50"))
        broker.work("acc_2", make_order("ord_2", Side.BUY, "99.50"))
        broker.work("acc_2", make_order("ord_3", Side.SELL, "101.00"))
        self.prices(market, broker, "99.40", "99.42")
        self.prices(market, broker, "101.10", "101.12")
        assert sorted((account, order) for account, order, _ in reports.fills) == [
            ("acc_1", "ord_1"),
            ("acc_2", "ord_2"),
            ("acc_2", "ord_3"),
        ]

    def test_nothing_happens_in_a_closed_market(
        self, market: HandMarket, broker: Broker, reports: Reports
    ) -> None:
        market.closed.add("AAPL")
        order = make_order()
        assert broker.at_once(order, market) == ()
        broker.work("acc_1", order)
        self.prices(market, broker, "99.40", "99.42")
        assert reports.heard == []
        market.closed.clear()
        self.prices(market, broker, "99.40", "99.42")
        assert len(reports.heard) == 1
