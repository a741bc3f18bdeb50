"""`python -m benchmarks.lasting`: the memory of a server before and after much work of each kind.

A tenth of it comes first, so that caches are filled. The goal is a growth of at most 10 MB over all.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks.hostile import resident_mebibytes
from benchmarks.operation_loops import TOOL
from benchmarks.raw_client import RawClient
from threads_server.testing import LocalServer

CONNECTIONS = 32
COUNTS = {"requests": 80_000, "streams": 4_000, "tool turns": 2_000}
GOAL_MEBIBYTES = 10.0


async def _request(client: RawClient, assistant: str, thread: str, number: int) -> None:
    if number % 4 == 0:
        await client.done("POST", f"/threads/{thread}/messages", {"content": "Hello.", "send_to_llm": False})
    elif number % 4 == 1:
        await client.done("GET", "/threads?limit=10&include_messages=false")
    else:
        await client.done("GET", f"/assistants/{assistant}")


async def _stream(client: RawClient, assistant: str, thread: str, number: int) -> None:
    await client.send("POST", f"/threads/{thread}/messages", {"content": "/say " + "word " * 100, "stream": True})


async def _tool_turn(client: RawClient, assistant: str, thread: str, number: int) -> None:
    turn = await client.done("POST", f"/threads/{thread}/messages", {"content": "/call look {}"})
    outputs = {"tool_outputs": [{"tool_call_id": turn["tool_calls"][0]["id"], "output": "x"}]}
    await client.done("POST", f"/threads/{thread}/runs/{turn['run_id']}/submit-tool-outputs", outputs)


STEPS: dict[str, Callable[[RawClient, str, str, int], Awaitable[None]]] = {
    "requests": _request, "streams": _stream, "tool turns": _tool_turn
}  # fmt: skip


async def _work(kind: str, count: int, port: int, key: str) -> None:
    async def loop() -> None:
        async with RawClient(port, key) as client:
            assistant = (await client.done("POST", "/assistants", {"name": "a", "tools": [TOOL]}))["assistant_id"]
            thread = (await client.done("POST", f"/assistants/{assistant}/threads", {}))["thread_id"]
            for number in range(count // CONNECTIONS):
                await STEPS[kind](client, assistant, thread, number)

    await asyncio.gather(*(loop() for _ in range(CONNECTIONS)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the memory after each kind of work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lasting", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="part of the work to do (default: all of it)")
    share = parser.parse_args(arguments).share
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalServer(Path(folder) / "t.db", api_key=secrets.token_hex(8)) as server,
    ):
        for kind, count in COUNTS.items():
            asyncio.run(_work(kind, int(count * share / 10), server.port, server.api_key))
        before = last = resident_mebibytes(server.pid)
        print(f"before: {before:.1f} MiB", flush=True)
        for kind, count in COUNTS.items():
            asyncio.run(_work(kind, int(count * share), server.port, server.api_key))
            now = resident_mebibytes(server.pid)
            print(f"after {int(count * share):,} {kind}: {now:.1f} MiB ({now - last:+.1f})", flush=True)
            last = now
    reached = "yes" if last - before <= GOAL_MEBIBYTES else "no"
    print(f"growth: {last - before:+.1f} MiB, reach <= {GOAL_MEBIBYTES:g}: {reached}")


if __name__ == "__main__":
    main()
