"""`python -m tests.fuzz`: a run of schemathesis for a person to read. `--seed random` draws a seed and prints it."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.fuzz.run import declared_links, fuzz

SEED = 20260101


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", default=str(SEED), help=f"a number, or `random` (default {SEED})")
    parser.add_argument("--examples", type=int, default=40, help="tries of each operation in each phase (default 40)")
    parser.add_argument("--at-least", type=int, default=0, help="fewer answers than this are a failure too")
    parser.add_argument("--reports", type=Path, help="where reports and the database are left (default: a new folder)")
    chosen = parser.parse_args()
    seed = secrets.randbelow(2**32) if chosen.seed == "random" else int(chosen.seed)
    reports = chosen.reports or Path(tempfile.mkdtemp(prefix="threads-fuzz-"))
    print(f"seed {seed}, {chosen.examples} examples, reports in {reports}", flush=True)
    result = fuzz(
        seed=seed, examples=chosen.examples, reports=reports, show=lambda line: print(line, end="", flush=True)
    )
    print(result.table())
    for name in sorted({*declared_links()} - result.followed):
        print(f"not followed: {name}")
    print(f"{result.cases} answers; links: {len(result.followed)} of {len(declared_links())} followed; seed {seed}")
    if result.cases < chosen.at_least:
        print(f"these are fewer than {chosen.at_least} answers", file=sys.stderr)
        return 1
    return result.code


sys.exit(main())
