"""OpenTelemetry's ASGI middleware traces the server, and its spans have the client's as parents."""

import socket
import sys
import threading
from pathlib import Path

from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from starlette.types import ASGIApp

from backboard_threads import Backboard
from threads_server.http.app import create_app
from threads_server.server import Server
from threads_server.settings import Settings

KEY = "key-0123456789-secret"
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))


def traced(app: ASGIApp) -> ASGIApp:
    return OpenTelemetryMiddleware(app, tracer_provider=provider, exclude_spans=["receive", "send"])


settings = Settings(database=str(Path(sys.argv[1]) / "threads.db"), api_key=KEY, middleware="__main__:traced")
listener = socket.create_server(("127.0.0.1", 0))
started = threading.Event()
server = Server(settings, create_app(settings), ready=started.set)
thread = threading.Thread(target=server.run, args=([listener],))
thread.start()
started.wait()
HTTPXClientInstrumentor().instrument(tracer_provider=provider)
try:
    with Backboard(api_key=KEY, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/api") as backboard:
        thread_id = backboard.messages.chat(content="Hello").thread_id
        with backboard.messages.stream(thread_id, content="And again") as events:
            assert [event.type for event in events][-1] == "run_ended"
finally:
    server.should_exit = True
    thread.join()

spans = exporter.get_finished_spans()
asked = [span for span in spans if span.kind is SpanKind.CLIENT]
answered = [span for span in spans if span.kind is SpanKind.SERVER]
assert len(asked) == len(answered) == 2, spans
parents = {span.parent.span_id for span in answered if span.parent is not None and span.parent.is_remote}
assert parents == {span.context.span_id for span in asked}, spans
assert {span.context.trace_id for span in answered} == {span.context.trace_id for span in asked}, spans
assert KEY not in str([span.attributes for span in spans])
