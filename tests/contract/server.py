"""A server process of its own, that generated requests reach over HTTP."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import httpx

from generated.rest.version import BASE_PATH
from handlers.clock import SystemClock
from handlers.security.tokens import hash_token, new_token
from handlers.storage import users
from handlers.storage.migrations import open_database
from handlers.storage.users import StoredSession, User
from tests.contract.fuzzing import trade

ADDRESS = re.compile(r" at (http://\S+)")
LIFETIME = 3_600_000


class Server:
    """Nobody enters it without a credential; each trader has accounts of their own."""

    def __init__(self, data_dir: Path, token: str) -> None:
        """`token` is that of the first trader's session."""
        options = {
            "LOCAL_MODE": "false",
            "LOGIN_ATTEMPTS": "1000000",
            "LOG_LEVEL": "error",
            "SCENARIOS": "true",
        }
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRADING_PRO_")}
        program = "from handlers.cli import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, "serve", "--port", "0", "--data-dir", str(data_dir)],
            env={**environment, **{f"TRADING_PRO_{k}": v for k, v in options.items()}},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.address = self._announced()
        """Of the interface, its base path included."""
        self._clock = SystemClock()
        file = f"sqlite:///{data_dir / 'ledger.sqlite'}"
        self._database = open_database(file, self._clock.now())
        self._numbers = count(1)
        self._add_trader(token)

    def new_trader(self) -> str:
        """The token of another user, who has a position and a working order."""
        token = new_token()
        self._add_trader(token)
        asyncio.run(self._trade(token))
        return token

    def wait_until_ready(self) -> None:
        transport = httpx.HTTPTransport(retries=5)
        with httpx.Client(transport=transport, trust_env=False, timeout=30) as client:
            for _ in range(6_000):
                if client.get(f"{self.address}/health/ready").status_code == 204:
                    return
        raise AssertionError("the server did not get ready")

    async def _trade(self, token: str) -> None:
        async with httpx.AsyncClient(
            base_url=self.address, cookies={"session": token}, trust_env=False, timeout=30
        ) as client:
            await trade(client)

    def _add_trader(self, token: str) -> None:
        number, now = next(self._numbers), self._clock.now()
        user = User(f"user_{number}", f"trader{number}", None, now)
        session = StoredSession(hash_token(token), user.user_id, now, now + LIFETIME)
        self._database.write_now(lambda connection: users.add_user(connection, user))
        self._database.write_now(lambda connection: users.add_session(connection, session))

    def stop(self) -> int:
        """Ask it to end, as an operator does; its exit code."""
        self._database.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=30)
        return self._process.returncode

    def _announced(self) -> str:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := ADDRESS.search(line):
                return found[1] + BASE_PATH
        raise AssertionError("the server did not start")
