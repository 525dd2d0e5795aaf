"""The operations of the REST contract, answered from its examples and schemas."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from templates.mock.credentials import Credentials
from templates.mock.document import Document, Object
from templates.mock.echo import echoed, repeated
from templates.mock.inputs import Inputs
from templates.mock.motion import Motion
from templates.mock.prefer import Preference, preference
from templates.mock.problems import Problems, Refused, headers
from templates.mock.refusals import Refusals
from templates.mock.samples import NoSample, sample
from templates.mock.series import Series

METHODS = ("get", "put", "post", "delete", "patch")
Clock = Callable[[], int]
Answer = Callable[[Request], Awaitable[Response]]


class Rest:
    """`now` is in milliseconds."""

    def __init__(
        self,
        document: Document,
        motion: Motion,
        credentials: Credentials,
        refusals: Refusals,
        now: Clock,
    ) -> None:
        self.base_path = str(document.root["servers"][0]["url"])
        self.problems = Problems(document, self.base_path)
        self._document = document
        self._motion = motion
        self._series = Series(document, motion)
        self._credentials = credentials
        self._refusals = refusals
        self._now = now
        self._automatic = dict(_automatic(document))

    def routes(self) -> list[Route]:
        """One for each path, those without placeholders first, and one for all that is unknown."""
        paths = sorted(self._document.root["paths"].items(), key=lambda item: item[0].count("{"))
        known = [self._route(path, self._path(item)) for path, item in paths]
        return [*known, self._route("/{rest:path}", self._nothing)]

    def declares(self, operation_id: str, wanted: str) -> bool:
        """Whether an operation has an error of this status or code."""
        return any(
            operation["operationId"] == operation_id
            and self.problems.declared(operation, wanted) is not None
            for item in self._document.root["paths"].values()
            for method, operation in item.items()
            if method in METHODS
        )

    def _route(self, path: str, answer: Answer) -> Route:
        return Route(self.base_path + path, _AnyMethod(answer, self._automatic))

    def _path(self, item: Object) -> Answer:
        operations = dict(self._operations(item))
        allowed = [method.upper() for method in operations]
        allowed += ["HEAD", "OPTIONS"] if "get" in operations else ["OPTIONS"]

        async def answer(request: Request) -> Response:
            method = "get" if request.method == "HEAD" else request.method.lower()
            if method in operations:
                return await self._answered(request, operations[method])
            allow = {"Allow": ", ".join(allowed)}
            if method == "options":
                return Response(status_code=204, headers=allow)
            return self.problems.answer(Refused("method_not_allowed", headers=allow))

        return answer

    def _operations(self, item: Object) -> Iterator[tuple[str, "Operation"]]:
        for method in METHODS:
            if method in item:
                given = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                parameters = [self._document.follow(each) for each in given]
                yield method, Operation(self._document, item[method], parameters)

    async def _nothing(self, _: Request) -> Response:
        return self.problems.answer(Refused("not_found"))

    async def _answered(self, request: Request, operation: "Operation") -> Response:
        try:
            wish = preference(request)
            self._admit(request, operation)
            values = await operation.inputs.read(request)
            return self._answer(request, operation, values, wish)
        except Refused as refused:
            return self.problems.answer(refused)

    def _admit(self, request: Request, operation: "Operation") -> None:
        security = operation.declared.get("security", self._document.root.get("security", []))
        if security and not self._credentials.admits(request):
            raise Refused("unauthenticated")

    def _answer(
        self, request: Request, operation: "Operation", values: Object, wish: Preference
    ) -> Response:
        wanted = self._refusals.take(operation.declared["operationId"]) or wish.problem
        if wanted is not None:
            refused = self.problems.declared(operation.declared, wanted)
            raise refused or _undeclared(f"{wanted} is not declared here.")
        status, response = operation.success
        sent = headers(self._document, response) | self._session(request, operation, values)
        content = response.get("content", {}).get("application/json")
        if content is None:
            return Response(status_code=status, headers=sent)
        body = self._body(operation, content, values, wish)
        return _tagged(request, operation, JSONResponse(body, status, sent))

    def _body(
        self, operation: "Operation", content: Object, values: Object, wish: Preference
    ) -> Any:
        try:
            example = sample(self._document, content, wish.example, values)
        except NoSample as error:
            raise _undeclared(f"Prefer: {error}.") from None
        schema, now = content["schema"], self._now()
        body = repeated(self._document, example, schema, operation.inputs.lists(values))
        body = echoed(self._document, body, schema, values)
        body = self._motion.moved(body, schema, str(values.get("symbol", "")), now)
        return self._series.extended(body, schema, values, now)

    def _session(self, request: Request, operation: "Operation", values: Object) -> dict[str, str]:
        """What signing in and out do: operations that set a cookie, with a body and without."""
        if "Set-Cookie" not in operation.success[1].get("headers", {}):
            return {}
        body = operation.declared.get("requestBody")
        if body is None:
            return {"Set-Cookie": self._credentials.sign_out(request)}
        expected = sample(
            self._document, self._document.follow(body)["content"]["application/json"]
        )
        cookie = self._credentials.sign_in(values, expected)
        if cookie is None:
            raise Refused("invalid_credentials", "Sign in with those of the contract's example.")
        return {"Set-Cookie": cookie}


class Operation:
    def __init__(self, document: Document, declared: Object, parameters: list[Object]) -> None:
        self.declared = declared
        self.inputs = Inputs(document, declared, parameters)
        status = next(each for each in declared["responses"] if each.startswith("2"))
        self.success = int(status), document.follow(declared["responses"][status])


class _AnyMethod:
    """An ASGI application, so that the route is asked for every method."""

    def __init__(self, answer: Answer, headers: dict[str, str]) -> None:
        self._answer = answer
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        response.headers.update(self._headers)
        await response(scope, receive, send)


def _automatic(document: Document) -> Iterator[tuple[str, str]]:
    """The headers that every answer has."""
    for response in document.root["components"]["responses"].values():
        for name, header in response.get("headers", {}).items():
            header = document.follow(header)
            if header.get("x-automatic"):
                yield name, str(sample(document, header))


def _tagged(request: Request, operation: Operation, response: Response) -> Response:
    """304 where the caller has the answer already, if the operation declares ETags."""
    if "304" not in operation.declared["responses"]:
        return response
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:16]}"'
    response.headers["ETag"] = tag
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return response


def _undeclared(message: str) -> Refused:
    error = {"field": "Prefer", "rule": "declared", "message": message}
    return Refused("invalid_request", message, [error])
