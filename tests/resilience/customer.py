"""A client who asks again with the same key until it is answered, and keeps what it was told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

_STEPS = {"AAPL": "1", "BTCUSD": "0.001", "MSFT": "2"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with an effect; sent again as it is, it has no other."""

    kind: str
    method: str
    path: str
    body: dict[str, Any] | None
    headers: dict[str, str]
    order_id: str = ""
    """The order that it is about, where there is one already."""


@dataclass
class Customer:
    """Places, modifies, cancels, closes and reverses on an account that others use too."""

    name: str
    account: str
    random: Random
    orders: dict[str, int] = field(default_factory=dict)
    """Every order that was answered for, with the revision that it must have by now; 0: any."""
    resting: dict[str, int] = field(default_factory=dict)
    """Own orders that nothing fills, with their revision."""
    prices: dict[str, str] = field(default_factory=dict)
    """Their limits, as last answered for."""
    _asked: Asked | None = None
    _number: int = 0

    async def act(self, client: httpx.AsyncClient, answered: Callable[[], None]) -> None:
        """Until the server is gone."""
        while True:
            try:
                await self.once(client)
            except httpx.TransportError:
                return
            answered()

    async def once(self, client: httpx.AsyncClient) -> None:
        """One answer. Raises httpx.TransportError when the server is gone; repeat it then."""
        asked = self._asked = self._asked or await self._next(client)
        answer = await client.request(
            asked.method, asked.path, json=asked.body, headers=asked.headers
        )
        assert answer.status_code in (200, 201, 404, 409, 422), (asked, answer.text)
        self._asked = None
        self._take(asked, answer)

    async def finish(self, client: httpx.AsyncClient) -> None:
        """Get the last answer, if one is due."""
        if self._asked is not None:
            await self.once(client)

    async def _next(self, client: httpx.AsyncClient) -> Asked:
        self._number += 1
        chance = self.random.random()
        if self.resting and chance < 0.3:
            return self._modify() if chance < 0.2 else self._cancel()
        if chance > 0.75:
            path = f"/accounts/{self.account}/positions"
            found = (await client.get(path)).json()["positions"]
            if found:
                return self._end(self.random.choice(found), "close" if chance > 0.85 else "reverse")
        return self._place(rests=chance < 0.5)

    def _place(self, *, rests: bool) -> Asked:
        symbol = self.random.choice(list(_STEPS))
        order = {
            "type": "market",
            "symbol": symbol,
            "side": self.random.choice(("buy", "sell")),
            "quantity": _STEPS[symbol],
            "timeInForce": "gtc",
            "clientOrderId": f"{self.name}:{self._number}",
        }
        if rests:
            order |= {"type": "limit", "side": "buy", "limitPrice": "1.00"}
        return Asked("place", "POST", f"/accounts/{self.account}/orders", order, {})

    def _modify(self) -> Asked:
        """Once: a repeated change meets another revision than it expects."""
        order, revision = self.random.choice(list(self.resting.items()))
        price = f"{1 + self._number / 100:.2f}"
        body = {"limitPrice": price, "expectedRevision": revision}
        path = f"/accounts/{self.account}/orders/{order}"
        return Asked("modify", "PATCH", path, body, {}, order)

    def _cancel(self) -> Asked:
        order = self.random.choice(list(self.resting))
        path = f"/accounts/{self.account}/orders/{order}/cancel"
        return Asked("cancel", "POST", path, None, self._key(), order)

    def _end(self, position: dict[str, Any], how: str) -> Asked:
        path = f"/accounts/{self.account}/positions/{position['positionId']}/{how}"
        return Asked(how, "POST", path, {} if how == "close" else None, self._key())

    def _key(self) -> dict[str, str]:
        return {"Idempotency-Key": f"{self.name}:{self._number}"}

    def _take(self, asked: Asked, answer: httpx.Response) -> None:
        match asked.kind:
            case "modify":
                self._modified(asked, answer)
            case "cancel":
                assert answer.status_code == 200, answer.text
                del self.resting[asked.order_id]
                self.orders[asked.order_id] = answer.json()["order"]["revision"]
            case _ if answer.status_code in (200, 201):
                self._new(answer.json()["order"])

    def _modified(self, asked: Asked, answer: httpx.Response) -> None:
        """409 tells that it was done before, when the answer did not arrive."""
        assert answer.status_code in (200, 409), answer.text
        assert asked.body is not None
        revision = asked.body["expectedRevision"] + 1
        self.orders[asked.order_id] = self.resting[asked.order_id] = revision
        self.prices[asked.order_id] = asked.body["limitPrice"]

    def _new(self, order: dict[str, Any]) -> None:
        assert order["orderId"] not in self.orders, "one effect was answered for twice"
        rests = order["status"] == "working"
        self.orders[order["orderId"]] = order["revision"]
        if rests:
            self.resting[order["orderId"]] = order["revision"]
            self.prices[order["orderId"]] = order["limitPrice"]
