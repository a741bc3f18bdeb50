"""Modules of the runtime for what an API has beyond its document: `streams: adapter` in methods.yaml enables them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Adapter:
    """Modules of the runtime that only some clients have.

    `stream` is the class of the adapter's event streams, in `_async/runs.py` for example, `known` the arguments that
    it knows before the first event, by their names on the wire. `check` raises an error for the result of a call that
    could have streamed. `client` is the base of the client class, in `client_module`, with the `option` and its text;
    `error` says when the adapter's error is raised. `reserved` are names that no argument can have. `public` are the
    names that the package offers, with their modules.
    """

    files: tuple[Path, ...]
    stream: str
    streaming: str
    check: str
    module: str
    known: tuple[str, ...]
    client: str
    client_module: str
    option: str
    error: str
    reserved: frozenset[str]
    public: dict[str, str]


ADAPTERS = {
    "runs": Adapter(
        files=(
            Path("_runs.py"),
            Path("_tools.py"),
            Path("_async/runs.py"),
            Path("_async/runs_client.py"),
            Path("_async/tools.py"),
        ),
        stream="AsyncEventStream",
        streaming="RunStreaming",
        check="raise_if_failed",
        module="runs",
        known=("thread_id", "run_id", "content"),
        client="AsyncRunsClient",
        client_module="runs_client",
        option="raise_on_failed_run: Whether a failed run raises `RunFailedError`; otherwise its turn is returned.",
        error="`RunFailedError`: a run failed.",
        reserved=frozenset({"raise_on_failed_run", "checked"}),
        public={
            "AsyncEventStream": "._async.runs",
            "EventStream": "._sync.runs",
            "Recovery": "._runs",
            "Reply": "._runs",
            "RunFailedError": "._runs",
            "StreamInterrupted": "._runs",
            "AsyncToolStream": "._async.tools",
            "Tool": "._tools",
            "ToolResult": "._tools",
            "ToolRun": "._tools",
            "ToolStream": "._sync.tools",
            "tool": "._tools",
        },
    )
}
"""Adapters by name."""
