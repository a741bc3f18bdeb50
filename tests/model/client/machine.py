"""A state machine of clients and their copies over a scripted network, in simulated time, against `predict`."""

import asyncio
import copy
import inspect
import json
import pickle
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from backboard_threads import UNSET, APIConnectionError, APIError, AsyncBackboard, Backboard, Retry
from tests.model.client.network import PHASES, Attempt, ScriptedNetwork
from tests.model.client.policy import NEVER_SENT, UNKNOWN, Call, predict
from tests.support.virtual_time import VirtualLoop, virtual_time

COUNTS: Counter[str] = Counter()
"""How often each kind of step and outcome was reached, in all machines of this process."""
ERRORS = [
    error
    for error in vars(httpx).values()
    if inspect.isclass(error) and issubclass(error, Exception) and error is not httpx.HTTPStatusError
]
"""Every exception of httpx's; `HTTPStatusError` is about a response that came."""
THREAD_ID = "6a1f0a52-6d0b-4a3e-9a53-0d0b6f1f5a01"
ASSISTANT_ID = "0b7c8f5e-2a52-4c11-8f7e-3a6f6d1c9e02"
RUN_ID = "run_1"
MOMENT = "2026-02-05T02:15:37.795Z"
ASSISTANT = {"assistant_id": ASSISTANT_ID, "name": "Guide", "created_at": MOMENT}
THREAD = {"thread_id": THREAD_ID, "created_at": MOMENT, "messages": []}
TURN = {"message": "Message added", "thread_id": THREAD_ID, "timestamp": MOMENT}
CANCELLED = {"thread_id": THREAD_ID, "run_id": RUN_ID, "cancelled": True}
DELETED = {"message": "Thread deleted", "thread_id": THREAD_ID}

Made = Callable[..., Any]
CALLS: dict[str, tuple[str, bool, Any, Made]] = {
    # the method, whether the document has a key for it, the answer, and the client's call
    "list": ("GET", False, [THREAD], lambda client, **options: client.threads.list(**options)),
    "get": ("GET", False, THREAD, lambda client, **options: client.threads.get(THREAD_ID, **options)),
    "update": (
        *("PUT", False, ASSISTANT),
        lambda client, **options: client.assistants.update(ASSISTANT_ID, name="Guide", **options),
    ),
    "delete": ("DELETE", False, DELETED, lambda client, **options: client.threads.delete(THREAD_ID, **options)),
    "create": ("POST", True, ASSISTANT, lambda client, **options: client.assistants.create(name="Guide", **options)),
    "send": ("POST", True, TURN, lambda client, **options: client.messages.send(THREAD_ID, content="Hi", **options)),
    "fail": (
        *("POST", True, TURN | {"status": "FAILED"}),
        lambda client, **options: client.messages.send(THREAD_ID, content="Hi", **options),
    ),
    "cancel": ("POST", True, CANCELLED, lambda client, **options: client.runs.cancel(THREAD_ID, RUN_ID, **options)),
    "other": ("POST", False, {}, lambda client, **options: client.request("POST", "/other", json={}, **options)),
    "patch": ("PATCH", False, {}, lambda client, **options: client.request("PATCH", "/other", json={}, **options)),
}
SERVERS = {"https://app.backboard.io/api": False, "http://127.0.0.1:8000/api": True, "http://proxy.example/api": True}
"""Base URLs, and whether the document's keys count there."""
OF_TRANSPORT = {"host", "connection", "content-length", "x-api-key", "idempotency-key"}
"""Headers that are no caller's, or have an argument of their own."""
LEVELS = ("client", "copy", "call")
JSON = "application/json"

