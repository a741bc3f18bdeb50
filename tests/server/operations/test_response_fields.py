"""Single fields of assistants, threads, messages and turns, as the document describes them."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.clocks import set_clock
from tests.support.server.builders import STORED_ONLY, WEATHER
from tests.support.server.model_endpoint import Endpoint, Reply, answered
from tests.support.server.threads_api import Api, serving
from tools.document import operations, properties, validator

JSON = "application/json"
NEVER_MADE = ("memory_operation_id", "retrieved_memories", "voice_records", "system_one", "generated_media")
LISTED_LIGHT = {"title", "first_user_message", "message_count", "updated_at"}
CALLS = [{"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}]
"""A model's call of the weather tool."""


def saying(content: str | None, calls: list[dict[str, Any]] | None = None) -> Reply:
    """An answer of the model."""
    return answered({"choices": [{"message": {"content": content, "tool_calls": calls or []}}]})


class Model(Endpoint):
    """A model that says "Dry." until it is told to say something else."""

    def __init__(self) -> None:
        super().__init__()
        self.reply = saying("Dry.")


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[Api, Model]]:
    model = Model()
    listening = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with serving(
        tmp_path / "threads.db",
        responder="tests.support.server.model_endpoint:quick_responder",
        llm_base_url=url,
        llm_model="m",
    ) as api:
        yield api, model
    listening.close()
    await listening.wait_closed()


@pytest.fixture
def api(both: tuple[Api, Model]) -> Api:
    """A server that asks a model."""
    return both[0]


@pytest.fixture
def model(both: tuple[Api, Model]) -> Model:
    return both[1]


@pytest.fixture
async def offline(tmp_path: Path) -> AsyncIterator[Api]:
    """A server that asks none."""
    async with serving(tmp_path / "offline.db") as api:
        yield api


def without_stamps(value: Any) -> Any:
    """An answer without the ids and times that differ from one call to the next."""
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if not name.endswith(("_id", "_at")) and name != "timestamp"}
        return {name: without_stamps(one) for name, one in kept.items()}
    return [without_stamps(one) for one in value] if isinstance(value, list) else value


class TestNull:
    """`null` is the same as leaving a field out."""

    def nulls(self, operation: str) -> dict[str, Any]:
        schema = operations()[operation].bodies[JSON]["schema"]
        return {name: None for name, node in properties(schema).items() if validator(node).is_valid(None)}

    async def test_null_in_an_assistant_is_the_same_as_absent(self, offline: Api) -> None:
        whole = {"name": "Guide", "description": "x", "system_prompt": "y", "tools": [WEATHER], **STORED_ONLY}
        for operation, method, fields in (
            ("createAssistant", "POST", {"name": "Guide"}),
            ("updateAssistant", "PUT", {}),
            ("cloneAssistant", "POST", {}),
        ):
            nulls = self.nulls(operation)
            assert nulls
            path = operations()[operation].path.format(assistant_id=await offline.assistant(**whole))
            both = [await offline.http.request(method, path, json=body) for body in (fields, {**nulls, **fields})]
            assert without_stamps(both[0].json()) == without_stamps(both[1].json())
            assert both[1].status_code == 200

    @pytest.mark.parametrize("operation", ["sendMessage", "sendChatMessage"])
    async def test_null_in_a_message_is_the_same_as_absent(self, api: Api, model: Model, operation: str) -> None:
        nulls, path = self.nulls(operation), operations()[operation].path
        assert {"llm_provider", "model_name", "metadata"} <= nulls.keys()
        answers = []
        for fields in ({}, nulls):
            assistant_id = await api.assistant(system_prompt="Be brief.", tools=[WEATHER])
            thread_id = await api.thread(assistant_id)
            body = {"content": "x", **fields, **({} if "{" in path else {"thread_id": thread_id})}
            answer = await api.post(path.format(thread_id=thread_id), body)
            assert answer.status_code == 200
            answers.append(without_stamps([answer.json(), await api.get(thread_id)]))
        assert answers[0] == answers[1]
        assert model.asked[0] == model.asked[1]
        assert model.asked[0]["tools"] == [WEATHER]

    async def test_null_in_tool_outputs_is_the_same_as_absent(self, api: Api, model: Model) -> None:
        nulls = self.nulls("submitToolOutputs")
        assert nulls.keys() == {"tools", "thinking"}
        for fields in ({}, nulls):
            model.reply = saying(None, CALLS)
            thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
            turn = await api.turn(thread_id, "x")
            model.reply = saying("Dry.")
            assert (await api.outputs(thread_id, turn["run_id"], {"c1": "sun"}, **fields)).status_code == 200
        assert model.asked[1] == model.asked[3]
        assert model.asked[1]["tools"] == [WEATHER]


