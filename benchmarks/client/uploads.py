"""An upload of 160 MB from a file: time and memory, against httpx with `files=`, each in a process of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.table import Row

SIZE = 160 << 20

SERVER = """
import json, socket
turn = {"status": "COMPLETED", "message": "m", "thread_id": "t", "timestamp": "2026-01-01T00:00:00Z"}
body = json.dumps(turn).encode()
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n"
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    with connection:
        received = b""
        while b"\\r\\n\\r\\n" not in received:
            received += connection.recv(65536)
        start, _, rest = received.partition(b"\\r\\n\\r\\n")
        lengths = [line for line in start.split(b"\\r\\n") if line.lower().startswith(b"content-length:")]
        left = int(lengths[0][15:]) - len(rest)
        while left > 0:
            left -= len(connection.recv(1 << 20))
        connection.sendall(head % len(body) + body)
"""
MEASURE = """
import json, re, sys, time
{imports}
def kilobytes(name):
    with open("/proc/self/status") as status:
        return int(re.search(name + r":\\s+(\\d+) kB", status.read())[1])
path, url = sys.argv[1:]
small = path + ".small"
open(small, "wb").write(b"x")
upload(small)
before, begun = kilobytes("VmRSS"), time.perf_counter()
upload(path)
print(json.dumps([time.perf_counter() - begun, (kilobytes("VmHWM") - before) * 1024]))
"""
WAYS = {
    "httpx": """
import httpx
def upload(path):
    with open(path, "rb") as file:
        httpx.post(url, files={"files": ("a", file)}, timeout=100).raise_for_status()
""",
    "sync": """
from backboard_threads import Backboard
def upload(path):
    with Backboard(api_key="k", base_url=url) as client:
        client.messages.send("t", files=[path])
""",
    "async": """
import asyncio
from backboard_threads import AsyncBackboard
async def send(path):
    async with AsyncBackboard(api_key="k", base_url=url) as client:
        await client.messages.send("t", files=[path])
def upload(path):
    asyncio.run(send(path))
""",
}


def rows() -> Iterator[Row]:
    """Time and memory of the sync and the async client."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder, _serving() as url:
        path = Path(folder) / "large.bin"
        with path.open("wb") as file:
            for _ in range(SIZE >> 20):
                file.write(b"x" * (1 << 20))
        for _ in range(5):
            for name, imports in WAYS.items():
                code = MEASURE.format(imports=imports)
                command = [sys.executable, "-c", code, str(path), url]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                seconds, size = json.loads(done.stdout)
                taken[name].append((seconds, size))
    seconds = {name: statistics.median(one for one, _ in values) for name, values in taken.items()}
    megabytes = {name: min(size for _, size in values) / 1e6 for name, values in taken.items()}
    for name in ("sync", "async"):
        detail = f"{seconds[name]:.2f} s, httpx {seconds['httpx']:.2f} s"
        yield Row(f"upload of 160 MB, {name} / httpx files=", seconds[name] / seconds["httpx"], "<= 1.2", detail)
    detail = ", ".join(f"{name} {size:.1f} MB" for name, size in megabytes.items())
    most = max(megabytes["sync"], megabytes["async"])
    yield Row("memory that an upload of 160 MB takes / 16 MB", most / 16, "<= 1.0", detail)


@contextmanager
def _serving() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/api"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
