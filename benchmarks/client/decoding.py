"""Typed decoding of a thread's JSON, against `json.loads` of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from backboard_threads import models
from backboard_threads._operations import GET_THREAD
from backboard_threads._request.state import read_response
from benchmarks.client import peers
from benchmarks.client.canned import thread
from benchmarks.measure import in_turns, take_core
from benchmarks.table import Row


def rows() -> Iterator[Row]:
    """1,000 and 10,000 messages, parsing included; with [fast] as the client reads a response."""
    take_core(0)
    vendors = peers.vendor("models").Thread
    stocks = peers.stock("models").Thread
    generated = peers.openapi_generator()
    for count, calls in ((1000, 20), (10_000, 3)):
        text = json.dumps(thread(count))
        response = httpx.Response(200, content=text.encode())

        def ours(text: str = text) -> object:
            return models.Thread.from_dict(json.loads(text))

        def fast(response: httpx.Response = response) -> object:
            return read_response(response, GET_THREAD)

        def vendor(text: str = text) -> object:
            return vendors.model_validate(json.loads(text))

        def stock(text: str = text) -> object:
            return stocks.from_dict(json.loads(text))

        def parsed(text: str = text) -> object:
            return json.loads(text)

        ways: dict[str, Callable[[], object]] = {
            "json.loads": parsed,
            "ours": ours,
            "fast": fast,
            "vendor": vendor,
            "stock": stock,
        }
        if generated is not None:
            package: Any = generated

            def other(text: str = text, package: Any = package) -> object:
                return package.Thread.from_dict(json.loads(text))

            ways["openapi-generator"] = other
        measured = in_turns(ways, calls=calls, rounds=9)
        name = f"typed decode of {count:,} messages / "
        yield Row(f"{name}json.loads", measured.ratio("ours", "json.loads"), "<= 1.80", str(measured))
        yield Row(f"{name}json.loads, with [fast]", measured.ratio("fast", "json.loads"), "<= 1.10", "")
        yield Row(f"{name}the vendor's SDK", measured.ratio("ours", "vendor"), "<= 1.00", "")
