"""The history that arrives at a model endpoint, message for message."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.model_endpoint import DONE, Endpoint, answered, asking, delta, message, streamed
from tests.support.server.threads_api import Api
from threads_server.responders import Conversation
from threads_server.responders.chat_request import MAX_ANSWER_TOKENS, NO_ANSWER, chat_request
from threads_server.responders.models import Models
from threads_server.settings import Settings

CALLS = [
    {"id": name, "type": "function", "function": {"name": "get_weather", "arguments": f'{{"city": "{city}"}}'}}
    for name, city in (("c1", "Porto"), ("c2", "Oslo"))
]


class TestHistory:
    @pytest.mark.parametrize("stream", [False, True])
    async def test_tool_rounds_and_answers_arrive_in_order(self, api: Api, endpoint: Endpoint, stream: bool) -> None:
        thread_id = await api.thread(await api.assistant(description="You are a guide.", tools=[WEATHER]))
        endpoint.reply = answered(message(content="Hello Ada."))
        await api.turn(thread_id, "I am Ada.")
        calls = [{"index": index, **call} for index, call in enumerate(CALLS)]
        endpoint.reply = (
            streamed(delta(content="Let me see."), delta(tool_calls=calls), DONE)
            if stream
            else (answered(message(content="Let me see.", tool_calls=CALLS)))
        )
        await api.send(thread_id, "Weather?", stream=stream)
        run_id = (await api.get(thread_id))["messages"][-1]["metadata_"]["run_id"]
        endpoint.reply = answered(message(content=None, tool_calls=[{**CALLS[0], "id": "c3"}]))
        await api.outputs(thread_id, run_id, {"c2": "snow", "c1": "sun"})
        endpoint.reply = answered(message(content="Sun and snow."))
        await api.outputs(thread_id, run_id, {"c3": "still sun"})
        await api.turn(thread_id, "Thanks")
        assert endpoint.asked[-1]["messages"] == [
            {"role": "system", "content": "You are a guide."},
            {"role": "user", "content": "I am Ada."},
            {"role": "assistant", "content": "Hello Ada."},
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "Let me see.", "tool_calls": CALLS},
            {"role": "tool", "tool_call_id": "c1", "content": "sun"},
            {"role": "tool", "tool_call_id": "c2", "content": "snow"},
            {"role": "assistant", "content": None, "tool_calls": [{**CALLS[0], "id": "c3"}]},
            {"role": "tool", "tool_call_id": "c3", "content": "still sun"},
            {"role": "assistant", "content": "Sun and snow."},
            {"role": "user", "content": "Thanks"},
        ]
        assert endpoint.asked[-1]["tools"] == [WEATHER]
        assert [len(request["messages"]) for request in endpoint.asked] == [2, 4, 7, 9, 11]

    async def test_text_after_failed_empty_and_kept_ones_is_one_message(self, api: Api, endpoint: Endpoint) -> None:
        thread_id = await api.thread()
        endpoint.reply = answered({"error": "no"}, "400 Bad")
        assert (await api.turn(thread_id, "fails"))["status"] == "FAILED"
        await api.turn(thread_id, "kept", send_to_llm=False)
        endpoint.reply = answered(message("stop", content=""))
        assert (await api.turn(thread_id, "is empty"))["status"] == "COMPLETED"
        endpoint.reply = streamed(delta(content="Half"))
        await api.send(thread_id, "breaks", stream=True)
        await api.turn(thread_id, "goes on")
        assert endpoint.asked[-1]["messages"] == [
            {"role": "user", "content": "fails\n\nkept\n\nis empty\n\nbreaks"},
            {"role": "assistant", "content": "Half"},
            {"role": "user", "content": "goes on"},
        ]
        assert [entry[1] for entry in await api.history(thread_id) if entry[0] == "user"] == [
            *("fails", "kept", "is empty", "breaks", "goes on")
        ]

    async def test_long_history_arrives_whole(
        self, api: Api, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is made in another thread, and has every kind of character."""
        monkeypatch.setattr("threads_server.responders.openai_compatible.LARGE_HISTORY", 3)
        thread_id = await api.thread()
        texts = [f'{number} "\\\u2028\U0001f600\x7f' for number in range(4)]
        for text in texts:
            await api.turn(thread_id, text, send_to_llm=False)
        endpoint.reply = answered(message(content="a"))
        await api.turn(thread_id, "last")
        [sent] = endpoint.asked[-1]["messages"]
        assert sent["content"].split("\n\n") == [*texts, "last"]

    @pytest.mark.parametrize("end", ["cancelled", "failed"])
    async def test_text_after_tool_outputs_without_an_answer_follows_a_mark(
        self, api: Api, endpoint: Endpoint, end: str
    ) -> None:
        thread_id = await api.thread()
        endpoint.reply = answered(message(tool_calls=CALLS))
        run_id = (await api.turn(thread_id, "x"))["run_id"]
        endpoint.reply = answered({}, "400 Bad")
        if end == "cancelled":
            await api.cancel(thread_id, run_id)
        else:
            await api.outputs(thread_id, run_id, {"c1": "Cancelled", "c2": "Cancelled"})
        endpoint.reply = answered(message(content="on"))
        await api.turn(thread_id, "y")
        assert endpoint.asked[-1]["messages"] == [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": None, "tool_calls": CALLS},
            {"role": "tool", "tool_call_id": "c1", "content": "Cancelled"},
            {"role": "tool", "tool_call_id": "c2", "content": "Cancelled"},
            {"role": "assistant", "content": NO_ANSWER},
            {"role": "user", "content": "y"},
        ]


