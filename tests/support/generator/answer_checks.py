"""Comparison of what a document's clients make of answers: of wrong ones, and in the async client."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any

import httpx

from tests.support.generator.document_server import KEY, Server, plain
from tests.support.generator.plain_openapi import Answer, Call

WRONG: tuple[Any, ...] = (None, 7, 1.5, True, "x", [], {}, [{}], {"x": [1]})
WRONG_ANSWERS = 10
"""Wrong answers for each right one."""


@dataclass(frozen=True)
class Exchange:
    """A call of a method, with what was sent and what came back."""

    method: str
    call: Call
    answer: Answer
    request: httpx.Request


def response(answer: Answer) -> httpx.Response:
    headers = {"Content-Type": answer.media} if answer.media else {}
    return httpx.Response(answer.status, headers=headers, content=answer.content)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every object and array inside a value, with each of its keys."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def check_wrong_answers(server: Server, exchange: Exchange, error: type[Exception], random: Random) -> None:
    """An answer with something wrong in it is kept as it came, or refused as one that cannot be decoded."""
    send = getattr(server.things(api_key=KEY), exchange.method)
    for _ in range(WRONG_ANSWERS):
        value = copy.deepcopy(json.loads(exchange.answer.content))
        found = list(places(value))
        if not found:
            return
        inside, key = random.choice(found)
        if isinstance(inside, dict) and random.random() < 0.2:
            del inside[key]
        else:
            inside[key] = random.choice(WRONG)
        wrong = Answer(exchange.answer.status, exchange.answer.media, json.dumps(value).encode(), value, {})
        server.answers = [response(wrong)]
        try:
            result = send(*exchange.call.path, **exchange.call.named)
        except error:
            continue
        assert plain(result) == value


def check_async(module: ModuleType, exchanges: list[Exchange]) -> None:
    """The async client sends what the sync client sent, and gives what the document says."""
    requests: list[httpx.Request] = []
    answers: list[httpx.Response] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        requests.append(
            httpx.Request(request.method, request.url, headers=request.headers, content=await request.aread())
        )
        return answers.pop(0)

    async def call_all() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http_client:
            things = module.AsyncShop(http_client=http_client, api_key=KEY).things
            for one in exchanges:
                answers.append(response(one.answer))
                result = await getattr(things, one.method)(*one.call.path, **one.call.named)
                assert plain(result) == one.answer.value, one.method
                assert told(requests.pop()) == told(one.request)

    asyncio.run(call_all())


def told(request: httpx.Request) -> tuple[object, ...]:
    """A request without what is made anew for each, its key and the boundary of its parts, and the client's name."""
    boundary = request.headers.get("content-type", "").partition("boundary=")[2]
    content = request.content.replace(boundary.encode(), b"-") if boundary else request.content
    headers = {name: value for name, value in request.headers.items() if name not in {"idempotency-key", "user-agent"}}
    headers["content-type"] = headers.get("content-type", "").replace(boundary or "-", "-")
    return request.method, request.url.raw_path, headers, content, "idempotency-key" in request.headers
