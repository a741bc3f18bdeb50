"""The real server under the model: in this process, on a real store, with faults, and called through the client."""

import asyncio
import contextlib
import itertools
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import httpx

from backboard_threads import APIStatusError, AsyncBackboard, RunFailedError
from tests.model.state import AGAIN, RATE, RUNS_AT_ONCE, STREAMS_AT_ONCE, Id, Json, tool_names
from tests.support.server.threads_api import app_on
from threads_server import clock
from threads_server.archive import export_account, import_account
from threads_server.http import app as http_app
from threads_server.http import budgets, rate_limit
from threads_server.responders import Conversation, ModelUsage, ResponderEvent, TextDelta
from threads_server.responders.offline import OfflineResponder
from threads_server.runs import live_runs, run_segment
from threads_server.runs.heartbeat import Heartbeat
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable, event_log
from threads_server.store.backends import open_store
from threads_server.store.clearing import sweep
from threads_server.store.idempotency_keys import raise_replay
from threads_server.store.runs import in_progress
from threads_server.store.transaction import one
from threads_server.store.turns import begin_turn

ACCOUNTS = ("a", "b")

LOG_INTERVAL_SECONDS = 0.01
"""So that the events of a run that is held are written soon."""
END_RETRY_SECONDS = (0.001, 0.001)
"""So that an end that could not be written is written soon."""
REVOCATION_INTERVAL_SECONDS = 0.01
"""So that the streams of a revoked key end soon."""
MANY = 100
"""A bound of the whole process that no sequence reaches."""

ENDS = re.compile(rb'data: \{"type":"(run_ended|run_failed|run_cancelled|tool_submit_required)"')


@dataclass
class Answered:
    """A result of the client: the JSON of a response, or the events of a stream."""

    status: int
    body: Json
    headers: httpx.Headers | None
    """None where the client raises without them: for a failed run."""
    numbers: list[int] = field(default_factory=list)
    """Of the events of a stream, where they have any."""


class HoldingResponder(OfflineResponder):
    """The offline responder with `/hold TEXT`: says "so far " at once, and TEXT when it is let go.

    After an output AGAIN it asks for another.
    """

    def __init__(self) -> None:
        self.let_go: dict[str, asyncio.Event] = {}
        self.conversations: list[Json] = []

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        names, messages = tool_names(conversation.tools), conversation.messages
        self.conversations.append((conversation.system_prompt, names, len(messages)))
        text = messages[-1]["content"]
        outputs = itertools.takewhile(lambda message: message["role"] == "tool", reversed(messages))
        if "look" in names and AGAIN in [message["content"] for message in outputs]:
            asking = replace(conversation, messages=[{"role": "user", "content": "/call look {}"}])
            async for pieces in super().answer(asking):
                yield pieces
        elif messages[-1]["role"] == "user" and text.startswith("/hold "):
            yield [ModelUsage("offline", "offline"), TextDelta("so far ")]
            await self.let_go.setdefault(text, asyncio.Event()).wait()
            yield [TextDelta(text.removeprefix("/hold "))]
        else:
            async for pieces in super().answer(conversation):
                yield pieces


class Binding:
    """The values that the server chose for the ids of the model."""

    def __init__(self) -> None:
        self.values: dict[Id, Any] = {}
        self._ids: dict[Any, Id] = {}

    def match(self, expected: Json, actual: Json, at: str = "") -> None:
        """Compare JSON; an id is bound to the first value that it meets."""
        if isinstance(expected, Id):
            if expected.kind == "text":  # what was said before a crash, as far as it was written
                assert actual in ("", "so far "), (at, actual)
            else:
                assert self._ids.setdefault(actual, expected) == expected, f"{at}: {actual} names another thing"
            assert self.values.setdefault(expected, actual) == actual, f"{at}: {self.values[expected]} is now {actual}"
        elif isinstance(expected, dict):
            assert isinstance(actual, dict), (at, actual)
            assert expected.keys() == actual.keys(), (at, expected.keys() ^ actual.keys())
            for key, value in expected.items():
                self.match(value, actual[key], f"{at}.{key}")
        elif isinstance(expected, list):
            assert isinstance(actual, list), (at, actual)
            assert len(expected) == len(actual), (at, expected, actual)
            for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
                self.match(one, other, f"{at}[{number}]")
        else:
            assert expected == actual, (at, expected, actual)

    def real(self, name: Id | None) -> Any:
        """The server's value of an id."""
        return None if name is None else self.values[name]


