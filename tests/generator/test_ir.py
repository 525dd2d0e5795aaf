"""The decisions that are taken before anything is laid out."""

import pytest

from templates.contract import Contract
from templates.ir import Api, Operation
from templates.openapi import read
from tests.generator.generating import CONTRACTS


@pytest.fixture(scope="module")
def api() -> Api:
    return read(Contract(CONTRACTS / "everything"))


def _operation(api: Api, name: str) -> Operation:
    return next(operation for operation in api.operations if operation.id == name)


def test_the_document(api: Api) -> None:
    assert (api.title, api.version, api.lifecycle) == ("Everything", "2.1.0", "beta")
    assert api.base_path == "/api/v2"
    assert [tag.python for tag in api.tags] == ["things", "file_contents", "doors"]
    assert api.secrets == ("secret", "word")
    assert api.challenges == {"WWW-Authenticate": "Bearer, Basic"}


def test_caller_path_and_body_come_first_and_all_else_by_name(api: Api) -> None:
    assert _operation(api, "deleteThing").arguments == (
        "caller: models.Caller", "thing_id: int", "color: models.Color",
    )  # fmt: skip
    arguments = _operation(api, "getThing").arguments
    assert arguments[3] == "*"
    assert "from_: models.Amount | None = None" in arguments
    assert "level: models.Level = models.Level.LOW" in arguments
    assert "numbers: tuple[int, ...] = (1, 2)" in arguments
    assert _operation(api, "changeThings").arguments == ("body: models.Change | None = None",)
    assert _operation(api, "openMaybe").arguments == ("caller: models.Caller | None",)


@pytest.mark.parametrize(
    ("operation", "returns"),
    [
        ("deleteThing", "None"),
        ("replaceThings", "list[models.Thing]"),
        ("changeThings", "dict[str, int]"),
        ("writeText", "str"),
        ("openMaybe", "models.Caller | None"),
        ("createThing", "results.CreateThingCreated"),
        (
            "getThing",
            "results.GetThingOk | results.GetThingAccepted | results.GetThingNotModified",
        ),
    ],
)
def test_a_handler_returns_the_body_unless_there_is_more_to_say(
    api: Api, operation: str, returns: str
) -> None:
    assert _operation(api, operation).returns == returns


def test_what_the_server_sets_is_no_field_of_a_result(api: Api) -> None:
    fields = {response.class_name: response.fields for response in api.responses}
    assert fields["GetThingAccepted"] == ()
    assert fields["GetThingOk"][:2] == ("body: models.Thing", "etag: str")
    assert fields["GetThingOk"][2] == "x_count: int | None = None"


def test_security(api: Api) -> None:
    assert _operation(api, "writeText").security.open
    both = _operation(api, "openWithBoth")
    assert both.security.method == "key_and_code_or_cookie"
    assert both.query_names == ("code",)
    assert _operation(api, "deleteThing").security.permissions == ("write",)


def test_problems(api: Api) -> None:
    classes = {problem.code: problem for problem in api.problems}
    assert classes["out_of_stock"].class_name == "OutOfStock"
    assert classes["too_many"].arguments == ("retry_after: int",)
    declared = [problem.code for problem in _operation(api, "deleteThing").problems]
    assert declared == ["invalid_request", "malformed_body", "unauthenticated", "internal_error"]


def test_deprecation(api: Api) -> None:
    operation = _operation(api, "deleteThing")
    assert (operation.deprecated, operation.sunset) == (
        "@1769817600", "Sun, 31 Jan 2027 00:00:00 GMT",
    )  # fmt: skip
    assert _operation(api, "getThing").deprecated is None
