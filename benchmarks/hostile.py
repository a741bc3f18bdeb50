"""`python -m benchmarks.hostile`: what another account notices while one client does its worst.

Each case runs against a server process of its own; those named by an operationId are that operation in a loop over many
connections. The table has the growth of the server's memory, and the longest that a small GET and a small POST of
another account took meanwhile. The goal is a second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import re
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from subprocess import DEVNULL, run
from sys import executable
from typing import NamedTuple

import httpx

from benchmarks.floods import FLOODS
from benchmarks.operation_loops import LOOPS, play
from benchmarks.prober import probing
from threads_server.testing import LocalServer

MIB = 1024 * 1024
PROBE_SECONDS = 2.0
"""How long the server is probed after the case."""
GOAL_SECONDS = 1.0


def resident_mebibytes(pid: int) -> float:
    """Resident memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


class Attack:
    """A server under attack, and the connections that are held open until its end."""

    def __init__(self, server: LocalServer, database: Path) -> None:
        self.port = server.port
        self.url = server.url
        self.pid = server.pid
        self.key = server.api_key
        self.database = database
        self.headers = {"X-API-Key": server.api_key}
        self._held: list[socket.socket] = []

    def hold(self, *pieces: bytes) -> bool:
        """Send over a connection that stays open, and never read from it; False if the server does not take it all."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=2)
        self._held.append(connection)
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close what is held."""
        for connection in self._held:
            connection.close()

    def memory(self) -> float:
        """Resident memory of the server, in MiB."""
        return resident_mebibytes(self.pid)

    def head(self, method: str, path: str, *lines: str, keyed: bool = True) -> bytes:
        """The head of a request, without the empty line if there are `lines`."""
        key = [f"X-API-Key: {self.headers['X-API-Key']}"] if keyed else []
        return "\r\n".join([f"{method} /api{path} HTTP/1.1", "Host: localhost", *key, *lines, "", ""]).encode()


def trailers(attack: Attack) -> None:
    """50 MB of trailers, without a key."""
    head = attack.head("POST", "/assistants", "Transfer-Encoding: chunked", keyed=False)
    attack.hold(head + b"0\r\n", *[b"X: " + b"y" * 1000 + b"\r\n"] * 50_000)


def pipelining(attack: Attack) -> None:
    """60 MB of requests whose responses are not read, without a key."""
    attack.hold(*[attack.head("GET", "/threads", keyed=False) * 100] * 7_000)


def upgrades(attack: Attack) -> None:
    """3,300 pipelined offers of an upgrade."""
    attack.hold(attack.head("GET", "/threads", "Connection: Upgrade", "Upgrade: h2c", keyed=False) * 3_300)


def half_heads(attack: Attack) -> None:
    """900 connections with half a head."""
    for _ in range(900):
        attack.hold(b"GET /api/threads HTTP/1.1\r\nHost: ")


def deep_json(attack: Attack) -> None:
    """Four bodies of 4 MB of escaped quotes before 101 brackets."""
    body = b'{"name":"' + b'\\"' * (2 * MIB - 200) + b"[" * 101
    for _ in range(4):
        headers = {**attack.headers, "Content-Type": "application/json"}
        httpx.post(f"{attack.url}/assistants", headers=headers, content=body)


def uploads(attack: Attack) -> None:
    """12 uploads of 60 MB that do not end."""
    lines = ("Content-Type: multipart/form-data; boundary=b", f"Content-Length: {60 * MIB}")
    for _ in range(12):
        attack.hold(attack.head("POST", "/threads/messages", *lines), *[b"x" * MIB] * 59)


def listings(attack: Attack) -> None:
    """8 readers that do not read a listing of 50 MB."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        for _ in range(50):
            _filled_thread(client, 1)
    for _ in range(8):
        attack.hold(attack.head("GET", "/threads?limit=50"))


def streams(attack: Attack) -> None:
    """300 streams that are not read."""
    body = json.dumps({"content": "/slow 2000 " + "word " * 2000, "stream": True}).encode()
    head = attack.head("POST", "/threads/messages", "Content-Type: application/json", f"Content-Length: {len(body)}")
    for _ in range(300):
        attack.hold(head + body)


def backlog(attack: Attack) -> None:
    """30 readers that do not read a run of 190,000 events."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        turn = client.post("/threads/messages", json={"content": "/say " + "w " * 190_000}).json()
    for _ in range(30):
        attack.hold(attack.head("GET", f"/threads/{turn['thread_id']}/runs/{turn['run_id']}/events"))


def long_turn(attack: Attack) -> None:
    """A turn in a thread of 300 messages of 1 MB."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        thread = _filled_thread(client, 300)
        client.post(f"/threads/{thread}/messages", json={"content": "and?"}).raise_for_status()


def histories(attack: Attack) -> None:
    """Slow turns in 15 threads of 20 messages of 1 MB, whose responses are not read."""
    _begin_turns(attack, 15, 20, {"content": "/slow 20 " + "word " * 20})


def quotes(attack: Attack) -> None:
    """Streamed turns in 150 threads, each of which quotes a message of 1 MB, that are not read."""
    _begin_turns(attack, 150, 1, {"content": "and?", "stream": True})


def _begin_turns(attack: Attack, threads: int, messages: int, turn: dict[str, object]) -> None:
    """Store large messages in threads, then begin a turn in all of them."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        ids = [_filled_thread(client, messages) for _ in range(threads)]
    body = json.dumps(turn).encode()
    lines = "Content-Type: application/json", f"Content-Length: {len(body)}"
    for thread in ids:
        attack.hold(attack.head("POST", f"/threads/{thread}/messages", *lines) + body)


