"""How many branches of the trading core its tests take; fails below what the project promises."""

import json
import sys
from pathlib import Path
from typing import Final

LEAST: Final = 95.0


def main(report: Path) -> int:
    totals = json.loads(report.read_text("utf-8"))["totals"]
    share = totals["percent_branches_covered"]
    taken, known = totals["covered_branches"], totals["num_branches"]
    print(f"{taken} of {known} branches taken: {share:.1f} % (at least {LEAST:.0f} %)")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
