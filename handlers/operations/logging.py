"""Structured logs on standard error: for people on a terminal, as JSON elsewhere."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET = frozenset(
    {"password", "secret", "token", "authorization", "cookie", "set-cookie", "database_url"}
)

_TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Local variables hold passwords, tokens and headers."""


def configure_logging(level: str, *, json: bool) -> None:
    """Send every log line of the process, also those of libraries, through one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderer: list[Processor] = (
        [structlog.processors.ExceptionRenderer(_TRACEBACKS), structlog.processors.JSONRenderer()]
        if json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in ("alembic", "sqlalchemy", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if level == "debug":  # it shows every header and every frame: cookies, keys
        logging.getLogger("uvicorn.error").setLevel(logging.INFO)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    return structlog.stdlib.get_logger(name)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A secret that somebody logs by mistake does not reach the log."""
    for key in event:
        if key.lower() in SECRET:
            event[key] = "[redacted]"
    return event
