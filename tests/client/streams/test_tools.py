"""`run_tools` and `stream_tools`: rounds of calls, errors of tools, events."""

import inspect
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest

from backboard_threads import APIError, Tool, ToolResult
from tests.support.client.scripted_server import Server, events, reply
from tests.support.client.sse_frames import ENDED, RUN, STARTED, frame, said
from tests.support.client.tool_functions import Place, Station, weather
from tests.support.client.variants import THREAD_ID, TURN, Variant


class Script:
    """Transport handler: each request gets the next answer; records paths, bodies and idempotency keys."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, dict[str, Any], str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        self.requests.append((request.url.path, body, request.headers.get("Idempotency-Key", "")))
        if request.url.path.endswith("/cancel"):
            return httpx.Response(200, json={"run_id": RUN, "thread_id": THREAD_ID, "cancelled": True})
        return httpx.Response(200, json=self.answers.pop(0))

    @property
    def outputs(self) -> list[list[str]]:
        return [
            [one["output"] for one in body["tool_outputs"]] for _, body, _ in self.requests if "tool_outputs" in body
        ]

    @property
    def is_cancelled(self) -> bool:
        return self.requests[-1][0].endswith(f"/runs/{RUN}/cancel")


def call(name: str, arguments: object, number: int = 1) -> dict[str, Any]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": f"call-{number}", "type": "function", "function": {"name": name, "arguments": text}}


def asking(*calls: dict[str, Any]) -> dict[str, Any]:
    return {**TURN, "status": "REQUIRES_ACTION", "run_id": RUN, "tool_calls": list(calls), "total_tokens": 10}


DONE = {**TURN, "status": "COMPLETED", "run_id": RUN, "total_tokens": 5}


async def test_rounds_go_on_until_the_reply(variant: Variant) -> None:
    script = Script(
        asking(call("weather", {"city": "Oslo"}), call("weather", {"city": "Zürich", "unit": "f"}, 2)),
        asking(call("place", {"where": {"city": "Oslo"}})),
        DONE,
    )

    def place(where: Place) -> Place:
        return where

    run = await variant.do(
        variant.mocked(script).messages.run_tools(
            THREAD_ID, content="x", tools=[weather, place], idempotency_key="key", model_name="m", timeout=3
        )
    )
    sent = script.requests[0][1]
    assert (sent["thread_id"], sent["model_name"]) == (THREAD_ID, "m")
    assert [one["function"]["name"] for one in sent["tools"]] == ["weather", "place"]
    assert script.outputs == [
        ['{"city": "Oslo", "unit": "c"}', '{"city": "Zürich", "unit": "f"}'],
        ['{"city": "Oslo", "country": "NO"}'],
    ]
    assert [key for _, _, key in script.requests] == ["key", "key-1", "key-2"]
    assert all(len(body["tools"]) == 2 for _, body, _ in script.requests)
    assert (run.rounds, len(run.calls), run.total_tokens, run.turn.content) == (2, 3, 25, TURN["content"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (call("broken", {}), "Error: OSError: disk full"),
        (call("weather", {"town": "Oslo"}), "unknown field `town`"),
        (call("weather", {"city": 3}), "Expected `str`, got `int` - at `$.city`"),
        (call("weather", "no JSON"), "JSON is malformed"),
        (call("sky", {}), "there is no tool sky"),
        (call("unspeakable", {}), "TypeError"),
        (call("lengthy", {}), "Error: OSError: xxx"),
        (call("report", {"station": {"number": "x"}}), "ValidationError: number: Input should be a valid integer, "),
    ],
)
async def test_error_of_a_tool_is_reported_to_the_model(variant: Variant, asked: dict[str, Any], words: str) -> None:
    def broken() -> str:
        raise OSError("disk full")

    def unspeakable() -> object:
        return object()

    def lengthy() -> str:
        raise OSError("x" * 3000)

    def report(station: Station) -> None: ...

    script = Script(asking(asked), DONE)
    tools = [weather, broken, unspeakable, lengthy, report]
    run = await variant.do(variant.mocked(script).messages.run_tools(content="x", tools=tools))
    assert words in script.outputs[0][0]
    assert "\n" not in script.outputs[0][0]
    assert len(script.outputs[0][0]) <= 2000
    assert run.calls[0].error is not None


async def test_error_of_a_tool_is_raised_and_the_run_cancelled(variant: Variant) -> None:
    script = Script(asking(call("weather", {})))
    with pytest.raises(ValueError, match="city"):
        await variant.do(variant.mocked(script).messages.run_tools(content="x", tools=[weather], on_tool_error="raise"))
    assert script.is_cancelled


async def test_error_of_a_tool_is_given_to_a_function(variant: Variant) -> None:
    script = Script(asking(call("weather", {})), DONE)
    client = variant.mocked(script)
    await variant.do(
        client.messages.run_tools(content="x", tools=[weather], on_tool_error=lambda one: f"{one.name} is down")
    )
    assert script.outputs == [["weather is down"]]


async def explain(one: ToolResult) -> str:
    return f"{one.name} is away"


async def test_error_of_a_tool_is_given_to_a_coroutine_function() -> None:
    script = Script(asking(call("weather", {})), DONE)
    client = Variant("async").mocked(script)
    await client.messages.run_tools(content="x", tools=[weather], on_tool_error=explain)
    assert script.outputs == [["weather is away"]]


def test_coroutine_function_for_errors_is_refused_by_the_sync_client() -> None:
    script = Script(asking(call("weather", {})))
    with pytest.raises(TypeError, match="use the async client"):
        Variant("sync").mocked(script).messages.run_tools(content="x", tools=[weather], on_tool_error=explain)
    assert script.is_cancelled


async def test_too_many_rounds_cancel_the_run(variant: Variant) -> None:
    script = Script(*[asking(call("weather", {"city": "Oslo"}))] * 3)
    with pytest.raises(APIError, match="max_rounds"):
        await variant.do(variant.mocked(script).messages.run_tools(content="x", tools=[weather], max_rounds=2))
    assert len(script.outputs) == 2
    assert script.is_cancelled


@pytest.mark.parametrize("options", [{"max_rounds": 0}, {"on_tool_error": "ignore"}, {"tools": [weather, weather]}])
async def test_arguments_are_checked_before_anything_is_sent(variant: Variant, options: dict[str, Any]) -> None:
    script = Script()
    with pytest.raises(ValueError, match=r"max_rounds|on_tool_error|two tools"):
        await variant.do(variant.mocked(script).messages.run_tools(**{"content": "x", "tools": [weather], **options}))
    assert script.requests == []


async def test_options_that_message_and_outputs_share_hold_for_both(variant: Variant) -> None:
    client = variant.mocked(Script(asking(call("weather", {"city": "Oslo"})), DONE))
    submit = client.runs.submit_tool_outputs
    taken = (set(inspect.signature(one).parameters) for one in (client.messages.chat, submit))
    options: dict[str, Any] = {"timeout": 3, "deadline": 4, "max_retries": 1, "headers": {"X-A": "1"}}
    options |= {"thinking": {"effort": "low"}, "raise_on_failed_run": False}
    assert set.intersection(*taken) == {*options, "thread_id", "tools", "idempotency_key"}
    given: dict[str, Any] = {}

    def noted(*path: str, **arguments: Any) -> Any:
        given.update(arguments)
        return submit(*path, **arguments)

    client.runs.submit_tool_outputs = noted
    await variant.do(client.messages.run_tools(content="x", tools=[weather], **options))
    assert {name: given[name] for name in options} == options


async def test_one_function_is_no_list_of_tools(variant: Variant) -> None:
    with pytest.raises(TypeError, match="tools must be a list of functions, not <function weather"):
        await variant.do(variant.mocked(Script()).messages.run_tools(content="x", tools=weather))


def test_sync_client_refuses_a_coroutine_function() -> None:
    async def late() -> str:
        return ""

    with pytest.raises(TypeError, match="late is a coroutine function"):
        Variant("sync").mocked(Script()).messages.run_tools(content="x", tools=[late])


@pytest.mark.parametrize("kind", ["coroutine function", "function"])
async def test_calls_of_a_round_run_concurrently(kind: str) -> None:
    met, barrier = anyio.Event(), threading.Barrier(2, timeout=60)

    async def first() -> str:
        await met.wait()
        return "first"

    async def second() -> str:
        met.set()
        return "second"

    def waits(name: str) -> Callable[[], str]:
        def wait() -> str:
            barrier.wait()
            return name

        return wait

    pair = [first, second] if kind == "coroutine function" else [waits("first"), waits("second")]
    tools = [Tool(one, name=name) for name, one in zip(("first", "second"), pair, strict=True)]
    script = Script(asking(call("first", {}), call("second", {}, 2)), DONE)
    with anyio.fail_after(60):
        await Variant("async").mocked(script).messages.run_tools(content="x", tools=tools)
    assert script.outputs == [["first", "second"]]


WAITING = {
    "type": "tool_submit_required",
    "thread_id": THREAD_ID,
    "run_id": RUN,
    "tool_calls": [call("weather", {"city": "Oslo"})],
    "total_tokens": 10,
}


@pytest.fixture
def streaming(server: Server) -> Iterator[Server]:
    first, second = [STARTED, WAITING], [said("Sunny."), {**ENDED, "total_tokens": 5}]
    server.answer(*[events(*map(frame, part)) for part in (first, second)])
    return server


async def test_events_of_all_rounds_come_in_one_stream(variant: Variant, streaming: Server) -> None:
    opened = variant.client(streaming).messages.stream_tools(THREAD_ID, content="x", tools=[weather])
    kinds = [event.type for event in await variant.read(opened)]
    assert kinds == ["run_started", "tool_submit_required", "content_streaming", "run_ended"]
    assert (opened.text, opened.run.rounds, opened.run.calls[0].output) == (
        "Sunny.",
        1,
        '{"city": "Oslo", "unit": "c"}',
    )
    assert opened.run.turn.type == "run_ended"
    assert streaming.requests[1].path.endswith(f"/runs/{RUN}/submit-tool-outputs")


async def test_deltas_of_all_rounds_are_their_texts(variant: Variant, server: Server) -> None:
    first, second = [STARTED, said("Let me "), said("see. "), WAITING], [said("Sunny."), ENDED]
    server.answer(*[events(*map(frame, part)) for part in (first, second)])
    async with variant.within(variant.client(server).messages.stream_tools(content="x", tools=[weather])) as opened:
        assert await variant.all(opened.deltas()) == ["Let me ", "see. ", "Sunny."]


async def test_reply_is_that_of_the_last_round(variant: Variant, streaming: Server) -> None:
    stream = variant.client(streaming).messages.stream_tools(THREAD_ID, content="x", tools=[weather])
    async with variant.within(stream) as opened:
        while not opened.tool_calls:
            await variant.next(opened)
        assert [one.function.name for one in opened.tool_calls] == ["weather"]
        reply = await variant.do(opened.reply())
    assert (reply.text, reply.end.type, reply.run_id, opened.tool_calls) == ("Sunny.", "run_ended", RUN, [])
    assert RUN in repr(opened)


async def test_stream_that_ended_gives_no_more(variant: Variant, streaming: Server) -> None:
    async with variant.within(variant.client(streaming).messages.stream_tools(content="x", tools=[weather])) as opened:
        await variant.all(opened)
        assert await variant.next(opened) is None
        assert (opened.run.rounds, opened.run.total_tokens) == (1, 15)


async def test_stream_left_early_runs_no_tool(variant: Variant, server: Server) -> None:
    cancelled = {"thread_id": THREAD_ID, "run_id": RUN, "cancelled": True}
    server.answer(events(frame(STARTED), frame(WAITING)), reply(200, cancelled))
    asked: list[str] = []

    def record(city: str) -> str:
        asked.append(city)
        return ""

    stream = variant.client(server).messages.stream_tools(content="x", tools=[Tool(record, name="weather")])
    async with variant.within(stream) as opened:
        await variant.next(opened)
        assert await variant.do(opened.cancel()) is True
    assert asked == []
    assert server.requests[1].path.endswith(f"/runs/{RUN}/cancel")


async def test_run_of_a_failed_tool_is_cancelled_over_the_connection_of_its_stream(
    variant: Variant, server: Server
) -> None:
    cancelled = {"thread_id": THREAD_ID, "run_id": RUN, "cancelled": True}
    server.answer(events(frame(STARTED), frame(WAITING)), reply(200, cancelled))

    def weather(city: str) -> str:
        raise OSError(city)

    http_client = variant.http_class(limits=httpx.Limits(max_connections=1), timeout=httpx.Timeout(60, pool=1))
    client = variant.client(server, http_client=http_client, max_retries=0)
    with pytest.raises(OSError, match="Oslo"):
        await variant.read(client.messages.stream_tools(content="x", tools=[weather], on_tool_error="raise"))
    assert server.requests[1].path.endswith(f"/runs/{RUN}/cancel")
    await variant.end(http_client)


async def test_stream_names_the_tool_calls_that_it_ended_with(variant: Variant, streaming: Server) -> None:
    opened = variant.client(streaming).messages.chat_stream(content="x")
    await variant.read(opened)
    assert [one.function.name for one in opened.tool_calls] == ["weather"]


async def test_failed_tool_outputs_end_the_stream(variant: Variant, server: Server) -> None:
    cities: list[str] = []

    def weather(city: str) -> str:
        cities.append(city)
        return "sunny"

    server.answer(events(frame(STARTED), frame(WAITING)), reply(404, {"detail": "gone"}))
    opened = variant.client(server, max_retries=0).messages.stream_tools(content="x", tools=[weather])
    async with variant.within(opened):
        for _ in range(2):
            with pytest.raises(APIError, match="gone"):
                await variant.all(opened)
    assert cities == ["Oslo"]
    assert len(server.requests) == 2
