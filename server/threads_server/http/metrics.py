"""Prometheus metrics, of this process, or of all `--workers` together.

With several workers prometheus_client keeps its values in files of a folder, and every worker gives the sum.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from threads_server.runs.run_context import RunContext
from threads_server.runs.run_report import RunReport
from threads_server.store import StoreLoad

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client finds the folder of several processes."""

REFRESH_SECONDS = 1.0
"""How old a gauge of another worker may be."""

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_RUN_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_COMMIT_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@contextmanager
def shared_by_workers() -> Iterator[Callable[[int | None], None]]:
    """Make the folder in which the worker processes that are started in this context share their metrics.

    Yields a function that drops the gauges of an ended worker, by its process id; its counters stay.
    """
    with tempfile.TemporaryDirectory(prefix="threads-server-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield lambda pid: mark_process_dead(pid, folder)
        finally:
            del os.environ[FOLDER_VARIABLE]


class Metrics:
    """Requests, streams, runs and the database. Names begin with `threads_server_`."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        disable_created_metrics()
        self._started = monotonic()
        self._shared = FOLDER_VARIABLE in os.environ
        self._registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"threads_server_{name}", text, labels, registry=self._registry)

        def gauge(name: str, text: str, mode: str = "livesum") -> Gauge:
            return Gauge(f"threads_server_{name}", text, registry=self._registry, multiprocess_mode=mode)  # type: ignore[arg-type]

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"threads_server_{name}", text, labels, buckets=buckets, registry=self._registry)

        self._requests = counter("requests_total", "Requests by operation and status.", "operation", "status")
        self._seconds = counter("request_seconds_total", "Time of requests, streams included.", "operation")
        self._latency = histogram(
            "request_duration_seconds", "Time to the end of a response that is no stream.", _LATENCY, "operation"
        )
        self._first_event = histogram(
            "first_event_seconds", "Time from a request to the first event of its stream.", _LATENCY, "operation"
        )
        self._runs = counter("runs_total", "Ends of run segments.", "end")
        self._run_seconds = histogram("run_seconds", "Time of run segments.", _RUN_SECONDS, "end")
        self._tokens = counter("tokens_total", "Tokens that the model counted.", "kind")
        self._retries = counter("model_retries_total", "Further attempts at a model endpoint.")
        self._commits = histogram("commit_transactions", "Transactions that share a commit.", _COMMIT_SIZES)
        self._gauges: dict[str, Gauge] = {
            name: gauge(name, text)
            for name, text in (
                ("open_streams", "Event streams being sent."),
                ("runs_at_work", "Runs that a responder works on."),
                ("waiting_messages", "Messages that wait for their thread."),
                ("waiting_transactions", "Transactions that wait for a commit or a connection."),
                ("pool_connections", "Connections to the database."),
                ("pool_idle_connections", "Those of them that nobody uses."),
            )
        }
        self._uptime = gauge("uptime_seconds", "Time since the start.", "livemax")
        self._open_streams: Callable[[], int] = lambda: 0
        self._load: Callable[[], StoreLoad] = StoreLoad
        self._context: RunContext | None = None

    def watch(self, context: RunContext, open_streams: Callable[[], int]) -> None:
        """Observe the runs, the store and the responder of an opened server."""
        self._context, self._open_streams, self._load = context, open_streams, context.store.load
        context.observe_run = self._count_run
        context.responder.on_retry = self._retries.inc
        context.store.observe_commit = self._commits.observe

    def count(self, operation: str | None, status: int, seconds: float, *, streamed: bool) -> None:
        """Count a request; `operation` is an operationId, or None for a request to no operation."""
        name = operation or "none"
        self._requests.labels(name, status).inc()
        self._seconds.labels(name).inc(seconds)
        if not streamed:
            self._latency.labels(name).observe(seconds)

    def time_first_event(self, operation: str, started: float) -> Callable[[], None]:
        """Make the function to call when the first event of a stream, requested at `started`, was sent."""
        return lambda: self._first_event.labels(operation).observe(monotonic() - started)

    def _count_run(self, report: RunReport) -> None:
        self._runs.labels(report.end).inc()
        if report.seconds is not None:
            self._run_seconds.labels(report.end).observe(report.seconds)
        for kind, count in report.tokens.items():
            self._tokens.labels(kind).inc(count)

    def refresh(self) -> None:
        """Set the gauges of this process."""
        load, context = self._load(), self._context
        values = {
            "open_streams": self._open_streams(),
            "runs_at_work": 0 if context is None else len(context.runs.responding()),
            "waiting_messages": 0 if context is None else len(context.queues),
            "waiting_transactions": load.waiting,
            "pool_connections": load.connections,
            "pool_idle_connections": load.idle,
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        self._uptime.set(monotonic() - self._started)

    async def keep_fresh(self) -> None:
        """Set the gauges again and again, for the other workers to read."""
        while self._shared:
            self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    def text(self) -> bytes:
        """Render the metrics."""
        self.refresh()
        if not self._shared:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)
