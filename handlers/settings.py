"""What an operator may set: environment variables `TRADING_PRO_…`, or the same names in `.env`."""

import ipaddress
import os
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TRADING_PRO_"
ENV_FILE = Path(".env")
ENCODING = "utf-8"
FRONTEND = Path(__file__).resolve().parent.parent / "frontend" / "dist"


class LogFormat(StrEnum):
    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """Each field's description is its documentation; `.env.example` lists them all."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding=ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    host: str = Field(
        "127.0.0.1", description="Address to listen on; loopback: this machine alone."
    )
    port: int = Field(8000, ge=0, le=65535, description="TCP port; 0 takes any free one.")
    data_dir: Path = Field(Path("data"), description="Directory of everything that is kept.")
    database_url: SecretStr | None = Field(
        None,
        description="URL of the database; unset: the file ledger.sqlite in data_dir.",
    )
    backplane_url: str | None = Field(
        None,
        description="URL of a Redis or Valkey for `trading-pro stream`; unset: one process alone.",
    )
    backplane_password: SecretStr | None = Field(
        None, description="Password of the backplane; it does not belong into the URL."
    )
    frontend_dir: Path = Field(FRONTEND, description="Directory of the built user interface.")

    local_mode: bool = Field(
        True, description="Sign the local user in by itself; counts only where host is loopback."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further names under which this server is reached, separated by commas."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further web origins whose pages may use this server, separated by commas."
    )
    secure_cookies: bool = Field(
        False, description="Mark the session cookie Secure, also where TLS ends before this server."
    )
    session_lifetime: int = Field(
        30 * 24 * 3600, ge=60, description="Seconds until a session ends after its last login."
    )
    login_attempts: int = Field(
        10, ge=1, description="Failed logins per minute and user name; five times that per address."
    )

    simulated_seed: str = Field(
        "trading-pro",
        min_length=1,
        description="Seed of the simulated prices.",
    )
    replay_bar_seconds: float = Field(
        2.0, gt=0, le=86_400, description="Seconds between two bars of the recorded feed."
    )
    replay_history: int = Field(
        500, ge=1, description="Recorded bars that lie behind the cursor when a replay begins."
    )

    financing_rate: Decimal = Field(
        Decimal("0.06"),
        ge=0,
        le=10,
        max_digits=8,
        description="What margin positions pay a year at the ends of sessions; 0.06 is 6 %.",
    )
    borrow_rate: Decimal = Field(
        Decimal("0.01"),
        ge=0,
        le=10,
        max_digits=8,
        description="What stock sold short pays a year besides.",
    )
    fill_models: Path | None = Field(
        None,
        description="TOML file of slippage, fees, latency and liquidity; unset: the best case.",
    )
    scenarios: bool = Field(
        False,
        description="Let programs force fills, rejections and delays of orders on made-up prices.",
    )

    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least level."
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="console, json, or auto: console on a terminal, else json."
    )
    shutdown_seconds: int = Field(
        5, ge=0, description="Seconds that open requests and sockets get to end at shutdown."
    )

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("backplane_url")
    @classmethod
    def _without_password(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "redis:")
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise ValueError("it must be like redis://localhost:6379/0")
        if parts.password is not None:
            raise ValueError(f"the password belongs into {PREFIX}BACKPLANE_PASSWORD")
        return value

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in effect."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'ledger.sqlite'}"

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def local(self) -> bool:
        """Whether the local user is signed in without a credential."""
        return self.local_mode and self.loopback


@lru_cache(256)
def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address or name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def unknown_variables(env_file: Path = ENV_FILE) -> tuple[str, ...]:
    """Names in the environment and in `.env` that carry our prefix and mean nothing.

    Most likely they are misspelled.
    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    names = {*os.environ, *dotenv_values(env_file, encoding=ENCODING)}
    return tuple(
        sorted(
            name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known
        )
    )
