"""Every example does what it says, against a server; test_guide.py has the example tests."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.support.programs.run import python
from tests.support.server.server_thread import serving
from threads_server.pytest_plugin import ThreadsAccount

FOLDER = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def at_a_server(backboard_threads_environment: None) -> None:
    """Every example finds a server with an account of its own."""


def example(name: str, *arguments: str, typed: str = "") -> str:
    return python(str(FOLDER / name), *arguments, typed=typed)


def test_chat_example_continues_an_old_thread() -> None:
    first = example("chat.py", typed="My name is Ada.\n\n")
    assert 'You began with: "My name is Ada."' in first
    found = re.search(r"Thread (\S+)\.", first)
    assert found is not None
    second = example("chat.py", found[1], typed="What is my name?\n")
    assert second.startswith("user: My name is Ada.\nassistant: I have seen 1 message")
    assert 'I have seen 3 messages of this thread. You began with: "My name is Ada."' in second


def test_chat_example_survives_a_failed_run() -> None:
    said = example("chat.py", typed="/fail out of ideas\nStill there?\n\n")
    assert re.search(r"\(.*out of ideas.*\)", said)
    assert "I have seen 3 messages" in said or "I have seen 2 messages" in said


def test_export_example_has_every_thread(backboard_threads_server: ThreadsAccount) -> None:
    headers = {"X-API-Key": backboard_threads_server.api_key}
    with httpx.Client(base_url=backboard_threads_server.url, headers=headers) as client:
        said = [client.post("/threads/messages", json={"content": f"I am {i}."}).json() for i in range(3)]
    lines = [json.loads(line) for line in example("export.py").splitlines()]
    assert [line["thread_id"] for line in lines] == [turn["thread_id"] for turn in reversed(said)]
    assert lines[0]["messages"][0]["content"] == "I am 2."
    assert lines[0]["messages"][1]["role"] == "assistant"


def test_tool_example_calls_its_tool() -> None:
    said = example("tools.py", '/call get_weather {"city": "Lisbon"}')
    call, answer = said.splitlines()
    assert call == 'get_weather({"city": "Lisbon"}) -> 18 degrees, light rain'
    assert answer


def test_tool_example_reports_a_failing_tool() -> None:
    said = example("tools.py", '/call get_weather {"town": "Lisbon"}')
    assert said.startswith('get_weather({"town": "Lisbon"}) -> Error: ')


@pytest.fixture
async def web(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.syspath_prepend(str(FOLDER))
    application: FastAPI = __import__("web").app
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://web") as client,
    ):
        yield client


async def test_every_visitor_has_a_thread(web: httpx.AsyncClient) -> None:
    async def say(visitor: str, text: str) -> str:
        answer = await web.post(f"/visitors/{visitor}", data={"text": text})
        assert answer.status_code == 200, answer.text
        return answer.text

    assert await say("ada", "My name is Ada.") == (
        'I have seen 1 message of this thread. You began with: "My name is Ada."'
    )
    assert "I have seen 1 message of this thread." in await say("bob", "My name is Bob.")
    assert await say("ada", "And now?") == 'I have seen 3 messages of this thread. You began with: "My name is Ada."'


async def test_web_example_reports_a_failed_run(web: httpx.AsyncClient) -> None:
    answer = await web.post("/visitors/ada", data={"text": "/fail out of ideas"})
    assert answer.status_code == 200
    assert "out of ideas" in answer.text


async def test_web_example_answers_409_for_a_busy_thread(
    web: httpx.AsyncClient, backboard_threads_server: ThreadsAccount
) -> None:
    await web.post("/visitors/ada", data={"text": "My name is Ada."})
    headers = {"X-API-Key": backboard_threads_server.api_key}
    async with httpx.AsyncClient(base_url=backboard_threads_server.url, headers=headers) as client:
        (thread,) = (await client.get("/threads")).json()
        tool = {"function": {"name": "wait", "parameters": {"properties": {}}}}
        asks = {"thread_id": thread["thread_id"], "content": "/call wait {}", "tools": [tool]}
        assert (await client.post("/threads/messages", json=asks)).json()["status"] == "REQUIRES_ACTION"
    assert (await web.post("/visitors/ada", data={"text": "Hello?"})).status_code == 409


def test_responder_example_answers_for_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    clock = {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}}
    with (
        serving(
            *("--database", str(tmp_path / "threads.db"), "--responder", "responder:echo"),
            environment={"THREADS_SERVER_API_KEY": "key"},
        ) as address,
        httpx.Client(base_url=f"{address}/api", headers={"X-API-Key": "key"}) as client,
    ):
        turn = client.post("/threads/messages", json={"content": "Hello Ada."}).json()
        assert (turn["status"], turn["content"], turn["model_name"]) == ("COMPLETED", "Hello Ada. ", "echo")
        turn = client.post("/threads/messages", json={"content": "What time is it?", "tools": [clock]}).json()
        outputs = [{"tool_call_id": call["id"], "output": "noon"} for call in turn["tool_calls"]]
        body = {"thread_id": turn["thread_id"], "tool_outputs": outputs}
        assert client.post("/threads/tool-outputs", json=body).json()["content"] == "It is noon."
