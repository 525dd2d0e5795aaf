"""Which Host and which Origin are ours."""

import pytest
from starlette.datastructures import Headers

from handlers.security.origins import Origins, host_name

LOCAL = Origins.of("127.0.0.1", (), ("http://localhost:5173",))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8000", "localhost"),
        ("LocalHost", "localhost"),
        ("[::1]:8000", "::1"),
        ("evil.example", "evil.example"),
        ("user@localhost", None),
        ("localhost/path", None),
        ("localhost:eighty", None),
        ("[::1", None),
        ("", None),
    ],
)
def test_reads_the_name_in_a_host_header(host: str, name: str | None) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_accepts_the_names_of_this_machine(host: str) -> None:
    assert LOCAL.accepts_host(Headers({"host": host}))


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", ""])
def test_refuses_a_foreign_host(host: str) -> None:
    assert not LOCAL.accepts_host(Headers({"host": host}))


def test_refuses_no_host_and_two_hosts() -> None:
    assert not LOCAL.accepts_host(Headers({}))
    twice = Headers(raw=[(b"host", b"localhost"), (b"host", b"evil.example")])
    assert not LOCAL.accepts_host(twice)


def test_accepts_addresses_but_no_foreign_names_when_bound_to_all_of_them() -> None:
    anywhere = Origins.of("0.0.0.0", ("desk.lan",), ())
    assert anywhere.accepts_host(Headers({"host": "192.168.1.5:8000"}))
    assert anywhere.accepts_host(Headers({"host": "desk.lan"}))
    assert not anywhere.accepts_host(Headers({"host": "evil.example"}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://localhost:5173"},
    ],
)
def test_accepts_our_own_pages_and_programs(headers: dict[str, str]) -> None:
    assert LOCAL.accepts_origin(Headers({"host": "localhost:8000", **headers}))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9000"},
        {"origin": "file://localhost:8000"},
        {"origin": ""},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_refuses_foreign_pages(headers: dict[str, str]) -> None:
    assert not LOCAL.accepts_origin(Headers({"host": "localhost:8000", **headers}))
