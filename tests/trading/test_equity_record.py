"""The record of daily equity is kept up also where nobody asks for it."""

from collections.abc import Sequence

import pytest
from typing_extensions import override

from generated.models import Resolution
from handlers.equity_record import EquityRecord
from handlers.market.bars import Bar, BarPage
from handlers.storage.equity_days import EquityDays, MemoryEquityDays
from handlers.storage.ledger import LedgerUnavailable
from handlers.trading.reporting.equity import EquityDay
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.world import DAY, START, HandMarket

TODAY = START // DAY * DAY


class BarMarket(HandMarket):
    """Closes at 100 on every day up to now."""

    async def ready(self, *symbol_ids: str) -> None:
        pass

    def history(
        self, symbol_id: str, resolution: Resolution, start: int | None, end: int | None
    ) -> BarPage:
        days = range(TODAY - 5 * DAY, end or self.time, DAY)
        return BarPage(tuple(Bar(day, 100.0, 100.0, 100.0, 100.0, 1.0) for day in days))


class Flaky(EquityDays):
    """Fails once when told to."""

    def __init__(self) -> None:
        self.inner = MemoryEquityDays()
        self.failure: Exception | None = None
        self.saved = 0

    @override
    async def read(self, account_id: str, began: int) -> tuple[EquityDay, ...]:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return await self.inner.read(account_id, began)

    @override
    async def save(self, account_id: str, began: int, days: Sequence[EquityDay]) -> None:
        self.saved += 1
        await self.inner.save(account_id, began, days)


@pytest.fixture
def market() -> BarMarket:
    market = BarMarket()
    market.set("AAPL", "99.99", "100.01")
    return market


async def test_days_that_are_over_are_recorded_once(market: BarMarket) -> None:
    house, days = House(FlakyLedger(), market), Flaky()
    await house.start()
    record = EquityRecord(house.oms, market, days)
    await house.oms.submit(USER, house.paper, buy())
    await record.catch_up()
    assert await days.inner.read(house.paper, 1) == (), "today is not over"

    market.time += 2 * DAY
    await record.catch_up()
    await record.catch_up()
    found = await days.inner.read(house.paper, 1)
    assert [item.day for item in found] == [TODAY, TODAY + DAY]
    assert days.saved == 1

    again = EquityRecord(house.oms, market, days)
    assert await again.days(house.oms.account(USER, house.paper).view()) == found
    assert days.saved == 1, "what is stored stays"


@pytest.mark.parametrize("failure", [LedgerUnavailable("disk gone"), KeyError("AAPL")])
async def test_what_fails_is_made_up_for(market: BarMarket, failure: Exception) -> None:
    house, days = House(FlakyLedger(), market), Flaky()
    await house.start()
    record = EquityRecord(house.oms, market, days)
    await house.oms.submit(USER, house.paper, buy())
    market.time += DAY
    days.failure = failure
    await record.catch_up()
    assert days.saved == 0
    await record.catch_up()
    assert [item.day for item in await days.inner.read(house.paper, 1)] == [TODAY]
