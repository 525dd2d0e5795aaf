"""What operations are made of: types, parameters, bodies, responses, problems."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from templates.names import argument, pascal


class Media(StrEnum):
    JSON = "json"
    TEXT = "text"
    BYTES = "bytes"


class Place(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"


class Lexical(StrEnum):
    """How the text of a parameter or header is spelled."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Type:
    """A schema in Python: as handlers see it, and with the rules that the wire must keep."""

    annotation: str  # int, models.Order, tuple[models.SymbolId, ...]
    validated: str  # Annotated[int, Field(ge=1)]
    lexical: Lexical = Lexical.STRING
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str  # as on the wire
    place: Place
    description: str
    type: Type
    required: bool
    default: str | None  # a Python expression
    constant: str  # the name of its definition in the router

    @property
    def python(self) -> str:
        return argument(self.name)

    @property
    def annotation(self) -> str:
        optional = not self.required and self.default is None
        return f"{self.type.annotation} | None" if optional else self.type.annotation

    @property
    def declaration(self) -> str:
        """As an argument of a handler."""
        if self.required:
            return f"{self.python}: {self.annotation}"
        return f"{self.python}: {self.annotation} = {self.default or 'None'}"

    @property
    def arguments(self) -> str:
        """What the definition of the parameter is made with, after its name."""
        given = [f'"{self.name}"', self.type.validated]
        if self.type.lexical is not Lexical.STRING:
            given.append(f'lexical="{self.type.lexical}"')
        if self.type.is_list:
            given.append("is_list=True")
        if not self.required:
            given.append(f"default={self.default or 'None'}")
        return ", ".join(given)

    @property
    def kind(self) -> str:
        return f"{self.place.capitalize()}Parameter"

    @property
    def is_path(self) -> bool:
        return self.place is Place.PATH


@dataclass(frozen=True, slots=True)
class Body:
    type: Type
    media: Media
    media_type: str
    required: bool = True
    constant: str = ""

    @property
    def annotation(self) -> str:
        return self.type.annotation if self.required else f"{self.type.annotation} | None"

    @property
    def declaration(self) -> str:
        return f"body: {self.annotation}" + ("" if self.required else " = None")

    @property
    def is_json(self) -> bool:
        return self.media is Media.JSON

    @property
    def reader(self) -> str:
        """The method of the runtime that reads it."""
        return f"{self.media}_body" if self.required else f"optional_{self.media}_body"


@dataclass(frozen=True, slots=True)
class Header:
    """A response header that a handler sets."""

    name: str
    type: Type
    required: bool
    description: str

    @property
    def python(self) -> str:
        return argument(self.name)

    @property
    def declaration(self) -> str:
        kind = self.type.annotation
        return f"{self.python}: {kind}" if self.required else f"{self.python}: {kind} | None = None"


@dataclass(frozen=True, slots=True)
class Response:
    """A success status of an operation."""

    operation: str
    status: int
    description: str
    body: Body | None
    headers: tuple[Header, ...]

    @property
    def class_name(self) -> str:
        return pascal(self.operation) + pascal(HTTPStatus(self.status).phrase)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of its class, required ones first."""
        body = (self.body.declaration,) if self.body else ()
        ordered = sorted(self.headers, key=lambda header: not header.required)
        return body + tuple(header.declaration for header in ordered)

    def headers_of(self, result: str) -> str:
        """A Python expression: the headers as sent, from a result of this name."""
        pairs = (f'"{header.name}": {result}.{header.python}' for header in self.headers)
        return "{" + ", ".join(pairs) + "}"

    def answer(self, result: str, body: str) -> str:
        """A Python expression that answers with the result of this name."""
        given = [str(self.status)]
        if self.body:
            given += [self.body.constant, body] if self.body.is_json else [body]
        if self.headers:
            given.append(f"headers={self.headers_of(result)}")
        kind = f"{self.body.media}_response" if self.body else "empty_response"
        return f"{kind}({', '.join(given)})"


@dataclass(frozen=True, slots=True)
class Problem:
    """A declared error."""

    code: str
    status: int
    title: str
    description: str
    headers: tuple[Header, ...]

    @property
    def class_name(self) -> str:
        return pascal(self.code)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What its class is made with besides the detail, required ones first."""
        ordered = sorted(self.headers, key=lambda header: not header.required)
        return tuple(header.declaration for header in ordered)
