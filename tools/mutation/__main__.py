"""`make mutation`: apply mutations, each in a copy of the project, and show which test catches each."""

import argparse
import json
import os
import secrets
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

from tools.mutation.all_mutations import all_mutations, unchanged
from tools.mutation.known import KNOWN
from tools.mutation.mutation import Mutation, sample
from tools.mutation.stages import STAGES, Outcome, run_stages

SHARES = {"document": 0.4, "prose": 0.1, "server": 0.28, "client": 0.22}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=120, help="how many mutations to apply; 0 for all (default 120)")
    parser.add_argument("--seed", default="1", help="seed of the sample: a number, or `random` (default 1)")
    parser.add_argument("--only", metavar="TEXT", help="all mutations whose name contains TEXT")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--list", action="store_true", help="list the mutations and stop")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table there as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes there")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed == "random" else int(options.seed)
    mutations = all_mutations()
    selected = (
        [mutation for mutation in mutations if options.only in mutation.name]
        if options.only
        else draw(mutations, options.count or len(mutations), seed)
    )
    if options.list:
        print("\n".join(mutation.name for mutation in (selected if options.only else mutations)))
        return 0
    print(f"{len(selected)} of {len(mutations)} mutations, seed {seed}", flush=True)
    outcomes = run(selected, options.jobs)
    if options.json:
        options.json.write_text(json.dumps([vars_of(one) for one in outcomes], indent=1), encoding="utf-8")
    text = table(outcomes, len(mutations), seed)
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    print(text)
    return 1 if unexplained(outcomes) else 0


def draw(mutations: list[Mutation], count: int, seed: int) -> list[Mutation]:
    """Sample each side by its share."""
    found = []
    for side, share in SHARES.items():
        found += sample([mutation for mutation in mutations if mutation.side == side], round(count * share), seed)
    return found


def run(mutations: list[Mutation], jobs: int) -> list[Outcome]:
    """Run the mutations, after an unchanged tree has passed the stages of every side.

    A stage may then take as long as all stages of the slowest side took, at least 300 s: a slow machine is no hang.
    """

    def one(mutation: Mutation, seconds: float = 3600) -> Outcome:
        outcome = run_stages(mutation, seconds=seconds)
        print(f"{outcome.seconds:6.1f} s  {outcome.stage or 'SURVIVED':12} {mutation.name}  {outcome.test}", flush=True)
        return outcome

    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        usual = list(pool.map(one, [unchanged(side) for side in STAGES]))
        for outcome in usual:
            if not outcome.survived:
                raise SystemExit(f"{outcome.mutation}: an unchanged tree fails at {outcome.stage}: {outcome.test}")
        limit = max(300, *(outcome.seconds for outcome in usual))
        outcomes = list(pool.map(one, mutations, repeat(limit)))
    print(f"{time.monotonic() - began:.0f} s in all", flush=True)
    return outcomes


def unexplained(outcomes: list[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.survived and one.mutation not in KNOWN]


def vars_of(outcome: Outcome) -> dict[str, object]:
    return {name: getattr(outcome, name) for name in ("mutation", "stage", "test", "seconds")}


def table(outcomes: list[Outcome], mutations: int, seed: int) -> str:
    """Markdown table of the outcomes, survivors first."""
    caught = [one for one in outcomes if not one.survived]
    stages = Counter(one.stage for one in caught)
    lines = [
        "# Mutations",
        "",
        'Written by `make mutation ARGS="--table FILE"`. Each mutation was applied in a copy of the project, with '
        "everything derived from it regenerated, and the tests ran in stages, quick ones first. A test counts when it "
        "fails twice.",
        "",
        f"{datetime.now(UTC).date()}: {len(caught)} of {len(outcomes)} mutations were caught, by "
        + ", ".join(f"{name} ({count})" for name, count in stages.most_common())
        + f". {mutations} exist; this is the sample of seed {seed}, which has some of each kind.",
        "",
    ]
    for one in outcomes:
        if one.survived:
            lines.append(f"- survived: `{one.mutation}`: {KNOWN.get(one.mutation, '**a test is missing**')}")
    lines += ["", "| mutation | caught by | test | seconds |", "|---|---|---|---|"]
    lines += [f"| {cell(one.mutation)} | {one.stage} | {cell(one.test)} | {one.seconds:.0f} |" for one in caught]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
