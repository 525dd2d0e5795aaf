"""Paper accounts of a user: created, renamed, put away, begun anew."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol, final

from generated.models import AccountClock
from handlers.clock import Clock
from handlers.market.symbols import Symbol
from handlers.oms import Oms
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import account_commands, decide
from handlers.trading.decisions.account_commands import CreateAccount, ResetAccount, UpdateAccount
from handlers.trading.ledger.transactions import identifier
from handlers.trading.orders.rejections import TooManyAccounts

MAX_ACCOUNTS: Final = 50
"""So many accounts that are not archived has a user at most."""


class Listing(Protocol):
    def symbols(self) -> Iterable[Symbol]: ...


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """An account, as of the transaction that the request led to."""

    view: AccountView
    replayed: bool
    """The same request was carried out before; this is its answer again."""


@final
class PaperAccounts:
    def __init__(
        self, oms: Oms, listing: Listing, clock: Clock, replay_epoch: Callable[[], str | None]
    ) -> None:
        """`replay_epoch` names the epoch of the recording that is replayed, None without one."""
        self._oms = oms
        self._listing = listing
        self._clock = clock
        self._replay_epoch = replay_epoch
        self._creating = asyncio.Lock()

    async def create(self, user_id: str, command: CreateAccount) -> AccountOutcome:
        """Exactly once by its key. Raises a Rejection, or LedgerUnavailable."""
        async with self._creating:
            account_id = self._new_id(user_id, command.idempotency_key)
            state = self._oms.find(account_id)
            if state is not None:
                return _again(state, command)
            self._check_number(user_id)
            account_commands.check_creation(command, self._currencies(command.clock))
            await self._oms.open(
                decide.OpenAccount(
                    account_id,
                    user_id,
                    command.name,
                    command.type,
                    command.clock,
                    command.currency,
                    command.balance,
                    command.idempotency,
                )
            )
            return AccountOutcome(self._oms.account(user_id, account_id).view(1), replayed=False)

    async def update(self, user_id: str, account_id: str, command: UpdateAccount) -> AccountState:
        """Raises AccountNotFound, a Rejection, or LedgerUnavailable."""

        def decision(state: AccountState) -> Draft | None:
            if state.profile.archived and command.archived is False:
                self._check_number(user_id)
            return account_commands.update(state, command, self._clock.now())

        await self._oms.carry_out(user_id, account_id, decision)
        if command.archived is False:
            await self._oms.restart(account_id)  # the recording may have begun anew meanwhile
        return self._oms.account(user_id, account_id)

    async def reset(self, user_id: str, account_id: str, command: ResetAccount) -> AccountOutcome:
        """Raises AccountNotFound, a Rejection, or LedgerUnavailable."""

        def decision(state: AccountState) -> Draft:
            epoch = self._epoch_of(state)
            return account_commands.reset(state, command, epoch, self._clock.now())

        state = self._oms.account(user_id, account_id)
        try:
            transaction = await self._oms.carry_out(user_id, account_id, decision)
        except decide.Repeated as repeated:
            return AccountOutcome(state.view(repeated.sequence), replayed=True)
        if transaction is None:
            raise AssertionError("a reset always begins an epoch")
        return AccountOutcome(state.view(transaction.sequence), replayed=False)

    def _new_id(self, user_id: str, key: str | None) -> str:
        """With a key it is the key's own: so the account itself says that the key is used up."""
        if key is not None:
            return identifier("acc", user_id, account_commands.CREATION_KEY, key)
        # With the time, so that none is called like one that a restored backup has never known.
        return identifier("acc", user_id, len(self._oms.accounts(user_id)) + 1, self._clock.now())

    def _check_number(self, user_id: str) -> None:
        shown = [item for item in self._oms.accounts(user_id) if not item.profile.archived]
        if len(shown) >= MAX_ACCOUNTS:
            raise TooManyAccounts(f"You have {MAX_ACCOUNTS} accounts: archive one first.")

    def _currencies(self, clock: AccountClock) -> frozenset[str]:
        return frozenset(item.currency for item in self._listing.symbols() if item.clock is clock)

    def _epoch_of(self, state: AccountState) -> str | None:
        return self._replay_epoch() if state.identity.clock is AccountClock.REPLAY else None


def _again(state: AccountState, command: CreateAccount) -> AccountOutcome:
    try:
        decide.check_repeated(state, command.idempotency)
    except decide.Repeated as repeated:
        return AccountOutcome(state.view(repeated.sequence), replayed=True)
    raise AssertionError(f"{state.account_id} is there without its key")
