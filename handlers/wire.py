"""The core's values as the contract's models: REST and the stream say the same."""

from collections.abc import Iterator
from decimal import Decimal

from generated import models
from generated.base import optional
from handlers import event_wire
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.accounts.activities import Activity
from handlers.trading.accounts.change import Balance
from handlers.trading.accounts.execution import Execution
from handlers.trading.accounts.standing import MarginCall
from handlers.trading.ledger import events
from handlers.trading.ledger.transactions import AsOf, Transaction
from handlers.trading.orders.order import Order
from handlers.trading.positions.leverage import LOWEST, STEP, MarginTerms
from handlers.trading.positions.margin import Figures
from handlers.trading.positions.position import Position


def as_of(value: AsOf) -> models.AsOf:
    return models.AsOf(epoch=value.epoch, sequence=value.sequence)


def balance(value: Balance) -> models.Balance:
    return models.Balance(
        currency=value.currency,
        balance=plain(value.balance),
        realized_pnl=plain(value.realized_pnl),
        commission=plain(value.commission),
    )


def figures(value: Figures, time: int) -> models.AccountFigures:
    """`time` is when they were worked out."""
    level = value.margin_level
    return models.AccountFigures(
        time=time,
        equity=plain(value.equity),
        market_value=plain(value.market_value),
        unrealized_pnl=plain(value.unrealized_pnl),
        initial_margin=plain(value.initial_margin),
        maintenance_margin=plain(value.maintenance_margin),
        order_margin=plain(value.order_margin),
        available_funds=plain(value.available_funds),
        excess_liquidity=plain(value.excess_liquidity),
        buying_power=plain(value.buying_power),
        margin_level=optional(None if level is None else plain(level)),
        positions=[
            models.PositionFigures(
                position_id=item.position_id,
                symbol=item.symbol,
                market_price=plain(item.market_price),
                market_value=plain(item.market_value),
                unrealized_pnl=plain(item.unrealized_pnl),
                time=item.time,
            )
            for item in value.positions
        ],
    )


def margin_figures(value: Figures) -> models.MarginFigures:
    level = value.margin_level
    return models.MarginFigures(
        initial_margin=plain(value.initial_margin),
        maintenance_margin=plain(value.maintenance_margin),
        order_margin=plain(value.order_margin),
        available_funds=plain(value.available_funds),
        buying_power=plain(value.buying_power),
        margin_level=optional(None if level is None else plain(level)),
    )


def margin_call(value: MarginCall | None) -> models.MarginCall | None:
    if value is None:
        return None
    return models.MarginCall(
        since=value.since,
        equity=plain(value.equity),
        maintenance_margin=plain(value.maintenance_margin),
    )


def leverage(symbol: Symbol, terms: MarginTerms) -> models.Leverage:
    """On which terms the symbol is traded."""
    choice = terms.choice(symbol)
    return models.Leverage(
        symbol=symbol.id,
        leverage=plain(choice.leverage),
        min_leverage=LOWEST,
        max_leverage=plain(choice.highest),
        leverage_step=STEP,
        initial_margin_rate=plain(choice.rates.initial),
        maintenance_margin_rate=plain(choice.rates.maintenance),
    )


def account(view: AccountView, value: Figures, time: int) -> models.Account:
    identity = view.identity
    return models.Account(
        account_id=identity.account_id,
        name=view.profile.name,
        type=identity.type,
        clock=identity.clock,
        paper=True,
        archived=view.profile.archived,
        balance=balance(view.balance),
        figures=figures(value, time),
        margin_call=optional(margin_call(view.standing.call)),
        created_at=identity.created_at,
        as_of=as_of(view.as_of),
    )


