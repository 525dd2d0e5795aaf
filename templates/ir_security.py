"""Who may call an operation: schemes, and how they go together."""

from dataclasses import dataclass

from templates.names import argument


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to authenticate."""

    name: str
    kind: str  # apiKey, bearer, basic
    place: str  # cookie, header, query
    field: str  # name of the cookie, header or parameter
    principal: str
    description: str

    @property
    def python(self) -> str:
        return argument(self.name)

    @property
    def is_basic(self) -> bool:
        return self.kind == "basic"

    @property
    def credential(self) -> str:
        """The arguments that its method takes after the request."""
        return "user_name: str, password: str" if self.is_basic else "token: str"

    @property
    def passed(self) -> str:
        return "*credential" if self.is_basic else "credential"

    @property
    def reader(self) -> str:
        """A Python expression that finds the credential in a request."""
        if self.kind in ("bearer", "basic"):
            return f"{self.kind}_credential(request)"
        source = {"cookie": "cookies", "header": "headers", "query": "query_params"}[self.place]
        return f'request.{source}.get("{self.field}")'


@dataclass(frozen=True, slots=True)
class Use:
    """A scheme in a requirement, with the permissions that the caller needs."""

    scheme: Scheme
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Security:
    """Alternatives (OR) of schemes that are needed together (AND); none at all is open."""

    alternatives: tuple[tuple[Use, ...], ...]

    @property
    def open(self) -> bool:
        return not self.alternatives

    @property
    def optional(self) -> bool:
        return () in self.alternatives

    @property
    def principals(self) -> tuple[str, ...]:
        """The models of those who may call; of schemes needed together, that of the first."""
        found = dict.fromkeys(uses[0].scheme.principal for uses in self.alternatives if uses)
        return tuple(found)

    @property
    def argument(self) -> str:
        return argument(self.principals[0]) if len(self.principals) == 1 else "principal"

    @property
    def annotation(self) -> str:
        kinds = [f"models.{name}" for name in self.principals]
        return " | ".join([*kinds, "None"] if self.optional else kinds)

    @property
    def declaration(self) -> str:
        return f"{self.argument}: {self.annotation}"

    @property
    def method(self) -> str:
        """The name of the generated method that checks it: `session_or_bearer`."""
        return "_or_".join(together(uses) or "nobody" for uses in self.alternatives)

    @property
    def ways(self) -> tuple[str, ...]:
        return tuple(f"self._{together(uses)}" for uses in self.alternatives if uses)

    @property
    def combinations(self) -> tuple[tuple[Use, ...], ...]:
        return tuple(uses for uses in self.alternatives if len(uses) > 1)

    @property
    def found(self) -> str:
        """What looking for a caller gives."""
        return self.annotation if self.optional else f"{self.annotation} | None"

    @property
    def permissions(self) -> tuple[str, ...]:
        """What the caller must be permitted to do; the same in all alternatives."""
        return next((use.permissions for uses in self.alternatives for use in uses), ())

    @property
    def documentation(self) -> str:
        ways = (" and ".join(use.scheme.name for use in uses) for uses in self.alternatives)
        return "Needs " + ", or ".join(way or "nothing" for way in ways) + "."


def together(uses: tuple[Use, ...]) -> str:
    return "_and_".join(use.scheme.python for use in uses)
