"""The trading half of the application on memory ports, in a market set by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.requests import Request
from typing_extensions import override

from generated import models
from generated.rest import problems
from generated.rest.app import create_app
from generated.rest.security import SecurityHandler
from generated.rest.unimplemented import (
    UnimplementedAuth,
    UnimplementedDatafeed,
    UnimplementedHealth,
    UnimplementedPerformance,
    UnimplementedVersions,
)
from handlers.pnl import Pnl
from handlers.rest.accounts import Accounts
from handlers.rest.executions import Executions
from handlers.rest.leverage import Leverage
from handlers.rest.orders import Orders
from handlers.rest.positions import Positions
from handlers.rest.scenarios import Scenarios
from handlers.trading.matching.models.profile import FillModels
from tests.trading.house import FlakyLedger, House
from tests.trading.world import HandMarket

USERS = ("usr_1", "usr_2")


class Bearers(SecurityHandler):
    """The token is the user's id."""

    @override
    async def session(self, request: Request, token: str) -> models.Session:
        raise problems.Unauthenticated()

    @override
    async def bearer(self, request: Request, token: str) -> models.Session:
        return models.Session(
            user_id=token,
            user_name=token,
            authentication=models.Authentication.API_KEY,
            permissions=list(models.Permission),
        )

    @override
    async def absent(self, request: Request) -> models.Session:
        raise problems.Unauthenticated()

    @override
    async def permit(self, caller: models.Session, permissions: tuple[str, ...]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class TradingDesk:
    """`mine` and `theirs` are two users' clients; `account` is my live account's id."""

    house: House
    mine: httpx.AsyncClient
    theirs: httpx.AsyncClient

    @property
    def account(self) -> str:
        return self.house.paper

    @property
    def path(self) -> str:
        return f"/accounts/{self.account}"

    async def place(self, **fields: Any) -> dict[str, Any]:
        """An order for ten at the market, but for what is said; it must be accepted."""
        body = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10", **fields}
        if "limitPrice" in body:
            body["type"] = "limit"
        answer = await self.mine.post(f"{self.path}/orders", json=body)
        assert answer.status_code == 201, answer.text
        result: dict[str, Any] = answer.json()
        return result


@asynccontextmanager
async def open_desk(
    *, scenarios: bool = True, fills: FillModels | None = None
) -> AsyncIterator[TradingDesk]:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    market.set("EURUSD", "1.10000", "1.10010")
    market.set("REC:IBM", "100", "100")
    house = House(FlakyLedger(), market, fills)
    await house.start()
    await house.oms.open_accounts(USERS[1])
    pnl = Pnl(house.oms, market)
    app = create_app(
        health=UnimplementedHealth(),
        versions=UnimplementedVersions(),
        auth=UnimplementedAuth(),
        datafeed=UnimplementedDatafeed(),
        accounts=Accounts(house.oms, house.accounts, pnl, market),
        orders=Orders(house.oms),
        positions=Positions(house.oms),
        performance=UnimplementedPerformance(),
        executions=Executions(house.oms),
        leverage=Leverage(house.oms, pnl, market, market),
        scenarios=Scenarios(house.oms, market, market, allowed=scenarios),
        security=Bearers(),
    )
    clients = [
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://test/api/v1",
            headers={"Authorization": f"Bearer {user}"},
        )
        for user in USERS
    ]
    try:
        yield TradingDesk(house, clients[0], clients[1])
    finally:
        for client in clients:
            await client.aclose()
