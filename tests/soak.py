"""`python -m tests.soak`: fuzz, generate clients, play the model and kill servers, from random seeds for long.

Each round prints its seed before it begins; `--seed` begins with that one.
"""

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.run import fuzz
from tests.model.client.machine import COUNTS as CLIENT_COUNTS
from tests.model.client.tools import machine_of
from tests.model.driver import COUNTS
from tests.model.machine import Machine, postgres_machine
from tests.support.database.postgres import PostgresServer
from tests.support.generator.document_checks import check_document
from tests.support.generator.random_documents import documents
from tests.support.server.kill_rounds import play_kill_rounds
from threads_server.testing import LocalServer

KINDS = (
    "sqlite",
    "sync-client",
    "async-client",
    "properties",
    "fuzz",
    "documents",
    "postgres",
    "sqlite-kills",
    "postgres-kills",
)
PROPERTIES = ("tests/client/properties", "tests/tools/publish/test_forms.py")
KILL_ROUNDS = {"sqlite-kills": 60, "postgres-kills": 30}
SETTINGS = settings(
    max_examples=200, stateful_step_count=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=240, help="begin no round later than this (default 240)")
    parser.add_argument("--seed", type=int, help="seed of the first round (default: random)")
    parser.add_argument("--only", choices=KINDS, help="one kind of round")
    options = parser.parse_args()
    end = time.monotonic() + options.minutes * 60
    number = secrets.randbelow(2**32) if options.seed is None else options.seed
    while True:
        for kind in [options.only] if options.only else KINDS:
            print(f"{kind}, seed {number}", flush=True)
            play(kind, number)
        print("\n".join(f"{count:8}  {name}" for name, count in sorted((COUNTS + CLIENT_COUNTS).items())), flush=True)
        if time.monotonic() > end:
            return 0
        number = secrets.randbelow(2**32)


def play(kind: str, number: int) -> None:
    """One round; raises or exits if it finds something."""
    if kind == "fuzz":
        result = fuzz(seed=number, examples=100, reports=Path(tempfile.mkdtemp(prefix="threads-soak-")))
        if result.code:
            sys.exit(result.output)
    elif kind == "properties":
        command = [sys.executable, "-m", "pytest", "-q", *PROPERTIES, f"--hypothesis-seed={number}"]
        subprocess.run(command, env={**os.environ, "PROPERTIES": "long"}, check=True)
    elif kind == "documents":
        draw = given(documents(), st.randoms(use_true_random=True))
        seed(number)(SETTINGS(draw(check_document)))()
    elif kind == "sqlite":
        run_state_machine_as_test(seed(number)(Machine), settings=SETTINGS)
    elif kind.endswith("-client"):
        run_state_machine_as_test(seed(number)(machine_of(kind.removesuffix("-client"))), settings=SETTINGS)
    elif kind == "sqlite-kills":
        with tempfile.TemporaryDirectory() as folder:
            kill_rounds(str(Path(folder) / "threads.db"), kind, number)
    elif kind == "postgres-kills":
        with PostgresServer() as postgres:
            kill_rounds(postgres.cleared(), kind, number)
    else:
        with PostgresServer() as postgres:
            run_state_machine_as_test(seed(number)(postgres_machine(postgres)), settings=SETTINGS)


def kill_rounds(database: str, kind: str, number: int) -> None:
    """Kill a server again and again, and print what was sent to it."""
    with LocalServer(database, arguments=["--busy-wait", "60"]) as server:
        seen = asyncio.run(play_kill_rounds(server, KILL_ROUNDS[kind], number))
    print(f"{KILL_ROUNDS[kind]} kills: nothing lost, nothing doubled")
    print("\n".join(f"{count:8}  {name}" for name, count in sorted(seen.items())), flush=True)


if __name__ == "__main__":
    sys.exit(main())
