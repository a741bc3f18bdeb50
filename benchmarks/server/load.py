"""Servers on one core, wrk on the other."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CLIENTS = 64
SECONDS = 3
ROUNDS = 3
KEY = "key-of-the-benchmark"
HERE = Path(__file__).parent

_SLOW_SYNC = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int slow(const char *name, int file) {
    int (*sync)(int) = dlsym(RTLD_NEXT, name);
    usleep(1000);
    return sync(file);
}
int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
"""


def missing() -> str:
    """What this machine lacks for the measurement; nothing, as a rule."""
    if shutil.which("wrk") is None:
        return "wrk is not installed"
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        return "the load needs a core of its own"
    return ""


def cores() -> tuple[int, int]:
    """The core of what is measured, and the core of the load."""
    measured, load = sorted(os.sched_getaffinity(0))[:2]
    return measured, load


def slow_sync(folder: Path) -> dict[str, str] | None:
    """The environment in which a process takes a millisecond more for each sync; None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    source, library = folder / "slowsync.c", folder / "slowsync.so"
    source.write_text(_SLOW_SYNC)
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


@contextmanager
def served(command: Sequence[str], health: str, **environment: str) -> Iterator[str]:
    """A server that listens on the port it is given as `{port}`; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {cores()[0]}),
    )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while not _answers(url + health):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
        if process.poll() is not None:  # it was another's server that answered on this port
            raise RuntimeError(f"{command[0]} did not start")
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def ours(database: Path) -> list[str]:
    """The command of this project's server."""
    return [sys.executable, "-m", "threads_server", "serve", "--port", "{port}", "--database", str(database)]


def bare(application: str) -> list[str]:
    """The command of a bare ASGI application of `benchmarks.server.bare`, on the same server."""
    options = ["--port", "{port}", "--log-level", "critical", "--no-access-log", "--lifespan", "off"]
    return [sys.executable, "-m", "uvicorn", f"benchmarks.server.bare:{application}", *options]


def per_second(url: str, script: str, *arguments: str) -> float:
    """How many requests per second are answered with 200 when wrk asks as its script says."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["taskset", "-c", str(cores()[1]), "wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", file.name]
        said = subprocess.run([*command, url, "--", *arguments], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or re.search(r"Socket errors: (?!connect 0, read 0, write 0)", said):
        raise RuntimeError(said)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1])


def environment(**more: str) -> Mapping[str, str]:
    return {"THREADS_SERVER_API_KEY": KEY, **more}
