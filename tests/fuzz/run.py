"""Schemathesis, whole, against a server of its own: `fuzz` starts one, runs the command line, reads the reports."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.server.server_thread import serving
from tools.document import PATH, ROOT, Operation, operations, resolve

CONFIGURATION = ROOT / "schemathesis.toml"
KEY = "fuzz-key"
COMMAND = Path(sys.executable).with_name("schemathesis")


@dataclass(frozen=True, slots=True)
class Result:
    """Result of one run.

    `code` is schemathesis' exit code and `output` all that it printed; `reached` counts the answers by operationId
    and status; `followed` are the document's links that the stateful phase followed.
    """

    code: int
    output: str
    reached: Counter[tuple[str, int]]
    followed: frozenset[str]

    @property
    def cases(self) -> int:
        return self.reached.total()

    def said(self, pattern: str) -> int:
        """The number that schemathesis printed where `pattern` has its group; -1 if it did not."""
        match = re.search(pattern, self.output)
        return int(match[1]) if match else -1

    def table(self) -> str:
        """Operation by status, with the number of answers, as text."""
        statuses = sorted({status for _, status in self.reached})
        lines = ["operation".ljust(26) + "".join(f"{status:>7}" for status in statuses)]
        for name in operations():
            counts = [self.reached[name, status] for status in statuses]
            lines.append(name.ljust(26) + "".join(f"{count or '.':>7}" for count in counts))
        return "\n".join(lines)


def fuzz(
    *,
    seed: int,
    reports: Path,
    examples: int | None = None,
    scenarios: int | None = None,
    show: Callable[[str], object] | None = None,
) -> Result:
    """Starts a server with a database of its own, fuzzes it, stops it.

    `examples` is how many are tried of each operation and `scenarios` how many sequences of them; None leaves it to
    schemathesis.toml. `show` is given each line of the output as it comes; then a HAR and a JUnit file are left in
    `reports` too.
    """
    reports.mkdir(parents=True, exist_ok=True)
    configuration = reports / CONFIGURATION.name
    text = CONFIGURATION.read_text(encoding="utf-8")
    if scenarios is not None:
        text = re.sub(r"(?m)^generation\.max-examples = \d+$", f"generation.max-examples = {scenarios}", text)
    configuration.write_text(text, encoding="utf-8")
    database = str(reports / "threads.db")
    with serving("--database", database, environment={"THREADS_SERVER_API_KEY": KEY}) as address:
        arguments = [
            *("--config-file", str(configuration), "run", PATH.name, "--url", f"{address}/api"),
            *("-H", f"X-API-Key:{KEY}", "--seed", str(seed), "--no-color"),
            *(() if examples is None else ("--max-examples", str(examples))),
        ]
        if show is not None:
            arguments += ["--report", "har,junit", "--report-dir", str(reports)]
            arguments += [
                "--report-har-path",
                str(reports / "fuzz.har"),
                "--report-junit-path",
                str(reports / "fuzz.xml"),
            ]
        lines = []
        with subprocess.Popen(
            [COMMAND, *arguments],
            cwd=ROOT,
            # without proxies, which requests would look for in all of the environment each time
            env={**os.environ, "no_proxy": "127.0.0.1", "THREADS_FUZZ_REACHED": str(reports / "reached.json")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if show is not None:
                    show(line)
    seen = json.loads((reports / "reached.json").read_text(encoding="utf-8"))
    return Result(
        process.returncode,
        "".join(lines),
        Counter({(name, status): count for name, status, count in seen["statuses"]}),
        frozenset(declared_links()).intersection(seen["links"]),
    )


def declared_links() -> list[str]:
    """The document's links, each as schemathesis names it: where it begins, its status and name, where it leads."""
    names = []
    for one in operations().values():
        for status, response in one.responses.items():
            for name, link in response.get("links", {}).items():
                target = operations()[resolve(link)["operationId"]]
                names.append(f"{_label(one)} -> [{status}] {name} -> {_label(target)}")
    return names


def _label(operation: Operation) -> str:
    return f"{operation.method.upper()} {operation.path}"
