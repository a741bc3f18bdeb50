"""Streams of a turn, against a bare application that sends the same frames without having to make or keep them."""

from __future__ import annotations

import statistics
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import load, stored
from benchmarks.table import Row

NAME = "events per second of streamed turns at 64 clients / a bare ASGI application that sends the same frames"
SAID = "word+" * 100

_SCRIPT = """
local ids, key, number = {}, nil, 0
function init(arguments)
  key = arguments[1]
  for line in io.lines(arguments[2]) do ids[#ids + 1] = line end
end
function request()
  number = number + 1
  local headers = {["X-API-Key"] = key, ["Content-Type"] = "application/x-www-form-urlencoded"}
  local path = "/api/threads/" .. ids[(number * 7919) % #ids + 1] .. "/messages"
  return wrk.format("POST", path, headers, "stream=true&content=/say+SAID")
end
""".replace("SAID", SAID)


def rows() -> Iterator[Row]:
    """One row."""
    rounds = zip(*(_round() for _ in range(load.ROUNDS)), strict=True)
    mine, other, events = (statistics.median(column) for column in rounds)
    yield Row(NAME, mine / other, "", f"{mine:,.0f} and {other:,.0f} events/s, {events:.0f} per stream")


def _round() -> tuple[float, float, int]:
    """Events per second of both, and events per stream. Each round begins with the same threads: they grow in it."""
    with tempfile.TemporaryDirectory() as folder:
        database, ids = Path(folder) / "threads.db", Path(folder) / "ids"
        thread_ids = stored.fill(database)
        ids.write_text("\n".join(thread_ids))
        with load.served(load.ours(database), "/api/health", **load.environment()) as ours:
            frames = _frames(ours, thread_ids[0])
            events = frames.count("\n\n")
            with load.served(load.bare("streaming"), "/", BARE_FRAMES=frames) as theirs:
                mine, other = (events * load.per_second(url, _SCRIPT, load.KEY, str(ids)) for url in (ours, theirs))
        return mine, other, events


def _frames(url: str, thread_id: str) -> str:
    request = urllib.request.Request(
        f"{url}/api/threads/{thread_id}/messages",
        data=f"stream=true&content=/say+{SAID}".encode(),
        headers={"X-API-Key": load.KEY},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = answer.read().decode()
    return text
