"""Errors, retries and limits of model endpoints, and the words that a user and a log get of them."""

import asyncio
import json
import logging
from typing import Any

import pytest

from tests.support.server.model_endpoint import (
    API_KEY,
    CITY,
    DONE,
    NAME,
    Endpoint,
    Reply,
    answered,
    asking,
    delta,
    head,
    listening,
    message,
    streamed,
)
from tests.support.server.threads_api import Api, serving
from tests.support.server.turn_ends import end_of


class TestErrors:
    @pytest.mark.parametrize(
        "lines",
        [
            pytest.param(['event: error\ndata: {"message": "overloaded"}\n\n', DONE], id="event"),
            pytest.param(["event: error\ndata: overloaded\n\n", DONE], id="event that is no JSON"),
            pytest.param(['event: error\ndata: {"error": {"message": "overloaded"}}\n\n', DONE], id="event, error"),
            pytest.param([{"error": {"message": "overloaded"}}, DONE], id="error"),
            pytest.param([{"error": "overloaded", "choices": []}, DONE], id="error, choices"),
            pytest.param(
                [{"choices": [{"delta": {}, "error": {"message": "overloaded"}}]}, DONE], id="error in a choice"
            ),
            pytest.param([{"object": "error", "message": "overloaded", "code": 400}, DONE], id="older vLLM"),
            pytest.param([delta("stop", content="Yes"), {"error": {"message": "overloaded"}}, DONE], id="at the end"),
        ],
    )
    async def test_error_in_a_stream_fails(
        self, api: Api, endpoint: Endpoint, lines: list[Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        endpoint.reply = streamed(delta(content="Before. "), *lines)
        end = await end_of(api, stream=True)
        assert (end.status, end.message) == ("FAILED", "The model endpoint failed")
        assert end.content.startswith("Before. ")
        assert "overloaded" in caplog.text

    @pytest.mark.parametrize("stream", [False, True])
    async def test_finish_reason_error_fails(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        endpoint.reply = streamed(delta("error"), DONE) if stream else answered(message("error"))
        assert (await end_of(api, stream)).status == "FAILED"

    async def test_stream_of_nothing_fails(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = streamed(DONE)
        assert (await end_of(api, stream=True)).message == "The model endpoint sent an answer that cannot be read"


class TestRetries:
    @pytest.mark.parametrize(
        "failure",
        [
            answered({"error": "slow down"}, "429 Too Many Requests"),
            answered({"error": "slow down"}, "429 Too Many Requests", Retry_After="0"),
            answered({"error": "slow down"}, "429 Too Many Requests", Retry_After="Thu, 01 Jan 1970 00:00:00 GMT"),
            answered({}, "500 Oops"),
            lambda _: [head("502 Bad Gateway", "text/html"), "<html>"],
            lambda _: [head("503 Away", "text/plain")],
            lambda _: [],
            lambda _: ["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"],
            streamed(": ping\n\n", delta(role="assistant")),
        ],
    )
    @pytest.mark.parametrize("stream", [False, True])
    async def test_failure_before_the_first_piece_is_retried(
        self, api: Api, endpoint: Endpoint, failure: Reply, stream: bool
    ) -> None:
        endpoint.replies = [failure, failure]
        endpoint.reply = streamed(delta("stop", content="Yes"), DONE) if stream else answered(message(content="Yes"))
        end = await end_of(api, stream)
        assert (end.status, end.content, len(endpoint.asked)) == ("COMPLETED", "Yes", 3)

    async def test_retry_after_is_waited_for(self, tmp_path: Any) -> None:
        loop = asyncio.get_running_loop()
        asked: list[float] = []

        def reply(_: dict[str, Any]) -> list[Any]:
            asked.append(loop.time())
            later = answered({}, "429 Too Many Requests", Retry_After="1")
            return (later if len(asked) == 1 else answered(message(content="Yes")))({})

        async with asking(tmp_path / "threads.db", responder="openai") as (api, endpoint):
            endpoint.reply = reply
            assert (await end_of(api, stream=False)).content == "Yes"
        assert asked[1] - asked[0] >= 1

    async def test_retry_after_beyond_the_runs_time_fails_at_once(self, api: Api, endpoint: Endpoint) -> None:
        for value in ("301", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"):
            endpoint.asked.clear()
            endpoint.reply = answered({}, "429 Too Many Requests", Retry_After=value)
            end = await end_of(api, stream=False)
            assert (end.status, end.message) == ("FAILED", "The model endpoint has too many requests")
            assert len(endpoint.asked) == 1

    @pytest.mark.parametrize("stream", [False, True])
    async def test_endpoint_that_stays_broken_is_asked_for_the_runs_time(
        self, api: Api, endpoint: Endpoint, stream: bool
    ) -> None:
        """300 seconds of a clock that skips pauses, the longest of which takes 8."""
        endpoint.reply = answered({}, "503 Away")
        end = await end_of(api, stream)
        assert (end.status, end.message) == ("FAILED", "The model endpoint failed")
        assert len(endpoint.asked) > 30

    async def test_endpoint_that_comes_back_late_answers(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.replies = [answered({}, "503 Away")] * 20
        endpoint.reply = answered(message(content="Yes"))
        assert (await end_of(api, stream=False)).content == "Yes"

    @pytest.mark.parametrize("status", ["400 Bad", "401 Unauthorized", "404 Not Found", "422 No", "302 Found"])
    async def test_refusal_of_the_endpoint_is_not_retried(self, api: Api, endpoint: Endpoint, status: str) -> None:
        endpoint.reply = answered({}, status, Location="/other")
        end = await end_of(api, stream=False)
        assert (end.status, end.message) == ("FAILED", "The model endpoint refused the request")
        assert len(endpoint.asked) == 1

    async def test_stream_that_breaks_after_a_piece_is_not_retried(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = streamed(delta(content="Half"))
        end = await end_of(api, stream=True)
        assert (end.status, end.content, end.message) == ("FAILED", "Half", "The model's answer broke off")
        assert len(endpoint.asked) == 1

    async def test_stream_that_breaks_within_what_may_begin_a_key_keeps_it(self, api: Api, endpoint: Endpoint) -> None:
        endpoint.reply = streamed(delta(content="Half of this"))
        assert (await end_of(api, stream=True)).content == "Half of this"

    async def test_refused_connection_is_retried_then_fails(self, tmp_path: Any) -> None:
        responder = "tests.support.server.model_endpoint:quick_responder"
        async with listening() as closed:
            url = closed.url
        settings = {"llm_base_url": url, "llm_model": "m", "responder": responder}
        async with serving(tmp_path / "threads.db", **settings) as api:
            assert (await end_of(api, stream=False)).message == "The model endpoint cannot be reached"


class TestLimits:
    @pytest.mark.parametrize(
        "pieces",
        [
            pytest.param([head("200 OK", "application/json"), *["x" * 1000] * 20], id="body"),
            pytest.param([head("200 OK", "text/event-stream"), "data: ", *["x" * 1000] * 20], id="line"),
            pytest.param([head("200 OK", "text/event-stream"), *[": ping\n\n" * 100] * 30], id="comments"),
            pytest.param(
                [head("200 OK", "text/event-stream"), *[f"data: {json.dumps(delta())}\n\n"] * 300], id="stream"
            ),
        ],
    )
    async def test_answer_longer_than_the_limit_fails(self, tmp_path: Any, pieces: list[Any]) -> None:
        """The connection stays open: nothing but the limit ends the reading."""
        async with asking(tmp_path / "threads.db", llm_max_bytes=10_000) as (api, endpoint):
            endpoint.reply = lambda _: [*pieces, asyncio.Event()]
            end = await end_of(api, stream=True)
            endpoint.release()
        assert (end.status, end.message) == ("FAILED", "The model's answer is too long")

    async def test_error_body_without_end_is_cut(self, tmp_path: Any) -> None:
        async with asking(tmp_path / "threads.db") as (api, endpoint):
            endpoint.reply = lambda _: [head("400 Bad", "text/plain"), *["x" * 10_000] * 7, asyncio.Event()]
            end = await end_of(api, stream=False)
            endpoint.release()
        assert (end.status, end.message) == ("FAILED", "The model endpoint refused the request")

    @pytest.mark.parametrize("before", [[], [": ping\n\n"], [delta(role="assistant")]])
    async def test_first_piece_that_does_not_come_fails(self, tmp_path: Any, before: list[Any]) -> None:
        async with asking(tmp_path / "threads.db", llm_first_piece_timeout=0.2) as (api, endpoint):
            endpoint.reply = streamed(*before, asyncio.Event())
            end = await end_of(api, stream=True)
            endpoint.release()
        assert (end.status, end.message) == ("FAILED", "The model endpoint took too long")

    async def test_next_piece_that_does_not_come_fails(self, tmp_path: Any) -> None:
        async with asking(tmp_path / "threads.db", llm_piece_timeout=0.2) as (api, endpoint):
            endpoint.reply = streamed(delta(content="Half"), ": ping\n\n", asyncio.Event())
            end = await end_of(api, stream=True)
            endpoint.release()
        assert (end.status, end.content, end.message) == ("FAILED", "Half", "The model endpoint took too long")

    @pytest.mark.parametrize("sign", [": ping\n\n", delta(tool_calls=[{"index": 0, "id": "c", "function": NAME}])])
    async def test_comments_and_parts_of_calls_are_signs_of_life(self, tmp_path: Any, sign: Any) -> None:
        """One each tenth of a second, for longer than a run may be silent."""
        async with asking(tmp_path / "threads.db", run_timeout=3.0) as (api, endpoint):
            loop = asyncio.get_running_loop()
            gaps = [asyncio.Event() for _ in range(35)]
            for number, gap in enumerate(gaps, 1):
                loop.call_later(0.1 * number, gap.set)
            endpoint.reply = streamed(*(piece for gap in gaps for piece in (gap, sign)), delta("stop"), DONE)
            end = await end_of(api, stream=True)
        assert end.status != "FAILED", end

    async def test_chunks_with_nothing_in_them_are_no_sign_of_life(self, tmp_path: Any) -> None:
        async with asking(tmp_path / "threads.db", run_timeout=0.4) as (api, endpoint):
            loop = asyncio.get_running_loop()
            gaps = [asyncio.Event() for _ in range(100)]
            for number, gap in enumerate(gaps, 1):
                loop.call_later(0.1 * number, gap.set)
            endpoint.reply = streamed(*(piece for gap in gaps for piece in (gap, delta())), asyncio.Event())
            end = await end_of(api, stream=True)
            endpoint.release()
        assert (end.status, end.message) == ("FAILED", "The responder gave no sign for too long")


REFUSED = answered({"error": {"message": f"bad\nkey {API_KEY}"}}, "401 Unauthorized")


class TestWords:
    async def test_user_reads_a_sentence_and_the_log_has_the_words(
        self, api: Api, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
    ) -> None:
        endpoint.reply = REFUSED
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "x")
        assert turn["message"] == "The model endpoint refused the request"
        [record] = [record for record in caplog.records if record.name == "threads_server"]
        assert record.levelno == logging.WARNING
        assert record.getMessage() == (
            f"run {turn['run_id']} of thread {thread_id} failed (status 401): "
            "The model endpoint refused the request: bad key [redacted]"
        )

    async def test_run_that_fails_without_words_of_the_endpoint_has_its_line_too(
        self, tmp_path: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        calls = [{"id": f"c{index}", "function": CITY} for index in range(2)]
        async with asking(tmp_path / "threads.db", max_tool_calls=1, run_timeout=0.5) as (api, endpoint):
            endpoint.reply = answered(message(tool_calls=calls))
            assert (await end_of(api, stream=False)).message == "The answer asks for more than 1 tool calls"
            endpoint.reply = streamed(asyncio.Event())
            assert (await end_of(api, stream=True)).message == "The responder gave no sign for too long"
            endpoint.release()
        lines = [record.getMessage() for record in caplog.records if record.name == "threads_server"]
        assert [line.split(" failed: ")[1] for line in lines] == [
            *("The answer asks for more than 1 tool calls", "The responder gave no sign for too long")
        ]

    async def test_user_reads_the_words_if_the_operator_wants(self, tmp_path: Any) -> None:
        async with asking(tmp_path / "threads.db", llm_errors="full") as (api, endpoint):
            endpoint.reply = REFUSED
            end = await end_of(api, stream=True)
        assert end.message == "The model endpoint refused the request (status 401): bad key [redacted]"
        assert end.metadata["error"] == end.message

    async def test_words_are_cut_after_they_are_redacted(self, tmp_path: Any) -> None:
        async with asking(tmp_path / "threads.db", llm_errors="full") as (api, endpoint):
            endpoint.reply = answered({"error": "x" * 295 + API_KEY}, "400 Bad")
            end = await end_of(api, stream=False)
        assert end.message.endswith("x[reda")
