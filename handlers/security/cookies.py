"""The cookie that carries a browser's session."""

from http.cookies import SimpleCookie

from handlers.security.caller import COOKIE


def session_cookie(token: str, lifetime: int, *, secure: bool) -> str:
    """A Set-Cookie value; `lifetime` in seconds, 0 clears the cookie."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[COOKIE] = token
    morsel = cookie[COOKIE]
    morsel["path"] = "/"
    morsel["httponly"] = True
    morsel["samesite"] = "Lax"
    morsel["max-age"] = lifetime
    if secure:
        morsel["secure"] = True
    return morsel.OutputString()
