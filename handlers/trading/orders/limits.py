"""What a limit allows, and which side of a quote an order takes."""

from decimal import Decimal

from generated.models import Side
from handlers.market.quotes import Quote
from handlers.trading.orders.order import Order


def within_limit(order: Order, price: Decimal) -> bool:
    if order.limit_price is None:
        return True
    return price <= order.limit_price if order.side is Side.BUY else price >= order.limit_price


def touch(order: Order, quote: Quote) -> Decimal:
    """The price that the order would take."""
    return quote.ask if order.side is Side.BUY else quote.bid
