"""What the REST contract says, ready for the templates. All decisions are taken before."""

import textwrap
from dataclasses import dataclass

from templates.dialect import FRAMEWORK_PROBLEMS
from templates.ir_parts import Body, Parameter, Place, Problem, Response
from templates.ir_security import Scheme, Security, Use, together
from templates.names import pascal, snake


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str  # get, post, ...
    path: str  # as in the contract
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: tuple[Response, ...]
    problems: tuple[Problem, ...]
    security: Security
    deprecated: str | None  # the Deprecation header, as sent
    sunset: str | None  # the Sunset header, as sent

    @property
    def python(self) -> str:
        return snake(self.id)

    @property
    def route(self) -> str:
        """`POST /accounts/{accountId}/orders`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def single(self) -> Response | None:
        """The one success response, if it carries nothing that a handler sets but its body."""
        only = self.responses[0]
        return only if len(self.responses) == 1 and not only.headers else None

    @property
    def result_classes(self) -> tuple[Response, ...]:
        return () if self.single else self.responses

    @property
    def returns(self) -> str:
        """What its handler returns."""
        if self.single:
            return self.single.body.annotation if self.single.body else "None"
        return " | ".join(f"results.{response.class_name}" for response in self.responses)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of its handler: session, path, body; the others keyword-only."""
        given = [] if self.security.open else [self.security.declaration]
        given += [each.declaration for each in self.parameters if each.is_path]
        given += [self.body.declaration] if self.body else []
        named = [each.declaration for each in self.parameters if not each.is_path]
        return (*given, "*", *named) if named else tuple(given)

    @property
    def call(self) -> str:
        """How the router calls its handler."""
        given = [] if self.security.open else [self.security.argument]
        given += [each.python for each in self.parameters if each.is_path]
        given += ["body"] if self.body else []
        given += [f"{each.python}={each.python}" for each in self.parameters if not each.is_path]
        return f"handler.{self.python}({', '.join(given)})"

    @property
    def query_names(self) -> tuple[str, ...]:
        """The query parameters that a caller may send."""
        found = [each.name for each in self.parameters if each.place is Place.QUERY]
        schemes = [use.scheme for uses in self.security.alternatives for use in uses]
        found += [scheme.field for scheme in schemes if scheme.place == "query"]
        return tuple(dict.fromkeys(found))

    @property
    def title(self) -> str:
        return f"{self.route}: {self.summary}"

    @property
    def documentation(self) -> str:
        """The docstring of its handler."""
        own = [each.class_name for each in self.problems if each.code not in FRAMEWORK_PROBLEMS]
        raises = textwrap.fill(f"Raises {', '.join(own)}.", 88) if own else ""
        parts = [f"{self.summary}.", self.description.strip(), f"`{self.route}`", raises]
        return "\n\n".join(part for part in parts if part)

    @property
    def declared(self) -> tuple[str, ...]:
        """The arguments of `declares` in its router."""
        found = [f"problems.{each.class_name}" for each in self.problems]
        found += [f'deprecated="{self.deprecated}"'] if self.deprecated else []
        found += [f'sunset="{self.sunset}"'] if self.sunset else []
        return tuple(found)

    @property
    def statements(self) -> tuple[str, ...]:
        """The body of its route: authenticate, read, check, call, answer."""
        return (*self._entrance, *self._reading, "inputs.check()", *self._answer)

    @property
    def _entrance(self) -> tuple[str, ...]:
        if self.security.open:
            return ()
        given = ["request", *(f'"{word}"' for word in self.security.permissions)]
        call = f"gate.{self.security.method}({', '.join(given)})"
        return (f"{self.security.argument} = await {call}",)

    @property
    def _reading(self) -> tuple[str, ...]:
        given = ["request", *(f'"{name}"' for name in self.query_names)]
        lines = [f"inputs = Inputs({', '.join(given)})"]
        if self.body:
            how = f"{self.body.constant}, " if self.body.is_json else ""
            lines.append(f"body = await inputs.{self.body.reader}({how}gate.body_limit)")
        lines += [f"{each.python} = inputs.value({each.constant})" for each in self.parameters]
        return tuple(lines)

    @property
    def _answer(self) -> tuple[str, ...]:
        if self.single and not self.single.body:
            return (f"await {self.call}", f"return {self.single.answer('', '')}")
        if self.single:
            return (f"result = await {self.call}", f"return {self.single.answer('', 'result')}")
        if len(self.responses) == 1:
            only = self.responses[0].answer("result", "result.body")
            return (f"result = await {self.call}", f"return {only}")
        lines = [f"result = await {self.call}", "match result:"]
        for each in self.responses:
            lines.append(f"    case results.{each.class_name}():")
            lines.append(f"        return {each.answer('result', 'result.body')}")
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Tag:
    """A group of operations that one handler implements."""

    name: str
    description: str
    operations: tuple[Operation, ...]

    @property
    def python(self) -> str:
        return snake(self.name)

    @property
    def handler(self) -> str:
        return f"{pascal(self.name)}Handler"

    @property
    def unimplemented(self) -> str:
        return f"Unimplemented{pascal(self.name)}"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The definitions that its router needs, each once."""
        found = {each.constant: each for op in self.operations for each in op.parameters}
        return tuple(found[name] for name in sorted(found))

    @property
    def json_bodies(self) -> tuple[Body, ...]:
        """The JSON bodies that its router reads or writes, each once."""
        bodies = [op.body for op in self.operations]
        bodies += [response.body for op in self.operations for response in op.responses]
        found = {each.constant: each for each in bodies if each and each.is_json}
        return tuple(found[name] for name in sorted(found))


@dataclass(frozen=True, slots=True)
class Api:
    """The whole of a REST contract."""

    source: str  # contracts/openapi.yaml
    title: str
    version: str
    lifecycle: str
    base_path: str
    tags: tuple[Tag, ...]
    problems: tuple[Problem, ...]
    schemes: tuple[Scheme, ...]
    schemas: tuple[tuple[str, str], ...]  # name and description, of both contracts
    secrets: tuple[str, ...]  # properties whose values are never shown

    def tag(self, python: str) -> Tag:
        return next(tag for tag in self.tags if tag.python == python)

    @property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(operation for tag in self.tags for operation in tag.operations)

    @property
    def securities(self) -> tuple[Security, ...]:
        """The distinct requirements, permissions aside, by the name of their function."""
        found = {op.security.method: op.security for op in self.operations if not op.security.open}
        return tuple(found[name] for name in sorted(found))

    @property
    def responses(self) -> tuple[Response, ...]:
        return tuple(each for op in self.operations for each in op.result_classes)

    @property
    def principals(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(scheme.principal for scheme in self.schemes))

    @property
    def principal(self) -> str:
        """The annotation of whoever may call."""
        return " | ".join(f"models.{name}" for name in self.principals) or "None"

    @property
    def challenges(self) -> dict[str, str]:
        """The header WWW-Authenticate, for the schemes that have one."""
        kinds = dict.fromkeys(each.kind for each in self.schemes if each.place == "header")
        words = [kind.capitalize() for kind in kinds if kind in ("bearer", "basic")]
        return {"WWW-Authenticate": ", ".join(words)} if words else {}

    def fallback(self, security: Security) -> str:
        """The statement for a request without any credential."""
        if security.optional:
            return "if caller is None:\n    return None"
        if security.principals == self.principals:
            return "if caller is None:\n    caller = await self._security.absent(request)"
        return "if caller is None:\n    raise problems.Unauthenticated"

    @property
    def combinations(self) -> tuple[tuple[Use, ...], ...]:
        """The schemes that are needed together, each combination once."""
        found = (uses for security in self.securities for uses in security.combinations)
        return tuple({together(uses): uses for uses in found}.values())

    def combined(self, uses: tuple[Use, ...]) -> tuple[str, str, str]:
        """Name, principal and ways of a combination."""
        ways = ", ".join(f"self._{use.scheme.python}" for use in uses)
        return f"_{together(uses)}", uses[0].scheme.principal, ways
