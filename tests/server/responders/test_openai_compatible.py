"""The requests of the openai responder, and the answers that it reads."""

from typing import Any

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.model_endpoint import (
    API_KEY,
    DONE,
    Endpoint,
    Reply,
    answered,
    delta,
    head,
    streamed,
)
from tests.support.server.threads_api import Api, text_of
from threads_server.responders.loading import open_responder
from threads_server.settings import Settings

SENTENCES = {
    "The model endpoint refused the request",
    "The model endpoint has too many requests",
    "The model endpoint failed",
    "The model endpoint cannot be reached",
    "The model endpoint sent an answer that cannot be read",
    "The model's answer broke off",
}


BROKEN: list[tuple[Reply, str]] = [
    (
        answered({"error": {"message": "bad key"}}, "401 Unauthorized"),
        "the request: bad key",
    ),
    (
        answered({"error": "slow down"}, "429 Too Many"),
        "many requests: slow down",
    ),
    (
        lambda _: [head("502 Bad Gateway", "text/html"), "<h1>Bad\n gateway</h1>"],
        "failed: <h1>Bad gateway</h1>",
    ),
    (lambda _: [head("503 Away", "text/plain")], "failed: Away"),
    (lambda _: [head("200 OK", "text/html"), "<html>"], "not JSON: <html>"),
    (lambda _: [head("200 OK", "application/json"), "[]"], "not a JSON object"),
    (lambda _: [head("200 OK", "application/json"), "[" * 100_000], "not JSON"),
    (answered({}), "without choices"),
    (answered({"choices": []}), "without choices"),
    (answered({"choices": "x"}), "choices are not a list of objects"),
    (answered({"choices": ["x"]}), "choices are not a list of objects"),
    (answered({"choices": [{}]}), "without a message"),
    (answered({"choices": [{"message": None}]}), "without a message"),
    (answered({"choices": [{"message": ["x"]}]}), "without a message"),
    (answered({"choices": [{"message": {"content": {"text": "x"}}}]}), "content is neither a text nor a list"),
    (answered({"choices": [{"message": {"content": [1]}}]}), "content is neither a text nor a list"),
    (answered({"choices": [{"message": {"reasoning": 1}}]}), "reasoning is neither a text nor a list"),
    (answered({"choices": [{"message": {"tool_calls": {"id": 1}}}]}), "tool calls are not a list of objects"),
    (answered({"choices": [{"message": {"tool_calls": [{"id": 1}]}}]}), "without the name of a function"),
    (
        answered({"choices": [{"message": {"tool_calls": [{"function": {"name": 1}}]}}]}),
        "function name is neither",
    ),
    (answered({"choices": [{"message": {"tool_calls": [{"function": "f"}]}}]}), "function is not an object"),
    (lambda _: [], "cannot be reached"),
    (lambda _: ["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"], "cannot be reached"),
    (lambda _: [b"\x00\xffnothing"], "cannot be reached"),
    (streamed(delta(content="Half")), "broke off"),
    (streamed("data: {half\n\n"), "not JSON"),
    (streamed({"error": {"message": "out of tokens"}}), "out of tokens"),
    (streamed({"error": {"message": "two\nlines"}}), "two lines"),
    (streamed({"error": "half a pair: \ud800"}), "half a pair: \ufffd"),
    (streamed({"choices": {"0": "x"}}), "choices are not a list of objects"),
    (streamed({"choices": [{"delta": "x"}]}), "delta is not an object"),
    (streamed(delta(content=1)), "content is neither a text nor a list"),
    (streamed(delta(tool_calls=["x"])), "tool calls are not a list of objects"),
    (streamed(delta(tool_calls=[{"function": {"name": []}, "index": []}]), DONE), "without the name"),
    (streamed(delta(tool_calls=[{"function": {"name": 1}}])), "function name is neither"),
    (streamed({}, {"id": "x"}), "broke off"),
    (streamed({}, {"id": "x"}, DONE), "without choices"),
]
"""Answers that fail a run, and a part of their log line."""


async def stream_of(api: Api, content: str, thread_id: str) -> list[Any]:
    async with api.stream(thread_id, content) as stream:
        return list(await stream.rest())


