"""The account's stream: one update for each ledger transaction, numbered as the ledger is."""

from collections.abc import Sequence
from typing import Final, final

from typing_extensions import override

from generated import models
from generated.ws import problems
from generated.ws.channels import AccountTopic
from generated.ws.handlers import AccountHandler
from generated.ws.publisher import Publisher
from handlers import wire
from handlers.oms import AccountListener, AccountNotFound, Oms
from handlers.trading.accounts.account import AccountView
from handlers.trading.ledger.transactions import Transaction

PAGE: Final = 100
"""Transactions that are read at once for a client that was away."""


@final
class AccountStream(AccountHandler, AccountListener):
    def __init__(self, oms: Oms, publisher: Publisher) -> None:
        self._oms = oms
        self._publisher = publisher
        self._watched: set[str] = set()

    @override
    async def subscribe(
        self, session: models.Session, payload: models.AccountSubscribe | models.AccountUnsubscribe
    ) -> AccountTopic:
        try:
            self._oms.account(session.user_id, payload.account_id)
        except AccountNotFound as error:
            raise problems.AccountNotFound from error
        return AccountTopic(payload.account_id)

    @override
    def snapshot(self, topic: AccountTopic) -> tuple[str, int, models.AccountSnapshot]:
        state = self._oms.find(topic.account_id)
        if state is None:
            raise problems.AccountNotFound
        view = state.view()
        return view.as_of.epoch, view.sequence, wire.account_snapshot(view)

    @override
    async def after(
        self, topic: AccountTopic, epoch: str, seq: int
    ) -> Sequence[tuple[int, models.AccountUpdate]] | None:
        state = self._oms.find(topic.account_id)
        if state is None or not _was_there(state.view(), epoch, seq):
            return None
        stored = await self._oms.transactions(topic.account_id, seq, PAGE)
        applied = state.view().sequence
        return [
            (transaction.sequence, wire.account_update(state, transaction))
            for transaction in stored
            if transaction.sequence <= applied and transaction.epoch == epoch
        ]

    @override
    def opened(self, topic: AccountTopic) -> None:
        self._watched.add(topic.account_id)

    @override
    def closed(self, topic: AccountTopic) -> None:
        self._watched.discard(topic.account_id)

    @override
    def on_transaction(self, account_id: str, transaction: Transaction) -> None:
        if account_id not in self._watched:
            return
        state = self._oms.find(account_id)
        if state is not None:
            update = wire.account_update(state, transaction)
            topic = AccountTopic(account_id)
            self._publisher.account_update(topic, transaction.epoch, transaction.sequence, update)


def _was_there(view: AccountView, epoch: str, seq: int) -> bool:
    return epoch == view.as_of.epoch and seq <= view.sequence
