"""Health: a process that is alive, and a database that answers, fails or hangs."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from threads_server.http.service_routes.health import PING_TIMEOUT_SECONDS, Health
from threads_server.store import StoreUnavailable


class Database:
    """A store whose database answers, fails or hangs."""

    def __init__(self) -> None:
        self.pings = 0
        self.error: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def ping(self) -> None:
        self.pings += 1
        await self.answers.wait()
        if self.error is not None:
            raise self.error


async def get(database: Database, *paths: str) -> list[tuple[int, Any]]:
    store: Any = database
    app = Starlette(routes=Health(lambda: store, "1.2.3", ping_timeout=0.05).routes("/api"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://threads") as client:
        answers = [await client.get(path) for path in paths]
    assert all((answer.headers.get("retry-after") == "1") is (answer.status_code == 503) for answer in answers)
    return [(answer.status_code, answer.json()) for answer in answers]


PATHS = ("/api/health/live", "/api/health/ready", "/api/health")
OK = (200, {"status": "ok", "version": "1.2.3"})


async def test_health_with_a_database_that_answers() -> None:
    assert await get(Database(), *PATHS) == [OK, OK, OK]


async def test_health_with_a_database_that_fails_is_live_but_not_ready() -> None:
    database = Database()
    database.error = StoreUnavailable("The store cannot be reached: x")
    away = (503, {"detail": "The store cannot be reached: x"})
    assert await get(database, *PATHS) == [OK, away, away]


async def test_health_with_a_database_that_hangs_is_answered_with_one_question_to_it() -> None:
    database = Database()
    database.answers.clear()
    hangs = (503, {"detail": "The store does not answer"})
    assert await get(database, *PATHS) == [OK, hangs, hangs]
    assert database.pings == 1
    database.answers.set()
    assert await get(database, *PATHS) == [OK, OK, OK]


def test_health_is_answered_within_two_seconds() -> None:
    assert PING_TIMEOUT_SECONDS < 2


async def test_health_shows_a_bug_as_one() -> None:
    database = Database()
    database.error = RuntimeError("a bug")
    with pytest.raises(RuntimeError, match="a bug"):
        await get(database, "/api/health")
