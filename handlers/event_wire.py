"""Splits, dividends and conversions as the contract's models."""

from generated import models
from handlers.trading import money
from handlers.trading.ledger import events


def corporate_action(
    event: events.SplitApplied | events.DividendApplied,
) -> models.CorporateActionEvent:
    action: models.Split | models.Dividend
    match event:
        case events.SplitApplied():
            action = split(event)
        case events.DividendApplied():
            action = models.Dividend(
                type="dividend",
                time=event.time,
                amount=money.plain(event.amount),
                currency=event.currency,
            )
    return models.CorporateActionEvent(type="corporate_action", symbol=event.symbol, action=action)


def split(event: events.SplitApplied) -> models.Split:
    return models.Split(
        type="split", time=event.time, numerator=event.numerator, denominator=event.denominator
    )


def conversion(value: events.Conversion | None) -> models.Conversion | None:
    if value is None:
        return None
    return models.Conversion(
        pair=value.pair,
        side=value.side,
        rate=money.plain(value.rate),
        inverted=value.inverted,
        quote_time=value.quote_time,
    )