class CurrentApp(httpx.AsyncBaseTransport):
    """The transport of all clients: to the application that runs now, also after a restart."""

    def __init__(self) -> None:
        self.transport: httpx.ASGITransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self.transport is not None
        response = await self.transport.handle_async_request(request)
        if request.method == "POST" and response.headers.get("content-type") == "text/event-stream":
            frames = (await response.aread()).strip().split(b"\n\n")
            assert not any(ENDS.search(frame) for frame in frames[:-1]), "a stream goes on after its end"
        return response


class Server:
    """A server on a database, and the client of each key. `now` is its wall clock in milliseconds."""

    def __init__(self, folder: Path, database: Path | str, now: Callable[[], int]) -> None:
        self.database = database
        self._folder = folder
        self._now = now
        self._number = 0
        self._stack = contextlib.AsyncExitStack()
        self._clients: dict[str, AsyncBackboard] = {}
        self._current = CurrentApp()
        self.responder = HoldingResponder()
        self.instant: float | None = None
        """The time of the rate limit in seconds; None while it lets everything pass."""
        self.turns = 0
        """Transactions that began a turn, or were refused to."""
        self.log_fails: asyncio.Event | None = None
        """While it is there events are not written until their run ends; set once that was tried."""
        self._writing = 0
        self.seconds = itertools.count(0, 1_000)

    async def start(self) -> None:
        clock.wall_clock = self._now
        self.log_fails = None
        opened: list[Any] = []
        for module, name, value in (
            (run_segment, "END_RETRY_SECONDS", END_RETRY_SECONDS),
            (rate_limit, "monotonic", lambda: next(self.seconds) if self.instant is None else self.instant),
            (live_runs, "RUNS_AT_WORK", (RUNS_AT_ONCE, MANY)),
            (budgets, "OPEN_STREAMS", (STREAMS_AT_ONCE, MANY)),
            (http_app, "REVOCATION_INTERVAL_SECONDS", REVOCATION_INTERVAL_SECONDS),
        ):
            self._stack.enter_context(patch.object(module, name, value))
        app = app_on(self.database, opened, busy_wait=0, rate_limit=RATE)
        await self._stack.enter_async_context(app.opened())
        self.services = opened[0]
        self.services.context.responder = self.responder
        self.services.context.log_interval = LOG_INTERVAL_SECONDS
        await sweep(self.services.store)  # or it would go on beside the next steps
        self.services.sweeper.notify = lambda: None  # what is deleted is not cleared before the next sweep
        self._count_writes()
        self._current.transport = httpx.ASGITransport(app)

    def _count_writes(self) -> None:
        store = self.services.store
        write = store.write

        async def counted(transaction: Any, *args: Any, **kwargs: Any) -> Any:
            if self.log_fails is not None and transaction is event_log.append:
                self.log_fails.set()
                raise StoreUnavailable("events cannot be written")
            self._writing += 1
            try:
                return await write(transaction, *args, **kwargs)
            finally:
                self._writing -= 1
                self.turns += transaction is begin_turn

        read = store.read

        async def looked(transaction: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return await read(transaction, *args, **kwargs)
            finally:
                self.turns += transaction is raise_replay  # without room for a run its key is looked up alone

        store.write, store.read = counted, looked

    async def stop(self) -> None:
        await self._stack.aclose()
        for held in self.responder.let_go.values():
            held.set()

    async def sweep(self, retain_days: int) -> None:
        """Remove what has expired, and the threads that were not changed for so many days."""
        await sweep(self.services.store, retain_days)

    async def add_key(self, name: str, key: str, account: str) -> None:
        await self.services.store.add_key(name, sha256(key.encode()).digest(), account)

    async def revoke_key(self, name: str) -> bool:
        revoked: bool = await self.services.store.revoke_key(name)
        return revoked

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def crash(self) -> None:
        """Go on with a copy of the files as they are at this moment."""
        copied = self.next_file()
        for ending in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(f"{self.database}{ending}", f"{copied}{ending}")
        await self.stop()
        self.database = copied
        await self.start()

    async def export(self, account: str) -> list[str]:
        return [line async for line in export_account(self.services.store, account)]

    async def move(self, database: Path | str, keys: dict[str, tuple[str, str]]) -> None:
        """Export both accounts, and go on with another database that imports them; `keys` are made there."""
        there = await open_store(Settings(database=str(database)), serving=True)
        for account in ACCOUNTS:
            lines = await self.export(account)
            await import_account(there, account, [line.encode() for line in lines])
            assert [line async for line in export_account(there, account)] == lines
        for name, (key, account) in keys.items():
            await there.add_key(name, sha256(key.encode()).digest(), account)
        await there.close()
        await self.stop()
        self.database = database
        await self.start()

    def next_file(self) -> Path:
        """The path of a new database."""
        self._number += 1
        return self._folder / f"{self._number}.db"

    def client(self, key: str) -> AsyncBackboard:
        """The client of a key. It repeats nothing by itself."""
        if key not in self._clients:
            http = httpx.AsyncClient(transport=self._current)
            self._clients[key] = AsyncBackboard(
                api_key=key, base_url="http://threads/api", http_client=http, max_retries=0, timeout=None
            )
        return self._clients[key]

    async def end_abandoned(self) -> None:
        """Let the server notice at once which of its runs no task works on."""
        heartbeat = self.services.heartbeat
        timeout, heartbeat.timeout = heartbeat.timeout, 0
        await heartbeat.beat()
        heartbeat.timeout = timeout

    async def take_over(self, *, learns: bool = True) -> None:
        """Let a second process find this one gone and end its runs.

        This one then learns of it, or else comes to the end of its runs before that.
        """
        opened: list[Any] = []
        heartbeat = self.services.heartbeat
        with patch.object(heartbeat, "beat", AsyncMock()):  # it is frozen meanwhile
            async with app_on(self.database, opened).opened():
                await Heartbeat(opened[0].context, opened[0].heartbeat.owner, timeout=0).beat()
                assert await opened[0].store.read(in_progress) == []
            if not learns:
                await self.let_all_go()
        await heartbeat.beat()
        assert all(live.stopped for live in self.services.context.runs.responding())
        await self.let_all_go()

    async def let_all_go(self) -> None:
        """Let the runs that are held come to their ends."""
        for held in self.responder.let_go.values():
            held.set()
        await self.settled(0)

    async def runs_in_progress(self) -> list[tuple[str, int]]:
        """The runs in progress by the store, also those of deleted threads."""
        return await self.services.store.read(in_progress)

    async def has_unwritten_events(self) -> bool:
        """Whether events were emitted that are not in a log."""
        for live in self.services.context.runs.responding():
            row = await self.services.store.read(one, "SELECT last_event FROM runs WHERE run_id = ?", live.run_id)
            if row is not None and row[0] < live.last:
                return True
        return False

    async def settled(self, held: int) -> None:
        """Wait until no run is at work, apart from those that are held, and no transaction is under way."""
        while self._writing or len(self.services.context.runs) > held:  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(0)


async def answered(call: Callable[[], Awaitable[Any]]) -> Answered:
    """Outcome of a client's call that gives an `Answer`."""
    try:
        answer = await call()
    except APIStatusError as error:
        return Answered(error.status_code, error.detail, httpx.Headers(dict(error.response.headers)))
    except RunFailedError as error:
        return Answered(200, error.turn.to_dict(), None)
    value = answer.value
    body = [one.to_dict() for one in value] if isinstance(value, list) else value.to_dict()
    return Answered(answer.status_code, body, httpx.Headers(dict(answer.headers)))


async def streamed(stream: Any) -> Answered:
    """The events of a stream of the client, with the numbers that they had."""
    try:
        async with stream as events:
            found: list[Json] = []
            numbers: list[str | None] = []
            try:
                async for event in events:
                    found.append(event.to_dict())
                    numbers.append(events.last_event_id)
            except RunFailedError as error:
                found.append(error.event.to_dict())
                numbers.append(events.last_event_id)
            headers = httpx.Headers(dict(events.response.headers))
    except APIStatusError as error:
        return Answered(error.status_code, error.detail, httpx.Headers(dict(error.response.headers)))
    ids = [int(number) for number in numbers if number is not None]
    assert ids == sorted(set(ids)), ids
    return Answered(200, found, headers, ids)


COUNTS: Counter[str] = Counter()
"""How often each kind of step and outcome was reached, in all machines of this process."""
