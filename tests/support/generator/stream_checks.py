"""Comparison of the streams of a document's client with events that a server gives as the document says."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import httpx
import pytest

from tests.support.generator.document_server import KEY, Server, plain
from tests.support.generator.plain_openapi import Call, Reading
from tests.support.generator.random_documents import JSON, Document
from tests.support.generator.random_streams import EVENTS, STREAMS, SWITCH


def stream_call(reading: Reading, path: str, method: str, item: Document) -> Call:
    """A call that asks for events, where the document has a switch for them."""
    operation = item[method]
    call = reading.call(path, method, item, operation)
    call.accept = EVENTS
    if any(one["name"] == SWITCH for one in operation["parameters"]):
        call.query.append((SWITCH, ["true"], ""))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if SWITCH in content["schema"]["properties"]:
            call.media = JSON
            call.body = {**call.body, SWITCH: True} if isinstance(call.body, dict) else {SWITCH: True}
    return call


def check_events(server: Server, reading: Reading, operation: Document, call: Call, random: Random) -> None:
    """Read a stream: each event is given, up to the one that ends it."""
    content = operation["responses"]["200"]["content"]
    described = next(one for media, one in content.items() if media.startswith(EVENTS))
    schema = described.get("schema", described.get("itemSchema"))
    if schema and "data" in schema.get("properties", {}):
        schema = schema["properties"]["data"]["contentSchema"]
    is_text = schema is None or schema == {"type": "string"}
    values = ["a", " é b", "7"] if is_text else [reading.sample(schema) for _ in range(random.randrange(4))]
    union = reading.plain(schema or {})[0]
    ends = union.get("x-stream-ends")
    texts = [value if is_text else json.dumps(value) for value in values]
    frames = "".join(f"event: e{number}\ndata: {text}\n\n" for number, text in enumerate(texts))
    server.answers = [httpx.Response(200, headers={"Content-Type": EVENTS}, content=frames.encode())]
    stream = getattr(server.things(api_key=KEY), STREAMS[operation["operationId"]])
    last = [
        number for number, value in enumerate(values) if ends and value[union["discriminator"]["propertyName"]] in ends
    ]
    given: list[Any] = []
    with stream(*call.path, **call.named) as events:
        if ends and not last:
            with pytest.raises(Exception, match="the stream broke off before its end"):
                given.extend(map(plain, events))
        else:
            given.extend(map(plain, events))
    assert given == (values[: last[0] + 1] if last else values)
