"""The peer: FastAPI, which reads the same body and does nothing with it."""

import uvloop
from fastapi import FastAPI

from generated import models
from tests.benchmarks.serving import serve

application = FastAPI()


@application.post("/api/v1/accounts/{account_id}/orders", status_code=201)
async def place_order(account_id: str, order: models.PlaceOrderRequest) -> dict[str, str]:
    return {}


if __name__ == "__main__":
    uvloop.run(serve(application, {}))
