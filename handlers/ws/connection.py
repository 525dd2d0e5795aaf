"""The stream of an account's connection to its broker."""

from typing import Final, final

from typing_extensions import override

from generated import models
from generated.base import optional
from generated.ws import problems
from generated.ws.channels import ConnectionTopic
from generated.ws.handlers import ConnectionHandler
from generated.ws.publisher import Publisher
from handlers.oms import AccountNotFound, Oms
from handlers.storage.watched_ledger import WatchedLedger

BROKER: Final = "paper"
_REASON: Final = (
    "The ledger cannot be written: orders are refused and nothing fills until it can be."
)


@final
class ConnectionStream(ConnectionHandler):
    """The paper broker is connected while the ledger takes what it does."""

    def __init__(self, oms: Oms, ledger: WatchedLedger, publisher: Publisher) -> None:
        self._oms = oms
        self._ledger = ledger
        self._publisher = publisher
        self._open: dict[str, ConnectionTopic] = {}

    @override
    async def subscribe(
        self,
        session: models.Session,
        payload: models.ConnectionSubscribe | models.ConnectionUnsubscribe,
    ) -> ConnectionTopic:
        try:
            self._oms.account(session.user_id, payload.account_id)
        except AccountNotFound as error:
            raise problems.AccountNotFound from error
        return ConnectionTopic(payload.account_id)

    @override
    def snapshot(self, topic: ConnectionTopic) -> models.BrokerConnection:
        at = self._ledger.availability
        state = models.BrokerConnectionState
        return models.BrokerConnection(
            account_id=topic.account_id,
            broker=BROKER,
            state=state.CONNECTED if at.available else state.DISCONNECTED,
            since=at.since,
            reason=optional(None if at.available else _REASON),
        )

    @override
    def opened(self, topic: ConnectionTopic) -> None:
        self._open[topic.account_id] = topic

    @override
    def closed(self, topic: ConnectionTopic) -> None:
        self._open.pop(topic.account_id, None)

    def on_availability(self) -> None:
        """The ledger takes writes again, or none any more."""
        for topic in tuple(self._open.values()):
            self._publisher.connection_update(topic, self.snapshot(topic))
