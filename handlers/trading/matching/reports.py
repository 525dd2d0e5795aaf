"""What a venue says about an order."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from handlers.trading.ledger.events import BarBasis, QuoteBasis
from handlers.trading.matching.models.fees import FeeModel, NoFee
from handlers.trading.orders.order import Order

FREE: Final = NoFee()
NOT_FILLED_AT_ONCE: Final = "not_filled_at_once"


@dataclass(frozen=True, slots=True)
class Activate:
    """A pending order has reached the venue."""

    order_id: str
    market_time: int
    seen: Decimal | None = None
    """The price from which a trailing stop follows."""


@dataclass(frozen=True, slots=True)
class Arrive:
    """A change of the order has reached the venue; the reports that follow are of its new terms."""

    order_id: str
    market_time: int
    touch: Decimal
    """The price that the order would take."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A stop was reached."""

    order_id: str
    price: Decimal
    rule: str
    basis: QuoteBasis | BarBasis
    market_time: int


@dataclass(frozen=True, slots=True)
class Trail:
    """The market went on in favor of a trailing stop, up or down to this price."""

    order_id: str
    seen: Decimal
    market_time: int


class Rest(Protocol):
    """What of a bar comes after a fill on it."""

    def meets(self, leg: Order, since: Decimal) -> tuple["Report", ...]:
        """What it does to a stop loss that works since the fill, at that price."""
        ...


@dataclass(frozen=True, slots=True)
class Fill:
    """What the venue did with an order, and why at this price."""

    order_id: str
    quantity: Decimal
    price: Decimal
    model: str
    rule: str
    basis: QuoteBasis | BarBasis
    market_time: int
    offered: Decimal | None = None
    """All that the account may take on this basis and side; None where there is no such limit."""
    offered_since: int | None = None
    """Market time since which the prices of the basis prevail; None for the time of the basis."""
    fee: FeeModel = FREE
    rest: Rest | None = None
    """None where a newer price tells what comes next."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The venue ended an order without filling what remained."""

    order_id: str
    reason: str
    market_time: int


@dataclass(frozen=True, slots=True)
class Reject:
    """The venue refused a pending order when it came."""

    order_id: str
    reason: str
    market_time: int


Report = Activate | Arrive | Trigger | Trail | Fill | Cancel | Reject
