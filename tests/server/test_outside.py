"""What the document says that the reference server does not do is named in an answer's `message`, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.test_turns import WEATHER
from tests.server.threads_api import Api, contract, serving

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SENTENCE = "This server did nothing with: "
KEPT = {"files"}  # the document says that they are not read; they are kept with the message, and listed


def described(path: str, media_type: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The fields of a request that the document says something about of the reference server: name, schema, words."""
    document = contract().document
    body = document.resolve(document.root["paths"][path]["post"]["requestBody"])
    for name, schema in document.properties(body["content"][media_type]["schema"]).items():
        words = " ".join(document.first(schema, "description", "").split())
        if name not in KEPT and ("reference server" in words or "offline responder" in words):
            yield name, schema, words


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


async def named(api: Api, path: str, media_type: str, fields: dict[str, Any]) -> list[str]:
    """The fields of a message that its answer names as not done."""
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
    _, _, names = answer.json()["message"].partition(SENTENCE)
    return sorted(names.split(", ")) if names else []


@pytest.mark.parametrize("path", ["/threads/{thread_id}/messages", "/threads/messages"])
@pytest.mark.parametrize("media_type", ["application/json", *FORMS])
class TestMessages:
    async def test_offline(self, tmp_path: Path, path: str, media_type: str) -> None:
        asked = {name: an_ask(schema) for name, schema, _ in described(path, media_type)}
        async with serving(tmp_path / "threads.db") as api:
            assert await named(api, path, media_type, asked) == sorted(asked)
            for name, value in asked.items():
                assert await named(api, path, media_type, {name: value}) == [name]

    async def test_with_an_endpoint(self, tmp_path: Path, path: str, media_type: str) -> None:
        """The same but for what the document says of the offline responder alone, or that is passed on."""
        asked = {name: an_ask(schema) for name, schema, _ in described(path, media_type)}
        done = {
            name
            for name, _, words in described(path, media_type)
            if "offline responder" in words or "passes it on" in words
        }
        assert "model_name" in done
        async with serving(tmp_path / "threads.db", responder="openai", llm_base_url="http://127.0.0.1:9") as api:
            fields = {**asked, "send_to_llm": "false"}
            assert await named(api, path, media_type, fields) == sorted(asked.keys() - done)


async def test_tool_outputs(tmp_path: Path) -> None:
    async with serving(tmp_path / "threads.db") as api:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        for streamed in (False, True):
            turn = await api.turn(thread_id, "/call get_weather {}")
            outputs = {turn["tool_calls"][0]["id"]: "sun"}
            answer = await api.outputs(thread_id, turn["run_id"], outputs, stream=streamed, thinking={"effort": "low"})
            end = json.loads(answer.text.strip().rpartition("data: ")[2]) if streamed else answer.json()
            assert end["message"] == f"Tool outputs submitted. {SENTENCE}thinking"
