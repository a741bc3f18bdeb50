"""Peak memory of a decoded thread of 10,000 messages: each client in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.client.canned import thread
from benchmarks.table import Row

MEASURE = """
import gc, json, re, sys
{imports}
def kilobytes(name):
    with open("/proc/self/status") as status:  # getrusage's peak would be the parent's, if that was greater
        return int(re.search(name + r":\\s+(\\d+) kB", status.read())[1])
small, body = sys.stdin.buffer.read().split(b"\\n")
decode(small)
gc.collect()
before = kilobytes("VmRSS")
kept = decode(body)
print((kilobytes("VmHWM") - before) * 1024)
"""
OURS = """
from backboard_threads import models
def decode(body): return models.Thread.from_dict(json.loads(body))
"""
VENDOR = """
from backboard.models import Thread
def decode(body): return Thread.model_validate(json.loads(body))
"""


def rows() -> Iterator[Row]:
    """Ours against the vendor's."""
    megabytes = {name: min(_once(code) for _ in range(5)) / 1e6 for name, code in (("ours", OURS), ("vendor", VENDOR))}
    detail = ", ".join(f"{name} {value:.1f} MB" for name, value in megabytes.items())
    name = "peak memory, decoded thread of 10,000 messages / the vendor's SDK"
    yield Row(name, megabytes["ours"] / megabytes["vendor"], "<= 0.7", detail)


def _once(imports: str) -> float:
    code = MEASURE.format(imports=imports)
    bodies = "\n".join(json.dumps(thread(count)) for count in (1, 10_000))
    done = subprocess.run([sys.executable, "-c", code], input=bodies, capture_output=True, text=True, check=True)
    return float(done.stdout)