class TestAssistant:
    async def test_assistant_settings_can_be_changed(self, offline: Api) -> None:
        def value(name: str, text: str) -> Any:
            function = {"name": text, "parameters": {"type": "object", "properties": {}}}
            return [{"type": "function", "function": function}] if name == "tools" else text

        names = list(properties({"$ref": "#/components/schemas/AssistantSettings"}))
        assistant_id = await offline.assistant(**{name: value(name, "before") for name in names})
        for name in names:
            for text in ("before", "after"):
                if text == "after":
                    await offline.http.put(f"/assistants/{assistant_id}", json={name: value(name, text)})
                kept = (await offline.http.get(f"/assistants/{assistant_id}")).json()
                assert kept[name] == value(name, text)

    async def test_assistant_embedding_is_fixed(self, offline: Api) -> None:
        fixed = {name: STORED_ONLY[name] for name in properties({"$ref": "#/components/schemas/EmbeddingSettings"})}
        assistant_id = await offline.assistant(**fixed)
        others = {"embedding_provider": "openai", "embedding_model_name": "other", "embedding_dims": 9}
        assert others.keys() == fixed.keys()
        path = f"/assistants/{assistant_id}"
        before = (await offline.http.get(path)).json()
        assert fixed.items() <= before.items()
        assert (await offline.http.put(path, json=others)).json() == before
        assert (await offline.http.get(path)).json() == before

    async def test_stored_only_settings_change_nothing_else(self, api: Api, model: Model) -> None:
        fields = properties(operations()["createAssistant"].bodies[JSON]["schema"])
        said = {name for name, node in fields.items() if node.get("x-server-note") == "Stored only."}
        said |= {"tok_k", *properties({"$ref": "#/components/schemas/EmbeddingSettings"})}
        assert said == STORED_ONLY.keys()
        turns = []
        for kept in ({}, STORED_ONLY):
            assistant_id = await api.assistant(**kept)
            turns.append(without_stamps(await api.turn(await api.thread(assistant_id), "x")))
            assert kept.items() <= (await api.http.get(f"/assistants/{assistant_id}")).json().items()
        assert turns[0] == turns[1]
        assert model.asked[0] == model.asked[1]

    async def test_tool_parameter_keywords_pass_through(self, api: Api, model: Model) -> None:
        city = {"type": "string", "minLength": 1, "anyOf": [{"pattern": "^[A-Z]"}], "x": {"y": [1]}, "enum": ["Oslo"]}
        town = {"properties": {"name": {"const": "Porto"}}, "items": {"format": "city"}, "description": "A town."}
        parameters = {"type": "object", "properties": {"city": city, "town": town}, "required": ["city"]}
        function = {"name": "get_weather", "description": "The weather.", "parameters": parameters}
        tools = [{"type": "function", "function": function}]
        assistant_id = await api.assistant(tools=tools)
        assert (await api.http.get(f"/assistants/{assistant_id}")).json()["tools"] == tools
        await api.turn(await api.thread(assistant_id), "x")
        assert model.asked[0]["tools"] == tools

    async def test_clone_copies_no_documents(self, offline: Api) -> None:
        assistant_id = await offline.assistant()
        await offline.http.post(
            f"/threads/{await offline.thread(assistant_id)}/messages",
            data={"content": "Remember this.", "memory": "Auto"},
            files={"files": ("note.txt", b"A note.")},
        )
        for wanted in (True, False):
            body = {"copy_documents": wanted, "copy_memories": wanted}
            copied = (await offline.post(f"/assistants/{assistant_id}/clone", body)).json()
            assert (copied["documents_cloned"], copied["memories_cloned"]) == (0, 0)


