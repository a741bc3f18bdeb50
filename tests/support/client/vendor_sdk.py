"""The vendor's Python SDK as the tests here use it."""

import warnings
from collections.abc import AsyncIterator
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its models are written for an older pydantic
    import backboard as backboard
    from backboard import exceptions as exceptions

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "minLength": 1}, "unit": {"enum": ["C", "F"]}},
            "required": ["city"],
        },
    },
}
CALL_WEATHER = '/call weather {"city": "Oslo"}'


async def collect(stream: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event async for event in stream]


def text_of(events: list[dict[str, Any]]) -> str:
    return "".join(event["content"] for event in events if event["type"] == "content_streaming")


def outputs_for(calls: list[Any]) -> list[dict[str, str]]:
    return [{"tool_call_id": call if isinstance(call, str) else call.id, "output": "12 degrees"} for call in calls]
