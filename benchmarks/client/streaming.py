"""CPU per event of a stream, against httpx's `iter_lines` and `json.loads`; and a million events in constant memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import httpx

from backboard_threads import Backboard
from benchmarks.client.canned import EVENTS, frames, serving
from benchmarks.measure import in_turns, take_core
from benchmarks.table import Row

KEY = "key-0123456789"
MANY = 1_000_000


class Pieces(httpx.SyncByteStream):
    """The frames so many times over, so many in a piece."""

    def __init__(self, together: int, times: int = 1) -> None:
        ready = frames()
        *middle, self._last = ready
        self._pieces = [b"".join(middle[i : i + together]) for i in range(0, len(middle), together)]
        self._times = times

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self._times):
            yield from self._pieces
        yield self._last


def rows() -> Iterator[Row]:
    """Over a socket, and without one."""
    take_core(0)
    with serving() as address, httpx.Client() as plain, Backboard(api_key=KEY, base_url=address) as ours:
        measured = in_turns(
            {"httpx": lambda: by_httpx(plain, address), "ours": lambda: by_ours(ours)}, calls=5, rounds=9
        )
        yield Row(
            "CPU per event, over a socket / httpx", measured.ratio("ours", "httpx"), "<= 1.5", _each(measured.micros)
        )
    for together in (1, 50):
        yield _without_a_socket(together)
    yield _constant_memory()


def _without_a_socket(together: int) -> Row:
    transport = answering(Pieces(together))
    with httpx.Client(transport=transport) as plain, Backboard(api_key=KEY, http_client=transport) as ours:
        measured = in_turns(
            {"httpx": lambda: by_httpx(plain, "http://x"), "ours": lambda: by_ours(ours)}, calls=5, rounds=9
        )
    name = f"CPU per event, no socket, {together} in a piece / httpx"
    return Row(name, measured.ratio("ours", "httpx"), "<= 1.5", _each(measured.micros))


def answering(pieces: Pieces) -> httpx.MockTransport:
    """A transport whose every answer is the stream of `pieces`."""
    headers = {"content-type": "text/event-stream"}
    return httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=pieces))


def by_httpx(client: httpx.Client, address: str) -> int:
    """The number of events, each parsed."""
    count = 0
    with client.stream("POST", f"{address}/threads/t/messages") as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                json.loads(line[6:])
                count += 1
    assert count == EVENTS
    return count


def by_ours(client: Backboard) -> int:
    """The number of events, each a model."""
    count = 0
    with client.messages.stream("t", content="x") as events:
        for _ in events:
            count += 1
    assert count == EVENTS
    return count


def _each(micros: dict[str, float]) -> str:
    return ", ".join(f"{name} {value / EVENTS:.3g} us" for name, value in micros.items())


def _constant_memory() -> Row:
    times = MANY // EVENTS
    pieces = Pieces(50, times)
    reasoning = [piece.replace(b"content_streaming", b"reasoning_streaming") for piece in pieces._pieces]
    pieces._pieces = [piece.replace(b'"content"', b'"accumulated_reasoning": "", "content"') for piece in reasoning]
    with (
        Backboard(api_key=KEY, http_client=answering(pieces)) as ours,
        ours.messages.stream("t", content="x") as events,
    ):
        next(events)
        tracemalloc.start()
        count = sum(1 for _ in events)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    detail = f"{count:,} events: at most {peak / 1e6:.2f} MB more than before the first"
    return Row("memory of a million events / 1 MB", peak / 1e6, "<= 1.00", detail)
