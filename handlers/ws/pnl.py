"""The stream of what the price alone changes about an account."""

from typing import final

from typing_extensions import override

from generated import models
from generated.ws import problems
from generated.ws.channels import PnlTopic
from generated.ws.handlers import PnlHandler
from generated.ws.publisher import Publisher
from handlers import market_wire, wire
from handlers.clock import Clock
from handlers.feeds.freshness import Age, Freshness
from handlers.oms import AccountNotFound, Oms
from handlers.pnl import Pnl, PnlListener
from handlers.trading.positions.margin import Figures


@final
class PnlStream(PnlHandler, PnlListener):
    def __init__(
        self, oms: Oms, pnl: Pnl, freshness: Freshness, publisher: Publisher, clock: Clock
    ) -> None:
        self._oms = oms
        self._pnl = pnl
        self._freshness = freshness
        self._publisher = publisher
        self._clock = clock

    @override
    async def subscribe(
        self, session: models.Session, payload: models.PnlSubscribe | models.PnlUnsubscribe
    ) -> PnlTopic:
        try:
            self._oms.account(session.user_id, payload.account_id)
        except AccountNotFound as error:
            raise problems.AccountNotFound from error
        return PnlTopic(payload.account_id)

    @override
    def snapshot(self, topic: PnlTopic) -> models.AccountFigures:
        state = self._oms.find(topic.account_id)
        if state is None:
            raise problems.AccountNotFound
        return wire.figures(self._pnl.figures(state), self._clock.now())

    @override
    def opened(self, topic: PnlTopic) -> None:
        self._pnl.watch(topic.account_id)
        self._freshness.follow(
            topic.address,
            lambda: self._pnl.valued(topic.account_id),
            lambda age: self._tell(topic, age),
        )

    @override
    def closed(self, topic: PnlTopic) -> None:
        self._freshness.forget(topic.address)
        self._pnl.unwatch(topic.account_id)

    @override
    def on_figures(self, account_id: str, figures: Figures) -> None:
        update = wire.figures(figures, self._clock.now())
        self._publisher.pnl_update(PnlTopic(account_id), update)

    def _tell(self, topic: PnlTopic, age: Age) -> None:
        """Stale as soon as the price of one open position is."""
        self._publisher.pnl_status(topic, market_wire.freshness(age))
