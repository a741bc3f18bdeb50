"""Fields that the server does not support by their `x-server-note`: a response names them, and they have no effect."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.model_endpoint import answered, asking
from tests.support.server.threads_api import Api, contract, serving

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SENTENCE = "This server did nothing with: "
KEPT = {"files"}  # the document says that they are not read; they are kept with the message, and listed


def described(path: str, media_type: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The fields of a request with an `x-server-note`: name, schema, note."""
    document = contract().document
    body = document.resolve(document.root["paths"][path]["post"]["requestBody"])
    for name, schema in document.properties(body["content"][media_type]["schema"]).items():
        if note := document.first(schema, "x-server-note", ""):
            yield name, schema, note


def asks(path: str, media_type: str, *, offline: bool) -> dict[str, Any]:
    """A value for each field that the document says is not used: by the offline responder, or by any."""
    return {
        name: an_ask(schema)
        for name, schema, words in described(path, media_type)
        if offline or "offline responder" not in words
    }


def an_ask(schema: dict[str, Any]) -> Any:
    """A value that asks for something, as the document lets it be sent; for a file, its content."""
    document = contract().document
    choices = [choice for choice in document.first(schema, "enum", ()) if choice not in ("off", "chat")]
    if choices:
        return choices[0]
    if document.first(schema, "contentSchema"):
        return '{"effort": "low"}'
    types = document.types(schema)
    if "boolean" in types:
        return True
    if "object" in types:
        return {"effort": "low"}
    if "array" in types or document.first(schema, "format") == "binary":
        return b"file"
    return "Auto"


async def sent(api: Api, path: str, media_type: str, fields: dict[str, Any]) -> httpx.Response:
    """The answer to a message in a thread of its own."""
    path = path.replace("{thread_id}", await api.thread()) if "{" in path else path
    if media_type == "application/json":
        answer = await api.http.post(path, json={"content": "/say x", **fields})
    else:
        files = [(name, ("a.bin", value)) for name, value in fields.items() if isinstance(value, bytes)]
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in fields.items()
            if not isinstance(value, bytes)
        }
        answer = await api.http.post(path, data={"content": "/say x", **texts}, files=files or None)
    assert answer.status_code == 200, answer.text
    return answer


async def named(api: Api, path: str, media_type: str, fields: dict[str, Any]) -> list[str]:
    """The fields of a message that its answer names as not done."""
    answer = await sent(api, path, media_type, fields)
    _, _, names = answer.json()["message"].partition(SENTENCE)
    return sorted(names.split(", ")) if names else []


OF_ITS_OWN = ("message", "thread_id", "assistant_id", "message_id", "run_id", "created_at", "timestamp", "attachments")


async def said(api: Api, path: str, media_type: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A turn, without what no two turns have in common, and without its files."""
    turn = (await sent(api, path, media_type, fields)).json()
    return {name: value for name, value in turn.items() if name not in OF_ITS_OWN}


@pytest.mark.parametrize("path", ["/threads/{thread_id}/messages", "/threads/messages"])
@pytest.mark.parametrize("media_type", ["application/json", *FORMS])
class TestMessages:
    async def test_unsupported_fields_offline_are_named(self, tmp_path: Path, path: str, media_type: str) -> None:
        asked = asks(path, media_type, offline=True)
        told = sorted(asked.keys() - KEPT)
        async with serving(tmp_path / "threads.db") as api:
            assert await named(api, path, media_type, asked) == told
            for name, value in asked.items():
                assert await named(api, path, media_type, {name: value}) == [name] * (name in told)

    async def test_unsupported_fields_with_a_model_are_named(self, tmp_path: Path, path: str, media_type: str) -> None:
        """The same but for what the document says of the offline responder alone, or that is passed on."""
        asked = asks(path, media_type, offline=True)
        told = sorted(asks(path, media_type, offline=False).keys() - KEPT)
        assert "model_name" in asked.keys() - set(told)
        async with serving(
            tmp_path / "threads.db", responder="openai", llm_base_url="http://127.0.0.1:9", llm_model="m"
        ) as api:
            assert await named(api, path, media_type, {**asked, "send_to_llm": "false"}) == told

    async def test_unsupported_field_changes_no_answer(self, tmp_path: Path, path: str, media_type: str) -> None:
        async with serving(tmp_path / "threads.db") as api:
            plain = await said(api, path, media_type, {})
            for name, value in asks(path, media_type, offline=True).items():
                assert await said(api, path, media_type, {name: value}) == plain, name

    async def test_unsupported_field_changes_no_question(self, tmp_path: Path, path: str, media_type: str) -> None:
        made = ("memory_operation_id", "retrieved_memories", "voice_records", "system_one", "generated_media")
        async with asking(tmp_path / "threads.db") as (api, endpoint):
            endpoint.reply = answered({"choices": [{"message": {"content": "x"}}]})
            plain = await said(api, path, media_type, {})
            assert [plain[name] for name in made] == [None] * len(made)
            for name, value in asks(path, media_type, offline=False).items():
                assert await said(api, path, media_type, {name: value}) == plain, name
                assert endpoint.asked.pop() == endpoint.asked[0], name


async def test_unsupported_fields_of_tool_outputs_are_named(tmp_path: Path) -> None:
    async with serving(tmp_path / "threads.db") as api:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        for streamed in (False, True):
            turn = await api.turn(thread_id, "/call get_weather {}")
            outputs = {turn["tool_calls"][0]["id"]: "sun"}
            answer = await api.outputs(thread_id, turn["run_id"], outputs, stream=streamed, thinking={"effort": "low"})
            end = json.loads(answer.text.strip().rpartition("data: ")[2]) if streamed else answer.json()
            assert end["message"] == f"Tool outputs submitted. {SENTENCE}thinking"


async def test_files_of_every_part_are_stored(tmp_path: Path) -> None:
    multipart = described("/threads/messages", "multipart/form-data")
    parts = {name: name.encode() for name, _, words in multipart if words.startswith("Stored")}
    assert len(parts) == 6
    async with serving(tmp_path / "threads.db") as api:
        files = [(name, (f"{name}.bin", data)) for name, data in parts.items()]
        turn = (await api.http.post("/threads/messages", files=files)).json()
        [message, _] = (await api.get(turn["thread_id"]))["messages"]
        listed = {entry["filename"]: entry["file_size_bytes"] for entry in message["attachments"]}
        assert listed == {f"{name}.bin": len(data) for name, data in parts.items()}
        rows = await api.services.store.read(lambda: (yield "SELECT filename, content FROM files", ()))
        assert dict(rows) == {f"{name}.bin": data for name, data in parts.items()}