class TestThread:
    async def test_thread_names_its_assistant(self, offline: Api) -> None:
        assistant_id = await offline.assistant()
        made = (await offline.post(f"/assistants/{assistant_id}/threads", {})).json()
        found = [made, await offline.get(made["thread_id"])]
        for path in ("/threads", f"/assistants/{assistant_id}/threads"):
            for whole in (True, False):
                found += (await offline.http.get(path, params={"include_messages": whole})).json()
        assert [thread["assistant_id"] for thread in found] == [assistant_id] * 6

    async def test_thread_metadata_is_never_set(self, offline: Api) -> None:
        assistant_id = await offline.assistant(metadata_={"a": 1})
        given: dict[str, Any] = {"metadata": {"a": 1}, "metadata_": {"a": 1}}
        made = (await offline.post(f"/assistants/{assistant_id}/threads", given)).json()
        thread_id = made["thread_id"]
        await offline.turn(thread_id, "x", **given)
        await offline.post("/threads/messages", {"content": "x", "thread_id": thread_id, **given})
        assert made["metadata_"] == (await offline.get(thread_id))["metadata_"] == {}

    async def test_light_list_has_a_summary_instead_of_messages(self, offline: Api) -> None:
        thread_id = await offline.thread()
        await offline.turn(thread_id, "Hello")
        await offline.turn(thread_id, "Again")
        whole = await offline.get(thread_id)
        [light] = (await offline.http.get("/threads", params={"include_messages": False})).json()
        same = {name: value for name, value in whole.items() if name != "messages"}
        assert light == {
            **same,
            "messages": [],
            "title": None,
            "first_user_message": "Hello",
            "message_count": 4,
            "updated_at": light["updated_at"],
        }
        assert (await offline.http.get("/threads")).json() == [whole]
        assert not LISTED_LIGHT & whole.keys()

    async def test_light_list_has_the_time_of_the_last_change(
        self, offline: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thread_id = await offline.thread()
        for moment, fields in ((1_000, {"send_to_llm": False}), (2_000, {}), (3_000, {"send_to_llm": False})):
            set_clock(monkeypatch, moment)
            await offline.turn(thread_id, "x", **fields)
            [light] = (await offline.http.get("/threads", params={"include_messages": False})).json()
            assert light["updated_at"] == f"1970-01-01T00:00:0{moment // 1000}.000Z"


class TestMessage:
    async def test_message_with_text_and_tool_calls_has_a_content(self, api: Api, model: Model) -> None:
        for content, kept in (("Let me see.", "Let me see."), (None, "")):
            model.reply = saying(content, CALLS)
            thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
            await api.turn(thread_id, "x")
            assert await api.history(thread_id) == [("user", "x"), ("assistant", kept)]

    async def test_message_of_a_failed_run_has_the_reason(self, api: Api, model: Model) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        model.reply = saying(None, CALLS)
        run_id = (await api.turn(thread_id, "x"))["run_id"]
        model.reply = answered({"error": "no power"}, "500 Oops")
        turn = (await api.outputs(thread_id, run_id, {"c1": "sun"})).json()
        last = (await api.get(thread_id))["messages"][-1]
        assert last["status"] == turn["status"] == "FAILED"
        assert last["metadata_"] == {"run_id": run_id, "error": turn["message"]}
        assert turn["message"] == "The model endpoint failed"

    async def test_files_are_not_read(self, api: Api, model: Model) -> None:
        thread_id = await api.thread()
        files = {"files": ("note é.txt", b"A note.")}
        answer = await api.http.post(f"/threads/{thread_id}/messages", data={"content": "Look."}, files=files)
        [kept] = (await api.get(thread_id))["messages"][0]["attachments"]
        assert answer.json()["attachments"] == [kept]
        assert (kept["filename"], kept["status"], kept["file_size_bytes"]) == ("note é.txt", "indexed", 7)
        assert kept["summary"] is None
        assert model.asked[0]["messages"] == [{"role": "user", "content": "Look."}]


class TestTurn:
    async def test_turn_fields_of_other_servers_are_null(self, api: Api, model: Model) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        asked = {"memory": "Auto", "voice": {"on": True}, "system_one": {"a": "?"}, "image_generation": "auto"}
        replies: list[Reply] = [
            saying("Dry."),
            answered({}),
            saying(None, CALLS),
        ]
        turns = []
        for model.reply in replies:
            answer = await api.post("/threads/messages", {"content": "x", "thread_id": thread_id, **asked})
            turns.append(answer.json())
        assert [turn["status"] for turn in turns] == ["COMPLETED", "FAILED", "REQUIRES_ACTION"]
        turns.append((await api.outputs(thread_id, turns[-1]["run_id"], {"c1": "x"})).json())
        for turn in turns:
            assert [turn.get(name) for name in NEVER_MADE] == [None] * len(NEVER_MADE)

    async def test_turn_has_the_tokens_that_the_model_counts(self, api: Api, offline: Api, model: Model) -> None:
        names = ("input_tokens", "output_tokens", "total_tokens")
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
        choices = [{"message": {"content": "Dry."}}]
        for reply, counted in (({"usage": usage}, [5, 2, 7]), ({}, [None] * 3)):
            model.reply = answered({"choices": choices, **reply})
            turn = await api.turn(await api.thread(), "x")
            assert [turn.get(name) for name in names] == counted
        turn = await offline.turn(await offline.thread(), "x")
        assert [turn.get(name) for name in names] == [None] * 3

    async def test_outputs_are_answered_with_the_next_calls_or_the_text(self, api: Api, model: Model) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        others = [{**CALLS[0], "id": "c2"}]
        model.reply = saying(None, CALLS)
        run_id = (await api.turn(thread_id, "x"))["run_id"]
        for outputs, reply, status, calls in (
            ({"c1": "sun"}, saying(None, others), "REQUIRES_ACTION", others),
            ({"c2": "rain"}, saying("Dry."), "COMPLETED", None),
        ):
            model.reply = reply
            turn = (await api.outputs(thread_id, run_id, outputs)).json()
            assert (turn["status"], turn["tool_calls"], turn["run_id"]) == (status, calls, run_id)

    async def test_turn_was_created_when_its_message_was(self, offline: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        times = iter(range(1_000_000, 2_000_000, 1_000))
        set_clock(monkeypatch, lambda: next(times))
        thread_id = await offline.thread()
        for fields in ({}, {"send_to_llm": False}):
            turn = await offline.turn(thread_id, "x", **fields)
            message = (await offline.get(thread_id))["messages"][-1]
            assert turn["created_at"] == message["created_at"]

    async def test_turn_is_json_unless_a_stream_is_asked_for(self, offline: Api) -> None:
        thread_id = await offline.thread()
        for path, body in ((f"/threads/{thread_id}/messages", {}), ("/threads/messages", {"thread_id": thread_id})):
            for stream, media_type in ((None, JSON), (False, JSON), (True, "text/event-stream")):
                said = {"content": "x", **body, **({} if stream is None else {"stream": stream})}
                for sent in ({"json": said}, {"data": {name: str(one).lower() for name, one in said.items()}}):
                    answer = await offline.http.post(path, **sent)  # type: ignore[arg-type]
                    assert answer.headers["Content-Type"].split(";")[0] == media_type


async def test_times_are_in_utc(offline: Api) -> None:
    """Of now, on a machine whose own time may be another."""
    began = datetime.now(UTC).replace(microsecond=0)
    answers: list[httpx.Response] = []

    async def ask(method: str, path: str, **sent: Any) -> Any:
        answers.append(await offline.http.request(method, path, **sent))
        return answers[-1].json()

    assistant_id = (await ask("POST", "/assistants", json={"name": "Guide", "tools": [WEATHER]}))["assistant_id"]
    thread_id = (await ask("POST", f"/assistants/{assistant_id}/threads", json={}))["thread_id"]
    path = f"/threads/{thread_id}"
    turn = await ask("POST", f"{path}/messages", json={"content": "/call get_weather {}"})
    outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "dry"}]}
    await ask("POST", f"{path}/runs/{turn['run_id']}/submit-tool-outputs", json=outputs)
    await ask("GET", path)
    await ask("GET", "/threads?include_messages=false")
    await ask("DELETE", path)
    await ask("DELETE", f"/assistants/{assistant_id}")
    times = re.findall(r'"(\w+_at|timestamp)": ?"([^"]*)"', "\n".join(answer.text for answer in answers))
    assert {name for name, _ in times} == {"created_at", "updated_at", "deleted_at", "timestamp"}
    for name, text in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text), name
        assert began <= datetime.fromisoformat(text) <= datetime.now(UTC), name
