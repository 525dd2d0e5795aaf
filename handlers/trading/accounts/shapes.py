"""Values of the core as JSON by position, and back: what a snapshot is made of.

Unlike stored events it has no versions. A snapshot of another program is not read.
"""

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from handlers.trading import money

Build = Callable[[Any], Any]


def builder(hint: Any) -> Build:
    """What makes a value of that type again."""
    return _builder(hint)


def plain(value: Any) -> Any:
    """What JSON can say; dataclasses by the position of their fields."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, Decimal):
        return money.text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    cls: Any = type(value)
    return [_name(cls), *(plain(getattr(value, name)) for name in _names(cls))]


@cache
def _builder(hint: Hashable) -> Build:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(tuple(item for item in arguments if item is not types.NoneType))
    if origin is tuple and arguments[-1] is not Ellipsis:
        parts = tuple(builder(item) for item in arguments)
        return lambda value: tuple(part(item) for part, item in zip(parts, value, strict=True))
    if origin is tuple:
        each = builder(arguments[0])
        return lambda value: tuple(each(item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        inner = builder(arguments[1])
        return lambda value: {key: inner(part) for key, part in value.items()}
    if is_dataclass(hint):
        return _dataclass(hint)
    if isinstance(hint, type) and issubclass(hint, Decimal | Enum):
        return hint
    return lambda value: value


def _union(arms: tuple[Any, ...]) -> Build:
    builds = {_name(arm): builder(arm) for arm in arms if is_dataclass(arm)}
    single = builder(arms[0])

    def build(value: Any) -> Any:
        if value is None:
            return None
        return builds[value[0]](value) if builds else single(value)

    return build


def _name(cls: Any) -> str:
    return str(cls.__name__)


def _dataclass(cls: Any) -> Build:
    hints = get_type_hints(cls)
    builds = tuple(builder(hints[name]) for name in _names(cls))
    return lambda value: cls(*(build(part) for build, part in zip(builds, value[1:], strict=True)))


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))
