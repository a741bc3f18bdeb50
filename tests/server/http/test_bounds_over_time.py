"""Bounds of what is kept and written over time: bursts, uses of keys, lines of the log."""

import logging
from collections.abc import Mapping
from typing import cast

import pytest

from threads_server.http import rate_limit
from threads_server.http.access_log import MAX_PATH_CHARACTERS, log_request
from threads_server.http.authentication import KeyUses
from threads_server.http.rate_limit import RateLimit
from threads_server.store import Store


def test_key_that_was_quiet_for_long_has_one_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(rate_limit, "monotonic", lambda: now)
    limit = RateLimit(2, longest_wait=3600)
    assert [limit.take("key") for _ in range(3)] == [0, 0, 1]
    now = 1000.0
    assert [limit.take("key") for _ in range(3)] == [0, 0, 1]


class Uses:
    """A store that counts how often uses are written."""

    def __init__(self) -> None:
        self.written = 0

    async def note_key_uses(self, uses: Mapping[bytes, int]) -> None:
        self.written += len(uses)


async def test_use_of_a_key_is_written_once_a_minute() -> None:
    store, uses = Uses(), KeyUses()
    for _ in range(3):
        uses.note(b"key")
        await uses.write(cast(Store, store))
    assert store.written == 1
    await uses.write(cast(Store, store), all_of_them=True)
    assert store.written == 2


def test_line_of_the_access_log_has_a_bounded_path(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log_request({"method": "GET", "path": "/" + "x" * 60_000}, 404, b"id", None, 0.1)
    assert len(caplog.records[-1].getMessage()) < MAX_PATH_CHARACTERS + 100 == 600