def said(role: str, content: str, **metadata: Any) -> dict[str, Any]:
    return {"role": role, "content": content, "metadata_": metadata or None}


TURNS = [
    [said("user", "a" * 300), said("assistant", "b" * 300)],
    [
        *(said("user", "c" * 300), said("assistant", "", tool_calls=CALLS)),
        *(said("tool", "d" * 300, tool_call_id=call["id"]) for call in CALLS),
        said("assistant", "e" * 300),
    ],
    [said("user", "f" * 300), said("user", "g" * 300), said("assistant", "h" * 300)],
    [said("user", "last")],
]


class TestContext:
    @pytest.fixture
    def models(self, tmp_path: Path) -> Any:
        def sized(size: int) -> Models:
            path = tmp_path / "models.yaml"
            path.write_text(f"m: {{base_url: http://h, context_size: {size}}}")
            return Models(Settings(models=str(path)))

        return sized

    @pytest.mark.parametrize("size", range(100, 2500, 50))
    def test_older_turns_are_left_out_whole(self, models: Any, size: int) -> None:
        conversation = Conversation([entry for turn in TURNS for entry in turn], system_prompt="Be kind.")
        request = chat_request(conversation, models(size).get("m"), "m")
        usage = request.context_usage({})
        assert usage is not None
        first, omitted = 0, 0
        while omitted < request.omitted_messages:
            omitted += len(TURNS[first])
            first += 1
        assert omitted == request.omitted_messages == usage["omitted_messages"]
        kept = chat_request(
            Conversation([e for turn in TURNS[first:] for e in turn], "Be kind."), models(9999).get("m"), "m"
        )
        assert request.body["messages"] == kept.body["messages"]
        assert (request.body["messages"][0]["role"], request.body["messages"][1]["role"]) == ("system", "user")
        assert usage["context_limit"] == size
        assert usage["used_tokens"] <= size - min(size // 4, MAX_ANSWER_TOKENS)

    def test_all_is_sent_where_the_size_is_not_known_or_suffices(self, models: Any) -> None:
        conversation = Conversation([said("user", "x" * 100_000), said("assistant", "y"), said("user", "z")])
        unknown = Models(Settings(llm_base_url="http://h", llm_model="m")).get(None)
        assert chat_request(conversation, unknown, "m").context_usage({}) is None
        assert len(chat_request(conversation, unknown, "m").body["messages"]) == 3
        assert len(chat_request(conversation, models(100_000).get("m"), "m").body["messages"]) == 3
        assert len(chat_request(conversation, models(30_000).get("m"), "m").body["messages"]) == 1

    def test_last_turn_is_sent_whatever_its_size(self, models: Any) -> None:
        conversation = Conversation([said("user", "x"), said("assistant", "y"), said("user", "z" * 10_000)])
        assert len(chat_request(conversation, models(100).get("m"), "m").body["messages"]) == 1

    @pytest.mark.parametrize("stream", [False, True])
    async def test_turn_says_how_full_the_context_is(self, tmp_path: Path, stream: bool) -> None:
        path = tmp_path / "models.yaml"
        async with asking(tmp_path / "threads.db") as (_, endpoint):
            path.write_text(f"small: {{base_url: '{endpoint.url}', context_size: 200, model: tiny}}")
            async with asking(tmp_path / "other.db", models=str(path)) as (api, _):
                usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
                end = {"choices": [], "usage": usage}
                endpoint.reply = (
                    streamed(delta("stop", content="a"), end, DONE)
                    if stream
                    else answered({**message(content="a"), "usage": usage})
                )
                thread_id = await api.thread()
                await api.turn(thread_id, "x" * 600, send_to_llm=False)
                if stream:
                    async with api.stream(thread_id, "first") as events:
                        await events.rest()
                    async with api.stream(thread_id, "second") as events:
                        last: dict[str, Any] = (await events.rest())[-1]
                else:
                    await api.turn(thread_id, "first")
                    last = await api.turn(thread_id, "second")
        assert [entry["content"] for entry in endpoint.asked[-1]["messages"]] == ["second"]
        assert last["context_usage"] == {
            "percent": 50.0,
            "used_tokens": 100,
            "context_limit": 200,
            "summary_tokens": 0,
            "model": "tiny",
            "omitted_messages": 3,
        }
