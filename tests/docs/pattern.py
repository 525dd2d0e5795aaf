"""Frames as the page shows them: JSON with placeholders.

`<name>` is a value that is the same wherever it occurs, `<name+1>` the next number, `<name+>` any
higher one, which has the name from there on. `…` is any value, or whatever else there is.
"""

import json
import re
from typing import Any, Final, final
from uuid import uuid4

ANY: Final = "…"
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]+>|…|[{}\[\]:,]|[^\s"<…{}\[\]:,]+')
_PLACE: Final = re.compile(r"<([a-z ]+)(\+\d*)?>")


def parse(text: str) -> Any:
    """JSON in which placeholders are strings, and `…` is a member too where it is one."""
    parts: list[str] = []
    inside: list[str] = []
    for token in _TOKEN.findall(text):
        if token in ("{", "["):
            inside.append(token)
        elif token in ("}", "]"):
            inside.pop()
        if token.startswith("<"):
            token = f'"{token}"'
        elif token == ANY:
            is_member = inside[-1:] == ["{"] and parts[-1] != ":"
            token = f'"{ANY}":"{ANY}"' if is_member else f'"{ANY}"'
        parts.append(token)
    return json.loads("".join(parts))


@final
class Values:
    """What the placeholders stand for, so far."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def __setitem__(self, name: str, value: object) -> None:
        self._known[name] = value

    def fill(self, template: Any) -> Any:
        """As it is sent; a name that nobody has used yet is the client's to choose."""
        if isinstance(template, dict):
            return {key: self.fill(value) for key, value in template.items()}
        if isinstance(template, list):
            return [self.fill(value) for value in template]
        if not isinstance(template, str):
            return template
        whole = _PLACE.fullmatch(template)
        if whole is not None:
            return self._value(whole)
        return _PLACE.sub(lambda place: str(self._value(place)), template)

    def matches(self, template: Any, actual: Any) -> bool:
        """Learns what the placeholders stand for, if it does."""
        before = dict(self._known)
        if self._matches(template, actual):
            return True
        self._known = before
        return False

    def _matches(self, template: Any, actual: Any) -> bool:
        if template == ANY:
            return True
        if isinstance(template, dict):
            return isinstance(actual, dict) and self._same_members(template, actual)
        if isinstance(template, list):
            return isinstance(actual, list) and self._same_items(template, actual)
        if isinstance(template, str) and (place := _PLACE.fullmatch(template)):
            return self._is(place, actual)
        expected = self.fill(template)
        return type(expected) is type(actual) and bool(expected == actual)

    def _same_members(self, template: dict[str, Any], actual: dict[str, Any]) -> bool:
        wanted = {key: value for key, value in template.items() if key != ANY}
        complete = ANY in template or wanted.keys() == actual.keys()
        return complete and all(
            key in actual and self._matches(value, actual[key]) for key, value in wanted.items()
        )

    def _same_items(self, template: list[Any], actual: list[Any]) -> bool:
        if template[-1:] == [ANY]:
            template = template[:-1]
            actual = actual[: len(template)]
        return len(template) == len(actual) and all(map(self._matches, template, actual))

    def _is(self, place: re.Match[str], actual: Any) -> bool:
        name, step = place.groups()
        if step == "+" and not actual > self._known[name]:
            return False
        if step == "+" or name not in self._known:
            self._known[name] = actual
            return True
        return bool(self._value(place) == actual)

    def _value(self, place: re.Match[str]) -> Any:
        name, step = place.groups()
        value = self._known.setdefault(name, uuid4().hex)
        return value if step is None else value + int(step)