seconds = st.sampled_from([0.0, 0.0, 0.0, 0.3125, 7.125, 31.75, 130.875, 700.375])
date = "Thu, 01 Jan 2026 10:00:{:02} GMT".format
dates = [(("retry-after", date(number)), ("date", date(20))) for number in (10, 20, 21, 55)]
retry_afters = st.sampled_from(
    [(), (), *((("retry-after", text),) for text in ("0", "1.5", "60", "61", "soon")), *dates]
)
timings: dict[str, Any] = {
    "waits": st.tuples(seconds, seconds, seconds),
    "drips": st.lists(seconds, min_size=1, max_size=3).map(tuple),
}
statuses = st.sampled_from([*sorted(UNKNOWN), 404, 404, 429]) | st.integers(200, 599)
attempts = st.one_of(
    st.builds(Attempt, **timings),
    st.builds(Attempt, status=statuses, headers=retry_afters, **timings).map(
        lambda one: one if 200 <= one.status < 300 else Attempt(one.status, b"{}", one.headers, one.waits, one.drips)
    ),
    st.builds(Attempt, phase=st.sampled_from(PHASES), error=st.sampled_from(ERRORS), **timings),
    st.builds(Attempt, body=st.sampled_from([b"", b"<html>", b"[1"]), **timings),
)
deadlines = st.sampled_from([UNSET, UNSET, None, 0.25, 5.0625, 40.5, 1000.5])
timeouts = st.sampled_from([UNSET, None, 2.625, 50.0])


DEFAULT_TIMEOUT = httpx.Timeout(120.0, connect=10.0)
TIMEOUT_OF_HTTP_CLIENT = httpx.Timeout(33.5, connect=3.125)
KEY_WAIT = [0.0]
"""Seconds that the function takes that gives the key."""


def key() -> str:
    time.sleep(KEY_WAIT[0])
    return "key"


async def async_key() -> str:
    await asyncio.sleep(KEY_WAIT[0])
    return "key"


RETRIES: list[Retry] = []
"""What `on_retry` was called with during a call."""


def note(retry: Retry) -> None:
    RETRIES.append(retry)


