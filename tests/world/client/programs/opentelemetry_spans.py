"""OpenTelemetry traces calls of the default client, instrumented before or after it was made."""

from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from served import KEY, each_half

from backboard_threads import AsyncBackboard, Backboard

heads: list[bytes] = []
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))


def call(url: str) -> None:
    with Backboard(api_key=KEY, base_url=url) as client:
        client.threads.get("t")


async def call_async(url: str) -> None:
    async with AsyncBackboard(api_key=KEY, base_url=url) as client:
        await client.threads.get("t")


HTTPXClientInstrumentor().instrument(tracer_provider=provider)
for half in each_half(call, call_async, heads):
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["GET"], (half, spans)
    assert b"traceparent" in heads[0].lower(), (half, heads)
    assert KEY not in str([span.attributes for span in spans])
    exporter.clear()
