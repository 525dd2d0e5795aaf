"""The declared errors of the REST contract, as answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from templates.mock.document import Document, Object
from templates.mock.samples import made, named_examples

MEDIA_TYPE = "application/problem+json"
# What the framework of every server answers, beside what operations declare.
UNDECLARED: dict[str, Object] = {
    "not_found": {"status": 404, "title": "There is no such path"},
    "method_not_allowed": {"status": 405, "title": "The path has no such method"},
}


class Refused(Exception):
    """A request that is answered with a problem. `errors` name the wrong fields."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        errors: Sequence[Object] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


class Problems:
    """The catalog of the contract."""

    def __init__(self, document: Document, base_path: str) -> None:
        self._document = document
        self._base_path = base_path
        self.catalog: dict[str, Object] = {
            **UNDECLARED,
            **document.root["components"]["x-problems"],
        }

    def answer(self, refused: Refused) -> Response:
        problem = self.catalog[refused.code]
        body = {
            "type": f"{self._base_path}/docs#{refused.code}",
            "title": problem["title"],
            "status": problem["status"],
            "code": refused.code,
            "detail": refused.detail or problem.get("description"),
            "errors": refused.errors,
        }
        content = {name: value for name, value in body.items() if value}
        challenge = {"WWW-Authenticate": "Bearer"} if problem["status"] == 401 else {}
        return JSONResponse(
            content, problem["status"], {**challenge, **refused.headers}, MEDIA_TYPE
        )

    def declared(self, operation: Object, wanted: str) -> Refused | None:
        """The problem of an operation with this code or, if it is a status, the first with it."""
        for status, response in operation["responses"].items():
            response = self._document.follow(response)
            codes = response.get("x-problems", ())
            if wanted in codes or (wanted == status and codes):
                return self._example(response, wanted if wanted in codes else codes[0])
        return None

    def _example(self, response: Object, code: str) -> Refused:
        examples = named_examples(self._document, response["content"][MEDIA_TYPE])
        body: Any = next((each for each in examples.values() if each["code"] == code), {})
        return Refused(
            code, body.get("detail"), body.get("errors", ()), headers(self._document, response)
        )


def headers(document: Document, response: Object) -> dict[str, str]:
    """The headers that a response must have, from their examples or schemas."""
    found = {}
    for name, header in response.get("headers", {}).items():
        header = document.follow(header)
        if header.get("required"):
            value = header["example"] if "example" in header else made(document, header["schema"])
            found[name] = value if isinstance(value, str) else str(value).lower()
    return found
