"""Datadog traces calls of the default client: a span for each, and its headers on the wire."""

import ddtrace.auto  # noqa: F401 # before httpx
from ddtrace import tracer
from ddtrace.trace import TraceFilter
from served import KEY, each_half

from backboard_threads import AsyncBackboard, Backboard

heads: list[bytes] = []
spans: list[object] = []


class Keep(TraceFilter):
    def process_trace(self, trace):  # type: ignore[no-untyped-def]
        spans.extend(trace)
        return


def call(url: str) -> None:
    with Backboard(api_key=KEY, base_url=url) as client:
        client.threads.get("t")


async def call_async(url: str) -> None:
    async with AsyncBackboard(api_key=KEY, base_url=url) as client:
        await client.threads.get("t")


tracer.configure(trace_processors=[Keep()])
for half in each_half(call, call_async, heads):
    assert b"x-datadog-trace-id" in heads[0].lower(), (half, heads)
    assert [span for span in spans if getattr(span, "name", "") == "http.request"], (half, spans)
    assert KEY not in str([getattr(span, "_meta", "") for span in spans])
    spans.clear()
