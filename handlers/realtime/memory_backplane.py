"""The backplane of a single process; in tests also that of several which share an exchange."""

import asyncio
import logging

from typing_extensions import override

from handlers.realtime.backplane import Backplane, Linked, Receive, Unlinked

log = logging.getLogger(__name__)


class Exchange:
    """What memory backplanes have in common. `cut` separates them all, `heal` ends that."""

    def __init__(self) -> None:
        self.members: list[MemoryBackplane] = []
        self.linked = True

    def cut(self) -> None:
        self._link(False)

    def heal(self) -> None:
        self._link(True)

    def _link(self, linked: bool) -> None:
        if self.linked == linked:
            return
        self.linked = linked
        for member in tuple(self.members):
            member.link(linked)


class MemoryBackplane(Backplane):
    """Delivers at the end of the tick, as a network would: never within `publish`."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()
        self._channels: set[str] = set()
        self._receive: Receive | None = None
        self._linked: Linked | None = None

    @override
    async def start(self, receive: Receive, linked: Linked) -> None:
        self._receive, self._linked = receive, linked
        self._exchange.members.append(self)
        self.link(self._exchange.linked)

    @override
    async def stop(self) -> None:
        self._receive = self._linked = None
        if self in self._exchange.members:
            self._exchange.members.remove(self)

    @override
    async def subscribe(self, channel: str) -> None:
        self._channels.add(channel)

    @override
    def publish(self, channel: str, message: bytes) -> None:
        if self._receive is None or not self._exchange.linked:
            return
        for member in self._exchange.members:
            if channel in member._channels:
                asyncio.get_running_loop().call_soon(member._deliver, channel, message)

    @override
    async def probe(self) -> None:
        if not self._exchange.linked:
            raise Unlinked("the exchange is cut")

    def link(self, linked: bool) -> None:
        if self._linked is not None:
            self._linked(linked)

    def _deliver(self, channel: str, message: bytes) -> None:
        if self._receive is None or not self._exchange.linked:
            return
        try:
            self._receive(channel, message)
        except Exception:
            log.exception("a message of the backplane could not be taken")
