"""From a command to the decision about it, in the market of this instant."""

from dataclasses import replace
from typing import final

from handlers.brokers.broker import Broker
from handlers.clock import Clock
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import hearing
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import amending, decide, preview, protecting
from handlers.trading.decisions.preview import Preview
from handlers.trading.market import Instant, Market
from handlers.trading.matching.reports import Report
from handlers.trading.orders.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    ModifyOrder,
    PlaceOrder,
    ReversePosition,
    SetPositionBrackets,
)
from handlers.trading.positions import conversion


@final
class Decider:
    """Knows the market, the broker and the clock, and keeps nothing."""

    def __init__(self, market: Market, broker: Broker, clock: Clock) -> None:
        self._market = market
        self._broker = broker
        self._clock = clock

    def decide(self, state: AccountState, command: Command) -> Draft | None:
        """None where the command has nothing to do. Raises Repeated, or a Rejection."""
        market, broker = Instant(self._market), self._broker
        match command:
            case PlaceOrder():
                canonical = _canonical(state, command, market)
                return decide.place(state, canonical, market, broker, self._clock.now())
            case ModifyOrder():
                _pin_order(state, command.order_id, market)
                return amending.modify(state, command, market, broker, self._clock.now())
            case CancelOrder():
                return decide.cancel(state, command, market, self._clock.now(), broker)
            case CancelOrders():
                symbol = market.symbol(command.symbol) if command.symbol else None
                meant = replace(command, symbol=symbol.id) if symbol else command
                return decide.cancel_many(state, meant, market, self._clock.now(), broker)
            case ClosePosition():
                _pin_position(state, command.position_id, market)
                return decide.close(state, command, market, broker, self._clock.now())
            case ReversePosition():
                _pin_position(state, command.position_id, market)
                return protecting.reverse(state, command, market, broker, self._clock.now())
            case SetPositionBrackets():
                _pin_position(state, command.position_id, market)
                return protecting.set_brackets(state, command, market, self._clock.now())

    def hear(self, state: AccountState, reports: tuple[Report, ...]) -> Draft | None:
        """What the venue says about open orders; None where nothing of it still matters."""
        market = Instant(self._market)
        for order_id in {report.order_id for report in reports}:
            order = state.order(order_id)
            if order is not None:
                conversion.pin(market, order.symbol, state.balance.currency)
        return hearing.report(state, reports, market, self._clock.now())

    def preview(self, state: AccountState, command: PlaceOrder) -> Preview:
        """What the order would do now. Raises SymbolNotFound; other refusals are part of it."""
        market = Instant(self._market)
        canonical = _canonical(state, command, market)
        return preview.preview(state, canonical, market, self._broker, self._clock.now())


def _canonical(state: AccountState, command: PlaceOrder, market: Instant) -> PlaceOrder:
    symbol = market.symbol(command.symbol)
    if symbol is not None and symbol.id != command.symbol:
        command = replace(command, symbol=symbol.id)
    _pin(state, command.symbol, market)
    return command


def _pin_order(state: AccountState, order_id: str, market: Instant) -> None:
    order = state.order(order_id)
    if order is not None:
        _pin(state, order.symbol, market)


def _pin_position(state: AccountState, position_id: str, market: Instant) -> None:
    position = state.position(position_id)
    if position is not None:
        _pin(state, position.symbol, market)


def _pin(state: AccountState, symbol: str, market: Instant) -> None:
    conversion.pin(market, symbol, state.balance.currency)
    market.pin(symbol)
