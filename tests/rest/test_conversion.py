"""Money in another currency over REST: executions and activities say how it was converted."""

from decimal import Decimal

from tests.rest.desk import open_desk
from tests.trading.test_conversion import DAX, make_market


async def test_executions_and_activities_say_how_they_were_converted() -> None:
    async with open_desk() as desk:
        market = desk.house.market
        made = make_market()
        market.offered.update(made.offered)
        market.quotes.update(made.quotes)
        await desk.place(symbol=DAX)
        market.set(DAX, "111", "112")
        result = await desk.place(symbol=DAX, side="sell")
        (execution,) = result["executions"]
        assert execution["realizedPnl"] == "110"
        used = {
            "pair": "EURUSD",
            "side": "sell",
            "rate": "1.1",
            "inverted": False,
            "quoteTime": market.time,
        }
        assert execution["conversion"] == used
        page = (await desk.mine.get(f"{desk.path}/activities")).json()
        assert page["activities"][0]["conversion"] == used
        plain = await desk.place()
        assert "conversion" not in plain["executions"][0]


async def test_without_a_rate_an_order_is_refused() -> None:
    async with open_desk() as desk:
        market = desk.house.market
        made = make_market()
        market.offered.update({DAX: made.offered[DAX]})
        market.quotes.update({DAX: made.quotes[DAX]})
        body = {"type": "market", "symbol": DAX, "side": "buy", "quantity": "10"}
        answer = await desk.mine.post(f"{desk.path}/orders", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "no_rate")
        (error,) = answer.json()["errors"]
        assert (error["field"], error["rule"], error["value"]) == ("/symbol", "rate", DAX)
        figures = (await desk.mine.get(desk.path)).json()["figures"]
        assert Decimal(figures["equity"]) == 100_000
