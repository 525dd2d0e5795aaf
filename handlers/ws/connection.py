"""The stream of an account's connection to its broker."""

from typing import final

from typing_extensions import override

from generated import models
from generated.ws import problems
from generated.ws.channels import ConnectionTopic
from generated.ws.handlers import ConnectionHandler
from handlers.clock import Clock
from handlers.oms import AccountNotFound, Oms


@final
class ConnectionStream(ConnectionHandler):
    """The paper broker runs in this process: it has been connected since the start."""

    def __init__(self, oms: Oms, clock: Clock) -> None:
        self._oms = oms
        self._since = clock.now()

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
        return models.BrokerConnection(
            account_id=topic.account_id,
            broker="paper",
            state=models.BrokerConnectionState.CONNECTED,
            since=self._since,
        )

    @override
    def opened(self, topic: ConnectionTopic) -> None:
        """The state changes by itself."""

    @override
    def closed(self, topic: ConnectionTopic) -> None:
        """There is no work to stop."""
