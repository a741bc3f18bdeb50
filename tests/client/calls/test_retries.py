"""The retry policy of the design: how many attempts are made, and what each of them sends."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from backboard_threads import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    Retry,
    ServerError,
)
from backboard_threads import _retries as retry
from tests.support.client.scripted_server import Answer, Server, Silence, drop, reply, reset, send
from tests.support.client.variants import KEY, MOMENT, THREAD, THREAD_ID, TURN, Variant

HOSTED = "https://app.backboard.io/api"
STATUSES = [408, 500, 502, 503, 504, 520, 529]
UNKNOWN = [*(reply(status, {}) for status in STATUSES), drop, reset]
NAMES = [*map(str, STATUSES), "dropped", "reset"]


@pytest.mark.parametrize("outcome", UNKNOWN, ids=NAMES)
async def test_get_is_retried_after_an_unknown_outcome(variant: Variant, server: Server, outcome: Answer) -> None:
    server.answer(outcome, outcome, reply(200, THREAD))
    thread = await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert thread.thread_id == THREAD_ID
    assert len(server.requests) == 3
    assert len({seen.raw for seen in server.requests}) == 1


@pytest.mark.parametrize("outcome", UNKNOWN, ids=NAMES)
async def test_put_is_retried_with_the_same_bytes(variant: Variant, server: Server, outcome: Answer) -> None:
    server.answer(outcome, reply(200, {"assistant_id": THREAD_ID, "name": "Guide", "created_at": MOMENT}))
    await variant.do(variant.client(server).assistants.update(THREAD_ID, name="Guide"))
    assert len(server.requests) == 2
    assert server.requests[0].raw == server.requests[1].raw
    assert "idempotency-key" not in server.requests[0].headers


@pytest.mark.parametrize("outcome", UNKNOWN, ids=NAMES)
async def test_post_is_retried_under_its_idempotency_key(variant: Variant, server: Server, outcome: Answer) -> None:
    server.answer(outcome, outcome, reply(200, TURN))
    await variant.do(
        variant.client(server).messages.send(THREAD_ID, content="Hello", files=[("a.bin", bytes(range(256)))])
    )
    assert len(server.requests) == 3
    assert len({seen.raw for seen in server.requests}) == 1
    assert server.requests[0].headers["idempotency-key"]


async def test_each_call_has_its_own_idempotency_key(variant: Variant, server: Server) -> None:
    server.answer(reply(200, TURN))
    client = variant.client(server)
    for _ in range(3):
        await variant.do(client.messages.send(THREAD_ID, content="Hello"))
    assert len({seen.headers["idempotency-key"] for seen in server.requests}) == 3


@pytest.mark.parametrize("status", STATUSES)
async def test_hosted_post_is_retried_only_under_a_given_idempotency_key(variant: Variant, status: int) -> None:
    sent: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("idempotency-key"))
        return httpx.Response(status, json={"detail": "later"})

    for address in (HOSTED, HOSTED + "/", "https://APP.backboard.io:443/api"):
        sent.clear()
        client = variant.mocked(handler, base_url=address)
        with pytest.raises(APIStatusError):
            await variant.do(client.messages.send(THREAD_ID, content="Hello"))
        assert len(sent) == 1
        assert sent[0]
        with pytest.raises(APIStatusError):
            await variant.do(client.messages.send(THREAD_ID, content="Hello", idempotency_key="mine"))
        assert sent[1:] == ["mine"] * 3


@pytest.mark.parametrize("error", [httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.WriteTimeout])
async def test_hosted_post_of_unknown_outcome_is_reported(variant: Variant, error: type[httpx.TransportError]) -> None:
    attempts = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal attempts
        attempts += 1
        raise error("gone", request=request)

    client = variant.mocked(handler, base_url=HOSTED)
    with pytest.raises(APIConnectionError, match="whether it took effect is unknown") as caught:
        await variant.do(client.messages.send(THREAD_ID, content="Hello"))
    assert attempts == 1
    assert caught.value.idempotency_key
    with pytest.raises(APIConnectionError):
        await variant.do(client.threads.get(THREAD_ID))
    assert attempts == 4


@pytest.mark.parametrize("address", [HOSTED, "http://127.0.0.1:8000/api", "http://elsewhere/api"])
@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
async def test_connection_never_made_is_always_retried(
    variant: Variant, address: str, error: type[httpx.TransportError]
) -> None:
    attempts = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal attempts
        attempts += 1
        raise error("no", request=request)

    with pytest.raises(APIConnectionError) as caught:
        await variant.do(variant.mocked(handler, base_url=address).messages.send(THREAD_ID, content="Hello"))
    assert attempts == 3
    assert "unknown" not in str(caught.value)
    assert isinstance(caught.value, APITimeoutError) == issubclass(error, httpx.TimeoutException)


async def test_refused_connection_raises_after_retries(variant: Variant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(APIConnectionError, match=rf"could not connect.*127\.0\.0\.1:{port}.*3 attempts"):
        await variant.do(variant.client(base_url=f"http://127.0.0.1:{port}/api").threads.get(THREAD_ID))


@pytest.mark.parametrize("address", [HOSTED, "http://127.0.0.1:8000/api"])
async def test_429_is_retried_for_every_method(variant: Variant, address: str) -> None:
    attempts = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal attempts
        attempts += 1
        return httpx.Response(429, json={"detail": "slow down"}, headers={"Retry-After": "0"})

    with pytest.raises(RateLimitError, match="slow down"):
        await variant.do(variant.mocked(handler, base_url=address).messages.send(THREAD_ID, content="Hello"))
    assert attempts == 3


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 499, 501, 521])
async def test_other_statuses_are_not_retried(variant: Variant, server: Server, status: int) -> None:
    server.answer(reply(status, {"detail": "no"}))
    client = variant.client(server)
    for call in (lambda: client.threads.get(THREAD_ID), lambda: client.messages.send(THREAD_ID, content="x")):
        server.requests.clear()
        with pytest.raises(APIStatusError):
            await variant.do(call())
        assert len(server.requests) == 1


@pytest.mark.parametrize("most", [0, 1, 4])
async def test_max_retries_of_client_and_call(variant: Variant, server: Server, most: int) -> None:
    server.answer(reply(503, {"detail": "no"}))
    with pytest.raises(ServerError):
        await variant.do(variant.client(server, max_retries=most).threads.get(THREAD_ID))
    assert len(server.requests) == most + 1
    server.requests.clear()
    with pytest.raises(ServerError):
        await variant.do(variant.client(server).threads.get(THREAD_ID, max_retries=most))
    assert len(server.requests) == most + 1
    server.requests.clear()
    with pytest.raises(ServerError):
        await variant.do(variant.client(server).with_options(max_retries=most).threads.get(THREAD_ID))
    assert len(server.requests) == most + 1


async def test_backoff_doubles_with_full_jitter(
    variant: Variant, server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "INITIAL_RETRY_DELAY", 0.5)
    bounds: list[tuple[float, float]] = []
    monkeypatch.setattr(retry.random, "uniform", lambda low, high: bounds.append((low, high)) or high)
    server.answer(reply(503, {}))
    with pytest.raises(ServerError):
        await variant.do(variant.client(server, max_retries=6).threads.get(THREAD_ID))
    assert bounds == [(0.0, 0.5), (0.0, 1.0), (0.0, 2.0), (0.0, 4.0), (0.0, 8.0), (0.0, 8.0)]
    assert pauses == [high for _, high in bounds]
    assert retry.backoff(5000) == 8.0


@pytest.mark.parametrize(("header", "seconds"), [("3", 3.0), ("0", 0.25), ("2.5", 2.5), ("60", 60.0), (" 7 ", 7.0)])
async def test_retry_after_in_seconds(
    variant: Variant,
    server: Server,
    pauses: list[float],
    header: str,
    seconds: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "backoff", lambda _: 0.25)
    server.answer(reply(429, {}, {"Retry-After": header}), reply(200, THREAD))
    await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert pauses == [seconds]


@pytest.mark.parametrize(("ahead", "low", "high"), [(20, 18, 20), (-30, 0.25, 0.25)])
async def test_retry_after_as_a_date(
    variant: Variant,
    server: Server,
    pauses: list[float],
    ahead: int,
    low: float,
    high: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "backoff", lambda _: 0.25)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    server.answer(reply(503, {}, {"Retry-After": date}), reply(200, THREAD))
    await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert low <= pauses[0] <= high


@pytest.mark.parametrize("header", ["61", "3600", "9" * 400, "Fri, 01 Jan 2100 00:00:00 GMT"])
async def test_retry_after_of_more_than_a_minute_is_not_retried(
    variant: Variant, server: Server, pauses: list[float], header: str
) -> None:
    server.answer(reply(429, {"detail": "tomorrow"}, {"Retry-After": header}))
    with pytest.raises(RateLimitError, match="tomorrow") as caught:
        await variant.do(variant.client(server, deadline=None).threads.get(THREAD_ID))
    assert pauses == []
    assert caught.value.retry_after > 60


async def test_on_retry_is_called_before_each_wait(variant: Variant, server: Server, pauses: list[float]) -> None:
    seen: list[Retry] = []
    server.answer(reply(503, {}, {"Retry-After": "2"}), drop, reply(200, THREAD))
    await variant.do(variant.client(server, on_retry=seen.append).threads.get(THREAD_ID))
    assert [(one.attempt, one.method, one.status_code) for one in seen] == [(1, "GET", 503), (2, "GET", None)]
    assert [one.seconds for one in seen] == pauses
    assert seen[1].url == f"{server.url}/threads/{THREAD_ID}"
    assert isinstance(seen[1].error, httpx.TransportError)
    assert KEY not in repr(seen)


async def test_undocumented_post_is_retried_only_under_a_given_idempotency_key(
    variant: Variant, server: Server
) -> None:
    server.answer(reply(503, {}))
    client = variant.client(server)
    with pytest.raises(ServerError):
        await variant.do(client.request("POST", "/unknown", json={}))
    assert len(server.requests) == 1
    with pytest.raises(ServerError):
        await variant.do(client.request("POST", "/unknown", json={}, idempotency_key="mine"))
    assert len(server.requests) == 4


async def test_retry_after_is_read_by_the_clock_of_the_server(
    variant: Variant, server: Server, pauses: list[float]
) -> None:
    headers = {"Date": "Tue, 03 Mar 2020 10:00:00 GMT", "Retry-After": "Tue, 03 Mar 2020 10:00:05 GMT"}
    server.answer(reply(503, {}, headers), reply(200, THREAD))
    await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert pauses == [5.0]


@pytest.mark.parametrize(
    "header", ["soon", "-5", "", "1,2", "nan", "inf", "١٢", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
async def test_invalid_retry_after_is_ignored(variant: Variant, pauses: list[float], header: str) -> None:
    answers = [httpx.Response(429, headers=[(b"retry-after", header.encode())]), httpx.Response(200, json=THREAD)]
    await variant.do(variant.mocked(lambda _: answers.pop(0)).threads.get(THREAD_ID))
    assert pauses == [0.0]


async def test_retry_beyond_the_deadline_is_not_started(variant: Variant, server: Server, pauses: list[float]) -> None:
    server.answer(reply(429, {"detail": "later"}, {"Retry-After": "30"}))
    with pytest.raises(RateLimitError) as caught:
        await variant.do(variant.client(server, deadline=10).threads.get(THREAD_ID))
    assert caught.value.retry_after == 30.0
    assert pauses == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer", [Silence(), send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")], ids=["head", "body"]
)
async def test_deadline_covers_all_attempts(variant: Variant, server: Server, answer: Answer) -> None:
    server.answer(answer)
    begun = time.monotonic()
    with pytest.raises(APITimeoutError, match="deadline"):
        await variant.do(variant.client(server).threads.get(THREAD_ID, deadline=0.3, timeout=30, max_retries=5))
    assert 0.25 < time.monotonic() - begun < 5
    assert len(server.requests) == 1


async def test_slow_response_is_ended_at_the_deadline(variant: Variant, server: Server) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    server.answer(send(head, *[b" "] * 900, pause=0.02))
    begun = time.monotonic()
    with pytest.raises(APITimeoutError, match="deadline"):
        await variant.do(variant.client(server, deadline=0.4, timeout=10).threads.get(THREAD_ID))
    assert time.monotonic() - begun < 5


async def test_timeout_applies_to_each_attempt(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(silence, silence, reply(200, THREAD))
    await variant.do(variant.client(server, timeout=0.2).threads.get(THREAD_ID))
    assert len(server.requests) == 3
    server.answer(silence)
    with pytest.raises(APITimeoutError, match="timed out while waiting for the answer"):
        await variant.do(variant.client(server).threads.get(THREAD_ID, timeout=0.2, max_retries=0))


async def test_delete_answered_404_after_an_unknown_outcome_succeeds(variant: Variant, server: Server) -> None:
    for outcome in (drop, reply(503, {}), reply(504, {})):
        server.answer(outcome, reply(404, {"detail": "Thread not found"}))
        gone = await variant.do(variant.client(server).threads.delete(THREAD_ID))
        assert gone.thread_id == THREAD_ID
        assert not gone.deleted_at


async def test_delete_answered_404_raises_if_no_attempt_can_have_deleted(variant: Variant, server: Server) -> None:
    for before in ([], [reply(429, {}, {"Retry-After": "0"})]):
        server.answer(*before, reply(404, {"detail": "Thread not found"}))
        with pytest.raises(NotFoundError, match="Thread not found"):
            await variant.do(variant.client(server).threads.delete(THREAD_ID))


async def test_other_methods_answered_404_raise_after_a_retry(variant: Variant, server: Server) -> None:
    server.answer(drop, reply(404, {"detail": "Thread not found"}))
    with pytest.raises(NotFoundError):
        await variant.do(variant.client(server).threads.get(THREAD_ID))


async def test_conflict_under_a_given_idempotency_key_is_not_retried(variant: Variant, server: Server) -> None:
    server.answer(reply(409, {"detail": "This key was used for another request"}))
    with pytest.raises(ConflictError, match="another request"):
        await variant.do(variant.client(server).messages.send(THREAD_ID, content="x", idempotency_key="order-7"))
    assert [seen.headers["idempotency-key"] for seen in server.requests] == ["order-7"]


async def test_redirect_is_not_followed_and_the_api_key_not_sent(variant: Variant, server: Server) -> None:
    given = variant.http_class()
    server.answer(reply(307, b"", {"Location": "http://127.0.0.1:1/elsewhere"}))
    for client in (variant.client(server), variant.client(server, http_client=given)):
        with pytest.raises(APIStatusError, match="not followed: http://127") as caught:
            await variant.do(client.threads.get(THREAD_ID))
        assert caught.value.status_code == 307
    assert len(server.requests) == 2
    assert all(seen.headers["x-api-key"] == KEY for seen in server.requests)
    await variant.end(given)


async def test_redirect_of_http_client_is_followed_without_the_api_key(variant: Variant) -> None:
    keys: list[tuple[str, str | None]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        keys.append((str(request.url), request.headers.get("x-api-key")))
        target = {"/api/threads/t": "/api/moved", "/api/moved": "http://elsewhere/thread"}.get(request.url.path)
        if target is None:
            return httpx.Response(200, json=THREAD)
        return httpx.Response(307, headers={"Location": target})

    given = variant.http_class(transport=httpx.MockTransport(handler), follow_redirects=True)
    client = variant.client(base_url="http://server/api", http_client=given)
    answer = await variant.do(client.threads.with_response.get("t"))
    assert keys == [
        ("http://server/api/threads/t", KEY),
        ("http://server/api/moved", KEY),
        ("http://elsewhere/thread", None),
    ]
    assert [response.status_code for response in answer.response.history] == [307, 307]
    loop = variant.http_class(
        transport=httpx.MockTransport(lambda _: httpx.Response(302, headers={"Location": "/api"})),
        follow_redirects=True,
    )
    with pytest.raises(APIConnectionError, match="redirects"):
        await variant.do(variant.client(base_url="http://server/api", http_client=loop, max_retries=0).threads.get("t"))
    for one in (given, loop):
        await variant.end(one)
