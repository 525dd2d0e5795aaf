"""What an operator may set, and where it is documented."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from handlers.settings import PREFIX, Settings, unknown_variables

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type, call-arg]


def test_every_setting_is_in_the_example_and_no_other() -> None:
    documented = set(re.findall(rf"^#?\s*({PREFIX}\w+)=", EXAMPLE.read_text(), re.MULTILINE))
    assert documented == {f"{PREFIX}{name}".upper() for name in Settings.model_fields}


def test_every_setting_says_what_it_does() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_serves_this_machine_alone_unless_told_otherwise() -> None:
    assert settings().local
    assert settings().database == "sqlite:///data/ledger.sqlite"


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("lan", False)],
)
def test_signs_the_local_user_in_on_loopback_only(host: str, local: bool) -> None:
    assert settings(host=host).local is local


def test_local_mode_can_be_switched_off() -> None:
    assert not settings(local_mode=False).local


def test_reads_lists_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_PRO_ALLOWED_HOSTS", "desk.lan, Terminal.Example ,")
    assert settings().allowed_hosts == ("desk.lan", "terminal.example")


def test_what_is_left_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_PRO_DATABASE_URL", "")
    assert settings().database == "sqlite:///data/ledger.sqlite"


def test_refuses_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_PRO_PORT", "eighty")
    with pytest.raises(ValidationError):
        settings()


def test_notices_a_misspelled_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_PRO_PROT", "8001")
    assert unknown_variables() == ("TRADING_PRO_PROT",)


def test_notices_a_misspelled_line_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "TRADING_PRO_PORT=8001\nexport trading_pro_hots=lan\nOTHER=1\n#TRADING_PRO_X=1\n"
    )
    assert unknown_variables(file) == ("trading_pro_hots",)
    assert unknown_variables(tmp_path / "none") == ()


def test_the_database_url_is_not_printed() -> None:
    secret = settings(database_url="sqlite:////secret/place.sqlite")
    assert "secret" not in repr(secret)
    assert secret.database == "sqlite:////secret/place.sqlite"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("localhost:6379", "like redis://localhost:6379/0"),
        ("http://localhost", "like redis://localhost:6379/0"),
        ("redis://:hush@localhost/0", "TRADING_PRO_BACKPLANE_PASSWORD"),
    ],
)
def test_the_backplane_is_a_redis_and_its_password_is_kept_apart(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why) as refusal:
        settings(backplane_url=url)
    assert "hush" not in refusal.value.errors()[0]["msg"]


def test_the_password_of_the_backplane_is_not_shown() -> None:
    shown = settings(backplane_url="redis://localhost:6379/0", backplane_password="hush")
    assert "hush" not in f"{shown} {shown!r}"
