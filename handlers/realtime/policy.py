"""The rules of a stream connection, as numbers. The contract gives the defaults."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations are milliseconds, sizes are bytes."""

    ping_interval: int = 20_000
    silence: int = 30_000
    grace: int = 5_000
    lifespan: int = 3_600_000
    notice: int = 60_000
    frame_size: int = 65_536
    messages_per_second: int = 50
    message_burst: int = 2_000
    rate_patience: int = 10_000
    topics: int = 1_024
    connections_per_user: int = 50
    connections_per_address: int = 1_000
    unread_size: int = 1_048_576
    unread_time: int = 10_000
    unauthenticated_time: int = 10_000
    reconnect_spread: int = 5_000


@dataclass(frozen=True, slots=True)
class Close:
    """Why a socket is closed. 4000 to 4099: reconnect; 4100 to 4199: do not."""

    code: int
    reason: str


HEARTBEAT_MISSED = Close(4000, "heartbeat missed")
LIFESPAN_OVER = Close(4001, "lifespan over")
SHUTTING_DOWN = Close(4002, "shutting down")
TOO_SLOW = Close(4003, "too slow")
UNAUTHENTICATED = Close(4100, "not signed in")
FORBIDDEN = Close(4101, "the session ended or the key was revoked")
RATE_EXCEEDED = Close(4104, "rate exceeded")
FRAME_TOO_LARGE = Close(1009, "frame too large")
FAILED = Close(1011, "internal error")
