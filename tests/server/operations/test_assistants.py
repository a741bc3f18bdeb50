"""Assistants: changing and cloning them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import STORED_ONLY, WEATHER
from tests.support.server.threads_api import Api, serving
from tools.document import operations, properties, resolve

NEWS = {"type": "function", "function": {"name": "get_news", "parameters": {"properties": {}}}}
BEFORE: dict[str, Any] = {
    "name": "Guide",
    "description": "A guide.",
    "system_prompt": "Be brief.",
    "tools": [WEATHER],
    **STORED_ONLY,
}
AFTER: dict[str, Any] = {
    "name": "Clerk",
    "description": "A clerk.",
    "system_prompt": "Be thorough.",
    "tools": [NEWS],
    "tok_k": 8,
    "custom_fact_extraction_prompt": "Note dates.",
    "custom_update_memory_prompt": "Forget dates.",
    "embedding_provider": "openai",
    "embedding_model_name": "embed-5",
    "embedding_dims": 512,
}
FIXED = set(properties({"$ref": "#/components/schemas/EmbeddingSettings"}))


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path / "threads.db") as api:
        yield api


async def read(api: Api, assistant_id: str) -> dict[str, Any]:
    answer = await api.http.get(f"/assistants/{assistant_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_assistant_is_returned_with_all_its_settings(api: Api) -> None:
    settings = properties(operations()["createAssistant"].bodies["application/json"]["schema"])
    assert settings.keys() == BEFORE.keys() == AFTER.keys()
    made = (await api.post("/assistants", BEFORE)).json()
    assert BEFORE.items() <= made.items()
    assert await read(api, made["assistant_id"]) == made


@pytest.mark.parametrize("field", BEFORE)
async def test_update_changes_every_setting_but_the_embedding(api: Api, field: str) -> None:
    assistant_id = await api.assistant(**BEFORE)
    before = await read(api, assistant_id)
    answer = await api.http.put(f"/assistants/{assistant_id}", json={field: AFTER[field]})
    expected = before if field in FIXED else {**before, field: AFTER[field]}
    assert answer.json() == expected == await read(api, assistant_id)


async def test_update_with_null_or_nothing_changes_nothing(api: Api) -> None:
    assistant_id = await api.assistant(**BEFORE)
    before = await read(api, assistant_id)
    for change in ({}, dict.fromkeys(BEFORE)):
        answer = await api.http.put(f"/assistants/{assistant_id}", json=change)
        assert (answer.status_code, answer.json()) == (200, before)
        assert await read(api, assistant_id) == before


@pytest.mark.parametrize("operation", ["createAssistant", "updateAssistant", "cloneAssistant"])
async def test_empty_value_is_kept_like_any_other(api: Api, operation: str) -> None:
    path = operations()[operation].path.format(assistant_id=await api.assistant(**BEFORE))
    fields = properties(operations()[operation].bodies["application/json"]["schema"])
    empty: dict[str, Any] = {}
    for name, schema in fields.items():
        types, least = resolve(schema).get("type", ()), resolve(schema).get("minLength", 0)
        empty |= {name: []} if "array" in types else {name: ""} if "string" in types and not least else {}
    assert "system_prompt" in empty
    name = {"name": "Guide"} if operation == "createAssistant" else {}
    answer = (await api.http.request(operations()[operation].method, path, json=empty | name)).json()
    made = answer.get("assistant", answer)
    assert empty.items() <= made.items()
    assert await read(api, made["assistant_id"]) == made


async def test_unknown_fields_of_a_tool_are_stored(api: Api) -> None:
    function = {"name": "look", "strict": True, "parameters": {"properties": {}, "additionalProperties": False}}
    tools = [{"type": "function", "function": function, "cache": {"deep": [1]}}]
    assistant_id = await api.assistant(tools=tools)
    assert (await read(api, assistant_id))["tools"] == tools


async def test_clone_is_an_assistant_like_any_other(api: Api) -> None:
    assistant_id = await api.assistant(**BEFORE)
    source, thread_id = await read(api, assistant_id), await api.thread(assistant_id)
    copy = (await api.post(f"/assistants/{assistant_id}/clone", {})).json()["assistant"]
    own = {"assistant_id": copy["assistant_id"], "name": "Guide Copy", "created_at": copy["created_at"]}
    assert copy == {**source, **own}
    path = f"/assistants/{copy['assistant_id']}"
    assert await read(api, copy["assistant_id"]) == copy
    assert (await api.http.get(f"{path}/threads")).json() == []
    assert (await api.http.put(path, json={"name": "Clerk"})).json() == {**copy, "name": "Clerk"}
    of_copy = await api.thread(copy["assistant_id"])
    assert [one["thread_id"] for one in (await api.http.get(f"{path}/threads")).json()] == [of_copy]
    assert (await api.http.delete(path)).status_code == 200
    assert (await api.http.get(path)).status_code == 404
    assert await read(api, assistant_id) == source
    assert (await api.get(thread_id))["assistant_id"] == assistant_id
