"""One name, four spellings: placeOrder, place_order, PlaceOrder, PLACE_ORDER."""

import keyword
import re
from typing import Final

# Words whose capitals do not say where their parts are.
_WHOLE: Final = {"ETag": "etag", "OAuth": "oauth", "OpenAPI": "openapi", "AsyncAPI": "asyncapi"}
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
# Names that our templates use where handlers are called.
TAKEN: Final = frozenset(
    "self cls body request handler gate inputs result results models problems router declares"
    " json_response text_response bytes_response empty_response".split()
)


def words(name: str) -> list[str]:
    """The lower-case words of a name: `ifNoneMatch`, `If-None-Match` and `if_none_match` agree."""
    if name in _WHOLE:
        return [_WHOLE[name]]
    return [part.lower() for part in _BOUNDARY.split(name) if part]


def snake(name: str) -> str:
    """`placeOrder` -> `place_order`; a Python keyword gets an underscore: `from` -> `from_`."""
    return safe("_".join(words(name)))


def pascal(name: str) -> str:
    """`placeOrder` and `place_order` -> `PlaceOrder`."""
    return safe("".join(part.capitalize() for part in words(name)))


def camel(name: str) -> str:
    """`place_order` -> `placeOrder`."""
    first, *rest = words(name) or [""]
    return first + "".join(part.capitalize() for part in rest)


def constant(name: str) -> str:
    """`placeOrder` -> `PLACE_ORDER`."""
    return safe("_".join(words(name)).upper())


def argument(name: str) -> str:
    """The name of a parameter in a handler; clear of the names that the handler has already."""
    spelled = snake(name)
    return f"{spelled}_" if spelled in TAKEN else spelled


def safe(name: str) -> str:
    """A valid identifier that is no keyword."""
    if name and name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name
