"""Refusals: what is wrong with a command, by which rule, and what would be right.

    Rejection
    ├── NotFound          SymbolNotFound OrderNotFound PositionNotFound
    ├── Conflict          IdempotencyConflict OrderNotWorking PositionIsClosed ArchivedAccount
    │                     AccountNotFlat TooManyAccounts RevisionMismatch
    └── Refused           PriceOffTick PriceOutOfRange QuantityOffStep QuantityOutOfRange
                          PositionQuantityExceeded InsufficientMargin MarketClosed NoPrice NoRate
                          WrongClock BalanceOutOfRange CurrencyNotSupported
                          StopWrongSide BracketWrongSide StopLossIncomplete
                          BracketsNotAllowed TrailingOffsetOutOfRange ExpiryInvalid
                          PostOnlyWouldFill NothingToReduce OcoGroupMismatch OcoGroupFilled
                          LeverageOutOfRange LeverageOffStep ShortSaleNotAllowed
                          QuantityFilledAlready FieldNotApplicable PreviewMismatch PreviewExpired

A refused command leaves no trace and uses up no key. `code` is that of the contract's problem.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from handlers.trading import money


@dataclass(frozen=True, slots=True)
class Fault:
    """One field, and the rule that it breaks."""

    field: str
    rule: str
    message: str
    value: str | None = None
    nearest: str | None = None


class Rejection(Exception):
    code: ClassVar[str]

    def __init__(self, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class NotFound(Rejection):
    pass


class Conflict(Rejection):
    pass


class Refused(Rejection):
    pass


class SymbolNotFound(NotFound):
    code = "symbol_not_found"


class OrderNotFound(NotFound):
    code = "order_not_found"


class PositionNotFound(NotFound):
    code = "position_not_found"


class IdempotencyConflict(Conflict):
    code = "idempotency_conflict"


class OrderNotWorking(Conflict):
    code = "order_not_working"


class OrderIsDisconnected(Conflict):
    code = "order_disconnected"


class PositionIsClosed(Conflict):
    code = "position_closed"


class ArchivedAccount(Conflict):
    code = "account_archived"


class AccountNotFlat(Conflict):
    code = "account_not_flat"


class TooManyAccounts(Conflict):
    code = "too_many_accounts"


class BalanceOutOfRange(Refused):
    code = "balance_out_of_range"


class CurrencyNotSupported(Refused):
    code = "currency_not_supported"


class PriceOffTick(Refused):
    code = "price_off_tick"


class PriceOutOfRange(Refused):
    code = "price_out_of_range"


class QuantityOffStep(Refused):
    code = "quantity_off_step"


class QuantityOutOfRange(Refused):
    code = "quantity_out_of_range"


class PositionQuantityExceeded(Refused):
    code = "position_quantity_exceeded"


class ShortSaleNotAllowed(Refused):
    code = "short_sale_not_allowed"


class InsufficientMargin(Refused):
    code = "insufficient_margin"


class MarketClosed(Refused):
    code = "market_closed"


class NoPrice(Refused):
    code = "no_price"


class ScenarioOnRealPrices(Refused):
    code = "scenario_on_real_prices"


class NoRate(Refused):
    code = "no_rate"


class WrongClock(Refused):
    code = "wrong_clock"


class StopWrongSide(Refused):
    code = "stop_wrong_side"


class BracketWrongSide(Refused):
    code = "bracket_wrong_side"


class StopLossIncomplete(Refused):
    code = "stop_loss_incomplete"


class BracketsNotAllowed(Refused):
    code = "brackets_not_allowed"


class TrailingOffsetOutOfRange(Refused):
    code = "trailing_offset_out_of_range"


class ExpiryInvalid(Refused):
    code = "expiry_invalid"


class PostOnlyWouldFill(Refused):
    code = "post_only_would_fill"


class NothingToReduce(Refused):
    code = "nothing_to_reduce"


class OcoGroupMismatch(Refused):
    code = "oco_group_mismatch"


class OcoGroupFilled(Refused):
    code = "oco_group_filled"


class LeverageOutOfRange(Refused):
    code = "leverage_out_of_range"


class LeverageOffStep(Refused):
    code = "leverage_off_step"


class RevisionMismatch(Conflict):
    code = "revision_mismatch"


class QuantityFilledAlready(Refused):
    code = "quantity_filled_already"


class FieldNotApplicable(Refused):
    code = "field_not_applicable"


class PreviewMismatch(Refused):
    code = "preview_mismatch"


class PreviewExpired(Refused):
    code = "preview_expired"


def fault(
    field: str, rule: str, message: str, value: Decimal, nearest: Decimal | None = None
) -> Fault:
    """A fault of a number, with the nearest one that would do."""
    close = None if nearest is None else money.text(nearest)
    return Fault(field, rule, message, money.text(value), close)
