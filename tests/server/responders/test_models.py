"""Several models on one server: `--models`, `llm_provider` and `model_name`."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.model_endpoint import Endpoint, answered, asking, listening, message
from tests.support.server.threads_api import Api, serving
from threads_server.responders.loading import open_responder
from threads_server.settings import Settings

FILE = """
large:
  base_url: {large}
  api_key_variable: LARGE_KEY
  model: vendor/large-2
  context_size: 128000
small:
  base_url: {small}
  provider: local
smaller:
  base_url: {small}
  provider: local
  model: tiny
"""


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Api, Endpoint, Endpoint]]:
    """A server with three models at two endpoints."""
    monkeypatch.setenv("LARGE_KEY", "sk-of-the-large-one")
    async with AsyncExitStack() as stack:
        large, small = [await stack.enter_async_context(listening()) for _ in range(2)]
        path = tmp_path / "models.yaml"
        path.write_text(FILE.format(large=large.url, small=small.url))
        large.reply, small.reply = (answered({"choices": message(content=name)["choices"]}) for name in ("L", "S"))
        api = await stack.enter_async_context(serving(tmp_path / "t.db", responder="openai", models=str(path)))
        yield api, large, small


class TestRequests:
    @pytest.mark.parametrize(
        ("fields", "content", "asked"),
        [
            ({}, "L", "vendor/large-2"),
            ({"model_name": "large"}, "L", "vendor/large-2"),
            ({"model_name": "small"}, "S", "small"),
            ({"model_name": "smaller", "llm_provider": "local"}, "S", "tiny"),
            ({"llm_provider": "local"}, "S", "small"),
            ({"llm_provider": "openai"}, "L", "vendor/large-2"),
            ({"llm_provider": "", "model_name": ""}, "L", "vendor/large-2"),
        ],
    )
    async def test_model_that_is_named_answers(
        self, world: tuple[Api, Endpoint, Endpoint], fields: dict[str, str], content: str, asked: str
    ) -> None:
        api, large, small = world
        turn = (await api.post("/threads/messages", {"content": "x", **fields})).json()
        assert (turn["content"], turn["message"], turn["model_name"]) == (content, "Message added", asked)
        assert turn["model_provider"] == ("openai" if content == "L" else "local")
        [request] = large.asked + small.asked
        assert request["model"] == asked
        [head] = large.headers + small.headers
        assert (b"Bearer sk-of-the-large-one" in head) == (content == "L")

    @pytest.mark.parametrize(
        ("fields", "field", "known"),
        [
            ({"model_name": "huge"}, "model_name", "'large', 'small', 'smaller'"),
            ({"model_name": "vendor/large-2"}, "model_name", "'large', 'small', 'smaller'"),
            ({"model_name": "large", "llm_provider": "local"}, "model_name", "'small', 'smaller'"),
            ({"llm_provider": "acme"}, "llm_provider", "'openai', 'local'"),
        ],
    )
    @pytest.mark.parametrize("stream", [False, True])
    async def test_unknown_name_is_a_422_that_lists_the_known(
        self, world: tuple[Api, Endpoint, Endpoint], fields: dict[str, str], field: str, known: str, stream: bool
    ) -> None:
        api, large, small = world
        thread_id = await api.thread()
        for path in ("/threads/messages", f"/threads/{thread_id}/messages"):
            answer = await api.post(path, {"content": "x", "stream": stream, **fields})
            assert answer.status_code == 422
            assert answer.json()["detail"] == [
                {"loc": ["body", field], "msg": f"must be one of {known}", "type": "enum"}
            ]
        assert (await api.get(thread_id))["messages"] == []
        assert large.asked + small.asked == []

    async def test_outputs_go_to_the_model_that_asked(self, world: tuple[Api, Endpoint, Endpoint]) -> None:
        api, large, small = world
        call = {"id": "c1", "function": {"name": "f", "arguments": "{}"}}
        small.reply = answered(message(tool_calls=[call]))
        turn = (await api.post("/threads/messages", {"content": "x", "llm_provider": "local"})).json()
        small.reply = answered(message(content="done"))
        done = await api.outputs(turn["thread_id"], turn["run_id"], {"c1": "y"})
        assert done.json()["content"] == "done"
        assert (len(large.asked), [request["model"] for request in small.asked]) == (0, ["small", "small"])

    async def test_without_a_file_any_name_goes_to_the_one_endpoint(self, tmp_path: Path) -> None:
        async with asking(tmp_path / "threads.db") as (api, endpoint):
            endpoint.reply = answered(message(content="a"))
            fields = {"model_name": "any", "llm_provider": "acme"}
            turn = (await api.post("/threads/messages", {"content": "x", **fields})).json()
        assert turn["message"] == "Message added. This server did nothing with: llm_provider"
        assert endpoint.asked[0]["model"] == "any"


class TestFile:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (None, "No such file"),
            ("\x00", "cannot be read"),
            ("{", "cannot be read"),
            ("", "is not a mapping"),
            ("[a]", "is not a mapping"),
            ("a: b", "a: a name stands for a mapping"),
            ("1: {base_url: http://h}", "1: a name stands for a mapping"),
            ("a: {model: b}", "a: base_url is missing"),
            ("a: {base_url: http://h, key: x}", "a: unknown field 'key'; known are base_url, api_key_variable"),
            ("a: {base_url: 1}", "a: base_url must be a text"),
            ("a: {base_url: ftp://h}", "a: base_url is no address that begins with http"),
            ("a: {base_url: 'http://h:port'}", "a: base_url is no address"),
            ("a: {base_url: http://h, context_size: many}", "a: context_size must be a number"),
            ("a: {base_url: http://h, context_size: true}", "a: context_size must be a number"),
            ("a: {base_url: http://h, context_size: -1}", "a: context_size must be a number of tokens"),
            ("a: {base_url: http://h, api_key_variable: NOT_THERE}", "variable NOT_THERE is not set"),
            ("a: {base_url: http://h, api_key_variable: SPOILED}", "SPOILED cannot be sent"),
            ("a: {base_url: 'http://u:p@h', api_key_variable: KEY}", "only one of them can be sent"),
        ],
    )
    def test_wrong_file_is_refused_with_its_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, reason: str
    ) -> None:
        monkeypatch.setenv("SPOILED", "a\nb")
        monkeypatch.setenv("KEY", "k")
        path = tmp_path / "models.yaml"
        if text is not None:
            path.write_text(text)
        settings: dict[str, Any] = {"responder": "openai", "models": str(path)}
        with pytest.raises(ValueError, match=r"models\.yaml") as refused:
            open_responder(Settings(**settings))
        assert reason in str(refused.value)
        assert "\n" not in str(refused.value)
