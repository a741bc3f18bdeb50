"""Stages of tests, quick ones first, and how far a mutation gets.

Tests that only detect a difference are left out: the committed client against the generator, and its digest. The
comparison with the released contract is the last stage of the document, for what all derived from it follows alike. The
client is regenerated after a mutation of the document or the generator.
"""

import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tools.mutation.mutation import Mutation
from tools.mutation.tree import copy, imported_from, run

PYTEST = [
    *(sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-rfE", "--tb=line", "--timeout=1000"),
    *("-o", "cache_dir=.mutation_cache"),
]
AGAIN = ("--last-failed", "--last-failed-no-failures=none")
GENERATE = [sys.executable, "-m", "generator"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One command that fails if it catches a mutation: `arguments` for pytest, or a whole `command`."""

    name: str
    arguments: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def line(self) -> list[str]:
        return list(self.command) if self.command else [*PYTEST, *self.arguments]


REDOCLY = Stage("redocly", command=("node_modules/.bin/redocly", "lint", "openapi.yaml"))
SPECTRAL = Stage("spectral", command=("node_modules/.bin/spectral", "lint", "--fail-severity=hint", "openapi.yaml"))
RELEASED = Stage("released", ("tests/contract/test_released_contract.py",))
CONTRACT = Stage("contract", ("tests/contract", f"--ignore={RELEASED.arguments[0]}"))
PROPERTIES = Stage("properties", ("tests/client/properties",))
CONFORMANCE = Stage("conformance", ("tests/end_to_end/test_conformance.py",))
CLIENT = Stage("client", ("tests/client",))
# Tests with a random seed catch something else each time.
SERVER = Stage("server", ("tests/server", "-k", "not random"))
VENDOR = Stage("vendor", ("tests/end_to_end/vendor_sdks",))
GENERATOR = Stage(
    "generator",
    ("tests/generator", "--ignore=tests/generator/test_generation.py", "--ignore=tests/generator/test_public_api.py"),
)
TYPES = Stage("types", ("tests/world/types",))
MODEL = Stage("model", ("tests/model", "-k", "sqlite"))
CLIENT_MODEL = Stage("client model", ("tests/model/test_client.py",))
FUZZ = Stage("fuzz", ("tests/fuzz",))

STAGES = {
    "document": (
        CONTRACT,
        REDOCLY,
        PROPERTIES,
        CONFORMANCE,
        SPECTRAL,
        VENDOR,
        CLIENT,
        SERVER,
        GENERATOR,
        TYPES,
        FUZZ,
        RELEASED,
    ),
    "prose": (CONTRACT,),
    "server": (CONFORMANCE, MODEL, SERVER, VENDOR, FUZZ, CLIENT),
    "client": (PROPERTIES, CLIENT_MODEL, CLIENT, GENERATOR, TYPES, VENDOR),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a mutation: the stage and test that caught it (None for a survivor), and the seconds it took."""

    mutation: str
    stage: str | None
    test: str
    seconds: float

    @property
    def survived(self) -> bool:
        return self.stage is None


def run_stages(mutation: Mutation, *, seconds: float) -> Outcome:
    """Apply a mutation in a fresh copy and run the stages until one fails, or takes longer than `seconds`."""
    began = time.monotonic()

    def outcome(stage: str | None, test: str) -> Outcome:
        return Outcome(mutation.name, stage, test, time.monotonic() - began)

    with tempfile.TemporaryDirectory(prefix="threads-mutation-") as folder:
        tree = copy(Path(folder))
        mutation.apply(tree)
        if mutation.side != "server":
            code, output = run(tree, GENERATE, seconds)
            if code:
                return outcome("generation", last_line(output))
        elsewhere = [path for path in imported_from(tree) if not path.startswith(folder)]
        if elsewhere:
            raise RuntimeError(f"a copy imports from elsewhere: {' '.join(elsewhere)}")
        for stage in STAGES[mutation.side]:
            failed = ""
            while True:
                code, output = run(tree, stage.line, seconds)
                if code == -1:
                    return outcome(stage.name, f"no end within {seconds:.0f} s")
                if code in (4, 5) and not stage.command:
                    raise RuntimeError(f"{stage.name} cannot run: {last_line(output)}")
                if not code:
                    break
                # a test that fails by chance catches nothing: it has to fail again, alone or in its place
                if stage.command or culprit(output) == failed or run(tree, [*stage.line, *AGAIN], seconds)[0]:
                    return outcome(stage.name, culprit(output))
                failed = culprit(output)
    return outcome(None, "")


def culprit(output: str) -> str:
    """Failed test named by pytest's output, else the last line."""
    match = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", output, re.MULTILINE)
    return match[1] if match else last_line(output)


def last_line(output: str) -> str:
    """Last non-empty line, without temporary folders."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return re.sub(r"\S*/(?=backboard_threads/)", "", lines[-1])[:120] if lines else "nothing was printed"
