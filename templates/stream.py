"""ir -> the files of the stream: dispatch, handlers, publisher, policy, TypeScript client."""

from templates import ir_stream as ir
from templates.render import HEADER, environment

PYTHON = (
    "channels",
    "dispatch",
    "envelope",
    "handlers",
    "policy",
    "problems",
    "publisher",
    "unimplemented",
)
TYPESCRIPT = (
    "stream",
    "stream/backoff",
    "stream/client",
    "stream/connection",
    "stream/contract",
    "stream/outbox",
    "stream/subscription",
    "stream/timers",
    "stream/types",
    "stream/visibility",
)


def files(stream: ir.Stream) -> dict[str, str]:
    """Paths below `generated`, and their text."""
    header = HEADER.format(source=stream.source)
    templates = environment()
    written = {"ws/__init__.py": ""}
    for name in PYTHON:
        text = templates.get_template(f"ws/{name}.py.jinja2").render(stream=stream, header=header)
        written[f"ws/{name}.py"] = text
    for name in TYPESCRIPT:
        script = templates.get_template(f"typescript/{name}.ts.jinja2")
        written[f"typescript/{name}.ts"] = script.render(stream=stream, header=header)
    return written
