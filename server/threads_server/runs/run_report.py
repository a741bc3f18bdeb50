"""Reports of runs: one log line for each segment of a run, with its end, cause, tokens and times."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from threads_server.encoding import Json
from threads_server.logs import fields
from threads_server.runs.states import RunState

log = logging.getLogger("threads_server.runs")


@dataclass(frozen=True, slots=True)
class RunReport:
    """The end of a segment. `state` is None for a run that was deleted, `first_seconds` without output."""

    run_id: str
    thread_id: str
    state: RunState | None
    cause: str = ""
    seconds: float | None = None
    first_seconds: float | None = None
    model: str | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """The state as text."""
        return "DELETED" if self.state is None else str(self.state)


def log_run(report: RunReport) -> None:
    """Write the line of a report, at level INFO."""
    if not log.isEnabledFor(logging.INFO):
        return
    cause = " ".join(report.cause.split())
    line: dict[str, Json] = {"run_id": report.run_id, "thread_id": report.thread_id, "end": report.end, **report.tokens}
    text = f"run {report.run_id} of thread {report.thread_id}: {report.end}"
    if report.seconds is not None:
        line["seconds"] = round(report.seconds, 4)
        text += f" after {report.seconds:.3f} s"
    if report.first_seconds is not None:
        line["first_seconds"] = round(report.first_seconds, 4)
        text += f", first piece after {report.first_seconds:.3f} s"
    if report.model:
        line["model"] = report.model
    if report.tokens:
        text += ", " + ", ".join(f"{count} {name}" for name, count in report.tokens.items())
    if cause:
        line["cause"] = cause
        text += f": {cause}"
    log.info("%s", text, extra=fields(**line))
