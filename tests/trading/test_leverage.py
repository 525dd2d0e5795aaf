"""Leverage is a margin rate: what it binds, what it allows, and when it is refused."""

from decimal import Decimal

import pytest

from generated.models import AccountType, Side
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import leverage_change
from handlers.trading.ledger import codec
from handlers.trading.ledger.events import LeverageChanged
from handlers.trading.orders import rejections
from handlers.trading.positions import margin
from handlers.trading.positions.leverage import MarginTerms, Rates
from tests.trading.world import Desk, HandMarket, make_symbol


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.00")
    market.set("EURUSD", "1.00000", "1.00000")
    market.set("REC:IBM", "100", "100")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market)


def choose(desk: Desk, leverage: str, symbol: str = "AAPL") -> bool:
    draft = leverage_change.change(
        desk.state, symbol, Decimal(leverage), desk.market, desk.market.time
    )
    if draft is not None:
        desk.carry_out(draft)
    return draft is not None


def figures(desk: Desk) -> margin.Figures:
    return desk.figures()


@pytest.mark.parametrize(
    ("leverage", "initial", "maintenance"),
    [
        ("1", "1", "0.5"),
        ("1.6", "0.625", "0.3125"),
        ("1.5", "0.666666666667", "0.333333333334"),
        ("2", "0.5", "0.25"),
    ],
)
def test_the_rates_follow_the_leverage(
    desk: Desk, leverage: str, initial: str, maintenance: str
) -> None:
    choose(desk, leverage)
    rates = desk.state.terms.rates(desk.market.offered["AAPL"])
    assert rates == Rates(Decimal(initial), Decimal(maintenance))
    assert desk.state.terms.choice(desk.market.offered["AAPL"]).leverage == Decimal(leverage)


def test_nothing_chosen_is_the_highest(desk: Desk) -> None:
    choice = desk.state.terms.choice(desk.market.offered["AAPL"])
    assert choice.leverage == choice.highest == Decimal(2)
    odd = make_symbol("ODD", rate="0.3")
    choice = desk.state.terms.choice(odd)
    assert choice.leverage == choice.highest == Decimal("3.333333333333")
    assert choice.rates == Rates(Decimal("0.3"), Decimal("0.15"))
    assert desk.state.terms.choosing(odd, choice.highest).choice(odd) == choice


def test_less_leverage_binds_more_and_buys_less(desk: Desk) -> None:
    desk.buy("AAPL", "100")
    assert figures(desk).initial_margin == 5_000
    assert choose(desk, "1")
    assert figures(desk).initial_margin == 10_000
    assert figures(desk).maintenance_margin == 5_000
    with pytest.raises(rejections.InsufficientMargin) as refused:
        desk.buy("AAPL", "901")
    assert refused.value.faults[0].nearest == "900"
    desk.buy("AAPL", "900")


def test_other_symbols_keep_theirs(desk: Desk) -> None:
    choose(desk, "1")
    desk.buy("EURUSD", "1000000")
    assert figures(desk).initial_margin == 50_000


def test_a_working_order_reserves_by_it(desk: Desk) -> None:
    desk.buy("AAPL", "100", limit="90.00")
    choose(desk, "1")
    assert figures(desk).order_margin == 9_000


def test_setting_it_again_leaves_no_trace(desk: Desk) -> None:
    assert choose(desk, "1.5")
    sequence = desk.state.sequence
    assert not choose(desk, "1.50")
    assert desk.state.sequence == sequence
    assert choose(desk, "2")
    assert not choose(desk, "2")


@pytest.mark.parametrize(
    ("leverage", "refusal", "nearest"),
    [
        ("0.9", rejections.LeverageOutOfRange, "1"),
        ("-3", rejections.LeverageOutOfRange, "1"),
        ("2.1", rejections.LeverageOutOfRange, "2"),
        ("1.44", rejections.LeverageOffStep, "1.4"),
    ],
)
def test_a_leverage_that_cannot_be(
    desk: Desk, leverage: str, refusal: type[rejections.Refused], nearest: str
) -> None:
    with pytest.raises(refusal) as refused:
        choose(desk, leverage)
    [fault] = refused.value.faults
    assert (fault.field, fault.value, fault.nearest) == ("/leverage", leverage, nearest)
    assert desk.state.sequence == 1


def test_less_leverage_than_the_funds_allow_is_refused(desk: Desk) -> None:
    desk.buy("AAPL", "1800")
    with pytest.raises(rejections.InsufficientMargin, match=r"^80000 USD of margin") as refused:
        choose(desk, "1")
    [fault] = refused.value.faults
    assert fault.nearest == "1.9", "one divided by 1.8 is rounded up, and 0.00000008 too much"
    assert not desk.state.standing.leverage
    assert choose(desk, "1.9")


def test_more_leverage_is_never_refused(desk: Desk) -> None:
    choose(desk, "1")
    desk.buy("AAPL", "1000")
    desk.quote("AAPL", "60.00", "60.00")
    assert figures(desk).available_funds == 0
    assert choose(desk, "2")
    assert figures(desk).available_funds == 30_000


def test_no_leverage_helps_an_account_that_is_short_anyway(desk: Desk) -> None:
    desk.buy("AAPL", "1800")
    choose(desk, "1.9")
    desk.quote("AAPL", "50.00", "50.00")
    with pytest.raises(rejections.InsufficientMargin) as refused:
        choose(desk, "1")
    assert refused.value.faults[0].nearest is None


def test_symbols_that_it_cannot_be_set_for(desk: Desk) -> None:
    with pytest.raises(rejections.SymbolNotFound):
        choose(desk, "1", "NONE")
    with pytest.raises(rejections.WrongClock):
        choose(desk, "1", "REC:IBM")


def test_a_short_position_binds_it_too(desk: Desk) -> None:
    desk.place("AAPL", Side.SELL, "100")
    choose(desk, "1")
    assert figures(desk).initial_margin == 10_000


def test_a_cash_account_has_none(desk: Desk) -> None:
    terms = MarginTerms(AccountType.CASH, {"AAPL": Decimal(2)}, "USD", {})
    choice = terms.choice(desk.market.offered["AAPL"])
    assert choice.leverage == choice.highest == Decimal(1)
    assert choice.rates == Rates(Decimal(1), Decimal(0))
    with pytest.raises(rejections.LeverageOutOfRange):
        terms.choosing(desk.market.offered["AAPL"], Decimal(2))


def test_it_is_in_the_ledger(desk: Desk) -> None:
    choose(desk, "1.5")
    again = AccountState()
    for transaction in desk.ledger:
        again.apply(transaction)
    assert again.standing == desk.state.standing
    assert again.view(1).terms.leverage == {}
    [event] = desk.ledger[-1].events
    assert codec.load(codec.dump([event])) == (LeverageChanged("AAPL", Decimal("1.5")),)
