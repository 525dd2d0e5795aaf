"""TypeScript: paths and schemas by openapi-typescript, names and problems by our templates."""

import json
from pathlib import Path
from typing import Any

from templates.bundle import OPENAPI, bundled, localized, named_schemas
from templates.contract import Contract, Json
from templates.ir import Api
from templates.render import HEADER, environment
from templates.tools import node_tool


def render_rest_types(contract: Contract, work: Path) -> dict[str, str]:
    """rest.ts: `paths`, and `components` with the schemas of both contracts."""
    source, target = work / "typescript.json", work / "rest.ts"
    source.write_text(json.dumps(_document(contract)), encoding="utf-8")
    node_tool(
        "openapi-typescript",
        "bin/cli.js",
        str(source),
        f"--output={target}",
        "--default-non-nullable=false",
        cwd=work,
    )
    return {"typescript/rest.ts": target.read_text(encoding="utf-8")}


def render_names(api: Api) -> dict[str, str]:
    """models.ts: an exported type for each schema; problems.ts: the catalog of problems."""
    templates = environment()
    header = HEADER.format(source="contracts/")
    return {
        f"typescript/{name}.ts": templates.get_template(f"typescript/{name}.ts.jinja2").render(
            api=api, header=header
        )
        for name in ("models", "problems")
    }


def _document(contract: Contract) -> Json:
    document: dict[str, Any] = json.loads(json.dumps(bundled(contract, OPENAPI)))
    schemas = named_schemas(contract)
    document["components"]["schemas"] = {
        name: localized(node.plain()) for name, node in schemas.items()
    }
    return document
