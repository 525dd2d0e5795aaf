"""One crowd of readers, and the servers that it reads from."""

from contextlib import ExitStack
from typing import Any, final

from tests.benchmarks.child import Answer, Child


@final
class Stage:
    """Servers are named by their module; all of them end with the block."""

    def __init__(self, python: dict[str, str] | None = None) -> None:
        self._python = python or {}
        self._processes = ExitStack()
        self._servers: dict[str, Child] = {}
        self._ports: dict[str, int] = {}
        self.crowd = self._processes.enter_context(Child("tests.benchmarks.crowd"))

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            self.crowd.ask("leave")
        self._processes.__exit__(*error)

    def serve(self, module: str, name: str | None = None) -> None:
        """Start one more server process."""
        python = {"python": self._python[module]} if module in self._python else {}
        server = Child(f"tests.benchmarks.servers.{module}", **python)
        self._servers[name or module] = self._processes.enter_context(server)
        self._ports[name or module] = server.ask("address")["port"]

    def connect(
        self, server: str, count: int, topics: int = 0, *also: str, group: str = ""
    ) -> None:
        """Let so many readers join a server, each on the first `topics` quotes."""
        symbols = [*(f"S{number:02}" for number in range(topics)), *also]
        self.crowd.ask(
            "connect", group=group or server, port=self._ports[server], count=count, topics=symbols
        )

    def publish(self, server: str, **how: Any) -> Answer:
        return self._servers[server].ask("publish", **how)

    def ask(self, server: str, command: str) -> Answer:
        return self._servers[server].ask(command)

    def heard(self, group: str, frames: int) -> Answer:
        """What the readers got; all of it must be there."""
        heard = self.crowd.ask("heard", group=group, frames=frames)
        if heard["frames"] != frames:
            raise RuntimeError(f"{group}: {heard['frames']} of {frames} frames arrived")
        return heard
