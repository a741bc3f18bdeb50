"""The sync and the async client, a hostile server, and no waiting between attempts."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from backboard_threads import _retries as retry
from tests.support.client.scripted_server import Server, serving
from tests.support.client.variants import Variant


@pytest.fixture(params=["sync", "async"])
def variant(request: pytest.FixtureRequest) -> Iterator[Variant]:
    """The sync and the async client in turn. Async clients close with their event loop."""
    variant = Variant(request.param)
    yield variant
    variant.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with scripted responses."""
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    proxies = [name for name in os.environ if name.lower().endswith("_proxy")]
    for name in ("BACKBOARD_API_KEY", "BACKBOARD_BASE_URL", "BACKBOARD_LOG", "SSL_CERT_DIR", *proxies):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off takes no time, except where a test looks at it."""
    monkeypatch.setattr(retry, "INITIAL_RETRY_DELAY", 0.0)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that calls made, which take no time."""
    made: list[float] = []

    async def async_pause(seconds: float) -> None:
        made.append(seconds)

    from backboard_threads._async import runs as async_runs
    from backboard_threads._async import sender as async_sender
    from backboard_threads._sync import runs, sender

    modules: list[Any] = [sender, runs]
    for module in modules:
        monkeypatch.setattr(module, "pause", made.append)
    for module in (async_sender, async_runs):
        monkeypatch.setattr(module, "async_pause", async_pause)
    return made
