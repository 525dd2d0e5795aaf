"""Performance and trades as the contract's models."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from generated import models
from generated.base import optional
from handlers.trading import money
from handlers.trading.money import ZERO
from handlers.trading.reporting import returns
from handlers.trading.reporting.equity import EquityDay
from handlers.trading.reporting.performance import SymbolResult, TradeStatistics
from handlers.trading.reporting.trades import Excursions, Trade


@money.exact
def days(
    first: Decimal, values: Sequence[EquityDay], today: int | None
) -> Iterator[models.PerformanceDay]:
    before = first
    for item in values:
        pnl = item.equity - before
        rate = money.quotient(pnl, before) if before > ZERO else None
        yield models.PerformanceDay(
            day=item.day,
            over=item.day != today,
            equity=plain(item.equity),
            pnl=plain(pnl),
            return_=optional(_maybe(rate)),
            gross_value=plain(item.gross_value),
        )
        before = item.equity


@money.exact
def return_figures(
    first: Decimal, over: Sequence[EquityDay], all_days: Sequence[EquityDay], periods: int
) -> models.ReturnFigures:
    """`over` are the days of `all_days` that are over."""
    daily = returns.returns(first, over) or ()
    last = all_days[-1].equity if all_days else first
    fall = returns.drawdown(first, all_days)
    return models.ReturnFigures(
        periods_per_year=periods,
        total_pnl=plain(last - first),
        total_return=optional(_maybe(money.quotient(last - first, first) if first > 0 else None)),
        max_drawdown=plain(fall.amount),
        max_drawdown_rate=plain(fall.rate),
        drawdown_from=optional(fall.peak),
        drawdown_to=optional(fall.trough),
        volatility=optional(_maybe(returns.volatility(daily, periods))),
        sharpe_ratio=optional(_maybe(returns.sharpe(daily, periods))),
        sortino_ratio=optional(_maybe(returns.sortino(daily, periods))),
    )


def exposure_figures(values: Sequence[EquityDay]) -> models.ExposureFigures | None:
    found = returns.exposure(values)
    if found is None:
        return None
    return models.ExposureFigures(
        time_in_market=plain(found.time_in_market),
        average=plain(found.average),
        highest=plain(found.highest),
    )


@money.exact
def trade_figures(value: TradeStatistics) -> models.TradeFigures:
    return models.TradeFigures(
        trades=value.number,
        winners=value.winners,
        losers=value.losers,
        gross_profit=plain(value.gross_profit),
        gross_loss=plain(value.gross_loss),
        net_profit=plain(value.net_profit),
        win_rate=optional(_maybe(value.win_rate)),
        profit_factor=optional(_maybe(value.profit_factor)),
        average_win=optional(_maybe(value.average_win)),
        average_loss=optional(_maybe(value.average_loss)),
        expectancy=optional(_maybe(value.expectancy)),
    )


@money.exact
def symbol(value: SymbolResult) -> models.SymbolPerformance:
    return models.SymbolPerformance(
        symbol=value.symbol,
        executions=value.executions,
        realized_pnl=plain(value.realized_pnl),
        commission=plain(value.commission),
        carry=plain(value.carry),
        net_pnl=plain(value.net_pnl),
    )


@money.exact
def trade(value: Trade, excursions: Excursions | None) -> models.AccountTrade:
    position = value.position
    return models.AccountTrade(
        position_id=position.position_id,
        symbol=position.symbol,
        side=position.side,
        quantity=plain(position.entry_quantity),
        entry_price=plain(position.average_price),
        exit_price=plain(value.exit_price),
        opened_at=value.opened_at,
        closed_at=value.closed_at,
        executions=len(value.executions),
        realized_pnl=plain(position.realized_pnl),
        commission=plain(value.commission),
        carry=plain(value.carry),
        net_pnl=plain(value.net_pnl),
        max_adverse_excursion=optional(_maybe(excursions.adverse if excursions else None)),
        max_favorable_excursion=optional(_maybe(excursions.favorable if excursions else None)),
        implementation_shortfall=optional(_maybe(value.shortfall)),
    )


def plain(value: Decimal) -> Decimal:
    """One spelling, whether the number was computed now or read from the ledger."""
    return Decimal(money.text(value))


def _maybe(value: Decimal | None) -> Decimal | None:
    return None if value is None else plain(value)
