"""`python -m benchmarks`: measure, print the table, and keep it in docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from benchmarks.table import Row, keep, shown

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "client": ["calls", "decoding", "streaming", "importing", "memory"],
    "server": ["reading", "writing", "streaming"],
}
"""Each part's modules; a module has `rows()`."""


def main() -> None:
    """Measure the parts that are asked for, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything unless said")
    parser.add_argument("--only", help="one module of the parts, and the file is left as it is")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        rows: list[Row] = []
        for module in PARTS[part]:
            if options.only in (None, module):
                for row in importlib.import_module(f"benchmarks.{part}.{module}").rows():
                    print(row, flush=True)
                    rows.append(row)
        print(f"\n{shown(rows)}\n")
        if options.only is None:
            keep(ROOT / "docs" / "benchmarks.md", part, rows)


if __name__ == "__main__":
    main()
