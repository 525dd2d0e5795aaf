"""Signing in and out, and API keys."""

from typing import final

from typing_extensions import override

from generated import models
from generated.base import given, optional
from generated.rest import problems
from generated.rest.handlers import AuthHandler
from generated.rest.results import LoginOk, LogoutNoContent
from handlers.security.caller import current_caller
from handlers.security.cookies import session_cookie
from handlers.security.identity import Identity
from handlers.security.keys import MAX_KEYS, ExpiryPassed, Keys
from handlers.security.limits import LoginLimits
from handlers.storage.users import NameTaken, StoredKey, TooManyKeys


@final
class Auth(AuthHandler):
    def __init__(
        self, identity: Identity, keys: Keys, limits: LoginLimits, *, secure_cookies: bool
    ) -> None:
        self._identity = identity
        self._keys = keys
        self._limits = limits
        self._secure_cookies = secure_cookies

    @override
    async def login(self, body: models.LoginRequest) -> LoginOk:
        caller = current_caller.get()
        wait = self._limits.attempt(body.user_name, caller.address)
        if wait is not None:
            raise problems.TooManyAttempts(f"Try again in {wait} s.", retry_after=wait)
        signed_in = await self._identity.sign_in(body.user_name, body.password.get_secret_value())
        if signed_in is None:
            raise problems.InvalidCredentials()
        self._limits.succeeded(body.user_name)
        lifetime = (signed_in.expires_at - signed_in.created_at) // 1000
        cookie = self._cookie(signed_in.token, lifetime, caller.secure)
        return LoginOk(body=signed_in.session, set_cookie=cookie)

    @override
    async def logout(self, session: models.Session) -> LogoutNoContent:
        caller = current_caller.get()
        if session.authentication is models.Authentication.SESSION and caller.session_token:
            await self._identity.sign_out(caller.session_token)
        return LogoutNoContent(set_cookie=self._cookie("", 0, caller.secure))

    @override
    async def get_session(self, session: models.Session) -> models.Session:
        return session

    @override
    async def list_api_keys(self, session: models.Session) -> models.ApiKeyList:
        _require_person(session)
        keys = await self._keys.list(session.user_id)
        return models.ApiKeyList(keys=[_key(key) for key in keys])

    @override
    async def create_api_key(
        self, session: models.Session, body: models.CreateApiKeyRequest
    ) -> models.CreatedApiKey:
        _require_person(session)
        permissions = tuple(dict.fromkeys(permission.value for permission in body.permissions))
        expires_at = given(body.expires_at)
        try:
            secret, key = await self._keys.create(
                session.user_id, body.name, permissions, expires_at
            )
        except NameTaken as error:
            raise problems.ApiKeyNameTaken(f"Your key {body.name} is not revoked.") from error
        except TooManyKeys as error:
            raise problems.TooManyApiKeys(f"You have {MAX_KEYS} keys: revoke one.") from error
        except ExpiryPassed as error:
            raise _expiry_passed(expires_at, error.now) from error
        return models.CreatedApiKey(**dict(_key(key)), secret=secret)

    @override
    async def revoke_api_key(self, session: models.Session, key_id: str) -> None:
        _require_person(session)
        if not await self._identity.revoke_key(session.user_id, key_id):
            raise problems.ApiKeyNotFound(f"You have no key {key_id}.")

    def _cookie(self, token: str, lifetime: int, secure: bool) -> str:
        return session_cookie(token, lifetime, secure=self._secure_cookies or secure)


def _require_person(session: models.Session) -> None:
    """A key that could make keys would outlive its own revocation."""
    if session.authentication is models.Authentication.API_KEY:
        raise problems.SessionRequired("Sign in to manage API keys.")


def _expiry_passed(expires_at: int | None, now: int) -> problems.ExpiryPassed:
    error = models.FieldError(
        field="/expiresAt",
        rule="future",
        message=f"It has to be after now, {now}.",
        value=str(expires_at),
        nearest=str(now + 1),
    )
    return problems.ExpiryPassed(f"expiresAt ({expires_at}) has passed.", errors=[error])


def _key(key: StoredKey) -> models.ApiKey:
    return models.ApiKey(
        key_id=key.key_id,
        name=key.name,
        permissions=[models.Permission(word) for word in key.permissions],
        created_at=key.created_at,
        last_used_at=optional(key.last_used_at),
        expires_at=optional(key.expires_at),
    )