class ClientMachine(RuleBasedStateMachine):
    """One client and its copies. `half` is which one."""

    half = "async"

    def __init__(self) -> None:
        super().__init__()
        KEY_WAIT[0] = 0.0
        self.stack = ExitStack()
        self.clock = self.stack.enter_context(virtual_time())
        self.runner = self.stack.enter_context(asyncio.Runner(loop_factory=lambda: VirtualLoop(self.clock)))
        self.network = ScriptedNetwork(self.clock)
        self.stack.enter_context(self.network.installed())
        self.clients: list[Any] = []

    @initialize(
        base_url=st.sampled_from(list(SERVERS)), max_retries=st.integers(0, 3), deadline=deadlines, timeout=timeouts,
        jitter=st.sampled_from([0.0, 0.5, 1.0]), called=st.booleans(), raises=st.booleans(),
        given=st.sampled_from([None, None, "client", "transport"]),
    )  # fmt: skip
    def begin(
        self, base_url: str, max_retries: int, deadline: Any, timeout: Any, jitter: float, called: bool, raises: bool,
        given: str | None = None,
    ) -> None:  # fmt: skip
        self.base_url, self.jitter = base_url, jitter
        self.options: dict[str, Any] = {"max_retries": max_retries, "deadline": deadline, "timeout": timeout}
        self.stack.enter_context(patch("random.uniform", lambda low, high: low + (high - low) * jitter))
        made: Any = AsyncBackboard if self.half == "async" else Backboard
        self.headers = {"X-Own": "client"}
        self.called, self.raises = called, raises
        self.timeout = DEFAULT_TIMEOUT if given != "client" else TIMEOUT_OF_HTTP_CLIENT
        self.http_client: Any = None
        if given is not None:
            self.http_client = (httpx.AsyncHTTPTransport if self.half == "async" else httpx.HTTPTransport)(verify=False)
        if given == "client":
            of_httpx: Any = httpx.AsyncClient if self.half == "async" else httpx.Client
            self.http_client = of_httpx(transport=self.http_client, timeout=TIMEOUT_OF_HTTP_CLIENT)
        source: Any = (async_key if self.half == "async" else key) if called else "key"
        client = made(
            api_key=source, base_url=base_url, headers=self.headers, raise_on_failed_run=raises, on_retry=note,
            http_client=self.http_client, **self.options,
        )  # fmt: skip
        further = client.with_options(headers={"X-Further": "1"})
        self.clients += [client, client.with_options(), further]
        if given is None:
            self.clients += [copy.copy(further), copy.deepcopy(client), pickle.loads(pickle.dumps(further))]

    def teardown(self) -> None:
        for client in [*self.clients, *([] if self.http_client is None else [self.http_client])]:
            self.run(client.aclose if self.half == "async" else client.close)
        left = len(self.network.transports), len(self.network.bodies)
        self.stack.close()
        assert left == (0, 0)

    def run(self, call: Callable[[], Any]) -> Any:
        async def waited() -> Any:
            result = call()
            return await result if inspect.isawaitable(result) else result

        return self.runner.get_loop().run_until_complete(waited()) if self.half == "async" else call()

    def call_of(self, name: str, key: str | None, options: dict[str, Any]) -> Call:
        """The facts of a call under the options in force."""
        method, documented, _, _ = CALLS[name]
        deadline, timeout = options["deadline"], options["timeout"]
        phases = (self.timeout if timeout is UNSET else httpx.Timeout(timeout)).as_dict()
        return Call(
            method, key is not None or (documented and SERVERS[self.base_url]), name == "delete",
            name not in ("other", "patch"), options["max_retries"], 600.0 if deadline is UNSET else deadline, phases,
            self.jitter, KEY_WAIT[0], interruptible=self.half == "async",
        )  # fmt: skip

    @rule(
        data=st.data(), name=st.sampled_from(list(CALLS)), script=st.lists(attempts, max_size=4),
        key=st.sampled_from([None, None, "mine"]), level=st.sampled_from(LEVELS),
        own=st.sampled_from(
            [{}, {}, {"deadline": 9.75}, {"timeout": 20.625}, {"max_retries": 1}, {"deadline": None, "timeout": None}]
        ),
        key_wait=st.sampled_from([0.0, 0.0, 4.875]),
    )  # fmt: skip
    def call(
        self, data: Any, name: str, script: list[Attempt], key: str | None, level: str, own: dict[str, Any],
        key_wait: float,
    ) -> None:  # fmt: skip
        """Make a call with any of the clients, its options given at any level."""
        self.play(data.draw(st.sampled_from(self.clients)), name, script, key, level, own, key_wait)

    def play(
        self, client: Any, name: str, script: list[Attempt], key: str | None = None, level: str = "call",
        own: dict[str, Any] | None = None, key_wait: float = 0.0,
    ) -> None:  # fmt: skip
        """Make a call, and compare what comes of it with the model."""
        own = own or {}
        method, _, answer, made = CALLS[name]
        options = dict(own)
        if level == "copy":
            client, options = client.with_options(**own), {}
        if key is not None and method == "POST":
            options["idempotency_key"] = key
        self.network.script, self.network.sent = deque(script), []
        self.network.answer = lambda request: json.dumps(answer).encode()
        KEY_WAIT[0] = key_wait if self.called else 0.0
        facts = self.call_of(name, options.get("idempotency_key"), self.options | own)
        began = self.clock.now
        expected, waits = predict(facts, script, began)
        RETRIES.clear()
        if name == "fail" and expected.result == "value" and self.raises:
            expected = replace(expected, result="RunFailedError")
        result = self.result(lambda: made(client, **options))
        KEY_WAIT[0] = 0.0
        sent = self.network.sent
        assert (result, len(sent)) == (expected.result, expected.attempts), (result, expected, sent)
        assert abs(self.clock.now - expected.at) < 0.01, (self.clock.now - began, expected.at - began)
        retries = [(one.attempt, round(one.seconds, 3), one.status_code) for one in RETRIES]
        assert retries == [(count, round(seconds, 3), status) for count, seconds, status in waits]
        if isinstance(self.error, APIConnectionError):
            assert ("is unknown" in str(self.error)) == expected.unknown or expected.unknown is None, str(self.error)
            keys = [one.headers.get("idempotency-key") for one in sent[-1:]]
            assert keys in ([self.error.idempotency_key], [])
        over = 0.01 if facts.interruptible else 0.01 + facts.key_wait
        assert facts.deadline is None or self.clock.now - began <= facts.deadline + over
        assert not self.network.bodies
        self.check_sent(method, facts.honoured_key, script)
        COUNTS.update([f"call {name}", result])
        COUNTS["deadline"] += facts.deadline is not None and self.clock.now - began >= facts.deadline
        for attempt in script[: len(sent)]:
            COUNTS["Retry-After"] += bool(attempt.headers) and len(sent) > 1
            if attempt.error is None:
                COUNTS.update([f"status {attempt.status}", "error status" if attempt.status >= 300 else "success"])
            else:
                COUNTS[f"{attempt.error.__name__} raised"] += 1
                COUNTS[f"error at {attempt.phase}"] += 1

    def check_sent(self, method: str, honoured_key: bool, script: list[Attempt]) -> None:
        """Each attempt is the same request, and none without a key that counts follows one of unknown outcome."""
        sent = self.network.sent
        assert len({one.headers.get("idempotency-key") for one in sent}) <= 1
        assert len({one.content for one in sent if one.is_out}) <= 1
        assert {one.headers["x-api-key"] for one in sent} <= {"key"}
        if method in ("POST", "PATCH") and not honoured_key:
            for one, attempt in zip(sent[:-1], script, strict=False):
                refused = attempt.status == 429 or issubclass(attempt.error or Exception, NEVER_SENT)
                assert refused or not one.is_out

    def result(self, made: Callable[[], Any]) -> str:
        self.error: APIError | None = None
        try:
            value = self.run(made)
        except APIError as error:
            self.error = error
            return type(error).__name__
        except tuple(ERRORS) as error:
            return type(error).__name__
        return "deleted" if "Not found any more" in str(getattr(value, "message", "")) else "value"

    @rule(data=st.data(), name=st.sampled_from(list(CALLS)), given=st.sets(st.sampled_from(LEVELS), min_size=1))
    def give_header(self, data: Any, name: str, given: set[str]) -> None:
        """A header of the caller's beats the client's own, and the one nearest to the call beats the others."""
        client = data.draw(st.sampled_from(self.clients))
        _, _, answer, made = CALLS[name]
        self.network.script, self.network.sent = deque(), []
        self.network.answer = lambda request: json.dumps(answer).encode()
        self.result(lambda: made(client))
        sent = self.network.sent[0].headers
        own = set(sent) - OF_TRANSPORT
        if sent.get("content-type", JSON) != JSON:  # no other header describes a form
            own.remove("content-type")
        header = data.draw(st.sampled_from(sorted(own)))
        spelled = {level: data.draw(st.sampled_from([header.title(), header.lower()])) for level in sorted(given)}
        for level in LEVELS[:2]:
            if level in given:
                client = client.with_options(headers={spelled[level]: level})
        options = {"headers": {spelled["call"]: "call"}} if "call" in given else {}
        self.result(lambda: made(client, **options))
        nearest = max(given, key=LEVELS.index)
        assert self.network.sent[1].headers.get_list(header) == [nearest]
        COUNTS[f"own header {header}"] += 1

    @precondition(lambda self: self.half == "async")
    @rule(
        data=st.data(), name=st.sampled_from(list(CALLS)), script=st.lists(attempts, max_size=2), after=seconds,
        steps=st.integers(0, 30),
    )  # fmt: skip
    def cancel(self, data: Any, name: str, script: list[Attempt], after: float, steps: int) -> None:
        """Cancel a call at any await: it ends at once, and leaves nothing open."""
        client = data.draw(st.sampled_from(self.clients))
        _, _, answer, made = CALLS[name]
        self.network.script, self.network.sent = deque(script), []
        self.network.answer = lambda request: json.dumps(answer).encode()

        async def cancelled() -> None:
            task = asyncio.ensure_future(made(client))
            await asyncio.sleep(after)
            for _ in range(steps):
                await asyncio.sleep(0)
            began = self.clock.now
            COUNTS[f"cancelled {'after' if task.done() else 'before'} its end"] += 1
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled() or began == self.clock.now

        self.run(cancelled)
        assert not self.network.bodies
