"""Bounds of what one account, and all together, may hold in flight."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.server.small_document import KEY, ROOMY, UUID, SmallServices, client_of, small_app
from tests.support.virtual_time import run_in_virtual_time
from threads_server.budget import Budget
from threads_server.errors import HTTPError
from threads_server.http import budgets
from threads_server.http.app import App
from threads_server.http.authentication import digest
from threads_server.http.budgets import LARGE_RESPONSE_BYTES, Budgets, RequestBudget
from threads_server.http.responses import Event, EventStream, Response
from threads_server.openapi import ValidatedRequest

MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


def test_budget_bounds_an_account_and_the_process() -> None:
    budget = Budget("bytes", per_account=10, per_process=15)
    budget.take("a", 8)
    with pytest.raises(HTTPError) as refused:
        budget.check("a", 3)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    with pytest.raises(HTTPError) as refused:
        budget.check("b", 8)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
    budget.check("b", 7)
    budget.give_back("a", 8)
    budget.check("b", 8)


def test_budget_admits_a_first_request_of_any_size() -> None:
    budget = Budget("bytes", per_account=10, per_process=15)
    budget.check("a", 1000)
    budget.take("a", 1000)
    with pytest.raises(HTTPError):
        budget.check("a")


def test_budget_that_one_account_exhausts_leaves_the_others_a_reserve() -> None:
    budget = Budget("bytes", per_account=80, per_process=100)
    budget.take("a", 1000)
    budget.check("b")
    budget.check("b", 10)
    with pytest.raises(HTTPError, match="503"):
        budget.check("b", 11)
    budget.take("b", 6)
    budget.check("b", 4)
    with pytest.raises(HTTPError, match="503"):
        budget.check("b", 5)


def test_budget_keeps_nothing_of_accounts_that_hold_nothing() -> None:
    budget = Budget("bytes", per_account=80, per_process=100)
    tracemalloc.start()
    for number in range(3000):
        budget.take(f"account {number}", 1)
        budget.give_back(f"account {number}", 1)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert memory < 100_000


def test_request_gives_everything_back_at_its_end() -> None:
    shared = Budgets()
    request = RequestBudget(shared, "a")
    for _ in range(2):
        request.receive(budgets.UPLOAD_BYTES[0])
        request.load(budgets.BODY_BYTES[0])
        request.respond(budgets.RESPONSE_BYTES[0] + 1, refusable=True)
        for reserve in (lambda: request.receive(1), lambda: request.load(1), request.check_responses):
            with pytest.raises(HTTPError):
                reserve()
        request.release()


def test_response_to_what_was_done_is_counted_but_not_refused() -> None:
    request = RequestBudget(Budgets(), "a")
    for _ in range(3):
        request.respond(budgets.RESPONSE_BYTES[0], refusable=False)
    with pytest.raises(HTTPError):
        request.respond(LARGE_RESPONSE_BYTES + 1, refusable=True)
    request.respond(LARGE_RESPONSE_BYTES, refusable=True)  # small ones are not counted


def test_expected_response_is_counted_before_it_is_made_and_once() -> None:
    shared, room = Budgets(), budgets.RESPONSE_BYTES[0]
    first, second = RequestBudget(shared, "a"), RequestBudget(shared, "a")
    first.expect_response(room - 1000)
    first.respond(room - 1000, refusable=False)
    second.check_responses()
    with pytest.raises(HTTPError, match="429"):
        second.expect_response(LARGE_RESPONSE_BYTES + 1)
    first.respond(room, refusable=False)  # a little more than was expected
    second.check_responses()
    first.respond(2 * room, refusable=False)
    with pytest.raises(HTTPError, match="429"):
        second.check_responses()
    first.release()
    second.expect_response(room)


async def test_large_reads_of_one_account_wait_for_each_other() -> None:
    """Eight of 150 MB, begun at once, were all in memory before one of them was counted."""
    shared = Budgets()
    began: list[str] = []
    go_on = asyncio.Event()

    async def read(account: str) -> None:
        async with RequestBudget(shared, account).large_read():
            began.append(account)
            await go_on.wait()

    reads = [asyncio.create_task(read(account)) for account in ("a", "a", "b", "c")]
    await asyncio.sleep(0)
    assert began == ["a", "b"]
    go_on.set()
    await asyncio.gather(*reads)
    assert sorted(began) == ["a", "a", "b", "c"]


def test_large_read_without_a_slot_in_time_is_503() -> None:
    async def work() -> None:
        shared, loop = Budgets(), asyncio.get_running_loop()

        async def read(account: str) -> None:
            async with RequestBudget(shared, account).large_read():
                pass

        async with RequestBudget(shared, "a").large_read(), RequestBudget(shared, "b").large_read():
            for account in ("a", "c"):
                began = loop.time()
                with pytest.raises(HTTPError, match="503"):
                    await read(account)
                assert loop.time() - began == pytest.approx(10)
        for account in ("a", "c"):
            await read(account)

    run_in_virtual_time(work())


class Exchange:
    """A request to an application whose client is slow: it sends and reads when it is told to."""

    def __init__(self, app: App, path: str, key: str = KEY, method: str = "GET") -> None:
        self.sent: list[Any] = []
        self.reading = asyncio.Event()
        self.began = asyncio.Event()
        headers = [(b"x-api-key", key.encode())]
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
        self.task = asyncio.create_task(app(scope, self.receive, self.send))

    async def receive(self) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        self.began.set()
        await self.reading.wait()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


async def finish(*exchanges: Exchange) -> None:
    for exchange in exchanges:
        exchange.reading.set()
    await asyncio.gather(*(exchange.task for exchange in exchanges))


async def test_slow_readers_of_large_responses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "RESPONSE_BYTES", (1_000_000, 2_000_000))
    body = b"x" * 800_000
    services = SmallServices()
    services.store.keys[digest(b"other")] = "other-account"

    async def large(request: ValidatedRequest, services: Any) -> Response:
        return Response(body)

    app = small_app({"listThings": large, "deleteThing": large}, services)
    async with app.opened():
        first = Exchange(app, "/api/things")
        await first.began.wait()
        second = Exchange(app, "/api/things")
        second.reading.set()
        await second.task
        assert (first.status, second.status) == (200, 429)
        assert (b"retry-after", b"1") in second.sent[0]["headers"]
        small, other = Exchange(app, "/api/things/search"), Exchange(app, "/api/things", "other")
        done = Exchange(app, f"/api/things/{UUID}", method="DELETE")
        await finish(small, other, done)
        assert (small.status, other.status) == (405, 200)
        assert done.status == 200  # what was done is not refused afterwards
        await finish(first)
        again = Exchange(app, "/api/things")
        await finish(again)
    assert again.status == 200
    pieces = [message["body"] for message in again.sent[1:]]
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) == LARGE_RESPONSE_BYTES
    assert [message.get("more_body", False) for message in again.sent[1:]] == [True] * (len(pieces) - 1) + [False]


async def test_open_streams_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "OPEN_STREAMS", (2, 10))
    started = 0

    async def watch(request: ValidatedRequest, services: Any) -> EventStream:
        nonlocal started
        started += 1

        async def events() -> AsyncIterator[list[Event]]:
            yield [(1, "{}")]

        return EventStream(events())

    app = small_app({"watchThing": watch})
    async with app.opened():
        open_ones = [Exchange(app, f"/api/things/{UUID}/events") for _ in range(2)]
        for exchange in open_ones:
            await exchange.began.wait()
        third = Exchange(app, f"/api/things/{UUID}/events")
        await finish(third)
        assert (third.status, started) == (429, 2)  # refused before anything was begun
        await finish(*open_ones)
        again = Exchange(app, f"/api/things/{UUID}/events")
        await finish(again)
        assert again.status == 200


async def test_streams_that_begin_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """900 requests in one moment opened 842 streams, each before the first of them was counted."""
    monkeypatch.setattr(budgets, "OPEN_STREAMS", (2, 10))
    begin = asyncio.Event()

    async def watch(request: ValidatedRequest, services: Any) -> EventStream:
        await begin.wait()

        async def events() -> AsyncIterator[list[Event]]:
            yield [(1, "{}")]

        return EventStream(events())

    app = small_app({"watchThing": watch})
    async with app.opened():
        exchanges = [Exchange(app, f"/api/things/{UUID}/events") for _ in range(5)]
        await asyncio.sleep(0)
        begin.set()
        await finish(*exchanges)
    assert sorted(exchange.status for exchange in exchanges) == [200, 200, 429, 429, 429]


async def test_nothing_is_done_while_responses_are_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 changes of an assistant of 4 MB, whose responses were not read, took 773 MB."""
    monkeypatch.setattr(budgets, "RESPONSE_BYTES", (1_000_000, 2_000_000))
    done = 0

    async def large(request: ValidatedRequest, services: Any) -> Response:
        nonlocal done
        done += 1
        await asyncio.sleep(0)
        request.budget.expect_response(1_100_000)
        return Response(b"x" * 1_100_000)

    app = small_app({"deleteThing": large})
    async with app.opened():
        exchanges = [Exchange(app, f"/api/things/{UUID}", method="DELETE") for _ in range(3)]
        await exchanges[0].began.wait()
        later = Exchange(app, f"/api/things/{UUID}", method="DELETE")
        await later.began.wait()
        await finish(*exchanges, later)
    assert [exchange.status for exchange in exchanges] == [200, 429, 429]
    assert (later.status, done) == (429, 3)


async def test_uploads_in_flight_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "UPLOAD_BYTES", (100_000, 1_000_000))
    app = small_app(document=ROOMY)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"--b\r\nContent-Disposition: form-data; name=name\r\n\r\n"
        yield b"a" * 90_000
        begun.set()
        await go_on.wait()
        yield b"\r\n--b--"

    async with client_of(app) as client:

        async def post(content: Any) -> httpx.Response:
            return await client.post("/things", content=content, headers=MULTIPART)

        first = asyncio.create_task(post(slow()))
        await begun.wait()

        async def more() -> AsyncIterator[bytes]:
            yield b"x" * 20_000
            yield b"x"

        second = await post(more())
        go_on.set()
        await first
    assert (second.status_code, second.headers["retry-after"]) == (429, "1")
    assert second.json() == {"detail": "Too many bytes of uploads are in flight for this key"}
