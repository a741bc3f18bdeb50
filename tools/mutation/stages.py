"""The tests that may find a lie, from the quick to the slow, and how far up a lie gets.

What only sees that something has changed is not asked: whether the client is what the document generates, its digest,
the difference to the last release. After a lie in the document or the templates the client is generated anew.
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
    *(sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-rfE", "--tb=line", "--timeout=100"),
    *("-o", "cache_dir=.lied"),
]
AGAIN = ("--last-failed", "--last-failed-no-failures=none")
GENERATE = [sys.executable, "-m", "generator"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One command that fails if it finds a lie. `arguments` of pytest, or a whole `command`."""

    name: str
    arguments: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def line(self) -> list[str]:
        return list(self.command) if self.command else [*PYTEST, *self.arguments]


REDOCLY = Stage("redocly", command=("node_modules/.bin/redocly", "lint", "openapi.yaml"))
SPECTRAL = Stage("spectral", command=("node_modules/.bin/spectral", "lint", "--fail-severity=hint", "openapi.yaml"))
CONTRACT = Stage("contract", ("tests/contract",))
PROPERTIES = Stage("properties", ("tests/client/properties",))
WALKS = Stage("walks", ("tests/end_to_end/operation_matrix",))
CONFORMANCE = Stage("conformance", ("tests/tools/conformance", "-k", "all_holds or sentence"))
CLIENT = Stage("client", ("tests/client",))
# Tests that draw another seed each time find something else each time.
SERVER = Stage("server", ("tests/server", "-k", "not random"))
VENDOR = Stage("vendor", ("tests/end_to_end/vendor_sdks",))
GENERATOR = Stage(
    "generator",
    ("tests/generator", "--ignore=tests/generator/test_regenerating.py", "--ignore=tests/generator/test_public_api.py"),
)
FUZZ = Stage("fuzz", ("tests/fuzz", "-k", "not any_seed"))

STAGES = {
    "document": (CONTRACT, REDOCLY, PROPERTIES, WALKS, CONFORMANCE, SPECTRAL, VENDOR, CLIENT, SERVER, GENERATOR, FUZZ),
    "prose": (CONTRACT,),
    "server": (WALKS, CONFORMANCE, SERVER, VENDOR, FUZZ, CLIENT),
    "client": (PROPERTIES, CLIENT, GENERATOR, VENDOR),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a lie: the rung and the test that found it, None if none did, and the seconds that it took."""

    mutation: str
    stage: str | None
    test: str
    seconds: float

    @property
    def survived(self) -> bool:
        return self.stage is None


def run_stages(mutation: Mutation, *, seconds: float = 300) -> Outcome:
    """Tells a lie in a copy of its own and asks one rung after the other until one finds it."""
    began = time.monotonic()

    def outcome(stage: str | None, test: str) -> Outcome:
        return Outcome(mutation.name, stage, test, time.monotonic() - began)

    with tempfile.TemporaryDirectory(prefix="threads-drift-") as folder:
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
                    raise RuntimeError(f"{stage.name} cannot be asked: {last_line(output)}")
                if not code:
                    break
                # what fails by chance finds nothing: the test has to fail again, alone or in its place
                if stage.command or culprit(output) == failed or run(tree, [*stage.line, *AGAIN], seconds)[0]:
                    return outcome(stage.name, culprit(output))
                failed = culprit(output)
    return outcome(None, "")


def culprit(output: str) -> str:
    """The test that failed, from what pytest prints; the last line of anything else."""
    match = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", output, re.MULTILINE)
    return match[1] if match else last_line(output)


def last_line(output: str) -> str:
    """The last line that is not empty, without the folder of a client that is being made."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return re.sub(r"\S*/(?=backboard_threads/)", "", lines[-1])[:120] if lines else "nothing was printed"
