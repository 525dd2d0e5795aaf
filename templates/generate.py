"""Contracts -> generated/. `python -m templates.generate [--check]`."""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from templates.errors import GenerationError
from templates.stamp import Stamp

_REPOSITORY: Final = Path(__file__).parent.parent
_STALE: Final = "differs from what the contracts say; run `make generate`"


def main(arguments: list[str] | None = None) -> int:
    """0 when generated/ is as the contracts say, else 1 with a line that says why."""
    parser = argparse.ArgumentParser(prog="generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument("--contracts", type=Path, default=_REPOSITORY / "contracts")
    parser.add_argument("--output", type=Path, default=_REPOSITORY / "generated")
    given = parser.parse_args(arguments)
    try:
        return _run(given.contracts, given.output, check=given.check)
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1


def _run(contracts: Path, output: Path, *, check: bool) -> int:
    started = time.perf_counter()
    stamp = Stamp(contracts, output, output.parent / "build")
    if stamp.is_current():
        print(f"nothing changed ({time.perf_counter() - started:.1f} s)")
        return 0
    # Imported here: with nothing changed, loading it would be most of the time.
    from templates.pipeline import generate

    made = generate(contracts)
    if check:
        differing = sorted({*made.changed(output), *made.stale(output)})
        for path in differing:
            print(f"{output.name}/{path} {_STALE}", file=sys.stderr)
        return 1 if differing else 0
    touched = made.write(output)
    for path in touched:
        print(f"{output.name}/{path}")
    print(f"{len(touched) or 'no'} files changed ({time.perf_counter() - started:.1f} s)")
    stamp.write()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
