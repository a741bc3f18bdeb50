"""Work that a server repeats: it goes on after an error that nobody expected, and beside requests that come and go."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.threads_api import serving
from threads_server.http import app
from threads_server.http.authentication import KeyUses
from threads_server.http.responses import Event, EventStream
from threads_server.http.sse import OpenStreams
from threads_server.store import clearing

WORK: list[tuple[Any, str, Any, str]] = [
    (clearing, "sweep", clearing, "INTERVAL_SECONDS"),
    (OpenStreams, "end_revoked", app, "REVOCATION_INTERVAL_SECONDS"),
    (KeyUses, "write", app, "KEY_USE_CHECK_SECONDS"),
]
"""A repeated function, and its interval."""


@pytest.mark.parametrize(("owner", "name", "module", "interval"), WORK, ids=[work[1] for work in WORK])
async def test_repeated_work_goes_on_after_an_unexpected_error(
    tmp_path: Path, owner: Any, name: str, module: Any, interval: str,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    done = 0

    async def fail_first(*_: Any, **__: Any) -> None:
        nonlocal done
        done += 1
        if done == 1:
            raise ValueError("nobody expected this")

    monkeypatch.setattr(owner, name, fail_first)
    monkeypatch.setattr(module, interval, 0)
    async with serving(tmp_path / "threads.db"), asyncio.timeout(600):
        while done < 3:  # noqa: ASYNC110 - a timer calls it
            await asyncio.sleep(0.001)
    assert "nobody expected this" in caplog.text


async def test_streams_of_revoked_keys_end_although_others_begin_meanwhile() -> None:
    streams, never = OpenStreams(), asyncio.Event()

    async def events() -> AsyncIterator[list[Event]]:
        await never.wait()
        yield []

    async def receive() -> Any:
        await never.wait()

    async def send(_: Any) -> None:
        pass

    def begin(key: bytes) -> asyncio.Task[None]:
        return asyncio.create_task(streams.send(EventStream(events()), receive, send, key))

    async def is_valid(key: bytes) -> bool:
        others.append(begin(b"valid"))
        await asyncio.sleep(0)
        return key == b"valid"

    others: list[asyncio.Task[None]] = []
    revoked = [begin(b"one"), begin(b"two")]
    await asyncio.sleep(0)
    await streams.end_revoked(is_valid)
    async with asyncio.timeout(600):
        await asyncio.gather(*revoked)
    assert len(streams) == len(others) == 2
    await streams.stop(at_once=True)
    await asyncio.gather(*others)
