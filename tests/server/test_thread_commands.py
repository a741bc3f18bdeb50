"""Commands that show threads: `threads list`, `threads show`, and `export --format markdown`."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.support.server.command_line import refused, run
from tests.support.server.server_thread import serving

HOSTILE = "\x1b[31m# Heading\n> quote\n\u202etfel"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """A database of two threads, newest first, and their ids."""
    database = str(tmp_path_factory.mktemp("threads") / "threads.db")
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
    with (
        serving("--database", database, environment={"THREADS_SERVER_API_KEY": "key"}) as address,
        httpx.Client(base_url=f"{address}/api", headers={"X-API-Key": "key"}, timeout=600) as http,
    ):
        first = http.post("/threads/messages", json={"content": HOSTILE}).json()["thread_id"]
        http.post(f"/threads/{first}/messages", json={"content": "/fail The model is away"})
        call = {"content": '/call weather {"city": "Oslo"}', "tools": tools}
        second = http.post("/threads/messages", json=call).json()
        outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "12 degrees"}]}
        http.post(f"/threads/{second['thread_id']}/runs/{second['run_id']}/submit-tool-outputs", json=outputs)
        http.post(
            f"/threads/{second['thread_id']}/messages", files={"files": ("map.txt", b"north")}, data={"content": "See"}
        )
    return database, [second["thread_id"], first]


def test_list_shows_newest_threads_of_all_accounts(stored: tuple[str, list[str]]) -> None:
    database, ids = stored
    heading, *lines = run("threads", "list", "--database", database).stdout.splitlines()
    assert heading.split("  ")[0] == "THREAD"
    assert [line.split()[0] for line in lines] == ids
    assert "\\x1b[31m# Heading > quote" in lines[1]
    rows = [json.loads(line) for line in run("threads", "list", "--json", "--database", database).stdout.splitlines()]
    assert [(row["thread_id"], row["message_count"]) for row in rows] == [(ids[0], 6), (ids[1], 4)]
    assert len(run("threads", "list", "--limit", "1", "--database", database).stdout.splitlines()) == 2
    assert "there is no account 'nobody' in" in refused(
        "threads", "list", "--account", "nobody", "--database", database
    )


def test_show_is_a_conversation_to_read(stored: tuple[str, list[str]]) -> None:
    database, ids = stored
    shown = run("threads", "show", ids[0].upper(), "--database", database).stdout
    assert re.findall(r"^### (\w+), 20", shown, re.MULTILINE) == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant",
    ]
    for words in (
        '- calls `weather` with `{"city": "Oslo"}`',
        "Output of `weather`:",
        "> 12 degrees",
        "- file map.txt, 5 bytes",
    ):
        assert words in shown
    failed = run("threads", "show", ids[1], "--database", database).stdout
    assert "*FAILED: The model is away*" in failed
    assert "\x1b" not in failed
    assert "\u202e" not in failed
    assert json.loads(run("threads", "show", ids[0], "--json", "--database", database).stdout)["thread_id"] == ids[0]


def test_empty_list_says_so(tmp_path: Path) -> None:
    database = str(tmp_path / "threads.db")
    run("keys", "create", "a", "--account", "a", "--new-account", "--database", database)
    done = run("threads", "list", "--account", "a", "--database", database)
    assert (done.stdout, done.stderr) == ("", f"There are no threads in {database}.\n")
    assert run("threads", "list", "--json", "--database", database).stderr == ""


def test_thread_that_is_not_there(stored: tuple[str, list[str]], tmp_path: Path) -> None:
    database, _ = stored
    assert "there is no thread 'nowhere' in" in refused("threads", "show", "nowhere", "--database", database)
    for words in (("list",), ("show", "x")):
        assert "is not there" in refused("threads", *words, "--database", str(tmp_path / "none.db"))


def test_export_as_markdown_has_every_thread(stored: tuple[str, list[str]]) -> None:
    database, ids = stored
    done = run("export", "--format", "markdown", "--database", database)
    assert done.stderr == "Exported 1 assistant and 2 threads of the account default.\n"
    assert all(f"## Thread {thread_id}\n\nWith Default, begun " in done.stdout for thread_id in ids)
    assert "> \x1b[31m# Heading\n> > quote\n" in done.stdout  # what was said stays a quotation
