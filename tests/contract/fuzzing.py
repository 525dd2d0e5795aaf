"""What the fuzz tests share: the contract, what counts as a failure, and how links are counted."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.schemas import OpenApiSchema

CONTRACT = Path(__file__).parents[2] / "generated" / "contracts" / "openapi.json"
STEPS = 8

# Besides what Schemathesis expects anyway: rules that no schema can state, each of them declared.
REFUSED_BY_RULE = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "503"]

CONFIG = {
    "checks": {"positive_data_acceptance": {"expected-statuses": REFUSED_BY_RULE}},
    "phases": {"stateful": {"inference": {"algorithms": []}}},
}


def load(**project: Any) -> OpenApiSchema:
    """The bundled contract; every check is on."""
    config = SchemathesisConfig.from_dict({**CONFIG, **project})
    schema = schemathesis.openapi.from_path(CONTRACT, config=config)
    assert isinstance(schema, OpenApiSchema)
    return schema


def declared_links(schema: OpenApiSchema) -> set[str]:
    """The links of the contract, as the state machine names them."""
    transitions = schema.as_state_machine()._transitions.operations.values()  # type: ignore[attr-defined]
    return {link.full_name for operation in transitions for link in operation.outgoing}


def follow_links(schema: OpenApiSchema, headers: Mapping[str, str]) -> Counter[str]:
    """Run stateful scenarios; how often each link led, with its values, to an answer below 400."""
    followed: Counter[str] = Counter()
    machine: type[APIStateMachine] = schema.as_state_machine()

    class Scenario(machine):  # type: ignore[valid-type, misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def step(self, input: Any) -> Any:
            output = super().step(input)
            if input.transition and input.is_applied and output.response.status_code < 400:
                followed[input.transition.id] += 1
            return output

    Scenario.run(
        settings=hypothesis.settings(
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
    )
    return followed
