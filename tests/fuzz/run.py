"""Schemathesis, whole, against a server of its own: `fuzz` starts one, runs the command line, reads the reports."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.contract.document import PATH, ROOT, operations
from threads_server.local import LocalServer

HERE = Path(__file__).parent
KEY = "fuzz-key"
COMMAND = Path(sys.executable).with_name("schemathesis")


@dataclass(frozen=True, slots=True)
class Result:
    """What one run showed.

    `code` is schemathesis' exit code and `output` all that it printed; `reached` counts the answers by operationId
    and status; `links` are the covered and the declared links of the stateful phase.
    """

    code: int
    output: str
    reached: Counter[tuple[str, int]]
    links: tuple[int, int]

    @property
    def cases(self) -> int:
        return self.reached.total()

    def table(self) -> str:
        """Operation by status, with the number of answers, as text."""
        statuses = sorted({status for _, status in self.reached})
        lines = ["operation".ljust(26) + "".join(f"{status:>7}" for status in statuses)]
        for name in operations():
            counts = [self.reached[name, status] for status in statuses]
            lines.append(name.ljust(26) + "".join(f"{count or '.':>7}" for count in counts))
        return "\n".join(lines)


def fuzz(
    *, seed: int, reports: Path, examples: int | None = None, phases: str = "examples,coverage,fuzzing,stateful"
) -> Result:
    """Starts a server with a database of its own, fuzzes it, stops it. Reports are left in `reports`.

    `examples` is how many each phase tries of each operation; None leaves it to schemathesis.toml.
    """
    reports.mkdir(parents=True, exist_ok=True)
    with LocalServer(reports / "threads.db", api_key=KEY) as server:
        arguments = [
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", str(PATH), "--url", server.url, "--phases", phases),
            *("--seed", str(seed), "--no-color"),
            *(() if examples is None else ("--max-examples", str(examples))),
            *("--report", "har,junit", "--report-dir", str(reports)),
            *("--report-har-path", str(reports / "fuzz.har"), "--report-junit-path", str(reports / "fuzz.xml")),
        ]
        told = {"THREADS_FUZZ_API_KEY": KEY, "THREADS_FUZZ_ADDRESS": server.url}
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=HERE,
            env={**os.environ, **told, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    output = done.stdout + done.stderr
    return Result(done.returncode, output, reached(reports / "fuzz.har", server.url), links(output))


def reached(har: Path, address: str) -> Counter[tuple[str, int]]:
    """How often each operation gave each status, from a HAR file."""
    patterns = {
        (one.method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one.path)))): one.id
        for one in sorted(operations().values(), key=lambda one: one.path.count("{"))
    }
    counts: Counter[tuple[str, int]] = Counter()
    for entry in json.loads(har.read_text(encoding="utf-8"))["log"]["entries"]:
        path = entry["request"]["url"].removeprefix(address).split("?")[0]
        for (method, pattern), name in patterns.items():
            if method == entry["request"]["method"] and pattern.fullmatch(path):
                counts[name, entry["response"]["status"]] += 1
                break
    return counts


def links(output: str) -> tuple[int, int]:
    """The covered and the declared links, from what schemathesis prints of its stateful phase; (0, 0) if nothing."""
    match = re.search(r"(\d+) covered / \d+ selected / (\d+) total", output)
    return (int(match[1]), int(match[2])) if match else (0, 0)
