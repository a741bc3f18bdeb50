"""Archives that are almost right: refused with line and field, or whole and usable afterwards."""

import asyncio
import copy
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.server.archives import body_of, exported, filled, imported, seen
from tests.support.server.threads_api import Api, serving
from threads_server.archive import BadArchive

STRANGE: list[Any] = [
    *(None, True, 0, 1, -1, 2**31, 2**62, 2**63, 2**64, 1.5, "", "x", "X" * 300, [], [None], {}, {"a": None}),
    *("0001-01-01T00:00:00.000+23:59", "9999-12-31T23:59:59.999-23:59", "2026-01-01T00:00:00", "1969-12-31T23:59:59Z"),
    *("2026-02-30T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z"),
    *("3C59DC04-8E88-4024-9BD8-079A5D2A6F2E", "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e", "urn:uuid:x"),
    *("user", "assistant", "tool", "system", "COMPLETED", "REQUIRES_ACTION", "\u0000", "\x1b[31m", "AAEC"),
]


@pytest.fixture(scope="module")
def records() -> list[Any]:
    """The records of a good archive."""

    async def make() -> list[Any]:
        with tempfile.TemporaryDirectory() as folder:
            await filled(Path(folder) / "t.db")
            return [json.loads(line) for line in body_of(await exported(Path(folder) / "t.db"))]

    return asyncio.run(make())


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of everything inside a value."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        yield (*path, key)
        yield from places(member, (*path, key))


@st.composite
def almost(draw: st.DrawFn, good: list[Any]) -> list[str]:
    """The lines of an archive with one to three changes."""
    records = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        # the deep metadata of one message would be most of the places
        path = draw(st.sampled_from([path for path in places(records) if len(path) < 9]))
        parent: Any = records
        for key in path[:-1]:
            parent = parent[key]
        change = draw(st.sampled_from(["replace", "replace", "remove", "swap", "double"]))
        if change == "remove":
            del parent[path[-1]]
        elif change == "double" and isinstance(parent, list):
            parent.insert(draw(st.integers(0, len(parent))), copy.deepcopy(parent[path[-1]]))
        elif change == "swap":
            other = draw(st.sampled_from(sorted(parent) if isinstance(parent, dict) else range(len(parent))))
            parent[path[-1]], parent[other] = parent[other], parent[path[-1]]
        else:
            parent[path[-1]] = draw(st.sampled_from(STRANGE))
    return [json.dumps(record) for record in records]


async def use_everything(api: Api) -> None:
    """Every operation on everything that the account has; none fails on the server's side."""

    async def call(method: str, path: str, **arguments: Any) -> Any:
        answer = await api.http.request(method, path, **arguments)
        assert answer.status_code < 500, (method, path, answer.text)
        return answer.json()

    for query in ("", "?include_messages=false"):
        listed = await call("GET", f"/threads{query}")
    for assistant in await call("GET", "/assistants"):
        path = f"/assistants/{assistant['assistant_id']}"
        await call("GET", path)
        await call("PUT", path, json={"description": "new"})
        await call("POST", f"{path}/clone", json={})
        await call("GET", f"{path}/threads")
        await call("POST", f"{path}/threads", json={})
    for thread in listed:
        path = f"/threads/{thread['thread_id']}"
        whole = await call("GET", path)
        last: Any = whole["messages"][-1] if whole["messages"] else {}
        metadata: Any = last.get("metadata_") or {}
        if metadata.get("tool_calls"):
            run = f"{path}/runs/{metadata.get('run_id', 'x')}"
            outputs = [{"tool_call_id": tool["id"], "output": "x"} for tool in metadata["tool_calls"]]
            await call("POST", f"{run}/submit-tool-outputs", json={"tool_outputs": outputs})
            await call("POST", f"{run}/cancel")
            await call(
                "POST", "/threads/tool-outputs", json={"thread_id": thread["thread_id"], "tool_outputs": outputs}
            )
        await call("POST", f"{path}/messages", json={"content": "Still there?", "send_to_llm": False})
        await call("POST", f"{path}/messages", json={"content": "And now?"})
        assert (await call("GET", path))["messages"][-1]["content"]
        await call("DELETE", path)
    await call("POST", "/threads/messages", json={"content": "x"})
    for assistant in await call("GET", "/assistants"):
        await call("DELETE", f"/assistants/{assistant['assistant_id']}")


def anything_left(path: Path) -> bool:
    connection = sqlite3.connect(path)
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("threads", "messages", "files", "runs")
    ]
    connection.close()
    return any(counts)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_almost_right_archive_is_refused_or_usable(records: list[Any], data: st.DataObject) -> None:
    lines = data.draw(almost(records))

    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.db"
            refusal = None
            try:
                await imported(path, lines)
            except BadArchive as error:
                refusal = str(error)
            if refusal is not None:
                assert refusal.startswith("line ")
                assert refusal.isprintable()
                assert not anything_left(path)
                return
            async with serving(path, busy_wait=0.0) as api:
                await use_everything(api)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("thread_id",), "3C59DC04-8E88-4024-9BD8-079A5D2A6F2E", "thread_id: must be in lower case"),
        (("created_at",), "0001-01-01T00:00:00.000+23:59", "created_at: must be in UTC"),
        (("created_at",), "1969-12-31T23:59:59Z", "created_at: must be from 1970 to 9999"),
        (("updated_at",), "2026-01-01T00:00:00+01:00", "updated_at: must be in UTC"),
        (("version",), 2**63, "version: "),
        (("messages", 0, "message", "created_at"), "2026-01-01T00:00:00+01:00", "messages.0.message.created_at: must"),
        (("messages", 0, "message", "content"), None, "messages.0.message.content: "),
        (("messages", 0, "message", "metadata_"), 5, "messages.0.message.metadata_: "),
        (("run", "leg"), 2**31, "run"),
        (("run", "last_event"), 2**63, "run"),
        (("run", "asked_at"), 1, "run.asked_at: must be the version of the last message"),
        (("run", "settings"), {"json_output": 5}, "run"),
        (("run", "awaited"), [], "run"),
        (("run", "run_id"), "run_of_another", "run.run_id: must be that of the last message"),
        (("title",), "x" * 1001, "title: must have at most 1000 characters"),
        (("metadata_",), {"x": "y" * 100_000}, "metadata_: must have at most 100000 characters"),
    ],
)
async def test_wrong_field_is_named_with_its_line(
    records: list[Any], path: tuple[str | int, ...], value: Any, field: str, tmp_path: Path
) -> None:
    changed = copy.deepcopy(records)
    index, thread = next((index, record) for index, record in enumerate(changed) if record.get("run"))
    parent: Any = thread
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    with pytest.raises(BadArchive) as refused:
        await imported(tmp_path / "t.db", [json.dumps(record) for record in changed])
    assert str(refused.value).startswith(f"line {index + 1}: {field}"), refused.value
    assert (await seen(tmp_path / "t.db"))["assistants"] == []
    assert not anything_left(tmp_path / "t.db")
