"""What the core refuses, as the contract's problems."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from generated import models
from generated.base import optional
from generated.rest import problems
from handlers.oms import AccountNotFound
from handlers.paging import InvalidCursor
from handlers.storage.ledger import LedgerUnavailable
from handlers.trading.orders import rejections
from handlers.trading.orders.rejections import Fault, Rejection

_PROBLEMS: Final[Mapping[type[Rejection], type[problems.Problem]]] = {
    rejections.SymbolNotFound: problems.SymbolNotFound,
    rejections.OrderNotFound: problems.OrderNotFound,
    rejections.PositionNotFound: problems.PositionNotFound,
    rejections.IdempotencyConflict: problems.IdempotencyConflict,
    rejections.OrderNotWorking: problems.OrderNotWorking,
    rejections.OrderIsDisconnected: problems.OrderDisconnected,
    rejections.PositionIsClosed: problems.PositionClosed,
    rejections.ArchivedAccount: problems.AccountArchived,
    rejections.AccountNotFlat: problems.AccountNotFlat,
    rejections.TooManyAccounts: problems.TooManyAccounts,
    rejections.BalanceOutOfRange: problems.BalanceOutOfRange,
    rejections.CurrencyNotSupported: problems.CurrencyNotSupported,
    rejections.PriceOffTick: problems.PriceOffTick,
    rejections.PriceOutOfRange: problems.PriceOutOfRange,
    rejections.QuantityOffStep: problems.QuantityOffStep,
    rejections.QuantityOutOfRange: problems.QuantityOutOfRange,
    rejections.PositionQuantityExceeded: problems.PositionQuantityExceeded,
    rejections.ShortSaleNotAllowed: problems.ShortSaleNotAllowed,
    rejections.InsufficientMargin: problems.InsufficientMargin,
    rejections.MarketClosed: problems.MarketClosed,
    rejections.NoPrice: problems.NoPrice,
    rejections.ScenarioOnRealPrices: problems.ScenarioOnRealPrices,
    rejections.NoRate: problems.NoRate,
    rejections.WrongClock: problems.WrongClock,
    rejections.StopWrongSide: problems.StopWrongSide,
    rejections.BracketWrongSide: problems.BracketWrongSide,
    rejections.StopLossIncomplete: problems.StopLossIncomplete,
    rejections.BracketsNotAllowed: problems.BracketsNotAllowed,
    rejections.TrailingOffsetOutOfRange: problems.TrailingOffsetOutOfRange,
    rejections.ExpiryInvalid: problems.ExpiryInvalid,
    rejections.PostOnlyWouldFill: problems.PostOnlyWouldFill,
    rejections.NothingToReduce: problems.NothingToReduce,
    rejections.OcoGroupMismatch: problems.OcoGroupMismatch,
    rejections.OcoGroupFilled: problems.OcoGroupFilled,
    rejections.LeverageOutOfRange: problems.LeverageOutOfRange,
    rejections.LeverageOffStep: problems.LeverageOffStep,
    rejections.RevisionMismatch: problems.RevisionMismatch,
    rejections.QuantityFilledAlready: problems.QuantityFilledAlready,
    rejections.FieldNotApplicable: problems.FieldNotApplicable,
    rejections.PreviewMismatch: problems.PreviewMismatch,
    rejections.PreviewExpired: problems.PreviewExpired,
}


@contextmanager
def as_problems() -> Iterator[None]:
    """Raises as a problem what the core or the ledger refuses inside."""
    try:
        yield
    except Rejection as refused:
        errors = [as_error(fault) for fault in refused.faults]
        raise _PROBLEMS[type(refused)](refused.detail, errors=errors) from refused
    except AccountNotFound as error:
        raise problems.AccountNotFound("There is no such account of yours.") from error
    except InvalidCursor as error:
        raise problems.InvalidCursor("Start again without a cursor.") from error
    except LedgerUnavailable as error:
        raise problems.LedgerUnavailable(
            "Nothing was booked; send the same request again."
        ) from error


def as_error(fault: Fault) -> models.FieldError:
    return models.FieldError(
        field=fault.field,
        rule=fault.rule,
        message=fault.message,
        value=optional(fault.value),
        nearest=optional(fault.nearest),
    )
