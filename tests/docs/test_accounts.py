"""What docs/accounts.md says of figures is what the contract has."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/accounts.md").read_text("utf-8")
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "contracts/openapi.yaml").read_text("utf-8"))


def test_each_figure_and_operation_is_in_the_contract() -> None:
    schemas = CONTRACT["components"]["schemas"]
    figures = {
        name
        for schema in ("ReturnFigures", "TradeFigures", "ExposureFigures", "AccountTrade")
        for name in schemas[schema]["properties"]
    }
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z]+[A-Z]?\w*)`", row.split("|")[1])}
    types = set(schemas["AccountType"]["enum"])
    assert named - types - {"average", "highest"} <= figures
    assert types <= named
    operations = {
        operation["operationId"]
        for item in CONTRACT["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    }
    assert set(re.findall(r"`((?:create|update|reset|list|get)[A-Z]\w+)`", PAGE)) <= operations
