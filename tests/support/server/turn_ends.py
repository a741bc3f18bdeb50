"""How a turn of a model endpoint ended, streamed or not."""

from dataclasses import dataclass
from typing import Any

from tests.support.server.builders import WEATHER
from tests.support.server.model_endpoint import delta
from tests.support.server.threads_api import Api


def tool(index: int | None = 0, **fields: Any) -> dict[str, Any]:
    """A chunk with a part of a tool call."""
    return delta(tool_calls=[fields if index is None else {"index": index, **fields}])


@dataclass(frozen=True)
class End:
    """How a turn ended, streamed or not."""

    status: str
    content: str
    message: str
    calls: list[tuple[str, str]]
    metadata: dict[str, Any]


async def end_of(api: Api, stream: bool, content: str = "x", thread_id: str | None = None) -> End:
    thread_id = thread_id or await api.thread(await api.assistant(tools=[WEATHER]))
    if stream:
        async with api.stream(thread_id, content) as events:
            last: dict[str, Any] = (await events.rest())[-1]
    else:
        last = await api.turn(thread_id, content)
    stored = (await api.get(thread_id))["messages"][-1]
    calls = [(call["function"]["name"], call["function"]["arguments"]) for call in last.get("tool_calls") or ()]
    return End(stored["status"], stored["content"], last.get("message") or "", calls, stored["metadata_"])
