"""Behaviour of real endpoints, odd and broken answers included, and the resulting state of a run."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.model_endpoint import (
    CITY,
    DONE,
    HALF,
    NAME,
    Endpoint,
    answered,
    asking,
    delta,
    head,
    message,
    streamed,
)
from tests.support.server.threads_api import Api
from tests.support.server.turn_ends import end_of, tool


class TestFinishReasons:
    @pytest.mark.parametrize("reason", ["length", "content_filter", "insufficient_system_resource"])
    @pytest.mark.parametrize("stream", [False, True])
    async def test_answer_cut_keeps_its_text_and_says_why(
        self, api: Api, endpoint: Endpoint, reason: str, stream: bool
    ) -> None:
        cut = [delta(content="Half an "), delta(reason, content="answer"), DONE]
        endpoint.reply = streamed(*cut) if stream else answered(message(reason, content="Half an answer"))
        end = await end_of(api, stream)
        assert (end.status, end.content) == ("COMPLETED", "Half an answer")
        assert end.message == f"Message added. The answer ended early: {reason}"
        assert end.metadata["finish_reason"] == reason

    @pytest.mark.parametrize("stream", [False, True])
    async def test_whole_answer_is_not_marked(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        endpoint.reply = streamed(delta("stop", content="Yes"), DONE) if stream else answered(message("stop"))
        end = await end_of(api, stream)
        assert (end.status, end.message) == ("COMPLETED", "Message added")
        assert "finish_reason" not in end.metadata

    @pytest.mark.parametrize("stream", [False, True])
    async def test_refusal_is_the_answer_and_marked(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        said = [delta(refusal="I will "), delta(refusal="not.", content=None), delta("stop"), DONE]
        endpoint.reply = streamed(*said) if stream else answered(message("stop", content=None, refusal="I will not."))
        thread_id = await api.thread()
        end = await end_of(api, stream, thread_id=thread_id)
        assert (end.status, end.content, end.metadata["finish_reason"]) == ("COMPLETED", "I will not.", "refusal")
        assert end.message == "Message added. The answer ended early: refusal"
        await api.turn(thread_id, "Why?")
        assert {"role": "assistant", "content": "I will not."} in endpoint.asked[-1]["messages"]

    @pytest.mark.parametrize("stream", [False, True])
    async def test_finish_reason_after_tool_outputs_is_kept(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        endpoint.reply = answered(message(tool_calls=[{"id": "c1", "function": CITY}]))
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        run_id = (await api.turn(thread_id, "x"))["run_id"]
        endpoint.reply = streamed(delta("length", content="D"), DONE) if stream else answered(message("length"))
        await api.outputs(thread_id, run_id, {"c1": "dry"}, stream=stream)
        assert (await api.get(thread_id))["messages"][-1]["metadata_"]["finish_reason"] == "length"

    async def test_no_done_after_finish_reason_completes_after_a_grace(self, tmp_path: Any) -> None:
        responder = "tests.support.server.model_endpoint:impatient_responder"
        async with asking(tmp_path / "threads.db", responder=responder) as (api, endpoint):
            endpoint.reply = streamed(delta("stop", content="Yes"), asyncio.Event())
            end = await end_of(api, stream=True)
            endpoint.release()
        assert (end.status, end.content, end.message) == ("COMPLETED", "Yes", "Message added")

    async def test_connection_that_breaks_after_finish_reason_completes(self, api: Api, endpoint: Endpoint) -> None:
        longer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\n"
        endpoint.reply = lambda _: [longer, f"data: {json.dumps(delta('stop', content='Yes'))}\n\n"]
        end = await end_of(api, stream=True)
        assert (end.status, end.content) == ("COMPLETED", "Yes")

    async def test_media_type_in_any_case_is_a_stream(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = lambda _: [
            head("200 OK", "Text/Event-Stream"),
            f"data: {json.dumps(delta(content='Yes'))}\n\n",
            DONE,
        ]
        assert (await end_of(api, stream=True)).content == "Yes"

    async def test_done_without_blank_line_is_heard(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = streamed(delta(content="Yes"), "data: [DONE]")
        assert (await end_of(api, stream=True)).status == "COMPLETED"


class TestToolCalls:
    @pytest.mark.parametrize("reason", ["length", "content_filter"])
    @pytest.mark.parametrize("arguments", [HALF, CITY["arguments"]])
    @pytest.mark.parametrize("stream", [False, True])
    async def test_answer_cut_within_calls_fails(
        self, api: Api, endpoint: Endpoint, reason: str, arguments: str, stream: bool
    ) -> None:
        """Whole arguments too: nobody knows how many calls were to follow."""
        call = {"id": "c1", "function": {**NAME, "arguments": arguments}}
        endpoint.reply = (
            streamed(tool(**call), delta(reason), DONE) if stream else answered(message(reason, tool_calls=[call]))
        )
        end = await end_of(api, stream)
        assert (end.status, end.calls) == ("FAILED", [])
        assert end.message == f"The model's tool calls were cut short: {reason}"

    @pytest.mark.parametrize("arguments", [HALF, "[]", '"x"', "null", "NaN", '{"a": NaN}', "{}{}", "[" * 100_000])
    @pytest.mark.parametrize("stream", [False, True])
    async def test_arguments_that_are_no_object_fail(
        self, api: Api, endpoint: Endpoint, arguments: str, stream: bool
    ) -> None:
        call = {"id": "c1", "function": {**NAME, "arguments": arguments}}
        endpoint.reply = (
            streamed(tool(**call), delta("tool_calls"), DONE)
            if stream
            else answered(message("tool_calls", tool_calls=[call]))
        )
        end = await end_of(api, stream)
        assert (end.status, end.calls) == ("FAILED", [])
        assert end.message == "The model asked for a tool with arguments that are not a JSON object"

    @pytest.mark.parametrize(
        "chunks",
        [
            pytest.param(
                [tool(0, id="a", function=CITY), tool(0, id="b", function={**NAME, "arguments": "{}"})],
                id="one index, two ids",
            ),
            pytest.param(
                [tool(None, id="a", function=CITY), tool(None, id="b", function={**NAME, "arguments": "{}"})],
                id="no index, two ids",
            ),
            pytest.param(
                [tool(None, function=CITY), tool(None, function={**NAME, "arguments": {}})], id="no index, no ids"
            ),
            pytest.param(
                [delta(tool_calls=[{"function": CITY}, {"function": NAME}])], id="no index, no ids, one chunk"
            ),
            pytest.param([tool(0, id="a", function=CITY), tool(1, id="a", function=NAME)], id="two indexes, one id"),
            pytest.param(
                [
                    *(tool(0, id="a", function=NAME), tool(1, id="b", function=NAME)),
                    *(tool(0, function={"arguments": '{"city":'}), tool(1, function={"arguments": "{"})),
                    *(tool(0, function={"arguments": ' "Porto"}'}), tool(1, function={"arguments": "}"})),
                ],
                id="interleaved",
            ),
            pytest.param(
                [
                    *(tool(0, id="a", function=NAME), tool(0, id="x", function={"arguments": '{"city": '})),
                    *(tool(0, id="y", function={"arguments": '"Porto"}'}), tool(1, id="b", function=NAME)),
                ],
                id="another id in each part",
            ),
        ],
    )
    async def test_two_calls_are_two(self, api: Api, endpoint: Endpoint, chunks: list[Any]) -> None:
        endpoint.reply = streamed(*chunks, delta("tool_calls"), DONE)
        end = await end_of(api, stream=True)
        assert (end.status, end.calls) == ("REQUIRES_ACTION", [tuple(CITY.values()), ("get_weather", "{}")])

    @pytest.mark.parametrize("part", [{"id": "c1", **NAME}, NAME])
    async def test_name_repeated_in_each_part_is_one_name(
        self, api: Api, endpoint: Endpoint, part: dict[str, Any]
    ) -> None:
        fields = {"id": part["id"]} if "id" in part else {}
        parts = ["", '{"city":', ' "Porto"}']
        chunks = [tool(0, **fields, function={**NAME, "arguments": arguments}) for arguments in parts]
        endpoint.reply = streamed(*chunks, DONE)
        assert (await end_of(api, stream=True)).calls == [tuple(CITY.values())]

    async def test_name_in_parts_is_put_together(self, api: Api, endpoint: Endpoint) -> None:
        name = [tool(0, id="c1", function={"name": "get_"}), tool(0, function={"name": "weather"})]
        endpoint.reply = streamed(*name, tool(0, function={"arguments": "{}"}), DONE)
        assert (await end_of(api, stream=True)).calls == [("get_weather", "{}")]

    async def test_name_without_end_fails(self, api: Api, endpoint: Endpoint) -> None:
        parts = [tool(0, function={"name": f"n{number}"}) for number in range(100)]
        endpoint.reply = streamed(*parts, DONE)
        assert (await end_of(api, stream=True)).message == "The model endpoint sent an answer that cannot be read"

    async def test_arguments_in_many_parts_are_put_together(self, api: Api, endpoint: Endpoint) -> None:
        parts = [tool(0, function={"arguments": f"{number},"}) for number in range(2000)]
        start, end = tool(0, function={**NAME, "arguments": '{"a":['}), tool(0, function={"arguments": "0]}"})
        endpoint.reply = streamed(start, *parts, end, DONE)
        [(_, arguments)] = (await end_of(api, stream=True)).calls
        assert json.loads(arguments) == {"a": [*range(2000), 0]}

    @pytest.mark.parametrize("stream", [False, True])
    async def test_legacy_function_call_is_a_call(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        parts = [
            delta(function_call={**NAME, "arguments": ""}),
            delta(function_call={"arguments": CITY["arguments"]}),
            delta("function_call"),
            DONE,
        ]
        endpoint.reply = (
            streamed(*parts) if stream else answered(message("function_call", content=None, function_call=CITY))
        )
        end = await end_of(api, stream)
        assert (end.status, end.calls) == ("REQUIRES_ACTION", [tuple(CITY.values())])

    @pytest.mark.parametrize("stream", [False, True])
    async def test_more_calls_than_the_limit_fail(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        calls = [{"index": index, "id": f"c{index}", "function": CITY} for index in range(129)]
        endpoint.reply = streamed(delta(tool_calls=calls), DONE) if stream else answered(message(tool_calls=calls))
        end = await end_of(api, stream)
        assert (end.status, end.message) == ("FAILED", "The answer asks for more than 128 tool calls")
        endpoint.reply = answered(message(tool_calls=calls[:128]))
        assert len((await end_of(api, stream=False)).calls) == 128


class TestText:
    async def test_surrogate_pair_over_two_chunks_is_the_character(self, api: Api, endpoint: Endpoint) -> None:
        pair = ['{"choices":[{"delta":{"FIELD":"a\\ud83d"}}]}', '{"choices":[{"delta":{"FIELD":"\\ude00b"}}]}']
        lines = [f"data: {half}\n\n" for half in pair]
        thinking = [line.replace("FIELD", "reasoning_content") for line in lines]
        endpoint.reply = streamed(*thinking, *(line.replace("FIELD", "content") for line in lines), DONE)
        thread_id = await api.thread()
        async with api.stream(thread_id, "x") as stream:
            events = await stream.rest()
        assert (await api.history(thread_id))[-1] == ("assistant", "a\U0001f600b")
        assert [event["content"] for event in events if event["type"] == "content_streaming"] == ["a", "\U0001f600b"]
        assert [event for event in events if event["type"] == "reasoning_streaming"][-1]["accumulated_reasoning"] == (
            "a\U0001f600b"
        )

    async def test_half_a_pair_alone_is_replaced(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = streamed('data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n', DONE)
        assert (await end_of(api, stream=True)).content == "a\ufffd"
