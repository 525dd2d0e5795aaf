from typing_extensions import override

from handlers.brokers.broker import Broker
from handlers.brokers.paper import PaperBroker
from handlers.market.actions import Split
from tests.ports.broker_suite import BrokerSuite
from tests.trading.world import HandMarket


class TestPaperBroker(BrokerSuite):
    @override
    def open(self, market: HandMarket) -> Broker:
        return PaperBroker(market)

    @override
    def prices(self, market: HandMarket, broker: Broker, bid: str, ask: str) -> None:
        assert isinstance(broker, PaperBroker)
        market.time += 250
        broker.on_quote(market.set("AAPL", bid, ask))

    @override
    def act(self, market: HandMarket, broker: Broker, action: Split) -> None:
        assert isinstance(broker, PaperBroker)
        broker.on_action(action)
