"""Cost of importing the package, against `import httpx`: in fresh interpreters, with bytecode at hand."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import backboard_threads
from benchmarks.table import Row

WAYS = {
    "httpx": "import httpx",
    "package": "import backboard_threads",
    "Backboard": "from backboard_threads import Backboard",
    "AsyncBackboard": "from backboard_threads import AsyncBackboard",
    "with models": "from backboard_threads import Backboard, models; models.Thread, models.StreamEvent",
}


def rows() -> Iterator[Row]:
    """The package, the clients, and everything."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(Path(backboard_threads.__file__).parent, Path(folder) / "backboard_threads")
        subprocess.run([sys.executable, "-m", "compileall", "-q", folder], check=True)
        taken: dict[str, list[float]] = {name: [] for name in WAYS}
        for _ in range(15):
            for name, code in WAYS.items():
                taken[name].append(_once(code, folder))
    millis = {name: statistics.median(values) for name, values in taken.items()}
    detail = ", ".join(f"{name} {value:.1f} ms" for name, value in millis.items())
    yield Row("import of the package / import httpx", millis["package"] / millis["httpx"], "<= 1.05", detail)
    for name in ("Backboard", "AsyncBackboard"):
        yield Row(f"import of {name} / import httpx", millis[name] / millis["httpx"], "<= 1.05", "")
    yield Row("import with the models in use / import httpx", millis["with models"] / millis["httpx"], "", "")


def _once(code: str, folder: str) -> float:
    measuring = f"import time; begun = time.process_time(); {code}; print(time.process_time() - begun)"
    environment = {**os.environ, "PYTHONPATH": folder}
    done = subprocess.run(
        [sys.executable, "-c", measuring], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout) * 1000
