"""GET of a thread with 20 messages, against a bare application that builds the answer from columns."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import load, stored
from benchmarks.table import Row

NAME = "GET thread with 20 messages at 64 clients / a bare ASGI application that builds objects"

_SCRIPT = """
local ids, key, number = {}, nil, 0
function init(arguments)
  key = arguments[1]
  for line in io.lines(arguments[2]) do ids[#ids + 1] = line end
end
function request()
  number = number + 1
  return wrk.format("GET", "/api/threads/" .. ids[(number * 7919) % #ids + 1], {["X-API-Key"] = key})
end
"""


def rows() -> Iterator[Row]:
    """One row."""
    with tempfile.TemporaryDirectory() as folder:
        database, bare, ids = (Path(folder) / name for name in ("threads.db", "bare.db", "ids"))
        ids.write_text("\n".join(stored.fill(database)))
        stored.fill_bare(bare, database)
        with (
            load.served(load.ours(database), "/api/health", **load.environment()) as ours,
            load.served(load.bare("reading"), "/", BARE_DATABASE=str(bare)) as theirs,
        ):
            seen = [
                [load.per_second(url, _SCRIPT, load.KEY, str(ids)) for url in (ours, theirs)]
                for _ in range(load.ROUNDS)
            ]
    mine, other = (statistics.median(column) for column in zip(*seen, strict=True))
    yield Row(NAME, mine / other, "", f"{mine:,.0f} and {other:,.0f} requests/s")
