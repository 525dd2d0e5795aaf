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


def files(stream: ir.Stream) -> dict[str, str]:
    """Paths below `generated`, and their text."""
    header = HEADER.format(source=stream.source)
    templates = environment()
    written = {"ws/__init__.py": ""}
    for name in PYTHON:
        text = templates.get_template(f"ws/{name}.py.jinja2").render(stream=stream, header=header)
        written[f"ws/{name}.py"] = text
    script = templates.get_template("typescript/stream.ts.jinja2")
    written["typescript/stream.ts"] = script.render(stream=stream, header=header)
    return written
