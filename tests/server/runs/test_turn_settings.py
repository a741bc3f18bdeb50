"""Settings of a message or of tool outputs, as the model gets them, then and afterwards."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import WEATHER
from tests.support.server.model_endpoint import Endpoint, answered, asking
from tests.support.server.threads_api import Api, contract
from threads_server.encoding import Json
from threads_server.runs.turn_settings import TurnSettings, next_settings, settings_json

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SAID = answered({"choices": [{"message": {"content": "Dry."}}]})
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLED = answered({"choices": [{"message": {"content": None, "tool_calls": [CALL]}}]})


def tool(name: str) -> dict[str, Json]:
    return {"type": "function", "function": {"name": name, "parameters": {"properties": {}}}}


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[Api, Endpoint]]:
    async with asking(tmp_path / "threads.db") as both:
        yield both


async def chat(api: Api, media_type: str, fields: dict[str, Json]) -> dict[str, Any]:
    """The turn of a message in one call, in any of the three forms."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    if media_type == FORM:
        answer = await api.http.post("/threads/messages", data=texts)
    elif media_type == MULTIPART:
        answer = await api.http.post("/threads/messages", files={name: (None, text) for name, text in texts.items()})
    else:
        answer = await api.http.post("/threads/messages", json=fields)
    assert answer.status_code == 200, answer.text
    assert answer.request.headers["content-type"].partition(";")[0] == media_type
    turn: dict[str, Any] = answer.json()
    return turn


def asked(endpoint: Endpoint) -> list[tuple[list[str], Json]]:
    """The tools and the thinking of everything that the model was asked."""
    return [
        ([one["function"]["name"] for one in request.get("tools", [])], request.get("thinking"))
        for request in endpoint.asked
    ]


@pytest.mark.parametrize("media_type", ["application/json", FORM, MULTIPART])
async def test_settings_in_every_media_type_hold_for_their_turn(both: tuple[Api, Endpoint], media_type: str) -> None:
    api, endpoint = both
    endpoint.reply = SAID
    thread_id = await api.thread(await api.assistant(system_prompt="Be kind.", tools=[WEATHER]))
    settings: dict[str, Json] = {
        "system_prompt": "Be brief.",
        "model_name": "big",
        "json_output": True,
        "tools": [tool("mine")],
        "thinking": {"effort": "low"},
        "metadata": {"channel": ["web", 1]},
    }
    for fields in (settings, {}, {"tools": []}):
        await chat(api, media_type, {"content": "Weather?", "thread_id": thread_id, **fields})
    assert asked(endpoint) == [(["mine"], {"effort": "low"}), (["get_weather"], None), ([], None)]
    assert [one["messages"][0]["content"] for one in endpoint.asked] == ["Be brief.", "Be kind.", "Be kind."]
    assert [one["model"] for one in endpoint.asked] == ["big", "m", "m"]
    assert ["response_format" in one for one in endpoint.asked] == [True, False, False]
    metadata = [message["metadata_"] for message in (await api.get(thread_id))["messages"] if message["role"] == "user"]
    assert metadata == [{"channel": ["web", 1]}, None, None]


async def test_instructions_hold_for_the_turn_and_tools_for_one_round(both: tuple[Api, Endpoint]) -> None:
    api, endpoint = both
    endpoint.reply = CALLED
    thread_id = await api.thread(await api.assistant(system_prompt="Be kind.", tools=[WEATHER]))
    mine = {"tools": [tool("mine")], "thinking": {"effort": "low"}}
    body = {"content": "Weather?", "thread_id": thread_id, "system_prompt": "Be brief.", "model_name": "big", **mine}
    turn = (await api.post("/threads/messages", body)).json()
    theirs = {"tools": [tool("theirs")], "thinking": {"effort": "high"}}
    for fields in ({}, theirs, {}):
        await api.outputs(thread_id, turn["run_id"], {"c1": "sun"}, **fields)
    assert asked(endpoint) == [
        (["mine"], {"effort": "low"}),
        (["get_weather"], None),
        (["theirs"], {"effort": "high"}),
        (["get_weather"], None),
    ]
    assert [one["messages"][0]["content"] for one in endpoint.asked] == ["Be brief."] * 4
    assert [one["model"] for one in endpoint.asked] == ["big"] * 4


def fields(path: str, media_type: str) -> dict[str, Any]:
    """The fields of a message, and their schemas."""
    document = contract().document
    body = document.resolve(document.root["paths"][path]["post"]["requestBody"])
    return document.properties(body["content"][media_type]["schema"])


@pytest.mark.parametrize("path", ["/threads/{thread_id}/messages", "/threads/messages"])
async def test_objects_and_lists_in_a_form_are_json_text(both: tuple[Api, Endpoint], path: str) -> None:
    api, document = both[0], contract().document
    structured = {
        name
        for name, schema in fields(path, "application/json").items()
        if {"object", "array"} & {*document.types(schema)} or "oneOf" in schema
    }
    assert "metadata" in structured
    for media_type in (FORM, MULTIPART):
        texts = {name for name, schema in fields(path, media_type).items() if document.first(schema, "contentSchema")}
        assert texts == structured
        data = {"content": "x", **dict.fromkeys(texts, "{effort: low}")}
        files = [("files", ("a.txt", b"x"))] if media_type == MULTIPART else None
        answer = await api.http.post(path.replace("{thread_id}", await api.thread()), data=data, files=files)
        faults = {fault["loc"][-1]: fault["type"] for fault in answer.json()["detail"]}
        assert faults == dict.fromkeys(texts, "json_invalid")


@pytest.mark.parametrize("thinking", [None, {"effort": "low"}])
def test_every_setting_but_the_thinking_holds_for_all_rounds(thinking: dict[str, Any] | None) -> None:
    settings = TurnSettings("Be brief.", "model", json_output=True, thinking={"effort": "high"})
    defaults = asdict(TurnSettings())
    assert all(value != defaults[name] for name, value in asdict(settings).items())
    assert next_settings(settings_json(settings), thinking) == replace(settings, thinking=thinking)
