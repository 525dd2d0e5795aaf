"""The command line, as somebody at a terminal meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from handlers.storage.migrations import open_database

SERVE = "serve", "--port", "0"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(
    data: Path,
    *arguments: str,
    stdin: str = "",
    directory: Path | None = None,
    **options: str,
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRADING_PRO_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "from handlers.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        timeout=60,
        cwd=directory,
        env={
            **environment,
            **{f"TRADING_PRO_{name}": value for name, value in options.items()},
            "TRADING_PRO_DATA_DIR": str(data),
            "COLUMNS": "200",
        },
        check=False,
    )


def refusal(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that says why; anything more is a failure."""
    assert result.returncode == 1, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_adds_and_lists_users(data: Path) -> None:
    added = run(data, "users", "add", "trader", "--password-stdin", stdin="correct horse\n")
    assert added.returncode == 0, added.stderr
    listed = run(data, "users", "list")
    assert listed.stdout == "trader\tpassword\n"
    assert "correct horse" not in added.stdout + added.stderr


def test_says_that_a_name_is_taken(data: Path) -> None:
    run(data, "users", "add", "trader", "--password-stdin", stdin="correct horse\n")
    again = run(data, "users", "add", "Trader", "--password-stdin", stdin="correct horse\n")
    assert "trading-pro users passwd" in refusal(again)


def test_sets_a_password(data: Path) -> None:
    run(data, "users", "add", "trader", "--password-stdin", stdin="correct horse\n")
    changed = run(data, "users", "passwd", "trader", "--password-stdin", stdin="battery staple\n")
    assert changed.returncode == 0
    missing = run(data, "users", "passwd", "nobody", "--password-stdin", stdin="battery staple\n")
    assert "trading-pro users list" in refusal(missing)


@pytest.mark.parametrize(
    ("arguments", "stdin", "remedy"),
    [
        (("users", "add", "trader", "--password-stdin"), "short\n", "at least 8"),
        (("users", "add", "two words", "--password-stdin"), "correct horse\n", "letters"),
        (("users", "add", "local", "--password-stdin"), "correct horse\n", "another name"),
    ],
)
def test_says_what_a_user_may_be(
    data: Path, arguments: tuple[str, ...], stdin: str, remedy: str
) -> None:
    assert remedy in refusal(run(data, *arguments, stdin=stdin))


def test_prints_the_version(data: Path) -> None:
    assert run(data, "version").stdout.strip().count(".") == 2


def test_a_damaged_database_is_one_line(data: Path) -> None:
    data.mkdir()
    (data / "ledger.sqlite").write_bytes(b"not a database " * 500)
    assert "damaged" in refusal(run(data, *SERVE))
    assert "damaged" in refusal(run(data, "users", "list"))


def test_a_newer_database_is_one_line(data: Path) -> None:
    database = open_database(f"sqlite:///{data / 'ledger.sqlite'}", 0)
    database.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num='9999'")))
    database.close()
    assert "newer version" in refusal(run(data, *SERVE))


def test_a_taken_port_is_one_line(data: Path, unused_tcp_port: int) -> None:
    import socket

    with socket.create_server(("127.0.0.1", unused_tcp_port)):
        line = refusal(run(data, "serve", "--port", str(unused_tcp_port)))
    assert f"Port {unused_tcp_port} on 127.0.0.1 is taken" in line
    assert "--port" in line


def test_a_second_server_on_the_same_data_is_one_line(data: Path) -> None:
    from handlers.server import only_server

    with only_server(data):
        assert "Another server" in refusal(run(data, *SERVE))


def test_serving_others_needs_a_user_with_a_password(data: Path) -> None:
    line = refusal(run(data, *SERVE, "--host", "0.0.0.0"))
    assert "trading-pro users add NAME" in line


def test_an_address_of_another_machine_is_one_line(data: Path) -> None:
    assert "--host" in refusal(run(data, *SERVE, "--host", "203.0.113.1"))


def test_streams_alone_need_a_backplane(data: Path) -> None:
    assert "TRADING_PRO_BACKPLANE_URL" in refusal(run(data, "stream", "--port", "0"))


def test_streams_alone_need_the_database_of_a_server(data: Path) -> None:
    line = refusal(run(data, "stream", "--port", "0", BACKPLANE_URL="redis://127.0.0.1:1/0"))
    assert "trading-pro serve" in line
    assert not data.exists(), "nothing is made"


def test_a_bad_setting_is_one_line(data: Path) -> None:
    assert "TRADING_PRO_PORT" in refusal(run(data, "serve", "--port", "70000"))


def test_a_file_of_settings_that_is_no_text_is_one_line(data: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    assert ".env" in refusal(run(data, "users", "list", directory=tmp_path))
