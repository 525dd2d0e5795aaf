"""Makes fills happen: a trader who never rests and asks again until each order is answered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import httpx

_STEPS = {"BTCUSD": "0.01", "EURUSD": "1000", "REC:IBM": "3", "REC:MSFT": "5"}


@dataclass
class Trader:
    """`client` may be given anew when the server came back elsewhere."""

    client: httpx.AsyncClient
    account: str
    symbols: tuple[str, ...]
    random: Random
    answered: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _pending: dict[str, Any] | None = None
    _resting: list[str] = field(default_factory=list)

    async def act(self) -> None:
        """One command. Raises httpx.TransportError when the server is gone; repeat it then."""
        if self._pending is None and self._resting and self.random.random() < 0.3:
            await self._cancel()
        elif self._pending is None and self.random.random() < 0.15:
            await self._close()
        else:
            await self._place()

    async def _place(self) -> None:
        self._pending = self._pending or self._order()
        answer = await self.client.post(f"/accounts/{self.account}/orders", json=self._pending)
        assert answer.status_code in (201, 422), answer.text
        self._pending = None
        if answer.status_code == 201:
            order = answer.json()["order"]
            self.answered.add(order["orderId"])
            if order["status"] == "working":
                self._resting.append(order["orderId"])

    async def _cancel(self) -> None:
        number = self.random.randrange(len(self._resting))
        path = f"/accounts/{self.account}/orders/{self._resting[number]}/cancel"
        answer = await self.client.post(path)
        assert answer.status_code in (200, 409, 422), answer.text
        del self._resting[number]

    async def _close(self) -> None:
        found = (await self.client.get(f"/accounts/{self.account}/positions")).json()["positions"]
        if found:
            position = self.random.choice(found)["positionId"]
            path = f"/accounts/{self.account}/positions/{position}/close"
            answer = await self.client.post(path, json={})
            assert answer.status_code in (200, 404, 409, 422), answer.text

    def _order(self) -> dict[str, Any]:
        symbol = self.random.choice(self.symbols)
        order = {
            "type": "market",
            "symbol": symbol,
            "side": self.random.choice(("buy", "sell")),
            "quantity": _STEPS[symbol],
            "timeInForce": "gtc",
            "clientOrderId": f"{self.account}:{next(self._numbers)}",
        }
        if self.random.random() < 0.3:
            price = "1.00" if order["side"] == "buy" else "900000.00"
            order |= {"type": "limit", "limitPrice": price}
        return order