def order(value: Order, account_id: str) -> models.Order:
    rejected = value.status is models.OrderStatus.REJECTED
    canceled = value.status is models.OrderStatus.CANCELED
    return models.Order(
        order_id=value.order_id,
        client_order_id=optional(value.client_order_id),
        account_id=account_id,
        symbol=value.symbol,
        side=value.side,
        type=value.type,
        quantity=plain(value.quantity),
        limit_price=optional(maybe(value.limit_price)),
        stop_price=optional(maybe(value.stop_price)),
        trailing_offset=optional(maybe(value.trailing_offset)),
        trailing_offset_type=optional(value.trailing_offset_type),
        trigger_by=optional(value.trigger_by),
        time_in_force=value.time_in_force,
        expires_at=optional(value.expires_at),
        reduce_only=value.reduce_only,
        post_only=value.post_only,
        parent_id=optional(value.parent_id),
        bracket_leg=optional(value.bracket_leg),
        oco_group_id=optional(value.oco_group_id),
        position_id=optional(value.position_id),
        status=value.status,
        filled_quantity=plain(value.filled_quantity),
        remaining_quantity=plain(value.remaining),
        average_price=optional(maybe(value.average_price)),
        triggered_at=optional(value.triggered_at),
        pending_action=optional(value.pending_action),
        disconnected=optional(True if value.disconnected else None),
        reject_reason=optional(value.reason if rejected else None),
        cancel_reason=optional(value.reason if canceled else None),
        revision=value.revision,
        created_at=value.created_at,
        created_market_time=value.created_market_time,
        updated_at=value.updated_at,
        updated_market_time=value.updated_market_time,
    )


def execution(value: Execution, account_id: str) -> models.Execution:
    return models.Execution(
        execution_id=value.execution_id,
        order_id=value.order_id,
        client_order_id=optional(value.client_order_id),
        account_id=account_id,
        symbol=value.symbol,
        side=value.side,
        quantity=plain(value.quantity),
        price=plain(value.price),
        commission=plain(value.commission),
        realized_pnl=plain(value.realized_pnl),
        conversion=optional(event_wire.conversion(value.conversion)),
        position_id=value.position_id,
        position_effect=value.effect,
        model=value.model,
        rule=value.rule,
        basis=_basis(value.basis),
        time=value.time,
        market_time=value.market_time,
        sequence=value.sequence,
    )


def position(value: Position, account_id: str) -> models.Position:
    status = models.PositionStatus.OPEN if value.open else models.PositionStatus.CLOSED
    return models.Position(
        position_id=value.position_id,
        account_id=account_id,
        symbol=value.symbol,
        side=value.side,
        status=status,
        quantity=plain(value.quantity),
        average_price=plain(value.average_price),
        cost_basis=plain(value.cost_basis),
        realized_pnl=plain(value.realized_pnl),
        revision=value.revision,
        opened_at=value.opened_at,
        opened_market_time=value.opened_market_time,
        updated_at=value.updated_at,
        updated_market_time=value.updated_market_time,
    )


def order_result(value: Order, view: AccountView) -> models.OrderResult:
    account_id = view.identity.account_id
    return models.OrderResult(
        order=order(value, account_id),
        executions=[execution(item, account_id) for item in view.executions_of(value)],
        as_of=as_of(view.as_of),
    )


def account_snapshot(view: AccountView) -> models.AccountSnapshot:
    account_id = view.identity.account_id
    return models.AccountSnapshot(
        account_id=account_id,
        orders=[order(item, account_id) for item in view.open_orders()],
        positions=[position(item, account_id) for item in view.open_positions()],
        balance=balance(view.balance),
        leverage=optional(
            [
                models.SymbolLeverage(symbol=symbol, leverage=plain(chosen))
                for symbol, chosen in view.standing.leverage.items()
            ]
            or None
        ),
        margin_call=optional(margin_call(view.standing.call)),
    )


def account_update(state: AccountState, transaction: Transaction) -> models.AccountUpdate:
    """The whole transaction, each object as the transaction left it."""
    return models.AccountUpdate(
        transaction_id=transaction.transaction_id,
        account_id=transaction.account_id,
        time=transaction.recorded_at,
        market_time=transaction.market_time,
        cause=transaction.cause.kind,
        events=list(_account_events(state, transaction)),
    )


