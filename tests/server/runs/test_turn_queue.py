"""Whose turn it is when much comes at once: all of it in one commit, where no moment lies between two messages."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.runs.test_runs import Held, eventually, hold, running
from tests.support.threads_api import Api, serving
from threads_server.store.transaction import Transaction


class OneCommit:
    """What comes to a busy thread while the writer is held up: its transactions are one commit, in this order."""

    def __init__(self, api: Api, held: Held, thread_id: str, first: "asyncio.Task[httpx.Response]") -> None:
        """`first` is the message that the thread is busy with: `hold`, under the key `k`."""
        self.api = api
        self.held = held
        self.thread_id = thread_id
        self._sent = [first]
        self._store = api.services.store
        self._write = self._store.write
        self._queued: asyncio.Queue[str] = asyncio.Queue()
        self._free = threading.Event()
        self._holding_up = asyncio.create_task(self._store.write(_after, self._free))
        self._store.write = self._noted  # type: ignore[method-assign]

    def _noted(self, transaction: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._queued.put_nowait(transaction.__name__)
        return self._write(transaction, *args, **kwargs)

    async def _until(self, name: str) -> None:
        while await self._queued.get() != name:
            pass

    async def send(self, content: str, headers: dict[str, str] | None = None, **fields: Any) -> asyncio.Task[Any]:
        """A message, once it is its turn to be written."""
        path, body = f"/threads/{self.thread_id}/messages", {"content": content, **fields}
        self._sent.append(asyncio.create_task(self.api.http.post(path, json=body, headers=headers)))
        await self._until("begin_turn")
        return self._sent[-1]

    async def end_run(self) -> None:
        """Ends the run that the thread is busy with; the next one is held again."""
        self.held.go.set()
        await self._until("end_leg")
        self.held.go.clear()

    async def commit(self) -> None:
        await asyncio.sleep(0)  # the last one is handed over
        self._free.set()
        await self._holding_up

    async def statuses(self) -> list[int]:
        """The statuses of all answers, `first` before the others, in the order in which they were sent."""
        self.held.go.set()
        return [(await task).status_code for task in self._sent]

    def later(self) -> list[str]:
        """The transactions that came after those that were waited for."""
        return [self._queued.get_nowait() for _ in range(self._queued.qsize())]

    async def said(self) -> list[str]:
        return [content for role, content in await self.api.history(self.thread_id) if role == "user"]


def _after(free: threading.Event) -> Transaction[None]:
    """Keeps the writer, and all that comes after, waiting."""
    yield "SELECT 1", ()
    free.wait()


@contextlib.asynccontextmanager
async def one_commit(tmp_path: Path, **settings: Any) -> AsyncIterator[OneCommit]:
    async with serving(tmp_path / "threads.db", **settings) as api:
        held = hold(api)
        thread_id = await api.thread()
        first, _ = await running(api, thread_id, key="k")
        yield OneCommit(api, held, thread_id, first)


STORED: dict[str, Any] = {"send_to_llm": False}
"""Fields of a message that goes a shorter way to the line than one that is to be answered."""

STALE = {"If-Match": '"0"'}
KEY = {"Idempotency-Key": "k"}


class TestNobodyGoesBefore:
    @pytest.mark.parametrize("meanwhile", [True, False])
    async def test_one_who_is_refused(self, tmp_path: Path, meanwhile: bool) -> None:
        """With `meanwhile` the thread becomes free in that commit too; else it is told apart who waits first."""
        async with one_commit(tmp_path) as commit:
            await commit.send("second")
            if meanwhile:
                await commit.end_run()
            await commit.send("third", **STORED)
            await commit.commit()
            if not meanwhile:
                await in_line(commit, 2)
            assert await commit.statuses() == [200] * 3
            assert await commit.said() == ["hold", "second", "third"]

    @pytest.mark.parametrize(
        ("content", "headers", "status"),
        [("stale", STALE, 412), ("hold", KEY, 200), ("another", KEY, 409)],
        ids=["another version", "a replay", "another request under the key"],
    )
    async def test_one_who_is_refused_before_another_who_is_answered(
        self, tmp_path: Path, content: str, headers: dict[str, str], status: int
    ) -> None:
        async with one_commit(tmp_path) as commit:
            await commit.send("second")
            await commit.send(content, headers)
            await commit.end_run()
            await commit.send("third", **STORED)
            await commit.commit()
            assert await commit.statuses() == [200, 200, status, 200]
            assert await commit.said() == ["hold", "second", "third"]

    async def test_one_who_is_not_in_the_line_yet_though_another_between_them_is_through(self, tmp_path: Path) -> None:
        async with one_commit(tmp_path) as commit:
            await commit.send("second")
            between = await commit.send("stale", STALE, **STORED)
            await commit.send("third", **STORED)
            await commit.commit()
            await in_line(commit, 2)
            assert (await between).status_code == 412
            assert await commit.statuses() == [200, 200, 412, 200]
            assert await commit.said() == ["hold", "second", "third"]


async def in_line(commit: OneCommit, count: int) -> None:
    line = commit.api.services.context.lines._lines
    await eventually(lambda: len(line.get(("default", commit.thread_id), ())) == count)


async def test_a_replay_joins_no_line(tmp_path: Path) -> None:
    async with one_commit(tmp_path) as commit:
        await commit.send("second")
        await commit.end_run()
        replay = await commit.send("hold", KEY)
        await commit.commit()
        assert (await replay).headers["idempotency-replayed"] == "true"
        assert await commit.statuses() == [200] * 3
        assert commit.later().count("begin_turn") == 1  # the second one tries again, and nobody else


async def test_where_nobody_waits_there_is_no_order(tmp_path: Path) -> None:
    async with one_commit(tmp_path, busy_wait=0) as commit:
        await commit.send("second")
        await commit.end_run()
        await commit.send("third")
        await commit.send("hold", KEY)
        await commit.commit()
        assert await commit.statuses() == [200, 409, 200, 200]
        assert await commit.said() == ["hold", "third"]
