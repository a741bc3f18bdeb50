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
ROUNDS = 5
KEY = "key-of-the-benchmark"
HERE = Path(__file__).parent
_CORES = (*sorted(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()), 0, 0)[:2]

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
    """Tools and cores that the measurement needs and this machine lacks, as text; empty if nothing."""
    lacking = [f"{tool} is not installed" for tool in ("wrk", "taskset") if shutil.which(tool) is None]
    if compiler() is None:
        lacking.append("no C compiler (cc or gcc) is installed")
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        lacking.append("two cores are needed, one of them for the load")
    return "; ".join(lacking)


def compiler() -> str | None:
    """Path of a C compiler."""
    return shutil.which("cc") or shutil.which("gcc")


def cores() -> tuple[int, int]:
    """Core of the server and core of the load, of those that this process had at its start."""
    return _CORES


def slow_sync(folder: Path) -> dict[str, str]:
    """Environment in which each sync of a process takes a millisecond more."""
    source, library = folder / "slowsync.c", folder / "slowsync.so"
    source.write_text(_SLOW_SYNC)
    subprocess.run([str(compiler()), "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


_processes: dict[str, int] = {}


def pid_of(url: str) -> int:
    """The process of a server that `served` runs."""
    return _processes[url]


@contextmanager
def served(command: Sequence[str], health: str, *, pinned: bool = True, **environment: str) -> Iterator[str]:
    """Run a server that listens on `{port}`, on the first core alone unless not `pinned`; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=(lambda: os.sched_setaffinity(0, {cores()[0]})) if pinned else None,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 200
        while not _answers(url + health):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
        if process.poll() is not None:  # another server answered on this port
            raise RuntimeError(f"{command[0]} did not start")
        _processes[url] = process.pid
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


def ours(database: Path | str) -> list[str]:
    """Command of this project's server."""
    return [sys.executable, "-m", "threads_server", "serve", "--port", "{port}", "--database", str(database)]


def bare(application: str) -> list[str]:
    """Command of an application of `benchmarks.server.bare` under uvicorn."""
    options = ["--port", "{port}", "--log-level", "critical", "--no-access-log", "--lifespan", "off"]
    return [sys.executable, "-m", "uvicorn", f"benchmarks.server.bare:{application}", *options]


def per_second(url: str, script: str, *arguments: str) -> float:
    """Requests per second answered with 200 under a wrk script."""
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
