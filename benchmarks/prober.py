"""A small client in a process of its own: how long its requests take, whatever this process does meanwhile."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import httpx

PAUSE_SECONDS = 0.02
PROBES = (("GET", "/threads?limit=1", None), ("POST", "/assistants", {"name": "x"}))


@contextmanager
def probing(url: str, key: str) -> Iterator[dict[str, float]]:
    """Probe a server for the time of the block; the longest wait for each method is known after it."""
    waits: dict[str, float] = {}
    command = [sys.executable, "-m", "benchmarks.prober", url, key]
    with Popen(command, stdin=PIPE, stdout=PIPE) as prober:
        assert prober.stdout is not None
        prober.stdout.readline()  # its first request was answered
        yield waits
        waits |= json.loads(prober.communicate()[0])


def main(url: str, key: str) -> None:
    """Probe until standard input ends, and print the longest waits as JSON."""
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    waits = dict.fromkeys((method for method, _, _ in PROBES), 0.0)
    with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=120) as client:
        client.get("/threads?limit=1").raise_for_status()
        print("ready", flush=True)
        while not over.is_set():
            for method, path, body in PROBES:
                began = time.perf_counter()
                client.request(method, path, json=body).raise_for_status()
                waits[method] = max(waits[method], time.perf_counter() - began)
            time.sleep(PAUSE_SECONDS)
    print(json.dumps(waits))


if __name__ == "__main__":
    main(*sys.argv[1:])
