"""Plays a transcript: says what the client says, and expects the rest."""

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any, final

import httpx
import pytest

from tests.docs.clients import Ended
from tests.docs.page import Kind, Line
from tests.docs.pattern import ANY, Values, parse
from tests.docs.scene import Scene

_PATIENCE = 15.0
_MOMENT = 0.02
_LOSSLESS = "account."


@final
class Player:
    """`values` are what the placeholders stand for so far."""

    def __init__(self, scene: Scene, rest: httpx.AsyncClient) -> None:
        self._scene = scene
        self._client = scene.client
        self._rest = rest
        self._answer: httpx.Response | None = None
        self.values = Values()

    async def play(self, lines: Iterable[Line]) -> None:
        for line in lines:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._play(line)
            except TimeoutError:
                raise AssertionError(f"this did not come: {line.text}") from None

    async def _play(self, line: Line) -> None:
        match line.kind:
            case Kind.CONNECT:
                await self._connect(line.text)
            case Kind.SAY:
                await self._client.send(self._frame(line.text))
            case Kind.HEAR:
                await self._hear(parse(line.text))
            case Kind.CLOSED:
                await self._closed(line.text)
            case Kind.HAPPEN:
                await self._scene.happen(line.text)
            case Kind.ASK:
                await self._ask(line.text)
            case Kind.ANSWER:
                self._check(line.text)

    async def _connect(self, text: str) -> None:
        name, _, value = str(self.values.fill(text)).partition(": ")
        await self._client.connect(self._scene.address, {name: value} if name else {})

    def _frame(self, text: str) -> str:
        """What is no JSON is sent as it is."""
        return json.dumps(self.values.fill(parse(text))) if text[0] in "{[" else text

    async def _hear(self, wanted: dict[str, Any]) -> None:
        while not self.values.matches(wanted, frame := await self._next(wanted)):
            assert _may_come_between(frame), f"{frame}\ninstead of\n{wanted}"

    async def _next(self, wanted: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                moment = _MOMENT if _may_come_between(wanted) else _PATIENCE
                frame = await asyncio.wait_for(self._client.receive(), moment)
            except TimeoutError:
                await self._scene.pass_time()
            else:
                return dict(json.loads(frame))

    async def _closed(self, text: str) -> None:
        code_and_reason = re.escape(text).replace(ANY, ".*")
        with pytest.raises(Ended, match=f"^{code_and_reason}$"):
            await self._hear_nothing()

    async def _hear_nothing(self) -> None:
        while True:
            frame = json.loads(await self._client.receive())
            assert _may_come_between(frame), frame

    async def _ask(self, text: str) -> None:
        method, path, body = (*text.split(" ", 2), "")[:3]
        target = str(self.values.fill(path)).removeprefix("/api/v1")
        content = self.values.fill(parse(body)) if body else None
        self._answer = await self._rest.request(method, target, json=content)

    def _check(self, text: str) -> None:
        status, _, body = text.partition(" ")
        assert self._answer is not None
        assert str(self._answer.status_code) == status, self._answer.text
        if body:
            assert self.values.matches(parse(body), self._answer.json()), self._answer.text


def _may_come_between(frame: dict[str, Any]) -> bool:
    """Prices move when they like; what comes of an account is told completely."""
    kind = str(frame["type"])
    return kind.endswith(".update") and not kind.startswith(_LOSSLESS)
