"""`python -m benchmarks`: measure and print the table; `--write` also puts it into docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from benchmarks.server import load
from benchmarks.table import Row, markdown, write

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "client": ["calls", "decoding", "streaming", "importing", "memory", "event_loops", "uploads"],
    "server": [
        *("reading", "writing", "streaming", "latency", "long_threads", "many_threads", "large_answers", "postgres"),
    ],
}
"""The modules of each part; a module has `rows()`."""
ALONE = ("hostile", "lasting")
"""Modules that print a table of their own, and are measured only if they are asked for."""


def main() -> int:
    """Measure the chosen parts, by default all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        choices=[*PARTS, *ALONE, []],
        metavar="PART",
        help=f"{', '.join([*PARTS, *ALONE])} (default: client server)",
    )
    parser.add_argument("--only", help="measure one module of the parts")
    parser.add_argument("--write", action="store_true", help="replace the table in docs/benchmarks.md")
    options = parser.parse_args()
    if options.only and options.write:
        parser.error("--write needs whole parts, not --only")
    for name in ALONE:
        if name in options.parts:
            importlib.import_module(f"benchmarks.{name}").main([])
    parts = [part for part in options.parts or PARTS if part in PARTS]
    if "server" in parts and (missing := load.missing()):
        print(
            f"The server part cannot be measured: {missing}. `make bench-tools` installs its tools on Debian; "
            "ARGS=client measures the client alone.",
            file=sys.stderr,
        )
        return 2
    for part in parts:
        rows: list[Row] = []
        for module in PARTS[part]:
            if options.only in (None, module):
                print(f"{part}: {module} ...", file=sys.stderr, flush=True)
                for row in importlib.import_module(f"benchmarks.{part}.{module}").rows():
                    print(row, flush=True)
                    rows.append(row)
        print(f"\n{markdown(rows)}\n")
        if options.write:
            write(ROOT / "docs" / "benchmarks.md", part, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
