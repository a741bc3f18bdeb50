"""The sync and the async client do what the model of their calls says, on any network; in simulated time."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from backboard_threads import UNSET
from tests.model.client.machine import CALLS, COUNTS, ERRORS, SERVERS
from tests.model.client.network import PHASES, Attempt
from tests.model.client.streams import EVENTS, STARTS, frames_of
from tests.model.client.tools import ToolMachine, machine_of
from tests.model.rounds import missing_kinds, play_rounds

REACHED = {
    *(f"call {name}" for name in CALLS),
    *("value", "APITimeoutError", "APIConnectionError", "DecodeError", "error status", "Retry-After", "deadline"),
    *("stream: StreamInterrupted", "stream: NoneType", "stream resumed", "recovered: None", "recovered: Whole"),
    *(f"tools: {kind}, {end}" for kind in ("events", "turns") for end in ("error", "reply")),
}
"""Kinds of steps and outcomes that `make test` reaches."""
SLOW_PHASES = [[7.125 if phase == slow else 0.0 for phase in range(4)] for slow in range(4)]
"""Seconds of each phase of an attempt."""
FIRST_SERVER = next(iter(SERVERS))
CANCELLED = {"cancelled before its end", "cancelled after its end"}
"""Reached by the async client alone."""


@contextmanager
def playing(
    half: str,
    max_retries: int,
    base_url: str = FIRST_SERVER,
    deadline: Any = UNSET,
    timeout: Any = UNSET,
    given: str | None = None,
) -> Iterator[ToolMachine]:
    """A machine of the sync or the async client whose clients are made."""
    played = machine_of(half)()
    try:
        played.begin(base_url, max_retries, deadline, timeout, jitter=1.0, called=False, raises=True, given=given)
        yield played
    finally:
        played.teardown()


@pytest.mark.timeout(1800)
def test_client_does_what_the_model_says() -> None:
    COUNTS.clear()
    play_rounds(machine_of("async"), 15, 30, missing_kinds(CANCELLED, COUNTS))
    play_rounds(machine_of("sync"), 15, 30, missing_kinds(REACHED, COUNTS))


@pytest.mark.parametrize("base_url", SERVERS)
@pytest.mark.parametrize("half", ["sync", "async"])
def test_every_error_of_httpx_in_each_phase_ends_as_the_model_says(half: str, base_url: str) -> None:
    with playing(half, base_url=base_url, max_retries=1) as played:
        # only whether a key counts depends on the server
        names = ["get", "create", "other", "delete"] if base_url == FIRST_SERVER else ["create"]
        for error, phase, name in itertools.product(ERRORS, PHASES, names):
            script = [Attempt(error=error, phase=phase), *([Attempt(404, b"{}")] if name == "delete" else [])]
            played.play(played.clients[0], name, script)


@pytest.mark.parametrize("half", ["sync", "async"])
def test_call_after_any_two_attempts_ends_as_the_model_says(half: str) -> None:
    before = [
        Attempt(error=httpx.ReadError, phase="head"), Attempt(error=httpx.ConnectError, phase="connect"),
        *(Attempt(status, b"{}") for status in (429, 503)),
    ]  # fmt: skip
    with playing(half, max_retries=2) as played:
        for first, second, last, name in itertools.product(before, before, (404, 200), ["delete", "create", "get"]):
            played.play(played.clients[0], name, [first, second, Attempt(last, None if last == 200 else b"{}")])


@pytest.mark.parametrize("half", ["sync", "async"])
def test_slow_call_with_any_options_ends_as_the_model_says(half: str) -> None:
    slow = [0.3125, 7.125, 31.75, 130.875, 700.375]
    options = itertools.product([UNSET, None, 5.0625, 1000.5], [UNSET, None, 50.0], [None, "client"])
    for deadline, timeout, given in options:
        with playing(half, max_retries=1, deadline=deadline, timeout=timeout, given=given) as played:
            for client, seconds in zip(itertools.cycle(played.clients), slow * 2, strict=False):
                for waits in ((seconds, 0.0, 0.0), (0.0, seconds, 0.0), (0.0, 0.0, seconds)):
                    played.play(client, "get", [Attempt(waits=waits)])
                played.play(client, "get", [Attempt(drips=(seconds, seconds))])


@pytest.mark.parametrize("half", ["sync", "async"])
def test_stream_with_slow_or_refused_connections_ends_as_the_model_says(half: str) -> None:
    slow = [Attempt(headers=EVENTS, waits=waits, drips=(drip,)) for *waits, drip in SLOW_PHASES]
    refused = [Attempt(status, b"{}") for status in (300, 304, 307, 399, 401, 404, 429, 503, 599)]
    with playing(half, max_retries=2) as played:
        for first, second in itertools.product([*slow, *refused], repeat=2):
            played.play_stream(played.clients[0], "answered", [first, second], [200], deadline=9.75)


@pytest.mark.parametrize("half", ["sync", "async"])
def test_stream_over_three_connections_gives_each_event_once(half: str) -> None:
    ends = [*itertools.accumulate(len(frame) for frame in frames_of("answered"))][:-1]
    with playing(half, max_retries=2) as played:
        for first, second, *starts in itertools.product(ends, ends, STARTS, STARTS):
            played.play_stream(played.clients[0], "answered", [], [first, second], starts=starts)