class TestAnswers:
    async def test_whole_answer_becomes_the_turn(self, api: Api, endpoint: Endpoint) -> None:
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
        message = {"role": "assistant", "content": "Hello Ada.", "reasoning_content": "She said hello."}
        endpoint.reply = answered({"model": "m-1", "choices": [{"message": message}], "usage": usage})
        thread_id = await api.thread(await api.assistant(system_prompt="Be kind.", description="not this"))
        turn = await api.turn(thread_id, "I am Ada.")
        assert (turn["status"], turn["content"], turn["reasoning"]) == ("COMPLETED", "Hello Ada.", "She said hello.")
        assert (turn["model_provider"], turn["model_name"]) == ("openai", "m-1")
        assert (turn["input_tokens"], turn["output_tokens"], turn["total_tokens"]) == (5, 2, 7)
        assert endpoint.asked == [
            {
                "model": "m",
                "stream": False,
                "messages": [
                    {"role": "system", "content": "Be kind."},
                    {"role": "user", "content": "I am Ada."},
                ],
            }
        ]
        assert f"Bearer {API_KEY}".encode() in endpoint.headers[0]
        assert b"POST /v1/chat/completions " in endpoint.headers[0]

    async def test_streamed_answer_becomes_events(self, api: Api, endpoint: Endpoint) -> None:
        end = {"model": "m-1", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}
        endpoint.reply = streamed(
            ": a comment\n\n",
            delta(role="assistant", content=""),
            delta(reasoning_content="Hm. "),
            delta(reasoning_content="Yes."),
            delta(content="Hello\u2028"),
            delta(content=" Ada."),
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            end,
            DONE,
        )
        thread_id = await api.thread()
        events = await stream_of(api, "hi", thread_id)
        assert [event["type"] for event in events] == [
            *("user_message", "run_started", "reasoning_streaming", "reasoning_streaming", "reasoning_ended"),
            *("content_streaming", "content_streaming", "run_ended"),
        ]
        assert [event["content"] for event in events[2:4]] == ["Hm. ", "Yes."]
        assert [event["accumulated_reasoning"] for event in events[2:4]] == ["Hm. ", "Hm. Yes."]
        assert text_of(events) == events[-1]["final_content"] == "Hello\u2028 Ada."
        assert (events[-1]["total_tokens"], events[-1]["model_name"]) == (7, "m-1")
        assert endpoint.asked[0]["stream"] is True

    async def test_streamed_tool_calls_are_put_together(self, api: Api, endpoint: Endpoint) -> None:
        def part(index: int, **fields: Any) -> dict[str, Any]:
            return delta(tool_calls=[{"index": index, **fields}])

        endpoint.reply = streamed(
            part(0, id="c1", function={"name": "get_weather", "arguments": ""}),
            part(0, function={"arguments": '{"a"'}),
            part(1, id="c1", function={"name": "get_weather", "arguments": "{}"}),
            part(0, function={"arguments": ": 1}"}),
            part(2, function={"name": "get_weather"}),
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
            DONE,
        )
        events = await stream_of(api, "x", await api.thread())
        assert events[-1]["type"] == "tool_submit_required"
        calls = events[-1]["tool_calls"]
        assert [call["function"]["arguments"] for call in calls] == ['{"a": 1}', "{}", "{}"]
        assert calls[0]["id"] == "c1"
        assert len({call["id"] for call in calls}) == 3  # an endpoint that names two calls alike is put right
        assert all(call["id"] for call in calls)

    @pytest.mark.parametrize("stream", [False, True])
    async def test_content_in_parts_and_odd_call_ids_are_read(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        """A content of parts, arguments that are not yet text, an id that nobody could submit an output to."""
        function = {"name": "get_weather", "arguments": {"city": "Porto"}}
        call = {"id": "x" * 300, "function": function}
        part = {"type": "text", "text": "Hello"}
        content = [part, {"type": "image_url", "image_url": {"url": "x"}}, " Ada\ud800."]
        message = {"content": content, "reasoning": [part], "tool_calls": [call]}
        endpoint.reply = streamed(delta(**message), DONE) if stream else answered({"choices": [{"message": message}]})
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        if stream:
            events = await stream_of(api, "x", thread_id)
            calls = events[-1]["tool_calls"]
            assert text_of(events) == "Hello Ada\ufffd."
        else:
            turn = await api.turn(thread_id, "x")
            assert (turn["content"], turn["reasoning"]) == ("Hello Ada\ufffd.", "Hello")
            calls = turn["tool_calls"]
        assert [call["function"] for call in calls] == [{"name": "get_weather", "arguments": '{"city": "Porto"}'}]
        assert 0 < len(calls[0]["id"]) <= 255

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("usage", ["x", 1.5, -1, True, 2**63, [5], {"a": 1}])
    async def test_count_that_is_no_number_is_left_out(
        self, api: Api, endpoint: Endpoint, usage: Any, stream: bool
    ) -> None:
        counts = {"prompt_tokens": usage, "completion_tokens": 3, "total_tokens": None, "prompt_tokens_details": usage}
        message = {"content": "Hello"}
        for sent in (usage, counts):
            answer = {"model": 1, "usage": sent, "choices": [{"message": message, "delta": message}]}
            endpoint.reply = streamed(answer, DONE) if stream else answered(answer)
            thread_id = await api.thread()
            end = (await stream_of(api, "x", thread_id))[-1] if stream else await api.turn(thread_id, "x")
            assert end["message"] == "Message added"
            assert end["model_name"] == "m"
            assert end.get("input_tokens") is None
            assert end.get("output_tokens") == (3 if sent is counts else None)
            assert end.get("total_tokens") is None

    async def test_lone_surrogate_in_a_name_is_replaced(self, api: Api, endpoint: Endpoint) -> None:
        call = {"id": "c\ud800", "function": {"name": "f\ud800", "arguments": '{"a":"\ud800"}'}}
        endpoint.reply = answered({"model": "m\ud800", "choices": [{"message": {"tool_calls": [call]}}]})
        turn = await api.turn(await api.thread(), "x")
        assert (turn["status"], turn["model_name"]) == ("REQUIRES_ACTION", "m\ufffd")
        assert turn["tool_calls"][0]["function"]["name"] == "f\ufffd"

    async def test_settings_of_a_turn_are_sent(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = answered({"choices": [{"message": {"content": "{}"}}]})
        body = {"content": "x", "system_prompt": "Now this.", "model_name": "big", "json_output": True}
        turn = (await api.post("/threads/messages", {**body, "thinking": {"effort": "low"}})).json()
        assert turn["message"] == "Message added"
        asked = endpoint.asked[0]
        assert (asked["model"], asked["thinking"]) == ("big", {"effort": "low"})
        assert asked["response_format"] == {"type": "json_object"}
        assert asked["messages"][0] == {"role": "system", "content": "Now this."}

    @pytest.mark.parametrize(
        ("stream", "reply", "reason"), [(number % 2 == 0, *broken) for number, broken in enumerate(BROKEN)]
    )
    async def test_broken_answer_fails_with_a_sentence_and_a_log_line(
        self, api: Api, endpoint: Endpoint, caplog: pytest.LogCaptureFixture, reply: Reply, reason: str, stream: bool
    ) -> None:
        endpoint.reply = reply
        thread_id = await api.thread()
        if stream:
            end = (await stream_of(api, "x", thread_id))[-1]
            assert end["type"] == "run_failed"
            message = end["error"]
        else:
            turn = await api.turn(thread_id, "x")
            assert turn["status"] == "FAILED"
            message = turn["message"]
        assert message in SENTENCES
        [record] = caplog.records
        assert reason in record.getMessage()
        assert "\n" not in record.getMessage()
        endpoint.reply = answered({"choices": [{"message": {"content": "on"}}]})
        assert (await api.turn(thread_id, "y"))["content"] == "on"

    async def test_text_before_a_broken_call_is_kept(self, api: Api, endpoint: Endpoint) -> None:
        said = {"content": "I will look it up.", "tool_calls": [{"id": "c", "function": {}}]}
        for reply, stream in ((answered({"choices": [{"message": said}]}), False), (streamed(delta(**said)), True)):
            endpoint.reply = reply
            thread_id = await api.thread()
            await api.send(thread_id, "x", stream=stream)
            assert await api.history(thread_id) == [("user", "x"), ("assistant", "I will look it up.")]


@pytest.mark.parametrize("settings", [Settings(responder="openai"), Settings(responder="parrot")])
def test_settings_without_an_endpoint_are_refused(settings: Settings) -> None:
    with pytest.raises(ValueError, match=r"THREADS_SERVER_LLM_BASE_URL|parrot"):
        open_responder(settings)
