"""The unit of the ledger: what one cause did to one account."""

from dataclasses import dataclass
from hashlib import blake2b

from generated.models import TransactionCause
from handlers.trading.ledger.events import Event


@dataclass(frozen=True, slots=True)
class AsOf:
    """The transaction that a view of an account reflects."""

    epoch: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key that a client chose, and the request that used it up.

    `scope` tells client order ids from idempotency keys; `fingerprint` is of the request as parsed.
    """

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Cause:
    kind: TransactionCause
    order_id: str | None = None
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """All of it happened or none. `sequence` rises by one in the account, through all epochs."""

    account_id: str
    user_id: str
    sequence: int
    epoch: str
    recorded_at: int
    market_time: int
    cause: Cause
    events: tuple[Event, ...]

    @property
    def transaction_id(self) -> str:
        return identifier("tx", self.account_id, self.sequence)


def identifier(prefix: str, *parts: str | int) -> str:
    """An opaque id that is the same whenever the same things happen in the same order."""
    name = "\x1f".join(map(str, (prefix, *parts)))
    return f"{prefix}_{blake2b(name.encode(), digest_size=10).hexdigest()}"
