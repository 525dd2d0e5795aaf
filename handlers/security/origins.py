"""Who a browser may be talking for: the Host and the Origin of a request."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
UNSPECIFIED = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - recognized, not bound
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_FETCH_SITES = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Origins:
    """The names and the origins that are ours.

    A page that rebinds its own name to our address still sends that name as Host, and a page
    that posts to us sends its own Origin: both are told from ours here. An address as Host
    cannot have been rebound; any is accepted where the server listens on all of its addresses.
    """

    hosts: frozenset[str]
    origins: frozenset[str]
    any_address: bool

    @classmethod
    def of(cls, bound: str, hosts: Iterable[str], origins: Iterable[str]) -> "Origins":
        """For a server that listens on `bound` and has further names and origins."""
        own = LOOPBACK | set(hosts) | ({bound.lower()} - UNSPECIFIED)
        return cls(frozenset(own), frozenset(origins), bound in UNSPECIFIED)

    def accepts_host(self, headers: Headers) -> bool:
        values = headers.getlist("host")
        if len(values) != 1:
            return False
        name = host_name(values[0])
        return name is not None and (name in self.hosts or (self.any_address and _is_address(name)))

    def accepts_origin(self, headers: Headers) -> bool:
        """Whether an unsafe request or a handshake comes from our own pages, or from no page."""
        origins = headers.getlist("origin")
        if not origins:
            return headers.get("sec-fetch-site", "none") in OWN_FETCH_SITES
        if len(origins) > 1:
            return False
        origin = origins[0].lower()
        return origin in self.origins or _authority(origin) == headers.get("host", "").lower()


@lru_cache(256)
def host_name(host: str) -> str | None:
    """The name in a Host header, without port and brackets; None where there is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None


def _authority(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") and parts.netloc else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
