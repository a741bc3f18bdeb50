"""`make drift`: tells lies, each in a copy of the project, and shows which test found each of them."""

import argparse
import json
import os
import secrets
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tools.mutation.all_mutations import all_mutations, honest
from tools.mutation.known import KNOWN
from tools.mutation.mutation import Mutation, sample
from tools.mutation.stages import STAGES, Outcome, run_stages

SHARES = {"document": 0.4, "prose": 0.1, "server": 0.28, "client": 0.22}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=120, help="how many lies to tell (default 120)")
    parser.add_argument("--seed", default="1", help="which ones: a number, or `random` (default 1)")
    parser.add_argument("--only", metavar="TEXT", help="only lies whose name contains this, all of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--list", action="store_true", help="list every lie that could be told")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table there as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes there")
    chosen = parser.parse_args()
    seed = secrets.randbelow(2**32) if chosen.seed == "random" else int(chosen.seed)
    mutations = all_mutations()
    told = (
        [mutation for mutation in mutations if chosen.only in mutation.name]
        if chosen.only
        else draw(mutations, chosen.count, seed)
    )
    if chosen.list:
        print("\n".join(mutation.name for mutation in (told if chosen.only else mutations)))
        return 0
    print(f"{len(told)} of {len(mutations)} lies, seed {seed}", flush=True)
    outcomes = apply(told, chosen.jobs)
    if chosen.json:
        chosen.json.write_text(json.dumps([vars_of(one) for one in outcomes], indent=1), encoding="utf-8")
    text = table(outcomes, len(mutations), seed)
    if chosen.table:
        chosen.table.write_text(text, encoding="utf-8")
    print(text)
    return 1 if unexplained(outcomes) else 0


def draw(mutations: list[Mutation], count: int, seed: int) -> list[Mutation]:
    """A sample with its share of each side."""
    found = []
    for side, share in SHARES.items():
        found += sample([mutation for mutation in mutations if mutation.side == side], round(count * share), seed)
    return found


def apply(mutations: list[Mutation], jobs: int) -> list[Outcome]:
    """Tells the lies; first, nothing but the truth must survive on every ladder."""

    def one(mutation: Mutation) -> Outcome:
        outcome = run_stages(mutation)
        print(f"{outcome.seconds:6.1f} s  {outcome.stage or 'SURVIVED':12} {mutation.name}  {outcome.test}", flush=True)
        return outcome

    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(one, [honest(side) for side in STAGES]):
            if not outcome.survived:
                raise SystemExit(f"{outcome.mutation}: the truth is found out by {outcome.stage}: {outcome.test}")
        outcomes = list(pool.map(one, mutations))
    print(f"{time.monotonic() - began:.0f} s in all", flush=True)
    return outcomes


def unexplained(outcomes: list[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.survived and one.mutation not in KNOWN]


def vars_of(outcome: Outcome) -> dict[str, object]:
    return {name: getattr(outcome, name) for name in ("lie", "rung", "test", "seconds")}


def table(outcomes: list[Outcome], mutations: int, seed: int) -> str:
    """The lies and who found them, as Markdown; the survivors first, each with its reason."""
    caught = [one for one in outcomes if not one.survived]
    rungs = Counter(one.stage for one in caught)
    lines = [
        "# Seeded lies",
        "",
        'Written by `make drift ARGS="--table docs/drift.md"`. Each lie was told in a copy of the project, everything '
        "derived from it was made anew, and the tests were asked from the quick to the slow; the test that failed had "
        "to fail again, alone or in its place. The drift check of the client's bytes, its digest and the release's "
        "difference are not among those asked.",
        "",
        f"{datetime.now(UTC).date()}: {len(caught)} of {len(outcomes)} lies were found out, by "
        + ", ".join(f"{name} ({count})" for name, count in rungs.most_common())
        + f". {mutations} could be told; this is the sample of seed {seed}, which has some of each kind.",
        "",
    ]
    for one in outcomes:
        if one.survived:
            lines.append(f"- survived: `{one.mutation}`: {KNOWN.get(one.mutation, '**a test is missing**')}")
    lines += ["", "| lie | found by | test | seconds |", "|---|---|---|---|"]
    lines += [f"| {cell(one.mutation)} | {one.stage} | {cell(one.test)} | {one.seconds:.0f} |" for one in caught]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
