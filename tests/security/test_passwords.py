"""Passwords and login limits."""

import pytest
from argon2 import PasswordHasher

from handlers.security.limits import PER_ADDRESS, LoginLimits
from handlers.security.passwords import Passwords, weakness


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def test_knows_the_right_password(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse")
    assert await passwords.verify(stored, "correct horse")
    assert not await passwords.verify(stored, "battery staple")
    passwords.close()


async def test_nobody_signs_in_without_a_password_hash(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "no user has this password")
    assert not await passwords.verify("not a hash", "correct horse")
    passwords.close()


def test_the_hash_hides_the_password(passwords: Passwords) -> None:
    assert "correct horse" not in passwords.hash("correct horse")


def test_names_what_is_weak() -> None:
    assert weakness("short") is not None
    assert weakness("x" * 300) is not None
    assert weakness("long enough") is None


def test_too_many_attempts_on_a_name_have_to_wait() -> None:
    limits = LoginLimits(3)
    assert [limits.attempt("trader", "a") for _ in range(3)] == [None] * 3
    wait = limits.attempt("Trader", "b")
    assert wait is not None
    assert 1 <= wait <= 60


def test_a_login_gives_a_clean_slate() -> None:
    limits = LoginLimits(3)
    for _ in range(3):
        limits.attempt("trader", "a")
    limits.succeeded("trader")
    assert limits.attempt("trader", "a") is None


def test_too_many_names_from_one_address_have_to_wait() -> None:
    limits = LoginLimits(1)
    for n in range(PER_ADDRESS):
        assert limits.attempt(f"trader{n}", "a") is None
    assert limits.attempt("another", "a") is not None
    assert limits.attempt("another", "b") is None
