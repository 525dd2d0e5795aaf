"""One name in four spellings."""

import pytest

from templates import names


@pytest.mark.parametrize(
    ("name", "snake", "pascal", "camel", "constant"),
    [
        ("placeOrder", "place_order", "PlaceOrder", "placeOrder", "PLACE_ORDER"),
        ("order_not_found", "order_not_found", "OrderNotFound", "orderNotFound", "ORDER_NOT_FOUND"),
        ("If-None-Match", "if_none_match", "IfNoneMatch", "ifNoneMatch", "IF_NONE_MATCH"),
        ("getOHLCBars", "get_ohlc_bars", "GetOhlcBars", "getOhlcBars", "GET_OHLC_BARS"),
        ("ETag", "etag", "Etag", "etag", "ETAG"),
        ("Retry-After", "retry_after", "RetryAfter", "retryAfter", "RETRY_AFTER"),
        ("limit", "limit", "Limit", "limit", "LIMIT"),
    ],
)
def test_spellings(name: str, snake: str, pascal: str, camel: str, constant: str) -> None:
    assert names.snake(name) == snake
    assert names.pascal(name) == pascal
    assert names.camel(name) == camel
    assert names.constant(name) == constant


@pytest.mark.parametrize(("name", "safe"), [("from", "from_"), ("class", "class_"), ("1d", "_1d")])
def test_what_python_reserves_gets_an_underscore(name: str, safe: str) -> None:
    assert names.snake(name) == safe


@pytest.mark.parametrize("name", ["body", "request", "self"])
def test_a_parameter_does_not_hide_what_a_handler_has(name: str) -> None:
    assert names.argument(name) == f"{name}_"
