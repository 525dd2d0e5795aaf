"""Logs are structured, and hold no secrets."""

import json
import logging
from collections.abc import Iterator

import pytest

from handlers.operations.logging import configure_logging, logger


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)


def test_writes_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", json=True)
    logger("test").info("order stored", account="acc_1")
    logging.getLogger("library").warning("from %s", "elsewhere")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["event"] == "order stored"
    assert first["account"] == "acc_1"
    assert first["level"] == "info"
    assert second["event"] == "from elsewhere"


@pytest.mark.parametrize("json_format", [True, False])
def test_hides_secrets(capsys: pytest.CaptureFixture[str], json_format: bool) -> None:
    configure_logging("info", json=json_format)
    logger("test").info("login", password="hunter2hunter2", Authorization="Bearer tp_abc")
    logged = capsys.readouterr().err
    assert "hunter2" not in logged
    assert "tp_abc" not in logged


def test_keeps_headers_and_frames_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug", json=True)
    logging.getLogger("uvicorn.error").debug("< cookie: session=%s", "hunter2hunter2")
    logging.getLogger("handlers").debug("shown")
    logged = capsys.readouterr().err
    assert "hunter2" not in logged
    assert "shown" in logged


def test_leaves_out_what_is_below_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", json=True)
    logger("test").info("quiet")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("json_format", [True, False])
def test_a_traceback_does_not_show_what_variables_hold(
    capsys: pytest.CaptureFixture[str], json_format: bool
) -> None:
    configure_logging("info", json=json_format)
    password = "-".join(("hunter2", "hunter2"))
    try:
        raise OSError("disk full")
    except OSError:
        logging.getLogger("library").exception("login failed")
    logged = capsys.readouterr().err
    assert "disk full" in logged
    assert password not in logged
