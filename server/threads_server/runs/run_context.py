"""Dependencies of the runs of one process."""

from collections.abc import Callable
from dataclasses import dataclass

from threads_server.responders import Responder
from threads_server.runs.live_runs import Runs
from threads_server.runs.run_report import RunReport, log_run
from threads_server.runs.wait_queues import WaitQueues
from threads_server.store import Store

LOG_INTERVAL_SECONDS = 0.25
"""How often the events of a run in progress are written; its end writes the rest."""


@dataclass(slots=True)
class RunContext:
    """Dependencies shared by all runs of this process."""

    store: Store
    responder: Responder
    runs: Runs
    queues: WaitQueues
    run_timeout: float
    """Seconds without output after which a responder is stopped."""
    max_tool_calls: int
    """Most tool calls one answer may request: `tool_outputs` accepts no more."""
    log_interval: float = LOG_INTERVAL_SECONDS
    observe_run: Callable[[RunReport], None] | None = None
    """Called at the end of each segment."""

    def report(self, report: RunReport) -> None:
        """Log the end of a segment, and have it counted."""
        log_run(report)
        if self.observe_run is not None:
            self.observe_run(report)
