"""A default of the document is what the server does without the field or parameter."""

import json
import re
from pathlib import Path
from typing import Any

from tests.support.server.builders import waiting_run
from tests.support.server.threads_api import Api, serving
from tools.document import Operation, operations, properties, resolve

JSON = "application/json"
CHOSEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z")
"""Ids and times, which the server chooses."""


def defaults(operation: Operation) -> dict[str, Any]:
    """The defaults of an operation's query parameters and of the fields of its body."""
    fields = properties(operation.bodies.get(JSON, {}).get("schema", {}))
    fields |= {one["name"]: one["schema"] for one in operation.parameters if one["in"] == "query"}
    resolved = {name: resolve(schema) for name, schema in fields.items()}
    return {name: schema["default"] for name, schema in resolved.items() if "default" in schema}


async def prepare(api: Api, operation: Operation) -> dict[str, str]:
    """Ids of an assistant, its thread, and a run: one that waits for tool outputs if the operation takes them."""
    thread_id, run_id = await waiting_run(api)
    if "tool_outputs" not in properties(operation.bodies.get(JSON, {}).get("schema", {})):
        await api.cancel(thread_id, run_id)
    return {"thread_id": thread_id, "run_id": run_id, "assistant_id": (await api.get(thread_id))["assistant_id"]}


async def outcome(api: Api, operation: Operation, ids: dict[str, str], more: dict[str, Any]) -> str:
    """The answer to an operation's smallest example with more values, without what the server chooses."""
    in_query = {one["name"] for one in operation.parameters if one["in"] == "query"}
    query = {name: json.dumps(value) for name, value in more.items() if name in in_query}
    body = None
    if media := operation.bodies.get(JSON):
        smallest = resolve(next(iter(media["examples"].values())))["value"]
        body = smallest | {name: ids[name] for name in smallest.keys() & ids} | ({} if query else more)
    answer = await api.http.request(operation.method, operation.path.format(**ids), json=body, params=query)
    assert answer.status_code == 200, (operation.id, more, answer.text)
    return CHOSEN.sub("", answer.text)


async def test_default_is_what_is_done_without_the_field(tmp_path: Path) -> None:
    compared = 0
    async with serving(tmp_path / "threads.db") as api:
        for operation in operations().values():
            for name, value in defaults(operation).items():
                ids = await prepare(api, operation)
                without = await outcome(api, operation, ids, {})
                ids = ids if operation.method == "get" else await prepare(api, operation)
                assert await outcome(api, operation, ids, {name: value}) == without, (operation.id, name)
                compared += 1
    assert compared > 10
