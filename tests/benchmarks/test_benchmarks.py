"""The benchmarks themselves work: everything that is published arrives. No figure is judged."""

import pytest

from tests.benchmarks.stage import Stage

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
