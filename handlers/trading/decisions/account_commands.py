"""What a client may ask about an account itself: to begin, be renamed, be put away, begin anew.

Each decision gives a draft of one transaction, None where nothing is left to do, or raises a
`Rejection` or `Repeated`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import AccountClock, AccountType, TransactionCause
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import decide
from handlers.trading.ledger.events import AccountArchived, AccountRenamed, AccountRestored
from handlers.trading.ledger.transactions import Cause, Idempotency
from handlers.trading.orders.commands import IDEMPOTENCY_KEY, idempotency_of
from handlers.trading.orders.order import REQUESTED
from handlers.trading.orders.rejections import (
    AccountNotFlat,
    ArchivedAccount,
    BalanceOutOfRange,
    CurrencyNotSupported,
    Fault,
    fault,
)

LEAST_BALANCE: Final = Decimal(1)
LARGEST_BALANCE: Final = Decimal(10) ** 12
"""In the account's currency; between the two lies every balance that an epoch begins with."""
CREATION_KEY: Final = "creation_key"
"""The scope of the keys of creations, which belong to the user and not to the account."""


@dataclass(frozen=True, slots=True)
class CreateAccount:
    name: str
    type: AccountType
    clock: AccountClock
    currency: str
    balance: Decimal
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, CREATION_KEY, self.idempotency_key)


@dataclass(frozen=True, slots=True)
class UpdateAccount:
    name: str | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class ResetAccount:
    balance: Decimal | None = None
    """None for what the present epoch began with."""
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, IDEMPOTENCY_KEY, self.idempotency_key)


def check_creation(command: CreateAccount, currencies: Collection[str]) -> None:
    """`currencies` are those that an account of this clock can have."""
    check_balance(command.balance)
    if command.currency not in currencies:
        known = ", ".join(sorted(currencies))
        raise CurrencyNotSupported(
            f"No account on the {command.clock} clock can be in {command.currency}.",
            Fault(
                "/currency",
                "currency",
                f"One of {known}." if known else "None is offered.",
                command.currency,
                min(currencies, default=None),
            ),
        )


def check_balance(balance: Decimal) -> None:
    if LEAST_BALANCE <= balance <= LARGEST_BALANCE:
        return
    nearest = LEAST_BALANCE if balance < LEAST_BALANCE else LARGEST_BALANCE
    message = f"Between {money.text(LEAST_BALANCE)} and {money.text(LARGEST_BALANCE)}."
    raise BalanceOutOfRange(
        "An account cannot begin with this balance.",
        fault("/balance", "range", message, balance, nearest),
    )


@money.exact
def update(state: AccountState, command: UpdateAccount, now: int) -> Draft | None:
    profile = state.profile
    draft = Draft(state, Cause(TransactionCause.ACCOUNT_UPDATED), now, now)
    if profile.archived and command.archived is not False:
        if command.archived and command.name in (None, profile.name):
            return None
        raise ArchivedAccount("The account is archived: restore it first.")
    if command.archived is not None and command.archived is not profile.archived:
        draft.add(_archived(state) if command.archived else AccountRestored())
    if command.name not in (None, profile.name):
        draft.add(AccountRenamed(str(command.name)))
    return draft if draft.events else None


@money.exact
def reset(state: AccountState, command: ResetAccount, market_epoch: str | None, now: int) -> Draft:
    """Raises Repeated for a key that was used already, or a Rejection."""
    decide.check_repeated(state, command.idempotency)
    balance = state.first_balance if command.balance is None else command.balance
    check_balance(balance)
    return decide.reset(
        state, balance, REQUESTED, market_epoch, now, idempotency=command.idempotency
    )


def _archived(state: AccountState) -> AccountArchived:
    orders, positions = len(state.open_orders), len(state.open_positions)
    if orders or positions:
        raise AccountNotFlat(
            f"It has {orders} open orders and {positions} open positions: "
            "cancel and close them first."
        )
    return AccountArchived()
