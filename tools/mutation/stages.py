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

from tools.mutation.mutation import Lie
from tools.mutation.tree import copy, imported_from, run

PYTEST = [
    *(sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-rfE", "--tb=line", "--timeout=100"),
    *("-o", "cache_dir=.lied"),
]
AGAIN = ("--last-failed", "--last-failed-no-failures=none")
GENERATE = [sys.executable, "-m", "generator"]


@dataclass(frozen=True, slots=True)
class Rung:
    """One command that fails if it finds a lie. `arguments` of pytest, or a whole `command`."""

    name: str
    arguments: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def line(self) -> list[str]:
        return list(self.command) if self.command else [*PYTEST, *self.arguments]


REDOCLY = Rung("redocly", command=("node_modules/.bin/redocly", "lint", "openapi.yaml"))
SPECTRAL = Rung("spectral", command=("node_modules/.bin/spectral", "lint", "--fail-severity=hint", "openapi.yaml"))
CONTRACT = Rung("contract", ("tests/contract",))
PROPERTIES = Rung("properties", ("tests/client/properties",))
WALKS = Rung("walks", ("tests/end_to_end/operation_matrix",))
CONFORMANCE = Rung("conformance", ("tests/tools/conformance", "-k", "all_holds or sentence"))
CLIENT = Rung("client", ("tests/client",))
# Tests that draw another seed each time find something else each time.
SERVER = Rung("server", ("tests/server", "-k", "not random"))
VENDOR = Rung("vendor", ("tests/end_to_end/vendor_sdks",))
GENERATOR = Rung(
    "generator",
    ("tests/generator", "--ignore=tests/generator/test_regenerating.py", "--ignore=tests/generator/test_public_api.py"),
)
FUZZ = Rung("fuzz", ("tests/fuzz", "-k", "not any_seed"))

LADDERS = {
    "document": (CONTRACT, REDOCLY, PROPERTIES, WALKS, CONFORMANCE, SPECTRAL, VENDOR, CLIENT, SERVER, GENERATOR, FUZZ),
    "prose": (CONTRACT,),
    "server": (WALKS, CONFORMANCE, SERVER, VENDOR, FUZZ, CLIENT),
    "client": (PROPERTIES, CLIENT, GENERATOR, VENDOR),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a lie: the rung and the test that found it, None if none did, and the seconds that it took."""

    lie: str
    rung: str | None
    test: str
    seconds: float

    @property
    def survived(self) -> bool:
        return self.rung is None


def climb(lie: Lie, *, seconds: float = 300) -> Outcome:
    """Tells a lie in a copy of its own and asks one rung after the other until one finds it."""
    began = time.monotonic()

    def outcome(rung: str | None, test: str) -> Outcome:
        return Outcome(lie.name, rung, test, time.monotonic() - began)

    with tempfile.TemporaryDirectory(prefix="threads-drift-") as folder:
        tree = copy(Path(folder))
        lie.tell(tree)
        if lie.side != "server":
            code, output = run(tree, GENERATE, seconds)
            if code:
                return outcome("generation", last_line(output))
        elsewhere = [path for path in imported_from(tree) if not path.startswith(folder)]
        if elsewhere:
            raise RuntimeError(f"a copy imports from elsewhere: {' '.join(elsewhere)}")
        for rung in LADDERS[lie.side]:
            failed = ""
            while True:
                code, output = run(tree, rung.line, seconds)
                if code == -1:
                    return outcome(rung.name, f"no end within {seconds:.0f} s")
                if code in (4, 5) and not rung.command:
                    raise RuntimeError(f"{rung.name} cannot be asked: {last_line(output)}")
                if not code:
                    break
                # what fails by chance finds nothing: the test has to fail again, alone or in its place
                if rung.command or culprit(output) == failed or run(tree, [*rung.line, *AGAIN], seconds)[0]:
                    return outcome(rung.name, culprit(output))
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
