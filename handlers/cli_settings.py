"""The settings of a command, with its options on top; what is wrong with them in one line."""

from typing import Any

import typer
from pydantic import ValidationError

from handlers.operations.refusal import Refused
from handlers.settings import PREFIX, Settings, unknown_variables


def checked_settings(**options: Any) -> Settings:
    """As `read_settings`; names what looks misspelled."""
    settings = read_settings(**options)
    for name in unknown_variables():
        typer.echo(f"{name} means nothing here: is it misspelled? See .env.example.", err=True)
    return settings


def read_settings(**options: Any) -> Settings:
    """Options that are None do not count. Raises Refused."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except UnicodeDecodeError as error:
        raise Refused("The file .env is not text: save it as UTF-8, or remove it.") from error
    except OSError as error:
        raise Refused(
            f"The file .env cannot be read ({error.strerror}): make it readable, or remove it."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{first['loc'][0]}".upper() if first["loc"] else "The settings"
        raise Refused(f"{name}: {first['msg']}. See .env.example for all settings.") from error
