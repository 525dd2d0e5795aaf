"""Opaque secrets: random, shown once, stored as a hash."""

import hashlib
import secrets


def new_token(prefix: str = "") -> str:
    """256 random bits, safe in a header and a cookie."""
    return prefix + secrets.token_urlsafe(32)


def new_id(prefix: str) -> str:
    """An identifier that is no secret and cannot be guessed either."""
    return f"{prefix}_{secrets.token_hex(8)}"


def hash_token(token: str) -> str:
    """What is stored of a token. It has full entropy, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
