"""Prometheus metrics of one server process."""

from collections import Counter, defaultdict
from time import monotonic


class Metrics:
    """Requests by operation and status, their time, and open streams."""

    content_type = "text/plain; version=0.0.4"

    def __init__(self) -> None:
        self._started = monotonic()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def count(self, operation: str | None, status: int, seconds: float) -> None:
        """Count a request; `operation` is an operationId, or None for a request to no operation."""
        self._requests[operation or "none", status] += 1
        self._seconds[operation or "none"] += seconds

    def text(self, open_streams: int) -> str:
        """Render the metrics."""
        lines = ["# TYPE threads_server_requests_total counter"]
        lines += [
            f'threads_server_requests_total{{operation="{operation}",status="{status}"}} {count}'
            for (operation, status), count in sorted(self._requests.items())
        ]
        lines.append("# TYPE threads_server_request_seconds_total counter")
        lines += [
            f'threads_server_request_seconds_total{{operation="{operation}"}} {seconds:.6f}'
            for operation, seconds in sorted(self._seconds.items())
        ]
        lines += [
            "# TYPE threads_server_open_streams gauge",
            f"threads_server_open_streams {open_streams}",
            "# TYPE threads_server_uptime_seconds gauge",
            f"threads_server_uptime_seconds {monotonic() - self._started:.3f}",
        ]
        return "\n".join(lines) + "\n"
