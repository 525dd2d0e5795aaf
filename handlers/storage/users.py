"""Users, their sessions and their API keys. Of secrets only hashes are stored."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from handlers.storage.database import metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id"), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Index("sessions_user", "user_id"),
)
api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("token_hash", sa.Text, nullable=False, unique=True),
    sa.Column("permissions", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("last_used_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Index(
        "api_keys_name",
        "user_id",
        "name",
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)


class NameTaken(Exception):
    """There is one of this name already."""


class TooManyKeys(Exception):
    """The user has as many keys as a user may have."""


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    name: str
    password_hash: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class StoredSession:
    token_hash: str
    user_id: str
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class StoredKey:
    """`permissions` are the words of the contract; times are Unix ms."""

    key_id: str
    user_id: str
    name: str
    token_hash: str
    permissions: tuple[str, ...]
    created_at: int
    expires_at: int | None = None
    last_used_at: int | None = None


def add_user(connection: Connection, user: User) -> None:
    """Raises NameTaken; names that differ in case alone are the same name."""
    if find_user(connection, user.name) is not None:
        raise NameTaken(user.name)
    connection.execute(
        users.insert().values(
            user_id=user.user_id,
            name=user.name,
            password_hash=user.password_hash,
            created_at=user.created_at,
        )
    )


def ensure_user(connection: Connection, user: User) -> User:
    """The stored user of this id, made if there is none. Raises NameTaken."""
    stored = get_user(connection, user.user_id)
    if stored is None:
        add_user(connection, user)
    return stored or user


def find_user(connection: Connection, name: str) -> User | None:
    return _user(connection, sa.func.lower(users.c.name) == name.lower())


def get_user(connection: Connection, user_id: str) -> User | None:
    return _user(connection, users.c.user_id == user_id)


def list_users(connection: Connection) -> tuple[User, ...]:
    rows = connection.execute(users.select().order_by(users.c.name))
    return tuple(User(**row._mapping) for row in rows)


def set_password(connection: Connection, user_id: str, password_hash: str, now: int) -> None:
    """Also ends the user's sessions and revokes the keys: whoever knew the old password is out."""
    connection.execute(
        users.update().where(users.c.user_id == user_id).values(password_hash=password_hash)
    )
    connection.execute(sessions.delete().where(sessions.c.user_id == user_id))
    connection.execute(_revocation(now).where(api_keys.c.user_id == user_id))


def add_session(connection: Connection, session: StoredSession) -> None:
    """Adds one and forgets those that have expired by then."""
    connection.execute(sessions.delete().where(sessions.c.expires_at <= session.created_at))
    connection.execute(
        sessions.insert().values(
            token_hash=session.token_hash,
            user_id=session.user_id,
            created_at=session.created_at,
            expires_at=session.expires_at,
        )
    )


def find_session(
    connection: sqlite3.Connection, token_hash: str
) -> tuple[StoredSession, User] | None:
    """The session and its user, whether expired or not."""
    for row in connection.execute(_SESSION, (token_hash,)).fetchall():
        return StoredSession(*row[: len(sessions.c)]), User(*row[len(sessions.c) :])
    return None


def remove_session(connection: Connection, token_hash: str) -> None:
    connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))


def end_sessions(connection: Connection) -> None:
    """Everybody signs in again."""
    connection.execute(sessions.delete())


def add_key(connection: Connection, key: StoredKey, most: int) -> None:
    """Of keys that are not revoked, the user has `most` at most and one of a name.

    Raises TooManyKeys or NameTaken.
    """
    theirs = _live_keys().where(api_keys.c.user_id == key.user_id).subquery()
    if connection.execute(sa.select(sa.func.count()).select_from(theirs)).scalar_one() >= most:
        raise TooManyKeys(key.user_id)
    try:
        connection.execute(
            api_keys.insert().values(
                key_id=key.key_id,
                user_id=key.user_id,
                name=key.name,
                token_hash=key.token_hash,
                permissions=" ".join(key.permissions),
                created_at=key.created_at,
                expires_at=key.expires_at,
            )
        )
    except IntegrityError as error:
        raise NameTaken(key.name) from error


def list_keys(connection: Connection, user_id: str) -> tuple[StoredKey, ...]:
    """The user's keys that are not revoked, newest first."""
    rows = connection.execute(
        _live_keys()
        .where(api_keys.c.user_id == user_id)
        .order_by(api_keys.c.created_at.desc(), api_keys.c.key_id)
    )
    return tuple(_key(row) for row in rows)


def find_key(connection: sqlite3.Connection, token_hash: str) -> tuple[StoredKey, User] | None:
    """The key and its user unless it is revoked, whether expired or not."""
    for row in connection.execute(_KEY, (token_hash,)).fetchall():
        return _stored_key(row[: len(api_keys.c)]), User(*row[len(api_keys.c) :])
    return None


def touch_key(connection: Connection, key_id: str, now: int) -> None:
    connection.execute(
        api_keys.update().where(api_keys.c.key_id == key_id).values(last_used_at=now)
    )


def revoke_key(connection: Connection, user_id: str, key_id: str, now: int) -> bool:
    """Whether there was such a key of this user to revoke."""
    theirs = sa.and_(api_keys.c.key_id == key_id, api_keys.c.user_id == user_id)
    return connection.execute(_revocation(now).where(theirs)).rowcount == 1


def living(connection: Connection, credentials: Collection[str]) -> set[str]:
    """Those of the key ids and hashes of session tokens that are neither revoked nor ended."""
    hashes = sa.select(sessions.c.token_hash).where(sessions.c.token_hash.in_(credentials))
    ids = sa.select(api_keys.c.key_id).where(
        api_keys.c.key_id.in_(credentials), api_keys.c.revoked_at.is_(None)
    )
    return set(connection.execute(hashes.union_all(ids)).scalars())


def _user(connection: Connection, condition: sa.ColumnElement[bool]) -> User | None:
    row = connection.execute(users.select().where(condition)).one_or_none()
    return None if row is None else User(**row._mapping)


def _revocation(now: int) -> sa.Update:
    return api_keys.update().where(api_keys.c.revoked_at.is_(None)).values(revoked_at=now)


def _live_keys() -> sa.Select[tuple[object, ...]]:
    return api_keys.select().where(api_keys.c.revoked_at.is_(None))


def _key(row: sa.Row[tuple[Any, ...]]) -> StoredKey:
    return _stored_key(tuple(row))


def _stored_key(row: tuple[Any, ...]) -> StoredKey:
    values = dict(zip(api_keys.c.keys(), row, strict=True))
    del values["revoked_at"]
    return StoredKey(**{**values, "permissions": tuple(values["permissions"].split())})


def _sql(query: sa.Select[Any]) -> str:
    """Composed once: each request looks up whose it is, and composing costs more than looking."""
    return str(query.compile(dialect=sqlite.dialect()))


_SESSION: Final = _sql(
    sa.select(sessions, users).join(users).where(sessions.c.token_hash == sa.bindparam("hash"))
)
_KEY: Final = _sql(
    sa.select(api_keys, users)
    .join(users)
    .where(api_keys.c.token_hash == sa.bindparam("hash"), api_keys.c.revoked_at.is_(None))
)