def _filled_thread(client: httpx.Client, messages: int) -> str:
    """A thread of so many messages of 1 MB."""
    path, body = "/threads/messages", {"content": "x" * 1_000_000, "send_to_llm": False}
    for _ in range(messages):
        stored = client.post(path, json=body).raise_for_status().json()
        path = f"/threads/{stored['thread_id']}/messages"
    return str(stored["thread_id"])


def tool_calls(attack: Attack) -> None:
    """Four messages that ask for 8,000 tool calls each."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        tool = {"type": "function", "function": {"name": "a", "parameters": {"properties": {}}}}
        for _ in range(4):
            client.post("/threads/messages", json={"content": "/call a " * 8_000, "tools": [tool]}).raise_for_status()


def deletion(attack: Attack) -> None:
    """The deletion of an assistant of 20,000 threads."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        assistant = client.post("/assistants", json={"name": "x"}).json()["assistant_id"]
        for _ in range(20_000):
            client.post(f"/assistants/{assistant}/threads", json={}).raise_for_status()
        client.delete(f"/assistants/{assistant}").raise_for_status()


def archives(attack: Attack) -> None:
    """Export of a thread of 100 messages of 1 MB, and import into another account, beside the server."""
    with httpx.Client(base_url=attack.url, headers=attack.headers, timeout=60) as client:
        _filled_thread(client, 100)
    archive = attack.database.with_suffix(".jsonl")
    command, where = [executable, "-m", "threads_server"], ["--database", str(attack.database)]
    with archive.open("wb") as file:
        run([*command, "export", "--account", "default", *where], stdout=file, stderr=DEVNULL, check=True)
    run([*command, "import", str(archive), "--account", "third", *where], stdout=DEVNULL, check=True)


CASES: tuple[Callable[[Attack], None], ...] = (
    trailers, pipelining, upgrades, half_heads, deep_json, uploads, listings, streams, backlog, long_turn, histories,
    quotes, tool_calls, deletion, archives,
)  # fmt: skip


@contextlib.contextmanager
def attacked(folder: Path) -> Iterator[tuple[Attack, str]]:
    """A server, and the key of another account."""
    database = folder / "threads.db"
    with LocalServer(database, api_key=secrets.token_hex(8)) as server:
        command = [executable, "-m", "threads_server", "keys", "create", "other", "--database", str(database)]
        other = run(command, capture_output=True, check=True, text=True).stdout.strip()
        attack = Attack(server, database)
        try:
            yield attack, other
        finally:
            attack.close()


class Worst(NamedTuple):
    """Effect of a case on the server and on another account."""

    name: str
    description: str
    mebibytes: float
    get: float
    post: float

    def __str__(self) -> str:
        waits = f"{self.get * 1000:.0f} ms | {self.post * 1000:.0f} ms"
        reached = "yes" if max(self.get, self.post) <= GOAL_SECONDS else "no"
        return f"| {self.name} | {self.description} | {self.mebibytes:+.0f} MiB | {waits} | {reached} |"


def measure(name: str, description: str, case: Callable[[Attack], None]) -> Worst:
    """Play a case, and probe the server meanwhile."""
    with tempfile.TemporaryDirectory() as folder, attacked(Path(folder)) as (attack, other):
        before = peak = attack.memory()
        attacker = threading.Thread(target=case, args=(attack,))
        with probing(attack.url, other) as waits:
            attacker.start()
            deadline = math.inf
            while time.monotonic() < deadline:
                peak = max(peak, attack.memory())
                if not attacker.is_alive() and deadline == math.inf:
                    deadline = time.monotonic() + PROBE_SECONDS
                time.sleep(0.02)
    return Worst(name, description, peak - before, waits["GET"], waits["POST"])


def all_cases() -> dict[str, tuple[str, Callable[[Attack], None]]]:
    """Description and action of each case, by name."""
    cases = {case.__name__: ((case.__doc__ or "").rstrip("."), case) for case in CASES}

    def flood(name: str) -> Callable[[Attack], None]:
        return lambda attack: FLOODS[name].play(attack.port, attack.key)

    def looped(operation: str) -> Callable[[Attack], None]:
        return lambda attack: play(operation, attack.port, attack.key)

    cases |= {name: (FLOODS[name].description, flood(name)) for name in FLOODS}
    return cases | {operation: ("in a loop", looped(operation)) for operation in LOOPS}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each case that is asked for, or for all of them."""
    cases = all_cases()
    names = list(cases)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[*names, []], help="what to do; everything by default")
    chosen = parser.parse_args(arguments).cases or names
    print("| case | what the account does | memory | GET | POST | <= 1 s |\n|---|---|---|---|---|---|")
    for name in chosen:
        print(measure(name, *cases[name]), flush=True)


if __name__ == "__main__":
    main()
