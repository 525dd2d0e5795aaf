"""Password hashes: argon2id, computed away from the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 256
THREADS = 2


class Passwords:
    """One hash takes 64 MiB and about 150 ms, so at most `THREADS` are computed at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")

    def hash(self, password: str) -> str:
        """Blocks; for the command line."""
        return self._hasher.hash(password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password matches. Without a hash: False, after the same time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._verify, password_hash, password)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._decoy, password)
        except (Argon2Error, InvalidHashError):
            return False
        return password_hash is not None

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash("no user has this password")


def weakness(password: str) -> str | None:
    """What is wrong with a new password, or None."""
    if len(password) < MINIMUM_LENGTH:
        return f"A password has at least {MINIMUM_LENGTH} characters."
    if len(password) > MAXIMUM_LENGTH:
        return f"A password has at most {MAXIMUM_LENGTH} characters."
    return None
