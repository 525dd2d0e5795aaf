"""What a transaction in the making leaves of the account's funds."""

from decimal import Decimal

from handlers.trading.booking.draft import Draft
from handlers.trading.market import Market
from handlers.trading.positions import margin
from handlers.trading.positions.margin import Figures


def figures_of(draft: Draft, market: Market) -> Figures:
    """The account's figures with what the draft does; buying power at full value."""
    return margin.figures(
        draft.balance,
        draft.positions,
        draft.open_orders,
        market,
        draft.terms,
        lowest_rate=Decimal(1),
    )


def shortfall(draft: Draft, market: Market) -> Decimal:
    """What is missing for the margin of all positions and working orders; negative is free."""
    return -figures_of(draft, market).available_funds
