"""THIRD_PARTY_NOTICES.md: the licences of what the built terminal contains.

Reads what the build recorded in frontend/dist. With --check nothing is written: a difference in the
packages or versions is an error.
"""

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "frontend" / "node_modules"
BUNDLED = ROOT / "frontend" / "dist" / ".vite" / "license.json"
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
# In the build, but not as bundled modules: styles, fonts, and the files of the API pages.
COPIED = (
    "@fontsource-variable/inter",
    "swagger-ui-dist",
    "tailwindcss",
)
TEXTS = re.compile(r"^(licen[cs]e|notice|copying|ofl)\b", re.IGNORECASE)
HEAD = """# Third-party notices

The terminal that `make run` builds contains the packages below; `make notices` writes this file.
What Python runs is installed from its packages unaltered, each with its own licence beside it.
"""


class Package(NamedTuple):
    name: str
    version: str
    licence: str


def main() -> int:
    packages = shipped()
    if "--check" not in sys.argv:
        NOTICES.write_text(HEAD + "".join(notice(package) for package in packages), "utf-8")
        return 0
    named = re.findall(r"^## (\S+) (\S+)$", NOTICES.read_text("utf-8"), re.MULTILINE)
    if [package[:2] for package in packages] == named:
        return 0
    print("THIRD_PARTY_NOTICES.md does not name what the terminal contains: run make notices.")
    return 1


def shipped() -> list[Package]:
    """What is in the build, sorted by name."""
    bundled = json.loads(BUNDLED.read_text("utf-8"))
    found = {Package(entry["name"], entry["version"], entry["identifier"]) for entry in bundled}
    for name in COPIED:
        package = json.loads((PACKAGES / name / "package.json").read_text("utf-8"))
        found.add(Package(name, package["version"], package["license"]))
    return sorted(found)


def notice(package: Package) -> str:
    parts = [f"\n## {package.name} {package.version}\n\n{package.licence}\n"]
    for file in sorted((PACKAGES / package.name).iterdir()):
        if TEXTS.match(file.name) and file.is_file():
            text = file.read_text("utf-8").replace("\r\n", "\n").strip("\n")
            parts.append(f"\n```text\n{text}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main())
