"""Offer a document to agents with fastmcp, list its tools, and call three: an assistant, a thread, a message."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx2
from fastmcp import Client, FastMCP


async def call(client: Any, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what a tool answers, which fastmcp wraps where the schema names no type."""
    answer: dict[str, Any] = (await client.call_tool(name, arguments)).structured_content
    return answer.get("result", answer)


async def main(document: dict[str, Any]) -> None:
    http = httpx2.AsyncClient(base_url=os.environ["THREADS_URL"], headers={"X-API-Key": os.environ["THREADS_KEY"]})
    async with Client(FastMCP.from_openapi(openapi_spec=document, client=http, name="threads")) as client:
        tools = [tool.name for tool in await client.list_tools()]
        assistant = await call(client, "createAssistant", {"name": "Guide"})
        thread = await call(client, "createThread", {"assistant_id": assistant["assistant_id"]})
        said = {"content": "My name is Ada.", "thread_id": thread["thread_id"]}
        turn = await call(client, "sendChatMessage", said)
    found = {"tools": tools, "name": assistant["name"], "thread_id": thread["thread_id"], "content": turn["content"]}
    print(json.dumps(found))


asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
