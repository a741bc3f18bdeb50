"""The sample program runs; tests/world/types/test_type_checking.py has what type checkers say of it."""

import ast
import re
from pathlib import Path

import backboard_threads
from tests.support.client.calls import ITERATED, METHODS, STREAMED
from tests.support.programs import sample_program
from threads_server.http.app import create_app
from threads_server.pytest_plugin import ThreadsAccount, ThreadsApp
from threads_server.settings import Settings

ROOT = Path(__file__).parents[3]
PROGRAM_PATH = Path(sample_program.__file__)


def test_sample_program_prints_what_it_does(backboard_threads_server: ThreadsAccount) -> None:
    told = sample_program.play(backboard_threads_server.url, backboard_threads_server.api_key)
    for expected in (
        "GUIDE",
        "Guide 2 Copy",
        "Hello Ada.",
        "Once more",
        "end completed",
        "user 20",
        "304",
        "True",
        "limit: ",
        "Thread not found",
    ):
        assert any(expected in line for line in told), (expected, told)


def test_sample_program_answers_tool_calls(backboard_threads_server: ThreadsAccount) -> None:
    told = sample_program.answer_tools(backboard_threads_server.url, backboard_threads_server.api_key)
    assert {"Weather", "1 assistants", "1 thread", "0 messages", "done COMPLETED", "streamed end completed"} <= set(
        told
    )
    assert told.count("streamed end completed") == 2


async def test_sample_program_runs_in_process(backboard_threads_app: ThreadsApp) -> None:
    async with backboard_threads_app.opened() as app:
        told = await sample_program.play_in_process(app, backboard_threads_app.api_key, ("a.txt", b"a"))
    assert "".join(told).startswith("Hello")


def test_sample_program_runs_in_process_without_an_event_loop(backboard_threads_app: ThreadsApp) -> None:
    app = create_app(Settings(database=str(backboard_threads_app.database), api_key=backboard_threads_app.api_key))
    assert sample_program.play_beside(app, backboard_threads_app.api_key, ("a.txt", b"a")) == ["2 beside"]
    assert "API key" in sample_program.play_beside(app, "wrong", ("a.txt", b"a"))[0]


def test_sample_program_uses_the_whole_released_api() -> None:
    source = PROGRAM_PATH.read_text(encoding="utf-8")
    (released,) = (ROOT / "tests" / "contract" / "released").glob("openapi-*.yaml")
    ids = re.findall(r"operationId: (\w+)", released.read_text(encoding="utf-8"))
    said = {names[one] for names in (METHODS, ITERATED, STREAMED) for one in ids if one in names}
    calls = [rf"\b{name.replace('.', '(.with_response)?.')}\(" for name in said]
    tools = {"Tool", "ToolRun", "ToolResult", "ToolStream", "AsyncToolStream", "tool"}  # newer than the release
    names = [rf"\b{name}\b" for name in set(backboard_threads.__all__) - tools]
    assert [pattern for pattern in [*calls, *names] if not re.search(pattern, source)] == []
    annotated = [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AnnAssign)]
    assert annotated == []


async def test_sample_program_prints_what_its_async_part_does(backboard_threads_server: ThreadsAccount) -> None:
    told = await sample_program.play_async(backboard_threads_server.url, backboard_threads_server.api_key)
    assert any("no luck True" in line for line in told), told
    assert "412 None" in told
