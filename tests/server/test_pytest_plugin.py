"""The fixtures that people get to test their own application with."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import httpx

from threads_server.pytest_plugin import ThreadsAccount, ThreadsApp
from threads_server.responders.scripted import ScriptedResponder


def threads_of(account: ThreadsAccount) -> list[object]:
    answer = httpx.get(f"{account.url}/threads", headers={"X-API-Key": account.api_key})
    assert answer.status_code == 200
    return list(answer.json())


def test_server_fixture_has_a_new_account(backboard_threads_server: ThreadsAccount) -> None:
    assert threads_of(backboard_threads_server) == []
    httpx.post(
        f"{backboard_threads_server.url}/threads/messages",
        headers={"X-API-Key": backboard_threads_server.api_key},
        json={"content": "Hello"},
    ).raise_for_status()
    assert len(threads_of(backboard_threads_server)) == 1


def test_server_fixture_has_another_account_in_the_next_test(backboard_threads_server: ThreadsAccount) -> None:
    assert threads_of(backboard_threads_server) == []


async def test_server_fixture_works_in_async_tests(backboard_threads_server: ThreadsAccount) -> None:
    async with httpx.AsyncClient(headers={"X-API-Key": backboard_threads_server.api_key}) as client:
        assert (await client.get(f"{backboard_threads_server.url}/threads")).json() == []


def test_environment_fixture_configures_the_client(backboard_threads_environment: ThreadsAccount) -> None:
    assert os.environ["BACKBOARD_API_KEY"] == backboard_threads_environment.api_key
    assert os.environ["BACKBOARD_BASE_URL"] == backboard_threads_environment.url


async def test_app_fixture_serves_in_this_process(backboard_threads_app: ThreadsApp) -> None:
    async with (
        backboard_threads_app.opened() as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://threads/api",
            headers={"X-API-Key": backboard_threads_app.api_key},
        ) as client,
    ):
        answer = await client.post("/threads/messages", json={"content": "Hello"})
        assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")


async def test_server_in_this_process_gives_scripted_answers(backboard_threads_app: ThreadsApp) -> None:
    scripted = ScriptedResponder()
    scripted.reply("4")
    async with (
        backboard_threads_app.opened(scripted) as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://threads/api",
            headers={"X-API-Key": backboard_threads_app.api_key},
        ) as client,
    ):
        answer = await client.post("/threads/messages", json={"content": "2 + 2?"})
        assert answer.json()["content"] == "4"
    assert [asked.messages[-1]["content"] for asked in scripted.conversations] == ["2 + 2?"]


def test_pytest_finds_the_plugin() -> None:
    (found,) = entry_points(group="pytest11", name="backboard_threads")
    assert found.value == "threads_server.pytest_plugin"


def test_plugin_imports_nothing_of_the_server() -> None:
    package = Path(__file__).parents[2] / "server"
    code = (
        "import threads_server.pytest_plugin, sys\n"
        "print([name for name in ('starlette', 'uvicorn', 'jsonschema_rs', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(package)}
    )
    assert done.stdout == "[]\n", done.stderr
