"""The watchdog of a responder at work."""

import asyncio

from threads_server.runs.live_runs import LiveRun, Stop
from threads_server.runs.log_writer import LogWriter


class Watchdog:
    """A timer that writes a responder's events to the log while it works, and stops it when it is silent too long."""

    def __init__(self, live: LiveRun, log: LogWriter, run_timeout: float, log_interval: float) -> None:
        self._live = live
        self._log = log
        self._run_timeout = run_timeout
        self._log_interval = log_interval
        self._loop = asyncio.get_running_loop()
        self._last_output = self._loop.time()
        self._timer = self._loop.call_later(min(run_timeout, log_interval), self._check)

    def reset(self) -> None:
        """Restart the time-out: the responder has given output."""
        self._last_output = self._loop.time()

    def stop(self) -> None:
        self._timer.cancel()

    def _check(self) -> None:
        left = self._last_output + self._run_timeout - self._loop.time()
        if left <= 0:
            self._live.stop(Stop.SILENT)
        else:
            self._log.start_writing()
            self._timer = self._loop.call_later(min(left, self._log_interval), self._check)