def activity(value: Activity) -> models.Activity:
    return models.Activity(
        activity_id=value.activity_id,
        kind=value.kind,
        amount=plain(value.amount),
        balance=plain(value.balance),
        symbol=optional(value.symbol),
        order_id=optional(value.order_id),
        position_id=optional(value.position_id),
        note=optional(value.note),
        conversion=optional(event_wire.conversion(value.conversion)),
        quantity=optional(maybe(value.quantity)),
        equity=optional(maybe(value.equity)),
        maintenance_margin=optional(maybe(value.maintenance_margin)),
        split=optional(None if value.split is None else event_wire.split(value.split)),
        time=value.time,
        market_time=value.market_time,
        sequence=value.sequence,
    )


def _account_events(state: AccountState, transaction: Transaction) -> Iterator[models.AccountEvent]:
    """Orders, executions, positions, balance: each object once, in the order of its first event."""
    account_id, sequence = transaction.account_id, transaction.sequence
    view = state.view(sequence)
    orders: dict[str, None] = {}
    positions: dict[str, None] = {}
    reset: events.AccountReset | None = None
    profiled = False
    for event in transaction.events:
        match event:
            case events.AccountReset():
                reset = event
            case events.AccountOpened() | events.BalanceChanged() | events.LedgerRestored():
                pass
            case events.AccountRenamed() | events.AccountArchived() | events.AccountRestored():
                profiled = True
            case events.SplitApplied() | events.DividendApplied():
                yield event_wire.corporate_action(event)
            case (
                events.PositionOpened()
                | events.PositionChanged()
                | events.PositionRescaled()
                | events.PositionClosed()
            ):
                positions[event.position_id] = None
            case _:
                if isinstance(event, events.OrderEvent):
                    orders[event.order_id] = None
    for order_id in orders:
        if (changed := state.order(order_id, sequence)) is not None:
            yield models.OrderEvent(type="order", order=order(changed, account_id))
    filled, booked = view.executions(sequence - 1), view.activities(sequence - 1)
    for item in filled:
        yield models.ExecutionEvent(type="execution", execution=execution(item, account_id))
    for position_id in positions:
        if (moved := state.position(position_id, sequence)) is not None:
            yield models.PositionEvent(type="position", position=position(moved, account_id))
    if profiled:
        profile = view.profile
        yield models.ProfileEvent(type="profile", name=profile.name, archived=profile.archived)
    if reset is not None:
        yield models.ResetEvent(type="reset", epoch=reset.epoch, balance=balance(view.balance))
    elif filled or booked:
        yield models.BalanceEvent(
            type="balance",
            balance=balance(view.balance),
            activities=optional([activity(item) for item in booked] or None),
        )
    for event in transaction.events:
        yield from _standing_event(event)


def _standing_event(
    event: events.Event,
) -> Iterator[models.LeverageEvent | models.MarginCallEvent | models.LiquidationEvent]:
    match event:
        case events.LeverageChanged():
            chosen = models.SymbolLeverage(symbol=event.symbol, leverage=plain(event.leverage))
            yield models.LeverageEvent(type="leverage", leverage=chosen)
        case events.MarginCalled() | events.MarginRestored():
            yield models.MarginCallEvent(
                type="margin_call",
                active=isinstance(event, events.MarginCalled),
                equity=plain(event.equity),
                maintenance_margin=plain(event.maintenance_margin),
            )
        case events.LiquidationOrdered():
            yield models.LiquidationEvent(
                type="liquidation",
                order_id=event.order_id,
                position_id=event.position_id,
                symbol=event.symbol,
                quantity=plain(event.quantity),
                equity=plain(event.equity),
                maintenance_margin=plain(event.maintenance_margin),
            )
        case _:
            pass


def _basis(value: events.QuoteBasis | events.BarBasis) -> models.QuoteBasis | models.BarBasis:
    match value:
        case events.QuoteBasis():
            return models.QuoteBasis(
                type="quote",
                time=value.time,
                bid=plain(value.bid),
                ask=plain(value.ask),
                last=plain(value.last),
            )
        case events.BarBasis():
            return models.BarBasis(
                type="bar",
                time=value.time,
                open=plain(value.open),
                high=plain(value.high),
                low=plain(value.low),
                close=plain(value.close),
            )


def plain(value: Decimal) -> Decimal:
    """One spelling, whether the number was computed now or read from the ledger."""
    return money.plain(value)


def maybe(value: Decimal | None) -> Decimal | None:
    return None if value is None else plain(value)
