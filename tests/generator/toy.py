"""An application on what was generated from the contract with every feature."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import httpx

from tests.generator.generating import implementation

PATH = "/api/v2/things/1/blue"
COOKIE = {"Cookie": "sid=ann"}
BALL = {"kind": "ball", "radius": "1.50"}


class Recorder:
    """Keeps what handlers were called with."""

    def __init__(self) -> None:
        self.called: dict[str, Any] = {}


def _thing(rest: SimpleNamespace, shape: Any) -> Any:
    return rest.models.Thing(name="ball", shape=shape, weight=Decimal("1E-8"), remark=None)


def things(rest: SimpleNamespace, recorder: Recorder) -> Any:
    async def get_thing(self: object, caller: Any, thing_id: int, color: Any, **others: Any) -> Any:
        recorder.called = {"caller": caller.name, "thing_id": thing_id, "color": color, **others}
        match thing_id:
            case 2:
                return rest.results.GetThingNotModified(etag='"x"')
            case 3:
                raise rest.problems.ThingNotFound("There is no thing 3.")
            case 4:
                raise rest.problems.TooMany(retry_after=7)
            case 5:
                raise rest.problems.OutOfStock
            case 6:
                raise RuntimeError("a secret of the inside")
            case 7:
                return rest.results.GetThingAccepted()
            case _:
                body = _thing(rest, rest.models.Ball(kind="ball", radius=Decimal(1)))
                return rest.results.GetThingOk(
                    body=body, etag='"x"', x_price=Decimal("1E+2"), x_fresh=True, x_color=color
                )

    async def delete_thing(self: object, caller: Any, thing_id: int, color: Any) -> None:
        recorder.called = {"deleted": thing_id}

    async def create_thing(self: object, caller: Any, body: Any) -> Any:
        recorder.called = {"body": body}
        return rest.results.CreateThingCreated(body=_thing(rest, body), location="/things/1")

    async def replace_things(self: object, body: Any) -> Any:
        return list(body.values())

    async def change_things(self: object, body: Any = None) -> Any:
        recorder.called = {"body": body}
        return {} if body is None else {"changed": len(body.model_dump())}

    return implementation(
        rest.handlers,
        "ThingsHandler",
        get_thing=get_thing,
        delete_thing=delete_thing,
        create_thing=create_thing,
        replace_things=replace_things,
        change_things=change_things,
    )


def files(rest: SimpleNamespace) -> Any:
    async def write_text(self: object, body: str) -> str:
        return body.upper()

    async def write_bytes(self: object, body: bytes) -> Any:
        return rest.results.WriteBytesOk(body=body[::-1], x_length=len(body))

    return implementation(
        rest.handlers, "FileContentsHandler", write_text=write_text, write_bytes=write_bytes
    )


def doors(rest: SimpleNamespace) -> Any:
    async def come_in(self: object, caller: Any) -> Any:
        return caller

    return implementation(
        rest.unimplemented,
        "UnimplementedDoors",
        open_with_both=come_in,
        open_maybe=come_in,
    )


def security(rest: SimpleNamespace) -> Any:
    def by(scheme: str) -> Any:
        async def check(self: object, request: object, *credential: str) -> Any:
            if "wrong" in credential:
                raise rest.problems.Unauthenticated(f"Wrong {scheme}.")
            return rest.models.Caller(name=credential[0], by=scheme)

        return check

    async def absent(self: object, request: object) -> Any:
        raise rest.problems.Unauthenticated

    async def permit(self: object, caller: Any, permissions: tuple[str, ...]) -> None:
        if caller.name not in permissions and caller.name != "ann":
            raise rest.problems.Unauthenticated("Not permitted.")

    schemes = {name: by(name) for name in ("cookie", "bearer", "password", "key", "code")}
    return implementation(rest.security, "SecurityHandler", absent=absent, permit=permit, **schemes)


def wrong_fields(response: httpx.Response) -> dict[str, str]:
    """Field and rule of every error of an invalid request."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "invalid_request"
    return {error["field"]: error["rule"] for error in response.json()["errors"]}
