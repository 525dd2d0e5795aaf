"""What the generator says when it cannot go on: one line with file, line and remedy."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A line of a contract; lines count from 1."""

    file: str
    line: int

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class GenerationError(Exception):
    """Anything that stops generation and that the reader of the message can mend."""


class ContractError(GenerationError):
    """A contract is wrong."""

    def __init__(self, location: Location, message: str) -> None:
        super().__init__(f"{location}: {message}")
        self.location = location


class NotSupported(ContractError):
    """A contract is right, but says something that the generator does not understand."""


class ToolError(GenerationError):
    """A tool underneath failed or is missing."""
