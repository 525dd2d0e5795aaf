"""The benchmarks themselves work: everything that is published arrives. No figure is judged."""

import pytest

from tests.benchmarks.child import Child
from tests.benchmarks.stage import Stage
from tests.benchmarks.trading.exchange import play
from tests.benchmarks.trading.quotes import Venue

READERS = 3
TICKS = 4


@pytest.mark.parametrize("server", ["limit", "broadcast", "starlette_loop"])
def test_every_server_delivers_all_of_it(server: str) -> None:
    with Stage() as stage:
        stage.serve(server)
        stage.connect(server, READERS)
        assert stage.publish(server, ticks=TICKS)["cpu"] > 0
        stage.heard(server, READERS * TICKS)


def test_the_product_delivers_all_of_it_and_stalls_with_one_reader() -> None:
    topics = 2
    with Stage() as stage:
        stage.serve("product")
        stage.connect("product", READERS, topics, group="others")
        stage.connect("product", 1, topics, "FILL", group="one")
        stage.crowd.ask("stall", group="one")
        stage.ask("product", "fill")
        answer = stage.publish("product", ticks=TICKS, topics=topics)
        assert answer["conflated"] == (TICKS - 1) * topics
        stage.heard("others", READERS * TICKS * topics)
        assert stage.ask("product", "memory")["bytes"] > 0


def test_orders_are_measured_beside_the_rows_that_they_wrote() -> None:
    with Child("tests.benchmarks.trading.desk") as desk:
        for accounts in (3, 1):
            assert desk.ask("oms", clients=3, accounts=accounts, orders=12)["wall"] > 0
            assert desk.ask("raw", clients=3, orders=12)["wall"] > 0


@pytest.mark.parametrize("server", ["broker", "empty"])
def test_every_order_over_http_is_answered(server: str) -> None:
    with (
        Child("tests.benchmarks.trading.buyers") as buyers,
        Child(f"tests.benchmarks.trading.{server}") as served,
    ):
        port = served.ask("address")["port"]
        account = buyers.ask("account", port=port)["accountId"] if server == "broker" else "any"
        how = {"port": port, "account": account, "clients": 3}
        assert buyers.ask("place", orders=12, **how)["wall"] > 0


def test_the_simulated_exchange_trades_on_the_tape() -> None:
    assert play(40, 0)["fills"] == 0
    assert play(40, 10)["fills"] == 4


def test_a_venue_has_orders_of_every_type_that_no_quote_concerns() -> None:
    venue = Venue(64)
    assert venue.cost(50) > 0
    venue.broker.on_quote(venue.market.set("AAPL", "1", "1.01"))
    assert venue.reports > 0
