"""Positions pay at the end of each session: once, for the right days, on what is borrowed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from typing_extensions import override

from generated.models import AccountClock, AccountType, ActivityType, SymbolType
from handlers.financing_clock import REST, FinancingClock
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import leverage_change
from handlers.trading.ledger import codec
from handlers.trading.ledger.events import FinancingCharged
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.risk import financing
from handlers.trading.risk.financing import AnnualRates
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.world import CLOSE, DAY, START, Desk, HandMarket

RATES = AnnualRates(Decimal("0.0365"), Decimal("0.00365"))


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.00")
    market.set("EURUSD", "1.00000", "1.00000")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market)


def charge(desk: Desk) -> Transaction | None:
    draft = financing.charge(desk.state, desk.market, RATES, desk.market.time)
    return None if draft is None else desk.carry_out(draft)


def paid(desk: Desk) -> list[tuple[ActivityType, Decimal, str | None]]:
    kinds = (ActivityType.FINANCING, ActivityType.BORROW_FEE)
    found = desk.state.view().activities()
    return [(item.kind, item.amount, item.note) for item in found if item.kind in kinds]


def test_what_is_borrowed_is_paid_for(desk: Desk) -> None:
    desk.buy("AAPL", "1000")
    desk.market.time = CLOSE - 1
    assert charge(desk) is None
    desk.market.time = CLOSE
    charge(desk)
    assert paid(desk) == [(ActivityType.FINANCING, Decimal(-5), "0.0365 a year for 1 day")]
    assert desk.state.balance.balance == 99_995
    assert charge(desk) is None, "once"
    desk.market.time = CLOSE + DAY
    charge(desk)
    assert desk.state.balance.balance == 99_990


def test_short_stock_pays_for_being_lent(desk: Desk) -> None:
    desk.sell("AAPL", "1000")
    desk.market.time = CLOSE
    charge(desk)
    assert [(kind, amount) for kind, amount, _ in paid(desk)] == [
        (ActivityType.FINANCING, Decimal(-5)),
        (ActivityType.BORROW_FEE, Decimal(-1)),
    ]


def test_nobody_lends_a_currency(desk: Desk, market: HandMarket) -> None:
    market.offered["EURUSD"] = replace(market.offered["EURUSD"], type=SymbolType.CURRENCY)
    desk.sell("EURUSD", "100000")
    desk.market.time = CLOSE
    charge(desk)
    assert [(kind, amount) for kind, amount, _ in paid(desk)] == [
        (ActivityType.FINANCING, Decimal("-9.5"))
    ]


def test_what_is_paid_in_full_costs_nothing_but_is_noted(desk: Desk) -> None:
    draft = leverage_change.change(desk.state, "AAPL", Decimal(1), desk.market, desk.market.time)
    assert draft is not None
    desk.carry_out(draft)
    desk.buy("AAPL", "100")
    desk.market.time = CLOSE
    transaction = charge(desk)
    assert transaction is not None
    [event] = transaction.events
    assert isinstance(event, FinancingCharged)
    assert event.financed == event.financing == Decimal(0)
    assert event.until == CLOSE + DAY
    assert paid(desk) == []
    assert charge(desk) is None


class Weekdays(HandMarket):
    """Sessions are UTC days, but for Saturdays and Sundays."""

    @override
    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        day = (self.time if at is None else at) // DAY
        while (day + 3) % 7 > 4:
            day += 1
        return (day + 1) * DAY


def test_a_weekend_counts_three_days() -> None:
    market = Weekdays()
    market.time = friday = START + 4 * DAY
    market.set("AAPL", "100.00", "100.00")
    desk = Desk(market)
    desk.buy("AAPL", "1000")
    market.time = (friday // DAY + 1) * DAY
    charge(desk)
    assert paid(desk) == [(ActivityType.FINANCING, Decimal(-15), "0.0365 a year for 3 days")]
    market.time += 2 * DAY
    assert charge(desk) is None
    market.time += DAY
    charge(desk)
    assert desk.state.balance.balance == 100_000 - 15 - 5


def test_what_the_server_missed_is_charged_together(desk: Desk) -> None:
    desk.buy("AAPL", "1000")
    desk.market.time = CLOSE + 4 * DAY + 1
    charge(desk)
    assert paid(desk) == [(ActivityType.FINANCING, Decimal(-25), "0.0365 a year for 5 days")]
    assert charge(desk) is None


def test_a_position_that_is_new_begins_anew(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    desk.market.time = CLOSE
    charge(desk)
    desk.quote("AAPL", "100.00", "100.00")
    desk.sell("AAPL", "10")
    assert not desk.state.standing.financed
    desk.buy("AAPL", "10")
    assert charge(desk) is None


def test_a_cash_account_pays_nothing(market: HandMarket) -> None:
    desk = Desk(market, kind=AccountType.CASH)
    desk.buy("AAPL", "100")
    market.time = CLOSE
    assert charge(desk) is None


def test_it_is_in_the_ledger(desk: Desk) -> None:
    desk.sell("AAPL", "1000")
    desk.market.time = CLOSE
    charge(desk)
    again = AccountState()
    for item in desk.ledger:
        again.apply(item)
        assert codec.load(codec.dump(item.events)) == item.events
    assert again.standing == desk.state.standing


async def test_the_clock_charges_each_account_once(market: HandMarket) -> None:
    house = House(FlakyLedger(), market)
    clock = FinancingClock(house.oms, market, market, RATES)
    house.oms.add_listener(clock)
    await house.start()
    clock.start()
    await house.oms.submit(USER, house.paper, buy("1000"))
    state = house.oms.account(USER, house.paper)
    clock.on_clock()
    await house.oms.close()
    assert state.sequence == 2
    market.time = CLOSE
    clock.on_clock()
    clock.on_clock()
    await house.oms.close()
    clock.on_clock()
    await house.oms.close()
    assert state.balance.balance == 99_995
    assert state.identity.clock is AccountClock.LIVE

    again = house.again()
    later = FinancingClock(again.oms, market, market, RATES)
    again.oms.add_listener(later)
    await again.start()
    market.time = CLOSE + DAY
    later.start()
    later.on_clock()
    await again.oms.close()
    assert again.oms.account(USER, again.paper).balance.balance == 99_990


async def test_without_a_further_session_an_account_is_asked_now_and_then(
    market: HandMarket,
) -> None:
    house = House(FlakyLedger(), market)
    clock = FinancingClock(house.oms, market, market, RATES)
    house.oms.add_listener(clock)
    await house.start()
    clock.start()
    await house.oms.submit(USER, house.paper, buy("1000"))
    state = house.oms.account(USER, house.paper)
    market.session_ends["AAPL"] = market.time = CLOSE
    asked = 0
    for _ in range(20):
        clock.on_clock()
        asked += len(house.oms._tasks)
        await house.oms.close()
    assert (asked, state.sequence) == (1, 2)
    del market.session_ends["AAPL"]
    market.time += REST
    clock.on_clock()
    await house.oms.close()
    assert state.balance.balance == 99_995
